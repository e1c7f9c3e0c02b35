"""What smoothing estimates once from the whole text, so that the browser need only look at one context."""

from __future__ import annotations

from typing import Any

from jaxtyping import Int
from numpy import ndarray

from rnn_course.errors import OrderError
from rnn_course.models.discounting import modified_discounts, one_discount
from rnn_course.models.interpolation import stick_lengths, weights_by_em
from rnn_course.models.kneser_ney import adjusted_counts
from rnn_course.models.ngram_counts import NgramCounts
from rnn_course.text.vocabulary import Vocabulary

ALPHA = 0.4


def count_up_to(stream: Int[ndarray, " length"], vocabulary: Vocabulary, order: int) -> NgramCounts:
    """Counts of the highest order up to `order` that the sentences of the text are long enough for."""
    for attempt in range(order, 1, -1):
        try:
            return NgramCounts(stream, vocabulary, attempt)
        except OrderError:
            continue
    return NgramCounts(stream, vocabulary, 1)


def estimates(
    stream: Int[ndarray, " length"],
    vocabulary: Vocabulary,
    max_order: int,
    held_out: Int[ndarray, " length"] | None = None,
) -> dict[str, Any]:
    """Discounts and weights of the models of all orders up to `max_order`, or as far as the text goes.

    Args:
        stream: the text.
        vocabulary: what its ids mean.
        max_order: the highest order wanted; the lists end earlier where no sentence is long enough for it.
        held_out: other text, to find the weights of interpolation from; without it, each order keeps half of
            what the higher ones have left.

    Returns:
        "absolute"[k-1]: D of order k. "raw"[k-1]: (D_1, D_2, D_3+) of order k where it is the highest;
        "adjusted"[k-1]: the same where it is not. "lambdas"[n-1]: lambda_0 .. lambda_n of interpolation with
        order n. "alpha": of stupid backoff.
    """
    counts = count_up_to(stream, vocabulary, max_order)
    adjusted = adjusted_counts(counts)[:-1]
    return {
        "absolute": [one_discount(of_order)[0] for of_order in counts.counts],
        "raw": [list(modified_discounts(of_order)) for of_order in counts.counts],
        "adjusted": [list(modified_discounts(of_order)) for of_order in adjusted],
        "lambdas": [_lambdas(stream, vocabulary, order, held_out) for order in range(1, counts.order + 1)],
        "alpha": ALPHA,
    }


def _lambdas(
    stream: Int[ndarray, " length"],
    vocabulary: Vocabulary,
    order: int,
    held_out: Int[ndarray, " length"] | None,
) -> list[float]:
    if held_out is None or not len(held_out):
        return [1.0] + [0.5] * order
    return stick_lengths(weights_by_em(NgramCounts(stream, vocabulary, order), held_out)).tolist()
