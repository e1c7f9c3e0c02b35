"""What the widget on tickets and the lag shows, computed once."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, NamedTuple

import numpy as np
from jaxtyping import Float, Int
from numpy import ndarray

from rnn_course.errors import VocabularyError
from rnn_course.experiments.tickets_by_lag import Readers, heard, named_by_lag, story
from rnn_course.models.recurrent import RecurrentLM
from rnn_course.tasks.printing import CLOSING, EVENTS, OPENING, THINGS
from rnn_course.widgets.base import WidgetError

MOST_EVENTS = 6
MOST_READERS = 3
QUESTIONS = 50
WORDS = sorted({*THINGS, *OPENING, *CLOSING, ",", *(word for clause in EVENTS for word in clause)})


class TicketNumbers(NamedTuple):
    """Every story that can be chosen, as each network takes it.

    Attributes:
        stories: the words of the first thing's stories without their last, by number of events.
        lags: steps between the two places, [events].
        probabilities: of each thing as the last word, [times, readers, events, told, things]; times are
            before and after training, or after it only.
        shares: of the gradient that is left at the state after each word, 0 behind the story's end, [times,
            readers, events, told, words].
        accuracy: share of right answers in new stories, [times, readers, events].
        questions: new stories for each number of events.
    """

    stories: list[tuple[str, ...]]
    lags: Int[ndarray, " events"]
    probabilities: Float[ndarray, "times readers events told things"]
    shares: Float[ndarray, "times readers events told words"]
    accuracy: Float[ndarray, "times readers events"]
    questions: int


def measure(times: Sequence[Mapping[str, RecurrentLM]]) -> TicketNumbers:
    """Ask every network for the end of every story.

    Args:
        times: the networks at one time or two, with the same names.
    """
    told = [[story(thing, count) for thing in THINGS] for count in range(MOST_EVENTS + 1)]
    longest = len(told[-1][0].context)
    shape = len(times), len(times[0]), len(told), len(THINGS)
    probabilities = np.zeros((*shape, len(THINGS)), np.float32)
    shares = np.zeros((*shape, longest), np.float32)
    accuracy = np.zeros(shape[:3], np.float32)
    for time, models in enumerate(times):
        for r, model in enumerate(models.values()):
            for count, row in enumerate(told):
                found = heard(model, row)
                probabilities[time, r, count] = found.probabilities
                shares[time, r, count, :, : found.shares.shape[1]] = found.shares
        accuracy[time] = named_by_lag(models, range(len(told)), questions=QUESTIONS).accuracy
    lags = np.array([row[0].lag for row in told])
    return TicketNumbers([row[0].context for row in told], lags, probabilities, shares, accuracy, QUESTIONS)


def check_readers(readers: Any) -> Readers:
    """Hold a student's networks to what can be set side by side.

    Raises:
        WidgetError: if they are no dict of one to three language models, nor what `readers_of_stories`
            gives.
        VocabularyError: if one does not know a word of the stories.
    """
    if not isinstance(readers, Readers):
        readers = Readers({}, readers)
    for models in readers:
        if not isinstance(models, Mapping) or len(models) > MOST_READERS:
            raise WidgetError(
                "readers are one to three language models by name, or what readers_of_stories gives; "
                f"got {type(models).__name__}"
            )
        for name, model in models.items():
            if not isinstance(name, str) or not name:
                raise WidgetError(f"a reader's name is a text, got {name!r}")
            if not isinstance(model, RecurrentLM) or model.memory == "none":
                raise WidgetError(
                    f"readers[{name!r}] is a RecurrentLM with memory, got {type(model).__name__}"
                )
            unknown = [word for word in WORDS if word not in model.vocabulary]
            if unknown:
                raise VocabularyError(f"{name!r} does not know {unknown[0]!r} of the stories")
    if not readers.trained or (readers.new and list(readers.new) != list(readers.trained)):
        raise WidgetError(
            f"readers need the same names before and after training, at least one; got {list(readers.new)} "
            f"and {list(readers.trained)}"
        )
    return readers
