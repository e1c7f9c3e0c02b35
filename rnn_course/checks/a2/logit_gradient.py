"""a2, task 5a: the gradient of the loss with respect to the scores."""

# The mistakes below are written as students write them: without types, and with their faults.
# mypy: disallow-untyped-defs=False, check-untyped-defs=False

from __future__ import annotations

import math
from collections.abc import Iterator

import numpy as np
from numpy import ndarray

from rnn_course.checks.a2 import draw
from rnn_course.checks.case import Case, Mistake, Property
from rnn_course.checks.compare import Tolerance, shown
from rnn_course.checks.plain import Plain
from rnn_course.checks.task import Task


def reference(z: ndarray, targets: ndarray) -> ndarray:
    """A right answer."""
    dz = np.exp(z - z.max(axis=1, keepdims=True))
    dz /= dz.sum(axis=1, keepdims=True)
    dz[np.arange(len(z)), targets] -= 1
    return dz / len(z)


LN3 = math.log(3)
_visible = np.random.default_rng(8)
VISIBLE = (
    Case((np.array([[0.0, LN3], [LN3, 0.0]]), np.array([1, 1]))),
    Case((np.array([[0.0, LN3, 0.0]]), np.array([0])), "one row"),
    Case((np.array([[1000.0, 999.0], [-1000.0, 0.0]]), np.array([0, 0])), "huge scores"),
    Case((_visible.integers(-9, 9, size=(4, 3)) / 4, np.array([2, 0, 2, 1]))),
)


def hidden(rng: np.random.Generator) -> Iterator[Case]:
    for rows, V in ((4, 7), (1, 3), (9, 5), (6, 11), (5, 2)):
        targets = rng.integers(0, V, size=rows)
        targets[-1] = targets[0]
        yield Case((draw.logits(rng, rows, V), targets), f"{rows} rows, {V} words")
    yield Case((draw.huge_logits(rng, 4, 3), rng.integers(0, 3, size=4)), "huge scores")


def not_divided(z, targets):
    p = np.exp(z - z.max(axis=1, keepdims=True))
    p = p / p.sum(axis=1, keepdims=True)
    p[np.arange(len(z)), targets] -= 1
    return p


def divided_by_entries(z, targets):
    p = np.exp(z - z.max(axis=1, keepdims=True))
    p = p / p.sum(axis=1, keepdims=True)
    p[np.arange(len(z)), targets] -= 1
    return p / z.size


def target_forgotten(z, targets):
    p = np.exp(z - z.max(axis=1, keepdims=True))
    p = p / p.sum(axis=1, keepdims=True)
    return p / len(z)


def one_after_division(z, targets):
    p = np.exp(z - z.max(axis=1, keepdims=True))
    p = p / p.sum(axis=1, keepdims=True) / len(z)
    p[np.arange(len(z)), targets] -= 1
    return p


def downhill(z, targets):
    p = np.exp(z - z.max(axis=1, keepdims=True))
    p = p / p.sum(axis=1, keepdims=True)
    p[np.arange(len(z)), targets] -= 1
    return -p / len(z)


def only_the_target(z, targets):
    p = np.exp(z - z.max(axis=1, keepdims=True))
    p = p / p.sum(axis=1, keepdims=True)
    one_hot = np.arange(z.shape[1]) == targets[:, None]
    return one_hot * (p - 1) / len(z)


def overflowing(z, targets):
    p = np.exp(z) / np.exp(z).sum(axis=1, keepdims=True)
    p[np.arange(len(z)), targets] -= 1
    return p / len(z)


def rows_for_entries(z, targets):
    p = np.exp(z - z.max(axis=1, keepdims=True))
    p = p / p.sum(axis=1, keepdims=True)
    p[targets] -= 1
    return p / len(z)


def columns_for_entries(z, targets):
    p = np.exp(z - z.max(axis=1, keepdims=True))
    p = p / p.sum(axis=1, keepdims=True)
    p[:, targets] -= 1
    return p / len(z)


def wrong_axis(z, targets):
    p = np.exp(z - z.max(axis=0))
    p = p / p.sum(axis=0)
    p[np.arange(len(z)), targets] -= 1
    return p / len(z)


def scores_for_probabilities(z, targets):
    dz = z - (np.arange(z.shape[1]) == targets[:, None])
    return dz / len(z)


