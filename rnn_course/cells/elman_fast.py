"""The Elman cell of `elman.py` with the same arguments and results, arranged for speed.

W_e e + b_1 is one product for all steps, W_h h one a step; dW_h, dW_e and db_1 are one for all steps.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from jaxtyping import Float
from numpy import ndarray

from rnn_course.cells.buffers import empty
from rnn_course.cells.elman import ElmanParams
from rnn_course.cells.fused import (
    fused_inputs,
    input_gradient,
    input_products,
    input_weights,
    split_gradient,
    transposed,
    weight_gradient,
)
from rnn_course.errors import check_sizes


class ElmanFastCache(NamedTuple):
    """What the backward pass needs, feature-major. inputs are [h^(t-1); e^(t); 1], h[t-1] is h^(t)."""

    params: ElmanParams
    inputs: Float[ndarray, "hidden+embed+1 time batch"]
    h: Float[ndarray, "time hidden batch"]


def elman_fast_forward(
    params: ElmanParams,
    e: Float[ndarray, "time batch embed"],
    h_0: Float[ndarray, "batch hidden"] | None = None,
) -> tuple[Float[ndarray, "time batch hidden"], ElmanFastCache]:
    """`elman_forward`; all arrays have the type of the weights."""
    check_sizes("elman_fast_forward", **params.sizes(), e=(e, "time batch embed"), h_0=(h_0, "batch hidden"))
    T, B, _ = e.shape
    H, dtype = len(params.b_1), params.b_1.dtype
    inputs = fused_inputs(h_0, e, H, dtype)
    z_e = input_products(input_weights([(params.W_h, params.W_e, params.b_1)]), inputs)
    h, outputs = empty((T, H, B), dtype), empty((T, B, H), dtype)
    for t in range(T):
        np.matmul(params.W_h, inputs[:H, t], out=h[t])
        h[t] += z_e[:, t]
        np.tanh(h[t], out=h[t])
        inputs[:H, t + 1 : t + 2] = h[t][:, None]  # what the next step reads, if there is one
        outputs[t] = h[t].T
    return outputs, ElmanFastCache(params, inputs, h)


def elman_fast_backward(
    dh: Float[ndarray, "time batch hidden"], cache: ElmanFastCache
) -> tuple[ElmanParams, Float[ndarray, "time batch embed"], Float[ndarray, "batch hidden"]]:
    """`elman_backward`. What does not depend on the way back is computed for all steps at once."""
    params, inputs, h = cache
    T, H, B = h.shape
    outputs = h.transpose(0, 2, 1)
    check_sizes("elman_fast_backward", outputs=(outputs, "time batch hidden"), dh=(dh, "time batch hidden"))
    slope = np.multiply(h, h, out=empty(h.shape, h.dtype))
    np.subtract(1, slope, out=slope)  # tanh'(z) = 1 - tanh(z)^2
    W_T = transposed([params.W_h])
    dz = empty((H, T, B), h.dtype)
    dz_t, dh_t = np.empty((H, B), h.dtype), np.zeros((H, B), h.dtype)
    for t in reversed(range(T)):
        dh_t += dh[t].T
        np.multiply(dh_t, slope[t], out=dz_t)
        dz[:, t] = dz_t
        np.matmul(W_T, dz_t, out=dh_t)  # dJ/dh^(t-1), but for what comes from above
    dparams = ElmanParams(*split_gradient(weight_gradient(dz, inputs), H))
    return dparams, input_gradient(dz, [params.W_e]), np.ascontiguousarray(dh_t.T)
