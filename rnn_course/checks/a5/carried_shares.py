"""a5, task 6a: what the cell carries over each lag, read from the forget gates."""

# The mistakes below are written as students write them: without types, and with their faults.
# mypy: disallow-untyped-defs=False, check-untyped-defs=False

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
from numpy import ndarray

from rnn_course.checks.a5.lstm_forward import TOLERANCE
from rnn_course.checks.case import Case, Mistake, Property
from rnn_course.checks.plain import Plain
from rnn_course.checks.task import Task


def reference(f: ndarray) -> ndarray:
    """A right answer."""
    products = np.cumprod(f[::-1], axis=0)
    return np.concatenate([[1.0], products.mean(axis=(1, 2))])


WORKED = np.array([[[0.2, 1.0]], [[0.5, 0.9]], [[0.5, 0.5]]])


def _visible() -> Iterator[Case]:
    yield Case((WORKED,), "T = 3, one sequence, two units")
    yield Case((np.array([[[0.25], [0.75]]]),), "T = 1, two sequences, one unit")
    rng = np.random.default_rng(11)
    yield Case((rng.uniform(0.3, 1, (4, 2, 3)).round(2),), "T = 4, B = 2, H = 3")
    emptied = rng.uniform(0.6, 1, (6, 3, 2))
    emptied[2] = 0
    yield Case((emptied,), "at t = 3 every cell was emptied")


def hidden(rng: np.random.Generator) -> Iterator[Case]:
    for T, B, H in ((5, 2, 3), (7, 3, 2), (1, 2, 3), (12, 4, 5)):
        yield Case((rng.uniform(0.2, 1, (T, B, H)),))
    emptied = rng.uniform(0.6, 1, (8, 3, 2))
    emptied[3, :, 0] = 0
    yield Case((emptied,), "at t = 4 the first unit was emptied")
    mixed = np.broadcast_to([0.5, 0.9, 1.0], (20, 2, 3)) * rng.uniform(0.98, 1, (20, 2, 3))
    yield Case((mixed,), "units of short and of long memory, T = 20")


def from_the_beginning(f):
    return [1.0, *(f[:lag].prod(axis=0).mean() for lag in range(1, len(f) + 1))]


def without_lag_zero(f):
    return [f[len(f) - lag :].prod(axis=0).mean() for lag in range(1, len(f) + 1)]


def one_gate_too_many(f):
    return [f[max(0, len(f) - lag - 1) :].prod(axis=0).mean() for lag in range(len(f) + 1)]


def minus_zero(f):
    return [f[-lag:].prod(axis=0).mean() for lag in range(len(f) + 1)]


def product_of_means(f):
    means = f.mean(axis=(1, 2))
    return [means[len(f) - lag :].prod() for lag in range(len(f) + 1)]


def single_gates(f):
    return [1.0, *(f[len(f) - lag].mean() for lag in range(1, len(f) + 1))]


def typical_gate(f):
    return [f.mean() ** lag for lag in range(len(f) + 1)]


def sums(f):
    return [f[len(f) - lag :].sum(axis=0).mean() for lag in range(len(f) + 1)]


def first_sequence(f):
    return [f[len(f) - lag :, 0].prod(axis=0).mean() for lag in range(len(f) + 1)]


def by_time(f):
    return [f[t:].prod(axis=0).mean() for t in range(len(f) + 1)]


MISTAKES = (
    Mistake(
        "from-the-beginning",
        "the first gates are multiplied, not the last",
        "A gradient comes from the end. Which gates does it meet first?",
        from_the_beginning,
    ),
    Mistake(
        "without-lag-zero",
        "lag 0 is missing",
        "There are T + 1 lags. Over none of the steps, how much is left?",
        without_lag_zero,
    ),
    Mistake(
        "one-gate-too-many",
        "one gate more than the lag is multiplied",
        "Between c^(T) and c^(T - 1) there is one plus sign, and one gate: f^(T).",
        one_gate_too_many,
    ),
    Mistake(
        "minus-zero",
        "`f[-lag:]` is taken for the last `lag` gates, and lag is 0",
        "-0 is 0, and f[0:] is everything. Try f[len(f) - lag:].",
        minus_zero,
    ),
    Mistake(
        "product-of-means",
        "the mean over the units is taken before the product",
        "One unit with f = 1 and one with f = 0: after 10 steps, is a half left, or a thousandth?",
        product_of_means,
    ),
    Mistake(
        "single-gates",
        "the gates are not multiplied",
        "On its way over a lag of 3 a gradient meets three gates.",
        single_gates,
    ),
    Mistake(
        "typical-gate",
        "the mean gate is raised to the power of the lag",
        "The gates differ from step to step and from unit to unit. Multiply first, then take the mean.",
        typical_gate,
    ),
    Mistake(
        "sums",
        "the gates are added",
        "c^(t) = f^(t) * c^(t-1) + ..., and c^(t-1) holds f^(t-1) * c^(t-2). What stands before c^(t-2)?",
        sums,
    ),
    Mistake(
        "first-sequence",
        "only the first sequence of the batch is looked at",
        "The mean runs over all sequences and units.",
        first_sequence,
    ),
    Mistake(
        "by-time",
        "the result is ordered by time, from the first state to the last",
        "Entry 0 belongs to lag 0, which is the last state.",
        by_time,
    ),
)


def _rising(arguments: tuple[Plain, ...], value: Plain) -> str | None:
    """Gates are at most 1, so nothing grows with the lag."""
    if not isinstance(value, (list, tuple, np.ndarray)):
        return None
    try:
        shares = np.asarray(value, dtype=float)
    except (TypeError, ValueError):
        return None
    if shares.ndim != 1 or len(shares) < 2 or not (np.diff(shares) > 1e-9).any():
        return None
    lag = int(np.argmax(np.diff(shares) > 1e-9)) + 1
    return f"The share grows from lag {lag - 1} to lag {lag}. Gates are at most 1: nothing can grow."


task = Task(
    assignment="a5",
    name="carried_shares",
    label="Task 6a, what the cell carries",
    points=7,
    function="carried_shares",
    arguments=("f",),
    returns="an array or a list of T + 1 numbers",
    look='the equation in the text of task 6a; lecture 11, "The plus sign is the secret".',
    reference=reference,
    visible=tuple(_visible()),
    hidden=hidden,
    mistakes=MISTAKES,
    properties=(Property("falls with the lag", _rising),),
    tolerance=TOLERANCE,
)
check, grade, example = task.check, task.grade, task.example
