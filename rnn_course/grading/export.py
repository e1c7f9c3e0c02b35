"""The marks as CSV, the same bytes whenever the marks are the same.

A format is a function from the gradebook's rows to a table; commands/export.py lists them, and platforms.py
has those of learning platforms.
"""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

from rnn_course.grading.course import Course
from rnn_course.grading.gradebook import Mark, open_gradebook, submission_marks
from rnn_course.grading.results import Result, ResultStore, Status

Table = list[list[object]]
FORMULA_SIGNS = ("=", "+", "-", "@")
CONTROL = re.compile(r"[\x00-\x1f\x7f]+")


@dataclass(frozen=True)
class Row:
    """One student's marks for one assignment, as the gradebook has them now.

    Args:
        timestamp: when it was handed in, in UTC; None if unknown.
        score: the sum of all marks, before the late penalty.
        result: how grading ended; None where `rnn-course grade` has not been run.
        is_submitted: whether the gradebook holds a submission.
    """

    assignment: str
    duedate: object
    student: str
    last_name: str
    first_name: str
    email: str
    timestamp: object
    score: float
    late_penalty: float
    max_score: float
    is_submitted: bool
    result: Result | None
    marks: list[Mark] = field(default_factory=list)

    @property
    def needs_manual_grade(self) -> int:
        """How many tasks a person still has to mark."""
        return sum(mark.needs_manual_grade for mark in self.marks)

    @property
    def final_score(self) -> float:
        """The score with the late penalty taken off, at least 0."""
        return max(0.0, self.score - self.late_penalty)

    @property
    def is_final(self) -> bool:
        """Whether something was handed in, the grader did not fail on it, and no task waits for a person."""
        failed = self.result is not None and self.result.status is Status.INFRASTRUCTURE
        return self.is_submitted and not failed and not self.needs_manual_grade


def collect(course: Course, assignments: Sequence[str] = ()) -> list[Row]:
    """A row for every assignment in the gradebook and every student, sorted by both names.

    Args:
        assignments: only these; all if empty.
    """
    rows: list[Row] = []
    store = ResultStore(course.db_url)
    with open_gradebook(course.db_url) as gradebook:
        for assignment in sorted(gradebook.assignments, key=lambda found: found.name):
            if assignments and assignment.name not in assignments:
                continue
            results = store.load(assignment.name)
            submissions = {submission.student_id: submission for submission in assignment.submissions}
            rows += [
                _row(assignment, student, submissions.get(student.id), results.get(student.id))
                for student in sorted(gradebook.students, key=lambda found: found.id)
            ]
    store.close()
    return rows


def _row(assignment: Any, student: Any, submission: Any, result: Result | None) -> Row:
    return Row(
        assignment=assignment.name,
        duedate=assignment.duedate,
        student=student.id,
        last_name=student.last_name or "",
        first_name=student.first_name or "",
        email=student.email or "",
        timestamp=submission.timestamp if submission else None,
        score=submission.score if submission else 0.0,
        late_penalty=(submission.late_submission_penalty or 0.0) if submission else 0.0,
        max_score=assignment.max_score,
        is_submitted=submission is not None,
        result=result,
        marks=submission_marks(submission) if submission else [],
    )


def course_table(rows: list[Row]) -> Table:
    """One line per student and assignment, with a column for every task, named `notebook/grade_id`.

    The columns stand in docs/instructor_guide.md. A task is left empty where the row's assignment has it
    not, nothing was handed in, or a person still has to mark it.
    """
    tasks = sorted({(mark.notebook, mark.grade_id) for row in rows for mark in row.marks})
    head = [
        "assignment",
        "student_id",
        "last_name",
        "first_name",
        "email",
        "status",
        "reason",
        "mode",
        "sandbox",
    ]
    head += ["submitted_at", "raw_score", "late_penalty", "score", "max_score", "needs_manual_grade"]
    table: Table = [[*head, *("/".join(task) for task in tasks)]]
    for row in rows:
        by_task = {(mark.notebook, mark.grade_id): mark for mark in row.marks}
        table.append(
            [
                row.assignment,
                row.student,
                row.last_name,
                row.first_name,
                row.email,
                row.result.status.value if row.result else "",
                row.result.reason if row.result else "",
                row.result.mode if row.result else "",
                row.result.tier.lower() if row.result else "",
                row.timestamp or "",
                row.score,
                row.late_penalty,
                row.final_score,
                row.max_score,
                row.needs_manual_grade,
                *(_points(by_task.get(task)) for task in tasks),
            ]
        )
    return table


def _points(mark: Mark | None) -> object:
    # Not 0 but nothing, as long as nobody has given it a mark.
    if mark is None or (mark.automatic is None and mark.manual is None):
        return ""
    return mark.score


def nbgrader_table(rows: list[Row]) -> Table:
    """The columns of `nbgrader export`."""
    head = ["assignment", "duedate", "timestamp", "student_id", "last_name", "first_name", "email"]
    table: Table = [[*head, "raw_score", "late_submission_penalty", "score", "max_score"]]
    for row in rows:
        names = [row.student, row.last_name, row.first_name, row.email]
        due, came = row.duedate or "", row.timestamp or ""
        table.append(
            [row.assignment, due, came, *names, row.score, row.late_penalty, row.final_score, row.max_score]
        )
    return table


def as_csv(table: Table) -> str:
    """A table as CSV (RFC 4180 quoting, lines ending in a newline), with formulas in text made harmless."""
    text = io.StringIO()
    csv.writer(text, lineterminator="\n").writerows([[_harmless(value) for value in line] for line in table])
    return text.getvalue()


def _harmless(value: object) -> object:
    # A spreadsheet runs a cell that begins like a formula, and a student chooses their own name. An
    # apostrophe in front makes it text; numbers of our own are no strings and stay as they are.
    # Line breaks and other control characters would end a line for some readers.
    if not isinstance(value, str):
        return value
    text = CONTROL.sub(" ", value).encode("utf-8", "replace").decode()
    return "'" + text if text.lstrip().startswith(FORMULA_SIGNS) else text
