"""The GRU of `gru.py` with the same arguments and results, arranged for speed.

U x + b is one product for all steps. W h is one a step for both gates, and a second one for the candidate,
which has to wait for r.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from jaxtyping import Float
from numpy import ndarray

from rnn_course.cells.buffers import empty
from rnn_course.cells.fused import (
    fused_inputs,
    input_gradient,
    input_products,
    input_weights,
    stacked,
    transposed,
    weight_gradient,
)
from rnn_course.cells.gru import GRUParams
from rnn_course.errors import check_sizes


class GRUFastCache(NamedTuple):
    """What the backward pass needs, feature-major.

    inputs are [h^(t-1); x^(t); 1], reset_h is r * h^(t-1), gates are u, r, h_tilde of a step.
    """

    params: GRUParams
    inputs: Float[ndarray, "hidden+embed+1 time batch"]
    reset_h: Float[ndarray, "hidden time batch"]
    gates: Float[ndarray, "time 3 hidden batch"]
    h: Float[ndarray, "time batch hidden"]


def gru_fast_forward(
    params: GRUParams,
    x: Float[ndarray, "time batch embed"],
    h_0: Float[ndarray, "batch hidden"] | None = None,
) -> tuple[Float[ndarray, "time batch hidden"], GRUFastCache]:
    """`gru_forward`; all arrays have the type of the weights."""
    check_sizes("gru_fast_forward", **params.sizes(), x=(x, "time batch embed"), h_0=(h_0, "batch hidden"))
    T, B, _ = x.shape
    H, dtype = len(params.b_u), params.b_u.dtype
    W = stacked([params.W_u, params.W_r])
    U_b = input_weights([params[k : k + 3] for k in (0, 3, 6)])
    W *= dtype.type(0.5)  # sigmoid(z) = (1 + tanh(z/2)) / 2; halving is exact
    U_b[: 2 * H] *= dtype.type(0.5)
    inputs = fused_inputs(h_0, x, H, dtype)
    z_x = input_products(U_b, inputs).reshape(3, H, T, B)
    reset_h = empty((H, T, B), dtype)
    gates, h = empty((T, 3, H, B), dtype), empty((T, B, H), dtype)
    h_t = np.zeros((H, B), dtype) if h_0 is None else np.array(h_0.T, dtype, order="C")
    change = np.empty((H, B), dtype)
    for t in range(T):
        u, r, h_tilde = gates[t]
        sigmoids = gates[t, :2]
        np.matmul(W, inputs[:H, t], out=sigmoids.reshape(2 * H, B))
        sigmoids += z_x[:2, :, t]
        np.tanh(sigmoids, out=sigmoids)
        sigmoids *= 0.5
        sigmoids += 0.5
        np.multiply(r, h_t, out=reset_h[:, t])
        np.matmul(params.W_h, reset_h[:, t], out=h_tilde)
        h_tilde += z_x[2, :, t]
        np.tanh(h_tilde, out=h_tilde)
        np.subtract(h_tilde, h_t, out=change)
        change *= u
        h_t += change  # (1 - u) h_prev + u h_tilde = h_prev + u (h_tilde - h_prev)
        inputs[:H, t + 1 : t + 2] = h_t[:, None]  # what the next step reads, if there is one
        h[t] = h_t.T
    return h, GRUFastCache(params, inputs, reset_h, gates, h)


def _slopes(cache: GRUFastCache) -> Float[ndarray, "time 3 hidden batch"]:
    """All that the way back multiplies with, for all steps at once: the brackets of

    dz_u = dh * [(h_tilde - h_prev) u (1 - u)]
    dz_r = dr_h * [h_prev r (1 - r)]
    dz_h = dh * [u (1 - h_tilde^2)]
    """
    _, inputs, _, gates, _ = cache
    H = gates.shape[2]
    u, h_tilde = gates[:, 0], gates[:, 2]
    h_prev = inputs[:H].transpose(1, 0, 2)
    slopes = np.subtract(1, gates, out=empty(gates.shape, gates.dtype))
    slopes[:, :2] *= gates[:, :2]
    slopes[:, 0] *= h_tilde - h_prev
    slopes[:, 1] *= h_prev
    np.multiply(h_tilde, h_tilde, out=slopes[:, 2])
    np.subtract(1, slopes[:, 2], out=slopes[:, 2])
    slopes[:, 2] *= u
    return slopes


def gru_fast_backward(
    dh: Float[ndarray, "time batch hidden"], cache: GRUFastCache
) -> tuple[GRUParams, Float[ndarray, "time batch embed"], Float[ndarray, "batch hidden"]]:
    """`gru_backward`. What does not depend on the way back is computed for all steps at once."""
    params, inputs, reset_h, gates, h = cache
    T, _, H, B = gates.shape
    dtype = gates.dtype
    check_sizes("gru_fast_backward", outputs=(h, "time batch hidden"), dh=(dh, "time batch hidden"))
    slopes = _slopes(cache)
    W_T, W_T_candidate = transposed([params.W_u, params.W_r]), transposed([params.W_h])
    dz, dz_t = empty((3 * H, T, B), dtype), np.empty((3, H, B), dtype)
    dh_t, dh_prev, dr_h, kept = np.zeros((4, H, B), dtype)
    for t in reversed(range(T)):
        u, r, _ = gates[t]
        dh_t += dh[t].T
        np.multiply(dh_t, slopes[t], out=dz_t)
        np.matmul(W_T_candidate, dz_t[2], out=dr_h)  # gradient of r * h_prev
        np.multiply(dr_h, slopes[t, 1], out=dz_t[1])
        dz[:, t] = dz_t.reshape(3 * H, B)
        np.matmul(W_T, dz_t[:2].reshape(2 * H, B), out=dh_prev)
        np.multiply(dh_t, u, out=kept)
        dh_t -= kept  # dh (1 - u)
        dr_h *= r
        dh_t += dr_h
        dh_t += dh_prev
    dU_b = weight_gradient(dz, inputs[H:])
    dW = weight_gradient(dz[: 2 * H], inputs[:H])
    dW_h = weight_gradient(dz[2 * H :], reset_h)
    (dU_u, db_u), (dU_r, db_r), (dU_h, db_h) = ((rows[:, :-1], rows[:, -1]) for rows in np.split(dU_b, 3))
    dparams = GRUParams(dW[:H], dU_u, db_u, dW[H:], dU_r, db_r, dW_h, dU_h, db_h)
    return dparams, input_gradient(dz, [params.U_u, params.U_r, params.U_h]), np.ascontiguousarray(dh_t.T)
