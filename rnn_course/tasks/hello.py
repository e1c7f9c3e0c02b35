"""A network that reads "hell" and is to write "ello", with every number worked by hand.

Four symbols, three hidden units, weights with one decimal. `work_by_hand` uses no matrix product and no
array: each number is a sum that can be followed on paper. It is the answer that lectures and tests hold
the cells to.
"""

from __future__ import annotations

import math
from typing import NamedTuple

import numpy as np
from jaxtyping import Float, Int
from numpy import ndarray

SYMBOLS = ("h", "e", "l", "o")
Row = list[float]
Matrix = list[Row]


class HelloWeights(NamedTuple):
    """Weights of h^(t) = tanh(W_h h^(t-1) + W_e x^(t) + b_1) and z^(t) = U h^(t) + b_2, x^(t) one-hot."""

    W_h: Float[ndarray, "3 3"]
    W_e: Float[ndarray, "3 4"]
    b_1: Float[ndarray, " 3"]
    U: Float[ndarray, "4 3"]
    b_2: Float[ndarray, " 4"]


class Hello(NamedTuple):
    """All numbers of the example, as arrays whose first axis is time where there is one.

    Attributes:
        h: states h^(0) .. h^(4), [5, 3].
        z: scores of the symbols, [4, 4].
        probs: softmax of the scores, [4, 4].
        losses: J^(t) = -log probs^(t)[target^(t)], nats, [4].
        loss: J, their mean, nats per symbol.
        dh: dJ/dh^(t), all that comes from step t and from later ones, [4, 3].
        gradients: dJ/d of each weight.
        W_h_by_step: the part of dJ/dW_h that comes from its appearance at each step, [4, 3, 3].
    """

    h: Float[ndarray, "5 3"]
    z: Float[ndarray, "4 4"]
    probs: Float[ndarray, "4 4"]
    losses: Float[ndarray, " 4"]
    loss: float
    dh: Float[ndarray, "4 3"]
    gradients: HelloWeights
    W_h_by_step: Float[ndarray, "4 3 3"]


def hello_weights() -> HelloWeights:
    """The weights of the example, float64, in new arrays."""
    return HelloWeights(
        W_h=np.array([[0.5, -0.3, 0.2], [0.1, 0.4, -0.5], [-0.2, 0.3, 0.6]]),
        W_e=np.array([[0.7, -0.4, 0.3, 0.1], [-0.2, 0.8, 0.1, -0.6], [0.4, 0.2, -0.9, 0.5]]),
        b_1=np.array([0.1, 0.0, -0.1]),
        U=np.array([[-0.8, 0.2, 0.3], [0.9, -0.5, 0.4], [0.3, 0.7, -0.6], [-0.1, 0.2, -0.8]]),
        b_2=np.array([0.0, 0.1, 0.2, 0.0]),
    )


def hello_inputs() -> tuple[Int[ndarray, " 4"], Int[ndarray, " 4"]]:
    """The ids of "hell", which is read, and of "ello", to be written. The two l differ in their target."""
    ids = np.array([SYMBOLS.index(symbol) for symbol in "hello"])
    return ids[:-1], ids[1:]


def work_by_hand(weights: HelloWeights | None = None) -> Hello:
    """Forward and backward pass over "hello", one number at a time.

        a_i = b_1i + sum_j W_h[i, j] h_j^(t-1) + W_e[i, x^(t)];   h_i^(t) = tanh(a_i)
        z_k = b_2k + sum_i U[k, i] h_i^(t);   J = -(1/4) sum_t log softmax(z^(t))[target]

    and back, with dz_k = (softmax_k - [k is the target]) / 4:

        dh_i^(t) = sum_k U[k, i] dz_k^(t) + sum_j W_h[j, i] da_j^(t+1)      da_i = dh_i (1 - h_i^2)
        dW_h[i, j] = sum_t da_i^(t) h_j^(t-1)

    Args:
        weights: of the same sizes as those of the example, which are used if left out.

    Source: the example is that of Karpathy 2015, with weights of our own.
    """
    W_h, W_e, b_1, U, b_2 = (array.tolist() for array in weights or hello_weights())
    inputs, targets = (ids.tolist() for ids in hello_inputs())
    T, H, V = len(inputs), len(b_1), len(b_2)

    h: Matrix = [[0.0] * H]
    z: Matrix = []
    probs: Matrix = []
    for x in inputs:
        a = [b_1[i] + sum(W_h[i][j] * h[-1][j] for j in range(H)) + W_e[i][x] for i in range(H)]
        h.append([math.tanh(a_i) for a_i in a])
        z.append([b_2[k] + sum(U[k][i] * h[-1][i] for i in range(H)) for k in range(V)])
        total = sum(math.exp(z_k) for z_k in z[-1])
        probs.append([math.exp(z_k) / total for z_k in z[-1]])
    losses = [-math.log(p[target]) for p, target in zip(probs, targets, strict=True)]

    dh: Matrix = [[0.0] * H for _ in range(T)]
    by_step = [[[0.0] * H for _ in range(H)] for _ in range(T)]
    dW_e, dU = [[0.0] * V for _ in range(H)], [[0.0] * H for _ in range(V)]
    db_1, db_2 = [0.0] * H, [0.0] * V
    da_later = [0.0] * H
    for t in reversed(range(T)):
        dz = [(probs[t][k] - (k == targets[t])) / T for k in range(V)]
        for i in range(H):
            from_above = sum(U[k][i] * dz[k] for k in range(V))
            dh[t][i] = from_above + sum(W_h[j][i] * da_later[j] for j in range(H))
        da = [dh[t][i] * (1 - h[t + 1][i] ** 2) for i in range(H)]
        for i in range(H):
            by_step[t][i] = [da[i] * h[t][j] for j in range(H)]
            dW_e[i][inputs[t]] += da[i]
            db_1[i] += da[i]
        for k in range(V):
            db_2[k] += dz[k]
            for i in range(H):
                dU[k][i] += dz[k] * h[t + 1][i]
        da_later = da
    dW_h = [[sum(by_step[t][i][j] for t in range(T)) for j in range(H)] for i in range(H)]

    gradients = HelloWeights(*map(np.array, (dW_h, dW_e, db_1, dU, db_2)))
    return Hello(
        h=np.array(h),
        z=np.array(z),
        probs=np.array(probs),
        losses=np.array(losses),
        loss=sum(losses) / T,
        dh=np.array(dh),
        gradients=gradients,
        W_h_by_step=np.array(by_step),
    )
