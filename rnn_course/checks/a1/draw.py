"""Random toy text and tables for the hidden cases of a1."""

from __future__ import annotations

from collections import defaultdict

import numpy as np

from rnn_course.text.vocabulary import BOS, EOS

Counts = dict[tuple[str, ...], int]
Table = dict[tuple[str, ...], dict[str, float]]

WORDS = ("ant", "bee", "cow", "dog", "eel", "fox", "gnu", "hen")

# The sentences that the notebook of a1 works with.
TOY = [["the", "cat", "sat"], ["the", "cat", "ran"], ["the", "dog", "sat"], ["a", "cat"]]
TOY_BIGRAMS: Counts = {
    ("<s>", "the"): 3,
    ("<s>", "a"): 1,
    ("the", "cat"): 2,
    ("the", "dog"): 1,
    ("a", "cat"): 1,
    ("cat", "sat"): 1,
    ("cat", "ran"): 1,
    ("cat", "</s>"): 1,
    ("dog", "sat"): 1,
    ("sat", "</s>"): 2,
    ("ran", "</s>"): 1,
}


def some_words(rng: np.random.Generator, how_many: int) -> list[str]:
    """Different words in a random order."""
    return [str(word) for word in rng.permutation(WORDS)[:how_many]]


def sentences(
    rng: np.random.Generator, how_many: int, *, words: list[str], longest: int = 7
) -> list[list[str]]:
    """Sentences of 1 to `longest` words, with repetitions."""
    return [
        [str(word) for word in rng.choice(words, size=int(rng.integers(1, longest + 1)))]
        for _ in range(how_many)
    ]


def ngrams(text: list[list[str]], n: int) -> Counts:
    """Counts of the n-grams of `text`, in the order in which they come."""
    counts: defaultdict[tuple[str, ...], int] = defaultdict(int)
    for sentence in text:
        tokens = (BOS, *sentence, EOS)
        for end in range(max(n, 2), len(tokens) + 1):
            counts[tokens[end - n : end]] += 1
    return dict(counts)


def vocabulary(words: list[str]) -> list[str]:
    """The tokens of a Vocabulary, the three special ones first."""
    return [BOS, EOS, "<unk>", *words]


def conditional(counts: Counts) -> Table:
    """Relative frequencies, context by context."""
    table: defaultdict[tuple[str, ...], dict[str, float]] = defaultdict(dict)
    for ngram, count in counts.items():
        table[ngram[:-1]][ngram[-1]] = float(count)
    return {h: {w: c / sum(row.values()) for w, c in row.items()} for h, row in table.items()}


def distribution(rng: np.random.Generator, over: list[str]) -> dict[str, float]:
    """Random probabilities, none of them small."""
    weights = rng.uniform(0.2, 1.0, size=len(over))
    return {word: float(weight) for word, weight in zip(over, weights / weights.sum(), strict=True)}
