"""How many layers help, and what can be read off each."""

from __future__ import annotations

import numpy as np
import pytest

from rnn_course.errors import CourseError
from rnn_course.experiments.layers_depth import (
    QUESTIONS,
    _probe,
    perplexity_by_depth,
    what_layers_encode,
)


def test_a_small_table() -> None:
    found = perplexity_by_depth((1, 2), hidden_size=8, max_updates=5)
    assert found.perplexity.shape == found.parameters.shape == (2, 2)
    assert (found.perplexity > found.best).all()
    np.testing.assert_array_equal(found.parameters[0], found.parameters[1])
    layer = 4 * (8 * 8 + 8 * 8 + 8)
    assert found.parameters[0, 1] - found.parameters[0, 0] == layer
    with pytest.raises(CourseError, match="needs depths"):
        perplexity_by_depth(cell_name="transformer")


def test_a_probe_of_a_new_network() -> None:
    found = what_layers_encode(depth=2, hidden_size=16, max_updates=1, sentences=60)
    assert found.questions == QUESTIONS
    assert found.accuracy.shape == (3, 3)
    assert found.accuracy[0, 0] > 0.99, "one embedding for each word: its class is there before training"
    assert ((found.guessing > 0) & (found.guessing < 1)).all()
    with pytest.raises(CourseError, match="ridge > 0"):
        what_layers_encode(ridge=0)


def test_a_probe_reads_small_numbers_as_well_as_large_ones() -> None:
    rng = np.random.default_rng(0)
    x = rng.standard_normal((200, 4))
    answers = ["up" if row[0] > 0.1 * row[1] else "down" for row in x]
    found = [
        _probe(size * x[:100] + 3, answers[:100], size * x[100:] + 3, answers[100:], 1e-3)
        for size in (1.0, 1e-6)
    ]
    assert found[0] == found[1] > 0.9
    still = np.concatenate([x, np.ones((200, 1))], axis=1)
    assert _probe(still[:100], answers[:100], still[100:], answers[100:], 1e-3) == found[0]


@pytest.mark.slow
def test_depth_needs_connections_past_the_layers() -> None:
    found = perplexity_by_depth((1, 2, 8))
    (one, two, plain), (_, _, residual) = found.perplexity
    assert two < one
    assert plain > 1.5 * one
    assert found.best < residual < one


@pytest.mark.slow
def test_the_layers_know_what_no_word_tells() -> None:
    found = what_layers_encode()
    word, depth, number = found.accuracy
    assert word[0] > 0.99
    assert word[0] >= word[-1] > 0.9
    assert number[0] + 0.1 < number[1] < number[2:].max()
    assert depth[0] + 0.05 < depth[1:].max()
    before = what_layers_encode(max_updates=1).accuracy
    assert (before[2, 1:] > number[0] + 0.1).all(), "some of it is there before training"
    assert before[0, -1] < 0.8 < word[-1], "a new stack loses the word on the way up"
