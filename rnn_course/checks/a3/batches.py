"""a3, task 5: batches that continue each other."""

# The mistakes below are written as students write them: without types, and with their faults.
# mypy: disallow-untyped-defs=False, check-untyped-defs=False

from __future__ import annotations

import itertools
from collections.abc import Iterator

import numpy as np
from numpy import ndarray

from rnn_course.checks.case import Case, Mistake, Property
from rnn_course.checks.plain import Plain
from rnn_course.checks.task import Task


def reference(stream: ndarray, batch_size: int, steps: int) -> list[tuple[ndarray, ndarray]]:
    """A right answer."""
    length = (len(stream) - 1) // batch_size
    used = batch_size * length
    inputs = stream[:used].reshape(batch_size, length).T
    targets = stream[1 : used + 1].reshape(batch_size, length).T
    return [
        (inputs[start : start + steps], targets[start : start + steps]) for start in range(0, length, steps)
    ]


def drawn(rng: np.random.Generator, tokens: int, batch_size: int, steps: int, about: str = "") -> Case:
    """A stream of random ids, neighbours never the same."""
    stream = np.cumsum(rng.integers(1, 9, size=tokens)) % 10
    return Case((stream, batch_size, steps), about)


VISIBLE = (
    Case((np.arange(10), 2, 3), "ten tokens, in order"),
    drawn(np.random.default_rng(14), 22, 3, 2, "22 tokens in 3 strands"),
    drawn(np.random.default_rng(15), 9, 2, 4, "9 tokens: no remainder at all"),
    Case((np.array([4, 7, 1]), 3, 2), "3 tokens make 2 predictions: not enough for 3 strands"),
)


def hidden(rng: np.random.Generator) -> Iterator[Case]:
    for tokens, batch_size, steps in (
        (31, 2, 4),
        (40, 3, 5),
        (55, 4, 20),
        (29, 7, 2),
        (33, 4, 4),
        (24, 5, 1),
        (15, 1, 6),
    ):
        yield drawn(rng, tokens, batch_size, steps)
    yield drawn(rng, 5, 4, 3, "one step in each strand")
    yield drawn(rng, 4, 4, 3, "not enough tokens for four strands")
    yield drawn(rng, 1, 2, 3, "one token: nothing can be predicted")


def strands(stream, batch_size):
    length = (len(stream) - 1) // batch_size
    used = batch_size * length
    return stream[:used].reshape(batch_size, length).T, stream[1 : used + 1].reshape(batch_size, length).T


def in_pieces(inputs, targets, steps):
    return [(inputs[at : at + steps], targets[at : at + steps]) for at in range(0, len(inputs), steps)]


def not_continued(stream, batch_size, steps):
    inputs, targets = stream[:-1], stream[1:]
    batches = []
    for at in range(0, len(inputs) - batch_size * steps + 1, batch_size * steps):
        piece = slice(at, at + batch_size * steps)
        batches.append(
            (inputs[piece].reshape(batch_size, steps).T, targets[piece].reshape(batch_size, steps).T)
        )
    return batches


def interleaved(stream, batch_size, steps):
    length = (len(stream) - 1) // batch_size
    used = batch_size * length
    return in_pieces(
        stream[:used].reshape(length, batch_size), stream[1 : used + 1].reshape(length, batch_size), steps
    )


def batch_first(stream, batch_size, steps):
    inputs, targets = strands(stream, batch_size)
    return [(read.T, right.T) for read, right in in_pieces(inputs, targets, steps)]


def short_batch_dropped(stream, batch_size, steps):
    inputs, targets = strands(stream, batch_size)
    return [batch for batch in in_pieces(inputs, targets, steps) if len(batch[0]) == steps]


def short_batch_filled_up(stream, batch_size, steps):
    inputs, targets = strands(stream, batch_size)
    more = ((0, -len(inputs) % steps), (0, 0))
    return in_pieces(np.pad(inputs, more), np.pad(targets, more), steps)


def seams_lost(stream, batch_size, steps):
    length = len(stream) // batch_size
    both = stream[: batch_size * length].reshape(batch_size, length).T
    return in_pieces(both[:-1], both[1:], steps)


def turned_round_at_the_end(stream, batch_size, steps):
    inputs, _ = strands(stream, batch_size)
    return in_pieces(inputs, np.roll(inputs, -1, axis=0), steps)


def targets_are_inputs(stream, batch_size, steps):
    inputs, _ = strands(stream, batch_size)
    return in_pieces(inputs, inputs, steps)


