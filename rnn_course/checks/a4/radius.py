"""a4, task 2b: the spectral radius."""

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


def reference(W_h: ndarray) -> float:
    """A right answer."""
    return float(np.abs(np.linalg.eigvals(W_h)).max())


VISIBLE = (
    Case((np.array([[0.0, -2.0], [0.5, 0.0]]),), "its eigenvalues are i and -i"),
    Case(
        (np.array([[-1.2, 0.7, 0.4], [0.0, 0.5, -0.6], [0.0, 0.0, 0.3]]),),
        "the largest in absolute value is negative",
    ),
    Case((np.array([[0.3, 1.0, -2.0], [0.0, 0.4, 3.0], [0.0, 0.0, 0.9]]),), "the largest comes last"),
    Case((np.array([[0.2, -0.9, 0.4], [1.1, 0.3, 0.0], [-0.5, 0.6, 0.7]]),)),
    Case((draw.STRETCHES_ONCE,), "all eigenvalues are 0"),
)


def hidden(rng: np.random.Generator) -> Iterator[Case]:
    for _ in range(2):
        # a pair of complex eigenvalues decides, and a real one is larger than their real part
        radius, angle = float(rng.uniform(1.0, 1.5)), float(rng.uniform(1.2, 1.5))
        real = radius * float(rng.uniform(0.5, 0.8))
        yield Case((draw.with_eigenvalues(rng, [draw.turn(radius, angle), np.array([[real]])]),))
    # a pair decides, and its real part is the largest too
    turned = draw.turn(float(rng.uniform(0.8, 1.2)), float(rng.uniform(0.3, 0.6)))
    yield Case((draw.with_eigenvalues(rng, [np.array([[float(rng.uniform(0.1, 0.4))]]), turned]),))
    negative, *others = (float(x) for x in rng.uniform([0.9, 0.2, 0.4], [1.6, 0.3, 0.7]))
    diagonal = [np.array([[x]]) for x in (-negative, *others)]
    yield Case((draw.with_eigenvalues(rng, diagonal),), "the largest in absolute value is negative")
    rising = np.sort(rng.uniform(0.2, 1.4, size=4))
    rising[-1] += 0.2
    above = np.triu(rng.uniform(0.5, 2.0, (4, 4)), k=1)
    yield Case((np.diag(rising) + above,), "the largest comes last")
    yield Case((np.diag(rising[::-1]) + above,), "the largest comes first")
    yield Case((draw.shift(3, float(rng.uniform(1.0, 3.0))),), "all eigenvalues are 0")
    yield Case((draw.matrix(rng, 6, norm=float(rng.uniform(0.5, 4.0))),))


def largest_without_abs(W_h):
    return np.max(np.linalg.eigvals(W_h))


def real_part(W_h):
    return np.max(np.linalg.eigvals(W_h).real)


def abs_of_the_real_part(W_h):
    return np.max(np.abs(np.linalg.eigvals(W_h).real))


def abs_after_max(W_h):
    return abs(np.max(np.linalg.eigvals(W_h)))


def largest_singular_value(W_h):
    return np.linalg.norm(W_h, 2)


def as_if_symmetric(W_h):
    return np.max(np.abs(np.linalg.eigvalsh(W_h)))


def of_the_symmetric_part(W_h):
    return np.max(np.abs(np.linalg.eigvalsh((W_h + W_h.T) / 2)))


def first_of_the_list(W_h):
    return np.abs(np.linalg.eigvals(W_h)[0])


def last_of_the_list(W_h):
    return np.abs(np.linalg.eigvals(W_h)[-1])


def smallest(W_h):
    return np.min(np.abs(np.linalg.eigvals(W_h)))


def sum_of_all(W_h):
    return np.sum(np.abs(np.linalg.eigvals(W_h)))


def squared(W_h):
    return np.max(np.abs(np.linalg.eigvals(W_h)) ** 2)


