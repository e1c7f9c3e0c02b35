"""The GRU as torch.nn and cuDNN compute it: the reset gate after the product with W_h.

    h_tilde = tanh(r * (W_h h_prev + b_hr) + U_h x_t + b_h)       here
    h_tilde = tanh(W_h (r * h_prev) + U_h x_t + b_h)              in `gru.py`, as Cho et al. 2014 have it

Here, one product with h_prev serves all three gates. With b_hr = 0 the two agree where r = 1 or W_h is
diagonal, and not otherwise. Because r multiplies b_hr and not b_h, this form has two biases at the candidate.
"""

from __future__ import annotations

from typing import Any, NamedTuple

import numpy as np
from jaxtyping import Float
from numpy import ndarray

from rnn_course.cells.activations import sigmoid
from rnn_course.cells.gru import gru_init
from rnn_course.cells.initialization import uniform
from rnn_course.errors import check_sizes


class GRUResetAfterParams(NamedTuple):
    """Weights as in GRUParams, and b_hr, the bias beside W_h that the reset gate multiplies."""

    W_u: Float[ndarray, "hidden hidden"]
    U_u: Float[ndarray, "hidden embed"]
    b_u: Float[ndarray, " hidden"]
    W_r: Float[ndarray, "hidden hidden"]
    U_r: Float[ndarray, "hidden embed"]
    b_r: Float[ndarray, " hidden"]
    W_h: Float[ndarray, "hidden hidden"]
    U_h: Float[ndarray, "hidden embed"]
    b_h: Float[ndarray, " hidden"]
    b_hr: Float[ndarray, " hidden"]

    def sizes(self) -> dict[str, tuple[ndarray, str]]:
        """Each array with the names of its axes, for `check_sizes`."""
        axes = (*("hidden hidden", "hidden embed", "hidden") * 3, "hidden")
        return dict(zip(self._fields, zip(self, axes, strict=True), strict=True))


class GRUResetAfterGates(NamedTuple):
    """The gates, the candidate state, and `recalled`, W_h h_prev + b_hr; at one step or at all of them."""

    u: Float[ndarray, "*axes batch hidden"]
    r: Float[ndarray, "*axes batch hidden"]
    h_tilde: Float[ndarray, "*axes batch hidden"]
    recalled: Float[ndarray, "*axes batch hidden"]


class GRUResetAfterCache(NamedTuple):
    """What the backward pass needs. h[t] is h^(t), so h[0] is h^(0); gates[t-1] belong to step t."""

    params: GRUResetAfterParams
    x: Float[ndarray, "time batch embed"]
    h: Float[ndarray, "time+1 batch hidden"]
    gates: GRUResetAfterGates


def gru_reset_after_init(
    embed_size: int, hidden_size: int, rng: np.random.Generator, *, dtype: Any = np.float64, **options: Any
) -> GRUResetAfterParams:
    """Random weights as `gru_init` draws them, with the same options, and b_hr likewise."""
    params = gru_init(embed_size, hidden_size, rng, dtype=dtype, **options)
    return GRUResetAfterParams(*params, uniform((hidden_size,), hidden_size, rng, dtype))


def gru_reset_after_initial_state(
    params: GRUResetAfterParams, batch_size: int
) -> Float[ndarray, "batch hidden"]:
    """h^(0) = 0."""
    return np.zeros((batch_size, len(params.b_u)), params.b_u.dtype)


def _gates(params: GRUResetAfterParams, h_prev: ndarray, x_t: ndarray) -> GRUResetAfterGates:
    p = params
    u = sigmoid(h_prev @ p.W_u.T + x_t @ p.U_u.T + p.b_u)
    r = sigmoid(h_prev @ p.W_r.T + x_t @ p.U_r.T + p.b_r)
    recalled = h_prev @ p.W_h.T + p.b_hr
    return GRUResetAfterGates(u, r, np.tanh(r * recalled + x_t @ p.U_h.T + p.b_h), recalled)


def _update(gates: GRUResetAfterGates, h_prev: ndarray) -> ndarray:
    return (1 - gates.u) * h_prev + gates.u * gates.h_tilde


