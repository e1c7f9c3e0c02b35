"""What the marks in nbgrader's gradebook add up to: one assignment, every student."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any

import sqlalchemy as sa

from rnn_course.grading.results import Result
from rnn_course.grading.tables import AssignmentTables


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


class AssignmentTotals(AssignmentTables):
    """Reads the sums of one assignment's marks."""

    def __init__(self, gradebook: Any, assignment: str) -> None:
        super().__init__(gradebook, assignment)
        self.max_score = float(self.found.max_score)
        self.session.rollback()  # nothing is kept locked

    def of(self, students: Sequence[str]) -> dict[str, Totals]:
        """The sums of some students' marks, by name; those who handed nothing in are not there."""
        return self._totals(self.submissions.c.student_id.in_(students)) if students else {}

    def of_all(self) -> dict[str, Totals]:
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
