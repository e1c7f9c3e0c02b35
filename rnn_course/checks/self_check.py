"""The student's own check of a notebook before handing it in: run it, and say which tasks pass."""

from __future__ import annotations

import json
import warnings
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

import nbformat
from nbformat import NotebookNode

from rnn_course.checks.assignment import NAMES, Assignment, assignment
from rnn_course.checks.feedback import untouched
from rnn_course.checks.run_notebook import Failure, Run, run_notebook
from rnn_course.checks.structure import damage, grade_id, is_edited, place
from rnn_course.checks.task import Task
from rnn_course.errors import CourseError

STUBS = ("", "YOUR ANSWER HERE")


@dataclass(frozen=True)
class TaskResult:
    """One task: whether its visible test passed, and if not, what the test said."""

    label: str
    points: int
    state: Literal["passed", "not yet", "still to do"]
    says: str = ""
    on_a_scale: bool = False  # its visible test passes without saying how many points there will be

    @property
    def passed(self) -> bool:
        """Whether the visible test passed."""
        return self.state == "passed"


@dataclass(frozen=True)
class SelfCheck:
    """What a student is told of a notebook.

    Attributes:
        tasks: one result each.
        written: label, points and whether there is an answer, one for each question in words.
        elsewhere: cells besides the tests that fail, in words.
        damage: what is wrong with the assignment's own cells, in words.
    """

    assignment: Assignment
    tasks: tuple[TaskResult, ...]
    written: tuple[tuple[str, int, bool], ...]
    elsewhere: tuple[str, ...]
    damage: tuple[str, ...]

    @property
    def all_passed(self) -> bool:
        """Whether every visible test passed and the notebook can be graded as it is."""
        return all(task.passed for task in self.tasks) and not self.damage

    @property
    def points(self) -> tuple[int, int]:
        """Points of the tests that passed, and of all tests, without tasks whose points are on a scale."""
        told = [task for task in self.tasks if not task.on_a_scale]
        return sum(task.points for task in told if task.passed), sum(task.points for task in told)


def read_notebook(path: Path) -> NotebookNode:
    """The notebook in a file.

    Raises:
        CourseError: if the file is missing, cannot be read, or is no notebook.
    """
    try:
        text = path.read_text(encoding="utf-8")
    except FileNotFoundError:
        raise CourseError(f"there is no file {path}") from None
    except (OSError, UnicodeDecodeError) as error:
        raise CourseError(f"{path} cannot be read: {error}") from None
    if not text.strip():
        raise CourseError(f"{path} is empty")
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # older notebooks lack cell ids; that is no concern here
            notebook = nbformat.reads(text, as_version=4)
            nbformat.validate(notebook)
    except (nbformat.reader.NotJSONError, json.JSONDecodeError):
        raise CourseError(f"{path} is not a notebook: {_json_fault(text)}") from None
    except Exception as error:  # nbformat raises many kinds for JSON that is no notebook
        first_line = (str(error).strip() or type(error).__name__).splitlines()[0]
        raise CourseError(f"{path} is not a notebook: {first_line}") from None
    return notebook


def assignment_of(notebook: NotebookNode, path: Path) -> Assignment:
    """The assignment whose cells a notebook holds.

    Raises:
        CourseError: if it holds none.
    """
    held = set(map(grade_id, notebook.cells))
    begun = {str(name).partition("_")[0] for name in held}  # `a3_cell` begins with its assignment's name
    for candidate in (assignment(name) for name in NAMES if name in begun):
        ids = {task.answer_id for task in candidate.tasks} | {task.test_id for task in candidate.tasks}
        if held & ids:
            return candidate
    raise CourseError(f"{path} holds no cell of an assignment; those are {', '.join(NAMES)}")


def self_check(
    path: Path, *, seconds: int = 60, progress: Callable[[int, int], None] = lambda index, total: None
) -> SelfCheck:
    """Run the notebook at `path`, which stays as it is, and report on every task.

    Args:
        seconds: time for each cell.
        progress: called with the index of each cell before it is run, and the number of cells.

    Raises:
        CourseError: if there is no such notebook, or no kernel.
    """
    notebook = read_notebook(path)
    found = assignment_of(notebook, path)
    total = len(notebook.cells)
    run = run_notebook(
        notebook, path.resolve().parent, seconds=seconds, progress=lambda index: progress(index, total)
    )
    first: dict[str | None, int] = {}  # of copied cells, the first one counts
    for index, cell in enumerate(notebook.cells):
        first.setdefault(grade_id(cell), index)
    answers = {cell_id: notebook.cells[index].source.strip() for cell_id, index in first.items()}
    return SelfCheck(
        assignment=found,
        tasks=tuple(_task_result(task, notebook, first, run) for task in found.tasks),
        written=tuple((q.label, q.points, answers.get(q.id, "") not in STUBS) for q in found.written),
        elsewhere=tuple(_elsewhere(notebook, found, run)),
        damage=tuple(damage(notebook, found)),
    )


def _task_result(task: Task, notebook: NotebookNode, first: dict[str | None, int], run: Run) -> TaskResult:
    def not_yet(says: str) -> TaskResult:
        return TaskResult(task.label, task.points, "not yet", says, task.on_a_scale)

    answer, test = first.get(task.answer_id), first.get(task.test_id)
    if test is None or notebook.cells[test].cell_type != "code":
        return not_yet(f"{task.label}: its test cell {task.test_id} is missing.")
    if is_edited(notebook.cells[test]):
        return not_yet(f"{task.label}: its test cell was edited, so what it says does not count.")
    if answer in run.failures:
        failure = run.failures[answer]
        return not_yet(f"{task.label}: the cell with your answer fails.\n\n  {_words(failure)}")
    if run.stopped_at is not None and test > run.stopped_at:
        return not_yet(f"{task.label}: not run, since the notebook stopped at {place(run.stopped_at)}.")
    if test not in run.failures:
        return TaskResult(task.label, task.points, "passed", on_a_scale=task.on_a_scale)
    failure = run.failures[test]
    if failure.message == untouched(task):
        return TaskResult(task.label, task.points, "still to do", failure.message, task.on_a_scale)
    if failure.name == "CheckFailed":
        return not_yet(failure.message)
    if failure.name == "NameError" and task.function in failure.message:
        return not_yet(f"{task.label}: there is no function {task.function}. Has it another name?")
    return not_yet(f"{task.label}: its test could not be run.\n\n  {_words(failure)}")


def _elsewhere(notebook: NotebookNode, found: Assignment, run: Run) -> Iterable[str]:
    own = {task.answer_id for task in found.tasks} | {task.test_id for task in found.tasks}
    for index, failure in sorted(run.failures.items()):
        cell = notebook.cells[index]
        if grade_id(cell) in own or failure.name == "NotImplementedError":
            continue  # reported with their tasks; or waiting for a task that is still to do
        start = next((line for line in cell.source.splitlines() if line.strip()), "")
        yield f"{place(index)} (`{start.strip()[:60]}`): {_words(failure)}"
    if run.stopped and run.stopped_at is not None:
        yield f"nothing after {place(run.stopped_at)} was run: {run.stopped}"


def _words(failure: Failure) -> str:
    message = failure.message.strip()
    return f"{failure.name}: {message}" if message else failure.name


def _json_fault(text: str) -> str:
    try:
        json.loads(text)
    except json.JSONDecodeError as error:
        return f"its text is broken in line {error.lineno}, column {error.colno} ({error.msg})"
    return "its text is JSON, but not that of a notebook"
