"""The experiments of lecture 03: how a perplexity goes wrong, and what temperature does to samples."""

from __future__ import annotations

from collections.abc import Iterable
from itertools import count, pairwise
from typing import Any, NamedTuple

import numpy as np
from jaxtyping import Float, Int
from numpy import ndarray

from rnn_course.errors import DataError
from rnn_course.experiments.misreading import IN_WORDS, Mistakes, misread
from rnn_course.lm import LanguageModel, log_prob, sample, sequence_log_probs
from rnn_course.text.vocabulary import EOS, Vocabulary


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
    """How probable a text is, and how varied.

    Attributes:
        name: how it was made.
        log_prob: mean log P of a token under the model, nats: for a drawn text, how much the model likes what
            it wrote.
        distinct: different bigrams among all of them, in [0, 1]: low where the text repeats itself.
        length: mean tokens of a sentence.
        example: the first sentence.
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
    tokens: int = 1000,
    max_tokens: int = 40,
) -> list[Sampling]:
    """Draw as much text with each setting, from the same seed.

    Of a longer text a smaller share of the bigrams is new, so texts are compared that are equally long.

    Args:
        settings: arguments of `rnn_course.lm.sample`, such as `{"temperature": 0.5}` or `{"top_p": 0.9}`.
        tokens: sentences are drawn until they have so many tokens together.
        max_tokens: longest sentence.

    Raises:
        DataError: if `tokens` is under 2.
    """
    table = []
    for setting in settings:
        rng = np.random.default_rng(seed)
        arguments: dict[str, Any] = dict(setting)
        sentences = (sample(model, rng, max_tokens=max_tokens, **arguments) for _ in count())
        name = ", ".join(f"{name} {value:g}" for name, value in setting.items())
        table.append(_measured(name, model, sentences, tokens, max_tokens))
    return table


def real_text(
    model: LanguageModel[Any], stream: Int[ndarray, " tokens"], seed: int, *, tokens: int = 1000
) -> Sampling:
    """The same measures of a text that people wrote: sentences of `stream`, in an order drawn with the seed.

    Raises:
        DataError: if `stream` has fewer than `tokens` tokens, or `tokens` is under 2.
    """
    if len(stream) < tokens:
        raise DataError(f"the text has {len(stream):,} tokens, and {tokens:,} are asked for")
    sentences = model.vocabulary.sentences(stream)
    order = np.random.default_rng(seed).permutation(len(sentences))
    return _measured("real text", model, (sentences[i] for i in order), tokens, None)


def _measured(
    name: str,
    model: LanguageModel[Any],
    sentences: Iterable[list[str]],
    tokens: int,
    max_tokens: int | None,
) -> Sampling:
    """Of sentences that have at least `tokens` tokens together; one of `max_tokens` words has no `</s>`."""
    if tokens < 2:
        raise DataError(f"at least 2 tokens are needed for a bigram, got tokens={tokens}")
    example: str | None = None
    total, number, length = 0.0, 0, 0
    bigrams: list[tuple[str, str]] = []
    for sentence in sentences:
        ended = len(sentence) != max_tokens
        example = " ".join(sentence) if example is None else example
        total += log_prob(model, sentence, end=ended)
        bigrams += pairwise([*sentence, EOS] if ended else sentence)
        number, length = number + 1, length + len(sentence) + ended
        if length >= tokens:
            break
    distinct = len(set(bigrams)) / max(1, len(bigrams))
    return Sampling(name, total / length, distinct, length / number, example or "")


def tempered(log_probs: Float[ndarray, " vocab"], temperatures: Iterable[float]) -> list[tuple[float, float]]:
    """(temperature, entropy in nats) of softmax(log P / temperature): from one certain token to uniform."""
    found = []
    for temperature in temperatures:
        scaled = log_probs / temperature
        p = np.exp(scaled - scaled.max())
        p /= p.sum()
        found.append((temperature, float(-np.sum(p * np.log(np.maximum(p, 1e-300))))))
    return found
