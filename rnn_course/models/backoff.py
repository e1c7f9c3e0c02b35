"""Backoff form: one way of storing that fits every model which falls back from long contexts to shorter ones.

    P(w | h) = p(h w)                     if the n-gram h w is stored
             = gamma(h) P(w | h')         if h is stored, but not h w
             = P(w | h')                  if h is not stored either

where h' is h without its first word. Interpolated models fit too: p(h w) then holds the whole sum. Storage is
one probability for each n-gram and one weight gamma for each context, which is what an ARPA file holds.

Source: Katz 1987; for interpolated models, Chen & Goodman 1998.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from jaxtyping import Float, Int
from numpy import ndarray

from rnn_course.models.markov import Context, MarkovModel
from rnn_course.models.ngram_index import NgramIndex, whole_sentences
from rnn_course.text.vocabulary import Vocabulary

# So many tokens, and the rest of a sentence, are scored at a time, so that memory is taken again and does not
# grow with the text.
PIECE_SIZE = 1 << 18


class BackoffModel(MarkovModel):
    """A language model in backoff form.

    Args:
        vocabulary: what the ids mean.
        index: the stored n-grams of orders 1 to n.
        probs: probs[k-1][i] is p of the k-gram with id i; probs[0] is P(w) for every id, 0 at `<s>`.
        backoffs: backoffs[k-1][i] is gamma of the k-gram with id i as a context (k < n).
    """

    def __init__(
        self,
        vocabulary: Vocabulary,
        index: NgramIndex,
        probs: Sequence[Float[ndarray, " ngrams"]],
        backoffs: Sequence[Float[ndarray, " ngrams"]],
    ) -> None:
        self.vocabulary = vocabulary
        self.index = index
        self.probs = list(probs)
        self.backoffs = list(backoffs)
        self.order = index.order

    def next_log_probs(self, state: Context) -> Float[ndarray, " vocab"]:
        """log P(w | state) for every w, in nats."""
        probs = self.probs[0].copy()
        for length in range(1, min(len(state), self.order - 1) + 1):
            context = state[-length:]
            found = self.index.find(context)
            if found is not None:
                row = self.index.followers(context)
                probs *= self.backoffs[length - 1][found]
                words = self.index.keys[length][row] % len(self.vocabulary)
                probs[words] = self.probs[length][row]
        with np.errstate(divide="ignore"):
            return np.log(probs)

    def sequence_log_probs(self, stream: Int[ndarray, " length"]) -> Float[ndarray, " length"]:
        """log P(w_t | w_1 .. w_(t-1)) for every token of a stream, in nats."""
        self.vocabulary.check_ids(stream)
        log_probs = np.empty(len(stream))
        for piece in whole_sentences(stream, PIECE_SIZE):
            log_probs[piece] = self._log_probs(stream[piece])
        return log_probs

    def _log_probs(self, stream: Int[ndarray, " length"]) -> Float[ndarray, " length"]:
        probs = self.probs[0][stream]
        for k, places, contexts, ngrams in self.index.match(stream):
            known, unknown = np.flatnonzero(ngrams >= 0), np.flatnonzero(ngrams < 0)
            probs[places[known]] = self.probs[k - 1].take(ngrams[known])
            probs[places[unknown]] *= self.backoffs[k - 2].take(contexts[unknown])
        with np.errstate(divide="ignore"):
            return np.log(probs)
