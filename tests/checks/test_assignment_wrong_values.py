"""Answers that compute nothing, know only the visible cases, or say of themselves that they are right."""

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

from assignments import each_task, leaves, words_of
from rnn_course.checks.compare import same
from rnn_course.checks.plain import plain
from rnn_course.checks.task import Task

CONSTANTS = (None, 0, 1.0, True, "", [], {}, [[]], np.zeros(3), object(), float("nan"))


@each_task
def test_constants_fail(task: Task) -> None:
    for answer in CONSTANTS:
        words_of(lambda: task.check(lambda *arguments: answer))  # noqa: B023
        words_of(lambda: task.grade(lambda *arguments: answer, seed=1))  # noqa: B023


def numbers_changed(value: Any, change: Callable[[Any], Any]) -> Any:
    """A value of the same form with other numbers in it."""
    if isinstance(value, dict):
        return {key: numbers_changed(item, change) for key, item in value.items()}
    if isinstance(value, (list, tuple)):
        return type(value)(numbers_changed(item, change) for item in value)
    return change(value) if np.asarray(value).dtype.kind in "iufc" else value


@each_task
@pytest.mark.parametrize(
    "change",
    [lambda x: x * 0, lambda x: x * 0 + 1, lambda x: x * 1.001 + 0.001, lambda x: -x - 0.5],
    ids=["zeros", "ones", "a-little-off", "turned-round"],
)
def test_numbers_of_the_right_shape_are_not_enough(task: Task, change: Callable[[Any], Any]) -> None:
    def answer(*arguments: Any) -> Any:
        return numbers_changed(plain(task.reference(*arguments)), change)

    for cases, check in (
        (task.visible, lambda: task.check(answer)),
        (task.hidden_cases(1), lambda: task.grade(answer, seed=1)),
    ):
        pairs = [(plain(task.reference(*case.arguments)), answer(*case.arguments)) for case in cases]
        if all(same(right, changed, task.tolerance) for right, changed in pairs):
            assert not any(np.asarray(leaf).dtype.kind == "f" for right, _ in pairs for leaf in leaves(right))
            continue  # an answer in words
        words_of(check)


@each_task
def test_an_answer_that_knows_only_the_visible_cases_fails_the_hidden_ones(task: Task) -> None:
    known = {repr(case.arguments): task.reference(*case.arguments) for case in task.visible}

    def memorised(*arguments: object) -> Any:
        return known.get(repr(arguments), next(iter(known.values())))

    assert task.check(memorised)
    words_of(lambda: task.grade(memorised, seed=1))


@each_task
def test_an_answer_to_every_case_of_another_seed_fails(task: Task) -> None:
    known = {repr(case.arguments): task.reference(*case.arguments) for case in task.hidden_cases(2)}

    def memorised(*arguments: object) -> Any:
        return known.get(repr(arguments), next(iter(known.values())))

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


class AgreeableArray(np.ndarray):
    """Equal to everything, near to everything, and a good answer to any question."""

    def __eq__(self, other: object) -> Any:
        return np.ones(self.shape, dtype=bool)

    def __array_ufunc__(self, *arguments: object, **options: object) -> Any:
        return np.zeros(self.shape)

    def __array_function__(self, *arguments: object, **options: object) -> Any:
        return True


def agreeable(base: type) -> type:
    return type(f"Agreeable{base.__name__}", (Agreeable, base), {})


@each_task
def test_a_value_that_says_it_is_right_fails(task: Task) -> None:
    for base in (float, dict, list, tuple, str, object):
        liar = agreeable(base)()
        words_of(lambda: task.check(lambda *arguments: liar))  # noqa: B023


@each_task
def test_an_array_that_says_it_is_right_fails(task: Task) -> None:
    for shape in [(), (1,), (3, 4)]:
        words_of(lambda: task.check(lambda *arguments: np.zeros(shape).view(AgreeableArray)))  # noqa: B023


@each_task
def test_arrays_of_the_right_shape_that_say_they_are_right_fail(task: Task) -> None:
    def liar(*arguments: Any) -> Any:
        return numbers_changed(
            plain(task.reference(*arguments)), lambda x: (np.asarray(x) * 0 - 7).view(AgreeableArray)
        )

    if any(np.asarray(leaf).dtype.kind in "iufc" for leaf in leaves(task.reference(*task.example(1)))):
        words_of(lambda: task.check(liar))
