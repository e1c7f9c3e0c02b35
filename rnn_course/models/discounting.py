"""Absolute discounting: take a little from every count that was seen, and give it to the shorter context.

    P(w | h) = max(c(h w) - D, 0) / c(h) + gamma(h) P(w | h')
    gamma(h) = D N_1+(h .) / c(h)

h' is h without its first word, and N_1+(h .) is the number of different words that were seen after h: each of
them has given D, and gamma(h) is the share of the mass that was given. Below the unigrams stands the uniform
distribution over all tokens but `<s>`.

Source: Ney, Essen & Kneser 1994; estimates of D from counts of counts: the same, and Chen & Goodman 1998.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Self

import numpy as np
from jaxtyping import Float, Int
from numpy import ndarray

from rnn_course.errors import CourseError
from rnn_course.models.backoff import BackoffModel
from rnn_course.models.ngram_counts import NgramCounts
from rnn_course.text.vocabulary import Vocabulary

# (D,) takes D from every count; (D_1, D_2, D_3+) takes D_2 from counts of 2 and D_3+ from counts above 2.
Discounts = tuple[float, ...]

# Where a count of counts is zero, as with characters, there is no estimate. KenLM falls back to the same.
FALLBACK_ONE: Discounts = (0.5,)
FALLBACK_MODIFIED: Discounts = (0.5, 1.0, 1.5)


def counts_of_counts(counts: Int[ndarray, " ngrams"]) -> tuple[int, int, int, int]:
    """n_1 .. n_4: how many n-grams have a count of 1, 2, 3 and 4."""
    n = np.bincount(np.minimum(counts, 5), minlength=6)
    return int(n[1]), int(n[2]), int(n[3]), int(n[4])


def one_discount(counts: Int[ndarray, " ngrams"]) -> Discounts:
    """(D,) with D = n_1 / (n_1 + 2 n_2), which comes from leaving one out (Ney, Essen & Kneser 1994)."""
    n_1, n_2, _, _ = counts_of_counts(counts)
    return (n_1 / (n_1 + 2 * n_2),) if n_1 and n_2 else FALLBACK_ONE


def modified_discounts(counts: Int[ndarray, " ngrams"]) -> Discounts:
    """(D_1, D_2, D_3+), one discount each for counts of 1, of 2 and of 3 or more (Chen & Goodman 1998).

    Y = n_1 / (n_1 + 2 n_2);   D_1 = 1 - 2 Y n_2/n_1;   D_2 = 2 - 3 Y n_3/n_2;   D_3+ = 3 - 4 Y n_4/n_3

    Where one of n_1 to n_4 is zero, or a discount falls outside [0, its count], all three are
    `FALLBACK_MODIFIED`.
    """
    n = counts_of_counts(counts)
    if not all(n):
        return FALLBACK_MODIFIED
    Y = n[0] / (n[0] + 2 * n[1])
    discounts = tuple(c - (c + 1) * Y * n[c] / n[c - 1] for c in (1, 2, 3))
    return discounts if all(0 <= D <= c for c, D in enumerate(discounts, 1)) else FALLBACK_MODIFIED


def check_discounts(discounts: Sequence[Discounts], order: int) -> list[Discounts]:
    """Hold given discounts to one tuple for each order, of one or three numbers in [0, count].

    Raises:
        CourseError: saying which order's discounts are wrong.
    """
    if len(discounts) != order:
        raise CourseError(f"discounts for {len(discounts)} orders given, but the order is {order}")
    for k, given in enumerate(discounts, 1):
        if len(given) not in (1, 3) or not all(0 <= D <= c for c, D in enumerate(given, 1)):
            raise CourseError(
                f"discounts of order {k} are (D,) or (D_1, D_2, D_3+) with 0 <= D_c <= c, got {given}"
            )
    return list(discounts)


def interpolate_discounted(
    counts: NgramCounts, numerators: Sequence[Int[ndarray, " ngrams"]], discounts: Sequence[Discounts]
) -> tuple[list[Float[ndarray, " ngrams"]], list[Float[ndarray, " ngrams"]]]:
    """The equation at the top of this file, for all stored n-grams, from unigrams upwards.

    Args:
        counts: which n-grams there are.
        numerators: what to use as c(h w), by order and id: counts, or Kneser and Ney's numbers of contexts.
        discounts: by order.

    Returns:
        Probabilities and backoff weights as `BackoffModel` takes them.
    """
    V = len(counts.vocabulary)
    uniform = np.full(V, 1 / (V - 1))
    uniform[counts.vocabulary.bos_id] = 0

    taken = _discount(numerators[0], discounts[0])
    total = numerators[0].sum()
    probs = [(numerators[0] - taken) / total + taken.sum() / total * uniform]
    backoffs = []
    for k in range(2, counts.order + 1):
        contexts, num_contexts = counts.index.prefixes(k), len(probs[-1])
        seen = numerators[k - 1].astype(float)
        taken = _discount(numerators[k - 1], discounts[k - 1])
        given = np.bincount(contexts, weights=taken, minlength=num_contexts)
        total = np.bincount(contexts, weights=seen, minlength=num_contexts)
        # A context after which nothing was seen passes everything on.
        gamma = np.divide(given, total, out=np.ones(num_contexts), where=total > 0)
        backoffs.append(gamma)
        lower = probs[-1][counts.suffixes[k - 1]]
        lower *= gamma[contexts]
        seen -= taken
        seen /= total[contexts]
        seen += lower
        probs.append(seen)
    return probs, backoffs


def _discount(counts: Int[ndarray, " ngrams"], discounts: Discounts) -> Float[ndarray, " ngrams"]:
    """What each count gives: nothing for 0, D_1 for 1, and so on; the last discount for all above."""
    return np.array((0.0, *discounts))[np.minimum(counts, len(discounts))]


class AbsoluteDiscounting(BackoffModel):
    """Interpolated absolute discounting with one D for each order.

    Args:
        counts: of all orders up to n.
        discounts: (D,) for each order; without them they are estimated by `one_discount`.

    Attributes:
        discounts: by order, the unigrams' first.
    """

    def __init__(self, counts: NgramCounts, discounts: Sequence[Discounts] | None = None) -> None:
        if discounts is None:
            discounts = [one_discount(by_order) for by_order in counts.counts]
        self.counts = counts
        self.discounts = check_discounts(discounts, counts.order)
        probs, backoffs = interpolate_discounted(counts, counts.counts, self.discounts)
        super().__init__(counts.vocabulary, counts.index, probs, backoffs)

    @classmethod
    def fit(
        cls,
        stream: Int[ndarray, " length"],
        vocabulary: Vocabulary,
        *,
        order: int,
        discounts: Sequence[Discounts] | None = None,
    ) -> Self:
        """Count the n-grams of a stream and discount them. Raises as for `NgramCounts`."""
        return cls(NgramCounts(stream, vocabulary, order), discounts)
