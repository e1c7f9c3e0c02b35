"""Experiments of lecture 07: what temperature does to a drawn text, and how far back a model remembers."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Sequence
from typing import Any, NamedTuple

import numpy as np
from jaxtyping import Float
from numpy import ndarray

from rnn_course.errors import CourseError, DataError
from rnn_course.lm import LanguageModel, next_token_distribution, sample
from rnn_course.text.corpus import Corpus

_WORD = re.compile(r"[A-Za-z]{3,}")
PIECE = 20
"""Characters in a piece that counts as repeated or new."""
BEGINNINGS = ("def ", "class ", "import ", "    return ", "        if ", "# ")
"""Of Python."""


class Heated(NamedTuple):
    """Drawn text at several temperatures, beside real text of the same length.

    Attributes:
        temperatures: as given.
        real_words: share of the drawn words of three letters and more that stand in the training text; 0 if
            there are none.
        new_pieces: share of the pieces of 20 characters that did not stand in the same text before.
        of_real_text: both shares for held-out text.
    """

    temperatures: Float[ndarray, " temperatures"]
    real_words: Float[ndarray, " temperatures"]
    new_pieces: Float[ndarray, " temperatures"]
    of_real_text: tuple[float, float]


def heat(
    model: LanguageModel[Any],
    corpus: Corpus,
    temperatures: Sequence[float],
    rng: np.random.Generator,
    *,
    beginnings: Sequence[str] = BEGINNINGS,
    characters: int = 500,
) -> Heated:
    """Draw texts at each temperature, and see how much of them is real words, and how much is new.

    Args:
        model: of characters.
        corpus: whose training text says which words there are.
        temperatures: at least 0.
        beginnings: of the texts, one each, so that no result hangs on one loop that a cold model falls into.
        characters: of each text; the beginning is not counted.

    Raises:
        CourseError: if there are no temperatures or no beginnings, or too few characters to hold a piece.
        DataError: if the corpus is not one of characters.
    """
    if not len(temperatures) or not len(beginnings):
        raise CourseError("at least one temperature and one beginning are needed")
    if characters < 2 * PIECE:
        raise CourseError(f"characters is at least {2 * PIECE}, got {characters}")
    _hold_characters(corpus)
    known = set(_WORD.findall(corpus.text(corpus.train)))
    found = np.array(
        [
            _shares([_drawn(model, rng, start, temperature, characters) for start in beginnings], known)
            for temperature in temperatures
        ]
    )
    valid = corpus.text(corpus.valid)
    ends = range(characters, len(valid) + 1, characters)
    real = _shares([valid[end - characters : end] for end in ends][: len(beginnings)], known)
    return Heated(np.array(temperatures, dtype=float), found[:, 0], found[:, 1], real)


def _hold_characters(corpus: Corpus) -> None:
    if corpus.unit != "characters":
        raise DataError(f"{corpus.name} is a corpus of {corpus.unit}, expected one of characters")


def _drawn(
    model: LanguageModel[Any], rng: np.random.Generator, start: str, temperature: float, characters: int
) -> str:
    """So many characters after `start`; where the model ends its text, it begins it again."""
    text = ""
    while len(text) < characters:
        left = characters - len(text)
        drawn = sample(model, rng, context=list(start), max_tokens=left, temperature=temperature)
        text += "".join(drawn) + "\n"
    return text[:characters]


def _shares(texts: Sequence[str], known: set[str]) -> tuple[float, float]:
    words, new, all_pieces = [], 0, 0
    for text in texts:
        words += _WORD.findall(text)[:-1]  # the last one may be cut off
        pieces = Counter(text[at : at + PIECE] for at in range(len(text) - PIECE + 1))
        new += len(pieces)
        all_pieces += pieces.total()
    real = sum(word in known for word in words) / len(words) if words else 0.0
    return real, new / all_pieces


class Brackets(NamedTuple):
    """P(closing bracket) after words of several lengths.

    Attributes:
        distances: characters since the bracket: the lengths of the words.
        opened: mean probability where a bracket stands before the word, [distances].
        none: where none does, [distances].
    """

    distances: Float[ndarray, " distances"]
    opened: Float[ndarray, " distances"]
    none: Float[ndarray, " distances"]


def open_brackets(
    model: LanguageModel[Any],
    corpus: Corpus,
    distances: Sequence[int],
    *,
    before: str = "\n        return ",
    words: int = 30,
) -> Brackets:
    """Does a model know that a bracket is open? Compare `return (value` with `return value`.

    The words are the most frequent ones of the training text of each length. A model that sees only the last
    few characters has the same answer for both as soon as the word is longer than that.

    Args:
        model: of characters.
        corpus: of characters, whose training text the words are from.
        distances: lengths of the words, at least 1.
        before: what stands before the bracket.
        words: so many of each length.

    Raises:
        DataError: if the corpus is not one of characters, or has no word of one of the lengths.
    """
    _hold_characters(corpus)
    counts = Counter(re.findall(r"\b[a-z]+\b", corpus.text(corpus.train)))
    close = corpus.vocabulary.id(")")
    means = []
    for distance in distances:
        chosen = [word for word, _ in counts.most_common() if len(word) == distance][:words]
        if not chosen:
            raise DataError(f"{corpus.name} has no word of {distance} letters")
        means.append(
            [
                np.mean(
                    [next_token_distribution(model, [*before, *bracket, *word])[close] for word in chosen]
                )
                for bracket in ("(", "")
            ]
        )
    opened, none = np.array(means).T
    return Brackets(np.array(distances), opened, none)
