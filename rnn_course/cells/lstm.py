"""The long short-term memory: a hidden state to read from, and a cell that keeps what nothing erases."""

from __future__ import annotations

from typing import Any, NamedTuple

import numpy as np
from jaxtyping import Float
from numpy import ndarray

from rnn_course.cells.activations import sigmoid
from rnn_course.cells.initialization import chrono_bias, uniform
from rnn_course.cells.initialization import orthogonal as orthogonal_matrix
from rnn_course.errors import CourseError, check_sizes


class LSTMParams(NamedTuple):
    """Weights of the three gates f, i, o and of the candidate content c_tilde, rows are outputs."""

    W_f: Float[ndarray, "hidden hidden"]
    U_f: Float[ndarray, "hidden embed"]
    b_f: Float[ndarray, " hidden"]
    W_i: Float[ndarray, "hidden hidden"]
    U_i: Float[ndarray, "hidden embed"]
    b_i: Float[ndarray, " hidden"]
    W_o: Float[ndarray, "hidden hidden"]
    U_o: Float[ndarray, "hidden embed"]
    b_o: Float[ndarray, " hidden"]
    W_c: Float[ndarray, "hidden hidden"]
    U_c: Float[ndarray, "hidden embed"]
    b_c: Float[ndarray, " hidden"]

    def sizes(self) -> dict[str, tuple[ndarray, str]]:
        """Each array with the names of its axes, for `check_sizes`."""
        axes = ("hidden hidden", "hidden embed", "hidden") * 4
        return dict(zip(self._fields, zip(self, axes, strict=True), strict=True))


class LSTMState(NamedTuple):
    """What an LSTM remembers: h is read by the layer above, c only by the cell itself."""

    h: Float[ndarray, "*axes batch hidden"]
    c: Float[ndarray, "*axes batch hidden"]


class LSTMGates(NamedTuple):
    """The gates and the candidate content, at one step or at all of them."""

    f: Float[ndarray, "*axes batch hidden"]
    i: Float[ndarray, "*axes batch hidden"]
    o: Float[ndarray, "*axes batch hidden"]
    c_tilde: Float[ndarray, "*axes batch hidden"]


class LSTMCache(NamedTuple):
    """What the backward pass needs. h[t] is h^(t), h[0] is h^(0); likewise c. gates[t-1] belong to step t."""

    params: LSTMParams
    x: Float[ndarray, "time batch embed"]
    h: Float[ndarray, "time+1 batch hidden"]
    c: Float[ndarray, "time+1 batch hidden"]
    gates: LSTMGates


def lstm_init(
    embed_size: int,
    hidden_size: int,
    rng: np.random.Generator,
    *,
    orthogonal: bool = False,
    forget_bias: float | None = None,
    longest_lag: float | None = None,
    dtype: Any = np.float64,
) -> LSTMParams:
    """Random weights, all uniform in [-1/sqrt(hidden), 1/sqrt(hidden)].

    Args:
        rng: `numpy.random.default_rng(seed)`.
        orthogonal: make each W orthogonal instead (Saxe et al. 2014).
        forget_bias: every entry of b_f; 1 or more lets a new network remember (Jozefowicz et al. 2015).
        longest_lag: steps that a memory is to last; b_f = -b_i by `chrono_bias` (Tallec & Ollivier 2018).

    Raises:
        CourseError: if both forget_bias and longest_lag are given.
    """
    H = hidden_size
    if forget_bias is not None and longest_lag is not None:
        raise CourseError("lstm_init: forget_bias and longest_lag both set b_f; give one of them")
    arrays: list[ndarray] = []
    for _ in ("f", "i", "o", "c"):
        arrays.append(orthogonal_matrix(H, rng, dtype) if orthogonal else uniform((H, H), H, rng, dtype))
        arrays.append(uniform((H, embed_size), H, rng, dtype))
        arrays.append(uniform((H,), H, rng, dtype))
    params = LSTMParams(*arrays)
    if forget_bias is not None:
        params.b_f[:] = forget_bias
    if longest_lag is not None:
        params.b_f[:] = chrono_bias(H, longest_lag, rng, dtype)
        params.b_i[:] = -params.b_f
    return params


def lstm_initial_state(params: LSTMParams, batch_size: int) -> LSTMState:
    """h^(0) = 0, c^(0) = 0."""
    h_0, c_0 = np.zeros((2, batch_size, len(params.b_f)), params.b_f.dtype)
    return LSTMState(h_0, c_0)


def _gates(params: LSTMParams, h_prev: ndarray, x_t: ndarray) -> LSTMGates:
    p = params
    return LSTMGates(
        f=sigmoid(h_prev @ p.W_f.T + x_t @ p.U_f.T + p.b_f),
        i=sigmoid(h_prev @ p.W_i.T + x_t @ p.U_i.T + p.b_i),
        o=sigmoid(h_prev @ p.W_o.T + x_t @ p.U_o.T + p.b_o),
        c_tilde=np.tanh(h_prev @ p.W_c.T + x_t @ p.U_c.T + p.b_c),
    )


def _update(gates: LSTMGates, c_prev: ndarray) -> LSTMState:
    f, i, o, c_tilde = gates
    c = f * c_prev + i * c_tilde  # erase, then write
    return LSTMState(o * np.tanh(c), c)  # read