def gru_reset_after_step(
    params: GRUResetAfterParams, h_prev: Float[ndarray, "batch hidden"], x_t: Float[ndarray, "batch embed"]
) -> Float[ndarray, "batch hidden"]:
    """Read one token.

        u = sigmoid(W_u h_prev + U_u x_t + b_u);  r likewise
        h_tilde = tanh(r * (W_h h_prev + b_hr) + U_h x_t + b_h)
        h = (1 - u) * h_prev + u * h_tilde

    Args:
        h_prev: [batch, hidden]; zeros before the first token.
        x_t: embeddings of the current tokens, [batch, embed].

    Returns:
        h, [batch, hidden].

    Raises:
        ShapeError: if the weights, h_prev and x_t disagree on a size.

    Source: the documentation of torch.nn.GRU, which names the difference from Cho et al. 2014.
    """
    of_step = {"x_t": (x_t, "batch embed"), "h_prev": (h_prev, "batch hidden")}
    check_sizes("gru_reset_after_step", **params.sizes(), **of_step)
    return _update(_gates(params, h_prev, x_t), h_prev)


def gru_reset_after_forward(
    params: GRUResetAfterParams,
    x: Float[ndarray, "time batch embed"],
    h_0: Float[ndarray, "batch hidden"] | None = None,
) -> tuple[Float[ndarray, "time batch hidden"], GRUResetAfterCache]:
    """Read a sequence, as `gru_forward` does."""
    of_sequence = {"x": (x, "time batch embed"), "h_0": (h_0, "batch hidden")}
    check_sizes("gru_reset_after_forward", **params.sizes(), **of_sequence)
    h = [gru_reset_after_initial_state(params, x.shape[1]) if h_0 is None else h_0]
    gates = []
    for x_t in x:
        gates.append(_gates(params, h[-1], x_t))
        h.append(_update(gates[-1], h[-1]))
    h_all = np.stack(h)
    stacked = [np.stack(arrays) for arrays in zip(*gates, strict=True)] or [h_all[1:]] * 4
    return h_all[1:], GRUResetAfterCache(params, x, h_all, GRUResetAfterGates(*stacked))


def gru_reset_after_backward(
    dh: Float[ndarray, "time batch hidden"], cache: GRUResetAfterCache
) -> tuple[GRUResetAfterParams, Float[ndarray, "time batch embed"], Float[ndarray, "batch hidden"]]:
    """Backpropagation through time, as in `gru_backward` but for the candidate.

    dz_h = dh * u * (1 - h_tilde^2);   drecalled = dz_h * r;   dr = dz_h * recalled
    dW_h = sum over t of drecalled^(t) h^(t-1)^T;   db_hr = sum over t of drecalled^(t)
    """
    params, x, h, gates = cache
    of_outputs = {"outputs": (h[1:], "time batch hidden"), "dh": (dh, "time batch hidden")}
    check_sizes("gru_reset_after_backward", **of_outputs)
    dparams = GRUResetAfterParams(*map(np.zeros_like, params))
    dx = np.zeros_like(x)
    dh_later = np.zeros_like(h[0])  # dJ/dh^(t) that flows back from step t+1
    for t in reversed(range(len(x))):
        u, r, h_tilde, recalled = (gate[t] for gate in gates)
        h_prev = h[t]
        dh_t = dh[t] + dh_later
        dz_u = dh_t * (h_tilde - h_prev) * u * (1 - u)
        dz_h = dh_t * u * (1 - h_tilde**2)
        dz_r = dz_h * recalled * r * (1 - r)
        drecalled = dz_h * r
        dh_later = dh_t * (1 - u)
        dparams.b_hr[:] += drecalled.sum(axis=0)
        for gate, dz, of_recurrent in (("u", dz_u, dz_u), ("r", dz_r, dz_r), ("h", dz_h, drecalled)):
            getattr(dparams, f"W_{gate}")[:] += of_recurrent.T @ h_prev
            getattr(dparams, f"U_{gate}")[:] += dz.T @ x[t]
            getattr(dparams, f"b_{gate}")[:] += dz.sum(axis=0)
            dh_later += of_recurrent @ getattr(params, f"W_{gate}")
            dx[t] += dz @ getattr(params, f"U_{gate}")
    return dparams, dx, dh_later
