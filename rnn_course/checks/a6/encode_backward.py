"""a6, task 2b: the way back from a sentence's vector to its states."""

# The mistakes below are written as students write them: without types, and with their faults.
# mypy: disallow-untyped-defs=False, check-untyped-defs=False

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from rnn_course.checks.a6 import draw
from rnn_course.checks.a6.encode import ENCODINGS, states
from rnn_course.checks.a6.given import Array
from rnn_course.checks.a6.padding import no_nan, zero_at_padding
from rnn_course.checks.case import Case, Mistake
from rnn_course.checks.task import Task


def reference(dv: Array, h: Array, lengths: Array, encoding: str) -> Array:
    """A right answer."""
    dh = np.zeros(h.shape)
    for b, length in enumerate(lengths):
        n = int(length)
        if encoding == "final":
            dh[n - 1, b] = dv[b]
        elif encoding == "mean":
            dh[:n, b] = dv[b] / n
        else:
            for unit in range(h.shape[2]):
                dh[h[:n, b, unit].argmax(), b, unit] = dv[b, unit]
    return dh


def _case(
    rng: np.random.Generator, sizes: tuple[int, int, int], digits: int | None = None
) -> tuple[Array, Array, Array]:
    h, lengths = states(rng, sizes, digits=digits)
    dv = draw.normal(rng, (sizes[1], sizes[2]), 1.0, digits)
    dv[np.abs(dv) < 0.1] = 0.5  # none so small that a share of it looks like 0
    return dv, h, lengths


def _visible() -> tuple[Case, ...]:
    rng = np.random.default_rng(64)
    h = np.array([[[0.6]], [[-0.3]], [[0.3]], [[0.9]]])
    by_hand = (np.array([[1.2]]), h, np.array([3]))
    small = _case(rng, (4, 3, 2), 2)
    return (
        *(Case((*by_hand, how), "3 words, and a row of padding") for how in ENCODINGS),
        *(Case((*small, how)) for how in ENCODINGS),
        Case((*_repeated(*small), "max"), "padding repeats each unit's largest state"),
    )


def _repeated(dv: Array, h: Array, lengths: Array) -> tuple[Array, Array, Array]:
    """The same with the largest state of each unit and sentence at all its padding."""
    inside = ~draw.outside(lengths, len(h))[:, :, None]
    largest = np.where(inside, h, -np.inf).max(axis=0)
    return dv, np.where(inside, h, largest), lengths


def hidden(rng: np.random.Generator) -> Iterator[Case]:
    for sizes in ((6, 4, 3), (5, 3, 7), (1, 3, 2), (7, 1, 4)):
        drawn = _case(rng, sizes)
        for how in ENCODINGS:
            yield Case((*drawn, how), f"sizes {sizes}")
        yield Case((*_repeated(*drawn), "max"), "padding repeats each unit's largest state")


def last_row(dv, h, lengths, encoding):
    T, _, _ = h.shape
    inside = (np.arange(T)[:, None] < lengths)[..., None]
    dh = np.zeros(h.shape)
    if encoding == "final":
        dh[-1] = dv
    elif encoding == "mean":
        dh += np.where(inside, dv / lengths[:, None], 0)
    else:
        best = np.where(inside, h, -np.inf).argmax(axis=0)
        np.put_along_axis(dh, best[None], dv[None], axis=0)
    return dh


def final_to_all(dv, h, lengths, encoding):
    T, _, _ = h.shape
    inside = (np.arange(T)[:, None] < lengths)[..., None]
    dh = np.zeros(h.shape)
    if encoding == "final":
        dh += np.where(inside, dv, 0)
    elif encoding == "mean":
        dh += np.where(inside, dv / lengths[:, None], 0)
    else:
        best = np.where(inside, h, -np.inf).argmax(axis=0)
        np.put_along_axis(dh, best[None], dv[None], axis=0)
    return dh


def mean_without_share(dv, h, lengths, encoding):
    T, B, _ = h.shape
    inside = (np.arange(T)[:, None] < lengths)[..., None]
    dh = np.zeros(h.shape)
    if encoding == "final":
        dh[lengths - 1, np.arange(B)] = dv
    elif encoding == "mean":
        dh += np.where(inside, dv, 0)
    else:
        best = np.where(inside, h, -np.inf).argmax(axis=0)
        np.put_along_axis(dh, best[None], dv[None], axis=0)
    return dh


def mean_divided_by_time(dv, h, lengths, encoding):
    T, B, _ = h.shape
    inside = (np.arange(T)[:, None] < lengths)[..., None]
    dh = np.zeros(h.shape)
    if encoding == "final":
        dh[lengths - 1, np.arange(B)] = dv
    elif encoding == "mean":
        dh += np.where(inside, dv / T, 0)
    else:
        best = np.where(inside, h, -np.inf).argmax(axis=0)
        np.put_along_axis(dh, best[None], dv[None], axis=0)
    return dh


def mean_into_padding(dv, h, lengths, encoding):
    T, B, _ = h.shape
    inside = (np.arange(T)[:, None] < lengths)[..., None]
    dh = np.zeros(h.shape)
    if encoding == "final":
        dh[lengths - 1, np.arange(B)] = dv
    elif encoding == "mean":
        dh += dv / lengths[:, None]
    else:
        best = np.where(inside, h, -np.inf).argmax(axis=0)
        np.put_along_axis(dh, best[None], dv[None], axis=0)
    return dh


