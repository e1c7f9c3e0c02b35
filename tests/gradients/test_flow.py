"""Gradients through time against torch's autograd, differences, and the cells' own backward."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st

from rnn_course.cells.bidirectional import bidirectional
from rnn_course.cells.cell import CELLS, TAUGHT_CELLS, Cell, state_at
from rnn_course.cells.parameters import map_arrays, named_arrays
from rnn_course.cells.stacked import stacked
from rnn_course.errors import CourseError, ShapeError
from rnn_course.gradients.contributions import contributions, cosine, truncated_gradient
from rnn_course.gradients.flow import backward_by_step, gradient_by_lag, state_jacobian
from rnn_course.torch_cells import networks

FORMS: dict[str, Cell] = {
    **TAUGHT_CELLS,
    "elman fast": CELLS["elman"],
    "lstm fast": CELLS["lstm"],
    "gru fast": CELLS["gru"],
    "2-layer lstm": stacked(CELLS["lstm"], 2),
    "3-layer gru residual": stacked(CELLS["gru"], 3, skip="residual"),
    "3-layer elman dense": stacked(CELLS["elman"], 3, skip="dense"),
    "3-layer lstm highway": stacked(CELLS["lstm"], 3, skip="highway"),
}
SKIPS: dict[str, Any] = {
    "3-layer gru residual": "residual",
    "3-layer elman dense": "dense",
    "3-layer lstm highway": "highway",
}
every_form = pytest.mark.parametrize("name", FORMS)
seeds = st.integers(0, 2**32 - 1)
sizes = st.tuples(st.integers(1, 9), st.integers(1, 3), st.integers(1, 4), st.integers(1, 4))
CLOSE = {"rtol": 1e-10, "atol": 1e-12}


def problem(
    cell: Cell, size: tuple[int, int, int, int], seed: int
) -> tuple[Any, np.ndarray, Any, np.ndarray]:
    """Parameters, inputs, a state that is not zero, and a gradient at every output."""
    T, B, D, H = size
    rng = np.random.default_rng(seed)
    params = cell.init(D, H, rng)
    state_0 = map_arrays(lambda s: rng.uniform(-1, 1, s.shape), cell.initial_state(params, B))
    x = rng.standard_normal((T, B, D))
    outputs, _ = cell.forward(params, x, state_0)
    return params, x, state_0, rng.standard_normal(outputs.shape)


@every_form
@settings(max_examples=15)
@given(size=sizes, seed=seeds)
def test_the_parts_sum_to_the_full_gradient(name: str, size: tuple[int, int, int, int], seed: int) -> None:
    cell = FORMS[name]
    params, x, state_0, doutputs = problem(cell, size, seed)
    _, cache = cell.forward(params, x, state_0)
    dparams, _, dstate_0 = cell.backward(doutputs, cache)
    parts = contributions(cell, params, x, doutputs, state_0)
    for array, full in named_arrays(dparams):
        assert parts[array].shape == (len(x), *full.shape)
        np.testing.assert_allclose(parts[array].sum(axis=0), full, **CLOSE)
    *_, last = backward_by_step(cell, params, x, doutputs, state_0)
    assert last.t == 1
    for (_, got), (_, expected) in zip(named_arrays(last.dstate), named_arrays(dstate_0), strict=True):
        np.testing.assert_allclose(got, expected, **CLOSE)


@pytest.mark.parametrize("name", [name for name in FORMS if "fast" not in name])
def test_the_parts_sum_to_autograds_gradient(name: str) -> None:
    """The oracle is torch: the course's cells there, and its autograd."""
    cell = FORMS[name]
    params, x, state_0, doutputs = problem(cell, (9, 2, 3, 4), 1)
    network = networks.from_numpy(params, skip=SKIPS[name]) if name in SKIPS else networks.from_numpy(params)
    outputs, _ = network(torch.tensor(x), map_arrays(torch.tensor, state_0))
    (outputs * torch.tensor(doutputs)).sum().backward()
    parts = contributions(cell, params, x, doutputs, state_0)
    for array, gradient in named_arrays(network.gradients_to_numpy()):
        np.testing.assert_allclose(parts[array].sum(axis=0), gradient, **CLOSE)


def test_each_part_is_the_gradient_of_that_appearance_alone() -> None:
    """torch, with a copy of W_h for every step: the part at step t is the gradient of copy t."""
    cell = CELLS["elman"]
    params, x, state_0, doutputs = problem(cell, (7, 2, 3, 4), 3)
    copies = [torch.tensor(params.W_h, requires_grad=True) for _ in x]
    h, J = torch.tensor(state_0), torch.zeros((), dtype=torch.float64)
    for t, W_h in enumerate(copies):
        h = torch.tanh(h @ W_h.T + torch.tensor(x[t] @ params.W_e.T + params.b_1))
        J = J + (h * torch.tensor(doutputs[t])).sum()
    J.backward()
    parts = contributions(cell, params, x, doutputs, state_0, names=["W_h"])
    assert parts.keys() == {"W_h"}
    np.testing.assert_allclose(parts["W_h"], np.stack([W_h.grad for W_h in copies]), **CLOSE)


