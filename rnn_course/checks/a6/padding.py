"""Properties of answers to a6, worded for the student whose answer lacks them."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

from rnn_course.checks.a6.draw import outside
from rnn_course.checks.case import Property
from rnn_course.checks.plain import Plain


def zero_at_padding(position: int) -> Property:
    """Outputs [time, batch, ...] are 0 behind each sentence's end; the lengths are argument `position`."""

    def broken(arguments: tuple[Plain, ...], value: Plain) -> str | None:
        lengths = arguments[position]
        if not isinstance(value, np.ndarray) or value.ndim != 3 or value.shape[1] != len(lengths):
            return None
        for t, b in np.argwhere(outside(lengths, len(value))).tolist():
            if value[t, b].any():
                return (
                    f"At [{t}, {b}] is padding (sentence {b} ends before row {lengths[b]}): it should be 0."
                )
        return None

    return Property("0 at padding", broken)


def finite(value: Plain) -> bool:
    """Whether all numbers of a value are numbers."""
    if isinstance(value, (list, tuple)):
        return all(map(finite, value))
    if isinstance(value, np.ndarray):
        return value.dtype.kind not in "fc" or not bool(np.isnan(value).any())
    return not (isinstance(value, float) and np.isnan(value))


def _nan(arguments: tuple[Plain, ...], value: Plain) -> str | None:
    if finite(value):
        return None
    return (
        "There is a NaN in it. Padding may hold NaN, and NaN times 0 is NaN: choose with np.where or by "
        "indexing instead of multiplying by 0."
    )


no_nan = Property("no NaN", _nan)


def halves(reference: Callable[..., Plain], hidden: Callable[[tuple[Plain, ...]], int]) -> Property:
    """Which half of [left; right] is wrong, where one of them is right."""

    def broken(arguments: tuple[Plain, ...], value: Plain) -> str | None:
        right = reference(*arguments)
        if not isinstance(value, np.ndarray) or value.shape != right.shape or value.dtype.kind not in "iuf":
            return None
        H = hidden(arguments)
        good = [
            np.allclose(value[..., half], right[..., half], rtol=1e-5, atol=1e-7)
            for half in (np.s_[:H], np.s_[H:])
        ]
        if sum(good) != 1:
            return None
        names = ("left", "right") if good[0] else ("right", "left")
        return f"The {names[0]} half is right everywhere; only the {names[1]} half differs."

    return Property("halves", broken)
