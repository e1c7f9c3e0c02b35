"""Recall by lag: about 7 steps against about 100, and for which first weights."""

from __future__ import annotations

import numpy as np
import pytest

from rnn_course.errors import CourseError
from rnn_course.experiments.horizon import STARTS
from rnn_course.experiments.recall_lag import ALL, LIVE, RecallRun, RecallTable, recall_by_lag


def test_a_short_lag_is_learned_and_ends_the_run() -> None:
    seen: list[RecallRun] = []
    table = recall_by_lag((1, 2), ("Elman",), hidden_size=32, max_updates=300, on_run=seen.append)
    assert [(run.name, run.lag, run.seed) for run in seen] == [("Elman", 1, 0), ("Elman", 2, 0)]
    assert table.accuracy.min() > 0.95
    assert table.updates.max() < 300, "solved before the budget was spent"
    assert table.reaches.tolist() == [[2]]


def test_without_training_it_is_a_guess() -> None:
    table = recall_by_lag((20,), ("Elman",), hidden_size=8, max_updates=1)
    assert 0.02 < table.accuracy[0, 0, 0] < 0.3
    assert table.reaches.tolist() == [[0]]


def test_a_reach_ends_at_the_first_lag_that_is_not_solved() -> None:
    accuracy = np.array([[[1.0], [0.2], [1.0]], [[0.95], [0.95], [0.1]], [[0.1], [1.0], [1.0]]])
    table = RecallTable(("a", "b", "c"), np.array([3, 7, 15]), accuracy, np.ones((3, 3, 1), int), 0.9)
    assert table.reaches.tolist() == [[3], [7], [0]]


def test_what_cannot_be_is_named() -> None:
    with pytest.raises(CourseError, match="names among"):
        recall_by_lag((3,), ("transformer",))
    with pytest.raises(CourseError, match="increasing"):
        recall_by_lag((7, 3))
    assert set(LIVE) < set(ALL) <= set(STARTS)


@pytest.mark.slow
def test_gates_that_keep_reach_further() -> None:
    table = recall_by_lag((7, 30), LIVE)
    elman, lstm, lstm_chrono, gru_chrono = table.accuracy[:, :, 0]
    assert elman[0] > 0.9
    assert elman[1] < 0.5
    assert lstm[0] > 0.9
    assert lstm[1] < 0.5, "it is not the cell alone"
    assert min(lstm_chrono.min(), gru_chrono.min()) > 0.9
