"""Stacks: one layer is the cell itself, and each skip connection does what its equation says."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from rnn_course.cells.cell import CELLS, TAUGHT_CELLS, state_at
from rnn_course.cells.highway import highway_backward, highway_forward, highway_init
from rnn_course.cells.parameters import map_arrays, named_arrays
from rnn_course.cells.stacked import Skip, StackedParams, stacked
from rnn_course.errors import CourseError, ShapeError
from rnn_course.gradients.check import check_gradients

sizes = st.tuples(st.integers(1, 8), st.integers(1, 3), st.integers(1, 4), st.integers(1, 4))
seeds = st.integers(0, 2**32 - 1)
skips = pytest.mark.parametrize("skip", [None, "residual", "dense", "highway"])


@pytest.mark.parametrize("name", CELLS)
@given(size=sizes, seed=seeds)
def test_one_layer_is_the_cell_itself(name: str, size: tuple, seed: int) -> None:
    T, B, D, H = size
    rng = np.random.default_rng(seed)
    cell, stack = CELLS[name], stacked(CELLS[name], 1)
    params, x, dh = cell.init(D, H, rng), rng.standard_normal((T, B, D)), rng.standard_normal((T, B, H))
    h, cache = cell.forward(params, x)
    expected = h, state_at(cell.states(cache)), *cell.backward(dh, cache)
    outputs, stack_cache = stack.forward(StackedParams((params,)), x)
    (last,) = state_at(stack.states(stack_cache))
    (dparams,), dx, (dstate,) = map_arrays(lambda a: a, stack.backward(dh, stack_cache))
    for (path, a), (_, b) in zip(
        named_arrays((outputs, last, *dparams, dx, dstate)),
        named_arrays((expected[0], expected[1], *expected[2:])),
        strict=True,
    ):
        np.testing.assert_array_equal(a, b, err_msg=path)


@skips
def test_layers_read_what_the_equation_says(skip: Skip) -> None:
    rng = np.random.default_rng(0)
    cell = TAUGHT_CELLS["gru"]
    stack = stacked(cell, 3, skip=skip)
    params, x = stack.init(3, 3, rng), rng.standard_normal((6, 2, 3))
    levels = [x]
    for layer in params.layers:
        below = np.concatenate(levels, axis=-1) if skip == "dense" else levels[-1]
        output, _ = cell.forward(layer.cell if skip == "highway" else layer, below)
        if skip == "highway":
            tau = 1 / (1 + np.exp(-(below @ layer.W_tau.T + layer.b_tau)))
            levels.append(tau * output + (1 - tau) * below)
        else:
            levels.append(output + below if skip == "residual" else output)
    np.testing.assert_allclose(stack.forward(params, x)[0], levels[-1], rtol=0, atol=1e-14)


def test_a_residual_connection_is_left_out_where_sizes_differ() -> None:
    rng = np.random.default_rng(0)
    cell = TAUGHT_CELLS["elman"]
    stack = stacked(cell, 2, skip="residual")
    params, x = stack.init(5, 3, rng), rng.standard_normal((6, 2, 5))
    first, _ = cell.forward(params.layers[0], x)
    second, _ = cell.forward(params.layers[1], first)
    np.testing.assert_array_equal(stack.forward(params, x)[0], second + first)


def test_the_gradient_reaches_the_input_of_a_deep_stack_only_past_its_layers() -> None:
    """Ten layers that let nothing through: plain, nothing arrives; residual, everything does."""
    rng = np.random.default_rng(0)
    x, dh = rng.standard_normal((4, 1, 3)), rng.standard_normal((4, 1, 3))
    for skip, expected in ((None, np.zeros_like(dh)), ("residual", dh)):
        stack = stacked(CELLS["elman"], 10, skip=skip)
        params = map_arrays(np.zeros_like, stack.init(3, 3, rng))
        _, cache = stack.forward(params, x)
        np.testing.assert_array_equal(stack.backward(dh, cache)[1], expected)


def test_a_highway_is_left_out_where_sizes_differ_and_starts_as_its_bias_says() -> None:
    rng = np.random.default_rng(0)
    stack = stacked(CELLS["elman"], 3, skip="highway")
    params = stack.init(5, 3, rng, transform_bias=-2.0, dtype=np.float32)
    names = [name for name, _ in named_arrays(params)]
    assert "layers.0.W_h" in names
    assert "layers.1.cell.W_h" in names
    assert {"layers.1.W_tau", "layers.2.b_tau"} <= set(names)
    assert (params.layers[1].b_tau == -2).all()
    assert {array.dtype for _, array in named_arrays(params)} == {np.dtype(np.float32)}
    assert (stack.init(5, 3, rng).layers[2].b_tau == -1).all()


def test_an_open_highway_is_the_plain_stack_and_a_closed_one_lets_everything_pass() -> None:
    rng = np.random.default_rng(0)
    stack, plain = stacked(CELLS["gru"], 3, skip="highway"), stacked(CELLS["gru"], 3)
    params, x, dh = stack.init(3, 3, rng), rng.standard_normal((6, 2, 3)), rng.standard_normal((6, 2, 3))
    for layer in params.layers:
        layer.W_tau[:] = 0
        layer.b_tau[:] = 800
    inner = StackedParams(tuple(layer.cell for layer in params.layers))
    (h, cache), (expected, plain_cache) = stack.forward(params, x), plain.forward(inner, x)
    np.testing.assert_array_equal(h, expected)
    np.testing.assert_array_equal(stack.backward(dh, cache)[1], plain.backward(dh, plain_cache)[1])
    for layer in params.layers:
        layer.b_tau[:] = -800
    h, cache = stack.forward(params, x)
    np.testing.assert_array_equal(h, x)
    np.testing.assert_array_equal(stack.backward(dh, cache)[1], dh)


def test_sizes_of_a_highway_are_checked() -> None:
    rng = np.random.default_rng(0)
    params = highway_init(None, 3, rng)
    output, below = np.zeros((4, 2, 3)), np.zeros((4, 2, 2))
    with pytest.raises(ShapeError, match="below has output size 2"):
        highway_forward(params, output, below)
    _, cache = highway_forward(params, output, output)
    with pytest.raises(ShapeError, match="dy has axis_0 size 3"):
        highway_backward(np.zeros((3, 2, 3)), cache)


@skips
def test_gradients_with_dropout_equal_differences(skip: Skip) -> None:
    rng = np.random.default_rng(1)
    stack = stacked(CELLS["lstm"], 3, skip=skip)
    params, x = stack.init(2, 2, rng), rng.standard_normal((7, 3, 2))
    weights = rng.standard_normal((7, 3, 2))

    def forward(p: dict[str, Any]) -> tuple[np.ndarray, Any]:
        return stack.forward(p["params"], p["x"], dropout=0.4, rng=np.random.default_rng(7))

    arrays = {"params": params, "x": x}
    outputs, cache = forward(arrays)
    assert np.abs(outputs - stack.forward(params, x)[0]).max() > 1e-3
    dparams, dx, _ = stack.backward(weights, cache)
    loss = check_gradients(
        lambda p: float((forward(p)[0] * weights).sum()),
        arrays,
        {"params": dparams, "x": dx},
        max_entries=3,
        rng=rng,
    )
    loss.require()


def test_dropout_spares_the_top_layer_and_is_drawn_from_the_rng() -> None:
    rng = np.random.default_rng(2)
    one, two = stacked(CELLS["gru"], 1), stacked(CELLS["gru"], 2)
    x = rng.standard_normal((30, 8, 4), dtype=np.float32)
    params = one.init(4, 16, rng, dtype=np.float32)
    plain, _ = one.forward(params, x)
    np.testing.assert_array_equal(one.forward(params, x, dropout=0.5, rng=rng)[0], plain)
    params = two.init(4, 16, rng, dtype=np.float32)
    outputs, cache = two.forward(params, x, dropout=0.5, rng=np.random.default_rng(3))
    again, _ = two.forward(params, x, dropout=0.5, rng=np.random.default_rng(3))
    np.testing.assert_array_equal(outputs, again)
    assert outputs.dtype == np.float32
    mask, nothing = cache.masks
    assert nothing is None
    assert set(np.unique(mask)) == {0, 2}
    assert (mask == 0).mean() == pytest.approx(0.5, abs=0.03)


@pytest.mark.parametrize(
    ("call", "words"),
    [
        (lambda cell: stacked(cell, 0), "depth 0"),
        (lambda cell: stacked(cell, 2, skip="subway"), "'subway'"),
        (lambda cell: run(stacked(cell, 2), dropout=0.5), "needs an rng"),
        (lambda cell: run(stacked(cell, 2), dropout=1.0, rng=np.random.default_rng(0)), r"is in \[0, 1\)"),
    ],
)
def test_what_a_stack_cannot_be_is_refused(call: Any, words: str) -> None:
    with pytest.raises(CourseError, match=words):
        call(CELLS["elman"])


def run(stack: Any, **options: Any) -> Any:
    params = stack.init(2, 2, np.random.default_rng(0))
    return stack.forward(params, np.zeros((3, 1, 2)), **options)
