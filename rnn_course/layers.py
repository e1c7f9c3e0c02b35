"""The layers around a cell: embedding below, readout, softmax and cross-entropy above, dropout between.

Each is a forward and a backward function. What forward returns second is what backward needs.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from jaxtyping import Bool, Float, Int
from numpy import ndarray

from rnn_course.errors import CourseError, DataError, ShapeError, VocabularyError, check_sizes


class EmbeddingCache(NamedTuple):
    """What the backward pass needs of `embedding_forward`."""

    E: Float[ndarray, "vocab embed"]
    tokens: Int[ndarray, "..."]


def embedding_forward(
    E: Float[ndarray, "vocab embed"], tokens: Int[ndarray, "*axes"]
) -> tuple[Float[ndarray, "*axes embed"], EmbeddingCache]:
    """e^(t) = E[x^(t)], the row of E that belongs to the token; E^T times its one-hot vector.

    Args:
        E: one row for each token of the vocabulary, [vocab, embed].
        tokens: ids in [0, vocab), of any shape, usually [time, batch].

    Returns:
        e, the shape of `tokens` with an axis `embed` added, and the cache for `embedding_backward`.

    Raises:
        VocabularyError: if an id is no integer or lies outside [0, vocab).
    """
    check_sizes("embedding_forward", E=(E, "vocab embed"))
    tokens = np.asarray(tokens)
    if tokens.dtype.kind not in "iu":
        raise VocabularyError(f"embedding_forward: token ids are integers, got an array of {tokens.dtype}")
    if tokens.size and not (tokens.min() >= 0 and tokens.max() < len(E)):
        outside = tokens[(tokens < 0) | (tokens >= len(E))][0]
        raise VocabularyError(f"embedding_forward: id {outside} has no row in E {E.shape}")
    return E[tokens], EmbeddingCache(E, tokens)


def embedding_backward(
    de: Float[ndarray, "*axes embed"], cache: EmbeddingCache
) -> Float[ndarray, "vocab embed"]:
    """dE[w] = sum of de^(t) over all t at which x^(t) = w

    A token that stands k times gets k gradients, added up; a token that does not stand gets 0.

    Raises:
        ShapeError: if de is not of the shape of e.
    """
    E, tokens = cache
    if de.shape != (*tokens.shape, E.shape[1]):
        raise ShapeError(f"embedding_backward: de is {de.shape}, but e is {(*tokens.shape, E.shape[1])}")
    # dE[tokens] += de would keep only one of a token's gradients: sort, so that equal tokens stand in one run
    order = np.argsort(tokens, axis=None, kind="stable")
    present, starts = np.unique(tokens.ravel()[order], return_index=True)
    dE = np.zeros_like(E, dtype=de.dtype)
    dE[present] = np.add.reduceat(de.reshape(-1, E.shape[1])[order], starts)
    return dE


class ReadoutParams(NamedTuple):
    """Weights of z^(t) = U h^(t) + b_2, which gives each token of the vocabulary a score."""

    U: Float[ndarray, "vocab hidden"]
    b_2: Float[ndarray, " vocab"]


class ReadoutCache(NamedTuple):
    """What the backward pass needs of `readout_forward`."""

    params: ReadoutParams
    h: Float[ndarray, "... hidden"]


def readout_forward(
    params: ReadoutParams, h: Float[ndarray, "*axes hidden"]
) -> tuple[Float[ndarray, "*axes vocab"], ReadoutCache]:
    """z^(t) = U h^(t) + b_2

    Args:
        h: hidden states with any leading axes, usually [time, batch, hidden].

    Returns:
        Logits z (scores before the softmax), and the cache for `readout_backward`.

    Raises:
        ShapeError: if U, b_2 and h disagree on a size.
    """
    axes = " ".join([f"axis_{k}" for k in range(h.ndim - 1)] + ["hidden"])
    check_sizes("readout_forward", U=(params.U, "vocab hidden"), b_2=(params.b_2, "vocab"), h=(h, axes))
    z = h.reshape(-1, h.shape[-1]) @ params.U.T  # one product for all positions, whatever the leading axes
    z += params.b_2
    return z.reshape(*h.shape[:-1], len(params.b_2)), ReadoutCache(params, h)


def readout_backward(
    dz: Float[ndarray, "*axes vocab"], cache: ReadoutCache
) -> tuple[ReadoutParams, Float[ndarray, "*axes hidden"]]:
    """dU = sum over t of dz^(t) h^(t)^T,  db_2 = sum of dz^(t),  dh^(t) = U^T dz^(t)

    Returns:
        Gradients of the parameters (again ReadoutParams) and of h.

    Raises:
        ShapeError: if dz is not of the shape of z.
    """
    params, h = cache
    if dz.shape != (*h.shape[:-1], len(params.b_2)):
        raise ShapeError(f"readout_backward: dz is {dz.shape}, but z is {(*h.shape[:-1], len(params.b_2))}")
    dz_rows = dz.reshape(-1, dz.shape[-1])
    dU = dz_rows.T @ h.reshape(-1, h.shape[-1])
    dh = (dz_rows @ params.U).reshape(h.shape)
    return ReadoutParams(dU, dz_rows.sum(axis=0)), dh


def log_softmax(z: Float[ndarray, "*axes vocab"]) -> Float[ndarray, "*axes vocab"]:
    """log softmax(z)_w = z_w - m - log sum over v of exp(z_v - m),  m = max of z

    Subtracting m changes nothing in exact arithmetic, and keeps exp from overflowing.
    """
    shifted = z - z.max(axis=-1, keepdims=True)
    shifted -= np.log(np.exp(shifted).sum(axis=-1, keepdims=True))
    return shifted


def softmax(z: Float[ndarray, "*axes vocab"]) -> Float[ndarray, "*axes vocab"]:
    """softmax(z)_w = exp(z_w) / sum over v of exp(z_v), along the last axis."""
    return np.exp(log_softmax(z))


class CrossEntropyCache(NamedTuple):
    """weights is 1/N where a position counts, 0 elsewhere."""

    probs: Float[ndarray, "... vocab"]
    targets: Int[ndarray, "..."]
    weights: Float[ndarray, "..."]


def cross_entropy_forward(
    z: Float[ndarray, "*axes vocab"],
    targets: Int[ndarray, "*axes"],
    mask: Bool[ndarray, "*axes"] | None = None,
) -> tuple[float, CrossEntropyCache]:
    """J = -(1/N) sum over t of log softmax(z^(t))[target^(t)], over the N positions that count.

    Args:
        z: logits, usually [time, batch, vocab].
        targets: the token that did follow, at each position.
        mask: True where a position counts, False at padding; all of them if left out.

    Returns:
        J, nats per token, and the cache for `cross_entropy_backward`.

    Raises:
        ShapeError: if z, targets and mask disagree.
        VocabularyError: if a target that counts lies outside [0, vocab).
        DataError: if no position counts.
    """
    targets = np.asarray(targets)
    if z.shape[:-1] != targets.shape:
        raise ShapeError(f"cross_entropy_forward: targets are {targets.shape}, but z is {z.shape}")
    counts = np.ones(targets.shape, bool) if mask is None else np.asarray(mask)
    if counts.shape != targets.shape or counts.dtype != bool:
        raise ShapeError(
            f"cross_entropy_forward: mask is {counts.dtype} {counts.shape}, expected bool {targets.shape}"
        )
    if not counts.any():
        raise DataError("cross_entropy_forward: no position counts, so there is nothing to average")
    targets = np.where(counts, targets, 0)  # padding may hold any id, -100 as well
    if targets.min() < 0 or targets.max() >= z.shape[-1]:
        outside = targets[(targets < 0) | (targets >= z.shape[-1])][0]
        raise VocabularyError(f"cross_entropy_forward: target {outside} has no logit in z {z.shape}")
    probs = z - z.max(axis=-1, keepdims=True)
    shifted = np.take_along_axis(probs, targets[..., None], axis=-1)
    np.exp(probs, out=probs)
    total = probs.sum(axis=-1, keepdims=True)
    log_probs = (shifted - np.log(total))[..., 0]  # as log_softmax, but only where it is needed
    probs /= total
    N = int(counts.sum())
    J = -float(log_probs[counts].sum(dtype=np.float64)) / N
    return J, CrossEntropyCache(probs, targets, (counts / N).astype(z.dtype))


def cross_entropy_backward(cache: CrossEntropyCache) -> Float[ndarray, "*axes vocab"]:
    """dJ/dz^(t) = (softmax(z^(t)) - onehot(target^(t))) / N, and 0 where the position does not count."""
    probs, targets, weights = cache
    dz = probs * weights[..., None]
    rows = dz.reshape(-1, dz.shape[-1])
    rows[np.arange(len(rows)), targets.ravel()] -= weights.ravel()
    return dz


def dropout_forward(
    x: Float[ndarray, "..."], rate: float, rng: np.random.Generator
) -> tuple[Float[ndarray, "..."], Float[ndarray, "..."]]:
    """y = x * mask / (1 - rate), mask = 0 with probability `rate`, else 1

    Dividing keeps the expectation of y at x, so that nothing changes when dropout is left out to predict.

    Args:
        rate: share of entries set to 0, in [0, 1).
        rng: `numpy.random.default_rng(seed)`.

    Returns:
        y, and mask / (1 - rate) for `dropout_backward`.

    Raises:
        CourseError: if rate lies outside [0, 1).

    Source: Srivastava et al. 2014.
    """
    if not 0 <= rate < 1:
        raise CourseError(f"dropout_forward: rate lies in [0, 1), got {rate}")
    scaled_mask = (rng.random(x.shape, dtype=np.float32) >= rate).astype(x.dtype) / x.dtype.type(1 - rate)
    return x * scaled_mask, scaled_mask


def dropout_backward(dy: Float[ndarray, "..."], scaled_mask: Float[ndarray, "..."]) -> Float[ndarray, "..."]:
    """dx = dy * mask / (1 - rate)"""
    return dy * scaled_mask
