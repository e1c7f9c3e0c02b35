"""Layers of cells, each reading what the one below it says, with or without connections past a layer."""

from __future__ import annotations

from typing import Any, Literal, NamedTuple

import numpy as np
from jaxtyping import Float, Int
from numpy import ndarray

from rnn_course.cells.cell import Cache, Cell, Params, State
from rnn_course.cells.highway import (
    HighwayCache,
    HighwayParams,
    highway_backward,
    highway_forward,
    highway_init,
)
from rnn_course.errors import CourseError

Skip = Literal["residual", "dense", "highway"] | None


class StackedParams(NamedTuple):
    """Weights of the layers, lowest first; HighwayParams where a layer has a gate beside it."""

    layers: tuple[Params, ...]


class StackedCache(NamedTuple):
    """The layers' caches, what dropout multiplied their outputs with, and each level's size, from x up.

    gates has the caches of the gates beside the layers, None where there is none.
    """

    layers: tuple[Cache, ...]
    masks: tuple[ndarray | None, ...]
    sizes: tuple[int, ...]
    gates: tuple[HighwayCache | None, ...]


def _input_of_layer(levels: list[ndarray], skip: Skip) -> ndarray:
    """What a layer reads: the level below it, or all of them side by side."""
    return np.concatenate(levels, axis=-1) if skip == "dense" else levels[-1]


def _level(layer: Params, output: ndarray, below: ndarray, skip: Skip) -> tuple[ndarray, HighwayCache | None]:
    """What a layer gives to those above it: its output, mixed with what it read where the sizes allow it."""
    if isinstance(layer, HighwayParams):
        return highway_forward(layer, output, below)
    return output + below if skip == "residual" and output.shape == below.shape else output, None


def _of_cell(layer: Params) -> Params:
    """A layer's weights without those of its gate."""
    return layer.cell if isinstance(layer, HighwayParams) else layer


def stacked_step(
    cell: Cell,
    params: StackedParams,
    state: tuple[State, ...],
    x_t: Float[ndarray, "batch embed"],
    *,
    skip: Skip = None,
) -> tuple[Float[ndarray, "batch output"], tuple[State, ...]]:
    """Read one token with all layers, lowest first.

    Args:
        state: one state for each layer.
        x_t: embeddings of the current tokens, [batch, embed].
        skip: see `stacked_forward`.

    Returns:
        The top level, [batch, output], and the new states.
    """
    levels, states = [x_t], []
    for layer, layer_state in zip(params.layers, state, strict=True):
        below = _input_of_layer(levels, skip)
        output, layer_state = cell.step(_of_cell(layer), layer_state, below)
        states.append(layer_state)
        levels.append(_level(layer, output, below, skip)[0])
    return levels[-1], tuple(states)


def stacked_forward(
    cell: Cell,
    params: StackedParams,
    x: Float[ndarray, "time batch embed"],
    state_0: tuple[State, ...] | None = None,
    lengths: Int[ndarray, " batch"] | None = None,
    *,
    skip: Skip = None,
    dropout: float = 0.0,
    rng: np.random.Generator | None = None,
) -> tuple[Float[ndarray, "time batch output"], StackedCache]:
    """Read a sequence with each layer in turn. y_0 is x, y_l the level that layer l gives to those above it.

        plain      y_l = layer_l(y_(l-1))
        residual   y_l = layer_l(y_(l-1)) + y_(l-1)      where the sizes agree
        dense      y_l = layer_l([y_0; ...; y_(l-1)])
        highway    y_l = tau * layer_l(y_(l-1)) + (1 - tau) * y_(l-1)      where the sizes agree,
                   tau = sigmoid(W_tau y_(l-1) + b_tau)

    Args:
        cell: the cell of every layer.
        x: embeddings of the tokens, [time, batch, embed].
        state_0: one state for each layer; zeros if left out.
        lengths: tokens in each sequence, which bidirectional layers have to know where there is padding.
        skip: None, "residual", "dense" or "highway". It must be what the parameters were made for.
        dropout: share of the outputs set to 0, in all layers but the top one (Zaremba et al. 2014).
        rng: draws what is dropped; needed where `dropout` is above 0.

    Returns:
        The top level, [time, batch, output], and the cache for `stacked_backward`.

    Raises:
        CourseError: if dropout lies outside [0, 1) or has no rng.
        ShapeError: if the weights, state_0 and x disagree on a size.

    Source: Graves et al. 2013; residual: He et al. 2016; dense: Huang et al. 2017; highway: Srivastava et
    al. 2015.
    """
    if not 0 <= dropout < 1 or (dropout and rng is None):
        raise CourseError(f"stacked_forward: dropout is in [0, 1) and needs an rng, got {dropout} and {rng}")
    depth = len(params.layers)
    states = (None,) * depth if state_0 is None else state_0
    levels, caches, masks, gates = [x], [], [], []
    for index, (layer, layer_state) in enumerate(zip(params.layers, states, strict=True)):
        below = _input_of_layer(levels, skip)
        output, cache = cell.forward(_of_cell(layer), below, layer_state, lengths)
        mask = None
        if rng is not None and dropout and index < depth - 1:
            mask = (rng.random(output.shape, np.float32) >= dropout).astype(output.dtype) / (1 - dropout)
            output = output * mask
        level, gate = _level(layer, output, below, skip)
        levels.append(level)
        caches.append(cache)
        masks.append(mask)
        gates.append(gate)
    sizes = tuple(level.shape[-1] for level in levels)
    return levels[-1], StackedCache(tuple(caches), tuple(masks), sizes, tuple(gates))


