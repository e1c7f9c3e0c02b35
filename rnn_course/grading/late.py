"""When a submission came, and what coming late costs: by nbgrader's plugin, as the course has set it."""

from __future__ import annotations

from datetime import datetime
from typing import Any

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
        from nbgrader.api import SubmittedAssignment
        from nbgrader.preprocessors import AssignLatePenalties

        self.session = gradebook.db
        self.table = SubmittedAssignment
        self.step = AssignLatePenalties(parent=course.app)
        self.step.init_plugin()

    def assign(self, submission_id: str, student: str) -> None:
        """Set the penalties of one submission, within the session's transaction."""
        if not self.step.enabled:
            return
        self.session.expire_all()
        submission = self.session.get(self.table, submission_id)
        seconds = submission.total_seconds_late
        for notebook in submission.notebooks:
            penalty = None
            if seconds > 0:
                penalty = self.step.plugin_inst.late_submission_penalty(student, notebook.score, seconds)
                if penalty is not None:
                    penalty = self.step._check_late_penalty(notebook, penalty)
            if notebook.late_submission_penalty != penalty:
                notebook.late_submission_penalty = penalty
        self.session.flush()
