"""What a model needs of a cell: one record of functions, so that one word swaps an Elman cell for an LSTM."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
from jaxtyping import Float, Int
from numpy import ndarray

from rnn_course.cells import elman, elman_fast, gru, gru_fast, gru_reset_after, lstm, lstm_fast
from rnn_course.cells.parameters import map_arrays

Params = Any  # ElmanParams, LSTMParams, GRUParams, or a tuple of such
State = Any  # an array [batch, hidden], or a (named) tuple of states
Cache = Any


@dataclass(frozen=True)
class Cell:
    """A cell, or a network of cells, as a record of pure functions.

    Args:
        name: "elman", "lstm", "gru", "2-layer lstm" ...
        init: (embed_size, hidden_size, rng, **options) -> params.
        initial_state: (params, batch_size) -> state before the first token, zeros.
        step: (params, state, x_t) -> (output [batch, output], state) after one token, x_t [batch, embed].
        forward: (params, x, state_0=None, lengths=None) -> (outputs [time, batch, output], cache), for x
            [time, batch, embed]. lengths, [batch], are the tokens of each sequence without its padding. What
            the outputs are at padding means nothing, and doutputs is to be 0 there.
        backward: (doutputs, cache, dstates=None) -> (dparams, dx, dstate_0). dstates is the loss's gradient
            at the states themselves, where something reads them besides the outputs; as `states(cache)`.
        states: (cache) -> the states after each token, with time as their first axis.
        output_size: (params) -> the last axis of the outputs.
        sees_future: an output depends on tokens that follow it, so that nothing can be predicted from it.
        drops: `forward` takes `dropout` and `rng` besides.
    """

    name: str
    init: Callable[..., Params]
    initial_state: Callable[[Params, int], State]
    step: Callable[[Params, State, ndarray], tuple[ndarray, State]]
    forward: Callable[..., tuple[ndarray, Cache]]
    backward: Callable[..., tuple[Params, ndarray, State]]
    states: Callable[[Cache], State]
    output_size: Callable[[Params], int]
    sees_future: bool = False
    drops: bool = False


def state_at(states: State, lengths: Int[ndarray, " batch"] | None = None) -> State:
    """The state after each sequence's last token: states[lengths[b] - 1] for each b of the batch.

    Args:
        states: what `cell.states(cache)` gives, arrays [time, batch, hidden].
        lengths: tokens in each sequence, at least 1; all of full length if left out.
    """

    def last(array: Float[ndarray, "time batch hidden"]) -> Float[ndarray, "batch hidden"]:
        # A copy, so that keeping a state does not keep the states of all steps.
        return array[-1].copy() if lengths is None else array[lengths - 1, np.arange(array.shape[1])]

    return map_arrays(last, states)


def state_at_backward(dstate: State, states: State, lengths: Int[ndarray, " batch"] | None = None) -> State:
    """The gradient at all states when only the ones that `state_at` picked were used: 0 at all others."""

    def spread(dlast: Float[ndarray, "batch hidden"], array: ndarray) -> Float[ndarray, "time batch hidden"]:
        dall = np.zeros_like(array)
        dall[-1 if lengths is None else lengths - 1, np.arange(array.shape[1])] = dlast
        return dall

    return map_arrays(spread, dstate, states)


def backward_of_one_state(backward: Callable[..., Any]) -> Callable[..., Any]:
    """`Cell.backward` for a cell whose state is its output h: a gradient at either is a gradient at h."""

    def with_states(dh: ndarray, cache: Cache, dstates: ndarray | None = None) -> Any:
        return backward(dh if dstates is None else dh + dstates, cache)

    return with_states


def backward_of_lstm_state(backward: Callable[..., Any]) -> Callable[..., Any]:
    """`Cell.backward` for a cell whose state is (h, c) and whose output is h."""

    def with_states(dh: ndarray, cache: Cache, dstates: lstm.LSTMState | None = None) -> Any:
        return backward(dh, cache) if dstates is None else backward(dh + dstates[0], cache, dstates[1])

    return with_states


def _states_h(cache: Any) -> ndarray:
    return cache.h[1:]


def _states_h_and_c(cache: lstm.LSTMCache) -> lstm.LSTMState:
    return lstm.LSTMState(cache.h[1:], cache.c[1:])


def _fast_states_of_elman(cache: elman_fast.ElmanFastCache) -> ndarray:
    return cache.h.transpose(0, 2, 1)


def _fast_states_of_gru(cache: gru_fast.GRUFastCache) -> ndarray:
    return cache.h


def _fast_states_of_lstm(cache: lstm_fast.LSTMFastCache) -> lstm.LSTMState:
    return lstm.LSTMState(cache.h, cache.c[1:].transpose(0, 2, 1))


def forward_of_one_direction(forward: Callable[..., Any]) -> Callable[..., Any]:
    """`Cell.forward` for a cell that reads from left to right: what follows a sequence cannot change it."""

    def with_lengths(
        params: Params, x: ndarray, state_0: State = None, lengths: ndarray | None = None
    ) -> Any:
        return forward(params, x, state_0)

    return with_lengths


def step_of_one_state(step: Callable[..., ndarray]) -> Callable[..., tuple[ndarray, ndarray]]:
    """`Cell.step` for a cell whose state is its output h."""

    def with_output(params: Params, state: ndarray, x_t: ndarray) -> tuple[ndarray, ndarray]:
        h = step(params, state, x_t)
        return h, h

    return with_output


def _lstm_step(params: Params, state: lstm.LSTMState, x_t: ndarray) -> tuple[ndarray, lstm.LSTMState]:
    state = lstm.lstm_step(params, state, x_t)
    return state.h, state


def _hidden_size(params: Any) -> int:
    return params[0].shape[0]  # the first array of every cell is a W, whose rows are outputs


ELMAN = Cell(
    name="elman",
    init=elman.elman_init,
    initial_state=elman.elman_initial_state,
    step=step_of_one_state(elman.elman_step),
    forward=forward_of_one_direction(elman.elman_forward),
    backward=backward_of_one_state(elman.elman_backward),
    states=_states_h,
    output_size=_hidden_size,
)
LSTM = Cell(
    name="lstm",
    init=lstm.lstm_init,
    initial_state=lstm.lstm_initial_state,
    step=_lstm_step,
    forward=forward_of_one_direction(lstm.lstm_forward),
    backward=backward_of_lstm_state(lstm.lstm_backward),
    states=_states_h_and_c,
    output_size=_hidden_size,
)
GRU = Cell(
    name="gru",
    init=gru.gru_init,
    initial_state=gru.gru_initial_state,
    step=step_of_one_state(gru.gru_step),
    forward=forward_of_one_direction(gru.gru_forward),
    backward=backward_of_one_state(gru.gru_backward),
    states=_states_h,
    output_size=_hidden_size,
)
GRU_RESET_AFTER = replace(
    GRU,
    name="gru_reset_after",
    init=gru_reset_after.gru_reset_after_init,
    initial_state=gru_reset_after.gru_reset_after_initial_state,
    step=step_of_one_state(gru_reset_after.gru_reset_after_step),
    forward=forward_of_one_direction(gru_reset_after.gru_reset_after_forward),
    backward=backward_of_one_state(gru_reset_after.gru_reset_after_backward),
)

TAUGHT_CELLS = {cell.name: cell for cell in (ELMAN, LSTM, GRU, GRU_RESET_AFTER)}
"""The cells as the lectures write them."""

CELLS = {
    "elman": replace(
        ELMAN,
        forward=forward_of_one_direction(elman_fast.elman_fast_forward),
        backward=backward_of_one_state(elman_fast.elman_fast_backward),
        states=_fast_states_of_elman,
    ),
    "lstm": replace(
        LSTM,
        forward=forward_of_one_direction(lstm_fast.lstm_fast_forward),
        backward=backward_of_lstm_state(lstm_fast.lstm_fast_backward),
        states=_fast_states_of_lstm,
    ),
    "gru": replace(
        GRU,
        forward=forward_of_one_direction(gru_fast.gru_fast_forward),
        backward=backward_of_one_state(gru_fast.gru_fast_backward),
        states=_fast_states_of_gru,
    ),
    "gru_reset_after": GRU_RESET_AFTER,
}
"""The same cells, with the fast forms of forward and backward where there are such: what models use."""
