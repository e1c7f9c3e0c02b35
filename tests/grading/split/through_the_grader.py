"""An assignment's graded cells as a bundle, and what the grader in two processes says of answers to them."""

from __future__ import annotations

import ast
import contextlib
import io
import re
import sys
from collections.abc import Callable, Iterator, Mapping
from dataclasses import replace
from functools import cache
from pathlib import Path
from typing import Any, NamedTuple

import nbformat

from rnn_course.checks.assignment import Assignment
from rnn_course.checks.feedback import CheckFailed
from rnn_course.checks.structure import grade_id
from rnn_course.checks.task import Task
from rnn_course.grading.build import build_release
from rnn_course.grading.bundle import make_bundle
from rnn_course.grading.course import open_course
from rnn_course.grading.job import Bundle, Job
from rnn_course.grading.mark import grade
from rnn_course.grading.messages import failure_messages
from rnn_course.grading.plan import Limits
from rnn_course.grading.sandbox import strongest
from rnn_course.grading.servers import close_servers

sys.path.insert(0, str(Path(__file__).resolve().parents[2] / "checks"))

import assignments

ROOT = assignments.ROOT
SEED = assignments.SEED
LIMITS = Limits(cell_seconds=120, seconds=600)


class Graded(NamedTuple):
    """What the grader gave and said.

    Attributes:
        points: by task.
        says: what the tests that failed said, by task.
        status: how it ended: `graded`.
    """

    points: dict[str, float]
    says: dict[str, str]
    status: str


@contextlib.contextmanager
def bundle_of(which: Assignment) -> Iterator[Bundle]:
    """The bundle with which a class is graded, without the cells that are not graded; servers end with it."""
    course = open_course(ROOT)
    with build_release(course, which.folder) as build:
        bundle = make_bundle(course, build, seed=SEED, limits=LIMITS, tier=strongest())
    (notebook,) = bundle.notebooks
    body = nbformat.reads(notebook.body, as_version=4)
    body.cells = [cell for cell in body.cells if cell.cell_type == "markdown" or grade_id(cell)]
    try:
        yield replace(bundle, notebooks=(replace(notebook, body=nbformat.writes(body)),))
    finally:
        close_servers()


def graded(bundle: Bundle, which: Assignment, answers: Mapping[str, str]) -> Graded:
    """Hand in a notebook with these answers, by grade_id."""
    (notebook,) = bundle.notebooks
    body = nbformat.reads(notebook.body, as_version=4)
    for cell in body.cells:
        cell.source = answers.get(grade_id(cell) or "", cell.source)
    outcome = grade(bundle, Job("student", {notebook.name: nbformat.writes(body).encode()}))
    (came,) = outcome.notebooks
    said = failure_messages(nbformat.reads(came.executed, as_version=4))
    return Graded(
        {task.name: came.cells[task.test_id].score or 0.0 for task in which.tasks},
        {task.name: said[task.test_id] for task in which.tasks if task.test_id in said},
        str(outcome.status.value),
    )


def right_answers(which: Assignment) -> dict[str, str]:
    """The reference solution of every task, by grade_id."""
    notebook = assignments.source(which)
    return {task.answer_id: assignments.cell(notebook, task.answer_id).source for task in which.tasks}


@cache
def _variants_text(name: str, module: str) -> str:
    """A file of other right answers, without their table and what it takes from another such file."""
    text = (ROOT / "tests" / "checks" / name / f"{module}.py").read_text(encoding="utf-8")
    lines = text.splitlines()
    for node in ast.parse(text).body:
        is_table = isinstance(node, ast.Assign | ast.AnnAssign) and ast.unparse(node).startswith("VARIANTS")
        if is_table or (isinstance(node, ast.ImportFrom) and str(node.module).endswith("_variants")):
            lines[node.lineno - 1 : node.end_lineno] = [""] * (node.end_lineno - node.lineno + 1)
    return "\n".join(lines).replace("### ", "# ")


def as_answer(task: Task, variant: Callable[..., Any]) -> str:
    """Another right answer as the source of a cell."""
    text = _variants_text(task.assignment, variant.__module__)
    return f"{text}\n{task.function} = {variant.__name__}"


def said_beside(task: Task, source: str) -> str:
    """What the checks say of an answer in this process."""
    namespace: dict[str, object] = {}
    which = assignments.of(task)
    exec(assignments.set_up(which, assignments.source(which)), namespace)
    exec(source, namespace)
    try:
        with contextlib.redirect_stdout(io.StringIO()):
            task.check(namespace[task.function])  # type: ignore[arg-type]
            task.grade(namespace[task.function], seed=int(SEED))  # type: ignore[arg-type]
    except CheckFailed as failure:
        return str(failure)
    return ""


def without_lines(message: str) -> str:
    """A message without the lines of the student's cell, which are not known where it has no file."""
    return re.sub(r"\n( *)in your line.*(?:\n\1  .*)*", "", message)
