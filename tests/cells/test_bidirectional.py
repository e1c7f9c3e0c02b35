"""Two directions: their symmetry, their padding, and what a bidirectional network cannot do."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from cell_forms import BIDIRECTIONAL
from hypothesis import given, settings
from hypothesis import strategies as st

from rnn_course.cells.bidirectional import BidirectionalParams, bidirectional, reverse_within_lengths
from rnn_course.cells.cell import CELLS, state_at, state_at_backward
from rnn_course.cells.parameters import map_arrays, named_arrays
from rnn_course.errors import CourseError, ShapeError
from rnn_course.gradients.check import check_gradients

sizes = st.tuples(st.integers(1, 9), st.integers(1, 4), st.integers(1, 4), st.integers(1, 4))
seeds = st.integers(0, 2**32 - 1)
base = pytest.mark.parametrize("name", ["elman", "lstm", "gru"])


@base
@given(size=sizes, seed=seeds)
def test_reversed_input_and_swapped_directions_swap_the_halves(name: str, size: tuple, seed: int) -> None:
    T, B, D, H = size
    rng = np.random.default_rng(seed)
    cell = bidirectional(CELLS[name])
    params, x = cell.init(D, H, rng), rng.standard_normal((T, B, D))
    swapped = BidirectionalParams(params.right_to_left, params.left_to_right)
    outputs, _ = cell.forward(params, x)
    mirrored, _ = cell.forward(swapped, x[::-1])
    np.testing.assert_allclose(mirrored[::-1], np.roll(outputs, H, axis=-1), rtol=1e-12, atol=1e-14)


@base
def test_each_half_is_a_cell_of_its_own(name: str) -> None:
    rng = np.random.default_rng(0)
    cell = bidirectional(CELLS[name])
    params, x = cell.init(3, 4, rng), rng.standard_normal((6, 2, 3))
    outputs, cache = cell.forward(params, x)
    left, left_cache = CELLS[name].forward(params.left_to_right, x)
    right, right_cache = CELLS[name].forward(params.right_to_left, x[::-1])
    np.testing.assert_array_equal(outputs, np.concatenate([left, right[::-1]], axis=-1))
    assert cell.output_size(params) == 8
    last = state_at(cell.states(cache))
    alone = state_at(CELLS[name].states(left_cache)), state_at(CELLS[name].states(right_cache))
    for (path, a), (_, b) in zip(named_arrays(last), named_arrays(alone), strict=True):
        np.testing.assert_array_equal(a, b, err_msg=path)


@pytest.mark.parametrize("name", BIDIRECTIONAL)
@settings(max_examples=25)
@given(size=sizes, seed=seeds, data=st.data())
def test_padding_changes_nothing(name: str, size: tuple, seed: int, data: Any) -> None:
    """Each sequence of a padded batch has the outputs, last states and gradients that it has alone."""
    T, B, D, H = size
    rng = np.random.default_rng(seed)
    cell = BIDIRECTIONAL[name]
    params, x = cell.init(D, H, rng), rng.standard_normal((T, B, D))
    state_0 = map_arrays(lambda s: rng.uniform(-1, 1, s.shape), cell.initial_state(params, B))
    lengths = np.array(data.draw(st.lists(st.integers(1, T), min_size=B, max_size=B)))
    inside = (np.arange(T)[:, None] < lengths)[..., None]
    x = np.where(inside, x, 1e3)
    outputs, cache = cell.forward(params, x, state_0, lengths=lengths)
    doutputs = rng.standard_normal(
        outputs.shape
    )  # not 0 at padding: it is for the network to ignore it there
    if "highway" in name:  # whose gates read padding: there, doutputs has to be 0, as Cell says
        doutputs = np.where(inside, doutputs, 0.0)
    last = state_at(cell.states(cache), lengths)
    dlast = map_arrays(lambda s: rng.standard_normal(s.shape), last)
    dstates = state_at_backward(dlast, cell.states(cache), lengths)
    dparams, dx, dstate_0 = cell.backward(doutputs, cache, dstates)
    total = map_arrays(np.zeros_like, params)
    for b, length in enumerate(lengths):

        def of_b(tree: Any, b: int = b) -> Any:
            return map_arrays(lambda s: s[b : b + 1], tree)

        alone, alone_cache = cell.forward(params, x[:length, b : b + 1], of_b(state_0))
        states = cell.states(alone_cache)
        dalone = state_at_backward(of_b(dlast), states)
        dp, dx_b, dstate_b = cell.backward(doutputs[:length, b : b + 1], alone_cache, dalone)
        total = map_arrays(np.add, total, dp)
        got = outputs[:length, b : b + 1], of_b((last, dstate_0)), dx[:length, b : b + 1]
        for (path, a), (_, e) in zip(
            named_arrays(got), named_arrays((alone, (state_at(states), dstate_b), dx_b)), strict=True
        ):
            np.testing.assert_allclose(a, e, rtol=1e-10, atol=1e-12, err_msg=path)
    if "residual" not in name and "highway" not in name:  # which hand padding through as it is
        assert not outputs[~inside[..., 0]].any()
        assert not dx[~inside[..., 0]].any()
    for (path, a), (_, e) in zip(named_arrays(dparams), named_arrays(total), strict=True):
        np.testing.assert_allclose(a, e, rtol=1e-9, atol=1e-11, err_msg=path)


def test_gradients_with_padding_equal_differences() -> None:
    rng = np.random.default_rng(3)
    cell = BIDIRECTIONAL["2-layer bidirectional gru"]
    params, x = cell.init(2, 3, rng), rng.standard_normal((8, 3, 2))
    lengths = np.array([8, 1, 5])
    outputs, cache = cell.forward(params, x, lengths=lengths)
    weights = rng.standard_normal(outputs.shape)
    dparams, dx, _ = cell.backward(weights, cache)
    check_gradients(
        lambda p: float((cell.forward(p["params"], p["x"], lengths=lengths)[0] * weights).sum()),
        {"params": params, "x": x},
        {"params": dparams, "x": dx},
        max_entries=6,
        rng=rng,
    ).require()


def test_every_output_depends_on_every_token() -> None:
    rng = np.random.default_rng(0)
    cell = BIDIRECTIONAL["bidirectional elman"]
    params, x = cell.init(3, 4, rng), rng.standard_normal((7, 1, 3))
    outputs, _ = cell.forward(params, x)
    for t in range(7):
        other = x.copy()
        other[t] += 0.5
        assert (np.abs(cell.forward(params, other)[0] - outputs).max(axis=(1, 2)) > 1e-9).all()


def test_it_cannot_step() -> None:
    cell = BIDIRECTIONAL["bidirectional elman"]
    params = cell.init(3, 4, np.random.default_rng(0))
    with pytest.raises(CourseError, match="cannot read one token at a time"):
        cell.step(params, cell.initial_state(params, 1), np.zeros((1, 3)))


@given(size=sizes, seed=seeds)
def test_reversing_twice_is_the_identity(size: tuple, seed: int) -> None:
    rng = np.random.default_rng(seed)
    T, B, D, _ = size
    x, lengths = rng.standard_normal((T, B, D)), rng.integers(1, T + 1, B)
    once = reverse_within_lengths(x, lengths)
    np.testing.assert_array_equal(reverse_within_lengths(once, lengths), x)
    for b, length in enumerate(lengths):
        np.testing.assert_array_equal(once[:length, b], x[:length, b][::-1])


@pytest.mark.parametrize(
    "lengths", [np.array([0, 3]), np.array([3, 8]), np.array([3.0, 3.0]), np.array([3]), [3, 3]]
)
def test_lengths_that_cannot_be_are_refused(lengths: Any) -> None:
    cell = BIDIRECTIONAL["bidirectional elman"]
    params = cell.init(3, 4, np.random.default_rng(0))
    with pytest.raises(ShapeError, match=r"bidirectional_forward: lengths "):
        cell.forward(params, np.zeros((7, 2, 3)), lengths=lengths)
