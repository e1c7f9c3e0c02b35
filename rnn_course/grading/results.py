"""How each submission ended, kept in a table of its own beside nbgrader's in the gradebook.

nbgrader knows marks only. Whether a mark of 0 means "nothing was right", "the file could not be read" or
"nothing came" stands here, with the reason.
"""

from __future__ import annotations

import json
from collections.abc import Iterable
from dataclasses import asdict, dataclass, field
from enum import StrEnum

import sqlalchemy as sa

from rnn_course.grading.errors import GradingError


class Status(StrEnum):
    """How the grading of one submission ended."""

    GRADED = "graded"
    """Every cell was run. An exception in a cell is an ordinary wrong answer."""
    STUDENT_ERROR = "student_error"
    """A cell ran past its time or ended its process; it was left out, and the others were marked."""
    UNREADABLE = "unreadable"
    """What was handed in is not the notebook that was asked for."""
    MISSING = "missing"
    """A student of this course handed nothing in."""
    INFRASTRUCTURE = "infrastructure"
    """The grader failed. No mark was changed; the next run tries again."""

    @property
    def needs_a_human(self) -> bool:
        """Whether somebody should look at it before the marks are given out."""
        return self in (Status.STUDENT_ERROR, Status.UNREADABLE, Status.INFRASTRUCTURE)


@dataclass(frozen=True)
class Result:
    """How one student's submission of one assignment ended.

    Args:
        reason: why it is not simply graded, in words; empty for graded.
        notes: what was odd but cost nothing.
        fingerprint: a digest of submission, tests, seed and grader; equal means nothing to do again.
        seconds: how long it took.
        score: points so far, None where there is no mark.
        max_score: points that the assignment gives.
        needs_manual_grade: tasks that a person still has to mark.
    """

    assignment: str
    student: str
    status: Status
    reason: str = ""
    notes: list[str] = field(default_factory=list)
    fingerprint: str = ""
    seconds: float = 0.0
    score: float | None = None
    max_score: float | None = None
    needs_manual_grade: int = 0

    def as_dict(self) -> dict[str, object]:
        """For JSON."""
        return {key: value for key, value in asdict(self).items() if key != "fingerprint"}


_METADATA = sa.MetaData()
_TABLE = sa.Table(
    "rnn_course_result",
    _METADATA,
    sa.Column("assignment", sa.String(128), primary_key=True),
    sa.Column("student", sa.String(128), primary_key=True),
    sa.Column("status", sa.String(16), nullable=False),
    sa.Column("reason", sa.Text, nullable=False),
    sa.Column("notes", sa.Text, nullable=False),
    sa.Column("fingerprint", sa.String(160), nullable=False),
    sa.Column("seconds", sa.Float, nullable=False),
)


class ResultStore:
    """The table of results in a gradebook; made when it is first written to."""

    def __init__(self, db_url: str) -> None:
        self._engine = sa.create_engine(db_url)

    def load(self, assignment: str) -> dict[str, Result]:
        """The last result of every student, by name, without the marks, which nbgrader's tables hold."""
        if not sa.inspect(self._engine).has_table(_TABLE.name):
            return {}
        with self._engine.connect() as connection:
            rows = connection.execute(sa.select(_TABLE).where(_TABLE.c.assignment == assignment)).mappings()
            return {
                row["student"]: Result(
                    assignment,
                    row["student"],
                    Status(row["status"]),
                    row["reason"],
                    json.loads(row["notes"]),
                    row["fingerprint"],
                    row["seconds"],
                )
                for row in rows
            }

    def save(self, results: Iterable[Result]) -> None:
        """Write results, each in the place of that student's last one, in one transaction.

        Raises:
            GradingError: if the database cannot be written.
        """
        try:
            self._write(results)
        except sa.exc.DatabaseError as error:
            raise GradingError(f"results cannot be written to {self._engine.url}: {error.orig}") from error

    def _write(self, results: Iterable[Result]) -> None:
        _METADATA.create_all(self._engine)
        with self._engine.begin() as connection:
            for result in results:
                same = (_TABLE.c.assignment == result.assignment) & (_TABLE.c.student == result.student)
                connection.execute(sa.delete(_TABLE).where(same))
                connection.execute(
                    sa.insert(_TABLE).values(
                        assignment=result.assignment,
                        student=result.student,
                        status=result.status.value,
                        reason=result.reason,
                        notes=json.dumps(result.notes),
                        fingerprint=result.fingerprint,
                        seconds=result.seconds,
                    )
                )

    def close(self) -> None:
        """Let go of the database."""
        self._engine.dispose()
