"""a5, task 6b: how far a network remembers, from its answers by lag."""

# The mistakes below are written as students write them: without types, and with their faults.
# mypy: disallow-untyped-defs=False, check-untyped-defs=False

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
from numpy import ndarray

from rnn_course.checks.case import Case, Mistake
from rnn_course.checks.task import Task


def reference(lags: ndarray, right: ndarray, needed: float) -> tuple[dict[int, float], int]:
    """A right answer."""
    accuracy = {int(lag): float(np.mean(right[lags == lag])) for lag in np.unique(lags)}
    horizon = 0
    for lag in sorted(accuracy):
        if accuracy[lag] < needed:
            break
        horizon = lag
    return accuracy, horizon


def questions(*answers: tuple[int, int, int]) -> tuple[ndarray, ndarray]:
    """Lags and truth values of (lag, questions, right ones), the first question of each first, and so on."""
    rows = sorted(
        (number, place, lag, number >= asked - right)
        for place, (lag, asked, right) in enumerate(answers)
        for number in range(asked)
    )
    return np.array([row[2] for row in rows], dtype=int), np.array([row[3] for row in rows], dtype=bool)


WORKED = (np.array([3, 3, 7, 7, 15, 15]), np.array([True, True, True, False, True, True]))
VISIBLE = (
    Case((*WORKED, 0.75), "the 15 is luck: 7 steps are not remembered"),
    Case((*WORKED, 0.5), "7 steps, half of the time: that is enough here"),
    Case((*questions((20, 2, 0), (2, 4, 4), (10, 8, 6), (5, 4, 4)), 0.75), "lags in no order"),
    Case((*questions((9, 2, 0), (4, 4, 1)), 0.5), "even the shortest lag is too long"),
    Case((np.array([], dtype=int), np.array([], dtype=bool), 0.9), "no questions at all"),
)


def hidden(rng: np.random.Generator) -> Iterator[Case]:
    for solved in (1, 2, 4):
        drawn = np.sort(rng.choice(np.arange(2, 60), size=solved + 4, replace=False)).tolist()
        # solved, the last of them just so; missed by one; forgotten; solved by luck; forgotten
        asked = [(lag, 8, 8) for lag in drawn[: solved - 1]] + [(drawn[solved - 1], 8, 6)]
        asked += [(drawn[solved], 16, 11), (drawn[solved + 1], 4, 1), (drawn[solved + 2], 4, 4)]
        asked += [(drawn[solved + 3], 12, 2)]
        order = [len(asked) - 1, *rng.permutation(len(asked) - 1)]  # begins with a lag that is not solved
        lags, right = questions(*(asked[k] for k in order))
        yield Case((lags, right, 0.75))
        yield Case((lags, right, 0.0), "whatever the answers are, it is enough")
    lags, right = questions((int(rng.integers(20, 40)), 4, 3), (int(rng.integers(2, 19)), 4, 1))
    yield Case((lags, right, 0.5), "even the shortest lag is too long")
    yield Case((lags[:0], right[:0], 0.5), "no questions at all")


def gaps_ignored(lags, right, needed):
    accuracy = {lag: right[lags == lag].mean() for lag in lags.tolist()}
    return accuracy, max((lag for lag in accuracy if accuracy[lag] >= needed), default=0)


def strictly_more(lags, right, needed):
    accuracy = {lag: right[lags == lag].mean() for lag in lags.tolist()}
    horizon = 0
    for lag in sorted(accuracy):
        if accuracy[lag] <= needed:
            break
        horizon = lag
    return accuracy, horizon


def first_failure(lags, right, needed):
    accuracy = {lag: right[lags == lag].mean() for lag in lags.tolist()}
    horizon = 0
    for lag in sorted(accuracy):
        horizon = lag
        if accuracy[lag] < needed:
            break
    return accuracy, horizon


