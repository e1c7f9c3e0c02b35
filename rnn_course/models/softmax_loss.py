"""Readout, softmax and cross-entropy at once: from hidden states to the loss, and back."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from jaxtyping import Float, Int
from numpy import ndarray

from rnn_course.errors import DataError
from rnn_course.layers import (
    CrossEntropyCache,
    ReadoutCache,
    ReadoutParams,
    cross_entropy_backward,
    cross_entropy_forward,
    log_softmax,
    readout_backward,
    readout_forward,
)


class SoftmaxLossCache(NamedTuple):
    """What the backward pass needs."""

    readout: ReadoutCache
    cross_entropy: CrossEntropyCache


def scores(
    params: ReadoutParams, h: Float[ndarray, "rows hidden"], never: int | None = None
) -> tuple[Float[ndarray, "rows vocab"], ReadoutCache]:
    """z = U h + b_2, and -inf for the id that is never predicted: its probability is exactly 0."""
    z, cache = readout_forward(params, h)
    if never is not None:
        z[..., never] = -np.inf
    return z, cache


def softmax_loss_forward(
    params: ReadoutParams,
    h: Float[ndarray, "rows hidden"],
    targets: Int[ndarray, " rows"],
    never: int | None = None,
) -> tuple[float, SoftmaxLossCache]:
    """J = -(1/N) sum over the rows of log softmax(U h + b_2)[target]

    Args:
        h: hidden states of the N places at which something is predicted, [rows, hidden]; no padding.
        targets: what is to be predicted there, [rows].
        never: an id whose probability is held at 0, as that of `<s>` is. The softmax runs over all others.

    Returns:
        J, nats per target, and the cache for `softmax_loss_backward`.

    Raises:
        DataError: if a target is `never`: its loss would be infinite whatever the weights are.
        VocabularyError, ShapeError: as for `cross_entropy_forward`.
    """
    if never is not None and (targets == never).any():
        raise DataError(f"id {never} is never predicted, but {int((targets == never).sum())} targets are it")
    z, of_readout = scores(params, h, never)
    J, of_cross_entropy = cross_entropy_forward(z, targets)
    return J, SoftmaxLossCache(of_readout, of_cross_entropy)


def softmax_loss_backward(
    cache: SoftmaxLossCache,
) -> tuple[ReadoutParams, Float[ndarray, "rows hidden"]]:
    """Gradients of U, b_2 and h. The row of U that belongs to `never` has none."""
    return readout_backward(cross_entropy_backward(cache.cross_entropy), cache.readout)


def target_log_probs(
    params: ReadoutParams,
    h: Float[ndarray, "rows hidden"],
    targets: Int[ndarray, " rows"],
    never: int | None = None,
) -> Float[ndarray, " rows"]:
    """log softmax(U h + b_2)[target] of each row, in nats; -inf where the target is `never`."""
    log_probs = log_softmax(scores(params, h, never)[0])
    return np.take_along_axis(log_probs, targets[:, None], axis=1)[:, 0]
