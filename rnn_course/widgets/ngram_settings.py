"""What the n-gram explorer's settings may be."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np

from rnn_course.errors import OrderError
from rnn_course.widgets.settings import OneOf, Real, Rule, Text, Whole

MAX_ORDER = 5
SMOOTHINGS = ("mle", "add-k", "interpolation", "stupid-backoff", "absolute-discounting", "kneser-ney")


def explorer_rules(max_order: int) -> dict[str, Rule]:
    """A rule for each setting, for a text that is long enough for n-grams of `max_order`."""
    return {
        "context": Text(),
        "order": Whole(1, max_order),
        "smoothing": OneOf(SMOOTHINGS),
        "k": Real(0),
        "compare": OneOf(("", *SMOOTHINGS)),
    }


def check_order(settings: Mapping[str, Any], max_order: int, where: str = "") -> None:
    """Say of an order that cannot be whether it is none at all or too high for the text.

    Args:
        max_order: the longest n-grams that the sentences of the text are long enough for.
        where: put before the message.

    Raises:
        OrderError: as said.
    """
    order = settings.get("order", 1)
    if not isinstance(order, int | np.integer) or not 1 <= order <= MAX_ORDER:
        raise OrderError(f"{where}order is a whole number from 1 to {MAX_ORDER}, got {order!r}")
    if order > max_order:
        raise OrderError(
            f"{where}order {order}, but no sentence of the text is that long: {max_order} at most"
        )
