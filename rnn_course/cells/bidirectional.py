"""Two cells that read a sentence in both directions: at each word, one has seen its past, one its future.

The directions are called left_to_right and right_to_left, because "backward" is the way of gradients.
"""

from __future__ import annotations

from typing import Any, NamedTuple, NoReturn

import numpy as np
from jaxtyping import Float, Int
from numpy import ndarray

from rnn_course.cells.cell import Cache, Cell, Params, State
from rnn_course.errors import CourseError, ShapeError, check_sizes


class BidirectionalParams(NamedTuple):
    """Weights of the two directions; they share none."""

    left_to_right: Params
    right_to_left: Params


class BidirectionalState(NamedTuple):
    """A state of each direction. Where there is a time axis, it counts the tokens read in that direction."""

    left_to_right: State
    right_to_left: State


class BidirectionalCache(NamedTuple):
    """The caches of the directions, and how many tokens each sequence has (None: all of them)."""

    left_to_right: Cache
    right_to_left: Cache
    lengths: Int[ndarray, " batch"] | None
    output_sizes: tuple[int, int]


def reverse_within_lengths(
    array: Float[ndarray, "time batch *axes"], lengths: Int[ndarray, " batch"] | None = None
) -> Float[ndarray, "time batch *axes"]:
    """Each sequence from its last token to its first; its padding stays behind it. Twice is the identity.

    Args:
        lengths: tokens in each sequence; all of full length if left out.
    """
    if lengths is None:
        return array[::-1]
    T, B = array.shape[:2]
    t = np.arange(T)[:, None]
    return array[np.where(t < lengths, lengths - 1 - t, t), np.arange(B)]


def _without_padding(
    array: Float[ndarray, "time batch *axes"], lengths: Int[ndarray, " batch"] | None
) -> Float[ndarray, "time batch *axes"]:
    """`array` with 0 after each sequence's end."""
    if lengths is None:
        return array
    inside = np.arange(len(array))[:, None] < lengths
    return np.where(inside[..., None], array, 0)


def bidirectional_forward(
    cell: Cell,
    params: BidirectionalParams,
    x: Float[ndarray, "time batch embed"],
    state_0: BidirectionalState | None = None,
    lengths: Int[ndarray, " batch"] | None = None,
) -> tuple[Float[ndarray, "time batch output"], BidirectionalCache]:
    """Read a batch of sequences in both directions.

        l^(t) = cell(l^(t-1), x^(t));   r^(t) = cell(r^(t+1), x^(t));   h^(t) = [l^(t); r^(t)]

    Args:
        cell: the cell of both directions.
        x: embeddings of the tokens, [time, batch, embed]; shorter sequences are padded at their end.
        state_0: what each direction starts from; zeros if left out.
        lengths: tokens in each sequence, from 1 to time; all of full length if left out. The right-to-left
            cell starts at each sequence's own last token, so that padding changes nothing.

    Returns:
        h, [time, batch, output], 0 at padding, and the cache for `bidirectional_backward`.

    Raises:
        ShapeError: if the weights, the states, x and lengths disagree on a size.

    Source: Schuster & Paliwal 1997.
    """
    check_sizes("bidirectional_forward", x=(x, "time batch embed"), lengths=(lengths, "batch"))
    if lengths is not None and (lengths.dtype.kind not in "iu" or ((lengths < 1) | (lengths > len(x))).any()):
        raise ShapeError(f"bidirectional_forward: lengths are integers from 1 to {len(x)}, got {lengths}")
    start, end = (None, None) if state_0 is None else state_0
    left, left_cache = cell.forward(params.left_to_right, x, start)
    right, right_cache = cell.forward(params.right_to_left, reverse_within_lengths(x, lengths), end)
    h = np.concatenate([left, reverse_within_lengths(right, lengths)], axis=-1)
    sizes = (left.shape[-1], right.shape[-1])
    return _without_padding(h, lengths), BidirectionalCache(left_cache, right_cache, lengths, sizes)


def bidirectional_backward(
    cell: Cell,
    dh: Float[ndarray, "time batch output"],
    cache: BidirectionalCache,
    dstates: BidirectionalState | None = None,
) -> tuple[BidirectionalParams, Float[ndarray, "time batch embed"], BidirectionalState]:
    """Each half of dh goes back through its own direction; the gradients of x add up.

    Args:
        cell: as given to `bidirectional_forward`.
        dh: the loss's gradient at each output, [time, batch, output]; at padding it is ignored.
        cache: what `bidirectional_forward` returned.
        dstates: the gradient at the states themselves, in the order in which each direction reads.

    Returns:
        Gradients of the parameters, of x, [time, batch, embed], and of state_0.
    """
    lengths = cache.lengths
    dleft, dright = np.split(_without_padding(dh, lengths), [cache.output_sizes[0]], axis=-1)
    dright = reverse_within_lengths(dright, lengths)
    of_left, of_right = (None, None) if dstates is None else dstates
    dparams_l, dx_l, dstart = cell.backward(dleft, cache.left_to_right, of_left)
    dparams_r, dx_r, dend = cell.backward(dright, cache.right_to_left, of_right)
    dx = dx_l + reverse_within_lengths(dx_r, lengths)
    return BidirectionalParams(dparams_l, dparams_r), dx, BidirectionalState(dstart, dend)


def bidirectional(cell: Cell) -> Cell:
    """A network of two such cells as a Cell of its own.

    `hidden_size` is that of one direction, the outputs are twice as wide.
    `states` are in the order in which each direction reads, so that `state_at` gives what each direction
    knows when it has read all of a sequence. There is no step: a step would have to know the future.
    """

    def init(
        embed_size: int, hidden_size: int, rng: np.random.Generator, **options: Any
    ) -> BidirectionalParams:
        return BidirectionalParams(*(cell.init(embed_size, hidden_size, rng, **options) for _ in range(2)))

    def initial_state(params: BidirectionalParams, batch_size: int) -> BidirectionalState:
        return BidirectionalState(*(cell.initial_state(direction, batch_size) for direction in params))

    def step(*_: Any) -> NoReturn:
        raise CourseError(
            "a bidirectional network cannot read one token at a time: its output at a token depends on those "
            "that follow, so it is no language model"
        )

    def forward(
        params: Params, x: ndarray, state_0: State = None, lengths: ndarray | None = None
    ) -> tuple[ndarray, Cache]:
        return bidirectional_forward(cell, params, x, state_0, lengths)

    def backward(dh: ndarray, cache: Cache, dstates: State = None) -> tuple[Params, ndarray, State]:
        return bidirectional_backward(cell, dh, cache, dstates)

    def states(cache: BidirectionalCache) -> BidirectionalState:
        return BidirectionalState(cell.states(cache.left_to_right), cell.states(cache.right_to_left))

    def output_size(params: BidirectionalParams) -> int:
        return sum(cell.output_size(direction) for direction in params)

    return Cell(
        f"bidirectional {cell.name}",
        init,
        initial_state,
        step,
        forward,
        backward,
        states,
        output_size,
        sees_future=True,
    )
