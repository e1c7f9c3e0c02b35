"""The experiments of lecture 03: how a perplexity goes wrong, and what temperature does to samples."""

from __future__ import annotations

from collections.abc import Iterable
from itertools import pairwise
from typing import Any, NamedTuple

import numpy as np
from jaxtyping import Float, Int
from numpy import ndarray

from rnn_course.errors import DataError
from rnn_course.experiments.misreading import IN_WORDS, Mistakes, misread
from rnn_course.lm import LanguageModel, log_prob, sample, sequence_log_probs
from rnn_course.text.vocabulary import Vocabulary


class Reading(NamedTuple):
    """One way to turn the same log-probabilities into a number called perplexity.

    Attributes:
        name: short, for a table.
        value: the number.
        mistake: what is wrong with it; empty for the right one.
    """

    name: str
    value: float
    mistake: str


def perplexity_gallery(
    model: LanguageModel[Any], stream: Int[ndarray, " tokens"], *, batch_size: int = 20
) -> list[Reading]:
    """One model, one text, and nine perplexities of which one is right.

        perplexity = exp(J),   J = -(1/T) sum over all T tokens of log P(w_t | history), `</s>` among them

    Args:
        stream: ids with `</s>` after each sentence.
        batch_size: sentences in a batch, for the mistakes that batches invite.

    Raises:
        DataError: if the stream does not end with `</s>`, or has fewer than two batches of sentences.
    """
    ids = np.asarray(stream)
    if not len(ids) or ids[-1] != Vocabulary.eos_id:
        raise DataError("the text has to end with </s>: the gallery counts by sentences")
    sentences = int(np.sum(ids == Vocabulary.eos_id))
    if sentences < 2 * batch_size:
        raise DataError(f"{sentences} sentences do not fill two batches of {batch_size}")
    nll = -sequence_log_probs(model, ids)  # nats
    readings = [Reading("right", misread(nll, ids), "")]
    for name, mistakes, mistake in GALLERY:
        readings.append(Reading(name, misread(nll, ids, mistakes, batch_size=batch_size), mistake))
    return readings


def _alone(name: str) -> tuple[str, Mistakes, str]:
    said = IN_WORDS[name]
    return said.name, Mistakes(**{name: True}), said.reason


GALLERY = [
    _alone("sentences"),
    _alone("batches"),
    (
        "mean of the batches' perplexities",
        Mistakes(sentences=True, batches=True, exp_first=True),
        IN_WORDS["exp_first"].reason,
    ),
    *(_alone(name) for name in ("padding", "no_end", "begin", "no_unknown", "base_2")),
]
"""Name, mistakes and reason of each wrong reading."""


class Sampling(NamedTuple):
    """What one way of sampling does.

    Attributes:
        name: the setting.
        log_prob: mean log P of a drawn token under the model itself, nats: how much it likes what it wrote.
        distinct: different bigrams among the drawn ones, in [0, 1]: how much it repeats itself.
        length: mean tokens of a sentence.
        example: one of the sentences.
    """

    name: str
    log_prob: float
    distinct: float
    length: float
    example: str


def sampling_table(
    model: LanguageModel[Any],
    seed: int,
    settings: Iterable[dict[str, float]],
    *,
    sentences: int = 40,
    max_tokens: int = 40,
) -> list[Sampling]:
    """Draw sentences with each setting, from the same seed.

    Args:
        settings: arguments of `rnn_course.lm.sample`, such as `{"temperature": 0.5}` or `{"top_p": 0.9}`.
    """
    table = []
    for setting in settings:
        rng = np.random.default_rng(seed)
        arguments: dict[str, Any] = dict(setting)
        drawn = [sample(model, rng, max_tokens=max_tokens, **arguments) for _ in range(sentences)]
        bigrams = [pair for sentence in drawn for pair in pairwise(sentence)]
        ended = [len(sentence) < max_tokens for sentence in drawn]
        scores = [log_prob(model, sentence, end=end) for sentence, end in zip(drawn, ended, strict=True)]
        tokens = sum(map(len, drawn)) + sum(ended)
        table.append(
            Sampling(
                ", ".join(f"{name} {value:g}" for name, value in setting.items()),
                sum(scores) / tokens,
                len(set(bigrams)) / max(1, len(bigrams)),
                tokens / sentences,
                " ".join(drawn[0]),
            )
        )
    return table


def tempered(log_probs: Float[ndarray, " vocab"], temperatures: Iterable[float]) -> list[tuple[float, float]]:
    """(temperature, entropy in nats) of softmax(log P / temperature): from one certain token to uniform."""
    found = []
    for temperature in temperatures:
        scaled = log_probs / temperature
        p = np.exp(scaled - scaled.max())
        p /= p.sum()
        found.append((temperature, float(-np.sum(p * np.log(np.maximum(p, 1e-300))))))
    return found
