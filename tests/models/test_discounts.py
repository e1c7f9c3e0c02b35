"""Discounts from counts of counts."""

from __future__ import annotations

import numpy as np
import pytest
from ngram_cases import cats

from rnn_course.errors import CourseError
from rnn_course.models.discounting import (
    FALLBACK_MODIFIED,
    FALLBACK_ONE,
    AbsoluteDiscounting,
    counts_of_counts,
    modified_discounts,
    one_discount,
)
from rnn_course.models.kneser_ney import KneserNey


def counts_with(n_1: int, n_2: int, n_3: int, n_4: int) -> np.ndarray:
    return np.repeat([0, 1, 2, 3, 4, 5, 900], [7, n_1, n_2, n_3, n_4, 5, 1])


def test_counts_of_counts():
    assert counts_of_counts(counts_with(4, 3, 2, 1)) == (4, 3, 2, 1)
    assert counts_of_counts(np.zeros(0, dtype=int)) == (0, 0, 0, 0)


def test_discounts_by_hand():
    counts = counts_with(100, 40, 20, 12)
    assert one_discount(counts) == (pytest.approx(100 / 180),)
    Y = 100 / 180
    expected = (1 - 2 * Y * 40 / 100, 2 - 3 * Y * 20 / 40, 3 - 4 * Y * 12 / 20)
    assert modified_discounts(counts) == pytest.approx(expected)


@pytest.mark.parametrize("n", [(0, 4, 3, 2), (9, 0, 3, 2), (9, 4, 0, 2), (9, 4, 3, 0)])
def test_a_zero_count_of_counts_falls_back(n):
    assert modified_discounts(counts_with(*n)) == FALLBACK_MODIFIED


def test_a_discount_out_of_range_falls_back():
    # D_2 = 2 - 3 * 100/120 * 100/10 is far below 0.
    assert modified_discounts(counts_with(100, 10, 100, 10)) == FALLBACK_MODIFIED


def test_one_discount_falls_back():
    assert one_discount(counts_with(0, 3, 0, 0)) == FALLBACK_ONE
    assert one_discount(counts_with(3, 0, 0, 0)) == FALLBACK_ONE


def test_models_show_their_discounts_by_order():
    stream, vocabulary = cats()
    for model in (
        KneserNey.fit(stream, vocabulary, order=3),
        AbsoluteDiscounting.fit(stream, vocabulary, order=3),
        KneserNey.fit(stream, vocabulary, order=3, modified=False),
    ):
        assert len(model.discounts) == 3
    given = [(0.1, 0.2, 0.3), (0.5,), (0.0, 2.0, 3.0)]
    assert KneserNey.fit(stream, vocabulary, order=3, discounts=given).discounts == given


@pytest.mark.parametrize(
    ("discounts", "message"),
    [
        ([(0.5,)], "discounts for 1 orders given, but the order is 2"),
        ([(0.5,), (0.5, 0.5)], "discounts of order 2"),
        ([(1.5,), (0.5,)], "discounts of order 1"),
        ([(0.5,), (-0.1, 1.0, 1.0)], "discounts of order 2"),
    ],
)
def test_given_discounts_are_checked(discounts, message):
    for model in (KneserNey, AbsoluteDiscounting):
        with pytest.raises(CourseError, match=message):
            model.fit(*cats(), order=2, discounts=discounts)
