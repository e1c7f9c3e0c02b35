"""a4, task 3b: from which lag on it is certain that a gradient has vanished."""

# The mistakes below are written as students write them: without types, and with their faults.
# mypy: disallow-untyped-defs=False, check-untyped-defs=False

from __future__ import annotations

import math
from collections.abc import Iterator

import numpy as np
from numpy import ndarray

from rnn_course.checks.a4 import draw
from rnn_course.checks.case import Case, Mistake, Property
from rnn_course.checks.compare import shown
from rnn_course.checks.plain import Plain
from rnn_course.checks.task import Task


def reference(W_h: ndarray, nonlinearity: str, share: float) -> int | None:
    """A right answer."""
    factor = (1.0 if nonlinearity == "tanh" else 0.25) * float(np.linalg.norm(W_h, 2))
    if factor >= 1:
        return None
    lag, bound = 0, 1.0
    while bound >= share:
        lag, bound = lag + 1, bound * factor
    return lag


VISIBLE = (
    Case((draw.STRETCHES_ONCE, "sigmoid", 0.01)),
    Case((draw.STRETCHES_ONCE, "tanh", 0.01), "nothing is certain"),
    Case((draw.STRETCHES_ONCE, "sigmoid", 0.25), "after 2 steps the bound is .25: equal is not below"),
    Case((np.array([[0.5, -0.3, 0.1], [0.2, 0.6, -0.4], [0.0, 0.3, 0.7]]), "tanh", 0.2)),
    Case((draw.GROWS_FIRST, "sigmoid", 0.01), "its eigenvalues are 0.9 and 0.8"),
    Case((np.array([[3.0, 1.0], [-1.0, 2.5]]), "sigmoid", 0.001)),
    Case((np.array([[0.4, 0.2], [0.1, 0.3]]), "sigmoid", 0.001)),
    Case((np.array([[0.4, 0.2], [0.1, 0.3]]), "tanh", 0.9), "one step is enough"),
    Case((np.zeros((2, 2)), "tanh", 0.01), "a network that forgets everything at once"),
    Case((np.eye(2), "tanh", 0.5), "every step may keep all of it"),
)


def hidden(rng: np.random.Generator) -> Iterator[Case]:
    settings = ((3, "tanh", 5), (2, "sigmoid", 7), (4, "sigmoid", 4), (5, "tanh", 60), (2, "tanh", 9))
    for H, nonlinearity, lag in settings:
        # the bound crosses the share half a step before `lag`, far from any rounding
        factor = float(rng.uniform(0.96, 0.98)) if lag > 9 else float(rng.uniform(0.7, 0.8))
        W_h = draw.matrix(rng, H, norm=factor / (1.0 if nonlinearity == "tanh" else 0.25))
        yield Case((W_h, nonlinearity, factor ** (lag - 0.5)))
    norm = float(rng.uniform(0.6, 0.8))  # below 1 even without gamma
    yield Case((draw.matrix(rng, 3, norm=norm), "sigmoid", (norm / 4) ** 2.5))
    grows = draw.matrix(rng, 3, norm=float(rng.uniform(1.2, 1.6)))
    yield Case((grows, "tanh", 0.01), "nothing is certain")
    yield Case((4 * grows, "sigmoid", 0.1), "nothing is certain")
    small = np.array([[0.8, float(rng.uniform(0.8, 1.2))], [0.0, 0.7]])
    yield Case((small, "tanh", 0.3), "its eigenvalues are 0.8 and 0.7")
    yield Case((small, "sigmoid", 0.9), "one step is enough")
    steps = int(rng.integers(2, 6))  # halves are exact, so nothing is left to rounding
    yield Case((draw.STRETCHES_ONCE, "sigmoid", 0.5**steps), "a bound that equals the share")


def spectral_radius(W_h, nonlinearity, share):
    gamma = 1.0 if nonlinearity == "tanh" else 0.25
    factor = gamma * np.abs(np.linalg.eigvals(W_h)).max()
    if factor >= 1:
        return None
    return 1 if factor == 0 else math.floor(math.log(share) / math.log(factor)) + 1


def gamma_one(W_h, nonlinearity, share):
    factor = np.linalg.norm(W_h, 2)
    if factor >= 1:
        return None
    return 1 if factor == 0 else math.floor(math.log(share) / math.log(factor)) + 1


def verdict_without_gamma(W_h, nonlinearity, share):
    norm = np.linalg.norm(W_h, 2)
    if norm >= 1:
        return None
    factor = norm if nonlinearity == "tanh" else 0.25 * norm
    return 1 if factor == 0 else math.floor(math.log(share) / math.log(factor)) + 1


def frobenius(W_h, nonlinearity, share):
    gamma = 1.0 if nonlinearity == "tanh" else 0.25
    factor = gamma * np.linalg.norm(W_h)
    if factor >= 1:
        return None
    return 1 if factor == 0 else math.floor(math.log(share) / math.log(factor)) + 1


def rounded_down(W_h, nonlinearity, share):
    gamma = 1.0 if nonlinearity == "tanh" else 0.25
    factor = gamma * np.linalg.norm(W_h, 2)
    if factor >= 1:
        return None
    return 0 if factor == 0 else math.floor(math.log(share) / math.log(factor))


