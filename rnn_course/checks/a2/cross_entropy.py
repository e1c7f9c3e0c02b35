"""a2, task 4: the loss, for scores of any size."""

from __future__ import annotations

import math
from collections.abc import Iterator

import numpy as np
from numpy import ndarray

from rnn_course.checks.a2 import draw
from rnn_course.checks.a2.cross_entropy_mistakes import MISTAKES
from rnn_course.checks.case import Case, Property
from rnn_course.checks.compare import Tolerance, shown
from rnn_course.checks.plain import Plain
from rnn_course.checks.properties import not_nan
from rnn_course.checks.task import Task


def reference(z: ndarray, targets: ndarray, mask: ndarray) -> float:
    """A right answer."""
    z, targets = z[mask], targets[mask]
    m = z.max(axis=1)
    log_sum = m + np.log(np.exp(z - m[:, None]).sum(axis=1))
    return float((log_sum - z[np.arange(len(z)), targets]).mean())


LN3 = math.log(3)
_visible = np.random.default_rng(6)
VISIBLE = (
    Case((np.array([[0.0, LN3], [LN3, 0.0]]), np.array([1, 1]), np.array([True, True]))),
    Case(
        (np.array([[0.0, LN3], [LN3, 0.0], [1.5, 0.5]]), np.array([1, 1, -1]), np.array([True, True, False])),
        "the third row is padding",
    ),
    Case(
        (np.array([[1000.0, 0.0], [0.0, 2.0]]), np.array([1, 1]), np.array([True, True])),
        "exp(1000) is inf for a computer, and exp(-1000) is 0",
    ),
    Case((np.array([[-900.0, -901.0], [700.0, 0.0]]), np.array([0, 0]), np.array([True, True]))),
    Case(
        (
            _visible.integers(-9, 9, size=(4, 5)) / 4,
            np.array([3, 0, 4, 3]),
            np.array([True, False, True, True]),
        ),
    ),
)


def hidden(rng: np.random.Generator) -> Iterator[Case]:
    for rows, V in ((4, 7), (1, 3), (9, 5), (6, 11), (5, 2)):
        mask = np.arange(rows) % 4 != 1
        targets = rng.integers(0, V, size=rows)
        yield Case((draw.logits(rng, rows, V), targets, mask), f"{rows} rows, {V} words")
        yield Case((draw.logits(rng, rows, V), targets, np.ones(rows, dtype=bool)), "every row counts")
    for rows, V in ((3, 5), (5, 4)):
        targets = rng.integers(1, V, size=rows)
        yield Case((draw.huge_logits(rng, rows, V), targets, np.ones(rows, dtype=bool)), "huge scores")
    padding = np.array([True, False, False, True])
    yield Case((draw.logits(rng, 4, 6), np.array([2, -1, -1, 5]), padding), "two rows of padding")
    certain = np.full((2, 4), -2000.0)
    certain[[0, 1], [3, 1]] = 1000.0
    yield Case((certain, np.array([3, 0]), np.ones(2, dtype=bool)), "sure and right, sure and wrong")


def _not_negative(arguments: tuple[Plain, ...], value: Plain) -> str | None:
    if isinstance(value, (int, float)) and value < -1e-9:
        return f"A mean of -log P cannot be below 0, and {shown(value)} is."
    return None


def _finite(arguments: tuple[Plain, ...], value: Plain) -> str | None:
    if isinstance(value, float) and math.isinf(value):
        return "It is infinite, though every score is finite, so that no word has probability 0."
    return None


task = Task(
    assignment="a2",
    name="cross_entropy",
    label="Task 4, cross-entropy",
    points=15,
    function="cross_entropy",
    arguments=("z", "targets", "mask"),
    returns="a number",
    look='the second equation in the text of task 4; lecture 04, "The model, from bottom to top".',
    reference=reference,
    visible=VISIBLE,
    hidden=hidden,
    mistakes=MISTAKES,
    properties=(
        not_nan,
        Property("finite", _finite),
        Property("not negative", _not_negative),
    ),
    tolerance=Tolerance(rtol=1e-4, atol=2e-4),  # float32 holds scores near 1000 to 6e-5
)
check, grade, example = task.check, task.grade, task.example
