"""a2, task 2: every token of a stream with the k tokens before it."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
from numpy import ndarray

from rnn_course.checks.a2 import draw
from rnn_course.checks.a2.windows_mistakes import MISTAKES
from rnn_course.checks.case import Case, Property
from rnn_course.checks.plain import Plain
from rnn_course.checks.task import Task


def reference(stream: ndarray, k: int) -> tuple[ndarray, ndarray]:
    """A right answer."""
    contexts = []
    before = [draw.BOS] * k
    for token in stream.tolist():
        contexts.append(before)
        before = [draw.BOS] * k if token == draw.EOS else [*before[1:], token]
    return np.array(contexts), stream.copy()


VISIBLE = (
    Case((np.array([3, 5, 6, 1]), 2)),
    Case((draw.STREAM, 2), "the whole text"),
    Case((np.array([5, 6, 4, 3, 6, 1, 4, 4, 1]), 3)),
    Case((np.array([4, 1, 1, 6, 5, 2]), 1), "an empty sentence, and a last one without its end"),
    Case((np.array([6, 4, 1]), 5), "the window is longer than the sentence"),
)


def hidden(rng: np.random.Generator) -> Iterator[Case]:
    for k, lengths in ((1, (4, 2, 5)), (2, (6, 0, 3)), (3, (1, 7, 4, 2)), (4, (9, 2)), (6, (3, 5))):
        pieces = [[*rng.integers(2, 12, size=length).tolist(), draw.EOS] for length in lengths]
        yield Case((np.array([number for piece in pieces for number in piece]), k))
    yield Case((rng.integers(2, 9, size=5), 2), "a sentence that does not end")
    yield Case((np.array([draw.EOS]), 3), "one sentence without words")


def _rows(arguments: tuple[Plain, ...], value: Plain) -> str | None:
    contexts = _contexts(value)
    stream, k = arguments
    if contexts is None or contexts.shape == (len(stream), k):
        return None
    return (
        f"contexts has shape {contexts.shape}, expected {(len(stream), k)}: a row for each token, k columns."
    )


def _all_alike(arguments: tuple[Plain, ...], value: Plain) -> str | None:
    contexts = _contexts(value)
    if contexts is None or len(contexts) < 2 or not contexts.any() or (contexts != contexts[0]).any():
        return None
    return (
        "All rows of contexts are alike. If you append one list again and again and change it, every row is "
        "that list: append a copy, list(context)."
    )


def _starts_fresh(arguments: tuple[Plain, ...], value: Plain) -> str | None:
    contexts = _contexts(value)
    stream, k = arguments
    if contexts is None or contexts.shape != (len(stream), k):
        return None
    for row in np.flatnonzero(np.concatenate([[True], stream[:-1] == draw.EOS])):
        if (contexts[row] != draw.BOS).any():
            return (
                f"Row {row} predicts the first token of a sentence, so its context should be "
                f"{[draw.BOS] * k}; it is {contexts[row].tolist()}."
            )
    return None


def _sees_no_future(arguments: tuple[Plain, ...], value: Plain) -> str | None:
    contexts = _contexts(value)
    stream, k = arguments
    if contexts is None or contexts.shape != (len(stream), k):
        return None
    if _all_alike(arguments, value):
        return None
    for row in range(len(stream)):
        unknown_yet = set(contexts[row].tolist()) - {draw.BOS, *stream[:row].tolist()}
        if unknown_yet:
            return f"Row {row} sees the token {min(unknown_yet)}, which has not been read yet at that place."
    return None


def _contexts(value: Plain) -> ndarray | None:
    """The first of two results as an array, if it is one."""
    if not isinstance(value, (tuple, list)) or len(value) != 2:
        return None
    try:
        contexts = np.array(value[0])
    except ValueError:  # rows of different lengths
        return None
    return contexts if contexts.ndim == 2 and contexts.dtype.kind in "iuf" else None


task = Task(
    assignment="a2",
    name="windows",
    label="Task 2, windows",
    points=15,
    function="make_windows",
    arguments=("stream", "k"),
    returns="a tuple of two arrays, contexts and targets",
    parts=("contexts", "targets"),
    look='the rule in the text of task 2; lecture 01, "The assumption: only the last few words matter".',
    reference=reference,
    visible=VISIBLE,
    hidden=hidden,
    mistakes=MISTAKES,
    properties=(
        Property("one row a token", _rows),
        Property("rows differ", _all_alike),
        Property("a sentence begins with nothing before it", _starts_fresh),
        Property("causality", _sees_no_future),
    ),
)
check, grade, example = task.check, task.grade, task.example
