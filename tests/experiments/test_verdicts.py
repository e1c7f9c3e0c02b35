"""The verdict at every word: who has read what decides it, and two halves side by side are not enough."""

from __future__ import annotations

import numpy as np
import pytest

from rnn_course.errors import CourseError
from rnn_course.experiments.verdicts import PLACES, verdicts_by_place


def test_each_reader_knows_the_verdict_where_it_has_read_what_decides_it() -> None:
    found = verdicts_by_place()
    assert found.places == PLACES
    left, right, both, deep = found.accuracy.values()
    for knows in (left[3:], right[:2], both[[0, 1, 3, 4]], deep):
        assert min(knows) > 0.97
    for guesses in (left[:3], right[2:]):
        assert 0.35 < min(guesses) <= max(guesses) < 0.65
    assert 0.2 < both[2] < 0.8, "a sum cannot tell whether exactly one of two things is so"


def test_the_same_seed_gives_the_same_numbers() -> None:
    a, b = (verdicts_by_place(seed=3, sentences=20, test=5, epochs=1, hidden_size=3) for _ in range(2))
    for name, accuracy in a.accuracy.items():
        np.testing.assert_array_equal(accuracy, b.accuracy[name])
    assert list(a.accuracy) == ["left only", "right only", "both ways", "both ways, two layers"]


def test_what_cannot_be_is_named() -> None:
    with pytest.raises(CourseError, match="at least 1, got sentences=0"):
        verdicts_by_place(sentences=0)
