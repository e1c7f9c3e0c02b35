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


def check_sizes(function: str, **arrays: tuple[np.ndarray | None, str]) -> None:
    """Hold several arrays to each other: sizes have names, and the same name means the same size.

    The first array in which a name stands fixes the size, so give the parameters first.

    >>> W_e, e_t = np.zeros((2, 3)), np.zeros((1, 3))
    >>> check_sizes("elman_step", W_e=(W_e, "hidden embed"), e_t=(e_t, "batch embed"))

    Args:
        function: who asks; the message begins with it.
        arrays: name=(array, its axes as words), in the order in which they are to be believed. None in place
            of an array stands for an optional argument that was left out.

    Raises:
        ShapeError: `elman_step: e_t has embed size 5 (e_t is (1, 5)), but W_e (2, 3) expects 3`.
    """
    fixed: dict[str, tuple[int, str, tuple[int, ...]]] = {}  # axis -> size, and the array that fixed it
    for name, (array, words) in arrays.items():
        if array is None:
            continue
        axes = words.split()
        if not isinstance(array, np.ndarray):
            expected = f"an array [{', '.join(axes)}]"
            raise ShapeError(f"{function}: {name} is a {type(array).__name__}, expected {expected}")
        if array.ndim != len(axes):
            raise ShapeError(
                f"{function}: {name} is {array.shape}, expected {len(axes)} axes [{', '.join(axes)}]"
            )
        for axis, size in zip(axes, array.shape, strict=True):
            want, owner, shape = fixed.setdefault(axis, (size, name, array.shape))
            if size != want and owner == name:
                raise ShapeError(f"{function}: {name} is {shape}, but its {axis} axes have one size")
            if size != want:
                raise ShapeError(
                    f"{function}: {name} has {axis} size {size} ({name} is {array.shape}), "
                    f"but {owner} {shape} expects {want}"
                )
