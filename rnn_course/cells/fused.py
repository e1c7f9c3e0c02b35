"""What the fast forms of the cells share: several products made one, and the layout that makes it cheap.

    W h + U x + b,   with U x + b = [U b] [x; 1]

The gates' weights stand one below another, so that one product computes all gates. U x + b does not depend on
the state: it is computed for all steps at once, before the first. What is left for a step is W h.

Inside the fast forms, arrays are feature-major: features are rows and the batch is the last axis. Each gate
is then one contiguous block, and the product of a tall matrix with a narrow one is what BLAS libraries are
quickest at.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
from jaxtyping import Float
from numpy import ndarray

from rnn_course.cells.buffers import empty


def stacked(matrices: Sequence[Float[ndarray, "hidden columns"]]) -> Float[ndarray, "gates*hidden columns"]:
    """Matrices of the same shape, one below another."""
    rows, columns = len(matrices) * len(matrices[0]), matrices[0].shape[1]
    return np.concatenate(matrices, out=empty((rows, columns), matrices[0].dtype))


def input_weights(gates: Sequence[Sequence[ndarray]]) -> Float[ndarray, "gates*hidden embed+1"]:
    """[U b] of each gate (W, U, b), one below another."""
    H, D = gates[0][1].shape
    U_b = empty((len(gates) * H, D + 1), gates[0][1].dtype)
    for k, (_, U, b) in enumerate(gates):
        rows = U_b[k * H : (k + 1) * H]
        rows[:, :-1], rows[:, -1] = U, b
    return U_b


def input_products(
    U_b: Float[ndarray, "gates*hidden embed+1"], inputs: Float[ndarray, "hidden+embed+1 time batch"]
) -> Float[ndarray, "gates*hidden time batch"]:
    """U x + b for all steps; inputs as `fused_inputs` gives them."""
    rows, columns = U_b.shape
    _, T, B = inputs.shape
    x = inputs[-columns:].reshape(columns, T * B)
    return np.matmul(U_b, x, out=empty((rows, T * B), inputs.dtype)).reshape(rows, T, B)


def split_gradient(dP: Float[ndarray, "gates*hidden hidden+embed+1"], hidden_size: int) -> list[ndarray]:
    """dW, dU, db of the first gate, then of the next: views of dP, the gradient of [W U b]."""
    H = hidden_size
    gates = [dP[start : start + H] for start in range(0, len(dP), H)]
    return [part for rows in gates for part in (rows[:, :H], rows[:, H:-1], rows[:, -1])]


def fused_inputs(
    h_0: Float[ndarray, "batch hidden"] | None,
    x: Float[ndarray, "time batch embed"],
    hidden_size: int,
    dtype: Any,
) -> Float[ndarray, "hidden+embed+1 time batch"]:
    """[h; x; 1] for each step; of h, only h^(0) is known yet."""
    T, B, D = x.shape
    H = hidden_size
    inputs = empty((H + D + 1, T, B), dtype)
    for t in range(T):
        inputs[H:-1, t] = x[t].T
    inputs[-1] = 1
    inputs[:H, :1] = 0 if h_0 is None else h_0.T[:, None]
    return inputs


def transposed(matrices: Sequence[Float[ndarray, "hidden hidden"]]) -> Float[ndarray, "hidden gates*hidden"]:
    """[W_1^T W_2^T ...] row by row, with which a gradient is multiplied at every step on its way back."""
    H = len(matrices[0])
    W_T = empty((H, len(matrices) * H), matrices[0].dtype)
    for k, W in enumerate(matrices):
        W_T[:, k * H : (k + 1) * H] = W.T
    return W_T


def weight_gradient(
    dz: Float[ndarray, "rows time batch"], inputs: Float[ndarray, "columns time batch"]
) -> Float[ndarray, "rows columns"]:
    """dP = sum over t of dz^(t) [h; x; 1]^T, all appearances of the weights in one product."""
    out = empty((len(dz), len(inputs)), dz.dtype)
    return np.matmul(dz.reshape(len(dz), -1), inputs.reshape(len(inputs), -1).T, out=out)


def input_gradient(
    dz: Float[ndarray, "gates*hidden time batch"], matrices: Sequence[Float[ndarray, "hidden embed"]]
) -> Float[ndarray, "time batch embed"]:
    """dx^(t) = U_1^T dz_1^(t) + U_2^T dz_2^(t) + ..., for all t in one product."""
    rows, T, B = dz.shape
    D = matrices[0].shape[1]
    dx = np.matmul(dz.reshape(rows, T * B).T, stacked(matrices), out=empty((T * B, D), dz.dtype))
    return dx.reshape(T, B, D)
