"""Question answering in miniature: people move between rooms, and one of them is asked for."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from rnn_course.errors import CourseError

PEOPLE = ("mary", "john", "daniel", "sandra")
PLACES = ("kitchen", "garden", "office", "hallway", "bathroom")
MOVES = (("went", "to"), ("walked", "to"), ("is", "in"))


class WhereIs(NamedTuple):
    """A story, a question about it, and the answer.

    Attributes:
        context: the story's words.
        question: `where is mary ?`
        answer: one of `PLACES`: where that person was last seen.
    """

    context: tuple[str, ...]
    question: tuple[str, ...]
    answer: str


def where_is(moves: int, rng: np.random.Generator) -> WhereIs:
    """Draw a story of so many moves.

        mary went to the garden . john is in the office . where is mary ?     ->   garden

    Args:
        moves: sentences of the story, 1 or more; of a person who moves again, the last place counts.
        rng: `numpy.random.default_rng(seed)`.

    Raises:
        CourseError: if there is no move.

    Source: the kind of task is that of Weston et al. 2016.
    """
    if moves < 1:
        raise CourseError(f"where_is: a story has at least one move, got {moves}")
    context: list[str] = []
    where: dict[str, str] = {}
    for _ in range(moves):
        person = PEOPLE[int(rng.integers(len(PEOPLE)))]
        place = PLACES[int(rng.integers(len(PLACES)))]
        context += [person, *MOVES[int(rng.integers(len(MOVES)))], "the", place, "."]
        where[person] = place
    asked = sorted(where)[int(rng.integers(len(where)))]
    return WhereIs(tuple(context), ("where", "is", asked, "?"), where[asked])


def last_place(story: WhereIs) -> str:
    """The baseline that names the last place of the story, whoever is asked for."""
    return next(word for word in reversed(story.context) if word in PLACES)
