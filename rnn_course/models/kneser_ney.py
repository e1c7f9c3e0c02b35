"""Kneser-Ney smoothing: the lower orders count in how many contexts a word stands, not how often.

They are asked where a longer context has not seen the word, so what matters is how readily a word follows new
ones. "Francisco" is frequent, but almost always after "San": after anything else it is a bad guess. So:

    a(w_1 .. w_k) = c(w_1 .. w_k)             for k = n, and where w_1 is <s>, before which nothing stands
                  = N_1+(. w_1 .. w_k)        otherwise: the number of different words seen before it

These adjusted counts a stand in the equation of absolute discounting, with one discount or, in the modified
form, three for each order.

Source: Kneser & Ney 1995; modified and interpolated: Chen & Goodman 1998; details as in Heafield et al. 2013.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Self

import numpy as np
from jaxtyping import Int
from numpy import ndarray

from rnn_course.errors import OrderError
from rnn_course.lm import Tokens
from rnn_course.models.backoff import BackoffModel
from rnn_course.models.discounting import (
    Discounts,
    check_discounts,
    interpolate_discounted,
    modified_discounts,
    one_discount,
)
from rnn_course.models.ngram_counts import NgramCounts
from rnn_course.text.vocabulary import Vocabulary


def adjusted_counts(counts: NgramCounts) -> list[Int[ndarray, " ngrams"]]:
    """a(w_1 .. w_k) for every k-gram, by order and id; see the top of this file."""
    adjusted = []
    for k in range(1, counts.order):
        # Every distinct (k+1)-gram is one more different word before its suffix.
        of_order = np.bincount(counts.suffixes[k], minlength=len(counts.counts[k - 1]))
        begin = slice(0, counts.first_ids[k - 1])
        of_order[begin] = counts.counts[k - 1][begin]
        adjusted.append(of_order)
    return [*adjusted, counts.counts[-1]]


class KneserNey(BackoffModel):
    """Interpolated Kneser-Ney.

        P(w | h) = max(a(h w) - D, 0) / a(h .) + gamma(h) P(w | h'),   D one of D_1, D_2, D_3+ by a(h w)

    Unigrams interpolate with the uniform distribution over all tokens but `<s>`, so that `<unk>` is never
    impossible. The numbers equal those of KenLM's lmplz.

    Args:
        counts: of all orders up to n.
        modified: three discounts for each order (Chen & Goodman 1998); else one, as in the original.
        discounts: by order, instead of estimates.

    Attributes:
        discounts: by order, the unigrams' first.
        adjusted: the adjusted counts, by order and id.
    """

    def __init__(
        self, counts: NgramCounts, *, modified: bool = True, discounts: Sequence[Discounts] | None = None
    ) -> None:
        self.counts = counts
        self.adjusted = adjusted_counts(counts)
        if discounts is None:
            estimate = modified_discounts if modified else one_discount
            discounts = [estimate(by_order) for by_order in self.adjusted]
        self.discounts = check_discounts(discounts, counts.order)
        probs, backoffs = interpolate_discounted(counts, self.adjusted, self.discounts)
        super().__init__(counts.vocabulary, counts.index, probs, backoffs)

    @classmethod
    def fit(
        cls,
        stream: Int[ndarray, " length"],
        vocabulary: Vocabulary,
        *,
        order: int,
        modified: bool = True,
        discounts: Sequence[Discounts] | None = None,
    ) -> Self:
        """Count the n-grams of a stream and smooth them. Raises as for `NgramCounts`."""
        return cls(NgramCounts(stream, vocabulary, order), modified=modified, discounts=discounts)

    def adjusted_count(self, ngram: Tokens) -> int:
        """a(w_1 .. w_k), 0 for an n-gram that was not seen.

        Args:
            ngram: one to n tokens, as strings or ids.

        Raises:
            OrderError: if there are no tokens, or more than n.
        """
        ids = self.counts.ids_of(ngram, self.order)
        if not ids:
            raise OrderError("an n-gram has at least one token, got none")
        found = self.index.find(ids)
        return 0 if found is None else int(self.adjusted[len(ids) - 1][found])
