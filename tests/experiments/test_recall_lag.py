"""Recall by lag: about 7 steps against about 100, and for which first weights."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from rnn_course.errors import CourseError
from rnn_course.experiments.horizon import STARTS
from rnn_course.experiments.recall_lag import (
    ALL,
    LIVE,
    RecallRun,
    RecallTable,
    long_recall,
    recall_by_lag,
)


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


def test_who_guesses_is_not_asked_about_longer_lags() -> None:
    seen: list[RecallRun] = []
    options: dict[str, Any] = {"hidden_size": 8, "max_updates": 1, "seeds": (0, 1), "on_run": seen.append}
    table = recall_by_lag((20, 21, 22), ("Elman",), give_up_below=0.5, **options)
    assert [(run.lag, run.seed) for run in seen] == [(20, 0), (20, 1)]
    assert np.isnan(table.accuracy[0, 1:]).all()
    assert not table.updates[0, 1:].any()
    assert table.reaches.tolist() == [[0, 0]]


def test_the_long_run_is_what_lecture_11_says_of_it() -> None:
    kept = long_recall()
    table = kept.table
    assert table.names == ALL
    assert table.accuracy.shape == (len(ALL), len(table.lags), len(kept.seeds))
    assert len(kept.seeds) >= 2
    assert table.updates.max() <= kept.max_updates
    assert {"python", "numpy", "machine"} == set(kept.made_with)
    tried = ~np.isnan(table.accuracy)
    assert tried[:, 0].all()
    shorter = np.where(tried, table.accuracy, 0)[:, :-1]
    assert (tried[:, 1:] <= (shorter >= kept.give_up_below)).all(), "not asked after a guess"
    reaches = dict(zip(table.names, table.reaches, strict=True))
    for slow in ("LSTM, chrono 100", "GRU, chrono 100"):
        assert (reaches[slow] == 100).all()
    for fast in ("LSTM, forget bias 0", "GRU, update bias 0"):
        assert (reaches[fast] < 15).all()


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
