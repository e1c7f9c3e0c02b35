"""The texts of a seed, and the scale from the bigram's perplexity to the best of ours."""

from __future__ import annotations

import math
from functools import lru_cache
from typing import NamedTuple

import numpy as np
from jaxtyping import Float
from numpy import ndarray

from rnn_course import lm
from rnn_course.errors import CourseError
from rnn_course.text.grammar import Grammar
from rnn_course.text.tales import draw, keyed_rng, tales

Sentence = list[int]

PARAMETERS = 20_000  # numbers that a model may hold
TRAIN, VALID, HELD_OUT = 2000, 200, 2500  # sentences
WHOLE = 30  # sentences to ask about leaks
LONGEST = 40  # words: of longer sentences nothing is asked behind the fortieth
# What share of the way from the bigram to the language itself the best of ours goes, in log perplexity:
# the least that the reference solution reached in 40 languages; see tests/checks/a7/test_a7_scale.py.
BEST_OF_OURS = 0.87


class Race(NamedTuple):
    """All that a model is trained and measured on.

    Attributes:
        train, valid: sentences as lists of ids, without `</s>`.
        V: tokens of the vocabulary.
        beginnings: of sentences that stand nowhere else, each cut before a token drawn at random.
        answers: that token, for each of them. No model ever gets to see it.
        bigram, truth: its log-probability, by add-one-tenth bigrams of `train`, and by the language itself.
        whole: some sentences to the end, to ask about leaks.
    """

    train: list[Sentence]
    valid: list[Sentence]
    V: int
    beginnings: list[Sentence]
    answers: list[int]
    bigram: Float[ndarray, " held_out"]
    truth: Float[ndarray, " held_out"]
    whole: list[Sentence]


class Result(NamedTuple):
    """Perplexities of the held-out tokens, and the points for them, between 0 and 1."""

    model: float
    bigram: float
    best: float
    truth: float
    share: float


@lru_cache(maxsize=4)
def race(seed: int, *, train: int = TRAIN, valid: int = VALID, held_out: int = HELD_OUT) -> Race:
    """Draw a language, and from it so many sentences.

    Args:
        seed: of the language and of all that is drawn from it.

    Raises:
        CourseError: if there is nothing to train on.
    """
    if min(train, valid, held_out) < 1:
        raise CourseError(f"at least one sentence each is needed, got {train}, {valid} and {held_out}")
    language = tales(seed)
    rng = keyed_rng(seed, "sentences")
    trained, validated, whole = (draw(language, rng, n) for n in (train, valid, WHOLE))
    beginnings: list[Sentence] = []
    answers: list[int] = []
    while len(beginnings) < held_out:  # every token of the language is as likely to be asked for
        (sentence,) = draw(language, rng, 1)
        cut = int(rng.integers(LONGEST + 1))
        if cut <= len(sentence):
            beginnings.append(sentence[:cut])
            answers.append([*sentence, language.vocabulary.eos_id][cut])
    return Race(
        trained,
        validated,
        len(language.vocabulary),
        beginnings,
        answers,
        _bigram(trained, len(language.vocabulary), beginnings, answers),
        _truth(language, beginnings, answers),
        whole,
    )


def result(race: Race, log_probs: Float[ndarray, " held_out"]) -> Result:
    """Where a model stands on the scale, from the log-probabilities that it gave to the answers."""
    here, low, high = (float(x.mean()) for x in (log_probs, race.bigram, race.truth))
    best = low + BEST_OF_OURS * (high - low)
    share = 0.0 if here == -math.inf else (here - low) / (best - low)
    p, b, o, t = (math.exp(min(-x, 700.0)) for x in (here, low, best, high))
    return Result(p, b, o, t, min(max(share, 0.0), 1.0))


def _bigram(
    train: list[Sentence], V: int, beginnings: list[Sentence], answers: list[int]
) -> Float[ndarray, " held_out"]:
    """ln P(answer | last word), add-one-tenth: here a little better than Kneser-Ney's bigrams."""
    counts = np.full((V, V), 0.1)
    for sentence in train:
        np.add.at(counts, ([0, *sentence], [*sentence, 1]), 1)
    counts[:, 0] = 0  # nobody predicts <s>
    last = [beginning[-1] if beginning else 0 for beginning in beginnings]
    return np.log(counts[last, answers] / counts[last].sum(axis=1))


def _truth(language: Grammar, beginnings: list[Sentence], answers: list[int]) -> Float[ndarray, " held_out"]:
    return np.array(
        [
            float(language.next_log_probs(lm.state_after(language, beginning))[answer])
            for beginning, answer in zip(beginnings, answers, strict=True)
        ]
    )