def stacked_backward(
    cell: Cell,
    doutputs: Float[ndarray, "time batch output"],
    cache: StackedCache,
    dstates: tuple[State, ...] | None = None,
    *,
    skip: Skip = None,
) -> tuple[StackedParams, Float[ndarray, "time batch embed"], tuple[State, ...]]:
    """Each layer's gradient goes to whatever it read, through a residual connection unchanged, and through
    a highway's gate as far as that is open.

    Args:
        cell, skip: as given to `stacked_forward`.
        doutputs: the loss's gradient at the top level, [time, batch, output].
        cache: what `stacked_forward` returned.
        dstates: the gradient at the layers' states themselves, as `states(cache)`.

    Returns:
        Gradients of the parameters, of x, [time, batch, embed], and of state_0.
    """
    depth = len(cache.layers)
    sizes = cache.sizes
    dlevels: list[Any] = [0] * depth + [doutputs]
    dparams, dstate_0 = [], []
    for index in reversed(range(depth)):
        dlevel, mask, gate = dlevels[index + 1], cache.masks[index], cache.gates[index]
        doutput, dpast = dlevel, None
        if gate is not None:
            dW_tau, db_tau, doutput, dpast = highway_backward(dlevel, gate)
        elif skip == "residual" and sizes[index] == sizes[index + 1]:
            dpast = dlevel
        doutput = doutput if mask is None else doutput * mask
        of_states = None if dstates is None else dstates[index]
        dlayer, dbelow, dstate = cell.backward(doutput, cache.layers[index], of_states)
        if gate is not None:
            dlayer = HighwayParams(dW_tau, db_tau, dlayer)
        if dpast is not None:
            dbelow = dbelow + dpast
        parts = np.split(dbelow, np.cumsum(sizes[:index]), axis=-1) if skip == "dense" else [dbelow]
        first = 0 if skip == "dense" else index
        for k, part in enumerate(parts, start=first):
            dlevels[k] = dlevels[k] + part
        dparams.append(dlayer)
        dstate_0.append(dstate)
    return StackedParams(tuple(dparams[::-1])), dlevels[0], tuple(dstate_0[::-1])


def stacked(cell: Cell, depth: int, *, skip: Skip = None) -> Cell:
    """A network of `depth` layers of such cells as a Cell of its own, its state a tuple of the layers'.

    `forward` takes `dropout` and `rng` besides; a highway's `init` takes `transform_bias`, as `highway_init`.

    Raises:
        CourseError: if depth < 1, or skip is none of None, "residual", "dense" and "highway".
    """
    if depth < 1 or skip not in (None, "residual", "dense", "highway"):
        expected = 'depth 1 or more, and skip None, "residual", "dense" or "highway"'
        raise CourseError(f"a stack has {expected}; got depth {depth}, skip {skip!r}")

    def init(embed_size: int, hidden_size: int, rng: np.random.Generator, **options: Any) -> StackedParams:
        of_gates = {"dtype": options["dtype"]} if "dtype" in options else {}
        if skip == "highway" and "transform_bias" in options:
            of_gates["transform_bias"] = options.pop("transform_bias")
        layers, sizes = [], [embed_size]
        for _ in range(depth):
            below = sum(sizes) if skip == "dense" else sizes[-1]
            layer = cell.init(below, hidden_size, rng, **options)
            sizes.append(cell.output_size(layer))
            gated = skip == "highway" and sizes[-1] == below
            layers.append(highway_init(layer, below, rng, **of_gates) if gated else layer)
        return StackedParams(tuple(layers))

    def initial_state(params: StackedParams, batch_size: int) -> tuple[State, ...]:
        return tuple(cell.initial_state(_of_cell(layer), batch_size) for layer in params.layers)

    def step(params: Params, state: State, x_t: ndarray) -> tuple[ndarray, State]:
        return stacked_step(cell, params, state, x_t, skip=skip)

    def forward(
        params: Params, x: ndarray, state_0: State = None, lengths: ndarray | None = None, **options: Any
    ) -> tuple[ndarray, Cache]:
        return stacked_forward(cell, params, x, state_0, lengths, skip=skip, **options)

    def backward(doutputs: ndarray, cache: Cache, dstates: State = None) -> tuple[Params, ndarray, State]:
        return stacked_backward(cell, doutputs, cache, dstates, skip=skip)

    def states(cache: StackedCache) -> tuple[State, ...]:
        return tuple(cell.states(layer) for layer in cache.layers)

    def output_size(params: StackedParams) -> int:
        return cell.output_size(_of_cell(params.layers[-1]))

    name = f"{depth}-layer {cell.name}" + (f" ({skip})" if skip else "")
    return Cell(
        name,
        init,
        initial_state,
        step,
        forward,
        backward,
        states,
        output_size,
        sees_future=cell.sees_future,
        drops=True,
    )
