"""The copying problem: write down ten symbols again, after a long stretch in which nothing happens."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from jaxtyping import Int
from numpy import ndarray

from rnn_course.errors import CourseError


class Copying(NamedTuple):
    """Sequences to read, and what is to be written at each step.

    Attributes:
        inputs: ids, [lag + 2 * length, batch].
        targets: ids, of the same shape: blanks, and in the last `length` rows the symbols read first.
    """

    inputs: Int[ndarray, "time batch"]
    targets: Int[ndarray, "time batch"]


def copying(
    lag: int, batch_size: int, rng: np.random.Generator, *, symbols: int = 8, length: int = 10
) -> Copying:
    """Draw sequences that are to be copied `lag` steps after their end.

        inputs     s_1 .. s_length   blank * (lag - 1)      go   blank * length
        targets    blank * (length + lag)                        s_1 .. s_length

    Ids: symbols 0 .. symbols - 1, then the blank, then "go".

    Args:
        lag: steps from the end of the symbols to the "go", which counts too; at least 1.
        batch_size: sequences to draw.
        rng: `numpy.random.default_rng(seed)`.
        symbols: how many there are.
        length: how many are to be copied.

    Returns:
        inputs and targets, [lag + 2 * length, batch].

    Raises:
        CourseError: if a number is out of range.

    Source: Hochreiter & Schmidhuber 1997, in the form of Arjovsky et al. 2016 (8 symbols, 10 to copy).
    """
    if lag < 1 or batch_size < 1 or symbols < 2 or length < 1:
        raise CourseError(
            f"copying: needs lag, batch_size and length >= 1 and symbols >= 2, got lag={lag}, "
            f"batch_size={batch_size}, length={length}, symbols={symbols}"
        )
    blank, go = symbols, symbols + 1
    drawn = rng.integers(symbols, size=(length, batch_size))
    inputs = np.full((lag + 2 * length, batch_size), blank)
    targets = inputs.copy()
    inputs[:length] = drawn
    inputs[length + lag - 1] = go
    targets[length + lag :] = drawn
    return Copying(inputs, targets)


def copying_vocabulary_size(*, symbols: int = 8) -> int:
    """The symbols, the blank and "go"."""
    return symbols + 2


def memoryless_loss(lag: int, *, symbols: int = 8, length: int = 10) -> float:
    """Least cross-entropy of whoever has forgotten the symbols, nats per step.

        length log(symbols) / (lag + 2 length)

    It costs nothing to write the blanks, since the position of "go" is known; each symbol is guessed.

    Source: Arjovsky et al. 2016.
    """
    return float(length * np.log(symbols) / (lag + 2 * length))
