"""Sequences of different lengths side by side, without computing much of their padding.

    a b c d e f g h i j        read 4 steps of all three columns, then 4 steps of the first two, then the
    k l m n o . . . . .        rest of the first alone: 4 * 3 + 4 * 2 + 2 * 1 steps of one column each
    p q . . . . . . . .        instead of 10 * 3

Columns are sorted by length, longest first, and those that have ended are left out from block to block.
"""

from __future__ import annotations

from dataclasses import replace
from typing import Any, NamedTuple

import numpy as np
from jaxtyping import Float, Int
from numpy import ndarray

from rnn_course.cells.cell import Cache, Cell, Params, State, state_at
from rnn_course.cells.parameters import map_arrays
from rnn_course.errors import CourseError, ShapeError, check_sizes


class Block(NamedTuple):
    """Some steps of the columns that have not ended before them.

    Attributes:
        steps: which of the sequence's steps.
        columns: which columns, longest first.
        cache: the cell's.
    """

    steps: slice
    columns: Int[ndarray, " columns"]
    cache: Cache


class PackedCache(NamedTuple):
    """What the backward pass needs."""

    blocks: list[Block]
    batch_shape: tuple[int, int]  # time, batch
    embed_size: int


def packed(cell: Cell, *, steps: int = 8) -> Cell:
    """The same cell, which spares most of the padding where `forward` is told the lengths.

    What it computes is the same, and its outputs and states at padding, which mean nothing, are often 0.
    A bidirectional cell is returned as it is: its two directions end at different steps.

    Args:
        steps: of a block, after which columns that have ended are left out.

    Raises:
        CourseError: if steps < 1.
    """
    if steps < 1:
        raise CourseError(f"a block has at least 1 step, got {steps}")
    if cell.sees_future:
        return cell

    def forward(
        params: Params, x: ndarray, state_0: State = None, lengths: ndarray | None = None, **options: Any
    ) -> tuple[Float[ndarray, "time batch output"], Any]:
        check_sizes("packed", x=(x, "time batch embed"), lengths=(lengths, "batch"))
        if lengths is None or (lengths == len(x)).all():
            return cell.forward(params, x, state_0, lengths, **options)
        if lengths.min() < 1 or lengths.max() > len(x):
            raise ShapeError(f"packed: lengths are integers from 1 to {len(x)}, got {lengths}")
        return _forward(cell, params, x, state_0, lengths, steps, options)

    def backward(doutputs: ndarray, cache: Any, dstates: State = None) -> tuple[Params, ndarray, State]:
        whole = not isinstance(cache, PackedCache)
        return cell.backward(doutputs, cache, dstates) if whole else _backward(cell, doutputs, cache, dstates)

    def states(cache: Any) -> State:
        return _states(cell, cache) if isinstance(cache, PackedCache) else cell.states(cache)

    return replace(cell, forward=forward, backward=backward, states=states)


def _forward(
    cell: Cell,
    params: Params,
    x: ndarray,
    state_0: State,
    lengths: ndarray,
    steps: int,
    options: dict[str, Any],
) -> tuple[ndarray, PackedCache]:
    """Block by block; the state of the columns that go on is handed over."""
    T, B, D = x.shape
    order = np.argsort(-lengths, kind="stable")
    state = None if state_0 is None else map_arrays(lambda array: array[order], state_0)
    outputs: Any = None
    blocks = []
    for start in range(0, int(lengths.max()), steps):
        of_block = slice(start, min(start + steps, T))
        columns = order[: np.count_nonzero(lengths > start)]
        state = None if state is None else _first(state, len(columns))
        read, cache = cell.forward(params, x[of_block, columns], state, **options)
        if outputs is None:
            outputs = np.zeros((T, B, read.shape[-1]), read.dtype)
        outputs[of_block, columns] = read
        state = state_at(cell.states(cache))
        blocks.append(Block(of_block, columns, cache))
    return outputs, PackedCache(blocks, (T, B), D)


def _backward(
    cell: Cell, doutputs: ndarray, cache: PackedCache, dstates: State
) -> tuple[Params, ndarray, State]:
    """Block by block from the last, with the gradient at the states that were handed over."""
    dparams: Any = None
    dx = np.zeros((*cache.batch_shape, cache.embed_size), doutputs.dtype)
    dlater: State = None
    for block in reversed(cache.blocks):
        here = (block.steps, block.columns)
        of_states = None if dstates is None else _picked(dstates, here)
        if dlater is not None:
            of_states = _with_last(of_states, dlater, cell.states(block.cache))
        dblock, dx[here], dlater = cell.backward(doutputs[here], block.cache, of_states)
        dparams = dblock if dparams is None else map_arrays(np.add, dparams, dblock)
    back = np.argsort(cache.blocks[0].columns)
    return dparams, dx, map_arrays(lambda array: array[back], dlater)


def _states(cell: Cell, cache: PackedCache) -> State:
    """The states after each token, 0 in blocks that a column has not reached."""
    whole: State = None
    for block in cache.blocks:
        states = cell.states(block.cache)
        if whole is None:
            whole = map_arrays(lambda a: np.zeros((*cache.batch_shape, *a.shape[2:]), a.dtype), states)
        _put(whole, (block.steps, block.columns), states)
    return whole


def _first(state: State, count: int) -> State:
    return map_arrays(lambda array: array[:count], state)


def _picked(tree: State, here: tuple[slice, ndarray]) -> State:
    return map_arrays(lambda array: array[here], tree)


def _put(tree: State, here: tuple[slice, ndarray], values: State) -> None:
    def put(array: ndarray, value: ndarray) -> None:
        array[here] = value

    map_arrays(put, tree, values)


def _with_last(of_states: State, dlast: State, like: State) -> State:
    """Gradients at a block's states, with what the next block says about its last ones added."""
    if of_states is None:
        of_states = map_arrays(np.zeros_like, like)

    def add(array: ndarray, last: ndarray) -> None:
        array[-1, : len(last)] += last

    map_arrays(add, of_states, dlast)
    return of_states
