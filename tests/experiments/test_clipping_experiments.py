"""Clipping by the norm and by its square, and what training makes of them."""

from __future__ import annotations

import numpy as np
import pytest

from rnn_course.errors import CourseError
from rnn_course.experiments.clipping import RULES, clip_by_rule, step_lengths, training_with_clipping
from rnn_course.text.languages import nested_agreement


def test_by_the_squared_norm_long_gradients_make_short_steps() -> None:
    found = step_lengths((0.1, 1, 2, 10, 1000), max_norm=1.0)
    np.testing.assert_allclose(found.by_norm, [0.1, 1, 1, 1, 1])
    np.testing.assert_allclose(found.by_squared_norm, [0.1, 1, 0.5, 0.1, 0.001])


def test_the_squared_norm_is_not_the_same_rule_with_another_threshold() -> None:
    norms = np.array([1.0, 1.9, 2.1, 3.0, 30.0])
    found = step_lengths(norms, max_norm=4.0)
    assert found.by_norm.tolist() == pytest.approx([1, 1.9, 2.1, 3, 4])
    np.testing.assert_allclose(found.by_squared_norm, [1, 1.9, 4 / 2.1, 4 / 3, 4 / 30])


@pytest.mark.parametrize("rule", RULES[1:])
def test_clipping_keeps_the_direction_over_all_arrays(rule: str) -> None:
    rng = np.random.default_rng(0)
    g = (rng.standard_normal((3, 4)) * 10, rng.standard_normal(5))
    before = np.concatenate([array.ravel() for array in g])
    length = clip_by_rule(g, rule, 0.5)  # type: ignore[arg-type]
    after = np.concatenate([array.ravel() for array in g])
    np.testing.assert_allclose(length, np.linalg.norm(after))
    np.testing.assert_allclose(after / np.linalg.norm(after), before / np.linalg.norm(before))


def test_what_cannot_be_is_named() -> None:
    with pytest.raises(CourseError, match="the rules are none, norm, squared norm"):
        clip_by_rule(np.ones(2), "square", 1.0)  # type: ignore[arg-type]
    with pytest.raises(CourseError, match="above 0"):
        clip_by_rule(np.ones(2), "squared norm", 0.0)
    with pytest.raises(CourseError, match="above 0"):
        step_lengths((0.0,))


def test_one_training_three_ways() -> None:
    corpus = nested_agreement().corpus(0, train=400, valid=10, test=10)
    runs = training_with_clipping(corpus, max_updates=40)
    assert list(runs) == list(RULES)
    assert runs["none"].losses[0] == runs["norm"].losses[0] == runs["squared norm"].losses[0]
    np.testing.assert_allclose(runs["none"].lengths, runs["none"].norms, rtol=1e-5)
    np.testing.assert_allclose(runs["norm"].lengths, np.minimum(runs["norm"].norms, 1), rtol=1e-5)
    squared = runs["squared norm"]
    np.testing.assert_allclose(squared.lengths, np.minimum(squared.norms, 1 / squared.norms), rtol=1e-5)
    assert runs["norm"].end < runs["none"].end


@pytest.mark.parametrize("seed", range(3))
def test_clipping_saves_the_run(seed: int) -> None:
    corpus = nested_agreement().corpus(0, train=2000, valid=10, test=10)
    runs = training_with_clipping(corpus, seed=seed, max_updates=150)
    assert runs["none"].norms.max() > 20 * np.median(runs["none"].norms)
    assert runs["norm"].end < 0.75 * runs["none"].end
    assert runs["squared norm"].end < 0.75 * runs["none"].end
