"""Deep stacks in training, plain and with connections past the layers."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from rnn_course.errors import CourseError
from rnn_course.experiments.shortcuts import train_deep_stacks
from rnn_course.text.languages import random_chain


def test_a_small_comparison() -> None:
    language = random_chain(np.random.default_rng(0), size=10, followers=2)
    found = train_deep_stacks((1, 3), skips=(None, "residual"), width=8, max_updates=20, language=language)
    assert found.losses.shape == (2, 2, 20)
    assert found.best < found.unigram
    assert (found.learned < 1.1).all()
    np.testing.assert_allclose(found.end, found.losses[..., -2:].mean(axis=-1))
    with pytest.raises(CourseError, match="depths >= 1"):
        train_deep_stacks((0,))
    with pytest.raises(CourseError, match="gain is above 0, got -1"):
        train_deep_stacks(gain=-1)


def test_gain_scales_the_first_weights_between_layers() -> None:
    language = random_chain(np.random.default_rng(0), size=10, followers=2)
    options: dict[str, Any] = {"width": 8, "max_updates": 1, "language": language}
    losses = [
        train_deep_stacks((1, 3), skips=(None, "highway"), gain=gain, **options).losses for gain in (1, 3)
    ]
    assert (abs(losses[0] - losses[1]) > 1e-4).all(), "each stack starts from other weights"


@pytest.mark.slow
def test_only_the_plain_stack_is_too_deep() -> None:
    found = train_deep_stacks()
    shallow, deep = found.learned.T
    of = dict(zip(found.skips, deep, strict=True))
    assert shallow.min() > 0.4, "two layers learn, however they are connected"
    assert of[None] < 0.15
    assert min(of["residual"], of["dense"], of["highway"]) > 0.4


@pytest.mark.slow
def test_a_gradient_that_arrives_is_not_enough() -> None:
    plain = train_deep_stacks((50,), skips=(None,), gain=2.5).learned[0, 0]
    residual = train_deep_stacks((50,), skips=("residual",)).learned[0, 0]
    assert 0.1 < plain < 0.7 * residual
