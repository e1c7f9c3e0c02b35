"""Every assignment as the tests see it: its tasks, its notebook, its release, and other right answers.

What of an assignment cannot be loaded is kept apart, so that it fails its own tests and nobody else's.
"""

from __future__ import annotations

import ast
import contextlib
import copy
import importlib
import io
import sys
from collections.abc import Callable, Iterator
from functools import cache
from pathlib import Path
from typing import Any

import nbformat
import pytest
from nbformat import NotebookNode

from rnn_course.checks.assignment import NAMES, Assignment, assignment
from rnn_course.checks.case import Mistake
from rnn_course.checks.feedback import CheckFailed
from rnn_course.checks.structure import grade_id
from rnn_course.checks.task import Task

ROOT = Path(__file__).resolve().parents[2]
SEED = "20240917"
Variants = dict[str, tuple[Callable[..., Any], ...]]


def variants_of(name: str) -> Variants:
    """VARIANTS of an assignment: right answers written otherwise, by task."""
    folder = str(ROOT / "tests" / "checks" / name)
    if folder not in sys.path:
        sys.path.append(folder)
    return dict(importlib.import_module(f"{name}_variants").VARIANTS)


ASSIGNMENTS: list[Assignment] = []
BROKEN: dict[str, Exception] = {}
VARIANTS: dict[str, Variants] = {}
NO_VARIANTS: dict[str, Exception] = {}
for _name in NAMES:
    try:
        ASSIGNMENTS.append(assignment(_name))
    except Exception as _error:
        BROKEN[_name] = _error
        continue
    try:
        VARIANTS[_name] = variants_of(_name)
    except Exception as _error:
        NO_VARIANTS[_name] = _error
        VARIANTS[_name] = {}


def ordinary(which: Assignment) -> tuple[Task, ...]:
    """The tasks that ask for one function with right and wrong answers; a capstone has others besides."""
    return tuple(task for task in which.tasks if len(task.functions) == 1)


TASKS = tuple(task for which in ASSIGNMENTS for task in ordinary(which))


def id_of(*parts: Assignment | Task | Mistake | Callable[..., Any]) -> str:
    """What a test is called by: `a3`, `a3-cell`, `a3-cell-h0-ignored`."""
    words = []
    for part in parts:
        if isinstance(part, Task):
            words += [part.assignment, part.name]
        else:
            words.append(part.name if isinstance(part, (Assignment, Mistake)) else part.__name__)
    return "-".join(words)


def given(names: str, *rows: tuple[Any, ...]) -> pytest.MarkDecorator:
    """Parametrise by these rows, with ids that begin with the assignment's name."""
    return pytest.mark.parametrize(names.split(), [pytest.param(*row, id=id_of(*row)) for row in rows])


each_assignment = given("which", *((which,) for which in ASSIGNMENTS))
each_task = given("task", *((task,) for task in TASKS))
each_mistake = given("task mistake", *((task, mistake) for task in TASKS for mistake in task.mistakes))
each_variant = given(
    "task variant",
    *((t, variant) for t in TASKS for variant in VARIANTS[t.assignment].get(t.name, ())),
)


def of(task: Task) -> Assignment:
    """The assignment of a task."""
    return next(which for which in ASSIGNMENTS if task in which.tasks)


# Notebooks


@cache
def _source(which: Assignment) -> NotebookNode:
    return nbformat.read(ROOT / "solutions" / which.folder / which.notebook, as_version=4)


@cache
def _released(which: Assignment) -> NotebookNode:
    from nbgrader import preprocessors

    notebook = source(which)
    steps = (preprocessors.ClearSolutions, preprocessors.ClearHiddenTests, preprocessors.ComputeChecksums)
    for step in steps:
        notebook, _ = step().preprocess(notebook, {})
    return notebook


def source(which: Assignment) -> NotebookNode:
    """A copy of the notebook with the solutions."""
    return copy.deepcopy(_source(which))


