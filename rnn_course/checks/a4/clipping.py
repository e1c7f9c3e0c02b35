"""a4, task 5: clipping by the global norm."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import numpy as np
from numpy import ndarray

from rnn_course.checks.a4.clipping_mistakes import MISTAKES
from rnn_course.checks.case import Case, Property
from rnn_course.checks.compare import shown
from rnn_course.checks.plain import Plain
from rnn_course.checks.task import Task

Gradients = dict[str, ndarray]


def reference(gradients: Gradients, max_norm: float) -> tuple[Gradients, float]:
    """A right answer."""
    norm = float(np.sqrt(sum((array**2).sum() for array in gradients.values())))
    factor = max_norm / norm if max_norm < norm < np.inf else 1.0
    return {name: array * factor for name, array in gradients.items()}, norm


def grads(W_h: Any, b_1: Any) -> Gradients:
    """Gradients of two parameters."""
    return {"W_h": np.array(W_h, dtype=float), "b_1": np.array(b_1, dtype=float)}


LONG = grads([[0, 3], [0, 0]], [4, 0])
VISIBLE = (
    Case((LONG, 1.0)),
    Case((LONG, 5.0), "exactly as long as it may be"),
    Case((LONG, 20.0), "short enough"),
    Case((grads([[1.0, -2.0], [2.0, 4.0]], [0.1, -0.2]), 2.0), "a long one and a short one"),
    Case((grads([[0.3, -0.4], [0.1, 0.2]], [0.1, 0.2]), 0.5)),
    Case((grads([[0, 0], [0, 0]], [0, 0]), 1.0), "all gradients are 0"),
    Case((grads([[0, np.nan], [1, 0]], [4, 0]), 1.0), "a number is not a number"),
    Case((grads([[0, 3], [0, 0]], [np.inf, 1]), 1.0), "a number is infinite"),
)


def hidden(rng: np.random.Generator) -> Iterator[Case]:
    shapes = {"W_h": (3, 3), "W_e": (3, 2), "b_1": (3,), "U": (4, 3), "b_2": (4,)}

    def some(norm: float) -> Gradients:
        drawn = {name: rng.standard_normal(shape) for name, shape in shapes.items()}
        drawn["b_1"] /= 20  # an array that alone is short enough
        return {name: array * (norm / _length(drawn)) for name, array in drawn.items()}

    for norm, max_norm in ((40.0, 1.0), (300.0, 5.0), (2.0, 0.25), (4.0, 3.0)):
        yield Case((some(norm * float(rng.uniform(0.9, 1.1))), max_norm))
    for norm in (5.0, 0.5):
        yield Case((some(norm * float(rng.uniform(0.9, 1.1))), 7.0), "short enough")
    yield Case(({name: np.zeros(shape) for name, shape in shapes.items()}, 0.5), "all gradients are 0")
    yield Case(({"U": np.array([[-3.0, 0.0, 1.0]])}, float(rng.uniform(0.5, 1.5))), "a single parameter")
    for odd in (np.nan, np.inf, -np.inf):
        gradients = some(8.0)
        gradients["W_e"][1, 0] = odd
        yield Case((gradients, 1.0), f"an entry is {odd}")


def _parts(arguments: tuple[Plain, ...], value: Plain) -> tuple[Gradients, Gradients, float] | None:
    """Given and clipped gradients and max_norm, if the value has the right form and all is finite."""
    gradients, max_norm = arguments
    if not isinstance(value, (tuple, list)) or len(value) != 2 or not isinstance(value[0], dict):
        return None
    clipped = value[0]
    if clipped.keys() != gradients.keys():
        return None
    for name, given in gradients.items():
        came = clipped[name]
        if not isinstance(came, np.ndarray) or came.shape != given.shape or came.dtype.kind not in "iuf":
            return None
        if not (np.isfinite(given).all() and np.isfinite(came).all()):
            return None
    return gradients, clipped, max_norm


def _length(gradients: Gradients) -> float:
    return float(np.sqrt(sum((array.astype(float) ** 2).sum() for array in gradients.values())))


def _form(arguments: tuple[Plain, ...], value: Plain) -> str | None:
    if isinstance(value, (tuple, list)) and len(value) == 2 and isinstance(value[0], dict):
        return None
    return "Two things are to come back: the dict of clipped gradients, and the norm before clipping."


def _length_afterwards(arguments: tuple[Plain, ...], value: Plain) -> str | None:
    parts = _parts(arguments, value)
    if parts is None:
        return None
    gradients, clipped, max_norm = parts
    right, came = min(max_norm, _length(gradients)), _length(clipped)
    if np.isclose(came, right, rtol=1e-4):
        return None
    return f"All together, the gradients are {shown(came)} long afterwards; it should be {shown(right)}."


def _direction(arguments: tuple[Plain, ...], value: Plain) -> str | None:
    parts = _parts(arguments, value)
    if parts is None:
        return None
    gradients, clipped, _ = parts
    g, c = (np.concatenate([each[name].ravel() for name in gradients]) for each in (gradients, clipped))
    if not g.any() or not c.any() or g @ c / (np.linalg.norm(g) * np.linalg.norm(c)) > 1 - 1e-6:
        return None
    return "The direction has changed: not all entries were multiplied by one and the same number."


task = Task(
    assignment="a4",
    name="clipping",
    label="Task 5, clipping",
    points=15,
    function="clip_by_global_norm",
    arguments=("gradients", "max_norm"),
    returns="a dict of arrays and a number",
    look='the rule in the text of task 5, and what is said there of NaN; lecture 10, "Clipping, in three '
    'lines".',
    reference=reference,
    visible=VISIBLE,
    hidden=hidden,
    mistakes=MISTAKES,
    parts=("clipped", "norm"),
    properties=(
        Property("two results", _form),
        Property("length", _length_afterwards),
        Property("direction", _direction),
    ),
)
check, grade, example = task.check, task.grade, task.example
