"""The gradient of a repeated weight, taken apart: one part for each step at which the weight appears."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

import numpy as np
from jaxtyping import Float
from numpy import ndarray

from rnn_course.cells.cell import Cell, Params, State
from rnn_course.cells.parameters import map_arrays, named_arrays
from rnn_course.errors import CourseError, ShapeError, check_sizes
from rnn_course.gradients.flow import backward_by_step, check_left_to_right


def contributions(
    cell: Cell,
    params: Params,
    x: Float[ndarray, "time batch embed"],
    doutputs: Float[ndarray, "time batch output"],
    state_0: State = None,
    *,
    names: Iterable[str] | None = None,
) -> dict[str, Float[ndarray, "time *axes"]]:
    """dJ/dW = sum over t of dJ/dW|_(t), the part that comes from the appearance of W at step t.

    Args:
        cell: a cell, or a stack of cells.
        x: what it reads, [time, batch, embed].
        doutputs: the loss's gradient at each output. With zeros everywhere but at the last step, the parts
            are those of the last step's loss: how much it learns from each step of its past.
        state_0: the state before the first step; zeros if left out.
        names: the arrays to keep, such as `["W_h"]` or `["layers.0.W_h"]`; all of them if left out.

    Returns:
        For each array of the parameters, by name, its parts with time as their first axis.

    Raises:
        CourseError: if an array of `names` does not exist, or the network reads from the right too.
        ShapeError: if a size does not fit.
    """
    known = [name for name, _ in named_arrays(params)]
    wanted = known if names is None else list(names)
    unknown = set(wanted) - set(known)
    if unknown:
        raise CourseError(f"contributions: {cell.name} has the arrays {known}, not {sorted(unknown)}")
    parts: dict[str, list[ndarray]] = {name: [] for name in wanted}
    for step in backward_by_step(cell, params, x, doutputs, state_0):
        for name, array in named_arrays(step.dparams):
            if name in parts:
                parts[name].append(array)
    return {name: np.stack(arrays[::-1]) for name, arrays in parts.items()}


def truncated_gradient(
    cell: Cell,
    params: Params,
    x: Float[ndarray, "time batch embed"],
    doutputs: Float[ndarray, "time batch output"],
    state_0: State = None,
    *,
    steps: int,
) -> Params:
    """dJ/dparams if the loss of each step looks back only `steps` steps.

        sum over t of (sum over s = t - steps + 1 .. t of dJ^(t)/dW|_(s))

    The states are those of the whole sequence; only the way back is cut. With `steps` at least the length
    of x, nothing is cut and it is the full gradient.

    Args:
        cell: a cell, or a stack of cells.
        x, doutputs, state_0: as for `contributions`.
        steps: how far each loss looks back, at least 1 (its own step).

    Raises:
        CourseError: if steps < 1, or the network reads from the right too.
        ShapeError: if doutputs has not the shape of the outputs.

    Source: Williams & Peng 1990.
    """
    check_left_to_right("truncated_gradient", cell)
    check_sizes("truncated_gradient", x=(x, "time batch embed"), doutputs=(doutputs, "time batch output"))
    if steps < 1:
        raise CourseError(f"truncated_gradient: a loss looks back at least 1 step, its own, got {steps}")
    T, B, D = x.shape
    outputs, cache = cell.forward(params, x, state_0)
    if doutputs.shape != outputs.shape:
        raise ShapeError(
            f"truncated_gradient: doutputs are {doutputs.shape}, but the outputs {outputs.shape}"
        )
    if steps >= T:
        return cell.backward(doutputs, cache)[0]
    windows = T - steps  # the losses after the first `steps`, each with a window of its own, side by side
    states = map_arrays(lambda array: array[:windows].reshape(windows * B, -1), cell.states(cache))
    first = np.arange(1, windows + 1)
    x_of_windows = x[first + np.arange(steps)[:, None]].reshape(steps, windows * B, D)
    _, first_cache = cell.forward(params, x[:steps], state_0)
    dparams, _, _ = cell.backward(doutputs[:steps], first_cache)
    outputs, cache = cell.forward(params, x_of_windows, states)
    dlast = np.zeros_like(outputs)
    dlast[-1] = doutputs[steps:].reshape(windows * B, -1)
    of_windows, _, _ = cell.backward(dlast, cache)
    return map_arrays(np.add, dparams, of_windows)


def cosine(gradient: Any, other: Any) -> float:
    """The cosine of the angle between two gradients, each taken as one long vector.

    Args:
        gradient: an array, or arrays in (named) tuples or dicts.
        other: the same structure.

    Raises:
        ShapeError: if the structures differ.
        CourseError: if one of them is 0 everywhere, which has no direction.
    """
    first, second = dict(named_arrays(gradient)), dict(named_arrays(other))
    shapes, other_shapes = ({name: array.shape for name, array in tree.items()} for tree in (first, second))
    if shapes != other_shapes:
        raise ShapeError(f"cosine: the gradients are {shapes} and {other_shapes}")
    a, b = (np.concatenate([array.ravel() for array in tree.values()]) for tree in (first, second))
    lengths = np.linalg.norm(a) * np.linalg.norm(b)
    if not lengths:
        raise CourseError("cosine: a gradient is 0 everywhere, so it has no direction")
    return float(np.clip(a @ b / lengths, -1, 1))
