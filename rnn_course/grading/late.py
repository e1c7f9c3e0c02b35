"""When a submission came, and what coming late costs: by nbgrader's plugin, as the course has set it."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any

import sqlalchemy as sa

from rnn_course.grading.course import Course
from rnn_course.grading.job import Job

TIMESTAMP_FILE = "timestamp.txt"
LONGEST = 200  # bytes of a timestamp


def submitted_at(job: Job) -> datetime | None:
    """The time of submission in UTC that nbgrader's `timestamp.txt` holds; None if it holds none."""
    from nbgrader.utils import parse_utc

    data = job.files.get(TIMESTAMP_FILE, b"")
    if not data.strip() or len(data) > LONGEST:
        return None
    try:
        found: datetime | None = parse_utc(data.decode("utf-8").strip())
    except Exception:  # dateutil raises whatever it meets
        return None
    return found


class LatePenalties:
    """Sets the penalty of every notebook of a submission, as nbgrader's AssignLatePenalties does."""

    def __init__(self, course: Course, gradebook: Any) -> None:
        from nbgrader import api
        from nbgrader.preprocessors import AssignLatePenalties

        self.session = gradebook.db
        self.table = api.SubmittedAssignment
        self.submissions = api.SubmittedAssignment.__table__
        self.submitted = api.SubmittedNotebook.__table__
        self.assignments = api.Assignment.__table__
        self.step = AssignLatePenalties(parent=course.app)
        self.step.init_plugin()

    def assign(self, submissions: Sequence[str]) -> None:
        """Set the penalties of some submissions, by their rows' ids, within the session's transaction."""
        if not (self.step.enabled and submissions):
            return
        self.session.expire_all()
        for found in self._late_or_penalised(submissions):
            self._assign(self.session.get(self.table, found))
        self.session.flush()

    def _late_or_penalised(self, submissions: Sequence[str]) -> list[str]:
        # All others keep what they have, which is no penalty.
        sub = self.submissions.c
        asked = (
            sa.select(
                sub.id,
                sub.timestamp,
                sub.extension,
                self.assignments.c.duedate,
                sa.func.count(self.submitted.c.late_submission_penalty).label("penalties"),
            )
            .join(self.assignments, self.assignments.c.id == sub.assignment_id)
            .outerjoin(self.submitted, self.submitted.c.assignment_id == sub.id)
            .where(sub.id.in_(submissions))
            .group_by(sub.id, sub.timestamp, sub.extension, self.assignments.c.duedate)
        )
        return [
            row.id
            for row in self.session.execute(asked)
            if row.penalties or _is_late(row.timestamp, row.duedate, row.extension)
        ]

    def _assign(self, submission: Any) -> None:
        student = submission.student_id
        seconds = submission.total_seconds_late
        for notebook in submission.notebooks:
            penalty = None
            if seconds > 0:
                penalty = self.step.plugin_inst.late_submission_penalty(student, notebook.score, seconds)
                if penalty is not None:
                    penalty = self.step._check_late_penalty(notebook, penalty)
            if notebook.late_submission_penalty != penalty:
                notebook.late_submission_penalty = penalty


def _is_late(timestamp: datetime | None, due: datetime | None, extension: timedelta | None) -> bool:
    return timestamp is not None and due is not None and timestamp > due + (extension or timedelta())
