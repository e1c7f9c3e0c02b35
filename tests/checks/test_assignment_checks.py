"""What passes the checks of every assignment and what does not: references, other right answers, mistakes."""

import ast
import importlib
import re
import time
from collections.abc import Callable
from typing import Any

import nbformat
import numpy as np
import pytest

from assignments import (
    ASSIGNMENTS,
    BROKEN,
    NO_VARIANTS,
    ROOT,
    VARIANTS,
    each_assignment,
    each_mistake,
    each_task,
    each_variant,
    names_it,
    ordinary,
    words_of,
)
from rnn_course.checks.assignment import NAMES, Assignment
from rnn_course.checks.case import Mistake
from rnn_course.checks.feedback import CheckFailed
from rnn_course.checks.task import Task

SECONDS = 2  # of CPU, that a visible check may take
SEEDS = (1, 2, 3)  # of hidden cases
MORE_SEEDS = range(100, 130)
FEWEST_MISTAKES, FEWEST_TOGETHER, FEWEST_VARIANTS = 10, 60, 5


@pytest.mark.parametrize("name", NAMES)
def test_it_can_be_loaded_and_has_variants(name: str) -> None:
    if name in BROKEN:
        raise BROKEN[name]
    if name in NO_VARIANTS:
        raise NO_VARIANTS[name]


@each_assignment
def test_an_assignment_is_complete(which: Assignment) -> None:
    assert which.points == 100
    assert which.folder.startswith(f"{which.name}_")
    assert {task.assignment for task in which.tasks} == {which.name}
    names = [task.name for task in which.tasks]
    assert len(set(names)) == len(names)
    assert sum(question.points for question in which.written) >= 10
    for task in ordinary(which):
        module = importlib.import_module(f"rnn_course.checks.{which.name}.{task.name}")
        assert (module.task, module.check, module.grade) == (task, task.check, task.grade)
        assert module.example == task.example, f"{module.__name__} needs `example = task.example` at its end"
        assert task.label.startswith("Task ")
        assert len(task.visible) >= 2


@each_assignment
def test_there_are_enough_mistakes_and_each_has_its_own_name_and_words(which: Assignment) -> None:
    assert sum(len(task.mistakes) for task in which.tasks) >= FEWEST_MISTAKES
    for task in which.tasks:
        assert len(task.mistakes) >= 3, task.name
        assert len({mistake.name for mistake in task.mistakes}) == len(task.mistakes), task.name
        assert len({mistake.what for mistake in task.mistakes}) == len(task.mistakes), task.name
        for mistake in task.mistakes:
            assert re.fullmatch(r"[a-z0-9]+(-[a-z0-9]+)*", mistake.name)
            assert not mistake.what.endswith("."), "it completes a sentence"
            assert mistake.hint.endswith((".", "?", "!", "`", ")")), mistake.name


def test_there_are_enough_mistakes_together() -> None:
    tasks = [task for which in ASSIGNMENTS for task in which.tasks]
    assert sum(len(task.mistakes) for task in tasks) >= FEWEST_TOGETHER


@each_assignment
def test_there_are_enough_variants(which: Assignment) -> None:
    found = VARIANTS[which.name]
    assert found.keys() >= {task.name for task in ordinary(which)}
    assert all(found.values())
    assert sum(map(len, found.values())) >= FEWEST_VARIANTS


@each_task
def test_the_reference_passes(task: Task, capsys: pytest.CaptureFixture[str]) -> None:
    started = time.process_time()
    assert task.check(task.reference)
    assert time.process_time() - started < SECONDS
    assert capsys.readouterr() == (f"{task.label}: passed.\n", "")
    for seed in SEEDS:
        assert task.grade(task.reference, seed=seed)
    assert capsys.readouterr() == ("", "")


@each_variant
def test_right_answers_written_otherwise_pass(task: Task, variant: Callable[..., Any]) -> None:
    assert task.check(variant)
    assert task.grade(variant, seed=1)


@each_mistake
def test_a_mistake_fails_and_is_named(task: Task, mistake: Mistake) -> None:
    started = time.process_time()
    says = words_of(lambda: task.check(mistake.implementation))
    assert time.process_time() - started < SECONDS
    assert names_it(task, mistake, says), says
    assert says.startswith(f"{task.label}: not yet.")
    assert max(map(len, says.splitlines())) <= 110, "no line is too wide for a notebook"
    says = words_of(lambda: task.grade(mistake.implementation, seed=1))
    assert names_it(task, mistake, says), says
    assert says.startswith(f"{task.label}: not yet (hidden tests).")