@every_form
@settings(max_examples=10)
@given(size=sizes, seed=seeds, steps=st.integers(1, 10))
def test_a_truncated_gradient_is_the_sum_over_losses_of_their_last_parts(
    name: str, size: tuple[int, int, int, int], seed: int, steps: int
) -> None:
    """Brute force: every loss alone, its parts, and the last `steps` of them."""
    cell = FORMS[name]
    params, x, state_0, doutputs = problem(cell, size, seed)
    got = dict(named_arrays(truncated_gradient(cell, params, x, doutputs, state_0, steps=steps)))
    expected = {array: np.zeros_like(value) for array, value in named_arrays(params)}
    for t in range(1, len(x) + 1):
        alone = np.zeros_like(doutputs[:t])
        alone[-1] = doutputs[t - 1]
        for array, parts in contributions(cell, params, x[:t], alone, state_0).items():
            expected[array] += parts[-steps:].sum(axis=0)
    for array, value in expected.items():
        np.testing.assert_allclose(got[array], value, **CLOSE)
    if steps >= len(x):
        full = cell.backward(doutputs, cell.forward(params, x, state_0)[1])[0]
        assert cosine(got, dict(named_arrays(full))) == pytest.approx(1)


@every_form
def test_the_jacobian_by_differences(name: str) -> None:
    cell = FORMS[name]
    params, x, state_0, _ = problem(cell, (6, 1, 3, 3), 5)

    def after(state: Any) -> np.ndarray:
        _, cache = cell.forward(params, x, state)
        return np.concatenate([a.ravel() for _, a in named_arrays(state_at(cell.states(cache)))])

    jacobian = state_jacobian(cell, params, x[:, 0], state_0)
    column, step = 0, 1e-5
    for array, _ in named_arrays(state_0):
        for k in range(3):
            sides = []
            for sign in (1, -1):
                moved = map_arrays(np.copy, state_0)
                dict(named_arrays(moved))[array][0, k] += sign * step
                sides.append(after(moved))
            difference = (sides[0] - sides[1]) / (2 * step)
            np.testing.assert_allclose(jacobian.matrix[:, column], difference, rtol=1e-6, atol=1e-9)
            assert jacobian.parts[array].start <= column < jacobian.parts[array].stop
            column += 1
    assert column == len(jacobian.matrix)


def test_the_jacobian_of_an_elman_network_in_torch_and_by_its_formula() -> None:
    cell = CELLS["elman"]
    params, x, state_0, _ = problem(cell, (5, 1, 3, 4), 2)
    W_h, inputs = torch.tensor(params.W_h), torch.tensor(x[:, 0] @ params.W_e.T + params.b_1)

    def run(h: torch.Tensor) -> torch.Tensor:
        for input_t in inputs:
            h = torch.tanh(W_h @ h + input_t)
        return h

    expected = torch.autograd.functional.jacobian(run, torch.tensor(state_0[0])).numpy()
    np.testing.assert_allclose(
        state_jacobian(cell, params, x[:, 0], state_0).block("", ""), expected, **CLOSE
    )
    h, product = state_0[0], np.eye(4)
    for x_t in x[:, 0]:
        h = np.tanh(params.W_h @ h + params.W_e @ x_t + params.b_1)
        product = np.diag(1 - h**2) @ params.W_h @ product
    np.testing.assert_allclose(expected, product, **CLOSE)


@every_form
@given(cut=st.integers(1, 5), seed=seeds)
@settings(max_examples=10)
def test_jacobians_multiply(name: str, cut: int, seed: int) -> None:
    """ds^(6)/ds^(0) = ds^(6)/ds^(cut) ds^(cut)/ds^(0): the chain rule."""
    cell = FORMS[name]
    params, x, state_0, _ = problem(cell, (6, 1, 2, 3), seed)
    _, cache = cell.forward(params, x[:cut], state_0)
    between = state_at(cell.states(cache))
    first = state_jacobian(cell, params, x[:cut, 0], state_0)
    second = state_jacobian(cell, params, x[cut:, 0], between)
    whole = state_jacobian(cell, params, x[:, 0], state_0)
    np.testing.assert_allclose(second.matrix @ first.matrix, whole.matrix, **CLOSE)


