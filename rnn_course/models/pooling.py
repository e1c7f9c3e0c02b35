"""One vector for a whole sentence, out of one for each word: the final one, the maximum, the mean."""

from __future__ import annotations

from typing import Literal, NamedTuple

import numpy as np
from jaxtyping import Float, Int
from numpy import ndarray

from rnn_course.errors import CourseError, ShapeError, check_sizes

Encoding = Literal["final", "max", "mean"]
ENCODINGS = ("final", "max", "mean")


class PoolingCache(NamedTuple):
    """weights[t, b, k] is d encoding[b, k] / d outputs[t, b, k]; that is all pooling does."""

    weights: Float[ndarray, "time batch output"]


def pool_forward(
    outputs: Float[ndarray, "time batch output"],
    lengths: Int[ndarray, " batch"],
    encoding: Encoding,
    *,
    both_directions: bool = False,
) -> tuple[Float[ndarray, "batch output"], PoolingCache]:
    """A sentence's encoding; padding has no part in it.

        final   h^(n), n the sentence's own length; of two directions, [l^(n); r^(1)]
        max     the largest value of each unit, max over t of h^(t)
        mean    (1/n) sum over t of h^(t)

    Args:
        outputs: of a cell, [time, batch, output]; what stands at padding does not matter.
        lengths: tokens of each sentence, from 1 to time.
        encoding: "final", "max" or "mean".
        both_directions: the outputs are those of a bidirectional network, whose right-to-left half has read
            all of the sentence at its first word.

    Returns:
        Encodings [batch, output], and the cache for `pool_backward`.

    Raises:
        CourseError: if `encoding` is none of the three.
        ShapeError: if outputs and lengths disagree, or a length is not from 1 to time.

    Source: maximum: Collobert & Weston 2008; for sentence encodings, Conneau et al. 2017.
    """
    check_sizes("pool_forward", outputs=(outputs, "time batch output"), lengths=(lengths, "batch"))
    if lengths.dtype.kind not in "iu" or ((lengths < 1) | (lengths > len(outputs))).any():
        raise ShapeError(f"pool_forward: lengths are integers from 1 to {len(outputs)}, got {lengths}")
    if encoding not in ENCODINGS:
        raise CourseError(f'an encoding is "final", "max" or "mean", got {encoding!r}')
    inside = (np.arange(len(outputs))[:, None] < lengths)[..., None]
    weights = np.zeros_like(outputs)
    if encoding == "mean":
        weights += inside / lengths.astype(outputs.dtype)[:, None]
    elif encoding == "max":
        largest = np.where(inside, outputs, -np.inf).argmax(axis=0)  # the first, should several be equal
        np.put_along_axis(weights, largest[None], 1, axis=0)
    else:
        half = outputs.shape[-1] // 2 if both_directions else outputs.shape[-1]
        weights[lengths - 1, np.arange(len(lengths)), :half] = 1
        weights[0, :, half:] = 1
    pooled = np.where(inside, weights * outputs, 0).sum(axis=0)
    return pooled.astype(outputs.dtype, copy=False), PoolingCache(weights)


def pool_backward(
    dencodings: Float[ndarray, "batch output"], cache: PoolingCache
) -> Float[ndarray, "time batch output"]:
    """Each output gets its share: all of it for final and max, a 1/n-th for mean, 0 at padding."""
    check_sizes(
        "pool_backward", weights=(cache.weights, "time batch output"), dencodings=(dencodings, "batch output")
    )
    return cache.weights * dencodings
