"""Recall: which symbol came first? The answer is asked for after a lag, and nothing else is."""

from __future__ import annotations

from typing import Literal, NamedTuple

import numpy as np
from jaxtyping import Int
from numpy import ndarray

from rnn_course.errors import CourseError


class Recall(NamedTuple):
    """Sequences, and the symbol that each began with.

    Attributes:
        inputs: ids, [lag + 1, batch]; the first row holds the symbols to recall.
        targets: the same symbols, [batch], to be named after the last row has been read.
    """

    inputs: Int[ndarray, "time batch"]
    targets: Int[ndarray, " batch"]


Filler = Literal["symbols", "blank"]


def recall(
    lag: int, batch_size: int, rng: np.random.Generator, *, symbols: int = 8, filler: Filler = "symbols"
) -> Recall:
    """Draw sequences whose first symbol is to be named `lag` steps after it was read.

        x^(1) = target,   x^(2) .. x^(lag+1) = filler,   answer after x^(lag+1)

    A gradient that is to teach this has to go back `lag` steps.

    Args:
        lag: steps between reading the symbol and naming it; 0 asks at once.
        batch_size: sequences to draw.
        rng: `numpy.random.default_rng(seed)`.
        symbols: how many there are; each is as likely as any other.
        filler: what stands between: "symbols", drawn from the same ones, or "blank", one id of its own.

    Returns:
        inputs, ids in [0, `recall_vocabulary_size`), and targets, ids in [0, symbols).

    Raises:
        CourseError: if a number is out of range.

    Source: after the long time lag problems of Hochreiter & Schmidhuber 1997.
    """
    if lag < 0 or batch_size < 1 or symbols < 2:
        raise CourseError(
            f"recall: needs lag >= 0, batch_size >= 1 and symbols >= 2, got lag={lag}, "
            f"batch_size={batch_size}, symbols={symbols}"
        )
    if filler not in ("symbols", "blank"):
        raise CourseError(f'recall: filler is "symbols" or "blank", got {filler!r}')
    inputs = rng.integers(symbols, size=(lag + 1, batch_size))
    if filler == "blank":
        inputs[1:] = symbols
    return Recall(inputs, inputs[0].copy())


def recall_vocabulary_size(*, symbols: int = 8, filler: Filler = "symbols") -> int:
    """How many ids the inputs of `recall` are made of: the symbols, and the blank if there is one."""
    return symbols + (filler == "blank")


def chance_accuracy(*, symbols: int = 8) -> float:
    """Share of right answers, in [0, 1], of whoever has forgotten the symbol: 1 / symbols."""
    return 1 / symbols


def chance_loss(*, symbols: int = 8) -> float:
    """Least cross-entropy, nats per answer, of whoever has forgotten the symbol: log(symbols)."""
    return float(np.log(symbols))
