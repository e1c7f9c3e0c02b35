"""How each submission ended, kept in tables of their own beside nbgrader's in the gradebook.

nbgrader knows marks only. Whether a mark of 0 means "nothing was right", "the file could not be read" or
"nothing came" stands here, with the reason.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import asdict, dataclass, field
from enum import StrEnum
from typing import Any

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
        tier: the sandbox's tier that it ran in.
        mode: `single` where tests and answers ran in one process, so that marks can have been tampered with.
        memory_bytes: the most that its processes used.
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
    tier: str = ""
    mode: str = ""
    memory_bytes: int = 0
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
    sa.Column("tier", sa.String(16), nullable=False, server_default=""),
    sa.Column("mode", sa.String(16), nullable=False, server_default=""),
    sa.Column("memory_bytes", sa.BigInteger, nullable=False, server_default="0"),
)
_LABELS = sa.Table(
    "rnn_course_label",
    _METADATA,
    sa.Column("assignment", sa.String(128), primary_key=True),
    sa.Column("notebook", sa.String(128), primary_key=True),
    sa.Column("version", sa.String(128), nullable=False),
    sa.Column("mode", sa.String(16), nullable=False),
    sa.Column("reasons", sa.Text, nullable=False),
)


@dataclass(frozen=True)
class Label:
    """How a notebook of an assignment is run, as its reference solution showed.

    Args:
        version: of what it was found: the assignment's and the grader's.
        mode: `split` or `single`.
        reasons: why it cannot be split, by the grade_id of a test cell.
    """

    notebook: str
    version: str
    mode: str
    reasons: dict[str, str] = field(default_factory=dict)


class ResultStore:
    """The tables of results and labels in a gradebook; made when they are first written to."""

    def __init__(self, db_url: str) -> None:
        self._engine = sa.create_engine(db_url)

    def load(self, assignment: str) -> dict[str, Result]:
        """The last result of every student, by name, without the marks, which nbgrader's tables hold."""
        return {result.student: result for result in self.stream(assignment)}

    def stream(self, assignment: str) -> Iterator[Result]:
        """The last result of every student, one after another, sorted by name."""
        names = {column["name"] for column in self._columns(_TABLE.name)}
        if not names:
            return
        known = [column for column in _TABLE.columns if column.name in names]
        asked = sa.select(*known).where(_TABLE.c.assignment == assignment).order_by(_TABLE.c.student)
        with self._engine.connect() as connection:
            for row in connection.execution_options(yield_per=1000).execute(asked).mappings():
                values = dict(row)
                values["status"] = Status(values["status"])
                values["notes"] = json.loads(values["notes"])
                yield Result(**values)

    def labels(self, assignment: str) -> dict[str, Label]:
        """How each notebook of an assignment is run, by name, as far as that is known."""
        if not self._columns(_LABELS.name):
            return {}
        with self._engine.connect() as connection:
            rows = connection.execute(sa.select(_LABELS).where(_LABELS.c.assignment == assignment)).mappings()
            return {
                row["notebook"]: Label(
                    row["notebook"], row["version"], row["mode"], json.loads(row["reasons"])
                )
                for row in rows
            }

    def save(self, results: Iterable[Result]) -> None:
        """Write results, each in the place of that student's last one, in one transaction.

        Raises:
            GradingError: if the database cannot be written.
        """
        with self._transaction() as connection:
            save_results(connection, results)

    def save_labels(self, assignment: str, labels: Iterable[Label]) -> None:
        """Write how the notebooks of an assignment are run, in the place of what was known.

        Raises:
            GradingError: if the database cannot be written.
        """
        with self._transaction() as connection:
            connection.execute(sa.delete(_LABELS).where(_LABELS.c.assignment == assignment))
            for label in labels:
                values = {**asdict(label), "assignment": assignment, "reasons": json.dumps(label.reasons)}
                connection.execute(sa.insert(_LABELS).values(values))

    def ensure_tables(self) -> None:
        """Make the tables, and the columns that an older version did not have."""
        _METADATA.create_all(self._engine)
        known = {column["name"] for column in self._columns(_TABLE.name)}
        with self._engine.begin() as connection:
            for column in _TABLE.columns:
                if column.name not in known:
                    kind = column.type.compile(self._engine.dialect)
                    default = column.server_default.arg  # type: ignore[union-attr]
                    connection.execute(
                        sa.text(
                            f"ALTER TABLE {_TABLE.name} ADD COLUMN {column.name} {kind} "
                            f"NOT NULL DEFAULT '{default}'"
                        )
                    )

    def close(self) -> None:
        """Let go of the database."""
        self._engine.dispose()

    def _columns(self, table: str) -> list[Any]:
        inspector = sa.inspect(self._engine)
        return inspector.get_columns(table) if inspector.has_table(table) else []

    @contextmanager
    def _transaction(self) -> Iterator[sa.Connection]:
        try:
            self.ensure_tables()
            with self._engine.begin() as connection:
                yield connection
        except sa.exc.DatabaseError as error:
            raise GradingError(f"results cannot be written to {self._engine.url}: {error.orig}") from error


def save_results(connection: sa.Connection, results: Iterable[Result]) -> None:
    """Write results within somebody else's transaction; the tables must be there."""
    rows = [
        {
            column.name: getattr(result, column.name)
            for column in _TABLE.columns
            if column.name not in ("status", "notes")
        }
        | {"status": result.status.value, "notes": json.dumps(result.notes)}
        for result in results
    ]
    if not rows:
        return
    same = (_TABLE.c.assignment == sa.bindparam("a")) & (_TABLE.c.student == sa.bindparam("s"))
    connection.execute(
        sa.delete(_TABLE).where(same), [{"a": row["assignment"], "s": row["student"]} for row in rows]
    )
    connection.execute(sa.insert(_TABLE), rows)