def two_ahead(stream, batch_size, steps):
    inputs, targets = strands(stream, batch_size)
    return in_pieces(inputs, np.vstack([targets[1:], targets[-1:]]), steps)


def one_step_at_a_time(stream, batch_size, steps):
    inputs, targets = strands(stream, batch_size)
    return [(inputs[at : at + steps], targets[at : at + steps]) for at in range(len(inputs))]


def as_many_predictions_as_tokens(stream, batch_size, steps):
    length = len(stream) // batch_size
    used = batch_size * length
    inputs = stream[:used].reshape(batch_size, length).T
    return in_pieces(inputs, stream[1 : used + 1].reshape(batch_size, length).T, steps)


def last_token_never_a_target(stream, batch_size, steps):
    inputs, targets = strands(stream[:-1], batch_size)
    return in_pieces(inputs, targets, steps)


MISTAKES = (
    Mistake(
        "not-continued",
        "each batch takes the next B times T tokens of the stream",
        "Follow one column from a batch to the next: does it go on where it stopped?",
        not_continued,
    ),
    Mistake(
        "interleaved",
        "neighbouring tokens are dealt out to different columns",
        "A column has to read a stretch of the text. Print one column of your first batch.",
        interleaved,
    ),
    Mistake(
        "batch-first",
        "the arrays are laid out [B, T]",
        "Time is the first axis in this course: row t is what all strands read at step t.",
        batch_first,
    ),
    Mistake(
        "short-batch-dropped",
        "the last batch is left out where it is shorter than T",
        "A short batch is a batch. Which remainder alone is dropped?",
        short_batch_dropped,
    ),
    Mistake(
        "short-batch-filled-up",
        "the last batch is filled up with zeros",
        "0 is a token like any other. The last batch may simply be shorter.",
        short_batch_filled_up,
    ),
    Mistake(
        "seams-lost",
        "the last token of each strand is never predicted from",
        "What follows the last input of strand 0? It stands in the stream: at the beginning of strand 1.",
        seams_lost,
    ),
    Mistake(
        "turned-round-at-the-end",
        "the last target of a strand is its own first token",
        "What follows the last input of a strand? Look into the stream.",
        turned_round_at_the_end,
    ),
    Mistake(
        "targets-are-inputs",
        "the targets are what is read, and not what comes next",
        "A network that has just read a token need not guess it.",
        targets_are_inputs,
    ),
    Mistake(
        "two-ahead",
        "the targets are two tokens ahead of the inputs",
        "The target of a step is the token that is read at the next step.",
        two_ahead,
    ),
    Mistake(
        "one-step-at-a-time",
        "each batch begins one step after the one before",
        "A batch reads T steps, and the next one begins after them.",
        one_step_at_a_time,
    ),
    Mistake(
        "as-many-predictions-as-tokens",
        "L is reckoned as N // B: where B divides N, the last strand lacks a target",
        "Nothing follows the last token: there are N - 1 predictions, not N.",
        as_many_predictions_as_tokens,
    ),
    Mistake(
        "last-token-never-a-target",
        "the last token of the stream is not reckoned with",
        "N tokens make N - 1 predictions: all but the first are targets, all but the last are inputs.",
        last_token_never_a_target,
    ),
)


def _continues(arguments: tuple[Plain, ...], value: Plain) -> str | None:
    if not isinstance(value, (list, tuple)) or not all(
        isinstance(pair, (list, tuple)) and len(pair) == 2 and all(np.ndim(part) == 2 for part in pair)
        for pair in value
    ):
        return None
    for number, ((_, targets), (inputs, _)) in enumerate(itertools.pairwise(value), start=2):
        last, first = np.asarray(targets)[-1:], np.asarray(inputs)[:1]
        if last.shape != first.shape or (last != first).any():
            return f"Batch {number} does not begin with the tokens that batch {number - 1} predicted last."
    return None


task = Task(
    assignment="a3",
    name="batches",
    label="Task 5, batches",
    points=10,
    function="stateful_batches",
    arguments=("stream", "batch_size", "steps"),
    returns="a list of pairs of arrays",
    look='the example in the text of task 5, column by column; lecture 07, "From noise to style".',
    reference=reference,
    visible=VISIBLE,
    hidden=hidden,
    mistakes=MISTAKES,
    properties=(Property("each batch continues the one before", _continues),),
)
check, grade, example = task.check, task.grade, task.example