@every_form
def test_the_gradient_by_lag_is_a_row_times_the_jacobian(name: str) -> None:
    cell = FORMS[name]
    T = 7
    params, x, state_0, doutputs = problem(cell, (T, 1, 3, 4), 4)
    found = gradient_by_lag(cell, params, x, doutputs[-1], state_0)
    np.testing.assert_allclose(found.at_loss, np.linalg.norm(doutputs[-1], axis=-1))
    states = cell.states(cell.forward(params, x, state_0)[1])
    for lag in range(1, T + 1):
        before = state_0 if lag == T else map_arrays(lambda s, lag=lag: s[T - lag - 1], states)
        _, cache = cell.forward(params, x[T - lag :], before)
        doutput = np.zeros((lag, *doutputs.shape[1:]))
        doutput[-1] = doutputs[-1]
        _, _, dstate = cell.backward(doutput, cache)
        for array, gradient in named_arrays(dstate):
            np.testing.assert_allclose(
                found.norms[array][lag - 1], np.linalg.norm(gradient, axis=-1), **CLOSE
            )
    total = np.sqrt(sum(norms[:, 0] ** 2 for norms in found.norms.values()))
    np.testing.assert_allclose(found.remaining() * found.at_loss[0], total)


def test_an_lstm_that_keeps_hands_the_gradient_back_unchanged() -> None:
    """f = 1 and i = 0: dc^(200)/dc^(0) is the identity, and h has no way back at all."""
    params = CELLS["lstm"].init(2, 3, np.random.default_rng(0))
    params = map_arrays(np.zeros_like, params)
    params.b_f[:], params.b_i[:] = 100, -100
    x = np.random.default_rng(1).standard_normal((200, 2))
    jacobian = state_jacobian(CELLS["lstm"], params, x)
    assert (jacobian.block("c", "c") == np.eye(3)).all()
    assert not jacobian.block("c", "h").any()


def test_the_horizon_is_the_first_lag_below_the_share() -> None:
    """W_h = 0.5 I without inputs: the gradient is halved at each step, and 2^-7 is the first below 1 %."""
    params = map_arrays(np.zeros_like, CELLS["elman"].init(2, 3, np.random.default_rng(0)))
    params.W_h[:] = 0.5 * np.eye(3)
    found = gradient_by_lag(CELLS["elman"], params, np.zeros((20, 4, 2)), np.ones((4, 3)))
    np.testing.assert_allclose(found.remaining(), 0.5 ** np.arange(1, 21))
    assert found.horizon() == 7
    assert found.horizon(0.3) == 2
    assert found.horizon(1e-9) is None
    assert (
        gradient_by_lag(CELLS["elman"], params, np.zeros((20, 4, 2)), np.ones((4, 3)), longest=5).horizon()
        is None
    )


def test_the_cosine_of_gradients() -> None:
    params = CELLS["lstm"].init(2, 3, np.random.default_rng(0))
    assert cosine(params, params) == pytest.approx(1)
    assert cosine(params, map_arrays(np.negative, params)) == pytest.approx(-1)
    assert cosine(np.array([1.0, 0]), np.array([1.0, 1])) == pytest.approx(np.sqrt(0.5))
    with pytest.raises(ShapeError, match=r"\(2,\)"):
        cosine(np.ones(2), np.ones(3))
    with pytest.raises(CourseError, match="no direction"):
        cosine(np.ones(2), np.zeros(2))


def test_what_cannot_be_followed_is_said() -> None:
    both = stacked(bidirectional(CELLS["lstm"]), 2)
    params = both.init(2, 3, np.random.default_rng(0))
    x = np.zeros((4, 1, 2))
    with pytest.raises(CourseError, match="from both sides"):
        next(backward_by_step(both, params, x, np.zeros((4, 1, 6))))
    with pytest.raises(CourseError, match="from both sides"):
        state_jacobian(both, params, x[:, 0])
    elman = CELLS["elman"]
    params = elman.init(2, 3, np.random.default_rng(0))
    with pytest.raises(CourseError, match="from both sides"):
        truncated_gradient(both, both.init(2, 3, np.random.default_rng(0)), x, np.zeros((4, 1, 6)), steps=2)
    for call in (backward_by_step, lambda *given: iter([truncated_gradient(*given, steps=2)])):
        with pytest.raises(ShapeError, match="doutputs has time size 3"):
            next(call(elman, params, x, np.zeros((3, 1, 3))))
        with pytest.raises(ShapeError, match=r"doutputs are \(4, 1, 2\), but"):
            next(call(elman, params, x, np.zeros((4, 1, 2))))
    with pytest.raises(CourseError, match="at least 1 step"):
        truncated_gradient(elman, params, x, np.zeros((4, 1, 3)), steps=0)
    with pytest.raises(CourseError, match="from 1 to 4"):
        gradient_by_lag(elman, params, x, np.ones((1, 3)), longest=9)
    with pytest.raises(CourseError, match=r"\['W_f'\]"):
        contributions(elman, params, x, np.zeros((4, 1, 3)), names=["W_f"])
    with pytest.raises(ShapeError, match="no steps"):
        state_jacobian(elman, params, x[:0, 0])
    found = gradient_by_lag(elman, params, x, np.zeros((1, 3)))
    with pytest.raises(CourseError, match="at the loss itself"):
        found.horizon()
    with pytest.raises(CourseError, match="not 'c'"):
        found.remaining("c")
    with pytest.raises(CourseError, match=r"not \['c'\]"):
        state_jacobian(elman, params, x[:, 0]).block("c", "")
