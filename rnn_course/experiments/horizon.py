"""How far back a gradient reaches before any training: about 7 steps or about 100, by the first weights."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
from jaxtyping import Float, Int
from numpy import ndarray

from rnn_course.cells.cell import CELLS
from rnn_course.cells.stacked import Skip, stacked
from rnn_course.errors import CourseError
from rnn_course.gradients.flow import gradient_by_lag

Start = tuple[str, dict[str, Any]]

STARTS: dict[str, Start] = {
    "Elman": ("elman", {}),
    "Elman, orthogonal": ("elman", {"orthogonal": True}),
    "LSTM, forget bias 0": ("lstm", {"forget_bias": 0.0}),
    "LSTM, forget bias 1": ("lstm", {"forget_bias": 1.0}),
    "LSTM, forget bias 2": ("lstm", {"forget_bias": 2.0}),
    "LSTM, forget bias 3": ("lstm", {"forget_bias": 3.0}),
    "GRU, update bias 0": ("gru", {"update_bias": 0.0}),
    "GRU, update bias -1": ("gru", {"update_bias": -1.0}),
    "GRU, update bias -3": ("gru", {"update_bias": -3.0}),
    "LSTM, chrono 100": ("lstm", {"longest_lag": 100.0}),
    "GRU, chrono 100": ("gru", {"longest_lag": 100.0}),
}
"""A cell and the options of its first weights, by name. All else is uniform in +-1/sqrt(hidden)."""


@dataclass(frozen=True)
class Horizons:
    """Where the gradient falls under a share of what it was at the loss.

    Args:
        names: the networks.
        horizons: the first lag with less than `share`, inf where there is more at the longest lag,
            [networks, seeds].
        lags: 1 .. L.
        remaining: the share of the gradient that is left, the geometric mean over the seeds, [networks, lag].
        share: the share that counts as gone.
    """

    names: tuple[str, ...]
    horizons: Float[ndarray, "networks seeds"]
    lags: Int[ndarray, " lag"]
    remaining: Float[ndarray, "networks lag"]
    share: float

    @property
    def medians(self) -> Float[ndarray, " networks"]:
        """The middle one of the seeds, [networks]."""
        return np.median(self.horizons, axis=1)


def gradient_horizons(
    starts: Mapping[str, Start] = STARTS,
    *,
    seeds: Iterable[int] = range(5),
    hidden_size: int = 64,
    embed_size: int = 32,
    longest: int = 400,
    warm_up: int = 20,
    batch_size: int = 4,
    share: float = 0.01,
) -> Horizons:
    """Send a random gradient back from the last step of new networks, and see where it is gone.

    Shows: Elman about 7 steps, with orthogonal W_h about 20, an LSTM about 8, 20, 90 and more than 400 for
    forget biases of 0, 1, 2 and 3, and chrono initialisation about 300. So "7 against 100" is a statement
    about the first weights, and not about the cells. The inputs matter too: larger ones drive tanh away
    from 0, where it is flatter, and an orthogonal W_h then reaches less far.

    The inputs are standard normal. What is measured is the whole state's gradient, (h, c) for an LSTM.

    Args:
        starts: name: (cell, options of its init).
        seeds: each draws weights, inputs and the gradient at the loss anew.
        hidden_size: units.
        embed_size: size of the inputs.
        longest: the largest lag looked at.
        warm_up: steps read before those, so that the state is no longer 0.
        batch_size: sequences that each seed averages over.
        share: what counts as gone.

    Raises:
        CourseError: if a cell is unknown, or a number out of range.
    """
    seeds = list(seeds)
    if not seeds or longest < 1 or warm_up < 0 or not 0 < share < 1:
        raise CourseError(
            "gradient_horizons: needs a seed, longest >= 1, warm_up >= 0 and a share in (0, 1), got "
            f"{seeds}, {longest}, {warm_up} and {share}"
        )
    horizons, remaining = [], []
    for cell_name, options in starts.values():
        if cell_name not in CELLS:
            raise CourseError(f"gradient_horizons: the cells are {sorted(CELLS)}, got {cell_name!r}")
        cell, of_cell, shares = CELLS[cell_name], [], []
        for seed in seeds:
            rng = np.random.default_rng(seed)
            params = cell.init(embed_size, hidden_size, rng, dtype=np.float32, **options)
            x = rng.standard_normal((warm_up + longest, batch_size, embed_size), np.float32)
            doutput = rng.standard_normal((batch_size, hidden_size), np.float32)
            found = gradient_by_lag(cell, params, x, doutput, longest=longest)
            reached = found.horizon(share)
            of_cell.append(np.inf if reached is None else reached)
            shares.append(np.log(np.maximum(found.remaining(), 1e-40)))
        horizons.append(of_cell)
        remaining.append(np.exp(np.mean(shares, axis=0)))
    return Horizons(
        tuple(starts), np.array(horizons, float), np.arange(1, longest + 1), np.array(remaining), share
    )


@dataclass(frozen=True)
class LagByLayer:
    """The gradient of the last step's loss at each layer of a stack and each lag.

    Args:
        lags: 1 .. L.
        remaining: share of the gradient at the loss, mean over the batch, [layers, lag]; lowest layer first.
        reaches: the last lag at which 1 % is left or more, 0 if there is none, [layers]. (In a lower layer
            the gradient is small at first, since it comes down only through later steps too.)
    """

    lags: Int[ndarray, " lag"]
    remaining: Float[ndarray, "layers lag"]
    reaches: Int[ndarray, " layers"]


def lag_by_layer(
    seed: int = 0,
    *,
    cell_name: str = "lstm",
    depth: int = 4,
    skip: Skip = None,
    hidden_size: int = 64,
    longest: int = 60,
    batch_size: int = 4,
    **options: Any,
) -> LagByLayer:
    """Where in time and depth a stack can learn from, before training.

    Shows: in a plain stack of LSTMs each layer below the top takes most of the gradient away; with residual
    connections all layers get about the same.

    Args:
        seed: draws weights, inputs and the gradient at the loss.
        cell_name: "elman", "lstm" or "gru".
        depth, skip: of the stack.
        hidden_size: units of each layer, and the size of the inputs.
        longest: the largest lag.
        batch_size: sequences to average over.
        options: of the cell's first weights, such as forget_bias=1.

    Raises:
        CourseError: if the cell is unknown, or a number out of range.
    """
    if cell_name not in CELLS:
        raise CourseError(f"lag_by_layer: the cells are {sorted(CELLS)}, got {cell_name!r}")
    rng = np.random.default_rng(seed)
    cell = stacked(CELLS[cell_name], depth, skip=skip)
    params = cell.init(hidden_size, hidden_size, rng, **options)
    x = rng.standard_normal((longest + 20, batch_size, hidden_size))
    found = gradient_by_lag(cell, params, x, rng.standard_normal((batch_size, hidden_size)), longest=longest)
    start = found.at_loss.mean()
    remaining = []
    for layer in range(depth):
        of_layer = [norm for name, norm in found.norms.items() if name.split(".")[0] == str(layer)]
        remaining.append(np.sqrt(sum(norm**2 for norm in of_layer)).mean(axis=1) / start)
    shares = np.array(remaining)
    reaches = np.where(shares >= 0.01, found.lags, 0).max(axis=1)
    return LagByLayer(found.lags, shares, reaches)
