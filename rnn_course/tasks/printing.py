"""Sentences whose last word was named long before: she wanted to print her tickets, and at last she does."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from rnn_course.errors import CourseError

THINGS = ("tickets", "letters", "photos", "reports", "maps", "poems", "recipes", "labels")
EVENTS = (
    ("the", "printer", "was", "empty"),
    ("the", "shop", "was", "far", "away"),
    ("toner", "was", "expensive"),
    ("she", "paid", "and", "walked", "home"),
    ("it", "began", "to", "rain"),
    ("a", "neighbour", "said", "hello"),
    ("the", "cable", "was", "loose"),
    ("nothing", "happened", "for", "a", "while"),
)
OPENING = ("she", "wanted", "to", "print", "her")
CLOSING = ("at", "last", "she", "printed", "her")


class LongWait(NamedTuple):
    """A story without its last word, and that word.

    Attributes:
        context: the words before it.
        answer: one of `THINGS`, which stands in the context once.
        lag: steps from reading the thing to having to name it again.
    """

    context: tuple[str, ...]
    answer: str
    lag: int

    def sentence(self) -> list[str]:
        """The whole story, to train a language model on."""
        return [*self.context, self.answer, "."]


def long_wait(events: int, rng: np.random.Generator) -> LongWait:
    """A story in which so many things happen between wanting and printing.

        she wanted to print her tickets , the printer was empty , at last she printed her -> tickets

    Nothing between the two places tells the word, so that no model whose window is shorter than the lag
    does better than chance at it.

    Args:
        events: clauses in between, 0 or more, drawn from `EVENTS` (three to five words and a comma each).
        rng: `numpy.random.default_rng(seed)`.

    Raises:
        CourseError: if `events` is negative.

    Source: the kind of example is from Manning and others, CS224n lecture slides (Stanford, 2019).
    """
    if events < 0:
        raise CourseError(f"long_wait: the number of events is at least 0, got {events}")
    answer = THINGS[int(rng.integers(len(THINGS)))]
    between: list[str] = [","]
    for index in rng.integers(len(EVENTS), size=events):
        between += [*EVENTS[index], ","]
    context = (*OPENING, answer, *between, *CLOSING)
    return LongWait(context, answer, len(between) + len(CLOSING))


def chance_accuracy() -> float:
    """Share of right answers, in [0, 1], of whoever has forgotten the thing."""
    return 1 / len(THINGS)
