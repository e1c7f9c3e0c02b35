"""What the widget on two-sided context shows, computed once."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, NamedTuple

import numpy as np
from jaxtyping import Float, Int
from numpy import ndarray

from rnn_course.errors import DataError, VocabularyError
from rnn_course.experiments.context_sides import Reached, what_reaches
from rnn_course.models.tagger import Tagger
from rnn_course.text import tokenize
from rnn_course.text.batching import Padded
from rnn_course.widgets.base import WidgetError

MOST_WORDS = 16
MOST_SENTENCES = 8
MOST_READERS = 3
NOT_COMPARABLE = -1.0
"""In place of a distance, where the two sentences have different words at a place."""


class Readings(NamedTuple):
    """Sentences as each reader takes them; filled up with 0 to the longest one.

    Attributes:
        lengths: words of each sentence, [sentences].
        shares: of the vector's change at word t, from word s, [sentences, readers, t, s].
        probabilities: of the tags, [sentences, readers, words, labels].
        distances: between the vectors of the same word at the same place of two sentences, as a multiple of
            their length, else `NOT_COMPARABLE`, [sentences, sentences, readers, words].
    """

    lengths: Int[ndarray, " sentences"]
    shares: Float[ndarray, "sentences readers words words"]
    probabilities: Float[ndarray, "sentences readers words labels"]
    distances: Float[ndarray, "sentences sentences readers words"]


def read_all(readers: Mapping[str, Tagger], sentences: Sequence[Sequence[str]]) -> Readings:
    """What reaches each word, and what is said of it, by every reader in every sentence."""
    S, R, T = len(sentences), len(readers), max(map(len, sentences))
    labels = next(iter(readers.values())).labels
    shares = np.zeros((S, R, T, T), np.float32)
    probabilities = np.zeros((S, R, T, len(labels)), np.float32)
    reached: dict[tuple[int, int], Reached] = {}
    for i, words in enumerate(sentences):
        for j, model in enumerate(readers.values()):
            found = reached[i, j] = what_reaches(model, tuple(words))
            shares[i, j, : len(words), : len(words)] = found.shares
            ids = model.vocabulary.encode(words)
            probabilities[i, j, : len(words)] = np.exp(model.row_log_probs(_alone(ids)))
    distances = np.full((S, S, R, T), NOT_COMPARABLE, np.float32)
    for i, j in np.ndindex(S, S):
        for t, (word, other) in enumerate(zip(sentences[i], sentences[j], strict=False)):
            if word == other:
                for r in range(R):
                    distances[i, j, r, t] = _distance(reached[i, r].outputs[t], reached[j, r].outputs[t])
    return Readings(np.array([len(words) for words in sentences]), shares, probabilities, distances)


def _alone(ids: Int[ndarray, " words"]) -> Padded:
    return Padded(ids[:, None], np.array([len(ids)]), np.zeros(1, dtype=np.int64))


def _distance(a: Float[ndarray, " output"], b: Float[ndarray, " output"]) -> float:
    length = np.sqrt(np.linalg.norm(a) * np.linalg.norm(b))
    return float(np.linalg.norm(a - b) / length) if length else 0.0


def check_readers(readers: Any) -> dict[str, Tagger]:
    """Hold a student's taggers to what can be set side by side.

    Raises:
        WidgetError: if they are no dict of one to three taggers with the same labels.
    """
    if not isinstance(readers, Mapping) or not 1 <= len(readers) <= MOST_READERS:
        got = f"{len(readers)} of them" if isinstance(readers, Mapping) else type(readers).__name__
        raise WidgetError(f"readers is a dict of one to three taggers by name, got {got}")
    for name, model in readers.items():
        if not isinstance(name, str) or not name:
            raise WidgetError(f"a reader's name is a text, got {name!r}")
        if not isinstance(model, Tagger):
            raise WidgetError(f"readers[{name!r}] is a Tagger, got {type(model).__name__}")
    all_labels = {model.labels.names for model in readers.values()}
    if len(all_labels) > 1:
        raise WidgetError("the readers have different labels: what they say cannot be set side by side")
    return dict(readers)


def check_sentences(sentences: Any, readers: Mapping[str, Tagger]) -> list[list[str]]:
    """The words of each sentence, which every reader knows.

    Raises:
        DataError: if there are none or too many, or one is no text, empty, too long or stands twice.
        VocabularyError: if a reader does not know a word.
    """
    if isinstance(sentences, str):
        sentences = [sentences]
    if not isinstance(sentences, list | tuple) or not 1 <= len(sentences) <= MOST_SENTENCES:
        raise DataError(f"sentences is a list of 1 to {MOST_SENTENCES} texts, got {sentences!r}")
    found = []
    for sentence in sentences:
        if not isinstance(sentence, str):
            raise DataError(f"a sentence is a text, got {sentence!r}")
        words = tokenize.words(sentence)
        if not 1 <= len(words) <= MOST_WORDS:
            raise DataError(
                f"a sentence of 1 to {MOST_WORDS} words can be shown, got {len(words)}: {sentence!r}"
            )
        for name, model in readers.items():
            unknown = [word for word in words if word not in model.vocabulary]
            if unknown:
                raise VocabularyError(f"{name!r} does not know {unknown[0]!r} of {sentence!r}")
        if words in found:
            raise DataError(f"{sentence!r} stands twice")
        found.append(words)
    return found
