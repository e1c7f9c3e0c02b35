"""A packed cell computes what the cell computes: outputs, states and gradients, whatever the lengths."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from cell_forms import BIDIRECTIONAL, LEFT_TO_RIGHT
from hypothesis import given, settings
from hypothesis import strategies as st

from rnn_course.cells.cell import CELLS, TAUGHT_CELLS, state_at, state_at_backward
from rnn_course.cells.packed import PackedCache, packed
from rnn_course.cells.parameters import map_arrays, named_arrays
from rnn_course.cells.stacked import stacked
from rnn_course.errors import CourseError, ShapeError


def assert_close(got: Any, expected: Any) -> None:
    for (name, a), (_, b) in zip(named_arrays(got), named_arrays(expected), strict=True):
        np.testing.assert_allclose(a, b, rtol=0, atol=1e-12, err_msg=name)


@pytest.mark.parametrize("name", LEFT_TO_RIGHT)
@settings(max_examples=8)
@given(
    seed=st.integers(0, 2**32 - 1),
    lengths=st.lists(st.integers(1, 12), min_size=1, max_size=5).map(np.array),
    extra=st.integers(0, 3),
    steps=st.integers(1, 5),
    from_state=st.booleans(),
    to_states=st.booleans(),
)
def test_outputs_states_and_gradients_are_the_cells(
    name: str, seed: int, lengths: np.ndarray, extra: int, steps: int, from_state: bool, to_states: bool
) -> None:
    rng = np.random.default_rng(seed)
    cell = LEFT_TO_RIGHT[name]
    pack = packed(cell, steps=steps)
    T, B = lengths.max() + extra, len(lengths)
    params, x = cell.init(2, 3, rng), rng.standard_normal((T, B, 2))
    state_0 = map_arrays(lambda s: rng.uniform(-0.8, 0.8, s.shape), cell.initial_state(params, B))
    state_0 = state_0 if from_state else None
    inside = np.arange(T)[:, None] < lengths
    got, expected = pack.forward(params, x, state_0, lengths), cell.forward(params, x, state_0, lengths)
    np.testing.assert_allclose(got[0][inside], expected[0][inside], rtol=0, atol=1e-13)
    ends = state_at(cell.states(expected[1]), lengths)
    assert_close(state_at(pack.states(got[1]), lengths), ends)
    doutputs = rng.standard_normal(got[0].shape) * inside[..., None]
    dends = map_arrays(lambda s: rng.standard_normal(s.shape), ends)
    of_states = [
        state_at_backward(dends, net.states(cache), lengths) if to_states else None
        for net, cache in ((pack, got[1]), (cell, expected[1]))
    ]
    assert_close(
        pack.backward(doutputs, got[1], of_states[0]), cell.backward(doutputs, expected[1], of_states[1])
    )


def test_most_of_the_padding_is_not_computed() -> None:
    lengths = np.array([3, 32, 1, 10, 8])
    cell = packed(CELLS["lstm"], steps=4)
    params = cell.init(2, 3, np.random.default_rng(0))
    _, cache = cell.forward(params, np.zeros((40, 5, 2)), lengths=lengths)
    computed = sum((block.steps.stop - block.steps.start) * len(block.columns) for block in cache.blocks)
    assert computed == 4 * (1 + 8 + 1 + 3 + 2)


def test_full_lengths_are_read_in_one_piece() -> None:
    cell, plain = packed(CELLS["gru"]), CELLS["gru"]
    rng = np.random.default_rng(0)
    params, x, dh = cell.init(2, 3, rng), rng.standard_normal((20, 2, 2)), rng.standard_normal((20, 2, 3))
    for lengths in (None, np.array([20, 20])):
        h, cache = cell.forward(params, x, lengths=lengths)
        assert not isinstance(cache, PackedCache)
        np.testing.assert_array_equal(h, plain.forward(params, x)[0])
        assert_close(cell.backward(dh, cache), plain.backward(dh, plain.forward(params, x)[1]))
    assert packed(BIDIRECTIONAL["bidirectional lstm"]) is BIDIRECTIONAL["bidirectional lstm"]


def test_dropout_reaches_the_layers_of_a_packed_stack() -> None:
    rng = np.random.default_rng(0)
    stack = packed(stacked(TAUGHT_CELLS["gru"], 2), steps=2)
    params, x, lengths = stack.init(2, 3, rng), rng.standard_normal((6, 2, 2)), np.array([6, 3])
    one, other = (
        stack.forward(params, x, lengths=lengths, dropout=0.5, rng=np.random.default_rng(k))[0]
        for k in (1, 2)
    )
    assert np.abs(one - other).max() > 1e-3


def test_bad_input_is_named() -> None:
    cell = packed(CELLS["gru"])
    params, x = cell.init(2, 3, np.random.default_rng(0)), np.zeros((4, 2, 2))
    with pytest.raises(CourseError, match="got 0"):
        packed(cell, steps=0)
    for lengths in ([5, 1], [0, 4]):
        with pytest.raises(ShapeError, match="from 1 to 4"):
            cell.forward(params, x, lengths=np.array(lengths))
    with pytest.raises(ShapeError, match="batch size 3"):
        cell.forward(params, x, lengths=np.array([1, 2, 3]))