def lstm_step(params: LSTMParams, state: LSTMState, x_t: Float[ndarray, "batch embed"]) -> LSTMState:
    """Read one token.

        f = sigmoid(W_f h_prev + U_f x_t + b_f)          forget gate; likewise i (input) and o (output)
        c_tilde = tanh(W_c h_prev + U_c x_t + b_c)       candidate content
        c = f * c_prev + i * c_tilde
        h = o * tanh(c)

    Args:
        state: (h_prev, c_prev), each [batch, hidden]; zeros before the first token.
        x_t: embeddings of the current tokens, [batch, embed].

    Returns:
        (h, c), each [batch, hidden]; |h| < 1 while c is unbounded.

    Raises:
        ShapeError: if the weights, state and x_t disagree on a size.

    Source: Hochreiter & Schmidhuber 1997; forget gate: Gers et al. 2000.
    """
    h_prev, c_prev = state
    of_state = {"h_prev": (h_prev, "batch hidden"), "c_prev": (c_prev, "batch hidden")}
    check_sizes("lstm_step", **params.sizes(), x_t=(x_t, "batch embed"), **of_state)
    return _update(_gates(params, h_prev, x_t), c_prev)


def lstm_forward(
    params: LSTMParams, x: Float[ndarray, "time batch embed"], state_0: LSTMState | None = None
) -> tuple[Float[ndarray, "time batch hidden"], LSTMCache]:
    """Read a sequence: `lstm_step` for t = 1 .. T, keeping the gates for the way back.

    Args:
        x: embeddings of the tokens, [time, batch, embed].
        state_0: (h^(0), c^(0)), each [batch, hidden]; zeros if left out.

    Returns:
        h^(1) .. h^(T), [time, batch, hidden], and the cache for `lstm_backward`; cache.c[1:] are the cells.

    Raises:
        ShapeError: if the weights, state_0 and x disagree on a size.
    """
    h_0, c_0 = (None, None) if state_0 is None else state_0
    of_state = {"h_0": (h_0, "batch hidden"), "c_0": (c_0, "batch hidden")}
    check_sizes("lstm_forward", **params.sizes(), x=(x, "time batch embed"), **of_state)
    states = [LSTMState(*(lstm_initial_state(params, x.shape[1]) if state_0 is None else state_0))]
    gates = []
    for x_t in x:
        gates.append(_gates(params, states[-1].h, x_t))
        states.append(_update(gates[-1], states[-1].c))
    h, c = (np.stack(arrays) for arrays in zip(*states, strict=True))
    none = h[1:]  # what the gates are if there is no step: arrays without entries
    stacked = LSTMGates(*(np.stack(g) for g in zip(*gates, strict=True))) if gates else LSTMGates(*[none] * 4)
    return h[1:], LSTMCache(params, x, h, c, stacked)


def lstm_backward(
    dh: Float[ndarray, "time batch hidden"],
    cache: LSTMCache,
    dc: Float[ndarray, "time batch hidden"] | None = None,
) -> tuple[LSTMParams, Float[ndarray, "time batch embed"], LSTMState]:
    """Backpropagation through time.

        dc^(t) = dc^(t) from above + dh^(t) * o * (1 - tanh(c)^2) + f^(t+1) * dc^(t+1)
        df = dc * c_prev,   di = dc * c_tilde,   do = dh * tanh(c),   dc_tilde = dc * i
        dz of a gate = its gradient * gate * (1 - gate);   of c_tilde: * (1 - c_tilde^2)
        dW = sum over t of dz^(t) h^(t-1)^T;   dU with x^(t), db with 1
        dh^(t-1) = W_f^T dz_f + W_i^T dz_i + W_o^T dz_o + W_c^T dz_c;   dx^(t) with U

    Through c, the gradient is multiplied by f and by nothing else.

    Args:
        dh: the loss's gradient at each output h, as it comes from the layer above, [time, batch, hidden].
        cache: what `lstm_forward` returned.
        dc: the same at each c, where something above reads c; zeros if left out.

    Returns:
        Gradients of the parameters (again LSTMParams), of x, [time, batch, embed], and of (h_0, c_0).

    Raises:
        ShapeError: if dh or dc has not the shape of the outputs.
    """
    params, x, h, c, gates = cache
    like_outputs = {"dh": (dh, "time batch hidden"), "dc": (dc, "time batch hidden")}
    check_sizes("lstm_backward", outputs=(h[1:], "time batch hidden"), **like_outputs)
    dparams = LSTMParams(*map(np.zeros_like, params))
    dx = np.zeros_like(x)
    dh_later, dc_later = np.zeros_like(h[0]), np.zeros_like(c[0])  # what flows back from step t+1
    for t in reversed(range(len(x))):
        f, i, o, c_tilde = (gate[t] for gate in gates)
        h_prev, c_prev, tanh_c = h[t], c[t], np.tanh(c[t + 1])
        dh_t = dh[t] + dh_later
        dc_t = dc_later + dh_t * o * (1 - tanh_c**2)
        if dc is not None:
            dc_t = dc_t + dc[t]
        dz_f = dc_t * c_prev * f * (1 - f)
        dz_i = dc_t * c_tilde * i * (1 - i)
        dz_o = dh_t * tanh_c * o * (1 - o)
        dz_c = dc_t * i * (1 - c_tilde**2)
        dh_later, dc_later = np.zeros_like(h_prev), dc_t * f
        for gate, dz in (("f", dz_f), ("i", dz_i), ("o", dz_o), ("c", dz_c)):
            getattr(dparams, f"W_{gate}")[:] += dz.T @ h_prev
            getattr(dparams, f"U_{gate}")[:] += dz.T @ x[t]
            getattr(dparams, f"b_{gate}")[:] += dz.sum(axis=0)
            dx[t] += dz @ getattr(params, f"U_{gate}")
            dh_later += dz @ getattr(params, f"W_{gate}")
    return dparams, dx, LSTMState(dh_later, dc_later)
