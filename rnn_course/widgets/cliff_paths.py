"""Gradient descent on the two weights of the cliff, with each rule of clipping."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from jaxtyping import Float
from numpy import ndarray

from rnn_course.experiments import cliff
from rnn_course.experiments.cliff import Nonlinearity, loss_and_gradient
from rnn_course.experiments.clipping import Rule, clip_by_rule

STEPS = 300


class CliffTask(NamedTuple):
    """What the network of one unit is to do: from h_0, in so many steps of time, to the target."""

    steps: int = cliff.STEPS
    target: float = cliff.TARGET
    h_0: float = cliff.START


class CliffPath(NamedTuple):
    """A path of gradient descent.

    Attributes:
        points: (w, b) after 0, 1 .. steps, [steps + 1, 2].
        losses: J there, [steps + 1].
        norms: ||g|| there, before clipping, [steps + 1].
        lengths: of the step that is made from there, eta times ||g|| after clipping, [steps + 1]; the last
            one is not made.
        lost_at: steps after which J or g is not finite for the first time; None if all are.
    """

    points: Float[ndarray, "steps+1 2"]
    losses: Float[ndarray, " steps+1"]
    norms: Float[ndarray, " steps+1"]
    lengths: Float[ndarray, " steps+1"]
    lost_at: int | None

    @property
    def longest(self) -> float:
        """The longest step that was made, of those that have a length."""
        made = self.lengths[:-1]
        return float(made[~np.isnan(made)].max(initial=0.0))


def walk(
    start: tuple[float, float],
    *,
    network: Nonlinearity,
    learning_rate: float,
    max_norm: float,
    rule: Rule,
    steps: int = STEPS,
    task: CliffTask | None = None,
) -> CliffPath:
    """w, b <- w, b - eta clip(dJ/dw, dJ/db), again and again; it goes on after Inf and NaN.

    Args:
        start: w and b.
        network: "sigmoid" or "linear".
        learning_rate: eta.
        max_norm: of both rules that clip.
        rule: "none", "norm" or "squared norm".
        steps: to make.
        task: of the network; the usual one if left out.
    """
    of_task = (task or CliffTask())._asdict()
    point = np.array(start, dtype=np.float64)
    points, losses, norms, lengths = [], [], [], []
    with np.errstate(over="ignore", invalid="ignore"):
        for _ in range(steps + 1):
            J, dw, db = loss_and_gradient(point[0], point[1], nonlinearity=network, **of_task)
            gradient = np.array([dw, db])
            points.append(point)
            losses.append(float(J))
            norms.append(clip_by_rule(gradient.copy(), "none", max_norm))
            lengths.append(learning_rate * clip_by_rule(gradient, rule, max_norm))
            point = point - learning_rate * gradient
    kept = np.isfinite(losses) & np.isfinite(norms)
    lost_at = None if kept.all() else int(kept.argmin())
    return CliffPath(np.array(points), np.array(losses), np.array(norms), np.array(lengths), lost_at)
