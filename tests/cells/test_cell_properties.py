"""What holds of every cell, for sizes and seeds that hypothesis draws."""

from __future__ import annotations

import tracemalloc
from typing import Any

import numpy as np
import pytest
from cell_forms import LEFT_TO_RIGHT, SINGLE
from hypothesis import given, settings
from hypothesis import strategies as st

from rnn_course.cells.cell import Cell, state_at
from rnn_course.cells.parameters import map_arrays, named_arrays

every_cell = pytest.mark.parametrize("name", LEFT_TO_RIGHT)
every_single_cell = pytest.mark.parametrize("name", SINGLE)
sizes = st.tuples(st.integers(1, 9), st.integers(1, 4), st.integers(1, 4), st.integers(1, 5))
seeds = st.integers(0, 2**32 - 1)
EXACT = {"rtol": 0, "atol": 0}
ROUNDING = {"rtol": 1e-12, "atol": 1e-13}


def assert_same(tree: Any, other: Any, **tolerance: float) -> None:
    for (name, a), (_, b) in zip(named_arrays(tree), named_arrays(other), strict=True):
        np.testing.assert_allclose(a, b, err_msg=name, **tolerance)


def problem(cell: Cell, size: tuple[int, int, int, int], seed: int) -> tuple[Any, np.ndarray, Any]:
    """Parameters, inputs and a state that is not zero."""
    T, B, D, H = size
    rng = np.random.default_rng(seed)
    params = cell.init(D, H, rng)
    state_0 = map_arrays(lambda s: rng.uniform(-1, 1, s.shape), cell.initial_state(params, B))
    return params, 2 * rng.standard_normal((T, B, D)), state_0


@every_cell
@settings(max_examples=40)
@given(size=sizes, seed=seeds)
def test_stepwise_equals_whole(name: str, size: tuple[int, int, int, int], seed: int) -> None:
    cell = LEFT_TO_RIGHT[name]
    params, x, state = problem(cell, size, seed)
    outputs, cache = cell.forward(params, x, state)
    for t, x_t in enumerate(x):
        output, state = cell.step(params, state, x_t)
        np.testing.assert_allclose(outputs[t], output, **ROUNDING)
    assert_same(state_at(cell.states(cache)), state, **ROUNDING)
    assert outputs.shape[-1] == cell.output_size(params)


@every_cell
@settings(max_examples=40)
@given(size=sizes, seed=seeds, data=st.data())
def test_chunks_with_the_state_carried_equal_the_whole(name: str, size: tuple, seed: int, data: Any) -> None:
    """Forward with the state handed on, backward with the gradient of the state handed back."""
    cell = LEFT_TO_RIGHT[name]
    params, x, state_0 = problem(cell, size, seed)
    cut = data.draw(st.integers(0, len(x)))
    outputs, cache = cell.forward(params, x, state_0)
    doutputs = np.random.default_rng(seed).standard_normal(outputs.shape)
    dparams, dx, dstate_0 = cell.backward(doutputs, cache)
    if cut in (0, len(x)):  # one chunk is empty
        empty, empty_cache = cell.forward(params, x[:0], state_0)
        assert empty.shape == (0, *outputs.shape[1:])
        nothing, _, dstate = cell.backward(doutputs[:0], empty_cache)
        assert not any(array.any() for _, array in named_arrays((nothing, dstate)))
        return
    first, first_cache = cell.forward(params, x[:cut], state_0)
    second, second_cache = cell.forward(params, x[cut:], state_at(cell.states(first_cache)))
    assert_same(np.concatenate([first, second]), outputs, **ROUNDING)
    dparams_2, dx_2, dcut = cell.backward(doutputs[cut:], second_cache)
    dstates = map_arrays(lambda s: np.zeros_like(s), cell.states(first_cache))
    map_arrays(lambda all_t, last: all_t[-1].__iadd__(last), dstates, dcut)
    dparams_1, dx_1, dstate = cell.backward(doutputs[:cut], first_cache, dstates)
    both = map_arrays(np.add, dparams_1, dparams_2)
    assert_same((both, np.concatenate([dx_1, dx_2]), dstate), (dparams, dx, dstate_0), rtol=1e-9, atol=1e-11)


