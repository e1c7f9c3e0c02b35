"""One assignment's rows in nbgrader's tables: what Autograde's own steps would write, in a few statements.

nbgrader's API commits after every cell, which takes most of the time of grading. Here rows are written with
the same meaning through its table definitions, within the caller's transaction.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any
from uuid import uuid4

import sqlalchemy as sa

from rnn_course.grading.errors import GradingError
from rnn_course.grading.job import NotebookOutcome, Outcome
from rnn_course.grading.results import Result


@dataclass(frozen=True)
class Totals:
    """What one student's marks of an assignment add up to."""

    score: float
    max_score: float
    needs_manual_grade: int

    def put_into(self, result: Result) -> Result:
        """The result with these marks."""
        return replace(
            result,
            score=self.score,
            max_score=self.max_score,
            needs_manual_grade=self.needs_manual_grade,
        )


@dataclass(frozen=True)
class _Notebook:
    id: str
    grades: dict[str, str]  # ids of cells that carry a mark, by name
    comments: dict[str, str]  # ids of cells that carry a comment


class AssignmentRecords:
    """Reads and writes the marks of one assignment.

    Args:
        gradebook: nbgrader's, open.
        assignment: an assignment that the gradebook knows.
    """

    def __init__(self, gradebook: Any, assignment: str) -> None:
        from nbgrader import api

        self.session = gradebook.db
        found = gradebook.find_assignment(assignment)
        self.assignment_id: str = found.id
        self.max_score = float(found.max_score)
        self.notebooks = {
            notebook.name: _Notebook(
                notebook.id,
                {cell.name: cell.id for cell in (*notebook.grade_cells, *notebook.task_cells)},
                {cell.name: cell.id for cell in (*notebook.solution_cells, *notebook.task_cells)},
            )
            for notebook in found.notebooks
        }
        self.students = api.Student.__table__
        self.submissions = api.SubmittedAssignment.__table__
        self.submitted = api.SubmittedNotebook.__table__
        self.grades = api.Grade.__table__
        self.comments = api.Comment.__table__
        self.session.rollback()  # nothing is kept locked

    def write(self, outcome: Outcome, *, same_work: bool, timestamp: datetime | None) -> str:
        """Write the marks and comments of one outcome, in the place of what was there.

        Marks given by hand stay. As nbgrader does, they are put up for a second look; not so where the work
        is the same and only a person can mark the task.

        Args:
            timestamp: when it was handed in, in UTC; None leaves what the gradebook has.

        Returns:
            The id of the submission's row.
        """
        submission = self._submission(outcome.student, timestamp)
        present = {
            row.notebook_id: row.id
            for row in self._rows(self.submitted, self.submitted.c.assignment_id == submission)
        }
        for notebook in outcome.notebooks:
            known = self.notebooks.get(notebook.name)
            if known is None:
                raise GradingError(f"the gradebook knows no notebook {notebook.name} of this assignment")
            row = present.get(known.id) or self._insert(
                self.submitted, notebook_id=known.id, assignment_id=submission, flagged=False
            )
            self._write_grades(row, known, notebook, same_work)
            self._write_comments(row, known, notebook)
        return submission

    def totals(self, students: Sequence[str]) -> dict[str, Totals]:
        """The sums of some students' marks, by name; those who handed nothing in are not there."""
        return self._totals(self.submissions.c.student_id.in_(students))

    def all_totals(self) -> dict[str, Totals]:
        """The sums of all students' marks, by name."""
        return self._totals(sa.true())

    def extensions(self) -> dict[str, str]:
        """The extensions of deadlines that students have, as text, by name."""
        asked = sa.select(self.submissions.c.student_id, self.submissions.c.extension).where(
            self.submissions.c.assignment_id == self.assignment_id
        )
        return {row.student_id: str(row.extension) for row in self.session.execute(asked) if row.extension}

    def _totals(self, condition: Any) -> dict[str, Totals]:
        grade = self.grades.c
        given = sa.func.coalesce(grade.manual_score, grade.auto_score)
        extra = sa.case((given.is_not(None), sa.func.coalesce(grade.extra_credit, 0.0)), else_=0.0)
        joined = self.submissions.outerjoin(
            self.submitted, self.submitted.c.assignment_id == self.submissions.c.id
        ).outerjoin(self.grades, grade.notebook_id == self.submitted.c.id)
        asked = (
            sa.select(
                self.submissions.c.student_id,
                sa.func.coalesce(sa.func.sum(sa.func.coalesce(given, 0.0) + extra), 0.0).label("score"),
                sa.func.coalesce(
                    sa.func.sum(sa.case((grade.needs_manual_grade.is_(True), 1), else_=0)), 0
                ).label("waiting"),
            )
            .select_from(joined)
            .where(self.submissions.c.assignment_id == self.assignment_id, condition)
            .group_by(self.submissions.c.student_id)
        )
        return {
            row.student_id: Totals(float(row.score), self.max_score, int(row.waiting))
            for row in self.session.execute(asked)
        }

    def _submission(self, student: str, timestamp: datetime | None) -> str:
        if not self._rows(self.students, self.students.c.id == student):
            self.session.execute(sa.insert(self.students).values(id=student))
        of_student = (self.submissions.c.assignment_id == self.assignment_id) & (
            self.submissions.c.student_id == student
        )
        found = self._rows(self.submissions, of_student)
        if not found:
            return self._insert(
                self.submissions, assignment_id=self.assignment_id, student_id=student, timestamp=timestamp
            )
        row: str = found[0].id
        if timestamp is not None and found[0].timestamp != timestamp:
            self.session.execute(
                sa.update(self.submissions).where(self.submissions.c.id == row).values(timestamp=timestamp)
            )
        return row

    def _write_grades(self, row: str, known: _Notebook, notebook: NotebookOutcome, same_work: bool) -> None:
        before = {found.cell_id: found for found in self._rows(self.grades, self.grades.c.notebook_id == row)}
        new, changed = [], []
        for name, cell_id in known.grades.items():
            mark = notebook.cells.get(name)
            was = before.get(cell_id)
            if was is None:
                score = mark.score if mark else None
                new.append(
                    {
                        "id": uuid4().hex,
                        "cell_id": cell_id,
                        "notebook_id": row,
                        "auto_score": score,
                        "needs_manual_grade": score is None,
                    }
                )
            elif mark is not None and mark.max_score is not None:
                reviewed = (
                    same_work
                    and was.manual_score is not None
                    and was.auto_score is None
                    and mark.score is None
                    and not was.needs_manual_grade
                )
                waits = (was.manual_score is not None or mark.score is None) and not reviewed
                if (was.auto_score, bool(was.needs_manual_grade)) != (mark.score, waits):
                    changed.append({"row": was.id, "score": mark.score, "waits": waits})
        if new:
            self.session.execute(sa.insert(self.grades), new)
        if changed:
            update = sa.update(self.grades).where(self.grades.c.id == sa.bindparam("row"))
            self.session.connection().execute(
                update.values(auto_score=sa.bindparam("score"), needs_manual_grade=sa.bindparam("waits")),
                changed,
            )

    def _write_comments(self, row: str, known: _Notebook, notebook: NotebookOutcome) -> None:
        before = {
            found.cell_id: found for found in self._rows(self.comments, self.comments.c.notebook_id == row)
        }
        new = []
        for name, cell_id in known.comments.items():
            text = mark.comment if (mark := notebook.cells.get(name)) else None
            was = before.get(cell_id)
            if was is None:
                new.append({"id": uuid4().hex, "cell_id": cell_id, "notebook_id": row, "auto_comment": text})
            elif was.auto_comment != text:
                self.session.execute(
                    sa.update(self.comments).where(self.comments.c.id == was.id).values(auto_comment=text)
                )
        if new:
            self.session.execute(sa.insert(self.comments), new)

    def _rows(self, table: Any, condition: Any) -> list[Any]:
        return list(self.session.execute(sa.select(table).where(condition)))

    def _insert(self, table: Any, **values: object) -> str:
        row = uuid4().hex
        self.session.execute(sa.insert(table).values(id=row, **values))
        return row
