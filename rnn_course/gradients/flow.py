"""Gradients followed back through time, one step after another, in any cell that reads from left to right."""

from __future__ import annotations

from collections.abc import Iterator
from typing import NamedTuple

import numpy as np
from jaxtyping import Float
from numpy import ndarray

from rnn_course.cells.cell import Cell, Params, State
from rnn_course.cells.parameters import map_arrays, named_arrays
from rnn_course.errors import CourseError, ShapeError, check_sizes


class StepBack(NamedTuple):
    """What one step of backpropagation through time gives.

    Attributes:
        t: the step, counted from 1, that the gradient has just passed.
        dparams: the part of dJ/dparams that comes from the weights' appearance at this step.
        dstate: dJ/dstate^(t-1), in the structure of the cell's state.
    """

    t: int
    dparams: Params
    dstate: State


def backward_by_step(
    cell: Cell,
    params: Params,
    x: Float[ndarray, "time batch embed"],
    doutputs: Float[ndarray, "time batch output"],
    state_0: State = None,
) -> Iterator[StepBack]:
    """Backpropagation through time, one step at a time from the last to the first.

    The cell's own backward is called on pieces of one step, each with the gradient at its state that the
    later piece gave back. So it is the same gradient, taken apart, for whatever cell.

    Args:
        cell: a cell, or a stack of cells.
        x: what it reads, [time, batch, embed].
        doutputs: the loss's gradient at each output, [time, batch, output].
        state_0: the state before the first step; zeros if left out.

    Raises:
        CourseError: if the network reads from the right too, whose states do not follow one another.
        ShapeError: if doutputs has not the shape of the outputs, or x is empty.
    """
    check_left_to_right("backward_by_step", cell)
    check_sizes("backward_by_step", x=(x, "time batch embed"), doutputs=(doutputs, "time batch output"))
    if not len(x):
        raise ShapeError("backward_by_step: x has no steps")
    if state_0 is None:
        state_0 = cell.initial_state(params, x.shape[1])
    outputs, cache = cell.forward(params, x, state_0)
    if doutputs.shape != outputs.shape:
        raise ShapeError(f"backward_by_step: doutputs are {doutputs.shape}, but the outputs {outputs.shape}")
    states = map_arrays(lambda array: array.copy(), cell.states(cache))
    del outputs, cache
    dstate: State = None
    for t in range(len(x), 0, -1):
        before = state_0 if t == 1 else map_arrays(lambda array, t=t: array[t - 2], states)
        _, step_cache = cell.forward(params, x[t - 1 : t], before)
        dstates = None if dstate is None else map_arrays(lambda array: array[None], dstate)
        dparams, _, dstate = cell.backward(doutputs[t - 1 : t], step_cache, dstates)
        yield StepBack(t, dparams, dstate)


class GradientByLag(NamedTuple):
    """How much of the gradient is left after so many steps back.

    Attributes:
        lags: 1 .. T.
        norms: for each array of the state, by name ("h", "layers.0.c" ...; "" where the state is one array),
            the norm of dJ^(T)/dstate^(T-lag), [lag, batch].
        at_loss: the norm of dJ^(T)/doutput^(T), where the gradient starts, [batch].
    """

    lags: ndarray
    norms: dict[str, Float[ndarray, "lag batch"]]
    at_loss: Float[ndarray, " batch"]

    @property
    def total(self) -> Float[ndarray, "lag batch"]:
        """The norm over all arrays of the state together."""
        return np.sqrt(sum(norm**2 for norm in self.norms.values()))

    def remaining(self, name: str | None = None) -> Float[ndarray, " lag"]:
        """The mean norm over the batch as a share of that at the loss, for one array or all together.

        Raises:
            CourseError: if the gradient at the loss is 0, or there is no such array.
        """
        if name is not None and name not in self.norms:
            raise CourseError(f"remaining: the state has the arrays {sorted(self.norms)}, not {name!r}")
        start = float(self.at_loss.mean())
        if not start:
            raise CourseError("remaining: the gradient is 0 at the loss itself, so it has no share to lose")
        return (self.total if name is None else self.norms[name]).mean(axis=1) / start

    def horizon(self, share: float = 0.01, name: str | None = None) -> int | None:
        """The first lag at which less than `share` is left; None if it is more at all lags looked at."""
        below = np.flatnonzero(self.remaining(name) < share)
        return int(self.lags[below[0]]) if len(below) else None