def order_of_asking(lags, right, needed):
    accuracy = {lag: right[lags == lag].mean() for lag in lags.tolist()}
    horizon = 0
    for lag in accuracy:
        if accuracy[lag] < needed:
            break
        horizon = lag
    return accuracy, horizon


def swapped(lags, right, needed):
    accuracy = {lag: right[lags == lag].mean() for lag in lags.tolist()}
    horizon = 0
    for lag in sorted(accuracy):
        if accuracy[lag] < needed:
            break
        horizon = lag
    return horizon, accuracy


def how_many_lags(lags, right, needed):
    accuracy = {lag: right[lags == lag].mean() for lag in lags.tolist()}
    horizon = 0
    for lag in sorted(accuracy):
        if accuracy[lag] < needed:
            break
        horizon += 1
    return accuracy, horizon


def of_all_questions(lags, right, needed):
    accuracy = {lag: right[lags == lag].sum() / len(lags) for lag in lags.tolist()}
    horizon = 0
    for lag in sorted(accuracy):
        if accuracy[lag] < needed:
            break
        horizon = lag
    return accuracy, horizon


def up_to_the_lag(lags, right, needed):
    accuracy = {lag: right[lags <= lag].mean() for lag in lags.tolist()}
    horizon = 0
    for lag in sorted(accuracy):
        if accuracy[lag] < needed:
            break
        horizon = lag
    return accuracy, horizon


def last_answer_counts(lags, right, needed):
    accuracy = {}
    for lag, is_right in zip(lags.tolist(), right.tolist(), strict=True):
        accuracy[lag] = float(is_right)
    horizon = 0
    for lag in sorted(accuracy):
        if accuracy[lag] < needed:
            break
        horizon = lag
    return accuracy, horizon


MISTAKES = (
    Mistake(
        "gaps-ignored",
        "the longest lag that is solved counts, whatever lies before it",
        "Who forgets after 7 steps does not remember for 15: beyond a gap, what is solved is luck.",
        gaps_ignored,
    ),
    Mistake(
        "strictly-more",
        "a lag that is solved just so does not count",
        "At least `needed`: equal is enough.",
        strictly_more,
    ),
    Mistake(
        "first-failure",
        "the first lag that is not solved is returned",
        "The horizon is still within sight: the last lag before the first failure.",
        first_failure,
    ),
    Mistake(
        "order-of-asking",
        "the lags are gone through in the order in which they were asked",
        "Every shorter lag has to be solved. In which order do you find that out?",
        order_of_asking,
    ),
    Mistake(
        "swapped",
        "the two results change places",
        "The text asks for the accuracies first, and for the horizon second.",
        swapped,
    ),
    Mistake(
        "how-many-lags",
        "lags are counted, instead of naming the longest",
        "The horizon is a number of steps.",
        how_many_lags,
    ),
    Mistake(
        "of-all-questions",
        "right answers are divided by the number of all questions",
        "Of the questions *at this lag*, which share was answered rightly?",
        of_all_questions,
    ),
    Mistake(
        "up-to-the-lag",
        "answers at shorter lags are counted in",
        "Easy questions would make up for hard ones. An accuracy is that of its own lag.",
        up_to_the_lag,
    ),
    Mistake(
        "last-answer-counts",
        "each answer overwrites the one before at the same lag",
        "Several questions have the same lag, and all of them count.",
        last_answer_counts,
    ),
)

task = Task(
    assignment="a5",
    name="recall_horizon",
    label="Task 6b, recall horizon",
    points=8,
    function="recall_horizon",
    arguments=("lags", "right", "needed"),
    returns="a dict of accuracies and a number",
    look='the definition in the text of task 6b; lecture 11, "How long does a memory last?".',
    reference=reference,
    visible=VISIBLE,
    hidden=hidden,
    mistakes=MISTAKES,
    parts=("accuracy", "horizon"),
)
check, grade, example = task.check, task.grade, task.example
