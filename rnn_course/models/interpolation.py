"""Interpolation (Jelinek-Mercer): mix the relative frequencies of all orders, with weights from other text.

    P_k(w | h) = lambda_k c(h w) / c(h) + (1 - lambda_k) P_(k-1)(w | h')        if h was seen
               = P_(k-1)(w | h')                                                otherwise

h has k - 1 words, h' is h without its first, and P_0 is uniform over all tokens but `<s>`. Where every
context was seen this is a weighted sum of the uniform, unigram, bigram .. distributions, whose weights sum to
1. Where one was not, the weights of the others keep their proportions.

Source: Jelinek & Mercer 1980; expectation maximisation: Dempster, Laird & Rubin 1977.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Self

import numpy as np
from jaxtyping import Bool, Float, Int
from numpy import ndarray

from rnn_course.errors import CourseError, DataError
from rnn_course.models.backoff import BackoffModel
from rnn_course.models.ngram_counts import NgramCounts
from rnn_course.text.vocabulary import Vocabulary


class Interpolated(BackoffModel):
    """Linear interpolation of maximum likelihood estimates.

    Args:
        counts: of all orders up to n.
        weights: n + 1 numbers that sum to 1, that of the uniform distribution first, of order n last.

    Attributes:
        weights: as given, or as found.

    Raises:
        CourseError: if the weights are not n + 1, are negative, or do not sum to 1.
    """

    def __init__(self, counts: NgramCounts, weights: Sequence[float] | ndarray) -> None:
        self.counts = counts
        self.weights = _check_weights(weights, counts.order)
        super().__init__(counts.vocabulary, counts.index, *_mixtures(counts, stick_lengths(self.weights)))

    @classmethod
    def fit(
        cls,
        stream: Int[ndarray, " length"],
        vocabulary: Vocabulary,
        *,
        order: int,
        weights: Sequence[float] | ndarray | None = None,
        held_out: Int[ndarray, " length"] | None = None,
    ) -> Self:
        """Count the n-grams of a stream; take weights, or find the best ones for held-out text.

        Args:
            weights: see the class. Give these or `held_out`, not both.
            held_out: a stream that was not counted: the counted one would give the highest order all.

        Raises:
            CourseError: if neither or both of `weights` and `held_out` are given.
            Otherwise as for `NgramCounts`.
        """
        if weights is not None and held_out is None:
            return cls(NgramCounts(stream, vocabulary, order), weights)
        if held_out is not None and weights is None:
            counts = NgramCounts(stream, vocabulary, order)
            return cls(counts, weights_by_em(counts, held_out))
        raise CourseError("give either weights or held_out text to find them from, and not both")


def stick_lengths(weights: Sequence[float] | ndarray) -> Float[ndarray, " orders"]:
    """lambda_0 .. lambda_n from weights: lambda_k = weights[k] / (weights[0] + .. + weights[k])."""
    up_to = np.cumsum(weights)
    return np.divide(weights, up_to, out=np.zeros(len(up_to)), where=up_to > 0)


def weights_from_sticks(lambdas: Float[ndarray, " orders"]) -> Float[ndarray, " orders"]:
    """The inverse: weights[k] = lambda_k times all (1 - lambda_j) with j > k."""
    left = np.cumprod((1 - lambdas)[::-1])[::-1]
    return lambdas * np.append(left[1:], 1.0)


def weights_by_em(
    counts: NgramCounts, held_out: Int[ndarray, " length"], *, max_steps: int = 200, tolerance: float = 1e-7
) -> Float[ndarray, " orders"]:
    """The weights that make held-out text most probable, by expectation maximisation.

    Read the model as a game: from the highest order down, order k is chosen with probability lambda_k, and
    else the next lower one is asked. Given the text, how often was each order asked, and how often chosen?

        E: q_k(t) = P(order k was chosen for w_t | w_t)
        M: lambda_k = sum over t of q_k(t) / sum over t of (q_0(t) + .. + q_k(t)),   t whose context was seen

    Args:
        held_out: a stream that was not counted.
        max_steps: steps at most.
        tolerance: stop when log-likelihood per token grows by less, in nats.

    Returns:
        Weights as `Interpolated` takes them. No step makes the held-out text less probable.

    Raises:
        DataError: if the held-out text is empty.
    """
    if not len(held_out):
        raise DataError("the held-out text is empty: there is nothing to find the weights from")
    counts.vocabulary.check_ids(held_out)
    probs, asked = _estimates(counts, held_out)
    lambdas = stick_lengths(np.ones(counts.order + 1))
    before = -np.inf
    for _ in range(max_steps):
        # From the highest order down, each order that is asked keeps its lambda of what is left.
        keep = np.where(asked, lambdas[:, None], 0.0)
        left = np.cumprod((1 - keep)[::-1], axis=0)[::-1]
        choose = keep * np.concatenate((left[1:], np.ones((1, len(held_out)))))
        joint = choose * probs
        total = joint.sum(axis=0)
        chosen = np.divide(joint, total, out=np.zeros_like(joint), where=total > 0)
        reached = np.cumsum(chosen, axis=0)
        num_asked = (reached * asked).sum(axis=1)
        lambdas = np.divide(chosen.sum(axis=1), num_asked, out=np.zeros(len(lambdas)), where=num_asked > 0)
        after = float(np.log(total[total > 0]).mean())
        if after - before < tolerance:
            break
        before = after
    return weights_from_sticks(lambdas)


def _estimates(
    counts: NgramCounts, stream: Int[ndarray, " length"]
) -> tuple[Float[ndarray, "orders length"], Bool[ndarray, "orders length"]]:
    """Relative frequency of every token by every order (the uniform first); whether its context was seen."""
    shape = (counts.order + 1, len(stream))
    probs, asked = np.zeros(shape), np.zeros(shape, dtype=bool)
    probs[0] = 1 / (len(counts.vocabulary) - 1)
    probs[1] = counts.counts[0][stream] / counts.num_tokens
    asked[:2] = True
    for k, places, contexts, ngrams in counts.index.match(stream):
        totals = counts.context_totals[k - 2][contexts]
        asked[k, places] = totals > 0
        seen = np.where(ngrams >= 0, counts.counts[k - 1][ngrams], 0)
        probs[k, places] = seen / np.maximum(totals, 1)
    return probs, asked


def _mixtures(
    counts: NgramCounts, lambdas: Float[ndarray, " orders"]
) -> tuple[list[Float[ndarray, " ngrams"]], list[Float[ndarray, " ngrams"]]]:
    """The equation at the top of this file, for all stored n-grams."""
    V = len(counts.vocabulary)
    uniform = np.full(V, 1 / (V - 1))
    uniform[counts.vocabulary.bos_id] = 0
    probs = [lambdas[1] * counts.counts[0] / counts.num_tokens + (1 - lambdas[1]) * uniform]
    backoffs = []
    for k in range(2, counts.order + 1):
        contexts, totals = counts.index.prefixes(k), counts.context_totals[k - 2]
        frequency = counts.counts[k - 1] / totals[contexts]
        lower = probs[-1][counts.suffixes[k - 1]]
        backoffs.append(np.where(totals > 0, 1 - lambdas[k], 1.0))
        probs.append(lambdas[k] * frequency + (1 - lambdas[k]) * lower)
    return probs, backoffs


def _check_weights(weights: Sequence[float] | ndarray, order: int) -> Float[ndarray, " orders"]:
    array = np.asarray(weights, dtype=float)
    if array.shape != (order + 1,):
        raise CourseError(
            f"order {order} takes {order + 1} weights, the uniform distribution's first; got {array.size}"
        )
    if (array < 0).any() or not np.isclose(array.sum(), 1):
        raise CourseError(
            f"weights are at least 0 and sum to 1, got {array.tolist()} with sum {array.sum():g}"
        )
    return array
