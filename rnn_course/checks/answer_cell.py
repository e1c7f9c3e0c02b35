"""Write a function of a catalogue as a student would have it in a cell of a notebook."""

from __future__ import annotations

import ast
import inspect
import re
import textwrap
from collections.abc import Callable, Iterator
from types import CodeType, FunctionType
from typing import Any

IMPORTS = (
    "import itertools\nimport math\nfrom collections import Counter, defaultdict\n\nimport numpy as np\n\n\n"
)
CONSTANTS = (bool, int, float, str, tuple, type(None))


def answer_cell(implementation: Callable[..., Any], name: str) -> str:
    """The source of a cell that defines `name` as `implementation` does.

    What `implementation` uses of its own module comes along, functions and constants; annotations do not.
    Besides, it has itertools, math, Counter, defaultdict and np.
    """
    annotated = bool(getattr(implementation, "__annotations__", None))
    source = (
        _definition("", implementation) if annotated else textwrap.dedent(inspect.getsource(implementation))
    )
    own = re.sub(rf"\b{implementation.__name__}\b", name, source).rstrip()
    used = [_definition(key, value) for key, value in _used_by(implementation).items()]
    return IMPORTS + "".join(f"{each}\n\n\n" for each in used) + own


def _used_by(function: Any) -> dict[str, Any]:
    """Functions and constants of the checks that a function names, and those that they name in turn."""
    found: dict[str, Any] = {}
    waiting = [function]
    while waiting:
        current = waiting.pop()
        for name in _names(current.__code__):
            value = current.__globals__.get(name, ...)
            if name in found or value is function or not isinstance(value, (*CONSTANTS, FunctionType)):
                continue
            if not isinstance(value, FunctionType):
                found[name] = value
            elif value.__module__.startswith("rnn_course.checks."):
                found[name] = value
                waiting.append(value)
    return dict(sorted(found.items(), key=lambda item: isinstance(item[1], FunctionType)))


def _names(code: CodeType) -> Iterator[str]:
    yield from code.co_names
    for constant in code.co_consts:
        if isinstance(constant, CodeType):
            yield from _names(constant)


def _definition(name: str, value: Any) -> str:
    if not isinstance(value, FunctionType):
        return f"{name} = {value!r}"
    tree = ast.parse(textwrap.dedent(inspect.getsource(value)))
    for node in ast.walk(tree):
        if isinstance(node, ast.arg):
            node.annotation = None
        elif isinstance(node, ast.FunctionDef):
            node.returns = None
    return ast.unparse(tree)
