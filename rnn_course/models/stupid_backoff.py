"""Stupid backoff: relative frequencies, and where there are none, the shorter context's times alpha.

    S(w | h) = c(h w) / c(h)     if c(h w) > 0
             = alpha S(w | h')   otherwise;        S(w) = c(w) / N

S is a score, not a probability: over all w it sums to more than 1. It needs nothing but counts. So it was
made for texts of up to two trillion words, where it comes close to Kneser-Ney.

Source: Brants et al. 2007 (alpha = 0.4).
"""

from __future__ import annotations

from typing import Self

import numpy as np
from jaxtyping import Float, Int
from numpy import ndarray

from rnn_course.errors import CourseError
from rnn_course.models.backoff import BackoffModel
from rnn_course.models.markov import Context
from rnn_course.models.ngram_counts import NgramCounts
from rnn_course.models.ngram_index import context_lengths
from rnn_course.text.vocabulary import Vocabulary


class StupidBackoff(BackoffModel):
    """Stupid backoff, with its scores, and normalised into a language model.

    `scores` and `sequence_scores` give S as published. As a language model, P(w | h) = S(w | h) / Z(h) with
    Z(h) = sum over all w of S(w | h). The normalisation is ours: with it, perplexity and sampling mean what
    they mean for every other model. A word that was never seen has S = 0, hence probability 0.

    Args:
        counts: of all orders up to n.
        alpha: what a step to a shorter context costs, above 0.

    Raises:
        CourseError: if alpha is not above 0.
    """

    def __init__(self, counts: NgramCounts, alpha: float = 0.4) -> None:
        if not alpha > 0:
            raise CourseError(f"alpha is above 0, got {alpha}")
        self.counts = counts
        self.alpha = alpha
        self._scores = _scores_of_ngrams(counts)
        norms = _norms_of_contexts(counts, self._scores, alpha)
        # For w not seen after h, S(w | h) / Z(h) = alpha S(w | h') / Z(h) = (alpha Z(h') / Z(h)) P(w | h').
        probs, backoffs = [self._scores[0]], []
        for k in range(2, counts.order + 1):
            Z, Z_shorter = norms[k - 1], norms[k - 2][counts.suffixes[k - 2]]
            probs.append(self._scores[k - 1] / Z[counts.index.prefixes(k)])
            backoffs.append(alpha * Z_shorter / Z)
        super().__init__(counts.vocabulary, counts.index, probs, backoffs)

    @classmethod
    def fit(
        cls, stream: Int[ndarray, " length"], vocabulary: Vocabulary, *, order: int, alpha: float = 0.4
    ) -> Self:
        """Count the n-grams of a stream. Raises as for `NgramCounts`."""
        return cls(NgramCounts(stream, vocabulary, order), alpha)

    def scores(self, state: Context) -> Float[ndarray, " vocab"]:
        """S(w | state) for every w; not a distribution."""
        scores = self._scores[0].copy()
        for length in range(1, min(len(state), self.order - 1) + 1):
            row = self.index.followers(state[-length:])
            scores *= self.alpha
            scores[self.index.keys[length][row] % len(self.vocabulary)] = self._scores[length][row]
        return scores

    def sequence_scores(self, stream: Int[ndarray, " length"]) -> Float[ndarray, " length"]:
        """S(w_t | w_1 .. w_(t-1)) for every token of a stream."""
        self.vocabulary.check_ids(stream)
        scores = self._scores[0][stream]
        longest = context_lengths(stream, self.order - 1)
        for k, places, _, ngrams in self.index.match(stream):
            scores[longest >= k - 1] *= self.alpha
            known = ngrams >= 0
            scores[places[known]] = self._scores[k - 1][ngrams[known]]
        return scores


def _scores_of_ngrams(counts: NgramCounts) -> list[Float[ndarray, " ngrams"]]:
    """S(w | h) = c(h w) / c(h) of every n-gram, by order and id."""
    scores = [counts.counts[0] / counts.num_tokens]
    for k in range(2, counts.order + 1):
        scores.append(counts.counts[k - 1] / counts.context_totals[k - 2][counts.index.prefixes(k)])
    return scores


def _norms_of_contexts(
    counts: NgramCounts, scores: list[Float[ndarray, " ngrams"]], alpha: float
) -> list[Float[ndarray, " ngrams"]]:
    """Z(h) of the contexts of 0, 1 .. n - 1 words, by id (the empty context has the id 0).

    The words that were seen after h have scores that sum to 1. All others have alpha times what they have
    after h', which is alpha times Z(h') less the share of the words that were seen after h.
    """
    norms = [np.ones(1)]
    for k in range(2, counts.order + 1):
        contexts, num_contexts = counts.index.prefixes(k), len(counts.counts[k - 2])
        shorter = norms[-1][counts.suffixes[k - 2]]
        lower = scores[k - 2][counts.suffixes[k - 1]]
        seen_share = np.bincount(contexts, weights=lower, minlength=num_contexts)
        norms.append((counts.context_totals[k - 2] > 0) + alpha * (shorter - seen_share))
    return norms
