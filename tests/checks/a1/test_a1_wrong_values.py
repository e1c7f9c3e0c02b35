"""Answers that compute nothing, know only the visible cases, or say of themselves that they are right."""

from typing import Any

import numpy as np
import pytest
from a1_words import words_of

from rnn_course.checks.a1 import TASKS
from rnn_course.checks.task import Task

each_task = pytest.mark.parametrize("task", TASKS, ids=lambda task: task.name)


@each_task
@pytest.mark.parametrize(
    "answer",
    [None, 0, 1.0, True, "", [], {}, [[]], np.zeros(3), object(), float("nan")],
    ids=lambda answer: f"{type(answer).__name__}-{answer}" if type(answer) is not object else "object",
)
def test_constants_fail(task: Task, answer: object) -> None:
    words_of(lambda: task.check(lambda *arguments: answer))


@each_task
def test_an_answer_that_knows_only_the_visible_cases_fails_the_hidden_ones(task: Task) -> None:
    known = {repr(case.arguments): task.reference(*case.arguments) for case in task.visible}

    def memorised(*arguments: object) -> Any:
        return known.get(repr(arguments), next(iter(known.values())))

    assert task.check(memorised)
    words_of(lambda: task.grade(memorised, seed=1))


class Agreeable:
    """Mixed into a type: equal to everything, near to everything."""

    def __eq__(self, other: object) -> bool:
        return True

    def __ne__(self, other: object) -> bool:
        return False

    def __sub__(self, other: object) -> float:
        return 0.0

    __rsub__ = __sub__
    __hash__ = None  # type: ignore[assignment]


def agreeable(base: type) -> type:
    return type(f"Agreeable{base.__name__}", (Agreeable, base), {})


@each_task
@pytest.mark.parametrize("base", [float, dict, list, tuple, str, object])
def test_a_value_that_says_it_is_right_fails(task: Task, base: type) -> None:
    liar = agreeable(base)()
    words_of(lambda: task.check(lambda *arguments: liar))


@each_task
def test_an_array_that_says_it_is_right_fails(task: Task) -> None:
    class AgreeableArray(np.ndarray):
        def __eq__(self, other: object) -> Any:
            return np.ones(self.shape, dtype=bool)

        def __array_ufunc__(self, *arguments: object, **options: object) -> Any:
            return np.zeros(self.shape)

        def __array_function__(self, *arguments: object, **options: object) -> Any:
            return True

    for shape in [(), (1,), (3, 4)]:
        words_of(lambda: task.check(lambda *arguments: np.zeros(shape).view(AgreeableArray)))  # noqa: B023