def parts_added(W_h):
    eigenvalues = np.linalg.eigvals(W_h)
    return np.max(np.abs(eigenvalues.real) + np.abs(eigenvalues.imag))


MISTAKES = (
    Mistake(
        "largest-without-abs",
        "the largest eigenvalue is taken as it stands",
        "-1.2 grows faster than 0.5, and so does a pair 1.2 i and -1.2 i. What counts is the absolute value.",
        largest_without_abs,
    ),
    Mistake(
        "real-part",
        "only the real parts of the eigenvalues are looked at",
        "An eigenvalue a + bi turns a plane and stretches it by sqrt(a^2 + b^2).",
        real_part,
    ),
    Mistake(
        "abs-of-the-real-part",
        "the imaginary parts are dropped before the absolute value is taken",
        "An eigenvalue a + bi turns a plane and stretches it by sqrt(a^2 + b^2), not by |a|.",
        abs_of_the_real_part,
    ),
    Mistake(
        "abs-after-max",
        "the largest eigenvalue is found first, and its absolute value taken afterwards",
        "Which is the largest in absolute value among -1.2 and 0.5?",
        abs_after_max,
    ),
    Mistake(
        "largest-singular-value",
        "the largest singular value is taken",
        "It says how much one product stretches. The spectral radius says by how much each of many products "
        "stretches in the end.",
        largest_singular_value,
    ),
    Mistake(
        "as-if-symmetric",
        "the matrix is taken for a symmetric one",
        "np.linalg.eigvalsh reads one half of the matrix and believes that the other is its mirror image.",
        as_if_symmetric,
    ),
    Mistake(
        "of-the-symmetric-part",
        "the matrix is made symmetric first",
        "(W + W^T) / 2 is another matrix, with other eigenvalues.",
        of_the_symmetric_part,
    ),
    Mistake(
        "first-of-the-list",
        "the first eigenvalue of the list is taken for the largest",
        "np.linalg.eigvals promises no order.",
        first_of_the_list,
    ),
    Mistake(
        "last-of-the-list",
        "the last eigenvalue of the list is taken for the largest",
        "np.linalg.eigvals promises no order.",
        last_of_the_list,
    ),
    Mistake(
        "smallest",
        "the smallest absolute value is taken",
        "In a sum of c_i lambda_i^l the largest |lambda| wins in the end.",
        smallest,
    ),
    Mistake(
        "sum-of-all",
        "the absolute values of all eigenvalues are added",
        "Each direction goes its own way, and the one that shrinks least is left over.",
        sum_of_all,
    ),
    Mistake(
        "squared",
        "a^2 + b^2 is taken for the absolute value of a + bi",
        "The root is missing: |3 + 4i| is 5.",
        squared,
    ),
    Mistake(
        "parts-added",
        "|a| + |b| is taken for the absolute value of a + bi",
        "Real and imaginary part stand at right angles: |3 + 4i| is 5.",
        parts_added,
    ),
)


def _above_the_norm(arguments: tuple[Plain, ...], value: Plain) -> str | None:
    if isinstance(value, bool) or not isinstance(value, (int, float)):
        return None
    norm = float(np.linalg.norm(arguments[0], 2))
    if value < 0:
        return "It is negative; an absolute value is not."
    if value <= norm * (1 + 1e-6):
        return None
    return f"It is above {shown(norm)}, but nothing is stretched more than that by one product."


task = Task(
    assignment="a4",
    name="radius",
    label="Task 2b, the spectral radius",
    points=7,
    function="spectral_radius",
    arguments=("W_h",),
    returns="a number",
    look='the equation in the text of task 2b; lecture 09, "The end: in its eigenvectors, a power is a sum".',
    reference=reference,
    visible=VISIBLE,
    hidden=hidden,
    mistakes=MISTAKES,
    properties=(Property("at most the norm", _above_the_norm),),
    tolerance=Tolerance(rtol=1e-4, atol=1e-6),
)
check, grade, example = task.check, task.grade, task.example
