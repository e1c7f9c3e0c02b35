"""The fast form of each cell gives what the taught form gives."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from rnn_course.cells.cell import CELLS, TAUGHT_CELLS
from rnn_course.cells.parameters import map_arrays, named_arrays
from rnn_course.errors import ShapeError

FAST = [name for name in CELLS if CELLS[name] is not TAUGHT_CELLS[name]]
names = pytest.mark.parametrize("name", FAST)


def test_the_three_cells_of_the_course_have_a_fast_form() -> None:
    assert FAST == ["elman", "lstm", "gru"]


@names
@given(
    size=st.tuples(st.integers(0, 9), st.integers(1, 4), st.integers(1, 4), st.integers(1, 5)),
    seed=st.integers(0, 2**32 - 1),
    with_state=st.booleans(),
    with_dstates=st.booleans(),
)
def test_all_results_are_equal(
    name: str, size: tuple[int, int, int, int], seed: int, with_state: bool, with_dstates: bool
) -> None:
    T, B, D, H = size
    rng = np.random.default_rng(seed)
    params = TAUGHT_CELLS[name].init(D, H, rng)
    x, dh = rng.standard_normal((T, B, D)), rng.standard_normal((T, B, H))
    state_0: Any = None
    if with_state:
        state_0 = map_arrays(
            lambda s: rng.uniform(-1, 1, s.shape), TAUGHT_CELLS[name].initial_state(params, B)
        )
    results = []
    for cell in (TAUGHT_CELLS[name], CELLS[name]):
        outputs, cache = cell.forward(params, x, state_0)
        states = cell.states(cache)
        dstates = None
        if with_dstates:
            draw = np.random.default_rng(seed)
            dstates = map_arrays(lambda s, draw=draw: draw.standard_normal(s.shape), states)
        first = cell.backward(dh, cache, dstates)
        second = cell.backward(dh, cache, dstates)
        for (path, once), (_, twice) in zip(named_arrays(first), named_arrays(second), strict=True):
            np.testing.assert_array_equal(once, twice, err_msg=path)
        results.append((outputs, states, first))
    for (path, taught), (_, fast) in zip(named_arrays(results[0]), named_arrays(results[1]), strict=True):
        assert taught.shape == fast.shape, path
        np.testing.assert_allclose(fast, taught, rtol=1e-11, atol=1e-12, err_msg=path)


@names
def test_sizes_of_a_real_model_in_float32(name: str) -> None:
    """Large enough that memory is taken again; two calls alive at once must not share it."""
    T, B, D, H = 20, 16, 48, 64
    rng = np.random.default_rng(0)
    taught, fast = TAUGHT_CELLS[name], CELLS[name]
    params = taught.init(D, H, rng, dtype=np.float32)
    inputs = rng.standard_normal((3, T, B, D), dtype=np.float32)
    dh = rng.standard_normal((T, B, H), dtype=np.float32)
    runs = [fast.forward(params, x) for x in inputs]
    gradients = [fast.backward(dh, cache) for _, cache in runs]
    for x, (outputs, _), gradient in zip(inputs, runs, gradients, strict=True):
        expected, cache = taught.forward(params, x)
        np.testing.assert_allclose(outputs, expected, atol=2e-6)
        for (path, a), (_, b) in zip(
            named_arrays(gradient), named_arrays(taught.backward(dh, cache)), strict=True
        ):
            assert a.dtype == np.float32
            np.testing.assert_allclose(a, b, atol=2e-5 * np.abs(b).max(), err_msg=path)


@names
def test_errors_come_in_the_name_of_the_fast_form(name: str) -> None:
    cell = CELLS[name]
    params = cell.init(3, 2, np.random.default_rng(0))
    with pytest.raises(ShapeError, match=f"{name}_fast_forward: .* has embed size 5"):
        cell.forward(params, np.zeros((4, 1, 5)))
    _, cache = cell.forward(params, np.zeros((4, 1, 3)))
    with pytest.raises(ShapeError, match=f"{name}_fast_backward: dh has time size 5"):
        cell.backward(np.zeros((5, 1, 2)), cache)
