"""a6, task 4: layers of Elman cells, with and without connections past a layer."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import numpy as np

from rnn_course.checks.a6 import draw
from rnn_course.checks.a6.given import Array, Params, elman_states
from rnn_course.checks.a6.stacked_mistakes import MISTAKES
from rnn_course.checks.case import Case
from rnn_course.checks.task import Task

SKIPS = (None, "residual", "dense")


def reference(
    layers: list[Params], x: Array, h_0: list[Array], skip: str | None
) -> tuple[Array, list[Array]]:
    """A right answer."""
    levels, last = [x], []
    for params, start in zip(layers, h_0, strict=True):
        below = np.concatenate(levels, axis=-1) if skip == "dense" else levels[-1]
        h = elman_states(params, below, start)
        last.append(h[-1])
        passes = skip == "residual" and h.shape == below.shape
        levels.append(h + below if passes else h)
    return levels[-1], last


def layers(
    rng: np.random.Generator, sizes: list[int], skip: str | None, digits: int | None = None
) -> list[Params]:
    """Cells of sizes[1:], the first of which reads sizes[0] numbers."""
    return [
        draw.cell(rng, sum(sizes[:k]) if skip == "dense" else sizes[k - 1], sizes[k], digits)
        for k in range(1, len(sizes))
    ]


def _case(
    rng: np.random.Generator,
    time: int,
    batch: int,
    sizes: list[int],
    skip: str | None,
    digits: int | None = None,
    about: str = "",
) -> Case:
    x = draw.normal(rng, (time, batch, sizes[0]), 1.0, digits)
    x[-1] = x[0]
    h_0: Any = [rng.uniform(-0.9, 0.9, size=(batch, size)) for size in sizes[1:]]
    if digits is not None:
        h_0 = [state.round(digits) for state in h_0]
    return Case((layers(rng, sizes, skip, digits), x, h_0, skip), about)


def _by_hand(skip: str | None) -> Case:
    first = {"W_h": np.array([[0.0]]), "W_e": np.array([[1.0]]), "b_1": np.array([0.0])}
    second = {**first, "W_e": np.array([[1.0, 1.0]])} if skip == "dense" else first
    states = [np.zeros((1, 1)), np.zeros((1, 1))]
    return Case(([first, second], np.array([[[1.0]]]), states, skip), "one word, two layers of one unit")


def _visible() -> tuple[Case, ...]:
    rng = np.random.default_rng(66)
    return (
        *map(_by_hand, SKIPS),
        *(_case(rng, 2, 2, [2, 2, 2, 2], skip, 1) for skip in SKIPS),
        _case(rng, 2, 1, [1, 2, 2], "residual", 1, "nothing passes the first layer: 1 and 2 are not equal"),
        _case(rng, 2, 1, [2, 1, 3], "dense", 1, "layers of unequal sizes"),
    )


def hidden(rng: np.random.Generator) -> Iterator[Case]:
    for skip in SKIPS:
        yield _case(rng, 5, 3, [4, 4, 4, 4], skip)
        yield _case(rng, 4, 2, [2, 5, 3, 3], skip, about="layers of unequal sizes")
    yield _case(rng, 4, 2, [3, 5, 5, 5, 5], "residual")
    yield _case(rng, 1, 4, [2, 2, 2], "dense", about="sentences of one word")
    yield _case(rng, 6, 1, [3, 3], "residual", about="a single layer")


task = Task(
    assignment="a6",
    name="stacked",
    label="Task 4, stacked with skips",
    points=15,
    function="stacked",
    arguments=("layers", "x", "h_0", "skip"),
    returns="a pair: an array [time, batch, hidden], and a list of arrays [batch, hidden]",
    look='the three lines in the text of task 4; lecture 15, "Passing by".',
    reference=reference,
    visible=_visible(),
    hidden=hidden,
    mistakes=MISTAKES,
    tolerance=draw.NETWORK,
    parts=("y", "h_n"),
)
check, grade, example = task.check, task.grade, task.example
