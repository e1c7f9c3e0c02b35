"""Turn what a student's function returned into plain values, without believing anything it says of itself.

A check compares values, and only values. A result may be of a class of its own, with an `__eq__` that always
agrees or an `__iter__` that gives something else each time. So every container is read through the base
class's own methods (`dict.items(result)`, never `result.items()`), once, into exact built-in types.
"""

from __future__ import annotations

import sys
from decimal import Decimal
from fractions import Fraction
from typing import Any, cast

import numpy as np

from rnn_course.errors import CourseError

Plain = Any  # None, bool, int, float, complex, str, or a list, tuple, set, dict or ndarray of them
DEEPEST = 20
MOST_BITS = 1000  # within the range of floats, so that any two numbers can be subtracted


class NotPlain(CourseError, TypeError):
    """A result that holds something else than values. The message says what: `a generator`."""


def type_name(value: object) -> str:
    """The name of a value's real type, whatever its `__class__` pretends."""
    return str(type.__dict__["__name__"].__get__(type(value)))


def plain(value: object, depth: int = 0) -> Plain:
    """The same value in exact built-in types and base numpy arrays, as a copy.

    Counter, OrderedDict and defaultdict become dict, named tuples become tuple, numpy scalars and fractions
    become numbers, subclasses and tensors become arrays, arrays without dimensions become numbers.

    Raises:
        NotPlain: if there is anything that is not a value (a function, a generator, an object), or the
            nesting is deeper than 20.
    """
    if depth > DEEPEST:
        raise NotPlain(f"something nested more than {DEEPEST} deep")
    kind = type(value)  # never isinstance, which asks the value for its __class__
    if value is None:
        return None
    if issubclass(kind, np.ndarray):
        return _plain_array(value, depth)
    if issubclass(kind, (str, bool, int, float, complex, np.generic, Fraction, Decimal)):
        return _plain_scalar(value)
    if issubclass(kind, dict):
        return _plain_dict(value, depth)
    if issubclass(kind, list):
        return [plain(item, depth + 1) for item in list.__iter__(cast(list[object], value))]
    if issubclass(kind, tuple):
        return tuple(plain(item, depth + 1) for item in tuple.__iter__(cast(tuple[object, ...], value)))
    if kind in (set, frozenset):
        return frozenset(plain(item, depth + 1) for item in value)  # type: ignore[attr-defined]
    torch = sys.modules.get("torch")  # no tensor without it, and no need to load it
    if torch is not None and issubclass(kind, torch.Tensor):
        return _plain_array(torch.Tensor.numpy(torch.Tensor.detach(value).cpu()), depth)
    raise NotPlain(_described(value))


def _plain_scalar(value: Any) -> Plain:
    kind = type(value)
    if issubclass(kind, np.str_):
        return str.__str__(value)
    if issubclass(kind, np.generic):
        item = np.generic.item(value)
        if type(item) not in (bool, int, float, complex):  # dates, bytes, records, long doubles
            if issubclass(kind, np.floating):
                return float.__float__(np.float64(item))
            raise NotPlain(f"a numpy {type_name(value)}")
        return item
    if kind is bool:
        return value
    if issubclass(kind, str):
        return str.__str__(value)
    if issubclass(kind, int):
        if int.bit_length(value) > MOST_BITS:
            raise NotPlain("a whole number of more than 300 digits")
        return int.__int__(value)
    if issubclass(kind, float):
        return float.__float__(value)
    if issubclass(kind, complex):
        return complex.__complex__(value)
    if kind in (Fraction, Decimal):
        try:
            return float(value)
        except OverflowError:
            raise NotPlain(f"a {type_name(value)} beyond the range of floats") from None
    raise NotPlain(_described(value))


def _plain_dict(value: Any, depth: int) -> dict[Plain, Plain]:
    items = list(dict.items(value))
    result = {}
    for key, item in items:
        try:
            result[plain(key, depth + 1)] = plain(item, depth + 1)
        except TypeError as error:
            if isinstance(error, NotPlain):
                raise
            raise NotPlain(f"a dict with a key that is {_described(key)}") from None
    if len(result) != len(items):
        raise NotPlain("a dict in which two keys are the same")
    return result


def _plain_array(value: Any, depth: int) -> Plain:
    # subok=False takes the data and leaves the subclass, with all it overrides, behind.
    array = np.array(value, copy=True, subok=False)
    if array.dtype.kind == "O":
        return plain(array.tolist(), depth + 1)
    if array.dtype.kind not in "biufcU":
        raise NotPlain(f"an array of {array.dtype}")
    return array.item() if array.ndim == 0 else array


def _described(value: object) -> str:
    name = type_name(value)
    if name in ("generator", "map", "filter", "zip", "dict_items", "dict_values", "dict_keys"):
        return f"a {name}, which is read once and gone (wrap it in list(...) or dict(...))"
    if name in ("function", "method", "builtin_function_or_method"):
        return "a function (are its brackets missing?)"
    return f"an object of type {name}"
