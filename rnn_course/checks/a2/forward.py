"""a2, task 3: from contexts to scores."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
from numpy import ndarray

from rnn_course.checks.a2 import draw
from rnn_course.checks.a2.forward_mistakes import MISTAKES
from rnn_course.checks.case import Case, Property
from rnn_course.checks.compare import Tolerance, same
from rnn_course.checks.plain import Plain
from rnn_course.checks.task import Task

TOLERANCE = Tolerance(rtol=1e-4, atol=1e-5)  # float32 is welcome


def reference(params: draw.Params, contexts: ndarray) -> tuple[ndarray, ndarray, ndarray]:
    """A right answer."""
    e = params["E"][contexts].reshape(len(contexts), -1)
    h = np.tanh(e @ params["W"].T + params["b_1"])
    return e, h, h @ params["U"].T + params["b_2"]


_visible = np.random.default_rng(4)
VISIBLE = (
    Case((draw.TINY, np.array([[1, 2]])), "the network `tiny`"),
    Case(
        (draw.network(_visible, 3, 2, 4, 6), np.array([[0, 0, 5], [4, 5, 4]])), "k = 3, D = 2, H = 4, V = 6"
    ),
    Case((draw.TINY, np.array([[0, 0], [2, 1], [1, 1], [2, 2]])), "`tiny`, four contexts"),
)


def hidden(rng: np.random.Generator) -> Iterator[Case]:
    for B, k, D, H, V in (
        (5, 3, 2, 4, 7),
        (1, 2, 5, 3, 9),
        (7, 1, 4, 6, 5),
        (4, 5, 3, 2, 11),
        (3, 2, 2, 2, 2),
    ):
        params = draw.network(rng, k, D, H, V)
        yield Case((params, draw.contexts(rng, B, k, V)), f"B = {B}, k = {k}, D = {D}, H = {H}, V = {V}")


def _three(value: Plain) -> list[ndarray] | None:
    """e, h and z, if they are three arrays of numbers with two axes."""
    if not isinstance(value, (tuple, list)) or len(value) != 3:
        return None
    good = all(isinstance(part, np.ndarray) and part.ndim == 2 and part.dtype.kind in "iuf" for part in value)
    return list(value) if good else None


def _one_row(arguments: tuple[Plain, ...], value: Plain) -> str | None:
    if not isinstance(value, (tuple, list)) or len(value) != 3:
        return None
    if not all(isinstance(part, np.ndarray) and part.ndim == 1 for part in value):
        return None
    return (
        "e, h and z have no axis for the contexts. The lines of lecture 04 read one context; "
        f"here there are B rows, also if B is 1: e is {list(reference(*arguments)[0].shape)}."
    )


def _which_line(arguments: tuple[Plain, ...], value: Plain) -> str | None:
    """The first of the three lines that is not right, each judged by what the one before it gave."""
    parts = _three(value)
    if parts is None:
        return None
    params, contexts = arguments
    right = reference(params, contexts)
    for name, got, want in zip("ehz", parts, right, strict=True):
        if got.shape != want.shape:
            return f"{name} has shape {got.shape}, expected {want.shape}."
    e, h, z = parts
    if not same(right[0], e, TOLERANCE):
        if same(right[1], h, TOLERANCE):
            return "e is wrong: begin there. (That h is right is chance: W gives the same with this e.)"
        return "e is wrong, so h and z cannot be right: begin there."
    if not same(right[1], h, TOLERANCE):
        follows = same(h @ params["U"].T + params["b_2"], z, TOLERANCE)
        return f"e is right, h is wrong{', z follows from your h' if follows else ''}: look at the line of h."
    return None


task = Task(
    assignment="a2",
    name="forward",
    label="Task 3, forward",
    points=15,
    function="forward",
    arguments=("params", "contexts"),
    returns="a tuple of three arrays, e, h and z",
    parts=("e", "h", "z"),
    look='the equations in the text of task 3; lecture 04, "The model, from bottom to top".',
    reference=reference,
    visible=VISIBLE,
    hidden=hidden,
    mistakes=MISTAKES,
    properties=(Property("a row for each context", _one_row), Property("line by line", _which_line)),
    tolerance=TOLERANCE,
)
check, grade, example = task.check, task.grade, task.example
