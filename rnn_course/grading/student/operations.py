"""What the tester can have done with an object that stays in the student's process."""

from __future__ import annotations

import inspect
import itertools
import operator
from collections.abc import Callable, Iterator
from typing import Any


def _call(function: Any, *arguments: Any, **named: Any) -> Any:
    return function(*arguments, **named)


def _take(iterator: Iterator[Any], most: int) -> tuple[list[Any], bool]:
    """The next things of an iterator, and whether it came to its end."""
    items = list(itertools.islice(iterator, most))
    return items, len(items) < most


def _is_instance(value: Any, kind: Any) -> bool:
    return isinstance(value, kind)


def _type_names(value: Any) -> tuple[str, ...]:
    return tuple(f"{part.__module__}.{part.__qualname__}" for part in type.mro(type(value)))


def _enter(manager: Any) -> Any:
    return manager.__enter__()


def _leave(manager: Any) -> Any:
    return manager.__exit__(None, None, None)


COMPARISONS = ("eq", "ne", "lt", "le", "gt", "ge")
ARITHMETIC = (
    "add",
    "sub",
    "mul",
    "truediv",
    "floordiv",
    "mod",
    "pow",
    "matmul",
    "and_",
    "or_",
    "xor",
    "lshift",
    "rshift",
)
ONE_SIDED = ("neg", "pos", "abs", "invert", "index")

OPERATIONS: dict[str, Callable[..., Any]] = {
    "call": _call,
    "getattr": getattr,
    "setattr": setattr,
    "delattr": delattr,
    "hasattr": hasattr,
    "getitem": operator.getitem,
    "setitem": operator.setitem,
    "delitem": operator.delitem,
    "contains": operator.contains,
    "len": len,
    "iter": iter,
    "next": next,
    "take": _take,
    "repr": repr,
    "str": str,
    "format": format,
    "bool": bool,
    "int": int,
    "float": float,
    "complex": complex,
    "round": round,
    "dir": dir,
    "isinstance": _is_instance,
    "issubclass": issubclass,
    "type": type,
    "type_names": _type_names,
    "enter": _enter,
    "leave": _leave,
    "signature": lambda value: str(inspect.signature(value)),
    **{name: getattr(operator, name) for name in (*COMPARISONS, *ARITHMETIC, *ONE_SIDED)},
}