def released(which: Assignment) -> NotebookNode:
    """A copy of the student version, made in memory by nbgrader's own preprocessors."""
    return copy.deepcopy(_released(which))


def solved(which: Assignment) -> NotebookNode:
    """A copy of the student version with the solutions in it, and answers in words."""
    notebook = released(which)
    for name in [task.answer_id for task in which.tasks] + [question.id for question in which.written]:
        cell(notebook, name).source = cell(_source(which), name).source
    return notebook


def cell(notebook: NotebookNode, name: str) -> NotebookNode:
    """The one cell of this grade_id."""
    (found,) = (cell for cell in notebook.cells if grade_id(cell) == name)
    return found


# Running cells in a plain namespace; the way through kernels and nbgrader is tested with the grader


def set_up(which: Assignment, notebook: NotebookNode) -> str:
    """What is given before the first task: the source of all set-up cells."""
    given = [c.source for c in notebook.cells if str(grade_id(c)).startswith(f"{which.name}_setup")]
    return "\n\n\n".join(given)


def run_to_the_tests(
    which: Assignment,
    notebook: NotebookNode,
    planted: dict[str, str] | None = None,
    *,
    tasks: tuple[Task, ...] | None = None,
) -> dict[str, Any]:
    """A namespace in which the set-up and the answers were run, some of them replaced.

    Args:
        planted: other sources of answer cells, by grade_id.
        tasks: whose answers; all by default.
    """
    namespace: dict[str, Any] = {}
    exec(set_up(which, notebook), namespace)
    for task in which.tasks if tasks is None else tasks:
        exec((planted or {}).get(task.answer_id, cell(notebook, task.answer_id).source), namespace)
    return namespace


class Marked:
    """What came of a test cell.

    Attributes:
        points: as nbgrader gives them: none for an exception, a bare last number, else all.
        says: the check's words, if it failed.
    """

    def __init__(self, task: Task, source: str, namespace: dict[str, Any]) -> None:
        """Run the test cell with these answers. Any other exception than CheckFailed gets out."""
        self.says, self.points = "", float(task.points)
        body = ast.parse(source).body
        last = body.pop() if isinstance(body[-1], ast.Expr) else None
        output = io.StringIO()
        with contextlib.redirect_stdout(output), contextlib.redirect_stderr(output):
            try:
                exec(compile(ast.Module(body, []), task.test_id, "exec"), namespace)
                if isinstance(last, ast.Expr):
                    value = eval(compile(ast.Expression(last.value), task.test_id, "eval"), namespace)
                    self.points = float(value)
            except CheckFailed as failure:
                self.says, self.points = str(failure), 0.0
        self.printed = output.getvalue()


def marked(task: Task, notebook: NotebookNode, namespace: dict[str, Any]) -> Marked:
    """Run a task's test cell in a copy of the namespace."""
    return Marked(task, cell(notebook, task.test_id).source, dict(namespace))


def failing(which: Assignment, notebook: NotebookNode, namespace: dict[str, Any]) -> dict[str, str]:
    """What the test cells of ordinary tasks say that fail, by task."""
    found = {task.name: marked(task, notebook, namespace) for task in ordinary(which)}
    return {name: result.says for name, result in found.items() if result.says}


# Words


def words_of(check: Callable[[], object]) -> str:
    """What a failing check says; the test fails if the check passes."""
    with contextlib.redirect_stdout(io.StringIO()), pytest.raises(CheckFailed) as failed:
        check()
    return str(failed.value)


def names_it(task: Task, mistake: Mistake, says: str) -> bool:
    """Whether these are the mistake's own words, wherever its lines are broken."""
    told = " ".join(says.split())
    return (
        f"This is what you get when {mistake.what}. Hint: {mistake.hint} Where to look: {task.look}" in told
    )


# Values


def leaves(value: Any) -> Iterator[Any]:
    """The numbers, texts and arrays in a value."""
    if isinstance(value, dict):
        value = tuple(value.values())
    if isinstance(value, (list, tuple)):
        for item in value:
            yield from leaves(item)
    else:
        yield value
