"""a4, task 4: the gradient of the last loss at every state before it."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import numpy as np
from numpy import ndarray

from rnn_course.checks.a4 import draw
from rnn_course.checks.a4.by_lag_mistakes import MISTAKES
from rnn_course.checks.case import Case, Property
from rnn_course.checks.compare import Tolerance, shown
from rnn_course.checks.plain import Plain
from rnn_course.checks.task import Task


def reference(params: dict[str, ndarray], e: ndarray, h_0: ndarray, dh_T: ndarray) -> ndarray:
    """A right answer."""
    h = [h_0]
    for e_t in e:
        h.append(np.tanh(h[-1] @ params["W_h"].T + e_t @ params["W_e"].T + params["b_1"]))
    dh, norms = dh_T, [np.linalg.norm(dh_T, axis=-1)]
    for h_t in h[:0:-1]:
        dh = dh * (1 - h_t**2) @ params["W_h"]
        norms.append(np.linalg.norm(dh, axis=-1))
    return np.stack(norms)


# One unit, two words, two sequences: tanh(ln 2) = 0.6.
TOY_PARAMS = {"W_h": np.array([[0.5]]), "W_e": np.array([[1.0]]), "b_1": np.array([0.0])}
TOY_E = np.array([[[np.log(2)], [0.0]], [[-0.3], [0.0]]])
TOY_DH = np.array([[1.0], [2.0]])

SMALL_PARAMS = {
    "W_h": np.array([[0.9, -0.4], [0.6, 0.7]]),
    "W_e": np.array([[0.5, -0.3, 0.2], [-0.1, 0.4, 0.6]]),
    "b_1": np.array([0.2, -0.3]),
}
SMALL_E = np.array([[[1.0, 0.5, -1.0]], [[0.3, -0.8, 0.4]], [[1.0, 0.5, -1.0]], [[-0.6, 0.2, 0.9]]])
SMALL_H = np.array([[0.5, -0.7]])
SMALL_DH = np.array([[0.6, -0.8]])


def in_a_batch() -> tuple[Any, ...]:
    """A second sequence beside the small one: other words, another state, another gradient."""
    e = np.concatenate([SMALL_E, SMALL_E[::-1] * 0.5], axis=1)
    h_0 = np.concatenate([SMALL_H, np.array([[0.0, 0.4]])])
    return SMALL_PARAMS, e, h_0, np.concatenate([SMALL_DH, np.array([[0.3, 1.2]])])


VISIBLE = (
    Case((TOY_PARAMS, TOY_E, np.zeros((2, 1)), TOY_DH)),
    Case((SMALL_PARAMS, SMALL_E[:1], SMALL_H, SMALL_DH), "a single step, from a state that is not 0"),
    Case((SMALL_PARAMS, SMALL_E, SMALL_H, SMALL_DH), "four steps"),
    Case(in_a_batch(), "two sequences"),
)


def hidden(rng: np.random.Generator) -> Iterator[Case]:
    for T, B, D, H in ((1, 3, 2, 4), (5, 2, 4, 3), (8, 4, 3, 2), (6, 1, 2, 5)):
        params = draw.elman(rng, D, H, size=1.4 / np.sqrt(H))
        h_0 = draw.states(rng, B - 1, H)
        dh_T = rng.uniform(0.2, 1.5, (B, H)) * rng.choice([-1.0, 1.0], (B, H))
        yield Case((params, draw.embedded(rng, T, B, D), h_0, dh_T))
    params = draw.elman(rng, 2, 3)
    params["W_e"][:, 0] = rng.uniform(0.3, 0.6, 3) * rng.choice([-1.0, 1.0], 3)
    e = draw.embedded(rng, 7, 2, 2)
    e[2, :, 0] = 100.0  # so far out that the slope is 0 in any precision
    yield Case((params, e, draw.states(rng, 1, 3), np.ones((2, 3))), "a large input: tanh is flat there")


def _no_step(arguments: tuple[Plain, ...], value: Plain) -> str | None:
    rows = value.tolist() if isinstance(value, np.ndarray) else value
    if not isinstance(rows, (list, tuple)) or not rows:
        return None
    right = np.linalg.norm(arguments[3], axis=-1)
    first = np.asarray(rows[0]) if isinstance(rows[0], (list, tuple)) else None
    if first is None or first.shape != right.shape or np.allclose(first, right, rtol=1e-4):
        return None
    return (
        f"Row 0 is lag 0, where no step was made: the norm of dh_T for each sequence, {shown(right)}, not "
        f"{shown(first)}."
    )


def _one_norm_each(arguments: tuple[Plain, ...], value: Plain) -> str | None:
    _, e, h_0, _ = arguments
    shape = (len(e) + 1, len(h_0))
    if not isinstance(value, np.ndarray) or value.shape == shape:
        return None
    return f"A row for each lag from 0 to T and a column for each sequence make {shape}."


def _too_large(arguments: tuple[Plain, ...], value: Plain) -> str | None:
    params, e, h_0, _ = arguments
    if not isinstance(value, np.ndarray) or value.shape != (len(e) + 1, len(h_0)):
        return None
    stretch = float(np.linalg.norm(params["W_h"], 2))
    for lag in range(1, len(value)):
        if (value[lag] > value[lag - 1] * stretch * (1 + 1e-6) + 1e-9).any():
            return (
                f"From lag {lag - 1} to lag {lag} it grows by more than ||W_h|| = {shown(stretch)}, which no "
                "step can do."
            )
    return None


task = Task(
    assignment="a4",
    name="by_lag",
    label="Task 4, the gradient by lag",
    points=20,
    function="gradient_by_lag",
    arguments=("params", "e", "h_0", "dh_T"),
    returns="an array of shape (time + 1, batch)",
    look='the two equations in the text of task 4; lecture 09, "Four steps, three factors".',
    reference=reference,
    visible=VISIBLE,
    hidden=hidden,
    mistakes=MISTAKES,
    properties=(
        Property("one norm each", _one_norm_each),
        Property("lag 0", _no_step),
        Property("bounded", _too_large),
    ),
    tolerance=Tolerance(rtol=1e-4, atol=1e-6),  # products in float32
)
check, grade, example = task.check, task.grade, task.example
