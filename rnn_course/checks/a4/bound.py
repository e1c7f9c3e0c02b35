"""a4, task 3a: the gamma bound."""

# The mistakes below are written as students write them: without types, and with their faults.
# mypy: disallow-untyped-defs=False, check-untyped-defs=False

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
from numpy import ndarray

from rnn_course.checks.a4 import draw
from rnn_course.checks.case import Case, Mistake, Property
from rnn_course.checks.compare import Tolerance, shown
from rnn_course.checks.plain import Plain
from rnn_course.checks.task import Task

SLOPES = {"tanh": 1.0, "sigmoid": 0.25}


def reference(W_h: ndarray, nonlinearity: str, lag: int) -> float:
    """A right answer."""
    return float((SLOPES[nonlinearity] * np.linalg.norm(W_h, 2)) ** lag)


SMALL = np.array([[0.9, -1.2], [0.7, 0.3]])
VISIBLE = (
    Case((draw.STRETCHES_ONCE, "tanh", 3)),
    Case((draw.GROWS_FIRST, "sigmoid", 2)),
    Case((np.array([[0.5, -0.3, 0.1], [0.2, 0.6, -0.4], [0.0, 0.3, 0.7]]), "tanh", 4)),
    Case((SMALL, "sigmoid", 5)),
    Case((SMALL, "sigmoid", 0), "no step: l = 0"),
)


def hidden(rng: np.random.Generator) -> Iterator[Case]:
    for H, nonlinearity, lag in ((3, "tanh", 5), (2, "sigmoid", 3), (5, "sigmoid", 4), (4, "tanh", 2)):
        yield Case((draw.matrix(rng, H, norm=float(rng.uniform(1.5, 3.5))), nonlinearity, lag))
    yield Case((draw.matrix(rng, 3, norm=float(rng.uniform(0.5, 0.9))), "tanh", 6))
    yield Case((draw.shift(3, float(rng.uniform(1.5, 2.5))), "tanh", 4), "its fourth power is 0")
    yield Case((draw.matrix(rng, 4, norm=2.0), "sigmoid", 0), "no step: l = 0")


def gamma_one(W_h, nonlinearity, lag):
    return np.linalg.norm(W_h, 2) ** lag


def gamma_half(W_h, nonlinearity, lag):
    gamma = 1.0 if nonlinearity == "tanh" else 0.5
    return (gamma * np.linalg.norm(W_h, 2)) ** lag


def gammas_exchanged(W_h, nonlinearity, lag):
    gamma = 0.25 if nonlinearity == "tanh" else 1.0
    return (gamma * np.linalg.norm(W_h, 2)) ** lag


def gamma_once(W_h, nonlinearity, lag):
    gamma = 1.0 if nonlinearity == "tanh" else 0.25
    return gamma * np.linalg.norm(W_h, 2) ** lag


def spectral_radius(W_h, nonlinearity, lag):
    gamma = 1.0 if nonlinearity == "tanh" else 0.25
    return (gamma * np.abs(np.linalg.eigvals(W_h)).max()) ** lag


def frobenius(W_h, nonlinearity, lag):
    gamma = 1.0 if nonlinearity == "tanh" else 0.25
    return (gamma * np.linalg.norm(W_h)) ** lag


def norm_of_the_power(W_h, nonlinearity, lag):
    gamma = 1.0 if nonlinearity == "tanh" else 0.25
    return gamma**lag * np.linalg.norm(np.linalg.matrix_power(W_h, lag), 2)


def times_the_lag(W_h, nonlinearity, lag):
    gamma = 1.0 if nonlinearity == "tanh" else 0.25
    return gamma * np.linalg.norm(W_h, 2) * lag


def one_step_too_few(W_h, nonlinearity, lag):
    gamma = 1.0 if nonlinearity == "tanh" else 0.25
    return (gamma * np.linalg.norm(W_h, 2)) ** (lag - 1)


def one_step_only(W_h, nonlinearity, lag):
    gamma = 1.0 if nonlinearity == "tanh" else 0.25
    return gamma * np.linalg.norm(W_h, 2)


MISTAKES = (
    Mistake(
        "gamma-one",
        "gamma is 1 for the sigmoid too",
        "Its slope is s (1 - s). For which s between 0 and 1 is that largest, and how large is it?",
        gamma_one,
    ),
    Mistake(
        "gamma-half",
        "gamma is 1/2 for the sigmoid",
        "1/2 is the sigmoid's value at 0, where it is steepest. How steep is it there?",
        gamma_half,
    ),
    Mistake(
        "gammas-exchanged",
        "the slopes of tanh and sigmoid are exchanged",
        "tanh goes from -1 to 1, the sigmoid only from 0 to 1, and over a wider stretch. Which is steeper?",
        gammas_exchanged,
    ),
    Mistake(
        "gamma-once",
        "gamma stands outside of the power",
        "Each of the l factors D W_h has slopes of its own.",
        gamma_once,
    ),
    Mistake(
        "spectral-radius",
        "the spectral radius is taken in place of the norm",
        "The factors differ, because their slopes differ. Of a product of different matrices the eigenvalues "
        "say nothing.",
        spectral_radius,
    ),
    Mistake(
        "frobenius",
        "the Frobenius norm is taken",
        "It gives a bound too, but a looser one. np.linalg.norm has to be told which norm is wanted.",
        frobenius,
    ),
    Mistake(
        "norm-of-the-power",
        "the norm of W_h^l is taken, as if the slopes could be drawn out of the product",
        "D W_h D W_h is not D D W_h W_h. Other slopes at each step may undo what W_h^l cancels, so this is "
        "no bound. The bound takes the norm of each factor, and multiplies.",
        norm_of_the_power,
    ),
    Mistake(
        "times-the-lag",
        "gamma ||W_h|| is multiplied by l",
        "l factors are multiplied with one another.",
        times_the_lag,
    ),
    Mistake(
        "one-step-too-few",
        "there are l - 1 factors",
        "From h(T - l) to h(T) there are l steps. Without a step the bound is 1.",
        one_step_too_few,
    ),
    Mistake(
        "one-step-only",
        "the bound of a single step is given, whatever l is",
        "Every step multiplies by such a factor again.",
        one_step_only,
    ),
)


def _no_bound(arguments: tuple[Plain, ...], value: Plain) -> str | None:
    W_h, nonlinearity, lag = arguments
    if isinstance(value, bool) or not isinstance(value, (int, float)):
        return None
    # with every unit at its steepest point in turn, each D W_h is gamma W_h: that product occurs
    occurs = float(np.linalg.norm(np.linalg.matrix_power(SLOPES[nonlinearity] * W_h, lag), 2))
    if value >= occurs * (1 - 1e-6):
        return None
    return (
        f"It is no bound: if every unit stays where {nonlinearity} is steepest, the product has the norm "
        f"{shown(occurs)}."
    )


task = Task(
    assignment="a4",
    name="bound",
    label="Task 3a, the gamma bound",
    points=8,
    function="gamma_bound",
    arguments=("W_h", "nonlinearity", "lag"),
    returns="a number",
    look='the inequality in the text of task 3a; lecture 09, "Back to tanh: the gamma bound".',
    reference=reference,
    visible=VISIBLE,
    hidden=hidden,
    mistakes=MISTAKES,
    properties=(Property("a bound", _no_bound),),
    tolerance=Tolerance(rtol=1e-4, atol=1e-7),
)
check, grade, example = task.check, task.grade, task.example