@every_cell
@settings(max_examples=25)
@given(size=sizes, seed=seeds, data=st.data())
def test_padding_changes_nothing(name: str, size: tuple, seed: int, data: Any) -> None:
    """Whatever stands after a sequence's end changes neither its states nor any gradient."""
    cell = LEFT_TO_RIGHT[name]
    params, x, state_0 = problem(cell, size, seed)
    T, B = x.shape[:2]
    lengths = np.array(data.draw(st.lists(st.integers(1, T), min_size=B, max_size=B)))
    inside = np.arange(T)[:, None] < lengths
    padded = np.where(inside[..., None], x, 1e3)
    results = []
    for inputs in (x, padded):
        outputs, cache = cell.forward(params, inputs, state_0, lengths)
        doutputs = np.random.default_rng(seed).standard_normal(outputs.shape) * inside[..., None]
        last = state_at(cell.states(cache), lengths)
        dparams, dx, dstate_0 = cell.backward(doutputs, cache)
        assert not dx[~inside].any()
        results.append((outputs[inside], last, dx[inside], dstate_0, dparams))
    assert_same(results[0], results[1], **ROUNDING)
    for b, length in enumerate(lengths):  # and each sequence alone ends in the same state
        alone = map_arrays(lambda s, b=b: s[b : b + 1], state_0)
        _, cache = cell.forward(params, x[:length, b : b + 1], alone)
        one = map_arrays(lambda s, b=b: s[b : b + 1], results[0][1])
        assert_same(state_at(cell.states(cache)), one, **ROUNDING)


@every_cell
def test_every_output_depends_on_the_whole_past_and_on_no_future(name: str) -> None:
    cell = LEFT_TO_RIGHT[name]
    params, x, state_0 = problem(cell, (8, 2, 3, 4), 7)
    outputs, _ = cell.forward(params, x, state_0)
    for t in range(len(x)):
        other = x.copy()
        other[t] += 0.5
        changed = np.abs(cell.forward(params, other, state_0)[0] - outputs).max(axis=(1, 2))
        assert not changed[:t].any()
        assert (changed[t:] > 1e-9).all()


@every_cell
def test_sequences_of_a_batch_do_not_see_each_other(name: str) -> None:
    cell = LEFT_TO_RIGHT[name]
    params, x, state_0 = problem(cell, (6, 3, 2, 4), 8)
    outputs, _ = cell.forward(params, x, state_0)
    other = x.copy()
    other[:, 1] += 1
    changed = np.abs(cell.forward(params, other, state_0)[0] - outputs).max(axis=(0, 2))
    assert changed[1] > 0
    np.testing.assert_allclose(changed[[0, 2]], 0, atol=1e-15)


@every_cell
def test_float32_stays_float32(name: str) -> None:
    cell = LEFT_TO_RIGHT[name]
    rng = np.random.default_rng(0)
    params = cell.init(3, 4, rng, dtype=np.float32)
    outputs, cache = cell.forward(params, rng.standard_normal((5, 2, 3), dtype=np.float32))
    for path, array in named_arrays((params, cell.states(cache), cell.backward(outputs, cache))):
        assert array.dtype == np.float32, path


@every_single_cell
def test_initial_weights(name: str) -> None:
    """Uniform within 1/sqrt(hidden), repeatable, orthogonal on request."""
    cell = LEFT_TO_RIGHT[name]
    params = cell.init(30, 25, np.random.default_rng(3))
    assert_same(params, cell.init(30, 25, np.random.default_rng(3)), **EXACT)
    for path, array in named_arrays(params):
        assert np.abs(array).max() <= 0.2, path
        assert np.abs(array).max() > 0.15, path
        assert array.std() == pytest.approx(0.2 / np.sqrt(3), rel=0.35), path
    for path, array in named_arrays(cell.init(30, 25, np.random.default_rng(3), orthogonal=True)):
        if path.startswith("W") and path != "W_e":
            np.testing.assert_allclose(array @ array.T, np.eye(25), atol=1e-12)


@every_single_cell
def test_memory_grows_with_time_and_never_by_weights(name: str) -> None:
    """With H = 256 and one sequence, the weights outweigh a step's states 256 to 1."""
    cell = LEFT_TO_RIGHT[name]
    H = 256
    rng = np.random.default_rng(0)
    params = cell.init(4, H, rng)

    def peak(T: int) -> int:
        x = rng.standard_normal((T, 1, 4))
        tracemalloc.start()
        outputs, cache = cell.forward(params, x)
        assert cache.params is params
        cell.backward(outputs, cache)
        _, highest = tracemalloc.get_traced_memory()
        tracemalloc.stop()
        return highest

    peak(2)
    short, long = peak(20), peak(60)
    per_step = (long - short) / 40
    assert per_step < 40 * H * 8, f"{per_step:.0f} bytes a step, a state is {H * 8}"
