"""The published table of what follows "today the", and which preparation of the text gives it."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from rnn_course.experiments.today_the import PREPARATIONS, PUBLISHED, side_by_side, today_the

STORIES = [
    "Today the company said it rose. The bank did not. TODAY, the price fell.",
    "It closed today. The bank opened; today the bank lent. Today the Italian came.",
]


def test_preparations_differ_where_they_should() -> None:
    lower, cased, bare = today_the(STORIES)
    assert dict(lower.counts) == {"company": 1, "bank": 1, "italian": 1}
    assert dict(cased.counts) == {"bank": 1}, "Today is not today"
    assert dict(bare.counts) == {"company": 1, "price": 1, "bank": 2, "italian": 1}, "marks kept words apart"
    assert [result.preparation for result in (lower, cased, bare)] == list(PREPARATIONS)
    assert lower.total == 3


def test_side_by_side_shows_counts_beside_the_published_table() -> None:
    text = side_by_side(today_the(STORIES))
    assert "company 0.153" in text
    assert "company 1/3" in text
    assert "price 0/3" in text


@pytest.mark.realdata
def test_reuters_gives_the_published_table(real_data: Callable[[str], Path]) -> None:
    real_data("reuters")
    lower, cased, bare = today_the()
    assert (lower.total, cased.total, bare.total) == (26, 18, 111)
    counts = dict(lower.counts)
    assert {word: counts[word] for word in PUBLISHED} == {
        "company": 4,
        "bank": 4,
        "price": 2,
        "italian": 1,
        "emirate": 1,
    }
    assert [word for word, _ in lower.counts[:3]] == ["company", "bank", "price"]
    for word, published in PUBLISHED.items():
        assert abs(counts[word] / lower.total - published) < 0.001, "within a unit of the last digit"
