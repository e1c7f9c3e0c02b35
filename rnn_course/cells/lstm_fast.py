"""The LSTM of `lstm.py` with the same arguments and results, arranged for speed.

U x + b is one product for all steps, W h one a step for all four gates. One tanh computes all nonlinearities:
sigmoid(z) = (1 + tanh(z/2)) / 2, and halving the weights of f, i and o beforehand is exact.
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
    split_gradient,
    stacked,
    transposed,
    weight_gradient,
)
from rnn_course.cells.lstm import LSTMParams, LSTMState
from rnn_course.errors import check_sizes


class LSTMFastCache(NamedTuple):
    """What the backward pass needs, feature-major.

    inputs are [h^(t-1); x^(t); 1], gates are f, i, o, c_tilde of a step, c[t] is c^(t), tanh_c[t-1] its tanh.
    """

    params: LSTMParams
    inputs: Float[ndarray, "hidden+embed+1 time batch"]
    gates: Float[ndarray, "time 4 hidden batch"]
    c: Float[ndarray, "time+1 hidden batch"]
    tanh_c: Float[ndarray, "time hidden batch"]
    h: Float[ndarray, "time batch hidden"]


def lstm_fast_forward(
    params: LSTMParams, x: Float[ndarray, "time batch embed"], state_0: LSTMState | None = None
) -> tuple[Float[ndarray, "time batch hidden"], LSTMFastCache]:
    """`lstm_forward`; all arrays have the type of the weights."""
    h_0, c_0 = (None, None) if state_0 is None else state_0
    of_state = {"h_0": (h_0, "batch hidden"), "c_0": (c_0, "batch hidden")}
    check_sizes("lstm_fast_forward", **params.sizes(), x=(x, "time batch embed"), **of_state)
    T, B, _ = x.shape
    H, dtype = len(params.b_f), params.b_f.dtype
    W = stacked([params.W_f, params.W_i, params.W_o, params.W_c])
    U_b = input_weights([params[k : k + 3] for k in (0, 3, 6, 9)])
    W[: 3 * H] *= dtype.type(0.5)
    U_b[: 3 * H] *= dtype.type(0.5)
    inputs = fused_inputs(h_0, x, H, dtype)
    z_x = input_products(U_b, inputs).reshape(4, H, T, B)
    gates, c, tanh_c = (empty(shape, dtype) for shape in ((T, 4, H, B), (T + 1, H, B), (T, H, B)))
    c[0] = 0 if c_0 is None else c_0.T
    h = empty((T, B, H), dtype)
    written, h_t = np.empty((2, H, B), dtype)
    for t in range(T):
        np.matmul(W, inputs[:H, t], out=gates[t].reshape(4 * H, B))
        gates[t] += z_x[:, :, t]
        np.tanh(gates[t], out=gates[t])
        sigmoids = gates[t, :3]
        sigmoids *= 0.5
        sigmoids += 0.5
        f, i, o, c_tilde = gates[t]
        np.multiply(f, c[t], out=c[t + 1])  # erase
        np.multiply(i, c_tilde, out=written)
        c[t + 1] += written
        np.tanh(c[t + 1], out=tanh_c[t])
        np.multiply(o, tanh_c[t], out=h_t)
        inputs[:H, t + 1 : t + 2] = h_t[:, None]  # what the next step reads, if there is one
        h[t] = h_t.T
    return h, LSTMFastCache(params, inputs, gates, c, tanh_c, h)


def _slopes(cache: LSTMFastCache) -> tuple[ndarray, ndarray]:
    """All that the way back multiplies with, for all steps at once.

        dz_f = dc * [c_prev f (1 - f)],   dz_i = dc * [c_tilde i (1 - i)],   dz_c = dc * [i (1 - c_tilde^2)]
        dz_o = dh * [tanh(c) o (1 - o)],  dc  += dh * [o (1 - tanh(c)^2)]

    Returns:
        The brackets of dz_f, dz_i, dz_o, dz_c, [time, 4, hidden, batch], and of dc, [time, hidden, batch].
    """
    _, _, gates, c, tanh_c, _ = cache
    i, o, c_tilde = gates[:, 1], gates[:, 2], gates[:, 3]
    of_z = np.subtract(1, gates, out=empty(gates.shape, gates.dtype))
    of_z[:, :3] *= gates[:, :3]
    of_z[:, 0] *= c[:-1]
    of_z[:, 1] *= c_tilde
    of_z[:, 2] *= tanh_c
    np.multiply(c_tilde, c_tilde, out=of_z[:, 3])
    np.subtract(1, of_z[:, 3], out=of_z[:, 3])
    of_z[:, 3] *= i
    of_c = np.multiply(tanh_c, tanh_c, out=empty(tanh_c.shape, tanh_c.dtype))
    np.subtract(1, of_c, out=of_c)
    of_c *= o
    return of_z, of_c


def lstm_fast_backward(
    dh: Float[ndarray, "time batch hidden"],
    cache: LSTMFastCache,
    dc: Float[ndarray, "time batch hidden"] | None = None,
) -> tuple[LSTMParams, Float[ndarray, "time batch embed"], LSTMState]:
    """`lstm_backward`. What does not depend on the way back is computed for all steps at once."""
    params, inputs, gates, _, _, h = cache
    T, _, H, B = gates.shape
    like_outputs = {"dh": (dh, "time batch hidden"), "dc": (dc, "time batch hidden")}
    check_sizes("lstm_fast_backward", outputs=(h, "time batch hidden"), **like_outputs)
    of_z, of_c = _slopes(cache)
    W_T = transposed([params.W_f, params.W_i, params.W_o, params.W_c])
    dz = empty((4 * H, T, B), gates.dtype)
    dz_t = np.empty((4, H, B), gates.dtype)
    dh_t, dc_t, dc_of_h = np.zeros((3, H, B), gates.dtype)
    for t in reversed(range(T)):
        dh_t += dh[t].T
        np.multiply(dh_t, of_c[t], out=dc_of_h)
        dc_t += dc_of_h
        if dc is not None:
            dc_t += dc[t].T
        np.multiply(dc_t, of_z[t], out=dz_t)
        np.multiply(dh_t, of_z[t, 2], out=dz_t[2])
        dz[:, t] = dz_t.reshape(4 * H, B)
        np.matmul(W_T, dz_t.reshape(4 * H, B), out=dh_t)  # dJ/dh^(t-1), but for what comes from above
        dc_t *= gates[t, 0]
    dparams = LSTMParams(*split_gradient(weight_gradient(dz, inputs), H))
    dx = input_gradient(dz, [params.U_f, params.U_i, params.U_o, params.U_c])
    return dparams, dx, LSTMState(np.ascontiguousarray(dh_t.T), np.ascontiguousarray(dc_t.T))
