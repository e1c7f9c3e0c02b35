"""Checks of what figures are given, and numbers as they are written on them."""

from __future__ import annotations

import textwrap
from collections.abc import Sequence

import numpy as np
from jaxtyping import Float
from numpy import ndarray
from numpy.typing import ArrayLike

from rnn_course.errors import DataError, ShapeError


def column(name: str, values: ArrayLike, beside: str, length: int) -> Float[ndarray, " length"]:
    """`values` as floats, one for each of the `length` entries of `beside`.

    Raises:
        ShapeError: `probs is (4,), but there are 5 words`.
        DataError: if there are none, or one is NaN.
    """
    array = np.asarray(values, dtype=float)
    if array.shape != (length,):
        raise ShapeError(f"{name} is {array.shape}, but there are {length} {beside}")
    if not length:
        raise DataError(f"there are no {beside}: nothing to draw")
    if np.isnan(array).any():
        raise DataError(f"{name} holds NaN at position {int(np.flatnonzero(np.isnan(array))[0])}")
    return array


def shares(name: str, values: ArrayLike, beside: str, length: int) -> Float[ndarray, " length"]:
    """`column`, held to [0, 1].

    Raises:
        DataError: if a value lies outside.
    """
    array = column(name, values, beside, length)
    if array.min() < 0 or array.max() > 1:
        raise DataError(f"{name} are between 0 and 1, got {array.min():g} to {array.max():g}")
    return array


def probability(p: float) -> str:
    """0.153; 2.1e-05 where three decimals would say nothing."""
    return f"{p:.3f}" if p >= 0.001 or p == 0 else f"{p:.1e}"


def listed(names: Sequence[str]) -> str:
    """a; a and b; a, b and c"""
    return " and ".join([*([", ".join(names[:-1])] if len(names) > 1 else []), names[-1]])


def wrapped(title: str, width: int = 68) -> str:
    """A title in lines that fit over a figure."""
    return textwrap.fill(title, width)
