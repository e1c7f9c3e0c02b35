"""Contexts of a text that are worth a look: frequent, seen once, never seen."""

from __future__ import annotations

import numpy as np
from jaxtyping import Int
from numpy import ndarray

from rnn_course.text.vocabulary import Vocabulary


def example_contexts(
    stream: Int[ndarray, " length"], vocabulary: Vocabulary, *, unit: str = "words"
) -> dict[str, dict[str, str]]:
    """Two-word contexts of `stream` by name; the same text always gives the same ones.

    Returns:
        settings of the explorer by name, those that the text offers of "start of a sentence", "frequent",
        "seen once", "never seen".
    """
    between = "" if unit == "characters" else " "
    is_word = np.array([token.isalpha() for token in vocabulary.tokens])
    ids = stream.astype(np.int64)
    size = len(vocabulary)
    both = is_word[ids[:-1]] & is_word[ids[1:]]
    pairs, counts = np.unique(ids[:-1][both] * size + ids[1:][both], return_counts=True)
    examples = {"start of a sentence": ""}

    def name(first: int, second: int) -> str:
        return f"{vocabulary.tokens[first]}{between}{vocabulary.tokens[second]}"

    if len(pairs):
        frequent = pairs[np.argmax(counts)]
        examples["frequent"] = name(*divmod(int(frequent), size))
    once = pairs[counts == 1]
    if len(once):
        examples["seen once"] = name(*divmod(int(once[len(once) // 2]), size))
    never = _never_adjacent(ids, pairs, is_word, size)
    if never is not None:
        examples["never seen"] = name(*never)
    return {key: {"context": context} for key, context in examples.items()}


def _never_adjacent(
    ids: Int[ndarray, " length"], pairs: Int[ndarray, " pairs"], is_word: ndarray, size: int
) -> tuple[int, int] | None:
    """The two most frequent different words of which the second never follows the first."""
    frequency = np.bincount(ids, minlength=size) * is_word
    frequent = [int(i) for i in np.argsort(-frequency, kind="stable")[:100] if frequency[i]]
    seen = set(pairs.tolist())
    candidates = sorted(
        ((i, j) for i in range(len(frequent)) for j in range(len(frequent)) if i != j), key=lambda ij: sum(ij)
    )
    for i, j in candidates:
        if frequent[i] * size + frequent[j] not in seen:
            return frequent[i], frequent[j]
    return None
