"""What every right array of states has, in words for the student whose array lacks it."""

from __future__ import annotations

import numpy as np
from numpy import ndarray

from rnn_course.checks.case import Property
from rnn_course.checks.plain import Plain


def _numbers(value: Plain) -> ndarray | None:
    """`value` if it is an array of finite numbers; what else is wrong with it, others say."""
    good = (
        isinstance(value, ndarray) and value.dtype.kind in "iuf" and value.size and np.isfinite(value).all()
    )
    return value if good else None


def _between_minus_one_and_one(arguments: tuple[Plain, ...], value: Plain) -> str | None:
    states = _numbers(value)
    if states is None or np.abs(states).max() <= 1:
        return None
    return f"tanh gives numbers between -1 and 1; there is {states.flat[np.abs(states).argmax()]:.4g} here."


def _begins_with_h_0(arguments: tuple[Plain, ...], value: Plain) -> str | None:
    states, h_0 = _numbers(value), arguments[-1]
    if states is None or states.shape[1:] != h_0.shape or np.allclose(states[0], h_0, atol=1e-6):
        return None
    return "The first of the states is not h_0, the one before the first token."


between_minus_one_and_one = Property("states lie in [-1, 1]", _between_minus_one_and_one)
begins_with_h_0 = Property("begins with h_0", _begins_with_h_0)
