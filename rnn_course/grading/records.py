"""One assignment's rows in nbgrader's tables: what Autograde's own steps would write, in a few statements.

nbgrader's API commits after every cell, which takes most of the time of grading. Here the rows of many
submissions are written with the same meaning through its table definitions, within the caller's transaction.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import uuid4

import sqlalchemy as sa

from rnn_course.grading.errors import GradingError
from rnn_course.grading.job import NotebookOutcome, Outcome
from rnn_course.grading.tables import AssignmentTables


@dataclass(frozen=True)
class Marked:
    """A submission whose marks are to be written.

    Args:
        outcome: what came of it.
        same_work: whether the gradebook's marks are of the very same submission.
        timestamp: when it was handed in, in UTC; None leaves what the gradebook has.
    """

    outcome: Outcome
    same_work: bool = False
    timestamp: datetime | None = None


@dataclass(frozen=True)
class _Notebook:
    id: str
    grades: dict[str, str]  # ids of cells that carry a mark, by name
    comments: dict[str, str]  # ids of cells that carry a comment


class AssignmentRecords(AssignmentTables):
    """Writes the marks of one assignment."""

    def __init__(self, gradebook: Any, assignment: str) -> None:
        from nbgrader import api

        super().__init__(gradebook, assignment)
        self.students = api.Student.__table__
        self.comments = api.Comment.__table__
        self.notebooks = {
            notebook.name: _Notebook(
                notebook.id,
                {cell.name: cell.id for cell in (*notebook.grade_cells, *notebook.task_cells)},
                {cell.name: cell.id for cell in (*notebook.solution_cells, *notebook.task_cells)},
            )
            for notebook in self.found.notebooks
        }
        self.session.rollback()  # nothing is kept locked

    def write(self, batch: Sequence[Marked]) -> dict[str, str]:
        """Write marks and comments of some submissions, in the place of what was there.

        Marks given by hand stay. As nbgrader does, they are put up for a second look; not so where the work
        is the same and only a person can mark the task.

        Returns:
            The id of every submission's row, by student.
        """
        rows = _Rows(self, [marked.outcome.student for marked in batch])
        found = {marked.outcome.student: self._write_one(rows, marked) for marked in batch}
        rows.insert()
        return found

    def _write_one(self, rows: _Rows, marked: Marked) -> str:
        submission = self._submission(rows, marked)
        for notebook in marked.outcome.notebooks:
            known = self.notebooks.get(notebook.name)
            if known is None:
                raise GradingError(f"the gradebook knows no notebook {notebook.name} of this assignment")
            row = rows.submitted.get((submission, known.id)) or rows.add(
                self.submitted, notebook_id=known.id, assignment_id=submission, flagged=False
            )
            self._write_grades(rows, row, known, notebook, marked.same_work)
            self._write_comments(rows, row, known, notebook)
        return submission

    def _submission(self, rows: _Rows, marked: Marked) -> str:
        student, timestamp = marked.outcome.student, marked.timestamp
        if student not in rows.students:
            rows.new[self.students].append({"id": student})
        found = rows.submissions.get(student)
        if found is None:
            return rows.add(
                self.submissions, assignment_id=self.assignment_id, student_id=student, timestamp=timestamp
            )
        if timestamp is not None and found.timestamp != timestamp:
            self.session.execute(
                sa.update(self.submissions)
                .where(self.submissions.c.id == found.id)
                .values(timestamp=timestamp)
            )
        row: str = found.id
        return row

    def _write_grades(
        self, rows: _Rows, row: str, known: _Notebook, notebook: NotebookOutcome, same_work: bool
    ) -> None:
        changed = []
        for name, cell_id in known.grades.items():
            mark = notebook.cells.get(name)
            was = rows.grades.get((row, cell_id))
            if was is None:
                score = mark.score if mark else None
                rows.add(
                    self.grades,
                    cell_id=cell_id,
                    notebook_id=row,
                    auto_score=score,
                    needs_manual_grade=score is None,
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
        if changed:
            update = sa.update(self.grades).where(self.grades.c.id == sa.bindparam("row"))
            self.session.connection().execute(
                update.values(auto_score=sa.bindparam("score"), needs_manual_grade=sa.bindparam("waits")),
                changed,
            )

    def _write_comments(self, rows: _Rows, row: str, known: _Notebook, notebook: NotebookOutcome) -> None:
        for name, cell_id in known.comments.items():
            text = mark.comment if (mark := notebook.cells.get(name)) else None
            was = rows.comments.get((row, cell_id))
            if was is None:
                rows.add(self.comments, cell_id=cell_id, notebook_id=row, auto_comment=text)
            elif was.auto_comment != text:
                self.session.execute(
                    sa.update(self.comments).where(self.comments.c.id == was.id).values(auto_comment=text)
                )


class _Rows:
    """What the gradebook has of some students, and what is new, which is inserted all at once."""

    def __init__(self, records: AssignmentRecords, students: Sequence[str]) -> None:
        self.session = records.session
        sub, sheet = records.submissions.c, records.submitted.c
        # In the order in which a row may point to another.
        self.new: dict[Any, list[dict[str, Any]]] = defaultdict(list)
        self.order = (
            records.students,
            records.submissions,
            records.submitted,
            records.grades,
            records.comments,
        )
        self.students = {row.id for row in self._of(records.students, records.students.c.id, students)}
        self.submissions = {
            row.student_id: row
            for row in self._of(
                records.submissions, sub.student_id, students, sub.assignment_id == records.assignment_id
            )
        }
        held = [row.id for row in self.submissions.values()]
        self.submitted: dict[tuple[str, str], str] = {
            (row.assignment_id, row.notebook_id): row.id
            for row in self._of(records.submitted, sheet.assignment_id, held)
        }
        sheets = list(self.submitted.values())
        self.grades, self.comments = (
            {(row.notebook_id, row.cell_id): row for row in self._of(table, table.c.notebook_id, sheets)}
            for table in (records.grades, records.comments)
        )

    def _of(self, table: Any, column: Any, values: Sequence[str], *also: Any) -> Iterable[Any]:
        return self.session.execute(sa.select(table).where(column.in_(values), *also)) if values else ()

    def add(self, table: Any, **values: object) -> str:
        """Note a new row; returns its id."""
        row = uuid4().hex
        self.new[table].append({"id": row, **values})
        return row

    def insert(self) -> None:
        """Insert what is new."""
        for table in self.order:
            if table in self.new:
                self.session.connection().execute(sa.insert(table), self.new[table])
