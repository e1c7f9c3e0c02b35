"""a2, task 5b: from the gradient of the scores to those of all weights."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
from numpy import ndarray

from rnn_course.checks.a2 import draw
from rnn_course.checks.a2.backward_mistakes import MISTAKES
from rnn_course.checks.case import Case, Property
from rnn_course.checks.compare import Tolerance
from rnn_course.checks.plain import Plain
from rnn_course.checks.task import Task


def reference(params: draw.Params, contexts: ndarray, e: ndarray, h: ndarray, dz: ndarray) -> draw.Params:
    """A right answer."""
    da = (dz @ params["U"]) * (1 - h**2)
    de = da @ params["W"]
    dE = np.zeros_like(params["E"])
    np.add.at(dE, contexts, de.reshape(*contexts.shape, -1))
    return {"E": dE, "W": da.T @ e, "b_1": da.sum(axis=0), "U": dz.T @ h, "b_2": dz.sum(axis=0)}


def case(params: draw.Params, contexts: ndarray, dz: ndarray, about: str) -> Case:
    """A case in which e and h are those of the forward pass."""
    e = params["E"][contexts].reshape(len(contexts), -1)
    h = np.tanh(e @ params["W"].T + params["b_1"])
    return Case((params, contexts, e, h, dz), about)


def gradient_of_scores(rng: np.random.Generator, rows: int, V: int) -> ndarray:
    """What task 5a gives: rows that sum to 0, negative at one word each, divided by their number."""
    dz = rng.dirichlet(np.ones(V), size=rows)
    dz[np.arange(rows), rng.integers(0, V, size=rows)] -= 1
    return dz / rows


_visible = np.random.default_rng(11)
VISIBLE = (
    case(draw.TINY, np.array([[2, 2]]), np.array([[0.5, -1.0, 0.5]]), "`tiny`, and word 2 stands twice"),
    case(
        draw.TINY,
        np.array([[1, 2], [0, 0], [2, 0]]),
        np.array([[-0.2, 0.1, 0.1], [0.1, 0.1, -0.2], [0.0, -0.3, 0.3]]),
        "`tiny`, three contexts",
    ),
    case(
        {name: array.round(1) for name, array in draw.network(_visible, 2, 2, 3, 4).items()},
        np.array([[0, 2], [2, 2], [0, 0]]),
        gradient_of_scores(_visible, 3, 4).round(2),
        "k = 2, D = 2, H = 3, V = 4",
    ),
)


def hidden(rng: np.random.Generator) -> Iterator[Case]:
    for B, k, D, H, V in (
        (5, 3, 2, 4, 7),
        (1, 2, 5, 3, 9),
        (7, 1, 4, 6, 5),
        (4, 5, 3, 2, 11),
        (2, 2, 2, 2, 3),
    ):
        yield case(
            draw.network(rng, k, D, H, V),
            draw.contexts(rng, B, k, V),
            gradient_of_scores(rng, B, V),
            f"B = {B}, k = {k}, D = {D}, H = {H}, V = {V}",
        )


def _gradients(arguments: tuple[Plain, ...], value: Plain) -> draw.Params | None:
    """The gradients, if all are there and have the shapes of their parameters."""
    params = arguments[0]
    if not isinstance(value, dict) or set(value) != set(params):
        return None
    for name, array in params.items():
        got = value[name]
        if not isinstance(got, np.ndarray) or got.shape != array.shape or got.dtype.kind not in "iuf":
            return None
    return value


def _absent_words(arguments: tuple[Plain, ...], value: Plain) -> str | None:
    gradients = _gradients(arguments, value)
    if gradients is None:
        return None
    for word in np.setdiff1d(np.arange(len(gradients["E"])), arguments[1]).tolist():
        if gradients["E"][word].any():
            return f"Word {word} stands in no context, so row {word} of E's gradient should be 0."
    return None


def _each_place_counts(arguments: tuple[Plain, ...], value: Plain) -> str | None:
    gradients = _gradients(arguments, value)
    if gradients is None:
        return None
    params, contexts, _, _, _ = arguments
    right = reference(*arguments)
    others = [name for name in params if name != "E"]
    if not all(np.allclose(gradients[name], right[name], rtol=1e-4, atol=1e-6) for name in others):
        return None
    wrong = np.flatnonzero(~np.isclose(gradients["E"], right["E"], rtol=1e-4, atol=1e-6).all(axis=1))
    often = [word for word in wrong.tolist() if (contexts == word).sum() > 1]
    once = any((contexts == word).sum() == 1 for word in range(len(right["E"])))
    if not once or not often or len(often) < len(wrong):
        return None
    times = int((contexts == often[0]).sum())
    return (
        "Only E's gradient is wrong, and only for words that stand more than once "
        f"(word {often[0]} stands {times} times)."
    )


task = Task(
    assignment="a2",
    name="backward",
    label="Task 5b, gradients of the weights",
    points=17,
    function="backward",
    arguments=("params", "contexts", "e", "h", "dz"),
    returns="a dict of five arrays",
    look='the equations in the text of task 5b; lecture 05, "Its gradients, by hand".',
    reference=reference,
    visible=VISIBLE,
    hidden=hidden,
    mistakes=MISTAKES,
    properties=(
        Property("words that do not stand there have no gradient", _absent_words),
        Property("each place counts", _each_place_counts),
    ),
    tolerance=Tolerance(rtol=1e-4, atol=1e-6),
)
check, grade, example = task.check, task.grade, task.example
