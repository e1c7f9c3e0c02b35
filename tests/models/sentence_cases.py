"""Sentences of different lengths, in batches with more or less padding."""

from __future__ import annotations

import numpy as np

from rnn_course.text.batching import Padded


def random_sentences(rng: np.random.Generator, lengths: list[int], size: int) -> list[np.ndarray]:
    """Ids from 2 on, few enough that words repeat."""
    return [rng.integers(2, size, length) for length in lengths]


def more_padding(words: Padded, rng: np.random.Generator, size: int, extra: int) -> Padded:
    """The same sentences with other ids at their padding, and `extra` more steps of it."""
    T, B = words.ids.shape
    ids = rng.integers(0, size, (T + extra, B))
    for column, length in enumerate(words.lengths):
        ids[:length, column] = words.ids[:length, column]
    return words._replace(ids=ids)
