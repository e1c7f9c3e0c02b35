"""Cells, small streams and a stepwise view of a model, for the tests of all recurrent models."""

from __future__ import annotations

from typing import Any

import numpy as np

from rnn_course.cells.bidirectional import bidirectional
from rnn_course.cells.cell import CELLS, TAUGHT_CELLS, Cell
from rnn_course.cells.parameters import map_arrays, named_arrays
from rnn_course.cells.stacked import stacked
from rnn_course.text.vocabulary import Vocabulary

LEFT_TO_RIGHT: dict[str, Cell] = {
    "taught elman": TAUGHT_CELLS["elman"],
    "elman": CELLS["elman"],
    "lstm": CELLS["lstm"],
    "gru": CELLS["gru"],
    "2-layer lstm": stacked(CELLS["lstm"], 2),
    "3-layer gru residual": stacked(CELLS["gru"], 3, skip="residual"),
    "2-layer elman dense": stacked(CELLS["elman"], 2, skip="dense"),
}
BOTH_DIRECTIONS: dict[str, Cell] = {
    "bidirectional elman": bidirectional(CELLS["elman"]),
    "bidirectional lstm": bidirectional(CELLS["lstm"]),
    "2-layer bidirectional gru": stacked(bidirectional(CELLS["gru"]), 2),
}
WORDS = Vocabulary("abcd")


class StepByStep:
    """A language model without its vectorised scoring."""

    def __init__(self, model: Any) -> None:
        self.vocabulary = model.vocabulary
        self.initial_state, self.advance = model.initial_state, model.advance
        self.next_log_probs = model.next_log_probs


def random_stream(rng: np.random.Generator, length: int, vocabulary: Vocabulary = WORDS) -> np.ndarray:
    """Words in any order, about one `</s>` in six tokens; with so few words, all of them repeat."""
    stream = rng.integers(2, len(vocabulary), length)
    stream[rng.random(length) < 1 / 6] = vocabulary.eos_id
    return stream


def random_state(model: Any, batch_size: int, rng: np.random.Generator) -> Any:
    """A state of the model's cell that is nowhere zero."""
    zeros = model.cell.initial_state(model.params.cell, batch_size)
    return map_arrays(lambda array: rng.uniform(-0.8, 0.8, array.shape), zeros)


def assert_trees_equal(got: Any, expected: Any, tolerance: float = 0.0) -> None:
    """The same arrays under the same names, each entry within `tolerance`."""
    ours, theirs = dict(named_arrays(got)), dict(named_arrays(expected))
    assert ours.keys() == theirs.keys()
    for name, array in ours.items():
        np.testing.assert_allclose(array, theirs[name], rtol=0, atol=tolerance, err_msg=name)
