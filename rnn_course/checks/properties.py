"""Properties that right answers have, each worded for the student whose answer lacks it."""

from __future__ import annotations

import math
from collections.abc import Callable

import numpy as np

from rnn_course.checks.case import Property
from rnn_course.checks.compare import shown
from rnn_course.checks.plain import Plain
from rnn_course.checks.value_words import called, parts


def _numbers(value: Plain) -> dict[Plain, float] | None:
    """`value` if it is a dict of real numbers, else None: other properties say what is wrong with it."""
    if not isinstance(value, dict) or not value:
        return None
    good = all(isinstance(item, (int, float)) and not isinstance(item, bool) for item in value.values())
    return value if good else None


def _off_one(value: Plain) -> float | None:
    """The sum of a distribution, if it is not 1."""
    numbers = _numbers(value)
    total = 1.0 if numbers is None else sum(numbers.values())
    return None if math.isclose(total, 1.0, rel_tol=1e-5) else total


def _sums_to_one(arguments: tuple[Plain, ...], value: Plain) -> str | None:
    total = _off_one(value)
    return None if total is None else f"The probabilities sum to {shown(total)}, not to 1."


def _rows_sum_to_one(arguments: tuple[Plain, ...], value: Plain) -> str | None:
    if not isinstance(value, dict):
        return None
    for context, row in value.items():
        total = _off_one(row)
        if total is not None:
            return f"The probabilities after {shown(context)} sum to {shown(total)}, not to 1."
    return None


def _probabilities(arguments: tuple[Plain, ...], value: Plain) -> str | None:
    numbers = _numbers(value) or {}
    for word, number in numbers.items():
        if not 0 <= number <= 1 + 1e-9:
            return f"{shown(number)}, for {shown(word)}, is no probability: those lie in [0, 1]."
    return None


def _not_nan(arguments: tuple[Plain, ...], value: Plain) -> str | None:
    if isinstance(value, float) and math.isnan(value):
        return "It is not a number (NaN): somewhere 0 is divided by 0, or inf taken from inf."
    return None


sums_to_one = Property("sums to one", _sums_to_one)
rows_sum_to_one = Property("rows sum to one", _rows_sum_to_one)
probabilities = Property("probabilities lie in [0, 1]", _probabilities)
not_nan = Property("not NaN", _not_nan)


# Arrays


def _arrays(value: Plain, part: str | int | None) -> list[tuple[str, np.ndarray]]:
    """The arrays of numbers in a value, with words for where they are.

    Args:
        part: only the one of this key or at this place in a tuple; all if None.
    """
    if part is not None:
        try:
            value = value[part]
        except (TypeError, LookupError):
            return []
    found = []
    for path, leaf in parts(value):
        if isinstance(leaf, (list, tuple)):
            try:
                leaf = np.array(leaf)
            except ValueError:  # rows of different lengths
                continue
        if isinstance(leaf, np.ndarray) and leaf.dtype.kind in "iuf":
            found.append((f" of {called(path)}" if path else "", leaf))
        elif isinstance(leaf, float):
            found.append((f" of {called(path)}" if path else "", np.array([leaf])))
    return found


def _place(index: tuple[int, ...]) -> str:
    return f"[{', '.join(map(str, index))}]"


def _finite(arguments: tuple[Plain, ...], value: Plain) -> str | None:
    for name, array in _arrays(value, None):
        bad = np.argwhere(~np.isfinite(array))
        if len(bad):
            index = tuple(bad[0].tolist())
            which = f"Entry {_place(index)}{name}" if array.size > 1 else f"The number{name}"
            return f"{which} is {shown(array[index].item())}: {len(bad)} of {array.size} are not finite."
    return None


def sums_to_one_along(axis: int = -1, part: str | int | None = None) -> Property:
    """That probabilities in an array sum to 1 along an axis.

    Args:
        part: the key, or the place in a tuple, of the array in what is returned; None if it is all of it.
    """

    def broken(arguments: tuple[Plain, ...], value: Plain) -> str | None:
        for name, array in _arrays(value, part):
            if not -array.ndim <= axis < array.ndim:
                continue
            sums = np.atleast_1d(array.sum(axis=axis))
            off = np.argwhere(~np.isclose(sums, 1.0, rtol=0.0, atol=1e-5))
            if len(off):
                index = tuple(off[0].tolist())
                where = f" in row {_place(index)}" if array.ndim > 1 else ""
                return f"The probabilities{name}{where} sum to {shown(sums[index].item())}, not to 1."
        return None

    return Property(f"sums to one along axis {axis}", broken)


def has_shape(shape: Callable[..., tuple[int, ...]], part: str | int | None = None) -> Property:
    """That an array has the shape that `shape(*arguments)` says.

    Args:
        part: the key, or the place in a tuple, of the array in what is returned; None if it is all of it.
    """

    def broken(arguments: tuple[Plain, ...], value: Plain) -> str | None:
        wanted = shape(*arguments)
        for name, array in _arrays(value, part):
            if array.shape != wanted:
                return f"The shape{name} is {array.shape}, and {wanted} was expected."
        return None

    return Property("shape", broken)


finite = Property("finite", _finite)
