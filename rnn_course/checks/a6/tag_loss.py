"""a6, task 1b: loss and accuracy of a tagger over sentences of unequal lengths."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from rnn_course.checks.a6 import draw
from rnn_course.checks.a6.given import Array, log_softmax
from rnn_course.checks.a6.padding import no_nan
from rnn_course.checks.a6.tag_loss_mistakes import MISTAKES
from rnn_course.checks.case import Case
from rnn_course.checks.task import Task


def reference(log_probs: Array, tags: Array, lengths: Array) -> tuple[float, float]:
    """A right answer."""
    B = log_probs.shape[1]
    hits, losses = [], []
    for b in range(B):
        for t in range(int(lengths[b])):
            losses.append(-log_probs[t, b, tags[t, b]])
            hits.append(log_probs[t, b].argmax() == tags[t, b])
    return float(np.mean(losses)), float(np.mean(hits))


def _by_hand() -> Case:
    half = np.log([0.5, 0.3, 0.2])
    rare = np.log([1 / 32, 30 / 32, 1 / 32])
    log_probs = np.stack([np.stack([half, rare]), np.stack([half, half]), np.stack([half, half])])
    tags = np.array([[0, 0], [0, 0], [0, 0]])
    return Case((log_probs, tags, np.array([3, 1])), "3 words and 1 word")


def _case(
    rng: np.random.Generator,
    sizes: tuple[int, int, int],
    *,
    pad: int = 0,
    digits: int | None = None,
    about: str = "",
    at_padding: float | None = None,
    impossible: bool = False,
) -> Case:
    """Random log-probabilities; the right tag is the most probable one at about half of the words."""
    T, B, K = sizes
    log_probs = log_softmax(draw.normal(rng, (T, B, K), 1.5))
    lengths = draw.lengths(rng, B, T)
    tags = np.where(rng.random((T, B)) < 0.5, log_probs.argmax(axis=-1), rng.integers(K, size=(T, B)))
    tags[0, 0] = log_probs[0, 0].argmin()  # one is wrong for certain
    tags[0, -1] = log_probs[0, -1].argmax()  # and one is right, unless there is one sentence only
    if impossible:  # a wrong tag has probability 0 at the first words
        for b in range(B):
            log_probs[0, b, (tags[0, b] + 1) % K] = -np.inf
    if digits is not None:
        log_probs = log_probs.round(digits)
    padding = draw.outside(lengths, T)
    tags[padding] = log_probs.argmax(axis=-1)[padding] if pad >= 0 else pad
    if at_padding is not None:
        log_probs[padding] = at_padding
    return Case((log_probs, tags, lengths), about)


def _visible() -> tuple[Case, ...]:
    rng = np.random.default_rng(62)
    return (
        _by_hand(),
        _case(rng, (4, 3, 3), digits=2, pad=-1, about="the tags at padding are -1"),
        _case(rng, (5, 2, 4), digits=2, about="at padding, the best tag happens to be the right one"),
        _case(rng, (3, 2, 3), digits=2, at_padding=np.nan, about="the log-probabilities at padding are NaN"),
        _case(rng, (2, 3, 4), digits=2, impossible=True, about="some wrong tags have probability 0"),
    )


def hidden(rng: np.random.Generator) -> Iterator[Case]:
    yield _case(rng, (6, 4, 5))
    yield _case(rng, (7, 3, 4), pad=-1, about="the tags at padding are -1")
    yield _case(rng, (5, 1, 3), about="a batch of one")
    yield _case(rng, (1, 5, 4), about="sentences of one word")
    yield _case(rng, (4, 2, 6), at_padding=np.nan, about="the log-probabilities at padding are NaN")
    yield _case(rng, (5, 3, 4), at_padding=-np.inf, pad=-1, about="at padding, all tags have probability 0")
    yield _case(rng, (4, 3, 5), impossible=True, about="some wrong tags have probability 0")
    log_probs, tags, lengths = _case(rng, (4, 3, 5)).arguments
    log_probs[0, 1, tags[0, 1]] = -np.inf
    yield Case((log_probs, tags, lengths), "a right tag has probability 0")


task = Task(
    assignment="a6",
    name="tag_loss",
    label="Task 1b, masked loss and accuracy",
    points=10,
    function="tag_loss",
    arguments=("log_probs", "tags", "lengths"),
    returns="a pair of numbers (J, accuracy)",
    look='what $N$ counts in the text of task 1b; lecture 08, "The padding bug".',
    reference=reference,
    visible=_visible(),
    hidden=hidden,
    mistakes=MISTAKES,
    parts=("J", "accuracy"),
    properties=(no_nan,),
)
check, grade, example = task.check, task.grade, task.example
