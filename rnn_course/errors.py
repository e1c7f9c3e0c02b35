"""The errors that the course raises on purpose, and the shape check that raises the commonest one."""

from __future__ import annotations

import numpy as np


class CourseError(Exception):
    """Base of every error that this package raises on purpose: `except CourseError` catches them all."""


class ShapeError(CourseError, ValueError):
    """Arrays disagree on a size. The message names both arrays, their shapes and the size that differs."""


class VocabularyError(CourseError, ValueError):
    """A token or a token id that the vocabulary does not hold."""


class DataError(CourseError, ValueError):
    """Text that cannot be used: empty, not UTF-8, damaged, or not to be had."""


class OrderError(CourseError, ValueError):
    """An n-gram order that does not exist, or that the text is too short for."""


def check_shape(name: str, array: np.ndarray, expected: tuple[int | str, ...]) -> None:
    """Hold `array` to `expected`, where a word stands for any size.

    >>> check_shape("h_prev", np.zeros((4, 3)), ("batch", 3))

    Raises:
        ShapeError: `h_prev is (4, 3), expected (batch, 5)`.
    """
    matches = array.ndim == len(expected) and all(
        isinstance(want, str) or want == size for size, want in zip(array.shape, expected, strict=True)
    )
    if not matches:
        wanted = ", ".join(str(size) for size in expected) + ("," if len(expected) == 1 else "")
        raise ShapeError(f"{name} is {array.shape}, expected ({wanted})")
