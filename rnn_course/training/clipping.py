"""Gradient clipping: a step too long is shortened, and keeps its direction."""

from __future__ import annotations

import math
from typing import Any

import numpy as np
from numpy import ndarray

from rnn_course.cells.parameters import named_arrays
from rnn_course.errors import CourseError


def global_norm(gradients: Any) -> float:
    """||g||, g being all gradients laid end to end: sqrt(sum over all arrays of the sum of their squares).

    Args:
        gradients: a tree of arrays.

    Returns:
        The norm; inf or NaN only if an entry is.
    """
    arrays = [array for _, array in named_arrays(gradients) if array.size]
    with np.errstate(over="ignore", invalid="ignore"):
        squares = sum(float(np.vdot(array, array)) for array in arrays)
    if 0 < squares < math.inf:
        return math.sqrt(squares)
    return _scaled_norm(arrays)


def _scaled_norm(arrays: list[ndarray]) -> float:
    """The norm where squares of entries are too large or too small for their type."""
    largest = [float(np.abs(array).max()) for array in arrays]
    if not all(map(math.isfinite, largest)):
        return math.nan if any(map(math.isnan, largest)) else math.inf
    scale = max(largest, default=0.0)
    if scale == 0:
        return 0.0
    squares = sum(float(np.square(array.astype(np.float64) / scale).sum()) for array in arrays)
    return scale * math.sqrt(squares)


def clip_gradients(gradients: Any, max_norm: float, *, norm: float | None = None) -> float:
    """Shorten the gradient, in place, if it is longer than `max_norm`.

        g <- g * max_norm / ||g||   if ||g|| > max_norm

    It is the norm of all parameters' gradients together that is compared, and not its square. All entries are
    multiplied by one number, so that the direction stays.

    Args:
        gradients: a tree of arrays.
        max_norm: the longest gradient that is let through, above 0.
        norm: ||g||, where it is known already.

    Returns:
        ||g|| before. A norm that is not finite changes nothing.

    Raises:
        CourseError: if max_norm is not above 0.

    Source: Pascanu, Mikolov & Bengio 2013.
    """
    if not max_norm > 0:
        raise CourseError(f"clip_gradients: max_norm is above 0, got {max_norm}")
    norm = global_norm(gradients) if norm is None else norm
    if max_norm < norm < math.inf:
        for _, array in named_arrays(gradients):
            array *= max_norm / norm
    return norm
