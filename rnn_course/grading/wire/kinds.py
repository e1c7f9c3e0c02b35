"""What kind of thing a value is, by its real type alone."""

from __future__ import annotations

import keyword
import sys
from collections import namedtuple
from collections.abc import Callable
from functools import lru_cache
from typing import Any


def is_tensor(kind: type) -> bool:
    """Whether this is torch's tensor class, or derived from it."""
    torch = sys.modules.get("torch")  # no tensor without it, and no need to load it
    return torch is not None and issubclass(kind, torch.Tensor)


def type_name(value: object) -> str:
    """The name of a value's real type, whatever its `__class__` pretends."""
    return str(type.__dict__["__name__"].__get__(type(value)))


def described(value: object) -> str:
    """What something that is no value is, in words."""
    name = type_name(value)
    if name in ("function", "method", "builtin_function_or_method"):
        return "a function (are its brackets missing?)"
    return f"an object of type {name}"


def adds_attributes(kind: type, base: type) -> bool:
    """Whether a derived container has attributes of its own, so that its entries are not all of it."""
    own = {name for part in kind.__mro__[: kind.__mro__.index(base)] for name in vars(part)}
    return any(not name.startswith("_") for name in own - set(dir(base)))


def is_named_tuple(kind: Any) -> bool:
    """Whether a class is a named tuple\'s, and nothing more."""
    fields = vars(kind).get("_fields")
    return (
        kind.__mro__[1:] == (tuple, object)
        and type(fields) is tuple
        and all(type(name) is str for name in fields)
    )


def is_field(name: object) -> bool:
    """Whether a named tuple may have a field, or itself be, of this name."""
    return (
        type(name) is str
        and name.isidentifier()
        and len(name) <= 100
        and not keyword.iskeyword(name)
        and not name.startswith("_")
    )


@lru_cache(maxsize=256)
def tuple_class(name: str, fields: tuple[str, ...]) -> Callable[..., Any]:
    """The class of named tuples of these fields, which `is_field` allows."""
    return namedtuple(name, fields)
