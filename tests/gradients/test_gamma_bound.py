"""The gamma bound against Jacobians from torch, and the claim that it is sufficient, not necessary."""

from __future__ import annotations

from typing import get_args

import numpy as np
import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st

from rnn_course.errors import CourseError, ShapeError
from rnn_course.gradients import matrices
from rnn_course.gradients.gamma_bound import GAMMA, Nonlinearity, gamma_bound
from rnn_course.gradients.powers import power_norms

NONLINEARITIES = get_args(Nonlinearity)
IN_TORCH = {"tanh": torch.tanh, "sigmoid": torch.sigmoid, "linear": lambda z: z}


@pytest.mark.parametrize("nonlinearity", NONLINEARITIES)
@settings(max_examples=15)
@given(size=st.integers(1, 6), steps=st.integers(1, 8), seed=st.integers(0, 2**32 - 1))
def test_the_norms_are_those_of_autograd(
    nonlinearity: Nonlinearity, size: int, steps: int, seed: int
) -> None:
    rng = np.random.default_rng(seed)
    W, inputs, h_0 = (
        rng.standard_normal((size, size)),
        rng.standard_normal((steps, size)),
        rng.uniform(size=size),
    )
    result = gamma_bound(W, inputs, h_0, nonlinearity=nonlinearity)
    states = [torch.tensor(h_0)]
    f, W_torch = IN_TORCH[nonlinearity], torch.tensor(W)
    for input_t in torch.tensor(inputs):
        states.append(f(W_torch @ states[-1] + input_t))
    for lag in range(steps + 1):

        def rest(h: torch.Tensor, lag: int = lag) -> torch.Tensor:
            for input_t in torch.tensor(inputs[steps - lag :]):
                h = f(W_torch @ h + input_t)
            return h

        jacobian = torch.autograd.functional.jacobian(rest, states[steps - lag]).numpy()
        np.testing.assert_allclose(np.exp(result.log_norms[lag]), np.linalg.norm(jacobian, 2), rtol=1e-9)
    assert (result.log_norms <= result.log_bound + 1e-9).all()
    np.testing.assert_allclose(
        result.log_bound, result.lags * np.log(GAMMA[nonlinearity] * np.linalg.norm(W, 2)), atol=1e-12
    )


def test_gamma_is_the_steepest_slope() -> None:
    z = np.linspace(-6, 6, 120_001)
    for name, f in (("tanh", np.tanh), ("sigmoid", lambda z: 1 / (1 + np.exp(-z)))):
        slopes = np.diff(f(z)) / np.diff(z)
        assert slopes.max() == pytest.approx(GAMMA[name], rel=1e-6)  # type: ignore[index]
        assert slopes.max() <= GAMMA[name]  # type: ignore[index]


def test_linear_is_the_power_of_the_matrix() -> None:
    W = matrices.grows_first()
    result = gamma_bound(W, np.zeros((30, 2)), nonlinearity="linear")
    np.testing.assert_allclose(result.log_norms, power_norms(W, 30).log_two, atol=1e-9)


def test_below_one_it_must_vanish_and_above_one_it_may() -> None:
    """Sufficient: sigma_max = 0.9 vanishes on every input. Not necessary: 1.3 vanishes too, on these."""
    rng = np.random.default_rng(0)
    Q = matrices.orthogonal(16, rng)
    inputs = rng.standard_normal((60, 16))
    small, large = gamma_bound(0.9 * Q, inputs), gamma_bound(1.3 * Q, inputs)
    assert small.must_vanish
    assert small.log_norms[-1] <= 60 * np.log(0.9) + 1e-9
    assert not large.must_vanish
    assert large.log_norms[-1] < np.log(1e-3)
    # without an input the state stays at 0, where tanh has slope 1, and the bound is reached
    still = gamma_bound(1.3 * Q, 0 * inputs)
    np.testing.assert_allclose(still.log_norms, still.log_bound, atol=1e-9)


def test_a_sigmoid_network_vanishes_up_to_a_largest_singular_value_of_four() -> None:
    rng = np.random.default_rng(1)
    result = gamma_bound(
        3.9 * matrices.orthogonal(8, rng), rng.standard_normal((200, 8)), nonlinearity="sigmoid"
    )
    assert result.must_vanish
    assert result.log_norms[-1] < np.log(0.01)


def test_a_zero_matrix_keeps_nothing() -> None:
    result = gamma_bound(np.zeros((2, 2)), np.ones((3, 2)))
    assert result.log_norms.tolist() == result.log_bound.tolist() == [0, -np.inf, -np.inf, -np.inf]


def test_errors_name_what_does_not_fit() -> None:
    with pytest.raises(ShapeError, match="inputs has hidden size 3"):
        gamma_bound(np.eye(2), np.ones((4, 3)))
    with pytest.raises(CourseError, match="'relu'"):
        gamma_bound(np.eye(2), np.ones((4, 2)), nonlinearity="relu")  # type: ignore[arg-type]
    with pytest.raises(CourseError, match="h_0 has entries"):
        gamma_bound(np.eye(2), np.ones((4, 2)), np.array([np.inf, 0]))
