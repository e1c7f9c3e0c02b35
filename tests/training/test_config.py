"""The settings of a run, and the learning rate's way through it."""

from __future__ import annotations

import math
from typing import Any

import numpy as np
import pytest

from rnn_course.errors import CourseError
from rnn_course.training.config import TrainingConfig
from rnn_course.training.schedule import Constant, Plateau, WarmupCosine


@pytest.mark.parametrize(
    ("settings", "words"),
    [
        ({"batch_size": 0}, "batch_size is a whole number at least 1; got 0"),
        ({"steps": 3.0}, "steps is a whole number at least 1; got 3.0"),
        ({"epochs": True}, "epochs is a whole number at least 1, or None; got True"),
        ({"max_updates": 0}, "max_updates is"),
        ({"max_seconds": 0}, "max_seconds is a number above 0, or None; got 0"),
        ({"learning_rate": math.nan}, "learning_rate is a number above 0; got nan"),
        ({"learning_rate": math.inf}, "learning_rate"),
        ({"learning_rate": "fast"}, "learning_rate is a number above 0; got 'fast'"),
        ({"momentum": 1.0}, "momentum is a number at least 0 and below 1; got 1.0"),
        ({"beta_2": 1}, "beta_2"),
        ({"epsilon": 0}, "epsilon"),
        ({"max_gradient_norm": -1}, "max_gradient_norm is a number above 0, or None; got -1"),
        ({"optimizer": "rmsprop"}, 'optimizer is "adam" or "sgd", got \'rmsprop\''),
        ({"schedule": 0.5}, "schedule is Constant"),
        ({"patience": 0}, "patience"),
        ({"seed": -1}, "seed is a whole number at least 0; got -1"),
        ({"epochs": None}, "training would never end"),
    ],
)
def test_what_makes_no_sense_is_refused(settings: dict[str, Any], words: str) -> None:
    with pytest.raises(CourseError, match=words):
        TrainingConfig(**settings)


def test_numbers_of_numpy_become_numbers_of_python() -> None:
    config = TrainingConfig(steps=np.int64(7), learning_rate=np.float32(0.5), max_seconds=3)  # type: ignore[arg-type]
    assert (type(config.steps), type(config.learning_rate), type(config.max_seconds)) == (int, float, float)
    assert (config.steps, config.learning_rate) == (7, 0.5)


def test_only_the_rules_for_stopping_may_change_in_a_run() -> None:
    longer = TrainingConfig(epochs=None, max_updates=7, max_seconds=2.5, patience=3)
    assert longer.fixed() == TrainingConfig().fixed()
    for changed in (TrainingConfig(seed=1), TrainingConfig(schedule=Plateau()), TrainingConfig(steps=36)):
        assert changed.fixed() != TrainingConfig().fixed()


def test_a_plateau_is_an_evaluation_without_a_new_best() -> None:
    losses = [3.0, 2.0, 2.5, 2.0, 1.9, 1.9, 1.8]
    factors = [Plateau(0.5).factor(0, losses[:k]) for k in range(8)]
    assert factors == [1, 1, 1, 0.5, 0.25, 0.25, 0.125, 0.125]
    patient = [Plateau(0.5, patience=2).factor(0, losses[:k]) for k in range(8)]
    assert patient == [1, 1, 1, 1, 0.5, 0.5, 0.5, 0.5]


def test_warm_up_is_straight_and_the_rest_half_a_cosine() -> None:
    schedule = WarmupCosine(warm_up=4, total=10, final=0.1)
    factors = [schedule.factor(k, []) for k in range(14)]
    assert factors[:5] == [0.25, 0.5, 0.75, 1.0, 1.0]
    assert factors[7] == pytest.approx(0.55)  # half way between 1 and 0.1
    assert factors[4:11] == sorted(factors[4:11], reverse=True)
    assert factors[10:] == pytest.approx([0.1] * 4)
    assert WarmupCosine(0, 5).factor(0, []) == 1
    assert Constant().factor(10**6, [1.0, 2.0]) == 1


@pytest.mark.parametrize(
    "make",
    [
        lambda: Plateau(1.0),
        lambda: Plateau(patience=0),
        lambda: WarmupCosine(5, 5),
        lambda: WarmupCosine(0, 5, 2),
    ],
)
def test_schedules_that_go_nowhere_are_refused(make: Any) -> None:
    with pytest.raises(CourseError, match="got"):
        make()
