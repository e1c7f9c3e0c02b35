"""Deep stacks in training: plain, and with connections past a layer. Lecture 13."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from jaxtyping import Float
from numpy import ndarray

from rnn_course.cells.cell import CELLS
from rnn_course.cells.highway import HighwayParams
from rnn_course.cells.stacked import Skip, stacked
from rnn_course.errors import CourseError
from rnn_course.lm import perplexity
from rnn_course.models.ngram import MLE
from rnn_course.models.recurrent import RecurrentLM
from rnn_course.text.grammar import Grammar
from rnn_course.text.languages import random_chain
from rnn_course.training.config import TrainingConfig
from rnn_course.training.loop import train


@dataclass(frozen=True)
class DeepTraining:
    """Training curves of stacks of equal width.

    Args:
        skips: how each stack is connected: None (plain), "residual", "dense" or "highway".
        depths: layers.
        losses: of each batch, nats per token, [stacks, depths, updates].
        best: the language's own cross-entropy, which no model can beat.
        unigram: that of word frequencies: what a stack learns through whose layers nothing comes.
    """

    skips: tuple[Skip, ...]
    depths: tuple[int, ...]
    losses: Float[ndarray, "stacks depths updates"]
    best: float
    unigram: float

    @property
    def end(self) -> Float[ndarray, "stacks depths"]:
        """The mean loss of the last tenth of the updates."""
        return self.losses[..., -max(1, self.losses.shape[-1] // 10) :].mean(axis=-1)

    @property
    def learned(self) -> Float[ndarray, "stacks depths"]:
        """How much of the way from word frequencies to the best possible loss was made; 1 is all of it."""
        return (self.unigram - self.end) / (self.unigram - self.best)


def train_deep_stacks(
    depths: Sequence[int] = (2, 50),
    *,
    skips: Sequence[Skip] = (None, "residual", "dense", "highway"),
    seed: int = 0,
    width: int = 16,
    max_updates: int = 200,
    learning_rate: float = 2e-3,
    transform_bias: float = -3.0,
    gain: float = 1.0,
    language: Grammar | None = None,
) -> DeepTraining:
    """Train a feed-forward stack to predict a word from the one before it.

    Each layer is an Elman cell that reads one step from a state of 0, tanh(W_e y + b_1): a layer of an
    ordinary deep network. The task is a bigram's, for which one layer is enough: what is asked is only
    whether depth stands in the way.

    Shows: with 2 layers all learn. With 50, the plain stack learns word frequencies and no more; with
    connections past the layers it learns about as well as with 2, a residual one better. First weights of
    2.5 times the size send a plain stack's gradient down all 50 layers, and it learns something, but still
    less than half of what the residual one does.

    Args:
        depths: layers of the stacks.
        skips: kinds of stack, as `rnn_course.cells.stacked.stacked` knows them.
        seed: of the text, the weights and the batches.
        width: units of each layer, and the size of the embeddings.
        max_updates: of each run.
        learning_rate: of Adam.
        transform_bias: of the gates of highway connections, before training.
        gain: what the layers' first W_e are multiplied by.
        language: a language of bigrams; a chain of 40 words if left out.

    Raises:
        CourseError: if there are no depths or kinds, or gain is not above 0.

    Source: plain against residual: He et al. 2016; highway: Srivastava et al. 2015; dense: Huang et al. 2017.
    """
    if not len(depths) or not len(skips) or min(depths) < 1:
        raise CourseError(
            f"train_deep_stacks: needs kinds and depths >= 1, got {list(skips)}, {list(depths)}"
        )
    if not 0 < gain < np.inf:
        raise CourseError(f"train_deep_stacks: gain is above 0, got {gain}")
    if language is None:
        language = random_chain(np.random.default_rng(seed), size=40, followers=3)
    corpus = language.corpus(seed, train=2000, valid=10, test=500)
    losses = np.zeros((len(skips), len(depths), max_updates))
    for row, skip in enumerate(skips):
        for column, depth in enumerate(depths):
            cell = stacked(CELLS["elman"], depth, skip=skip)
            options: dict[str, Any] = {"transform_bias": transform_bias} if skip == "highway" else {}
            model = RecurrentLM.init(
                corpus.vocabulary,
                cell,
                width,
                width,
                np.random.default_rng(seed),
                dtype=np.float32,
                memory="none",
                **options,
            )
            for layer in model.params.cell.layers:
                of_cell = layer.cell if isinstance(layer, HighwayParams) else layer
                of_cell.W_e[:] *= gain
            config = TrainingConfig(
                epochs=None,
                max_updates=max_updates,
                learning_rate=learning_rate,
                max_gradient_norm=1.0,
                batch_size=16,
                steps=16,
                seed=seed,
            )
            history = train(model, corpus.train, config, progress=False)
            losses[row, column] = history.loss
    unigram = MLE.fit(corpus.train, corpus.vocabulary, order=1)
    best, frequencies = (float(np.log(perplexity(each, corpus.train))) for each in (language, unigram))
    return DeepTraining(tuple(skips), tuple(depths), losses, best, frequencies)
