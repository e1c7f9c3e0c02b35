"""Truncated backpropagation: against its definition, summed term by term, and in the forms it reduces to."""

from __future__ import annotations

import tracemalloc
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from recurrent_cases import (
    BOTH_DIRECTIONS,
    LEFT_TO_RIGHT,
    WORDS,
    assert_trees_equal,
    random_state,
    random_stream,
)

from rnn_course.cells.cell import CELLS, TAUGHT_CELLS, Cell, state_at
from rnn_course.cells.parameters import map_arrays, named_arrays
from rnn_course.errors import CourseError
from rnn_course.models.recurrent import RecurrentLM
from rnn_course.models.truncated import detached_chunks, truncated_backward, truncated_step
from rnn_course.text.batching import Batch, stateful_batches

every_cell = pytest.mark.parametrize("name", LEFT_TO_RIGHT)
seeds = st.integers(0, 2**32 - 1)


def term_by_term(cell: Cell, params: Any, x: Any, doutputs: Any, state_0: Any, k1: int, k2: int) -> Any:
    """The definition: the loss at t goes back from the end of its block, cut off k2 steps before that end."""
    T = len(x)
    total: Any = map_arrays(np.zeros_like, params)
    dx = np.zeros_like(x)
    for t in range(T):
        end = min((t // k1 + 1) * k1, T)
        first = max(0, end - k2)
        state = state_0
        if first:
            _, cache = cell.forward(params, x[:first], state_0)
            state = state_at(cell.states(cache))
        outputs, cache = cell.forward(params, x[first : t + 1], state)
        only_t = np.zeros_like(outputs)
        only_t[-1] = doutputs[t]
        dparams, dx_t, _ = cell.backward(only_t, cache)
        total = map_arrays(np.add, total, dparams)
        dx[first : t + 1] += dx_t
    return total, dx


@every_cell
@settings(max_examples=8)
@given(seed=seeds, T=st.integers(1, 13), k1=st.integers(1, 6), more=st.integers(0, 9))
def test_equals_its_definition(name: str, seed: int, T: int, k1: int, more: int) -> None:
    rng = np.random.default_rng(seed)
    cell = LEFT_TO_RIGHT[name]
    params, x = cell.init(2, 3, rng), rng.standard_normal((T, 2, 2))
    state_0 = map_arrays(lambda a: rng.uniform(-0.8, 0.8, a.shape), cell.initial_state(params, 2))
    doutputs = rng.standard_normal((T, 2, 3))
    got = truncated_backward(cell, params, x, lambda steps, _: doutputs[steps], state_0, k1=k1, k2=k1 + more)
    expected, dx = term_by_term(cell, params, x, doutputs, state_0, k1, k1 + more)
    assert_trees_equal(got.params, expected, 1e-12)
    np.testing.assert_allclose(got.x, dx, rtol=0, atol=1e-12)
    _, cache = cell.forward(params, x, state_0)
    assert_trees_equal(got.state, state_at(cell.states(cache)), 1e-13)


@every_cell
@settings(max_examples=5)
@given(seed=seeds, k1=st.integers(1, 15), more=st.integers(0, 5))
def test_nothing_is_cut_off_where_k2_reaches_over_the_text(name: str, seed: int, k1: int, more: int) -> None:
    rng = np.random.default_rng(seed)
    T, B = 12, 3
    model = RecurrentLM.init(WORDS, LEFT_TO_RIGHT[name], 2, 3, rng, memory="text")
    (batch,) = stateful_batches(random_stream(rng, T * B), B, T)
    state = random_state(model, B, rng)
    got = truncated_step(model, batch, state, k1=k1, k2=max(k1, T + more))
    expected = model.loss_and_gradients(batch, state)
    assert got.loss == pytest.approx(expected.loss, rel=1e-12)
    assert got.tokens == expected.tokens
    assert_trees_equal(got.gradients, expected.gradients, 1e-12)
    assert_trees_equal(got.state, expected.state, 1e-12)


@every_cell
@settings(max_examples=5)
@given(seed=seeds, k=st.sampled_from([1, 2, 3, 4, 6, 12, 15]))
def test_equal_k_are_the_detached_chunks_of_practice(name: str, seed: int, k: int) -> None:
    rng = np.random.default_rng(seed)
    model = RecurrentLM.init(WORDS, LEFT_TO_RIGHT[name], 3, 3, rng, memory="text", tied=True)
    (batch,) = stateful_batches(random_stream(rng, 24), 2, 12)
    state = random_state(model, 2, rng)
    one, other = (
        truncated_step(model, batch, state, k1=k, k2=k),
        detached_chunks(model, batch, state, steps=k),
    )
    assert one.loss == pytest.approx(other.loss, rel=1e-12)
    assert_trees_equal(one.gradients, other.gradients, 1e-12)
    assert_trees_equal(one.state, other.state, 1e-12)


def test_truncation_changes_the_recurrent_weights_gradient_and_not_the_readouts() -> None:
    rng = np.random.default_rng(1)
    model = RecurrentLM.init(WORDS, CELLS["elman"], 3, 4, rng, memory="text")
    (batch,) = stateful_batches(random_stream(rng, 60), 2, 30)
    full = model.loss_and_gradients(batch).gradients
    errors = []
    for k2 in (1, 2, 4, 8):
        cut_off = truncated_step(model, batch, k1=1, k2=k2).gradients
        np.testing.assert_allclose(cut_off.U, full.U, rtol=0, atol=1e-13)
        errors.append(np.abs(cut_off.cell.W_h - full.cell.W_h).max())
    assert errors[0] > 1e-3
    assert errors == sorted(errors, reverse=True)


def test_a_start_that_is_not_zero_is_read_from() -> None:
    rng = np.random.default_rng(2)
    plain = RecurrentLM.init(WORDS, CELLS["lstm"], 3, 4, rng, memory="text")
    model = RecurrentLM(WORDS, plain.cell, plain.params, memory="text", start=random_state(plain, 1, rng))
    (batch,) = stateful_batches(random_stream(rng, 30), 3, 10)
    got = truncated_step(model, batch, k1=10, k2=10)
    expected = model.loss_and_gradients(batch)
    assert got.loss == pytest.approx(expected.loss, rel=1e-12)
    assert_trees_equal(got.gradients, expected.gradients, 1e-12)


def peak_of(call: Any) -> int:
    """Bytes that `call` needs at its peak besides what was there before."""
    call()  # what is made once is not counted
    tracemalloc.start()
    call()
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    return peak


@pytest.mark.parametrize("base", ["elman", "lstm", "gru"])
def test_memory_is_that_of_k2_steps(base: str) -> None:
    """Three times the text, and not a tenth of one [batch, hidden] array more for each further step."""
    rng = np.random.default_rng(3)
    cell, B, H = TAUGHT_CELLS[base], 8, 32
    params = cell.init(1, H, rng)
    peaks = []
    for T in (60, 180):
        x, zero = rng.standard_normal((T, B, 1)), np.zeros((10, B, H))
        peaks.append(
            peak_of(lambda x=x, zero=zero: truncated_backward(cell, params, x, lambda *_: zero, k1=10, k2=20))
        )
    arrays_of_one_step = B * H * 8
    assert peaks[1] - peaks[0] < 120 * arrays_of_one_step / 10
    assert peaks[0] < 20 * 20 * arrays_of_one_step + 3 * sum(a.nbytes for _, a in named_arrays(params))


@pytest.mark.parametrize(("k1", "k2"), [(0, 1), (3, 2), (-1, 5)])
def test_steps_that_make_no_sense_are_refused(k1: int, k2: int) -> None:
    model = RecurrentLM.init(WORDS, CELLS["gru"], 2, 2, np.random.default_rng(0), memory="text")
    batch = Batch(np.zeros((4, 1), int), np.ones((4, 1), int))
    with pytest.raises(CourseError, match=f"got k1 = {k1}, k2 = {k2}"):
        truncated_step(model, batch, k1=k1, k2=k2)


def test_what_cannot_be_truncated_is_refused() -> None:
    rng = np.random.default_rng(0)
    batch = Batch(np.zeros((4, 1), int), np.ones((4, 1), int))
    sentences = RecurrentLM.init(WORDS, CELLS["gru"], 2, 2, rng)
    with pytest.raises(CourseError, match="memory \"text\", got 'sentence'"):
        truncated_step(sentences, batch, k1=1, k2=1)
    both = RecurrentLM.init(
        WORDS, BOTH_DIRECTIONS["bidirectional lstm"], 2, 2, rng, memory="text", allow_future=True
    )
    with pytest.raises(CourseError, match="reads from both ends"):
        truncated_step(both, batch, k1=1, k2=1)
    with pytest.raises(CourseError, match="got 0"):
        detached_chunks(sentences, batch, steps=0)
