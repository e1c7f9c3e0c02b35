"""The cliff: the loss of a recurrent network with two weights, and how gradient descent falls off it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal, NamedTuple

import numpy as np
from jaxtyping import Float
from numpy import ndarray

from rnn_course.cells.activations import sigmoid
from rnn_course.errors import CourseError
from rnn_course.training.clipping import clip_gradients

STEPS = 50
START = float(sigmoid(np.array(0.5)))
TARGET = 0.7
Nonlinearity = Literal["sigmoid", "linear"]


class LossAndGradient(NamedTuple):
    """J, dJ/dw and dJ/db, of the shape of w and b."""

    J: Float[ndarray, "..."]
    dw: Float[ndarray, "..."]
    db: Float[ndarray, "..."]


def loss_and_gradient(
    w: Float[ndarray, "..."] | float,
    b: Float[ndarray, "..."] | float,
    *,
    nonlinearity: Nonlinearity = "sigmoid",
    steps: int = STEPS,
    target: float = TARGET,
    h_0: float = START,
) -> LossAndGradient:
    """A network of one unit, without inputs, that is to end at 0.7.

        h^(t) = f(w h^(t-1) + b),   h^(0) = sigmoid(0.5),   J = (h^(T) - target)^2
        dz^(t) = dh^(t) f'(z^(t)),   dh^(t-1) = w dz^(t)
        dJ/dw = sum over t of dz^(t) h^(t-1),   dJ/db = sum over t of dz^(t)

    Args:
        w, b: the two weights, numbers or arrays of one shape: the loss of each pair is computed.
        nonlinearity: f; with "linear" nothing holds the state back, and it can overflow.
        steps: T.
        target: where it is to end.
        h_0: where it begins, h^(0).

    Returns:
        J and its gradient; inf or NaN where the numbers overflow.

    Raises:
        CourseError: if the nonlinearity is unknown, or steps < 1.

    Source: Pascanu et al. 2013, figure 6 (with the state after the sigmoid in place of before it).
    """
    if nonlinearity not in ("sigmoid", "linear") or steps < 1:
        raise CourseError(
            f'loss_and_gradient: nonlinearity is "sigmoid" or "linear" and steps >= 1, got {nonlinearity!r} '
            f"and {steps}"
        )
    w, b = np.broadcast_arrays(np.asarray(w, dtype=np.float64), np.asarray(b, dtype=np.float64))
    h = [np.full(w.shape, h_0)]
    with np.errstate(over="ignore", invalid="ignore"):  # the point of one of the experiments
        for _ in range(steps):
            z = w * h[-1] + b
            h.append(sigmoid(z) if nonlinearity == "sigmoid" else z)
        J = (h[-1] - target) ** 2
        dh = 2 * (h[-1] - target)
        dw, db = np.zeros_like(J), np.zeros_like(J)
        for t in range(steps, 0, -1):
            dz = dh * h[t] * (1 - h[t]) if nonlinearity == "sigmoid" else dh
            dw, db, dh = dw + dz * h[t - 1], db + dz, w * dz
    return LossAndGradient(J, dw, db)


@dataclass(frozen=True)
class LossSurface:
    """The loss over a piece of the plane.

    Args:
        w: [points].
        b: [points].
        loss: J, [b, w].
        gradient_norm: the length of (dJ/dw, dJ/db), [b, w].
    """

    w: Float[ndarray, " points"]
    b: Float[ndarray, " points"]
    loss: Float[ndarray, "points points"]
    gradient_norm: Float[ndarray, "points points"]


def loss_surface(
    w_range: tuple[float, float] = (4.5, 7.0),
    b_range: tuple[float, float] = (-3.6, -2.0),
    *,
    points: int = 201,
    steps: int = STEPS,
    target: float = TARGET,
    h_0: float = START,
) -> LossSurface:
    """A plain, a second plain, and a wall between them.

    Shows: the gradient is about 0 nearly everywhere, and above 100 on a line as thin as a hair, where a
    small change of the weights decides at which of two resting states the network ends.

    Args:
        w_range, b_range: the piece of the plane.
        points: on each side.
        steps, target, h_0: as in `loss_and_gradient`.

    Raises:
        CourseError: if there are fewer than 2 points, or steps < 1.
    """
    if points < 2:
        raise CourseError(f"loss_surface: needs at least 2 points on each side, got {points}")
    w, b = np.linspace(*w_range, points), np.linspace(*b_range, points)
    J, dw, db = loss_and_gradient(w[None, :], b[:, None], steps=steps, target=target, h_0=h_0)
    return LossSurface(w, b, J, np.hypot(dw, db))


@dataclass(frozen=True)
class Descent:
    """A path of gradient descent.

    Args:
        points: (w, b) before each step and after the last, [steps + 1, 2].
        losses: J there, [steps + 1].
        norms: ||g|| before clipping, [steps].
        clipped: how many steps were shortened.
        lost_at: the first step whose loss or gradient is not finite, None if all are.
    """

    points: Float[ndarray, "steps+1 2"]
    losses: Float[ndarray, " steps+1"]
    norms: Float[ndarray, " steps"]
    clipped: int
    lost_at: int | None


def descend(
    start: tuple[float, float],
    *,
    learning_rate: float,
    steps: int,
    max_norm: float | None = None,
    nonlinearity: Nonlinearity = "sigmoid",
) -> Descent:
    """Gradient descent on the two weights, with or without clipping by norm. It goes on after Inf and NaN.

    Args:
        start: w and b.
        learning_rate: above 0.
        steps: updates to make.
        max_norm: clip the gradient to this norm; not at all if left out.
        nonlinearity: of the network.

    Raises:
        CourseError: if learning_rate or steps are not above 0.

    Source: Pascanu et al. 2013, algorithm 1.
    """
    if learning_rate <= 0 or steps < 1:
        raise CourseError(f"descend: learning_rate > 0 and steps >= 1, got {learning_rate} and {steps}")
    point = np.array(start, dtype=np.float64)
    points, losses, norms = [point.copy()], [], []
    clipped, lost_at = 0, None
    for step in range(steps + 1):
        J, dw, db = loss_and_gradient(point[0], point[1], nonlinearity=nonlinearity)
        losses.append(float(J))
        gradient = np.array([dw, db])
        finite = bool(np.isfinite(J) and np.isfinite(gradient).all())
        if lost_at is None and not finite:
            lost_at = step
        if step == steps:
            break
        if max_norm is None:
            norm = float(np.hypot(*gradient))
        else:
            norm = clip_gradients(gradient, max_norm)
            clipped += max_norm < norm < np.inf
        norms.append(norm)
        with np.errstate(invalid="ignore", over="ignore"):
            point = point - learning_rate * gradient
        points.append(point.copy())
    return Descent(np.array(points), np.array(losses), np.array(norms), int(clipped), lost_at)


@dataclass(frozen=True)
class TwoDescents:
    """The same start and learning rate, without and with clipping."""

    plain: Descent
    clipped: Descent


def off_the_cliff(
    start: tuple[float, float] = (5.6, -2.6),
    *,
    learning_rate: float = 0.3,
    steps: int = 200,
    max_norm: float = 0.1,
) -> TwoDescents:
    """One step from the wall throws the weights away; a clipped one does not.

    Shows: both paths walk along the plain to the wall. There one gradient of norm 301 takes the first path
    90 units away, where the state is 1 whatever the weights are: the loss stays at 0.09 and the gradient
    at 0. The clipped path goes to and fro at the wall, slides down along it, and comes below a loss of 0.01.

    Args:
        start: w and b.
        learning_rate: of both.
        steps: updates of both.
        max_norm: the clipped one's.
    """
    plain = descend(start, learning_rate=learning_rate, steps=steps)
    return TwoDescents(plain, descend(start, learning_rate=learning_rate, steps=steps, max_norm=max_norm))


def run_to_nan(
    start: tuple[float, float] = (1.05, 0.0),
    *,
    learning_rate: float = 0.01,
    steps: int = 400,
    max_norm: float = 1.0,
) -> TwoDescents:
    """Where nothing holds the state back, one step too long ends in Inf, and the next one in NaN.

    The network is linear, h^(t) = w h^(t-1) + b, and w is 1.05.

    Shows: losses of 41, then 1e163, then Inf, then NaN, from which no step leads back; with clipping the same
    run ends with a loss of 0.

    Args:
        start, learning_rate, steps, max_norm: as for `off_the_cliff`.
    """
    options = {"learning_rate": learning_rate, "steps": steps, "nonlinearity": "linear"}
    return TwoDescents(descend(start, **options), descend(start, **options, max_norm=max_norm))  # type: ignore[arg-type]
