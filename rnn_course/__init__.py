"""Recurrent neural networks for language: the reference implementations behind the course.

Importing this package loads neither torch nor matplotlib nor nbgrader; each part loads what it needs.
"""

import sys

__version__ = "0.1.0"

# nbformat loads jsonschema. Where that finds this package, it compiles 38 grammars of international addresses
# (IRIs), which takes one to two seconds in every process. No notebook's schema asks for any of them.
sys.modules.setdefault("rfc3987_syntax", None)  # type: ignore[arg-type]
