"""The notebooks of the assignments: form, release, and every catalogued mistake planted in them.

Cells are run in a plain namespace here. The way through kernels and nbgrader is tested with the grader.
"""

import ast
import re

import pytest

from assignments import (
    SEED,
    cell,
    each_assignment,
    each_task,
    failing,
    marked,
    names_it,
    of,
    ordinary,
    released,
    run_to_the_tests,
    source,
)
from rnn_course.checks.assignment import Assignment
from rnn_course.checks.structure import grade_id
from rnn_course.checks.task import Task

TEST_CELL = """\
from rnn_course.checks import {assignment}

assert {assignment}.{name}.check({function})
### BEGIN HIDDEN TESTS
assert {assignment}.{name}.grade({function})
### END HIDDEN TESTS"""
STUB = "    # YOUR CODE HERE\n    raise NotImplementedError()"
LONGEST_TEXT = 10  # lines, without headings and the empty ones


@pytest.fixture(autouse=True)
def _seed(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("RNN_COURSE_SEED", SEED)


def expected_test(task: Task) -> str:
    """The source of a task's test cell; a task marked on a scale has a form of its own."""
    own = getattr(task, "test_cell", None)
    return own or TEST_CELL.format(assignment=task.assignment, name=task.name, function=task.function)


@each_assignment
def test_the_cells_are_as_the_checks_expect_them(which: Assignment) -> None:
    notebook = source(which)
    marks = [c.metadata.nbgrader for c in notebook.cells if grade_id(c)]
    written = {question.id: question for question in which.written}
    assert marks[0].grade_id == f"{which.name}_setup"
    asked = [m.grade_id for m in marks if (m.get("grade") or m.get("solution")) and m.grade_id not in written]
    assert asked == [name for task in which.tasks for name in (task.answer_id, task.test_id)]
    for mark in marks:
        assert mark.grade_id.startswith(f"{which.name}_")
        assert mark.locked or mark.solution
    assert sum(m.get("points", 0) for m in marks) == 100
    for task in which.tasks:
        answer, test = cell(notebook, task.answer_id), cell(notebook, task.test_id)
        assert (answer.metadata.nbgrader.solution, answer.metadata.nbgrader.locked) == (True, False)
        if task in ordinary(which):
            assert answer.source.startswith(f"def {task.function}({', '.join(task.arguments)}):\n"), task.name
        assert test.source == expected_test(task)
        assert test.metadata.nbgrader.points == task.points
        assert (test.metadata.nbgrader.grade, test.metadata.nbgrader.locked) == (True, True)
    for name, question in written.items():
        words = cell(notebook, name)
        assert words.cell_type == "markdown"
        assert (words.metadata.nbgrader.grade, words.metadata.nbgrader.solution) == (True, True)
        assert words.metadata.nbgrader.points == question.points
        assert len(words.source.split()) > 40, "the reference answer stands in the source"


@each_assignment
def test_it_is_committed_clean(which: Assignment) -> None:
    notebook = source(which)
    assert notebook.metadata.kernelspec.name == "python3"
    for c in notebook.cells:
        assert not c.get("outputs")
        assert c.get("execution_count") is None


@each_task
def test_task_texts_are_short_and_complete(task: Task) -> None:
    cells = source(of(task)).cells
    (at,) = (index for index, c in enumerate(cells) if grade_id(c) == task.answer_id)
    text = cells[at - 1].source
    assert cells[at - 1].cell_type == "markdown"
    lines = [line for line in text.splitlines() if line.strip() and not line.startswith("#")]
    assert len(lines) <= LONGEST_TEXT, f"{len(lines)} lines"
    assert f"`{task.function}({', '.join(task.arguments)})`" in text
    assert "By hand" in text
    assert "$" in text
    assert f"({task.points} points)" in text


@each_assignment
def test_the_release_holds_no_answer_and_no_hidden_test(which: Assignment) -> None:
    notebook = released(which)
    text = "\n".join(c.source for c in notebook.cells)
    for secret in ("SOLUTION", "HIDDEN", ".grade(", SEED):
        assert secret not in text
    for task in which.tasks:
        assert cell(notebook, task.answer_id).source.endswith(STUB), task.name
        last = cell(notebook, task.test_id).source.rstrip().splitlines()[-1]
        # nbgrader takes a bare number at the end of a test for partial credit
        assert last.startswith("assert "), task.name
    for question in which.written:
        assert cell(notebook, question.id).source == "YOUR ANSWER HERE"


@each_assignment
def test_the_solution_passes_and_the_untouched_release_fails_everywhere(which: Assignment) -> None:
    notebook, release = source(which), released(which)
    assert failing(which, notebook, run_to_the_tests(which, notebook)) == {}
    untouched = run_to_the_tests(which, release)
    assert failing(which, notebook, untouched).keys() == {task.name for task in ordinary(which)}
    said = failing(which, release, untouched)
    assert all(f"{task.label}: still to do." in said[task.name] for task in ordinary(which))


@each_assignment
def test_no_answer_needs_another(which: Assignment) -> None:
    """So that one mistake costs once."""
    notebook = source(which)
    for task in which.tasks:
        tree = ast.parse(cell(notebook, task.answer_id).source)
        named = {node.id for node in ast.walk(tree) if isinstance(node, ast.Name)}
        others = {name for other in which.tasks if other is not task for name in other.functions}
        assert not named & others, task.name
    for task in ordinary(which):
        alone = run_to_the_tests(which, notebook, tasks=(task,))
        result = marked(task, notebook, alone)
        assert (result.says, result.points) == ("", task.points)


@each_task
def test_a_planted_mistake_costs_its_task(task: Task) -> None:
    which, mistake = of(task), task.mistakes[0]
    notebook = source(which)
    namespace = run_to_the_tests(which, notebook, {task.answer_id: mistake.as_answer(task.function)})
    result = marked(task, notebook, namespace)
    assert names_it(task, mistake, result.says), result.says
    assert result.points == pytest.approx(task.points * mistake.keeps)


@each_assignment
def test_mistakes_in_every_second_task_cost_the_others_nothing(which: Assignment) -> None:
    notebook = source(which)
    for begin in (0, 1):
        wrong = ordinary(which)[begin::2]
        planted = {task.answer_id: task.mistakes[-1].as_answer(task.function) for task in wrong}
        said = failing(which, notebook, run_to_the_tests(which, notebook, planted))
        assert said.keys() == {task.name for task in wrong}


@each_assignment
def test_texts_speak_plainly(which: Assignment) -> None:
    text = "\n".join(c.source for c in source(which).cells)
    assert not re.search(r"\bdelve|\bsimply\b|[\U0001F300-\U0001FAFF]", text)
