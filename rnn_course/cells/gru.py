"""The gated recurrent unit: one gate says what of the state is renewed, another what the candidate sees."""

from __future__ import annotations

from typing import Any, NamedTuple

import numpy as np
from jaxtyping import Float
from numpy import ndarray

from rnn_course.cells.activations import sigmoid
from rnn_course.cells.initialization import chrono_bias, uniform
from rnn_course.cells.initialization import orthogonal as orthogonal_matrix
from rnn_course.errors import CourseError, check_sizes


class GRUParams(NamedTuple):
    """Weights of the update gate u, the reset gate r and the candidate h_tilde, rows are outputs."""

    W_u: Float[ndarray, "hidden hidden"]
    U_u: Float[ndarray, "hidden embed"]
    b_u: Float[ndarray, " hidden"]
    W_r: Float[ndarray, "hidden hidden"]
    U_r: Float[ndarray, "hidden embed"]
    b_r: Float[ndarray, " hidden"]
    W_h: Float[ndarray, "hidden hidden"]
    U_h: Float[ndarray, "hidden embed"]
    b_h: Float[ndarray, " hidden"]

    def sizes(self) -> dict[str, tuple[ndarray, str]]:
        """Each array with the names of its axes, for `check_sizes`."""
        axes = ("hidden hidden", "hidden embed", "hidden") * 3
        return dict(zip(self._fields, zip(self, axes, strict=True), strict=True))


class GRUGates(NamedTuple):
    """The gates and the candidate state, at one step or at all of them."""

    u: Float[ndarray, "*axes batch hidden"]
    r: Float[ndarray, "*axes batch hidden"]
    h_tilde: Float[ndarray, "*axes batch hidden"]


class GRUCache(NamedTuple):
    """What the backward pass needs. h[t] is h^(t), so h[0] is h^(0); gates[t-1] belong to step t."""

    params: GRUParams
    x: Float[ndarray, "time batch embed"]
    h: Float[ndarray, "time+1 batch hidden"]
    gates: GRUGates


def gru_init(
    embed_size: int,
    hidden_size: int,
    rng: np.random.Generator,
    *,
    orthogonal: bool = False,
    update_bias: float | None = None,
    longest_lag: float | None = None,
    dtype: Any = np.float64,
) -> GRUParams:
    """Random weights, all uniform in [-1/sqrt(hidden), 1/sqrt(hidden)].

    Args:
        rng: `numpy.random.default_rng(seed)`.
        orthogonal: make each W orthogonal instead (Saxe et al. 2014).
        update_bias: every entry of b_u. u = 0 keeps, so a negative bias lets a new network remember.
        longest_lag: steps that a memory is to last; draws b_u = -`chrono_bias` (Tallec & Ollivier 2018).

    Raises:
        CourseError: if both update_bias and longest_lag are given.
    """
    H = hidden_size
    if update_bias is not None and longest_lag is not None:
        raise CourseError("gru_init: update_bias and longest_lag both set b_u; give one of them")
    arrays: list[ndarray] = []
    for _ in ("u", "r", "h"):
        arrays.append(orthogonal_matrix(H, rng, dtype) if orthogonal else uniform((H, H), H, rng, dtype))
        arrays.append(uniform((H, embed_size), H, rng, dtype))
        arrays.append(uniform((H,), H, rng, dtype))
    params = GRUParams(*arrays)
    if update_bias is not None:
        params.b_u[:] = update_bias
    if longest_lag is not None:
        params.b_u[:] = -chrono_bias(H, longest_lag, rng, dtype)
    return params


def gru_initial_state(params: GRUParams, batch_size: int) -> Float[ndarray, "batch hidden"]:
    """h^(0) = 0."""
    return np.zeros((batch_size, len(params.b_u)), params.b_u.dtype)


def _gates(params: GRUParams, h_prev: ndarray, x_t: ndarray) -> GRUGates:
    p = params
    u = sigmoid(h_prev @ p.W_u.T + x_t @ p.U_u.T + p.b_u)
    r = sigmoid(h_prev @ p.W_r.T + x_t @ p.U_r.T + p.b_r)
    h_tilde = np.tanh((r * h_prev) @ p.W_h.T + x_t @ p.U_h.T + p.b_h)
    return GRUGates(u, r, h_tilde)


def _update(gates: GRUGates, h_prev: ndarray) -> ndarray:
    u, _, h_tilde = gates
    return (1 - u) * h_prev + u * h_tilde


