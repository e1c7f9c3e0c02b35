"""a6, task 5a: the log-probability of a translation, by teacher forcing."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from rnn_course.checks.a6 import draw
from rnn_course.checks.a6.conditional_mistakes import MISTAKES
from rnn_course.checks.a6.given import TOY_DECODER, TOY_ENCODER, Array, Params, elman_states, log_softmax
from rnn_course.checks.a6.padding import no_nan
from rnn_course.checks.case import Case
from rnn_course.checks.task import Task


def reference(
    encoder: Params,
    decoder: Params,
    source: Array,
    source_lengths: Array,
    target: Array,
    target_lengths: Array,
) -> tuple[Array, float]:
    """A right answer: each pair by itself."""
    found = []
    for b in range(source.shape[1]):
        read = encoder["E"][source[: int(source_lengths[b]), b : b + 1]]
        start = elman_states(encoder, read)[-1]
        own = target[: int(target_lengths[b]), b]
        inputs, right = [0, *own], [*own, 1]
        states = elman_states(decoder, decoder["E"][inputs][:, None], start)[:, 0]
        of_tokens = log_softmax(states @ decoder["U"].T + decoder["b_2"])
        found.append(of_tokens[np.arange(len(right)), right].sum())
    tokens = int(np.sum(target_lengths)) + len(target_lengths)
    return np.array(found), float(-np.sum(found) / tokens)


def _case(
    rng: np.random.Generator, sizes: tuple[int, ...], digits: int | None = None, about: str = ""
) -> Case:
    times, batch, vocabs, embeds, hidden = sizes[:2], sizes[2], sizes[3:5], sizes[5:7], sizes[7]
    encoder = draw.reader(rng, vocabs[0], embeds[0], hidden, digits)
    decoder = draw.writer(rng, vocabs[1], embeds[1], hidden, vocabs[1], digits)
    decoder["b_2"][0] = -30.0
    lengths = [draw.lengths(rng, batch, time) for time in times]
    source, target = (
        draw.sentences(rng, own, vocab, first=2) for own, vocab in zip(lengths, vocabs, strict=True)
    )
    for ids, own in ((source, lengths[0]), (target, lengths[1])):
        padding = draw.outside(own, len(ids))
        ids[padding] = np.where(rng.random(int(padding.sum())) < 0.7, 1, 2)
    return Case((encoder, decoder, source, lengths[0], target, lengths[1]), about)


def _visible() -> tuple[Case, ...]:
    rng = np.random.default_rng(68)
    girl, la_chica = np.array([[3]]), np.array([[3], [5]])
    return (
        Case(
            (
                TOY_ENCODER,
                TOY_DECODER,
                np.array([[3, 2], [1, 3]]),
                np.array([1, 2]),
                np.array([[3, 2], [5, 1]]),
                np.array([2, 1]),
            ),
            "girl: la chica; dog girl: el",
        ),
        Case((TOY_ENCODER, TOY_DECODER, girl, np.array([1]), la_chica, np.array([2])), "girl: la chica"),
        _case(rng, (2, 3, 2, 4, 5, 1, 2, 2), 1),
        _case(rng, (3, 2, 3, 5, 4, 2, 1, 2), 1),
    )


def hidden(rng: np.random.Generator) -> Iterator[Case]:
    yield _case(rng, (4, 6, 3, 7, 8, 2, 5, 4))
    yield _case(rng, (6, 4, 2, 5, 7, 4, 3, 5))
    yield _case(rng, (5, 7, 4, 6, 5, 3, 2, 6))
    yield _case(rng, (3, 5, 1, 6, 7, 3, 4, 5), about="a batch of one")
    yield _case(rng, (1, 1, 4, 5, 6, 2, 3, 4), about="sentences of one word")


task = Task(
    assignment="a6",
    name="conditional",
    label="Task 5a, conditional language model",
    points=9,
    function="conditional_log_probs",
    arguments=("encoder", "decoder", "source", "source_lengths", "target", "target_lengths"),
    returns="a pair: an array [batch], and the number J",
    look="the product in the text of task 5a; "
    'lecture 08, "Many to many, read, then write: a conditional language model".',
    reference=reference,
    visible=_visible(),
    hidden=hidden,
    mistakes=MISTAKES,
    tolerance=draw.NETWORK,
    parts=("log_probs", "J"),
    properties=(no_nan,),
)
check, grade, example = task.check, task.grade, task.example
