"""The simple recurrent network of Elman (1990): one hidden vector, updated at every token."""

from __future__ import annotations

from typing import Any, NamedTuple

import numpy as np
from jaxtyping import Float
from numpy import ndarray

from rnn_course.cells.initialization import orthogonal as orthogonal_matrix
from rnn_course.cells.initialization import uniform
from rnn_course.errors import check_sizes


class ElmanParams(NamedTuple):
    """Weights of h^(t) = tanh(W_h h^(t-1) + W_e e^(t) + b_1), rows are outputs."""

    W_h: Float[ndarray, "hidden hidden"]
    W_e: Float[ndarray, "hidden embed"]
    b_1: Float[ndarray, " hidden"]

    def sizes(self) -> dict[str, tuple[ndarray, str]]:
        """Each array with the names of its axes, for `check_sizes`."""
        axes = ("hidden hidden", "hidden embed", "hidden")
        return dict(zip(self._fields, zip(self, axes, strict=True), strict=True))


class ElmanCache(NamedTuple):
    """What the backward pass needs. h[t] is h^(t), so h[0] is h^(0) and h[1:] are the outputs."""

    params: ElmanParams
    e: Float[ndarray, "time batch embed"]
    h: Float[ndarray, "time+1 batch hidden"]


def elman_init(
    embed_size: int,
    hidden_size: int,
    rng: np.random.Generator,
    *,
    orthogonal: bool = False,
    dtype: Any = np.float64,
) -> ElmanParams:
    """Random weights, all uniform in [-1/sqrt(hidden), 1/sqrt(hidden)].

    Args:
        rng: `numpy.random.default_rng(seed)`.
        orthogonal: make W_h orthogonal instead, so that it neither shrinks nor stretches (Saxe et al. 2014).
    """
    H = hidden_size
    W_h = orthogonal_matrix(H, rng, dtype) if orthogonal else uniform((H, H), H, rng, dtype)
    return ElmanParams(W_h, uniform((H, embed_size), H, rng, dtype), uniform((H,), H, rng, dtype))


def elman_initial_state(params: ElmanParams, batch_size: int) -> Float[ndarray, "batch hidden"]:
    """h^(0) = 0."""
    return np.zeros((batch_size, len(params.b_1)), params.b_1.dtype)


def elman_step(
    params: ElmanParams, h_prev: Float[ndarray, "batch hidden"], e_t: Float[ndarray, "batch embed"]
) -> Float[ndarray, "batch hidden"]:
    """Read one token.

        h^(t) = tanh(W_h h^(t-1) + W_e e^(t) + b_1)

    Args:
        h_prev: h^(t-1), [batch, hidden]; zeros before the first token.
        e_t: embeddings of the current tokens, [batch, embed].

    Returns:
        h^(t), [batch, hidden], each entry in (-1, 1).

    Raises:
        ShapeError: if the weights, h_prev and e_t disagree on a size.

    Source: Elman 1990.
    """
    check_sizes("elman_step", **params.sizes(), e_t=(e_t, "batch embed"), h_prev=(h_prev, "batch hidden"))
    return np.tanh(h_prev @ params.W_h.T + e_t @ params.W_e.T + params.b_1)


def elman_forward(
    params: ElmanParams,
    e: Float[ndarray, "time batch embed"],
    h_0: Float[ndarray, "batch hidden"] | None = None,
) -> tuple[Float[ndarray, "time batch hidden"], ElmanCache]:
    """Read a sequence: `elman_step` for t = 1 .. T, with the same weights at every step.

    Args:
        e: embeddings of the tokens, [time, batch, embed].
        h_0: the state before the first token, [batch, hidden]; zeros if left out.

    Returns:
        h^(1) .. h^(T), [time, batch, hidden], and the cache for `elman_backward`.

    Raises:
        ShapeError: if the weights, h_0 and e disagree on a size.
    """
    check_sizes("elman_forward", **params.sizes(), e=(e, "time batch embed"), h_0=(h_0, "batch hidden"))
    h = [elman_initial_state(params, e.shape[1]) if h_0 is None else h_0]
    for e_t in e:
        h.append(elman_step(params, h[-1], e_t))
    h_all = np.stack(h)
    return h_all[1:], ElmanCache(params, e, h_all)


def elman_backward(
    dh: Float[ndarray, "time batch hidden"], cache: ElmanCache
) -> tuple[ElmanParams, Float[ndarray, "time batch embed"], Float[ndarray, "batch hidden"]]:
    """Backpropagation through time.

        dz^(t)   = (dh^(t) + W_h^T dz^(t+1)) * (1 - h^(t)^2)       z^(t) is what tanh is applied to
        dW_h     = sum over t of dz^(t) h^(t-1)^T                  likewise dW_e with e^(t), db_1 with 1
        de^(t)   = W_e^T dz^(t)

    Args:
        dh: the loss's gradient at each output, as it comes from the layer above, [time, batch, hidden].
        cache: what `elman_forward` returned.

    Returns:
        Gradients of the parameters (again ElmanParams), of e [time, batch, embed] and of h_0 [batch, hidden].

    Raises:
        ShapeError: if dh has not the shape of the outputs.

    Source: Werbos 1990.
    """
    params, e, h = cache
    check_sizes("elman_backward", outputs=(h[1:], "time batch hidden"), dh=(dh, "time batch hidden"))
    dparams = ElmanParams(*map(np.zeros_like, params))
    de = np.zeros_like(e)
    dh_later = np.zeros_like(h[0])  # dJ/dh^(t) that flows back from step t+1
    for t in reversed(range(len(e))):
        dz = (dh[t] + dh_later) * (1 - h[t + 1] ** 2)  # tanh'(z) = 1 - tanh(z)^2
        dparams.W_h[:] += dz.T @ h[t]  # h[t] is the state that step t started from
        dparams.W_e[:] += dz.T @ e[t]
        dparams.b_1[:] += dz.sum(axis=0)
        de[t] = dz @ params.W_e
        dh_later = dz @ params.W_h
    return dparams, de, dh_later
