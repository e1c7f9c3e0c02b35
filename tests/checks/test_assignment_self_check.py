"""Every notebook in a real kernel, from top to bottom, as `rnn-course check` runs it for a student."""

from pathlib import Path

import nbformat
import pytest

from assignments import cell, each_assignment, failing, ordinary, released, run_to_the_tests, solved
from rnn_course.checks.assignment import Assignment
from rnn_course.checks.self_check import SelfCheck, self_check
from rnn_course.checks.structure import grade_id

pytestmark = pytest.mark.slow


def checked(notebook: nbformat.NotebookNode, which: Assignment, folder: Path) -> SelfCheck:
    path = folder / which.notebook
    nbformat.write(notebook, path)
    return self_check(path)


@each_assignment
def test_a_solved_notebook_runs_through(which: Assignment, tmp_path: Path) -> None:
    """Also the cells between the tasks, where the student's functions are put to use."""
    found = checked(solved(which), which, tmp_path)
    assert [task.label for task in found.tasks if not task.passed] == []
    assert (found.elsewhere, found.damage) == ((), ())
    assert all(answered for _, _, answered in found.written)


@each_assignment
def test_an_untouched_notebook_waits_everywhere_and_fails_nowhere_else(
    which: Assignment, tmp_path: Path
) -> None:
    found = checked(released(which), which, tmp_path)
    assert {task.state for task in found.tasks} == {"still to do"}
    assert (found.elsewhere, found.damage) == ((), ())
    assert not any(answered for _, _, answered in found.written)


@each_assignment
def test_a_mistake_is_told_in_the_words_of_the_cells(which: Assignment, tmp_path: Path) -> None:
    notebook = solved(which)
    for task in ordinary(which):
        cell(notebook, task.answer_id).source = task.mistakes[0].as_answer(task.function)
    between = [c for c in notebook.cells if c.cell_type == "code" and not grade_id(c)]
    notebook.cells = [c for c in notebook.cells if c not in between]  # they take long, and prove nothing here
    said = failing(which, notebook, run_to_the_tests(which, notebook))
    found = checked(notebook, which, tmp_path)
    says = {task.label: task.says for task in found.tasks}
    for task in ordinary(which):
        assert says[task.label] == said[task.name]
