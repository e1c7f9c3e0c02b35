"""Ten submissions of a course's assignment, and the marks that each of them must get.

One is perfect, one untouched, one a damaged file; the other seven have catalogued mistakes planted in the
cells of the reference solution, so that every task has one at least once.

As a script: python tests/grading/class_of_ten.py COURSE [ASSIGNMENT], where COURSE is a folder in which
ASSIGNMENT (a1) has been released. It writes COURSE/submitted/ and prints what is to be expected.
"""

from __future__ import annotations

import json
import sys
from dataclasses import dataclass, field
from pathlib import Path

import nbformat
from nbformat import NotebookNode

from rnn_course.checks.assignment import Assignment, assignment
from rnn_course.checks.task import Task
from rnn_course.grading.course import Course, open_course

WITH_MISTAKES = 7


@dataclass
class Member:
    """One student of the class.

    Args:
        wrong: name of the planted mistake, by test cell.
        expected: points by test cell, the written question left out.
        status: how grading must end.
    """

    student: str
    expected: dict[str, float]
    wrong: dict[str, str] = field(default_factory=dict)
    status: str = "graded"


def make_class(course: Course, which: Assignment) -> list[Member]:
    """Write ten submissions into the course's submitted/ and say what they must get.

    Args:
        course: a course in which the assignment has been released.
    """
    full = {task.test_id: float(task.points) for task in which.tasks}
    none = dict.fromkeys(full, 0.0)
    _write(course, which, "s00_perfect", reference_answers(course, which))
    _write(course, which, "s01_untouched", {})
    members = [Member("s00_perfect", full), Member("s01_untouched", none)]
    for number in range(WITH_MISTAKES):
        tasks = which.tasks[number::WITH_MISTAKES]
        planted = [(task, task.mistakes[number % len(task.mistakes)]) for task in tasks]
        answers = reference_answers(course, which)
        answers |= {task.answer_id: mistake.as_answer(task.function) for task, mistake in planted}
        student = f"s{number + 2:02}_{'_and_'.join(task.name for task in tasks)}"
        _write(course, which, student, answers)
        members.append(
            Member(
                student,
                full | dict.fromkeys((task.test_id for task in tasks), 0.0),
                {task.test_id: mistake.name for task, mistake in planted},
            )
        )
    damaged = _write(course, which, "s09_damaged", reference_answers(course, which))
    damaged.write_text(damaged.read_text(encoding="utf-8")[:5000], encoding="utf-8")
    members.append(Member("s09_damaged", none, status="unreadable"))
    return members


def reference_answers(course: Course, which: Assignment) -> dict[str, str]:
    """The reference solution of every answer cell, without nbgrader's marks, as a student types it."""
    source = nbformat.read(course.folder("source", which.folder) / which.notebook, as_version=4)
    return {
        cell.metadata.nbgrader.grade_id: "\n".join(
            line for line in cell.source.split("\n") if "### BEGIN" not in line and "### END" not in line
        )
        for cell in source.cells
        if cell.metadata.get("nbgrader", {}).get("solution")
    }


def answered(release: NotebookNode, answers: dict[str, str]) -> NotebookNode:
    """The released notebook with answers typed into its cells."""
    for cell in release.cells:
        name = cell.metadata.get("nbgrader", {}).get("grade_id")
        if name in answers:
            cell.source = answers[name]
    return release


def task_of(which: Assignment, test_id: str) -> Task:
    """The task that a test cell belongs to."""
    return next(task for task in which.tasks if task.test_id == test_id)


def _write(course: Course, which: Assignment, student: str, answers: dict[str, str]) -> Path:
    release = nbformat.read(course.folder("release", which.folder) / which.notebook, as_version=4)
    folder = course.folder("submitted", which.folder, student)
    folder.mkdir(parents=True, exist_ok=True)
    path = folder / which.notebook
    nbformat.write(answered(release, answers), path)
    return path


if __name__ == "__main__":
    if len(sys.argv) < 2:
        sys.exit(__doc__)
    found = make_class(open_course(sys.argv[1]), assignment(sys.argv[2] if len(sys.argv) > 2 else "a1"))
    print(json.dumps([vars(member) for member in found], indent=1))
