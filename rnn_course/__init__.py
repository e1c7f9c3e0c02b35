"""Recurrent neural networks for language: the reference implementations behind the course.

Importing this package loads neither torch nor matplotlib nor nbgrader; each part loads what it needs.
"""

__version__ = "0.1.0"