def one_too_late(W_h, nonlinearity, share):
    gamma = 1.0 if nonlinearity == "tanh" else 0.25
    factor = gamma * np.linalg.norm(W_h, 2)
    if factor >= 1:
        return None
    return 2 if factor == 0 else math.floor(math.log(share) / math.log(factor)) + 2


def equal_is_enough(W_h, nonlinearity, share):
    factor = (1.0 if nonlinearity == "tanh" else 0.25) * np.linalg.norm(W_h, 2)
    if factor >= 1:
        return None
    lag = 1
    while factor**lag > share:
        lag += 1
    return lag


def not_rounded(W_h, nonlinearity, share):
    gamma = 1.0 if nonlinearity == "tanh" else 0.25
    factor = gamma * np.linalg.norm(W_h, 2)
    if factor >= 1:
        return None
    return 1 if factor == 0 else math.log(share) / math.log(factor)


def no_verdict(W_h, nonlinearity, share):
    gamma = 1.0 if nonlinearity == "tanh" else 0.25
    factor = gamma * np.linalg.norm(W_h, 2)
    if factor in (0, 1):
        return 1
    return math.floor(math.log(share) / math.log(factor)) + 1


def never_is_infinity(W_h, nonlinearity, share):
    gamma = 1.0 if nonlinearity == "tanh" else 0.25
    factor = gamma * np.linalg.norm(W_h, 2)
    if factor >= 1:
        return math.inf
    return 1 if factor == 0 else math.floor(math.log(share) / math.log(factor)) + 1


def never_is_zero(W_h, nonlinearity, share):
    gamma = 1.0 if nonlinearity == "tanh" else 0.25
    factor = gamma * np.linalg.norm(W_h, 2)
    if factor >= 1:
        return 0
    return 1 if factor == 0 else math.floor(math.log(share) / math.log(factor)) + 1


def powers_as_if_alike(W_h, nonlinearity, share):
    gamma = 1.0 if nonlinearity == "tanh" else 0.25
    for lag in range(1, 1000):
        if np.linalg.norm(np.linalg.matrix_power(gamma * W_h, lag), 2) < share:
            return lag
    return None


MISTAKES = (
    Mistake(
        "spectral-radius",
        "the spectral radius is taken in place of the norm",
        "A spectral radius below 1 makes nothing certain: powers may grow first, and with other slopes at "
        "each step eigenvalues decide nothing.",
        spectral_radius,
    ),
    Mistake(
        "gamma-one",
        "gamma is 1 for the sigmoid too",
        "How steep is the sigmoid where it is steepest?",
        gamma_one,
    ),
    Mistake(
        "verdict-without-gamma",
        "||W_h|| itself has to be below 1, without gamma",
        "A sigmoid takes three quarters away at each step. How large may ||W_h|| be then?",
        verdict_without_gamma,
    ),
    Mistake(
        "frobenius",
        "the Frobenius norm is taken",
        "Its bound is looser, so it makes certain later what is certain sooner, or nothing at all.",
        frobenius,
    ),
    Mistake(
        "rounded-down",
        "the lag is rounded down",
        "One step earlier the bound still allows more than that share.",
        rounded_down,
    ),
    Mistake(
        "equal-is-enough",
        "a bound that equals the share counts as below it",
        "Less than the share is to be left. Is .25 below .25?",
        equal_is_enough,
    ),
    Mistake(
        "one-too-late",
        "the lag is one too large",
        "The smallest lag is asked for: does the step before it not do as well?",
        one_too_late,
    ),
    Mistake(
        "not-rounded",
        "the lag is no whole number",
        "Steps are counted. After which whole one is it certain?",
        not_rounded,
    ),
    Mistake(
        "no-verdict",
        "gamma ||W_h|| of 1 or above is treated like one below 1",
        "If every step may keep all of it, or stretch it, at which lag is the bound below the share?",
        no_verdict,
    ),
    Mistake(
        "never-is-infinity",
        "inf is returned where nothing is certain",
        "The gradient may vanish there all the same; it is only not certain. The text asks for None.",
        never_is_infinity,
    ),
    Mistake(
        "never-is-zero",
        "0 is returned where nothing is certain",
        "0 would say that it is certain at once. The text asks for None.",
        never_is_zero,
    ),
    Mistake(
        "powers-as-if-alike",
        "the norm of gamma W_h to the power of the lag is taken, as if all slopes were alike",
        "That tells what happens for one trajectory, on which every slope is gamma. What is certain must "
        "hold for all of them.",
        powers_as_if_alike,
    ),
)


def _negative(arguments: tuple[Plain, ...], value: Plain) -> str | None:
    if isinstance(value, bool) or not isinstance(value, (int, float)) or value > 0:
        return None
    return f"A lag of {shown(value)} means that it is certain before any step is made."


task = Task(
    assignment="a4",
    name="certain",
    label="Task 3b, when it is certain",
    points=7,
    function="certain_after",
    arguments=("W_h", "nonlinearity", "share"),
    returns="a whole number or None",
    look='what is sufficient, in the text of task 3; lecture 09, "Back to tanh: the gamma bound".',
    reference=reference,
    visible=VISIBLE,
    hidden=hidden,
    mistakes=MISTAKES,
    properties=(Property("above 0", _negative),),
)
check, grade, example = task.check, task.grade, task.example