def max_into_padding(dv, h, lengths, encoding):
    T, B, _ = h.shape
    inside = (np.arange(T)[:, None] < lengths)[..., None]
    dh = np.zeros(h.shape)
    if encoding == "final":
        dh[lengths - 1, np.arange(B)] = dv
    elif encoding == "mean":
        dh += np.where(inside, dv / lengths[:, None], 0)
    else:
        np.put_along_axis(dh, h.argmax(axis=0)[None], dv[None], axis=0)
    return dh


def max_to_one_word(dv, h, lengths, encoding):
    T, B, _ = h.shape
    inside = (np.arange(T)[:, None] < lengths)[..., None]
    dh = np.zeros(h.shape)
    if encoding == "final":
        dh[lengths - 1, np.arange(B)] = dv
    elif encoding == "mean":
        dh += np.where(inside, dv / lengths[:, None], 0)
    else:
        best = np.where(inside, h, -np.inf).max(axis=2).argmax(axis=0)
        dh[best, np.arange(B)] = dv
    return dh


def max_to_all(dv, h, lengths, encoding):
    T, B, _ = h.shape
    inside = (np.arange(T)[:, None] < lengths)[..., None]
    dh = np.zeros(h.shape)
    if encoding == "final":
        dh[lengths - 1, np.arange(B)] = dv
    elif encoding == "mean":
        dh += np.where(inside, dv / lengths[:, None], 0)
    else:
        dh += np.where(inside, dv, 0)
    return dh


def times_the_state(dv, h, lengths, encoding):
    T, B, _ = h.shape
    inside = (np.arange(T)[:, None] < lengths)[..., None]
    dh = np.zeros(h.shape)
    if encoding == "final":
        dh[lengths - 1, np.arange(B)] = dv
    elif encoding == "mean":
        dh += np.where(inside, dv / lengths[:, None], 0)
    else:
        best = np.where(inside, h, -np.inf).argmax(axis=0)
        np.put_along_axis(dh, best[None], dv[None], axis=0)
    return dh * np.where(inside, h, 0)


def tanh_slope_too(dv, h, lengths, encoding):
    T, B, _ = h.shape
    inside = (np.arange(T)[:, None] < lengths)[..., None]
    dh = np.zeros(h.shape)
    if encoding == "final":
        dh[lengths - 1, np.arange(B)] = dv
    elif encoding == "mean":
        dh += np.where(inside, dv / lengths[:, None], 0)
    else:
        best = np.where(inside, h, -np.inf).argmax(axis=0)
        np.put_along_axis(dh, best[None], dv[None], axis=0)
    return dh * (1 - h**2)


def max_wherever_equal(dv, h, lengths, encoding):
    T, B, _ = h.shape
    inside = (np.arange(T)[:, None] < lengths)[..., None]
    dh = np.zeros(h.shape)
    if encoding == "final":
        dh[lengths - 1, np.arange(B)] = dv
    elif encoding == "mean":
        dh += np.where(inside, dv / lengths[:, None], 0)
    else:
        dh += (h == np.where(inside, h, -np.inf).max(axis=0)) * dv
    return dh


MISTAKES = (
    Mistake(
        "last-row",
        "the final state's gradient is put into the last row of the array",
        "The gradient goes where the number came from: to each sentence's own last word.",
        last_row,
    ),
    Mistake(
        "final-to-all",
        "the final encoding sends its gradient to all words",
        "Move h(1) a little and keep h(n): does v change? (What h(n) owes to h(1) is the cell's business.)",
        final_to_all,
    ),
    Mistake(
        "mean-without-share",
        "the mean sends the whole gradient to each word",
        "Move one state by 1: by how much does the mean of n states move?",
        mean_without_share,
    ),
    Mistake(
        "mean-divided-by-time",
        "the mean's gradient is divided by the length of the array",
        "The mean was taken over the sentence's own n words.",
        mean_divided_by_time,
    ),
    Mistake(
        "mean-into-padding",
        "the mean sends gradient to padding too",
        "Padding had no part in the mean. Moving it moves nothing.",
        mean_into_padding,
    ),
    Mistake(
        "max-into-padding",
        "the maximum is searched among padding too",
        "Which rows could the maximum have come from?",
        max_into_padding,
    ),
    Mistake(
        "max-wherever-equal",
        "every row that equals the maximum gets its gradient, padding too",
        "Padding may hold anything, also a copy of the largest state. Did it have a part in the maximum?",
        max_wherever_equal,
    ),
    Mistake(
        "max-to-one-word",
        "one word gets the gradients of all units of the maximum",
        "Each unit has its maximum at a word of its own.",
        max_to_one_word,
    ),
    Mistake(
        "max-to-all",
        "the maximum sends its gradient to all words",
        "Move a state that is not the largest by very little: does the maximum move?",
        max_to_all,
    ),
    Mistake(
        "times-the-state",
        "the gradient is multiplied with the states",
        "v is a choice or a mean of states. Its slope in each of them is 0, 1 or 1/n, whatever they are.",
        times_the_state,
    ),
    Mistake(
        "tanh-slope-too",
        "the slope of tanh is multiplied in here",
        "dh is the gradient at the states. The way through the tanh comes later, in the cell.",
        tanh_slope_too,
    ),
)

task = Task(
    assignment="a6",
    name="encode_backward",
    label="Task 2b, the way back",
    points=8,
    function="encode_backward",
    arguments=("dv", "h", "lengths", "encoding"),
    returns="an array [time, batch, hidden]",
    look='the three lines in the text of task 2b; lecture 08, "Many to one: a sentence becomes a vector".',
    reference=reference,
    visible=_visible(),
    hidden=hidden,
    mistakes=MISTAKES,
    properties=(no_nan, zero_at_padding(2)),
)
check, grade, example = task.check, task.grade, task.example