@pytest.mark.slow
@each_task
def test_every_seed_knows_right_from_wrong(task: Task) -> None:
    drawn = task.summary is not None  # thousands of draws a case
    for seed in MORE_SEEDS[: 3 if drawn else None]:
        assert task.grade(task.reference, seed=seed)
        variants: tuple[Callable[..., Any], ...] = VARIANTS[task.assignment].get(task.name, ())
        for variant in variants:
            assert task.grade(variant, seed=seed), (seed, variant.__name__)
        for mistake in task.mistakes:
            says = words_of(lambda: task.grade(mistake.implementation, seed=seed))  # noqa: B023
            assert names_it(task, mistake, says), f"seed {seed}, {mistake.name}:\n{says}"


@each_task
def test_an_untouched_task_says_what_to_do(task: Task) -> None:
    def untouched(*arguments: object) -> None:
        raise NotImplementedError

    for check in (lambda: task.check(untouched), lambda: task.grade(untouched, seed=1)):
        says = words_of(check)
        assert "still to do" in says
        assert task.function in says
        assert "raise NotImplementedError()" in says


def spoil(value: Any) -> bool:
    """Change a value in place; whether it could be."""
    if isinstance(value, np.ndarray) and value.size and value.dtype.kind in "biufc":
        value[...] = value == 0
    elif isinstance(value, dict):
        value["left over"] = 1
    elif isinstance(value, list):
        value.append("left over")
    else:
        return isinstance(value, tuple) and any([spoil(item) for item in value])
    return True


@each_task
def test_changing_an_argument_is_a_mistake_with_a_name(task: Task) -> None:
    if not any(spoil(argument) for argument in task.example(1)):
        return  # nothing but numbers and words: no function can change them

    def careless(*arguments: Any) -> Any:
        answer = task.reference(*arguments)
        for argument in arguments:
            spoil(argument)
        return answer

    says = words_of(lambda: task.check(careless))
    assert "It changed its argument" in says
    assert "belongs to the caller" in " ".join(says.split()), "wherever its lines are broken"


@each_task
def test_state_between_calls_is_a_mistake_with_a_name(task: Task) -> None:
    earlier: list[Any] = []

    def remembers(*arguments: Any) -> Any:
        earlier.append(task.reference(*arguments))
        return earlier[max(0, len(earlier) - 2)]  # the answer to the call before

    says = words_of(lambda: task.grade(remembers, seed=1))
    assert "two different answers" in says


@each_task
def test_an_exception_is_told_with_its_line(task: Task) -> None:
    def fails(*arguments: object) -> None:
        table: dict[str, int] = {}
        table["cat"] += 1

    says = words_of(lambda: task.check(fails))
    assert "It raised KeyError: 'cat'" in says
    assert 'table["cat"] += 1' in says
    assert f"  {task.function}(" in says


@each_task
def test_what_the_function_prints_is_shown_when_it_is_wrong(task: Task) -> None:
    def prints(*arguments: object) -> None:
        for number in range(20):
            print("step", number)

    says = words_of(lambda: task.check(prints))
    assert "Nothing came back: is `return` missing?" in says or f"where {task.returns} was expected" in says
    assert "step 5\n  ... and 14 lines more" in says
    assert "step 6" not in says


@each_task
def test_something_that_is_no_function(task: Task) -> None:
    assert "should be a function" in words_of(lambda: task.check({"the": 1}))  # type: ignore[arg-type]


@each_task
def test_examples_are_copies_of_what_the_check_calls_with(task: Task) -> None:
    for number, case in enumerate(task.visible, start=1):
        found = task.example(number)
        assert repr(found) == repr(case.arguments)
        assert len(found) == len(task.arguments)
        for argument in found:
            spoil(argument)
        assert repr(task.example(number)) == repr(case.arguments)


@each_task
def test_where_to_look_exists(task: Task) -> None:
    """Lectures and their sections are called by their names."""
    found = re.findall(r'lecture (\d\d), "([^"]*)"', task.look)
    assert found, 'it ends with: lecture 05, "The name of a section".'
    assert task.look.endswith(".")
    for number, section in found:
        (lecture,) = (ROOT / "lectures").glob(f"{number}_*.ipynb")
        text = "\n".join(c.source for c in nbformat.read(lecture, as_version=4).cells).replace("*", "")
        assert f"## {section}\n" in text + "\n", f"lecture {number} has no section {section!r}"


@each_mistake
def test_a_planted_mistake_is_the_same_function(task: Task, mistake: Mistake) -> None:
    """What is planted in notebooks does what the catalogue does, without anything of this package."""
    text = mistake.as_answer(task.function)
    assert not [node for node in ast.walk(ast.parse(text)) if isinstance(node, ast.ImportFrom | ast.Import)][
        4:
    ]
    namespace: dict[str, Any] = {}
    exec(text, namespace)
    assert names_it(task, mistake, words_of(lambda: task.check(namespace[task.function])))


def test_ipython_shows_the_words_and_no_traceback() -> None:
    failed = CheckFailed("Task 1: not yet.\n\n  expected 2")
    assert failed._render_traceback_() == ["Task 1: not yet.", "", "  expected 2"]
