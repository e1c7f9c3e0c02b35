"""n-gram models that look at one order only: relative frequencies, and add-k smoothing."""

from __future__ import annotations

from typing import Self

import numpy as np
from jaxtyping import Float, Int
from numpy import ndarray

from rnn_course.errors import CourseError
from rnn_course.models.markov import Context, MarkovModel
from rnn_course.models.ngram_counts import NgramCounts
from rnn_course.models.ngram_index import context_lengths
from rnn_course.text.vocabulary import Vocabulary


class AddK(MarkovModel):
    """Add-k smoothing: every n-gram is counted k times more than it was seen.

        P(w | h) = (c(h w) + k) / (c(h) + k M)

    M is the number of tokens that can be predicted: all of the vocabulary but `<s>`. k = 1 is Laplace's rule.
    After a context that was never seen, every token is equally probable.

    Source: Lidstone 1920; for n-grams, Gale & Church 1994 (who advise against it).
    """

    def __init__(self, counts: NgramCounts, k: float) -> None:
        if not k >= 0:
            raise CourseError(f"k, which is added to every count, is at least 0, got {k}")
        self.counts = counts
        self.vocabulary = counts.vocabulary
        self.order = counts.order
        self.k = k

    @classmethod
    def fit(
        cls, stream: Int[ndarray, " length"], vocabulary: Vocabulary, *, order: int, k: float = 1.0
    ) -> Self:
        """Count the n-grams of a stream. Args and Raises as for `NgramCounts`."""
        return cls(NgramCounts(stream, vocabulary, order), k)

    def next_log_probs(self, state: Context) -> Float[ndarray, " vocab"]:
        """log P(w | state) for every w, in nats."""
        context = state[len(state) - self.order + 1 :] if len(state) >= self.order else state
        row = self.counts.index.followers(context)
        V = len(self.vocabulary)
        counts = np.zeros(V)
        counts[self.counts.index.keys[len(context)][row] % V] = self.counts.counts[len(context)][row]
        log_probs = self._log_ratio(counts, counts.sum())
        log_probs[self.vocabulary.bos_id] = -np.inf
        return log_probs

    def sequence_log_probs(self, stream: Int[ndarray, " length"]) -> Float[ndarray, " length"]:
        """log P(w_t | w_1 .. w_(t-1)) for every token of a stream, in nats."""
        self.vocabulary.check_ids(stream)
        counts, totals = self.counts, np.zeros(len(stream))
        seen = np.zeros(len(stream))
        if self.order == 1:
            seen[:] = counts.counts[0][stream]
            totals[:] = counts.num_tokens
        longest = context_lengths(stream, self.order - 1)
        for k, places, contexts, ngrams in counts.index.match(stream):
            use = longest[places] == k - 1  # this order's context is all there is to remember
            places, contexts, ngrams = places[use], contexts[use], ngrams[use]
            seen[places] = np.where(ngrams >= 0, counts.counts[k - 1][ngrams], 0)
            totals[places] = counts.context_totals[k - 2][contexts]
        log_probs = self._log_ratio(seen, totals)
        log_probs[stream == self.vocabulary.bos_id] = -np.inf
        return log_probs

    def _log_ratio(self, count: ndarray, total: ndarray | float) -> ndarray:
        """log (c + k) / (C + k M); the limit for k -> 0, which is 1 / M, where that is 0 / 0."""
        M = len(self.vocabulary) - 1
        numerator, denominator = count + self.k, total + self.k * M
        with np.errstate(divide="ignore", invalid="ignore"):
            return np.where(denominator > 0, np.log(numerator) - np.log(denominator), -np.log(M))


class MLE(AddK):
    """Maximum likelihood: relative frequencies, and nothing for what was not seen.

        P(w | h) = c(h w) / c(h)

    After a context that was never seen this is 0 / 0. There, every token but `<s>` is given the same
    probability: it is the limit of add-k for k -> 0, and it keeps the model a probability distribution.

    Source: Shannon 1948; Jelinek 1976.
    """

    def __init__(self, counts: NgramCounts) -> None:
        super().__init__(counts, k=0.0)

    @classmethod
    def fit(  # type: ignore[override]  # MLE is add-k without a k to choose
        cls, stream: Int[ndarray, " length"], vocabulary: Vocabulary, *, order: int
    ) -> Self:
        """Count the n-grams of a stream. Args and Raises as for `NgramCounts`."""
        return cls(NgramCounts(stream, vocabulary, order))
