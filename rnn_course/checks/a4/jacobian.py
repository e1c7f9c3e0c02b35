"""a4, task 1: the Jacobian of a later state with respect to an earlier one, as a product."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
from numpy import ndarray

from rnn_course.checks.a4 import draw
from rnn_course.checks.a4.jacobian_mistakes import MISTAKES
from rnn_course.checks.case import Case, Property
from rnn_course.checks.compare import Tolerance, shown
from rnn_course.checks.plain import Plain
from rnn_course.checks.task import Task


def reference(W_h: ndarray, h: ndarray, s: int, t: int) -> ndarray:
    """A right answer."""
    product = np.eye(len(W_h))
    for k in range(s + 1, t + 1):
        product = (1 - h[k][:, None] ** 2) * W_h @ product
    return product


TOY_W = np.array([[1.0, 2.0], [0.0, 1.0]])
TOY_H = np.array([[0.5, 0.5], [0.0, 0.6], [0.8, 0.0]])
SMALL_W = np.array([[0.8, -0.5, 0.3], [0.4, 0.9, -0.7], [-0.6, 0.2, 1.1]])
SMALL_H = np.array([[0.3, -0.2, 0.1], [0.9, 0.4, -0.2], [-0.1, 0.7, 0.5], [0.6, -0.3, 0.8], [0.2, 0.5, -0.9]])
VISIBLE = (
    Case((TOY_W, TOY_H, 0, 2)),
    Case((SMALL_W, SMALL_H, 1, 2), "one step, so one factor"),
    Case((SMALL_W, SMALL_H, 1, 4), "three steps, not from the beginning"),
    Case((SMALL_W, SMALL_H, 0, 3), "three steps, not to the end"),
    Case((SMALL_W, SMALL_H, 2, 2), "no step: s = t"),
)


def hidden(rng: np.random.Generator) -> Iterator[Case]:
    for H, T, s, t in ((3, 5, 0, 5), (2, 7, 2, 6), (5, 6, 1, 4), (4, 4, 2, 3)):
        W_h = rng.uniform(0.3, 1.2, (H, H)) * rng.choice([-1.0, 1.0], (H, H))
        yield Case((W_h, draw.states(rng, T, H), s, t))
    yield Case((draw.matrix(rng, 3), draw.states(rng, 4, 3), 3, 3), "no step: s = t")
    h = draw.states(rng, 3, 2)
    h[2, 0] = -1.0
    yield Case((draw.matrix(rng, 2, norm=3.0), h, 0, 3), "unit 0 is saturated at step 2: its slope is 0")


def _not_a_step(arguments: tuple[Plain, ...], value: Plain) -> str | None:
    W_h, _, s, t = arguments
    if s != t or not isinstance(value, np.ndarray) or value.shape != W_h.shape:
        return None
    if np.allclose(value, np.eye(len(W_h))):
        return None
    return "A state changes with itself one to one: for s = t the Jacobian is the identity matrix."


def _too_large(arguments: tuple[Plain, ...], value: Plain) -> str | None:
    W_h, _, s, t = arguments
    if not isinstance(value, np.ndarray) or value.shape != W_h.shape or not np.isfinite(value).all():
        return None
    norm, bound = float(np.linalg.norm(value, 2)), float(np.linalg.norm(W_h, 2) ** (t - s))
    if norm <= bound * (1 + 1e-6):
        return None
    return (
        f"It can stretch a vector {shown(norm)} times. But a step stretches at most ||W_h|| times, so "
        f"{t - s} of them at most {shown(bound)} times: no slope of tanh is above 1."
    )


task = Task(
    assignment="a4",
    name="jacobian",
    label="Task 1, the product of Jacobians",
    points=15,
    function="state_jacobian",
    arguments=("W_h", "h", "s", "t"),
    returns="an array of shape (hidden, hidden)",
    look='the equation in the text of task 1, and which factor stands left; lecture 09, "Four steps, '
    'three factors".',
    reference=reference,
    visible=VISIBLE,
    hidden=hidden,
    mistakes=MISTAKES,
    properties=(Property("identity without a step", _not_a_step), Property("bounded", _too_large)),
    tolerance=Tolerance(rtol=1e-4, atol=1e-6),  # products in float32
)
check, grade, example = task.check, task.grade, task.example