def gru_step(
    params: GRUParams, h_prev: Float[ndarray, "batch hidden"], x_t: Float[ndarray, "batch embed"]
) -> Float[ndarray, "batch hidden"]:
    """Read one token.

        u = sigmoid(W_u h_prev + U_u x_t + b_u)             update gate: how much of the state is renewed
        r = sigmoid(W_r h_prev + U_r x_t + b_r)             reset gate: what of the state the candidate sees
        h_tilde = tanh(W_h (r * h_prev) + U_h x_t + b_h)    candidate state
        h = (1 - u) * h_prev + u * h_tilde                  u = 0 keeps the state as it is

    The reset gate stands before the product with W_h. Where it stands after, see `gru_reset_after`.

    Args:
        h_prev: [batch, hidden]; zeros before the first token.
        x_t: embeddings of the current tokens, [batch, embed].

    Returns:
        h, [batch, hidden]; |h| < 1 if it was so before.

    Raises:
        ShapeError: if the weights, h_prev and x_t disagree on a size.

    Source: Cho et al. 2014; u = 0 keeps: Chung et al. 2014.
    """
    check_sizes("gru_step", **params.sizes(), x_t=(x_t, "batch embed"), h_prev=(h_prev, "batch hidden"))
    return _update(_gates(params, h_prev, x_t), h_prev)


def gru_forward(
    params: GRUParams,
    x: Float[ndarray, "time batch embed"],
    h_0: Float[ndarray, "batch hidden"] | None = None,
) -> tuple[Float[ndarray, "time batch hidden"], GRUCache]:
    """Read a sequence: `gru_step` for t = 1 .. T, keeping the gates for the way back.

    Args:
        x: embeddings of the tokens, [time, batch, embed].
        h_0: the state before the first token, [batch, hidden]; zeros if left out.

    Returns:
        h^(1) .. h^(T), [time, batch, hidden], and the cache for `gru_backward`.

    Raises:
        ShapeError: if the weights, h_0 and x disagree on a size.
    """
    check_sizes("gru_forward", **params.sizes(), x=(x, "time batch embed"), h_0=(h_0, "batch hidden"))
    h = [gru_initial_state(params, x.shape[1]) if h_0 is None else h_0]
    gates = []
    for x_t in x:
        gates.append(_gates(params, h[-1], x_t))
        h.append(_update(gates[-1], h[-1]))
    h_all = np.stack(h)
    none = h_all[1:]  # what the gates are if there is no step: arrays without entries
    stacked = GRUGates(*(np.stack(g) for g in zip(*gates, strict=True))) if gates else GRUGates(*[none] * 3)
    return h_all[1:], GRUCache(params, x, h_all, stacked)


def gru_backward(
    dh: Float[ndarray, "time batch hidden"], cache: GRUCache
) -> tuple[GRUParams, Float[ndarray, "time batch embed"], Float[ndarray, "batch hidden"]]:
    """Backpropagation through time.

        dz_h = dh * u * (1 - h_tilde^2)                    dr_h = W_h^T dz_h      gradient of r * h_prev
        dz_u = dh * (h_tilde - h_prev) * u * (1 - u)       dz_r = dr_h * h_prev * r * (1 - r)
        dh^(t-1) = dh * (1 - u) + dr_h * r + W_u^T dz_u + W_r^T dz_r
        dW_u = sum over t of dz_u^(t) h^(t-1)^T;   dW_r likewise;   dW_h = sum of dz_h^(t) (r * h^(t-1))^T
        dU with x^(t), db with 1;   dx^(t) = U_u^T dz_u + U_r^T dz_r + U_h^T dz_h

    Args:
        dh: the loss's gradient at each output, as it comes from the layer above, [time, batch, hidden].
        cache: what `gru_forward` returned.

    Returns:
        Gradients of the parameters (again GRUParams), of x [time, batch, embed] and of h_0 [batch, hidden].

    Raises:
        ShapeError: if dh has not the shape of the outputs.
    """
    params, x, h, gates = cache
    check_sizes("gru_backward", outputs=(h[1:], "time batch hidden"), dh=(dh, "time batch hidden"))
    dparams = GRUParams(*map(np.zeros_like, params))
    dx = np.zeros_like(x)
    dh_later = np.zeros_like(h[0])  # dJ/dh^(t) that flows back from step t+1
    for t in reversed(range(len(x))):
        u, r, h_tilde = (gate[t] for gate in gates)
        h_prev = h[t]
        dh_t = dh[t] + dh_later
        dz_h = dh_t * u * (1 - h_tilde**2)
        dr_h = dz_h @ params.W_h
        dz_u = dh_t * (h_tilde - h_prev) * u * (1 - u)
        dz_r = dr_h * h_prev * r * (1 - r)
        dh_later = dh_t * (1 - u) + dr_h * r + dz_u @ params.W_u + dz_r @ params.W_r
        for gate, dz, read in (("u", dz_u, h_prev), ("r", dz_r, h_prev), ("h", dz_h, r * h_prev)):
            getattr(dparams, f"W_{gate}")[:] += dz.T @ read
            getattr(dparams, f"U_{gate}")[:] += dz.T @ x[t]
            getattr(dparams, f"b_{gate}")[:] += dz.sum(axis=0)
            dx[t] += dz @ getattr(params, f"U_{gate}")
    return dparams, dx, dh_later
