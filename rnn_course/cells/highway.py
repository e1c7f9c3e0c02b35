"""A gated connection past a layer, which learns for each unit how much of the layer to take."""

from __future__ import annotations

from typing import Any, NamedTuple

import numpy as np
from jaxtyping import Float
from numpy import ndarray

from rnn_course.cells.activations import sigmoid
from rnn_course.cells.initialization import uniform
from rnn_course.errors import check_sizes


class HighwayParams(NamedTuple):
    """Weights of the gate, tau = sigmoid(W_tau y + b_tau) for a layer that reads y, and the layer's own."""

    W_tau: Float[ndarray, "output output"]
    b_tau: Float[ndarray, " output"]
    cell: Any


class HighwayCache(NamedTuple):
    """What the backward pass needs."""

    params: HighwayParams
    output: Float[ndarray, "... output"]
    below: Float[ndarray, "... output"]
    tau: Float[ndarray, "... output"]


def highway_init(
    cell_params: Any,
    output_size: int,
    rng: np.random.Generator,
    *,
    transform_bias: float = -1.0,
    dtype: Any = np.float64,
) -> HighwayParams:
    """A layer with a gate: W_tau uniform in [-1/sqrt(output), 1/sqrt(output)].

    Args:
        cell_params: the layer's own weights.
        output_size: of the layer, and of what it reads.
        rng: `numpy.random.default_rng(seed)`.
        transform_bias: every entry of b_tau. Below 0, a new network passes most of its input on unchanged.
    """
    W_tau = uniform((output_size, output_size), output_size, rng, dtype)
    return HighwayParams(W_tau, np.full(output_size, transform_bias, dtype), cell_params)


def highway_forward(
    params: HighwayParams, output: Float[ndarray, "*axes output"], below: Float[ndarray, "*axes output"]
) -> tuple[Float[ndarray, "*axes output"], HighwayCache]:
    """y_l = tau * layer_l(y_(l-1)) + (1 - tau) * y_(l-1),   tau = sigmoid(W_tau y_(l-1) + b_tau)

    Args:
        output: what the layer says, layer_l(y_(l-1)).
        below: what it has read, y_(l-1), of the same shape.

    Returns:
        y_l, and the cache for `highway_backward`.

    Raises:
        ShapeError: if the weights, output and below disagree on a size.

    Source: Srivastava et al. 2015.
    """
    axes = " ".join([f"axis_{k}" for k in range(below.ndim - 1)] + ["output"])
    check_sizes(
        "highway_forward",
        W_tau=(params.W_tau, "output output"),
        b_tau=(params.b_tau, "output"),
        below=(below, axes),
        output=(output, axes),
    )
    tau = sigmoid(below @ params.W_tau.T + params.b_tau)
    return tau * output + (1 - tau) * below, HighwayCache(params, output, below, tau)


def highway_backward(
    dy: Float[ndarray, "*axes output"], cache: HighwayCache
) -> tuple[ndarray, ndarray, Float[ndarray, "*axes output"], Float[ndarray, "*axes output"]]:
    """What passes by keeps its gradient: dbelow has (1 - tau) * dy in it, whatever the layer does.

        doutput = tau * dy
        dz      = (output - below) * dy * tau * (1 - tau)          z is what the sigmoid is applied to
        dbelow  = (1 - tau) * dy + W_tau^T dz,   dW_tau = sum of dz below^T,   db_tau = sum of dz

    Returns:
        Gradients of W_tau, b_tau, output and below; below's without what comes through the layer itself.

    Raises:
        ShapeError: if dy is not of the shape of y.
    """
    params, output, below, tau = cache
    axes = " ".join(f"axis_{k}" for k in range(output.ndim))
    check_sizes("highway_backward", output=(output, axes), dy=(dy, axes))
    dz = (output - below) * dy * tau * (1 - tau)
    rows = dz.reshape(-1, dz.shape[-1])
    dW_tau = rows.T @ below.reshape(-1, below.shape[-1])
    return dW_tau, rows.sum(axis=0), tau * dy, (1 - tau) * dy + dz @ params.W_tau
