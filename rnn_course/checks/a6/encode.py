"""a6, task 2a: one vector for a sentence, out of one for each word."""

# The mistakes below are written as students write them: without types, and with their faults.
# mypy: disallow-untyped-defs=False, check-untyped-defs=False

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from rnn_course.checks.a6 import draw
from rnn_course.checks.a6.given import Array
from rnn_course.checks.a6.padding import no_nan
from rnn_course.checks.case import Case, Mistake
from rnn_course.checks.task import Task

ENCODINGS = ("final", "max", "mean")


def reference(h: Array, lengths: Array, encoding: str) -> Array:
    """A right answer."""
    rows = []
    for b, n in enumerate(lengths):
        own = h[: int(n), b]
        rows.append({"final": own[-1], "max": own.max(axis=0), "mean": own.mean(axis=0)}[encoding])
    return np.array(rows)


def states(
    rng: np.random.Generator, sizes: tuple[int, int, int], *, digits: int | None = None, below: bool = False
) -> tuple[Array, Array]:
    """States in (-1, 1), larger at padding, and lengths; in each sentence some unit is never above 0."""
    T, B, H = sizes
    h = rng.uniform(-0.95, 0.95, size=(T, B, H))
    h[:, np.arange(B), rng.integers(H, size=B)] *= -1
    h = -np.abs(h) if below else h
    h[:, :, 0] = -np.abs(h[:, :, 0])
    lengths = draw.lengths(rng, B, T)
    padding = draw.outside(lengths, T)
    h[padding] = rng.uniform(1.0, 3.0, size=(int(padding.sum()), H))
    return (h if digits is None else h.round(digits)), lengths


BY_HAND = (np.array([[[0.6]], [[-0.3]], [[0.3]], [[0.9]]]), np.array([3]))


def _visible() -> tuple[Case, ...]:
    rng = np.random.default_rng(63)
    known = [Case((*BY_HAND, how), "3 words, and a row of padding") for how in ENCODINGS]
    small = [Case((*states(rng, (4, 3, 2), digits=2), how)) for how in ENCODINGS]
    below = Case((*states(rng, (3, 2, 2), digits=2, below=True), "max"), "all states are below 0")
    h, lengths = states(rng, (3, 2, 2), digits=2)
    h[draw.outside(lengths, 3)] = np.nan
    return (*known, *small, below, Case((h, lengths, "mean"), "what stands at padding is NaN"))


def hidden(rng: np.random.Generator) -> Iterator[Case]:
    for sizes in ((6, 4, 3), (5, 3, 7), (1, 3, 2), (7, 1, 4)):
        h, lengths = states(rng, sizes)
        for how in ENCODINGS:
            yield Case((h, lengths, how), f"sizes {sizes}")
    yield Case((*states(rng, (5, 4, 3), below=True), "max"), "all states are below 0")
    h, lengths = states(rng, (4, 3, 2))
    h[draw.outside(lengths, 4)] = np.nan
    for how in ENCODINGS:
        yield Case((h, lengths, how), "what stands at padding is NaN")


def last_row(h, lengths, encoding):
    T, _, _ = h.shape
    inside = (np.arange(T)[:, None] < lengths)[..., None]
    if encoding == "final":
        return h[-1]
    if encoding == "max":
        return np.where(inside, h, -np.inf).max(axis=0)
    return np.where(inside, h, 0).sum(axis=0) / lengths[:, None]


def whole_rows(h, lengths, encoding):
    T, _, _ = h.shape
    inside = (np.arange(T)[:, None] < lengths)[..., None]
    if encoding == "final":
        return h[lengths - 1]
    if encoding == "max":
        return np.where(inside, h, -np.inf).max(axis=0)
    return np.where(inside, h, 0).sum(axis=0) / lengths[:, None]


def lengths_forgotten(h, lengths, encoding):
    if encoding == "final":
        return h[-1]
    return h.max(axis=0) if encoding == "max" else h.mean(axis=0)


def padding_is_zero_in_max(h, lengths, encoding):
    T, B, _ = h.shape
    inside = (np.arange(T)[:, None] < lengths)[..., None]
    if encoding == "final":
        return h[lengths - 1, np.arange(B)]
    if encoding == "max":
        return np.where(inside, h, 0).max(axis=0)
    return np.where(inside, h, 0).sum(axis=0) / lengths[:, None]


def max_of_sizes(h, lengths, encoding):
    T, B, _ = h.shape
    inside = (np.arange(T)[:, None] < lengths)[..., None]
    if encoding == "final":
        return h[lengths - 1, np.arange(B)]
    if encoding == "max":
        return np.where(inside, np.abs(h), 0).max(axis=0)
    return np.where(inside, h, 0).sum(axis=0) / lengths[:, None]


def padding_in_max(h, lengths, encoding):
    T, B, _ = h.shape
    inside = (np.arange(T)[:, None] < lengths)[..., None]
    if encoding == "final":
        return h[lengths - 1, np.arange(B)]
    if encoding == "max":
        return h.max(axis=0)
    return np.where(inside, h, 0).sum(axis=0) / lengths[:, None]


