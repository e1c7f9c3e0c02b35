"""Her tickets, one lag at a time: what networks say at the end, and what gradient reaches the thing."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any, NamedTuple

import numpy as np
from jaxtyping import Float, Int
from numpy import ndarray

from rnn_course.cells.cell import CELLS, State
from rnn_course.cells.parameters import map_arrays
from rnn_course.errors import CourseError
from rnn_course.gradients.flow import gradient_by_lag
from rnn_course.layers import embedding_forward
from rnn_course.models.recurrent import RecurrentLM
from rnn_course.models.softmax_loss import softmax_loss_backward, softmax_loss_forward
from rnn_course.tasks.printing import CLOSING, EVENTS, OPENING, THINGS, LongWait, long_wait
from rnn_course.text.corpus import Corpus
from rnn_course.training.config import TrainingConfig
from rnn_course.training.loop import train


class Start(NamedTuple):
    """How a reader begins.

    Attributes:
        cell: of `CELLS`.
        options: of its first weights.
        learning_rate: of Adam; each cell has the one of a few that did best.
    """

    cell: str
    options: dict[str, Any]
    learning_rate: float


STARTS = {
    "Elman": Start("elman", {}, 3e-3),
    "LSTM": Start("lstm", {"longest_lag": 40.0}, 1e-2),
    "GRU": Start("gru", {"longest_lag": 40.0}, 1e-2),
}
"""By the name of a reader."""


class Readers(NamedTuple):
    """Networks that have read the same stories, and what they were before.

    Attributes:
        new: with their first weights, by name.
        trained: the same, after reading.
    """

    new: dict[str, RecurrentLM]
    trained: dict[str, RecurrentLM]


def readers_of_stories(
    names: Sequence[str] = ("Elman", "GRU"),
    *,
    seed: int = 0,
    events: Sequence[int] = (0, 0, 0, 0, 1, 2, 4),
    stories: int = 1200,
    hidden_size: int = 64,
    epochs: int = 20,
) -> Readers:
    """Train language models on one set of stories about a thing that is wanted and, at last, printed.

    Most of the stories are short, and some are long, as it is with texts.

    Shows: the Elman network names the thing in most short stories, in fewer as the lag grows, and guesses in
    the end. The GRU, whose first biases say that memories are to last, names it at every lag.

    Args:
        names: of `STARTS`.
        seed: draws stories and first weights.
        events: clauses between the two places; each story takes the next of these numbers.
        stories: to train on.
        hidden_size: of the networks.
        epochs: times that the stories are read.

    Raises:
        CourseError: if a name is unknown, or there are no names, events or stories.
    """
    if not names or not set(names) <= set(STARTS):
        raise CourseError(f"readers_of_stories: names are some of {', '.join(STARTS)}, got {list(names)}")
    if not len(events) or stories < 1:
        raise CourseError(f"readers_of_stories: needs stories and numbers of events, got {stories}, {events}")
    rng = np.random.default_rng(seed)
    told = [long_wait(events[k % len(events)], rng).sentence() for k in range(stories)]
    corpus = Corpus.from_sentences("printing", told, told[:1], told[:1])
    config = TrainingConfig(epochs=epochs, batch_size=8, steps=60, max_gradient_norm=1.0, seed=seed)
    readers = Readers({}, {})
    for name in names:
        cell, options, learning_rate = STARTS[name]
        for models in readers:
            start = np.random.default_rng(seed)
            models[name] = RecurrentLM.init(
                corpus.vocabulary, CELLS[cell], 32, hidden_size, start, dtype=np.float32, **options
            )
        schedule = replace(config, learning_rate=learning_rate)
        train(readers.trained[name], corpus.train, schedule, progress=False)
    return readers


def story(thing: str, events: int) -> LongWait:
    """The story in which the first `events` of `EVENTS` happen in their order, so that it grows at its end.

    Raises:
        CourseError: if the thing is none of `THINGS`, or there are not so many events.
    """
    if thing not in THINGS or not 0 <= events <= len(EVENTS):
        raise CourseError(
            f"story: a thing is one of {', '.join(THINGS)}, events are 0 to {len(EVENTS)}; got {thing!r} "
            f"and {events}"
        )
    between = [","]
    for clause in EVENTS[:events]:
        between += [*clause, ","]
    return LongWait((*OPENING, thing, *between, *CLOSING), thing, len(between) + len(CLOSING))


@dataclass(frozen=True)
class Heard:
    """What a network makes of stories of one length.

    Args:
        probabilities: P(thing | the story) of each of `THINGS`, [stories, things].
        shares: of the gradient of -log P(answer) that arrives at the state after each word of the context, 1
            at the readout, [stories, words].
    """

    probabilities: Float[ndarray, "stories things"]
    shares: Float[ndarray, "stories words"]


def heard(model: RecurrentLM, told: Sequence[LongWait]) -> Heard:
    """Ask a network for the last word of stories, and send the loss of each right answer back through it.

        J = -log P(answer | context),   share at word s = ||dJ/dstate^(s)|| / ||dJ/doutput^(T)||

    Args:
        model: that knows the words.
        told: stories with equally many words.

    Raises:
        CourseError: if there are none, or their lengths differ.
        VocabularyError: if the model does not know a word.
    """
    outputs, e = _read(model, told)
    vocabulary, readout = model.vocabulary, model.params.readout
    targets = vocabulary.encode([story.answer for story in told])
    _, cache = softmax_loss_forward(readout, outputs, targets, vocabulary.bos_id)
    doutput = softmax_loss_backward(cache)[1]
    start = _start(model, len(told))
    found = gradient_by_lag(model.cell, model.params.cell, e, doutput, start, longest=len(e) - 2)
    at_readout = np.linalg.norm(doutput, axis=1)
    shares = np.vstack([found.total[::-1], at_readout]).T / at_readout[:, None]
    return Heard(_of_things(model, outputs), shares)


def _start(model: RecurrentLM, batch: int) -> State:
    if model.start is None:
        return None
    return map_arrays(lambda array: np.repeat(array, batch, axis=0), model.start)


def _read(model: RecurrentLM, told: Sequence[LongWait]) -> tuple[ndarray, ndarray]:
    """The outputs after the last word, [stories, output], and what was read, [time, stories, embed]."""
    lengths = {len(story.context) for story in told}
    if len(lengths) != 1:
        raise CourseError(f"heard: stories have one length, got {sorted(lengths)}")
    vocabulary = model.vocabulary
    inputs = np.array([[vocabulary.bos_id, *vocabulary.encode(story.context)] for story in told]).T
    e, _ = embedding_forward(model.params.E, inputs)
    outputs, _ = model.cell.forward(model.params.cell, e, _start(model, len(told)))
    return outputs[-1], e


def _of_things(
    model: RecurrentLM, outputs: Float[ndarray, "stories output"]
) -> Float[ndarray, "stories things"]:
    """P of each thing as the next word."""
    z = outputs @ model.params.readout.U.T + model.params.readout.b_2
    z[:, model.vocabulary.bos_id] = -np.inf
    p = np.exp(z - z.max(axis=1, keepdims=True))
    return (p / p.sum(axis=1, keepdims=True))[:, model.vocabulary.encode(THINGS)]


@dataclass(frozen=True)
class NamedByLag:
    """How often each network names the thing again.

    Args:
        names: the networks.
        events: clauses in between.
        accuracy: share of right answers in new stories, [networks, events].
        questions: stories for each number of events.
    """

    names: tuple[str, ...]
    events: Int[ndarray, " events"]
    accuracy: Float[ndarray, "networks events"]
    questions: int


def named_by_lag(
    models: Mapping[str, RecurrentLM], events: Sequence[int], *, questions: int = 64, seed: int = 1
) -> NamedByLag:
    """Ask each network for the last word of new stories; the most probable of `THINGS` is its answer.

    Args:
        models: that know the words of the stories.
        events: clauses in between.
        questions: new stories for each number of events.
        seed: draws them.

    Raises:
        CourseError: if there is nothing to ask, or nobody.
    """
    if not models or not len(events) or questions < 1:
        raise CourseError(
            f"named_by_lag: needs models, events and questions, got {list(models)}, {events}, {questions}"
        )
    rng = np.random.default_rng(seed)
    accuracy = np.zeros((len(models), len(events)))
    for column, count in enumerate(events):
        asked = [long_wait(count, rng) for _ in range(questions)]
        for length in {len(told.context) for told in asked}:
            alike = [told for told in asked if len(told.context) == length]
            answers = np.array([THINGS.index(told.answer) for told in alike])
            for row, model in enumerate(models.values()):
                named = _of_things(model, _read(model, alike)[0]).argmax(axis=1)
                accuracy[row, column] += (named == answers).sum() / questions
    return NamedByLag(tuple(models), np.array(events), accuracy, questions)
