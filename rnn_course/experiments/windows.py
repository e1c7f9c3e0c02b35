"""The experiments of lecture 04: what a longer window gives, what it costs, and what it does not share."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

import numpy as np
from jaxtyping import Float
from numpy import ndarray

from rnn_course.cells.parameters import parameter_count
from rnn_course.errors import CourseError
from rnn_course.lm import perplexity
from rnn_course.models.fixed_window import FixedWindowLM
from rnn_course.models.kneser_ney import KneserNey
from rnn_course.text.corpus import Corpus
from rnn_course.training.config import TrainingConfig
from rnn_course.training.loop import train
from rnn_course.training.schedule import Plateau


@dataclass(frozen=True)
class WindowTable:
    """Fixed-window networks and n-grams that see equally far.

    Attributes:
        windows: k, tokens of context.
        perplexity: of the network, on the test part.
        parameters: of the network.
        weights_per_word: columns of W that one place in the window has: what it cannot share with another.
        ngram_perplexity: of Kneser-Ney smoothed n-grams with n = k + 1.
        ngram_numbers: different n-grams that it stores, of all orders.
    """

    windows: list[int]
    perplexity: list[float]
    parameters: list[int]
    weights_per_word: int
    ngram_perplexity: list[float]
    ngram_numbers: list[int]


def perplexity_by_window(
    corpus: Corpus,
    windows: Iterable[int] = (1, 2, 4, 8),
    *,
    seed: int = 0,
    embed_size: int = 32,
    hidden_size: int = 64,
    epochs: int = 6,
) -> WindowTable:
    """Train a network for each window, and count n-grams beside it.

    The n-gram's table grows with the text and with n; the network grows only by `embed_size` columns of W for
    each place. But every place learns every word anew: see `similarity_of_places`.
    """
    windows = list(windows)
    table = WindowTable(windows, [], [], embed_size * hidden_size, [], [])
    for window in windows:
        model = fit_window(
            corpus, window, seed=seed, embed_size=embed_size, hidden_size=hidden_size, epochs=epochs
        )
        table.perplexity.append(perplexity(model, corpus.test))
        table.parameters.append(parameter_count(model.params))
        counts = KneserNey.fit(corpus.train, corpus.vocabulary, order=window + 1)
        table.ngram_perplexity.append(perplexity(counts, corpus.test))
        table.ngram_numbers.append(sum(counts.counts.num_distinct))
    return table


def fit_window(
    corpus: Corpus, window: int, *, seed: int, embed_size: int, hidden_size: int, epochs: int
) -> FixedWindowLM:
    """A trained fixed-window network; the best of its epochs on the validation part."""
    rng = np.random.default_rng(seed)
    model = FixedWindowLM.init(
        corpus.vocabulary, window, embed_size, hidden_size, rng, dtype=np.float32, dropout=0.2
    )
    config = TrainingConfig(
        epochs=epochs, batch_size=16, learning_rate=4e-3, schedule=Plateau(decay=0.5), seed=seed
    )
    train(model, corpus.train, config, valid=corpus.valid, progress=False)
    return model


def similarity_of_places(model: FixedWindowLM) -> Float[ndarray, "window window"]:
    """Cosine between the blocks of W that belong to two places of the window.

    W = [W_1 .. W_k], and place j adds W_j e^(j) to what the hidden layer sees. If the network used what it
    learned of a word at one place at another, W_i and W_j would be alike and their cosine near 1. Nothing in
    the model makes them so: this is the missing symmetry that a recurrence repairs.

    Raises:
        CourseError: if the window has fewer than two places.
    """
    if model.window < 2:
        raise CourseError("similarity_of_places: a window of 1 has no two places to compare")
    W = np.asarray(model.params.W, dtype=np.float64)
    blocks = np.stack([block.ravel() for block in np.split(W, model.window, axis=1)])
    blocks /= np.linalg.norm(blocks, axis=1, keepdims=True)
    return blocks @ blocks.T
