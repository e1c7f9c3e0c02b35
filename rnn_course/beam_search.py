"""Beam search: the most probable sentence is not the one that begins with the most probable word.

Greedy decoding takes the best token at each step and never goes back. To compare all sentences would take V^T
of them. Beam search follows the best few beginnings side by side.
"""

from __future__ import annotations

import math
from typing import Any, NamedTuple

import numpy as np
from jaxtyping import Float, Int
from numpy import ndarray

from rnn_course.errors import CourseError
from rnn_course.lm import LanguageModel, Tokens, state_after


class Hypothesis(NamedTuple):
    """A sentence, or the beginning of one.

    Attributes:
        tokens: without the context and without `</s>`.
        log_prob: log P of the tokens after the context, with `</s>` where it ended, nats.
        score: log_prob over the length penalty; what hypotheses are ranked by.
        ended: whether `</s>` was predicted, or max_tokens came first.
    """

    tokens: tuple[str, ...]
    log_prob: float
    score: float
    ended: bool


class _Beginning(NamedTuple):
    """A hypothesis that may grow, with the model's state after it."""

    ids: tuple[int, ...]
    log_prob: float
    state: Any


def length_penalty(length: int, power: float) -> float:
    """lp(Y) = ((5 + |Y|) / 6)^power

    A sum of logarithms falls with every token, so that short sentences win. Divided by the penalty, long ones
    have a chance: at power 0 it is 1, at a power near 1 the score is nearly a mean over tokens.

    Args:
        length: predicted tokens |Y|, `</s>` included.
        power: at least 0; alpha in the source, where it is 0.6 to 0.7.

    Source: Wu et al. 2016, equation 14.
    """
    return ((5 + length) / 6) ** power


def beam_search(
    model: LanguageModel[Any],
    *,
    context: Tokens = (),
    beam_size: int = 5,
    max_tokens: int = 50,
    length_power: float = 0.0,
) -> list[Hypothesis]:
    """The best sentences that the search finds, the best first.

    At each step, all beginnings are continued with every token, and the `beam_size` most probable of these
    are kept. Those that end in `</s>` are put aside. A beam of 1 is greedy decoding; one that is wide enough
    for all beginnings finds the most probable sentence of all.

    Args:
        context: what the text begins with; it is not part of the result.
        beam_size: beginnings that are kept.
        max_tokens: how many tokens to predict at most, `</s>` included.
        length_power: of `length_penalty`; 0 ranks by probability alone.

    Returns:
        Up to `beam_size` hypotheses: first those that ended, then those that max_tokens cut off, each by
        their score. There is at least one.

    Raises:
        CourseError: if a size is under 1 or length_power under 0, or the model leaves no token possible.

    Source: Graves 2012; Sutskever et al. 2014; length normalisation: Wu et al. 2016.
    """
    if beam_size < 1 or max_tokens < 1 or not length_power >= 0:
        raise CourseError(
            "beam_search: beam_size and max_tokens are at least 1, and length_power at least 0; "
            f"got {beam_size}, {max_tokens} and {length_power}"
        )
    beginnings = [_Beginning((), 0.0, state_after(model, context))]
    ended: list[Hypothesis] = []
    for length in range(1, max_tokens + 1):
        log_probs = np.stack([b.log_prob + np.float64(model.next_log_probs(b.state)) for b in beginnings])
        grown = []
        for index in _best(log_probs, beam_size):
            parent, token = divmod(int(index), log_probs.shape[1])
            log_prob = float(log_probs[parent, token])
            if token == model.vocabulary.eos_id:
                ended.append(_hypothesis(model, beginnings[parent].ids, log_prob, length, length_power, True))
            else:
                grown.append((beginnings[parent], token, log_prob))
        ended = sorted(ended, key=lambda h: -h.score)[:beam_size]
        # Probabilities only fall as sentences grow: may the best beginning still get among the best?
        hope = grown[0][2] / length_penalty(max_tokens, length_power) if grown else -math.inf
        if len(ended) == beam_size and hope < ended[-1].score:
            return ended
        if length == max_tokens:
            cut_off = [_hypothesis(model, (*b.ids, w), p, length, length_power, False) for b, w, p in grown]
            ended = (ended + cut_off)[:beam_size]
        if length == max_tokens or not grown:
            break
        beginnings = [_Beginning((*b.ids, w), p, model.advance(b.state, w)) for b, w, p in grown]
    if not ended:
        raise CourseError("beam_search: the model gives every next token probability 0")
    return ended


def _best(log_probs: Float[ndarray, "beginnings vocab"], count: int) -> Int[ndarray, " kept"]:
    """Where the `count` largest entries stand in the flat array, the largest first; -inf never."""
    flat = log_probs.ravel()
    if count < len(flat):
        least = np.partition(flat, len(flat) - count)[len(flat) - count]
        chosen = np.flatnonzero(flat >= least)
    else:
        chosen = np.arange(len(flat))
    chosen = chosen[flat[chosen] > -np.inf]
    return chosen[np.argsort(-flat[chosen], kind="stable")][:count]


def _hypothesis(
    model: LanguageModel[Any],
    ids: tuple[int, ...],
    log_prob: float,
    length: int,
    length_power: float,
    ended: bool,
) -> Hypothesis:
    tokens = tuple(model.vocabulary.tokens[index] for index in ids)
    return Hypothesis(tokens, log_prob, log_prob / length_penalty(length, length_power), ended)
