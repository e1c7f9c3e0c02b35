"""What backpropagation through time holds: activations of every step, and no copies of the weights."""

from __future__ import annotations

import tracemalloc
from typing import Any

import numpy as np
import pytest

from rnn_course.cells.buffers import buffers
from rnn_course.cells.cell import CELLS, TAUGHT_CELLS
from rnn_course.cells.parameters import named_arrays
from rnn_course.models.recurrent import RecurrentLM
from rnn_course.text.batching import Batch
from rnn_course.text.vocabulary import Vocabulary

WORDS = Vocabulary("abcd")
# Arrays [batch, hidden] that a step may cost: the cell's own, its output, its embedding, and their gradients.
# Measured: 4, 7 and 9 for the taught forms, 11, 24 and 24 for the fast ones.
ARRAYS_OF_A_STEP = {"elman": 14, "gru": 28, "lstm": 28}


def peak(model: RecurrentLM, T: int, B: int) -> int:
    """Bytes held at most while a gradient over T steps is computed."""
    batch = Batch(np.full((T, B), 3), np.full((T, B), 4))
    buffers().clear()
    tracemalloc.start()
    model.loss_and_gradients(batch)
    largest = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    buffers().clear()
    return largest


@pytest.mark.parametrize("form", ["taught", "fast"])
@pytest.mark.parametrize("name", ARRAYS_OF_A_STEP)
def test_memory_grows_with_the_steps_by_activations_alone(name: str, form: str) -> None:
    """At H = 256 one copy of the weights is worth 256 states or more; a step costs a small part."""
    B, H = 2, 256
    cells: Any = TAUGHT_CELLS if form == "taught" else CELLS
    model = RecurrentLM.init(WORDS, cells[name], H, H, np.random.default_rng(0), memory="text")
    weights = sum(array.nbytes for _, array in named_arrays(model.params.cell))
    short, long = peak(model, 16, B), peak(model, 64, B)
    of_a_step = (long - short) / 48
    assert of_a_step < ARRAYS_OF_A_STEP[name] * B * H * 8
    assert of_a_step < weights / 20
    # Whatever the number of steps: the gradient, and in the fast form the weights laid out in one block, W
    # transposed, and U, in blocks of memory up to twice that size. Measured: 1.1 to 1.5, and 2.3 to 4.0.
    assert short - 16 * of_a_step < (2 if form == "taught" else 5) * weights


def test_memory_is_linear_in_the_steps() -> None:
    model = RecurrentLM.init(WORDS, TAUGHT_CELLS["lstm"], 32, 32, np.random.default_rng(0), memory="text")
    small, middle, large = (peak(model, T, 4) for T in (100, 200, 400))
    assert large - middle == pytest.approx(2 * (middle - small), rel=0.1)


def test_scoring_a_long_text_needs_no_more_than_a_short_one() -> None:
    """Ten times the tokens: only what has an entry for each token grows."""
    rng = np.random.default_rng(0)
    vocabulary = Vocabulary(f"word{k}" for k in range(997))
    model = RecurrentLM.init(vocabulary, CELLS["gru"], 8, 8, rng, dtype=np.float32)
    peaks = {}
    for length in (20_000, 100_000):
        stream = rng.integers(3, 1000, length)
        stream[::20] = vocabulary.eos_id
        buffers().clear()
        tracemalloc.start()
        model.sequence_log_probs(stream)
        peaks[length] = tracemalloc.get_traced_memory()[1]
        tracemalloc.stop()
    assert (peaks[100_000] - peaks[20_000]) / 80_000 < 200  # bytes a token; its scores alone would take 4,000
