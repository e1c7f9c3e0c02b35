"""What the gradebook holds: the cells of an assignment, the students, and every mark.

It is nbgrader's own gradebook.db, read and written through nbgrader's API, so that the formgrader shows and
changes the same marks.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any, NamedTuple

from rnn_course.grading.course import Course
from rnn_course.grading.errors import GradingError
from rnn_course.grading.new_gradebook import ensure_gradebook


class Cell(NamedTuple):
    """One cell that nbgrader keeps, with its hidden tests; `points` is None where it carries no mark."""

    source: str
    cell_type: str
    locked: bool
    points: float | None
    solution: bool

    @property
    def is_automatic(self) -> bool:
        """Whether a test decides its mark, rather than a person."""
        return self.points is not None and not self.solution and self.cell_type == "code"


@dataclass(frozen=True)
class Mark:
    """The mark of one task of one student, in points.

    Args:
        automatic: what the tests gave; None where a person must mark.
        manual: what a person gave in the formgrader, which wins over `automatic`; None where nobody has.
        score: what counts, with extra credit.
        needs_manual_grade: whether somebody still has to look at it.
    """

    notebook: str
    grade_id: str
    score: float
    max_score: float
    automatic: float | None
    manual: float | None
    needs_manual_grade: bool


@contextmanager
def open_gradebook(db_url: str) -> Iterator[Any]:
    """nbgrader's Gradebook, closed at the end.

    Raises:
        GradingError: if the database cannot be used: damaged, locked, or of another version of nbgrader.
    """
    from nbgrader.api import Gradebook
    from sqlalchemy.exc import DatabaseError

    ensure_gradebook(db_url)
    try:
        with Gradebook(db_url) as gradebook:
            yield gradebook
    except DatabaseError as error:
        raise GradingError(
            f"the gradebook {db_url} cannot be used: {error.orig} "
            "(if nbgrader was upgraded: save a copy of it, then `nbgrader db upgrade`)"
        ) from error


def registered_cells(db_url: str, assignment: str) -> dict[tuple[str, str], Cell]:
    """Every cell that the gradebook keeps of an assignment, by (notebook, grade_id); empty if unknown."""
    from nbgrader.api import MissingEntry

    cells = {}
    with open_gradebook(db_url) as gradebook:
        try:
            notebooks = gradebook.find_assignment(assignment).notebooks
        except MissingEntry:
            return {}
        for notebook in notebooks:
            points = {cell.name: cell.max_score for cell in (*notebook.grade_cells, *notebook.task_cells)}
            solutions = {cell.name for cell in notebook.solution_cells}
            for cell in notebook.source_cells:
                cells[notebook.name, cell.name] = Cell(
                    cell.source, cell.cell_type, cell.locked, points.get(cell.name), cell.name in solutions
                )
    return cells


def students(course: Course) -> list[str]:
    """The names of all students in the gradebook, sorted."""
    with open_gradebook(course.db_url) as gradebook:
        return sorted(student.id for student in gradebook.students)


def marks(db_url: str, assignment: str, student: str) -> list[Mark]:
    """Every task's mark of one student, in the order of their names; empty without a submission."""
    from nbgrader.api import MissingEntry

    with open_gradebook(db_url) as gradebook:
        try:
            submission = gradebook.find_submission(assignment, student)
        except MissingEntry:
            return []
        return submission_marks(submission)


def submission_marks(submission: Any) -> list[Mark]:
    """Every task's mark of one of nbgrader's SubmittedAssignment objects."""
    found = [
        Mark(
            notebook.name,
            grade.name,
            grade.score,
            grade.max_score,
            grade.auto_score,
            grade.manual_score,
            grade.needs_manual_grade,
        )
        for notebook in submission.notebooks
        for grade in notebook.grades
    ]
    return sorted(found, key=lambda mark: (mark.notebook, mark.grade_id))
