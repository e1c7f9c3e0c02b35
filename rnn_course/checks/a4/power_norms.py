"""a4, task 2a: how large the powers of a matrix are, by the spectral norm."""

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


def reference(W_h: ndarray, longest: int) -> list[float]:
    """A right answer."""
    norms, power = [], np.eye(len(W_h))
    for _ in range(longest + 1):
        norms.append(float(np.linalg.norm(power, 2)))
        power = power @ W_h
    return norms


VISIBLE = (
    Case((draw.STRETCHES_ONCE, 3)),
    Case((draw.GROWS_FIRST, 6), "its eigenvalues are 0.9 and 0.8"),
    Case((np.array([[0.6, -0.8, 0.1], [0.8, 0.6, -0.3], [0.2, 0.4, -1.2]]), 4)),
    Case((np.array([[-1.5]]), 3), "a single unit"),
    Case((np.array([[0.3, 0.1], [0.2, 0.4]]), 0), "no step: lag 0 alone"),
)


def hidden(rng: np.random.Generator) -> Iterator[Case]:
    for H, longest in ((3, 7), (5, 4), (2, 12)):
        yield Case((draw.matrix(rng, H, norm=float(rng.uniform(1.3, 1.9))), longest))
    yield Case((draw.shift(4, float(rng.uniform(1.5, 2.5))), 5), "each unit hands its value to the next")
    coupling = float(rng.uniform(3.0, 6.0))
    yield Case((np.array([[0.9, coupling], [0.0, 0.7]]), 9), "it grows first")
    radius, angle = float(rng.uniform(0.7, 1.3)), float(rng.uniform(0.5, 1.2))
    yield Case((draw.with_eigenvalues(rng, [draw.turn(radius, angle), np.array([[0.5]])]), 6))
    yield Case((draw.matrix(rng, 4), 0), "no step: lag 0 alone")


def frobenius(W_h, longest):
    return [np.linalg.norm(np.linalg.matrix_power(W_h, lag)) for lag in range(longest + 1)]


def power_of_the_norm(W_h, longest):
    return [np.linalg.norm(W_h, 2) ** lag for lag in range(longest + 1)]


def eigenvalue_of_the_power(W_h, longest):
    powers = [np.linalg.matrix_power(W_h, lag) for lag in range(longest + 1)]
    return [np.abs(np.linalg.eigvals(power)).max() for power in powers]


def entries_to_the_power(W_h, longest):
    return [np.linalg.norm(W_h**lag, 2) for lag in range(longest + 1)]


def begins_at_one(W_h, longest):
    return [np.linalg.norm(np.linalg.matrix_power(W_h, lag), 2) for lag in range(1, longest + 1)]


def ends_too_early(W_h, longest):
    return [np.linalg.norm(np.linalg.matrix_power(W_h, lag), 2) for lag in range(longest)]


def one_power_ahead(W_h, longest):
    return [np.linalg.norm(np.linalg.matrix_power(W_h, lag + 1), 2) for lag in range(longest + 1)]


def columns_sum(W_h, longest):
    return [np.linalg.norm(np.linalg.matrix_power(W_h, lag), 1) for lag in range(longest + 1)]


def rows_sum(W_h, longest):
    return [np.linalg.norm(np.linalg.matrix_power(W_h, lag), np.inf) for lag in range(longest + 1)]


def squared(W_h, longest):
    norms = []
    for lag in range(longest + 1):
        power = np.linalg.matrix_power(W_h, lag)
        norms.append(np.linalg.eigvalsh(power.T @ power)[-1])
    return norms


def smallest_singular_value(W_h, longest):
    return [np.linalg.norm(np.linalg.matrix_power(W_h, lag), -2) for lag in range(longest + 1)]


def largest_entry(W_h, longest):
    return [np.abs(np.linalg.matrix_power(W_h, lag)).max() for lag in range(longest + 1)]


MISTAKES = (
    Mistake(
        "frobenius",
        "the Frobenius norm is taken, the root of the sum of all squared entries",
        "That is what np.linalg.norm gives for a matrix when nothing else is said. The identity stretches "
        "no vector, so what must come out at lag 0?",
        frobenius,
    ),
    Mistake(
        "power-of-the-norm",
        "the norm of W_h is raised to the power",
        "The norm of a power and the power of the norm are two things: [[0, 2], [0, 0]] stretches to twice "
        "the length, and its square is 0.",
        power_of_the_norm,
    ),
    Mistake(
        "eigenvalue-of-the-power",
        "the largest absolute eigenvalue of each power is taken",
        "Eigenvalues tell what happens in the end. How much one product can stretch is told by another "
        "decomposition.",
        eigenvalue_of_the_power,
    ),
    Mistake(
        "entries-to-the-power",
        "each entry of W_h is raised to the power, with **",
        "W_h^2 is W_h @ W_h. What does ** do with an array?",
        entries_to_the_power,
    ),
    Mistake(
        "begins-at-one",
        "the list begins at lag 1",
        "W_h^0 belongs to it too: no step back, the identity.",
        begins_at_one,
    ),
    Mistake(
        "ends-too-early",
        "the list ends one lag before `longest`",
        "It has longest + 1 entries. Where does range(longest) end?",
        ends_too_early,
    ),
    Mistake(
        "one-power-ahead",
        "the entry at each lag is the norm of the power after it",
        "Entry 0 is taken before the first product with W_h, not after it.",
        one_power_ahead,
    ),
    Mistake(
        "columns-sum",
        "the largest sum of a column's absolute values is taken",
        "np.linalg.norm(A, 1) is another norm. The one that is wanted measures the lengths of vectors with "
        "squares, as ||v||_2 does.",
        columns_sum,
    ),
    Mistake(
        "rows-sum",
        "the largest sum of a row's absolute values is taken",
        "np.linalg.norm(A, np.inf) is another norm. The one that is wanted measures the lengths of vectors "
        "with squares, as ||v||_2 does.",
        rows_sum,
    ),
    Mistake(
        "squared",
        "the largest eigenvalue of A^T A is taken as it is",
        "That is the square of the largest singular value of A.",
        squared,
    ),
    Mistake(
        "smallest-singular-value",
        "the smallest singular value is taken",
        "That is the least that a vector is stretched. What is the most?",
        smallest_singular_value,
    ),
    Mistake(
        "largest-entry",
        "the largest absolute entry of each power is taken",
        "A vector can gather what stands in several entries: [[1, 1], [1, 1]] stretches (1, 1) to twice its "
        "length.",
        largest_entry,
    ),
)


def _no_step(arguments: tuple[Plain, ...], value: Plain) -> str | None:
    first = value[0] if isinstance(value, (list, tuple, np.ndarray)) and len(value) else None
    if not isinstance(first, (int, float)) or abs(first - 1) < 1e-6:
        return None
    return f"The first entry is {shown(float(first))}; W_h^0 is the identity, which keeps every length."


task = Task(
    assignment="a4",
    name="power_norms",
    label="Task 2a, norms of powers",
    points=8,
    function="power_norms",
    arguments=("W_h", "longest"),
    returns="a list of numbers",
    look='which norm the text of task 2a asks for; lecture 09, "The start: one radius, many roads".',
    reference=reference,
    visible=VISIBLE,
    hidden=hidden,
    mistakes=MISTAKES,
    properties=(Property("the identity at 0", _no_step),),
    tolerance=Tolerance(rtol=1e-4, atol=1e-6),  # products in float32
)
check, grade, example = task.check, task.grade, task.example
