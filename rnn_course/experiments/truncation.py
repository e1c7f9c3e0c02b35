"""The gradient of W_h as a sum over time, and how good it is when the sum is cut short: lecture 06."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, NamedTuple

import numpy as np
from jaxtyping import Float, Int
from numpy import ndarray

from rnn_course.cells.cell import CELLS, Cell, Params
from rnn_course.cells.parameters import named_arrays
from rnn_course.errors import CourseError
from rnn_course.gradients.contributions import contributions, cosine, truncated_gradient


class Problem(NamedTuple):
    """A network, what it reads, and the gradient that comes to its outputs from above.

    Attributes:
        cell: a cell, or a stack of cells.
        params: its weights.
        x: [time, batch, embed].
        doutputs: dJ/doutputs, [time, batch, output].
    """

    cell: Cell
    params: Params
    x: Float[ndarray, "time batch embed"]
    doutputs: Float[ndarray, "time batch output"]


def new_network(
    seed: int = 0,
    *,
    cell_name: str = "elman",
    hidden_size: int = 32,
    steps: int = 40,
    batch_size: int = 8,
    only_last: bool = False,
    **options: Any,
) -> Problem:
    """A network before training, that reads noise and gets a random gradient at each output.

    Args:
        seed: draws weights, inputs and gradients.
        cell_name: "elman", "lstm" or "gru".
        hidden_size: units, and the size of the inputs.
        steps: length of the sequences.
        batch_size: sequences.
        only_last: let the gradient come to the last output only.
        options: of the first weights.

    Raises:
        CourseError: if the cell is unknown.
    """
    if cell_name not in CELLS:
        raise CourseError(f"new_network: the cells are {sorted(CELLS)}, got {cell_name!r}")
    cell, rng = CELLS[cell_name], np.random.default_rng(seed)
    params = cell.init(hidden_size, hidden_size, rng, **options)
    x = rng.standard_normal((steps, batch_size, hidden_size))
    doutputs = rng.standard_normal((steps, batch_size, hidden_size))
    if only_last:
        doutputs[:-1] = 0
    return Problem(cell, params, x, doutputs)


@dataclass(frozen=True)
class ContributionBars:
    """The parts of one array's gradient.

    Args:
        name: the array.
        steps: t = 1 .. T.
        norms: the norm of the part from step t, [time].
        along: the part's share in the full gradient: its component in that direction, as a share of the full
            gradient's norm, [time]. These sum to 1.
        full: the full gradient from the cell's own backward pass.
        sum_error: largest difference between the parts' sum and `full`, over `full`'s largest entry.
    """

    name: str
    steps: Int[ndarray, " time"]
    norms: Float[ndarray, " time"]
    along: Float[ndarray, " time"]
    full: Float[ndarray, "..."]
    sum_error: float


def contribution_bars(problem: Problem | None = None, *, name: str = "W_h") -> ContributionBars:
    """The gradient of a repeated weight is the sum over its appearances.

    Shows: for the loss of the last step, the bars fall towards the past: a few steps make up nearly all of
    the gradient. The parts sum to the full gradient up to rounding.

    Args:
        problem: by default a new Elman network whose last step alone has a loss.
        name: of the array, such as "W_h", or "layers.0.W_f" in a stack of LSTMs.

    Raises:
        CourseError: if there is no such array.
    """
    cell, params, x, doutputs = new_network(only_last=True) if problem is None else problem
    parts = contributions(cell, params, x, doutputs, names=[name])[name]
    _, cache = cell.forward(params, x)
    full = dict(named_arrays(cell.backward(doutputs, cache)[0]))[name]
    flat, whole = parts.reshape(len(parts), -1), full.ravel()
    return ContributionBars(
        name=name,
        steps=np.arange(1, len(parts) + 1),
        norms=np.linalg.norm(flat, axis=1),
        along=flat @ whole / (whole @ whole),
        full=full,
        sum_error=float(abs(parts.sum(axis=0) - full).max() / abs(full).max()),
    )


@dataclass(frozen=True)
class TruncationQuality:
    """How near the truncated gradient is to the full one.

    Args:
        steps: how far each loss looks back.
        cosines: of the angle between the two gradients, all parameters together, [steps].
        lengths: the truncated gradient's norm as a multiple of the full one's, [steps].
    """

    steps: Int[ndarray, " steps"]
    cosines: Float[ndarray, " steps"]
    lengths: Float[ndarray, " steps"]


def truncation_quality(
    problem: Problem | None = None, *, steps: Sequence[int] = (1, 2, 3, 5, 8, 12, 20, 30)
) -> TruncationQuality:
    """Cosine and length of the gradient when each loss looks back only so many steps.

    Shows: for a new Elman network the direction is right after a few steps, because what was cut had
    vanished; an LSTM that remembers needs more. A cosine near 1 says that little is lost, not that there
    was nothing to learn further back.

    Args:
        problem: by default a new Elman network with a loss at every step.
        steps: truncations to try; those above the length of the sequence are the full gradient.

    Raises:
        CourseError: if a number of steps is below 1.
    """
    cell, params, x, doutputs = new_network() if problem is None else problem
    _, cache = cell.forward(params, x)
    full = cell.backward(doutputs, cache)[0]
    cosines, lengths = [], []
    for k in steps:
        truncated = truncated_gradient(cell, params, x, doutputs, steps=k)
        cosines.append(cosine(truncated, full))
        lengths.append(_norm(truncated) / _norm(full))
    return TruncationQuality(np.array(steps), np.array(cosines), np.array(lengths))


def _norm(tree: Any) -> float:
    return float(np.sqrt(sum((array**2).sum() for _, array in named_arrays(tree))))
