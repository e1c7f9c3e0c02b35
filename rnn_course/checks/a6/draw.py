"""Random small networks and padded batches for the cases of a6: all sizes unequal, words repeated."""

from __future__ import annotations

import numpy as np

from rnn_course.checks.a6.given import Array, Params
from rnn_course.checks.compare import Tolerance

# Single precision through some steps and layers passes, also where a number comes out near 0.
NETWORK = Tolerance(rtol=1e-5, atol=2e-6)


def normal(
    rng: np.random.Generator, shape: tuple[int, ...], scale: float = 1.0, digits: int | None = None
) -> Array:
    """Normal numbers, rounded to so many digits where a student is to read them."""
    values = scale * rng.standard_normal(shape)
    return values if digits is None else values.round(digits)


def cell(rng: np.random.Generator, embed: int, hidden: int, digits: int | None = None) -> Params:
    """An Elman cell whose states are neither near 0 nor near 1, and hang on those before them."""
    return {
        "W_h": normal(rng, (hidden, hidden), 1.1 / np.sqrt(hidden), digits),
        "W_e": normal(rng, (hidden, embed), 1.0 / np.sqrt(embed), digits),
        "b_1": normal(rng, (hidden,), 0.3, digits),
    }


def reader(
    rng: np.random.Generator, vocab: int, embed: int, hidden: int, digits: int | None = None
) -> Params:
    """Embeddings and a cell."""
    return {"E": normal(rng, (vocab, embed), 1.0, digits), **cell(rng, embed, hidden, digits)}


def writer(
    rng: np.random.Generator,
    vocab: int,
    embed: int,
    hidden: int,
    outputs: int,
    digits: int | None = None,
    scale: float = 1.5,
) -> Params:
    """Embeddings, a cell and a readout of `outputs` scores."""
    return {
        **reader(rng, vocab, embed, hidden, digits),
        "U": normal(rng, (outputs, hidden), scale, digits),
        "b_2": normal(rng, (outputs,), 0.5, digits),
    }


def lengths(rng: np.random.Generator, batch: int, time: int) -> Array:
    """Lengths from 1 to `time`; one sentence is full, and where there is a second, it is shorter by 2."""
    drawn = rng.integers(1, time + 1, size=batch)
    drawn[0] = time
    if batch > 1:
        drawn[1] = max(1, time - 2)
    return rng.permutation(drawn)


def sentences(rng: np.random.Generator, of: Array, vocab: int, first: int = 0, pad: int = 1) -> Array:
    """Ids from `first` to vocab - 1, [time, batch], with `pad` behind each sentence's end."""
    time = int(of.max())
    ids = rng.integers(first, vocab, size=(time, len(of)))
    ids[outside(of, time)] = pad
    return ids


def outside(of: Array, time: int) -> Array:
    """True at padding, [time, batch]."""
    return np.arange(time)[:, None] >= of
