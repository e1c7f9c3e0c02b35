"""a5, task 5: the forget bias for a memory that is to last."""

# The mistakes below are written as students write them: without types, and with their faults.
# mypy: disallow-untyped-defs=False, check-untyped-defs=False

from __future__ import annotations

import math
from collections.abc import Iterator

import numpy as np

from rnn_course.checks.case import Case, Mistake
from rnn_course.checks.properties import not_nan
from rnn_course.checks.task import Task


def reference(steps: float, share: float) -> float:
    """A right answer."""
    return -math.log(math.expm1(-math.log(share) / steps))


VISIBLE = (
    Case((2, 9 / 16), "f = 3/4, since 3/4 * 3/4 = 9/16"),
    Case((1, 0.5), "half is lost at every step"),
    Case((100, 0.5), "a half-life of 100 steps"),
    Case((30, 0.01), "gone after 30 steps, all but a hundredth"),
    Case((3, 0.008), "f = 1/5"),
)


def hidden(rng: np.random.Generator) -> Iterator[Case]:
    for low, high in ((2, 9), (20, 60), (200, 900)):
        yield Case((int(rng.integers(low, high)), 0.5), "a half-life")
        yield Case((int(rng.integers(low, high)), float(rng.uniform(0.6, 0.95))))
        yield Case((int(rng.integers(low, high)), float(rng.uniform(0.02, 0.4))))
    yield Case((1, float(rng.uniform(0.6, 0.9))), "after one step")


def the_gate_itself(steps, share):
    return share ** (1 / steps)


def only_the_log(steps, share):
    return math.log(share) / steps


def evenly_lost(steps, share):
    f = 1 - (1 - share) / steps
    return math.log(f / (1 - f))


def update_bias(steps, share):
    f = share ** (1 / steps)
    return math.log((1 - f) / f)


def power_for_root(steps, share):
    f = share**steps
    return math.log(f / (1 - f)) if f > 0 else -math.inf


def always_half(steps, share):
    f = 0.5 ** (1 / steps)
    return math.log(f / (1 - f))


def through_tanh(steps, share):
    return math.atanh(share ** (1 / steps))


def share_lost(steps, share):
    f = (1 - share) ** (1 / steps)
    return math.log(f / (1 - f))


def one_step_less(steps, share):
    f = share ** (1 / max(1, steps - 1))
    return math.log(f / (1 - f))


MISTAKES = (
    Mistake(
        "the-gate-itself",
        "f is returned, not the bias",
        "f is what the sigmoid makes of the bias. Which number has f as its sigmoid?",
        the_gate_itself,
    ),
    Mistake(
        "only-the-log",
        "the logarithm of f is returned",
        "The inverse of exp is log. What is the inverse of the sigmoid?",
        only_the_log,
    ),
    Mistake(
        "evenly-lost",
        "the same amount is lost at every step",
        "At every step the cell is multiplied by f: the less there is, the less is lost.",
        evenly_lost,
    ),
    Mistake(
        "update-bias",
        "the sign is turned",
        "That is a GRU's update bias. Here a long memory needs f near 1: a bias above 0, or below?",
        update_bias,
    ),
    Mistake(
        "power-for-root",
        "f is taken as the share to the power of the steps",
        "f * f * ... * f is the share. So f is its root.",
        power_for_root,
    ),
    Mistake(
        "always-half",
        "the share is not looked at, and a half stands in its place",
        "A half-life is one case of many. What if a tenth is to be left?",
        always_half,
    ),
    Mistake(
        "through-tanh",
        "the inverse of tanh is taken",
        "Gates are sigmoids. tanh makes the new content.",
        through_tanh,
    ),
    Mistake(
        "share-lost",
        "the share is taken for what is lost",
        "share is what is left. (For a half-life that is the same.)",
        share_lost,
    ),
    Mistake(
        "one-step-less",
        "f is multiplied once less than there are steps",
        "After one step c was multiplied by f once.",
        one_step_less,
    ),
)

task = Task(
    assignment="a5",
    name="forget_bias",
    label="Task 5, forget bias",
    points=5,
    function="forget_bias",
    arguments=("steps", "share"),
    returns="a number",
    look='the equation in the text of task 5; lecture 11, "How long does a memory last?".',
    reference=reference,
    visible=VISIBLE,
    hidden=hidden,
    mistakes=MISTAKES,
    properties=(not_nan,),
)
check, grade, example = task.check, task.grade, task.example
