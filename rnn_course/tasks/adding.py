"""The adding problem: two numbers of a long sequence are marked, and their sum is the answer."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from jaxtyping import Float
from numpy import ndarray

from rnn_course.errors import CourseError


class Adding(NamedTuple):
    """Sequences of numbers and marks, and the sum of the two marked numbers.

    Attributes:
        inputs: [time, batch, 2]; first a number in [0, 1), then its mark, 0 or 1.
        targets: the sum of the two marked numbers, [batch], to be given after the last step.
    """

    inputs: Float[ndarray, "time batch 2"]
    targets: Float[ndarray, " batch"]


def adding(length: int, batch_size: int, rng: np.random.Generator) -> Adding:
    """Draw sequences in which one number of each half is marked.

        target = sum over t of number^(t) mark^(t)

    Args:
        length: steps of a sequence, at least 2.
        batch_size: sequences to draw.
        rng: `numpy.random.default_rng(seed)`.

    Returns:
        inputs and targets, float64.

    Raises:
        CourseError: if length < 2 or batch_size < 1.

    Source: Hochreiter & Schmidhuber 1997, in the form of Le et al. 2015.
    """
    if length < 2 or batch_size < 1:
        raise CourseError(f"adding: needs length >= 2 and batch_size >= 1, got {length} and {batch_size}")
    numbers = rng.random((length, batch_size))
    marks = np.zeros_like(numbers)
    columns = np.arange(batch_size)
    half = length // 2
    marks[rng.integers(0, half, batch_size), columns] = 1
    marks[rng.integers(half, length, batch_size), columns] = 1
    return Adding(np.stack([numbers, marks], axis=-1), (numbers * marks).sum(axis=0))


def baseline_error() -> float:
    """Mean squared error of the best answer that ignores the sequence, which is always 1.

    The sum of two independent uniform numbers has the mean 1 and the variance 2 / 12.
    """
    return 1 / 6


def one_remembered_error() -> float:
    """Mean squared error of whoever knows one of the numbers and has forgotten the other: 1 / 12."""
    return 1 / 12
