"""What every right array of states has, in words for the student whose array lacks it."""

from __future__ import annotations

import itertools

import numpy as np
from numpy import ndarray

from rnn_course.checks.case import Property
from rnn_course.checks.plain import Plain


def _array(value: Plain, axes: int) -> ndarray | None:
    """`value` as an array of real numbers with so many axes; None if it is none: others say what it is."""
    good = isinstance(value, ndarray) and value.dtype.kind in "iuf" and value.ndim == axes and value.size
    return value if good else None


def _between_minus_one_and_one(arguments: tuple[Plain, ...], value: Plain) -> str | None:
    if not isinstance(value, ndarray) or value.dtype.kind not in "iuf" or not value.size:
        return None
    if not np.isfinite(value).all():
        return "Not all of it are numbers: there is a NaN or an inf among the states."
    if np.abs(value).max() > 1:
        return f"tanh gives numbers between -1 and 1; there is {value.flat[np.abs(value).argmax()]:.4g} here."
    return None


def _begins_with_h_0(arguments: tuple[Plain, ...], value: Plain) -> str | None:
    states, h_0 = _array(value, 3), arguments[-1]
    if states is None or states.shape[1:] != h_0.shape or np.allclose(states[0], h_0, atol=1e-6):
        return None
    return "The first of the states is not h_0, the one before the first token."


def _pairs(arguments: tuple[Plain, ...], value: Plain) -> list[tuple[int, int, ndarray, ndarray]]:
    """Texts that begin in the same state: their numbers, where they differ, and how far their states do."""
    states, (_, tokens, h_0) = _array(value, 3), arguments
    if states is None or states.shape[:2] != (len(tokens) + 1, len(h_0)):
        return []
    return [
        (a, b, np.flatnonzero(tokens[:, a] != tokens[:, b]), np.abs(states[:, a] - states[:, b]).max(axis=1))
        for a, b in itertools.combinations(range(len(h_0)), 2)
        if np.array_equal(h_0[a], h_0[b])
    ]


def _causality(arguments: tuple[Plain, ...], value: Plain) -> str | None:
    for a, b, differs, apart in _pairs(arguments, value):
        if differs.size and (apart[: differs[0] + 1] > 1e-6).any():
            return (
                f"Texts {a} and {b} differ from token {differs[0] + 1} on, and their states differ before it "
                "is read: a state knows what is still to come."
            )
    return None


def _history(arguments: tuple[Plain, ...], value: Plain) -> str | None:
    for a, b, differs, apart in _pairs(arguments, value):
        if differs.size and differs[-1] < len(apart) - 2 and apart[-1] < 1e-9:
            return (
                f"Texts {a} and {b} differ in token {differs[-1] + 1}, and after the last token their states "
                "are the same: what was read earlier is lost."
            )
    return None


between_minus_one_and_one = Property("states lie in [-1, 1]", _between_minus_one_and_one)
begins_with_h_0 = Property("begins with h_0", _begins_with_h_0)
causality = Property("causality", _causality)
history = Property("history", _history)
