"""The gamma bound: when gradients must vanish, and how far the true ones stay below it."""

from __future__ import annotations

from typing import Literal, NamedTuple

import numpy as np
from jaxtyping import Float
from numpy import ndarray

from rnn_course.cells.activations import sigmoid
from rnn_course.errors import CourseError, check_sizes
from rnn_course.gradients.spectrum import check_recurrent_matrix

Nonlinearity = Literal["tanh", "sigmoid", "linear"]

GAMMA: dict[Nonlinearity, float] = {"tanh": 1.0, "sigmoid": 0.25, "linear": 1.0}
"""The steepest slope of each nonlinearity."""


class GammaBound(NamedTuple):
    """The true product of Jacobians along a trajectory, and what bounds it.

    Attributes:
        lags: l = 0 .. T.
        log_norms: log ||dh^(T)/dh^(T-l)||_2, -inf where it is 0.
        log_bound: l log(gamma ||W_h||_2), which log_norms never exceeds.
        gamma: the steepest slope of the nonlinearity.
        largest_singular_value: ||W_h||_2.
    """

    lags: ndarray
    log_norms: Float[ndarray, " lag"]
    log_bound: Float[ndarray, " lag"]
    gamma: float
    largest_singular_value: float

    @property
    def must_vanish(self) -> bool:
        """gamma ||W_h||_2 < 1. Sufficient, not necessary: gradients vanish in many networks without it."""
        return self.gamma * self.largest_singular_value < 1


def gamma_bound(
    W_h: Float[ndarray, "hidden hidden"],
    inputs: Float[ndarray, "time hidden"],
    h_0: Float[ndarray, " hidden"] | None = None,
    *,
    nonlinearity: Nonlinearity = "tanh",
) -> GammaBound:
    """Run h^(t) = f(W_h h^(t-1) + inputs^(t)) and multiply its Jacobians from the last step back.

        dh^(T)/dh^(T-l) = D^(T) W_h D^(T-1) W_h .. D^(T-l+1) W_h,      D^(t) = diag f'(z^(t))
        ||dh^(T)/dh^(T-l)||_2 <= (gamma ||W_h||_2)^l                   since every f' is at most gamma

    Args:
        inputs: what is added at each step, W_e e^(t) + b_1, [time, hidden].
        h_0: the state before the first step; zeros if left out.
        nonlinearity: f, one of "tanh", "sigmoid", "linear".

    Raises:
        ShapeError, CourseError: if W_h is no finite square matrix, a size does not fit, a number is not
            finite, or f is unknown.

    Source: Pascanu et al. 2013.
    """
    check_recurrent_matrix("gamma_bound", W_h)
    check_sizes(
        "gamma_bound", W_h=(W_h, "hidden hidden"), inputs=(inputs, "time hidden"), h_0=(h_0, "hidden")
    )
    if nonlinearity not in GAMMA:
        raise CourseError(f"gamma_bound: nonlinearity is one of {', '.join(GAMMA)}, got {nonlinearity!r}")
    for name, array in (("inputs", inputs), ("h_0", h_0)):
        if array is not None and not np.isfinite(array).all():
            raise CourseError(f"gamma_bound: {name} has entries that are not finite")
    h = np.zeros(len(W_h)) if h_0 is None else np.asarray(h_0, dtype=np.float64)
    slopes = []
    for input_t in inputs:
        h, slope = _value_and_slope(W_h @ h + input_t, nonlinearity)
        slopes.append(slope)
    product, log_scale = np.eye(len(W_h)), 0.0
    log_norms = [0.0]
    for slope in reversed(slopes):
        product = product @ (slope[:, None] * W_h)
        norm = float(np.linalg.norm(product, 2))
        log_scale = log_scale + np.log(norm) if norm else -np.inf
        product = product / norm if norm else product
        log_norms.append(log_scale)
    gamma, largest = GAMMA[nonlinearity], float(np.linalg.norm(W_h, 2))
    lags = np.arange(len(log_norms))
    log_factor = np.log(gamma * largest) if largest else -np.inf
    log_bound = np.concatenate([[0.0], lags[1:] * log_factor])
    return GammaBound(lags, np.array(log_norms), log_bound, gamma, largest)


def _value_and_slope(z: ndarray, nonlinearity: Nonlinearity) -> tuple[ndarray, ndarray]:
    """f(z) and f'(z)."""
    if nonlinearity == "linear":
        return z, np.ones_like(z)
    if nonlinearity == "tanh":
        h = np.tanh(z)
        return h, 1 - h**2
    h = sigmoid(z)
    return h, h * (1 - h)