def softmax_slope(z, targets):
    p = np.exp(z - z.max(axis=1, keepdims=True))
    p = p / p.sum(axis=1, keepdims=True)
    one_hot = np.arange(z.shape[1]) == targets[:, None]
    return (p - one_hot) * p * (1 - p) / len(z)


MISTAKES = (
    Mistake(
        "not-divided",
        "the gradient is that of the sum of the losses",
        "J is their mean over N rows, and so is its gradient.",
        not_divided,
    ),
    Mistake(
        "divided-by-entries",
        "the gradient is divided by the number of entries of z",
        "The mean runs over N rows, each of which has one loss.",
        divided_by_entries,
    ),
    Mistake(
        "target-forgotten",
        "the 1 at the target is never taken off",
        "If every score only ever falls, what does the network learn of the text? Each row sums to 0.",
        target_forgotten,
    ),
    Mistake(
        "one-after-division",
        "the 1 at the target is taken off after the division by N",
        "Both, the softmax and the 1, are divided by N.",
        one_after_division,
    ),
    Mistake(
        "downhill",
        "the sign is turned round",
        "The gradient points uphill. The minus comes when the weights are updated.",
        downhill,
    ),
    Mistake(
        "only-the-target",
        "only the targets' scores have a gradient",
        "Raising any other score lowers the target's probability. So every score of the row has its share.",
        only_the_target,
    ),
    Mistake(
        "overflowing",
        "exp is taken of the scores as they are",
        "exp(1000) is inf, and inf / inf is no number. Take the largest score of the row off first.",
        overflowing,
    ),
    Mistake(
        "rows-for-entries",
        "1 is taken off all entries of the rows whose numbers are the targets",
        "p[targets] are whole rows. One entry a row: p[np.arange(N), targets].",
        rows_for_entries,
    ),
    Mistake(
        "columns-for-entries",
        "1 is taken off the targets' columns in every row",
        "p[:, targets] are whole columns. One entry a row: p[np.arange(N), targets].",
        columns_for_entries,
    ),
    Mistake(
        "wrong-axis",
        "the softmax runs down the columns",
        "The words that compete for one place stand in one row.",
        wrong_axis,
    ),
    Mistake(
        "scores-for-probabilities",
        "the softmax is missing",
        "softmax(z) - onehot: probabilities stand there, not scores.",
        scores_for_probabilities,
    ),
    Mistake(
        "softmax-slope",
        "a slope p (1 - p) is multiplied in, as for a sigmoid",
        "The equation is the slope of log and softmax together. There is nothing left to multiply with.",
        softmax_slope,
    ),
)


def _rows_sum_to_zero(arguments: tuple[Plain, ...], value: Plain) -> str | None:
    z, _ = arguments
    if not isinstance(value, np.ndarray) or value.shape != z.shape or value.dtype.kind != "f":
        return None
    sums = value.sum(axis=1)
    for row in np.flatnonzero(~(np.abs(sums) < 1e-5)):
        return (
            f"Row {row} sums to {shown(float(sums[row]))}. "
            "Each row must sum to 0: what one score gains, the others lose."
        )
    return None


def _target_alone_is_negative(arguments: tuple[Plain, ...], value: Plain) -> str | None:
    z, targets = arguments
    if not isinstance(value, np.ndarray) or value.shape != z.shape or value.dtype.kind != "f":
        return None
    for row, column in np.argwhere(value < -1e-9).tolist():
        if column != targets[row]:
            return (
                f"Entry [{row}, {column}] is below 0, but only the target's may be, [{row}, {targets[row]}]."
            )
    return None


task = Task(
    assignment="a2",
    name="logit_gradient",
    label="Task 5a, gradient of the scores",
    points=8,
    function="logit_gradient",
    arguments=("z", "targets"),
    returns="an array of the shape of z",
    look='the equation in the text of task 5a; lecture 05, "Its gradients, by hand".',
    reference=reference,
    visible=VISIBLE,
    hidden=hidden,
    mistakes=MISTAKES,
    properties=(
        Property("rows sum to zero", _rows_sum_to_zero),
        Property("only the target is negative", _target_alone_is_negative),
    ),
    tolerance=Tolerance(rtol=1e-4, atol=1e-6),
)
check, grade, example = task.check, task.grade, task.example
