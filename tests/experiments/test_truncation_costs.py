"""What truncation saves and what it cannot learn, held to bands; the truncated step against differences."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from rnn_course.cells.cell import CELLS
from rnn_course.cells.parameters import named_arrays
from rnn_course.errors import CourseError
from rnn_course.experiments.truncation_costs import (
    SYMBOLS,
    Recaller,
    memory_by_length,
    recall_by_truncation,
    truncated_recall_step,
)
from rnn_course.gradients.check import check_gradients
from rnn_course.layers import ReadoutParams
from rnn_course.models.encoder import encoder_init
from rnn_course.tasks.recall import recall


def network(cell: str, rng: np.random.Generator) -> Recaller:
    encoder = encoder_init(CELLS[cell], SYMBOLS, 3, 4, rng)
    return Recaller(encoder, ReadoutParams(rng.standard_normal((SYMBOLS, 4)), rng.standard_normal(SYMBOLS)))


@pytest.mark.parametrize("cell", ["elman", "lstm", "gru"])
def test_the_whole_way_back_is_the_gradient(cell: str) -> None:
    rng = np.random.default_rng(0)
    weights, batch = network(cell, rng), recall(4, 3, rng)
    J, gradients = truncated_recall_step(CELLS[cell], weights, batch, 5)

    def loss(params: Any) -> float:
        return truncated_recall_step(CELLS[cell], params, batch, 5)[0]

    assert loss(weights) == J
    check_gradients(loss, weights, gradients, max_entries=12, rng=rng).require()


def test_the_loss_is_the_same_for_every_k_and_the_gradient_is_not() -> None:
    rng = np.random.default_rng(1)
    weights, batch = network("elman", rng), recall(4, 3, rng)
    steps = [truncated_recall_step(CELLS["elman"], weights, batch, k) for k in range(1, 6)]
    readout_alone = truncated_recall_step(CELLS["elman"], weights, batch, 0)
    losses = {round(loss, 12) for loss, _ in [*steps, readout_alone]}
    assert len(losses) == 1, "the state is carried whatever k is"
    assert not any(array.any() for _, array in named_arrays(readout_alone[1].encoder))
    np.testing.assert_allclose(readout_alone[1].readout.U, steps[-1][1].readout.U, atol=1e-13)
    full = steps[-1][1]
    for _, gradients in steps:
        np.testing.assert_allclose(gradients.readout.U, full.readout.U, atol=1e-13)
    errors = [abs(gradients.encoder.cell.W_h - full.encoder.cell.W_h).max() for _, gradients in steps]
    assert errors[0] > 1e-3
    assert errors[-3] > 0
    assert errors[-2] == 0, "h^(0) = 0: the first step has no part in W_h"
    assert abs(steps[-2][1].encoder.cell.W_e - full.encoder.cell.W_e).max() > 0, "but in W_e"
    never_read = np.setdiff1d(np.arange(SYMBOLS), batch.inputs[-2:])
    assert (steps[1][1].encoder.E[never_read] == 0).all(), "what stands further back learns nothing"


def test_the_same_seed_is_the_same_run() -> None:
    first, again = (recall_by_truncation([2, 4], lag=3, max_updates=20, seeds=[5]) for _ in range(2))
    np.testing.assert_array_equal(first.accuracy, again.accuracy)
    assert first.accuracy.shape == (2, 1)
    assert first.chance == 1 / 8


def test_one_step_short_of_the_symbol_is_not_enough() -> None:
    """Lecture 06."""
    found = recall_by_truncation([0, 7, 8], lag=7)
    readout_alone, short, whole = found.accuracy[:, 0]
    assert readout_alone < 0.2
    assert short < 0.5
    assert whole > 0.95
    unchanged, quieter, louder = found.loudness[:, 0]
    assert unchanged == 1
    assert quieter < 0.6 < 1.05 < louder, "it learned that symbols disturb; the other, that they matter"


def test_memory_grows_with_the_text_unless_it_is_truncated() -> None:
    """Lecture 06: O(T) against O(k)."""
    found = memory_by_length([100, 200, 400], k=20)
    np.testing.assert_allclose(found.full[1:] / found.full[:-1], 2, atol=0.25)
    growth = np.diff(found.truncated) / np.diff(found.full)
    assert (growth < 0.1).all()
    assert found.full[-1] > 5 * found.truncated[-1]


@pytest.mark.parametrize(
    ("call", "message"),
    [
        (lambda: recall_by_truncation([-1]), "k from 0 to lag"),
        (lambda: recall_by_truncation([9]), "lag \\+ 1 = 8, got \\[9\\]"),
        (lambda: recall_by_truncation([]), "got \\[\\]"),
        (lambda: recall_by_truncation([1], seeds=[]), "needs seeds"),
        (lambda: recall_by_truncation([1], cell_name="cnn"), "'cnn'"),
        (lambda: memory_by_length([]), "at least 1"),
        (lambda: memory_by_length([10], k=0), "at least 1"),
    ],
)
def test_arguments_are_checked(call: Any, message: str) -> None:
    with pytest.raises(CourseError, match=message):
        call()