def mean_over_all_rows(h, lengths, encoding):
    T, B, _ = h.shape
    inside = (np.arange(T)[:, None] < lengths)[..., None]
    if encoding == "final":
        return h[lengths - 1, np.arange(B)]
    if encoding == "max":
        return np.where(inside, h, -np.inf).max(axis=0)
    return h.mean(axis=0)


def mean_divided_by_time(h, lengths, encoding):
    T, B, _ = h.shape
    inside = (np.arange(T)[:, None] < lengths)[..., None]
    if encoding == "final":
        return h[lengths - 1, np.arange(B)]
    if encoding == "max":
        return np.where(inside, h, -np.inf).max(axis=0)
    return np.where(inside, h, 0).sum(axis=0) / T


def mean_not_divided(h, lengths, encoding):
    T, B, _ = h.shape
    inside = (np.arange(T)[:, None] < lengths)[..., None]
    if encoding == "final":
        return h[lengths - 1, np.arange(B)]
    if encoding == "max":
        return np.where(inside, h, -np.inf).max(axis=0)
    return np.where(inside, h, 0).sum(axis=0)


def mask_multiplied(h, lengths, encoding):
    T, B, _ = h.shape
    inside = (np.arange(T)[:, None] < lengths)[..., None]
    if encoding == "final":
        return h[lengths - 1, np.arange(B)]
    if encoding == "max":
        return np.where(inside, h, -np.inf).max(axis=0)
    return (h * inside).sum(axis=0) / lengths[:, None]


def one_row_too_early(h, lengths, encoding):
    T, B, _ = h.shape
    inside = (np.arange(T)[:, None] < lengths)[..., None]
    if encoding == "final":
        return h[np.maximum(lengths - 2, 0), np.arange(B)]
    if encoding == "max":
        return np.where(inside, h, -np.inf).max(axis=0)
    return np.where(inside, h, 0).sum(axis=0) / lengths[:, None]


def one_row_too_late(h, lengths, encoding):
    T, B, _ = h.shape
    inside = (np.arange(T)[:, None] < lengths)[..., None]
    if encoding == "final":
        return h[lengths, np.arange(B)]
    if encoding == "max":
        return np.where(inside, h, -np.inf).max(axis=0)
    return np.where(inside, h, 0).sum(axis=0) / lengths[:, None]


MISTAKES = (
    Mistake(
        "lengths-forgotten",
        "the lengths are not used at all",
        "Encode a sentence alone and beside a longer one. Should its vector hang on its neighbour?",
        lengths_forgotten,
    ),
    Mistake(
        "last-row",
        "the final state is taken from the last row of the array",
        "The last row is padding for every sentence that is not the longest. Where does sentence b end?",
        last_row,
    ),
    Mistake(
        "one-row-too-early",
        "the final state is taken one word before the last one",
        "A sentence of n words stands in rows 0 to n - 1.",
        one_row_too_early,
    ),
    Mistake(
        "one-row-too-late",
        "the final state is taken from row n of a sentence of n words",
        "Rows are counted from 0. In which row is word n?",
        one_row_too_late,
    ),
    Mistake(
        "whole-rows",
        "`h[lengths - 1]` is taken for the final states",
        "That takes whole rows, with all sentences in each. Which sentence is wanted from which row?",
        whole_rows,
    ),
    Mistake(
        "padding-in-max",
        "the maximum runs over padding too",
        "What has to stand at padding, so that it can never be the largest?",
        padding_in_max,
    ),
    Mistake(
        "padding-is-zero-in-max",
        "the maximum sees a 0 at padding",
        "A unit whose states are all below 0 has a maximum below 0. Is 0 a harmless filling?",
        padding_is_zero_in_max,
    ),
    Mistake(
        "max-of-sizes",
        "the maximum is taken of absolute values",
        "-0.9 is smaller than 0.1: the maximum is that of the numbers as they are.",
        max_of_sizes,
    ),
    Mistake(
        "mean-over-all-rows",
        "the mean runs over padding too",
        "Sum over the sentence's own n words, and divide by n.",
        mean_over_all_rows,
    ),
    Mistake(
        "mean-divided-by-time",
        "the sum over the words is divided by the length of the array",
        "Beside a longer sentence, the mean would shrink. How many words were summed?",
        mean_divided_by_time,
    ),
    Mistake(
        "mean-not-divided",
        "the mean is a sum",
        "Divide each sentence's sum by its own number of words.",
        mean_not_divided,
    ),
    Mistake(
        "mask-multiplied",
        "what stands at padding is multiplied by 0 before the sum",
        "NaN times 0 is NaN. Choose with np.where, or cut each sentence out by its length.",
        mask_multiplied,
    ),
)

task = Task(
    assignment="a6",
    name="encode",
    label="Task 2a, sentence encodings",
    points=12,
    function="encode",
    arguments=("h", "lengths", "encoding"),
    returns="an array [batch, hidden]",
    look='the three formulas in the text of task 2a; lecture 08, "Many to one: a sentence becomes a vector".',
    reference=reference,
    visible=_visible(),
    hidden=hidden,
    mistakes=MISTAKES,
    properties=(no_nan,),
)
check, grade, example = task.check, task.grade, task.example
