"""Initial weights: what a gradient meets before the first step of training."""

from __future__ import annotations

from typing import Any

import numpy as np
from jaxtyping import Float
from numpy import ndarray

from rnn_course.errors import CourseError


def uniform(
    shape: tuple[int, ...], hidden_size: int, rng: np.random.Generator, dtype: Any = np.float64
) -> Float[ndarray, "..."]:
    """Uniform in [-1/sqrt(hidden), 1/sqrt(hidden)], which is torch.nn's default for recurrent layers."""
    bound = 1 / np.sqrt(hidden_size)
    return rng.uniform(-bound, bound, shape).astype(dtype)


def orthogonal(
    hidden_size: int, rng: np.random.Generator, dtype: Any = np.float64
) -> Float[ndarray, "hidden hidden"]:
    """A random orthogonal matrix, W^T W = I: products with it change no vector's length.

    Source: Saxe et al. 2014.
    """
    Q, R = np.linalg.qr(rng.standard_normal((hidden_size, hidden_size)))
    return (Q * np.sign(np.diag(R))).astype(dtype)  # this choice of signs makes Q uniform over rotations


def chrono_bias(
    hidden_size: int, longest_lag: float, rng: np.random.Generator, dtype: Any = np.float64
) -> Float[ndarray, " hidden"]:
    """b = log(t), t uniform in [1, longest_lag - 1]

    A forget gate with this bias keeps 1 - 1/(1 + t) of its content at each step: memories last about t steps.

    Args:
        longest_lag: how many steps the task's longest dependency spans, above 2.

    Source: Tallec & Ollivier 2018.
    """
    if longest_lag <= 2:
        raise CourseError(f"chrono initialisation is for lags above 2 steps, got {longest_lag}")
    return np.log(rng.uniform(1, longest_lag - 1, hidden_size)).astype(dtype)
