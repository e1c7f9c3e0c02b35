"""A recurrent language model of twenty lines, and a text for it: what tests of training train."""

from __future__ import annotations

from typing import Any, NamedTuple

import numpy as np
from numpy import ndarray

from rnn_course.cells.cell import CELLS, state_at
from rnn_course.layers import (
    ReadoutParams,
    cross_entropy_backward,
    cross_entropy_forward,
    dropout_backward,
    dropout_forward,
    embedding_backward,
    embedding_forward,
    readout_backward,
    readout_forward,
)
from rnn_course.models.trainable import Evaluation, Step
from rnn_course.text.batching import Batch


class Params(NamedTuple):
    E: ndarray
    cell: Any
    readout: ReadoutParams


class SmallModel:
    """Embedding, dropout, a cell, readout."""

    def __init__(
        self,
        vocab: int = 9,
        size: int = 6,
        *,
        cell: str = "lstm",
        dropout: float = 0.0,
        seed: int = 0,
        dtype: Any = np.float64,
    ) -> None:
        rng = np.random.default_rng(seed)
        self.cell, self.dropout = CELLS[cell], dropout
        self.params = Params(
            (0.5 * rng.standard_normal((vocab, size))).astype(dtype),
            self.cell.init(size, size, rng, dtype=dtype),
            ReadoutParams((0.5 * rng.standard_normal((vocab, size))).astype(dtype), np.zeros(vocab, dtype)),
        )

    def loss(self, batch: Batch, state: Any = None) -> Evaluation:
        step = self.loss_and_gradients(batch, state)
        return Evaluation(step.loss, step.tokens, step.state)

    def loss_and_gradients(self, batch: Batch, state: Any = None, *, rng: Any = None) -> Step:
        params = self.params
        x, embedding = embedding_forward(params.E, batch.inputs)
        mask = None
        if rng is not None and self.dropout:
            x, mask = dropout_forward(x, self.dropout, rng)
        h, cache = self.cell.forward(params.cell, x, state)
        z, readout = readout_forward(params.readout, h)
        J, cross_entropy = cross_entropy_forward(z, batch.targets)
        dreadout, dh = readout_backward(cross_entropy_backward(cross_entropy), readout)
        dcell, dx, _ = self.cell.backward(dh, cache)
        dx = dx if mask is None else dropout_backward(dx, mask)
        gradients = Params(embedding_backward(dx, embedding), dcell, dreadout)
        return Step(J, batch.targets.size, gradients, state_at(self.cell.states(cache)))


def text(tokens: int = 600, *, seed: int = 1, vocab: int = 9) -> ndarray:
    """A stream in which each word depends on the one before: word + 1 most of the time, or `</s>`."""
    rng = np.random.default_rng(seed)
    stream, word = np.empty(tokens, np.int64), 1
    for t in range(tokens):
        if rng.random() < 0.1:
            word = 1
        elif rng.random() < 0.2 or word == 1:
            word = int(rng.integers(3, vocab))
        else:
            word = 3 + (word - 2) % (vocab - 3)
        stream[t] = word
    return stream
