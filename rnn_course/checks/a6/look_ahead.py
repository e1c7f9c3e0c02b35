"""a6, task 6: find from outside whether and how far a language model looks ahead."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from rnn_course.checks.a6 import draw
from rnn_course.checks.a6.given import Array, Params, log_probs
from rnn_course.checks.a6.look_ahead_mistakes import MISTAKES, only_falls, sign_kept
from rnn_course.checks.case import Case
from rnn_course.checks.compare import Tolerance
from rnn_course.checks.task import Task


def reference(model: Params, ids: Array) -> Array:
    """A right answer."""
    before = log_probs(model, ids)
    change = np.zeros(len(ids) - 1)
    for t in range(1, len(ids)):
        for other in range(len(model["E"])):
            changed = ids.copy()
            changed[t] = other
            moved = np.abs(log_probs(model, changed) - before)[:t]
            change[:t] = np.maximum(change[:t], moved[::-1])
    return change


def suspect(
    rng: np.random.Generator,
    vocab: int,
    *,
    ahead: tuple[float, ...] = (),
    centre: float = 0.0,
    digits: int | None = None,
) -> Params:
    """A model that reads what is `distance` words ahead with weights of the size ahead[distance - 1].

    `centre` is a share of the whole sentence's mean that is taken from every embedding.
    """
    embed, hidden = 2, 3
    model = draw.writer(rng, vocab, embed, hidden, vocab, digits, scale=1.0)
    read = [size * draw.normal(rng, (vocab, embed), 1.0, digits) for size in ahead]
    return {**model, "centre": np.array([centre]), "ahead": np.array(read).reshape(-1, vocab, embed)}


BY_HAND: Params = {
    "E": np.array([[0.0], [0.0], [1.0]]),
    "W_h": np.zeros((1, 1)),
    "W_e": np.zeros((1, 1)),
    "b_1": np.zeros(1),
    "U": np.zeros((3, 1)),
    "b_2": np.zeros(3),
    "centre": np.zeros(1),
    "ahead": np.array([[[0.0], [0.0], [0.0]], [[0.0], [0.0], [np.log(4)]]]),
}


def _visible() -> tuple[Case, ...]:
    rng = np.random.default_rng(67)
    return (
        Case(
            (BY_HAND, np.array([2, 1, 1, 1])),
            "each id has 1/3; id 2 has 4/6 if 2 stands two words later",
        ),
        Case((suspect(rng, 4, digits=1), np.array([2, 3, 1])), "a model that does not look ahead"),
        Case((suspect(rng, 4, ahead=(0.0, 0.5), digits=1), np.array([3, 2, 2, 3, 1]))),
        Case((suspect(rng, 4, ahead=(1e-4,), digits=1), np.array([3, 2, 3, 1])), "it looks ahead a little"),
        Case(
            (suspect(rng, 4, centre=0.5, digits=1), np.array([2, 3, 2, 1])),
            "the sentence's mean is taken off",
        ),
        Case(
            (suspect(rng, 4, ahead=(0.0, 1e-9), digits=1), np.array([3, 2, 3, 1])),
            "it looks two words ahead, by a billionth: small, but not 0",
        ),
    )


LITTLE = (0.0, 1e-4)  # it looks two words ahead, and little comes of it
LEAST = (0.0, 1e-9)  # the same, and np.allclose sees nothing of it

# A leak of a billionth is not 0. Two ways to compute ln P differ by about 1e-15, which is.
SMALL_COUNTS = Tolerance(rtol=1e-5, atol=1e-12)


def _telling(model: Params, ids: Array, ahead: tuple[float, ...]) -> bool:
    """Whether a little change is seen and is little, and changes downwards (and upwards) count."""
    change = reference(model, ids)
    if ahead == LITTLE:
        return bool(1e-4 < change[1] < 5e-4)
    if ahead == LEAST:
        return bool(5e-10 < change[1] < 8e-9)
    if not ahead:
        return True
    one_way = [sign_kept(model, ids)]
    if np.count_nonzero(ahead) > 1:  # of a single distance the largest change goes one way
        one_way.append(only_falls(model, ids))
    return not any(np.allclose(change, found, atol=1e-3) for found in one_way)


def hidden(rng: np.random.Generator) -> Iterator[Case]:
    for vocab, length, ahead in (
        (5, 5, (0.7,)),
        (4, 5, (0.0, 0.0, 0.5)),
        (6, 3, ()),
        (4, 5, (0.4, 1e-3, 0.8)),
        (4, 5, LITTLE),
        (4, 5, LEAST),
    ):
        ids = rng.integers(2, vocab, size=length)
        ids[-2:] = ids[0], 1  # a repeated word, and the end
        model = suspect(rng, vocab, ahead=ahead)
        while not _telling(model, ids, ahead):
            model = suspect(rng, vocab, ahead=ahead)
        yield Case((model, ids))
    yield Case((suspect(rng, 4, centre=0.6), rng.integers(2, 4, size=5)), "the sentence's mean is taken off")
    yield Case((suspect(rng, 4, ahead=(0.9,)), np.array([3, 1])), "a sentence of two words")


task = Task(
    assignment="a6",
    name="look_ahead",
    label="Task 6, leak detector",
    points=10,
    function="look_ahead",
    arguments=("model", "ids"),
    returns="an array of len(ids) - 1 numbers",
    look='what is changed and what is watched, in the text of task 6; lecture 14, "How to find a leak '
    'from outside".',
    reference=reference,
    visible=_visible(),
    hidden=hidden,
    mistakes=MISTAKES,
    tolerance=SMALL_COUNTS,
)
check, grade, example = task.check, task.grade, task.example