def gradient_by_lag(
    cell: Cell,
    params: Params,
    x: Float[ndarray, "time batch embed"],
    doutput: Float[ndarray, "batch output"],
    state_0: State = None,
    *,
    longest: int | None = None,
) -> GradientByLag:
    """Send the gradient of a loss at the last step back, and measure it at every state that it passes.

        dJ^(T)/dstate^(T-lag) = dJ^(T)/dstate^(T) * product of the Jacobians dstate^(t)/dstate^(t-1)

    Args:
        cell: a cell, or a stack of cells (then each layer's state is measured).
        x: what it reads, [time, batch, embed].
        doutput: dJ^(T)/doutput^(T), [batch, output], such as U^T (softmax(z) - onehot(target)).
        longest: the largest lag to look at; time if left out.

    Raises:
        CourseError: if the network reads from the right too, or longest is out of range.
        ShapeError: if a size does not fit.
    """
    check_sizes("gradient_by_lag", x=(x, "time batch embed"), doutput=(doutput, "batch output"))
    T = len(x)
    longest = T if longest is None else longest
    if not 1 <= longest <= T:
        raise CourseError(f"gradient_by_lag: longest lies from 1 to {T}, the steps of x, got {longest}")
    doutputs = np.zeros((T, *doutput.shape), doutput.dtype)
    doutputs[-1] = doutput
    norms: dict[str, list[ndarray]] = {}
    for _, step in zip(range(longest), backward_by_step(cell, params, x, doutputs, state_0), strict=False):
        for name, array in named_arrays(step.dstate):
            norms.setdefault(name, []).append(np.linalg.norm(array, axis=-1))
    stacked = {name: np.stack(rows) for name, rows in norms.items()}
    return GradientByLag(np.arange(1, longest + 1), stacked, np.linalg.norm(doutput, axis=-1))


class StateJacobian(NamedTuple):
    """dstate^(T)/dstate^(0) for one sequence, all arrays of the state laid end to end.

    Attributes:
        matrix: rows are entries of the later state, columns of the earlier one, [state, state].
        parts: where each array of the state lies, by name.
    """

    matrix: Float[ndarray, "state state"]
    parts: dict[str, slice]

    def block(self, after: str, before: str) -> Float[ndarray, "after before"]:
        """d(array `after` of state^(T)) / d(array `before` of state^(0)), such as ("c", "c") of an LSTM."""
        missing = {after, before} - set(self.parts)
        if missing:
            raise CourseError(f"block: the state has {sorted(self.parts)}, not {sorted(missing)}")
        return self.matrix[self.parts[after], self.parts[before]]


def state_jacobian(
    cell: Cell, params: Params, x: Float[ndarray, "time embed"], state_0: State = None
) -> StateJacobian:
    """The Jacobian of the state after reading x, with respect to the state before it.

    One backward pass computes the product of one row vector with the Jacobian. All rows are computed
    together: the sequence is read once for each, side by side in a batch.

    Args:
        cell: a cell, or a stack of cells.
        x: one sequence, [time, embed]; x[s:t] from the state at s gives dstate^(t)/dstate^(s).
        state_0: the state before it, arrays [1, hidden]; zeros if left out.

    Raises:
        CourseError: if the network reads from the right too.
        ShapeError: if a size does not fit.
    """
    check_left_to_right("state_jacobian", cell)
    check_sizes("state_jacobian", x=(x, "time embed"))
    if not len(x):
        raise ShapeError("state_jacobian: x has no steps")
    if state_0 is None:
        state_0 = cell.initial_state(params, 1)
    parts, rows = {}, 0
    for name, array in named_arrays(state_0):
        parts[name] = slice(rows, rows + array.shape[-1])
        rows += array.shape[-1]
    side_by_side = np.repeat(x[:, None], rows, axis=1)
    outputs, cache = cell.forward(
        params, side_by_side, map_arrays(lambda array: np.repeat(array, rows, axis=0), state_0)
    )
    dstates = map_arrays(np.zeros_like, cell.states(cache))
    for name, dstate in named_arrays(dstates):
        k = np.arange(parts[name].stop - parts[name].start)
        dstate[-1, parts[name].start + k, k] = 1
    _, _, dstate_0 = cell.backward(np.zeros_like(outputs), cache, dstates)
    return StateJacobian(np.concatenate([array for _, array in named_arrays(dstate_0)], axis=1), parts)


def check_left_to_right(function: str, cell: Cell) -> None:
    """Hold the cell to be one whose state at a step comes from the state before it.

    Raises:
        CourseError: if it is bidirectional, or a stack of such.
    """

    if cell.sees_future:
        raise CourseError(
            f"{function}: {cell.name} reads from both sides, so its states do not follow in time"
        )
