"""What travels between the process that grades a class and its workers, here or on other machines.

Plain values only, as JSON bytes with a version: no pickle, no shared folder. A `Bundle` is the assignment,
sent once; a `Job` is one submission; an `Outcome` is what came of it.
"""

from __future__ import annotations

import base64
import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass, field, fields
from typing import Any, ClassVar, Literal, Self

from rnn_course.errors import CourseError
from rnn_course.grading.errors import GradingError
from rnn_course.grading.plan import Limits
from rnn_course.grading.results import Status

VERSION = 1
Mode = Literal["split", "single"]


class Message:
    """A frozen dataclass that can be turned into JSON bytes and back."""

    __dataclass_fields__: ClassVar[dict[str, Any]]

    def to_bytes(self) -> bytes:
        """This message as JSON; equal messages give equal bytes."""
        content = {"kind": type(self).__name__, "version": VERSION, "content": self._plain()}
        return json.dumps(content, sort_keys=True, separators=(",", ":")).encode()

    @classmethod
    def from_bytes(cls, data: bytes) -> Self:
        """The message in these bytes.

        Raises:
            GradingError: if they hold something else, or were written by another version of this package.
        """
        try:
            message = json.loads(data)
            kind, version = message["kind"], message["version"]
        except (ValueError, TypeError, KeyError) as error:
            raise GradingError(f"expected a {cls.__name__} as JSON, got {data[:60]!r}") from error
        if (kind, version) != (cls.__name__, VERSION):
            raise GradingError(
                f"expected a {cls.__name__} of version {VERSION}, got a {kind} of version {version}: "
                "workers and grader must have the same version of rnn-course"
            )
        return cls._restore(message["content"])

    def _plain(self) -> dict[str, Any]:
        return {item.name: _to_plain(getattr(self, item.name)) for item in fields(self)}

    @classmethod
    def _restore(cls, content: dict[str, Any]) -> Self:
        try:
            return cls(**{name: _from_plain(value) for name, value in content.items()})
        except (TypeError, KeyError, ValueError, AttributeError, CourseError) as error:
            raise GradingError(f"a damaged {cls.__name__}: {error}") from error


@dataclass(frozen=True)
class BundleNotebook(Message):
    """One notebook of an assignment.

    Args:
        name: without `.ipynb`.
        body: the student version, as text.
        tests: the source of every cell that is locked or graded, with its hidden tests, by grade_id.
        mode: `split` where tests run in a process of their own; `single` where they cannot.
    """

    name: str
    body: str
    tests: Mapping[str, str] = field(default_factory=dict)
    mode: Mode = "split"


@dataclass(frozen=True)
class Bundle(Message):
    """Everything that marks depend on besides the submission.

    Args:
        assignment: its name.
        version: a digest of the assignment (Build.version).
        notebooks: in the order of their names.
        files: the instructor's other files, by path.
        seed: the instructor's seed for hidden tests.
        hidden_modules: what the student's code may not import.
        preload: what a worker has loaded before a submission comes.
        limits: what one notebook of one submission may use.
        tier: the name of the sandbox's tier.
        grader: a digest of the grader's own code (class_run.grader_version).
        kept_files: files of the student's that stay where the instructor has one of the same name.
        max_lines: lines of output of one cell that are kept (LimitOutput.max_lines).
        max_traceback: lines of a traceback that are kept (LimitOutput.max_traceback).
    """

    assignment: str
    version: str
    notebooks: tuple[BundleNotebook, ...]
    files: Mapping[str, bytes] = field(default_factory=dict)
    seed: str = ""
    hidden_modules: tuple[str, ...] = ()
    preload: tuple[str, ...] = ("numpy",)
    limits: Limits = field(default_factory=Limits)
    tier: str = "UNSAFE"
    grader: str = ""
    kept_files: tuple[str, ...] = ()
    max_lines: int = 1000
    max_traceback: int = 100

    def digest(self) -> str:
        """A digest of all of it."""
        return hashlib.sha256(self.to_bytes()).hexdigest()


@dataclass(frozen=True)
class Job(Message):
    """One submission, as it was handed in.

    Args:
        notebooks: the bytes of each notebook that was asked for and is there, by name.
        unreadable: why the others cannot be graded, by name.
        files: the student's other files, by path.
        notes: what is odd about it, a sentence each.
        digest: of everything that was handed in.
    """

    student: str
    notebooks: Mapping[str, bytes]
    unreadable: Mapping[str, str] = field(default_factory=dict)
    files: Mapping[str, bytes] = field(default_factory=dict)
    notes: tuple[str, ...] = ()
    digest: str = ""


@dataclass(frozen=True)
class CellMark(Message):
    """What the tests decide of one cell.

    Args:
        score: points; None where a person must mark.
        max_score: the most that it can give; None for a cell that carries no mark.
        comment: nbgrader's remark on an answer that was left as it was.
    """

    score: float | None = None
    max_score: float | None = None
    comment: str | None = None


@dataclass(frozen=True)
class NotebookOutcome(Message):
    """What came of one notebook.

    Args:
        executed: the notebook with its outputs, as text; empty where it could not be read.
        cells: every cell that carries a mark or a comment, by grade_id.
        unreadable: why it could not be graded; empty if it was.
        problems: cells that could not be run to their end, with the reason.
        notes: what is odd about it, a sentence each.
    """

    name: str
    executed: str = ""
    cells: Mapping[str, CellMark] = field(default_factory=dict)
    unreadable: str = ""
    problems: tuple[str, ...] = ()
    notes: tuple[str, ...] = ()
    mode: Mode = "split"


@dataclass(frozen=True)
class Outcome(Message):
    """What came of one submission. The order of `notebooks` is the bundle's.

    Args:
        status: graded, student_error, unreadable or infrastructure.
        reason: why it is not simply graded.
        seconds: how long it took.
        memory_bytes: the most that its processes used.
        tier: the name of the sandbox that it ran in.
    """

    student: str
    status: Status
    reason: str = ""
    notebooks: tuple[NotebookOutcome, ...] = ()
    notes: tuple[str, ...] = ()
    digest: str = ""
    seconds: float = 0.0
    memory_bytes: int = 0
    tier: str = ""


def _to_plain(value: Any) -> Any:
    if isinstance(value, Message):
        return {"is": type(value).__name__, "of": value._plain()}
    if isinstance(value, bytes):
        return {"is": "bytes", "of": base64.b64encode(value).decode()}
    if isinstance(value, Limits):
        return {"is": "Limits", "of": vars(value)}
    if isinstance(value, Status):
        return {"is": "Status", "of": value.value}
    if isinstance(value, Mapping):
        return {"is": "dict", "of": {str(key): _to_plain(item) for key, item in value.items()}}
    if isinstance(value, tuple | list):
        return [_to_plain(item) for item in value]
    return value


def _from_plain(value: Any) -> Any:
    if isinstance(value, list):
        return tuple(_from_plain(item) for item in value)
    if not isinstance(value, dict):
        return value
    kind, content = value["is"], value["of"]
    if kind == "dict":
        return {key: _from_plain(item) for key, item in content.items()}
    if kind == "bytes":
        return base64.b64decode(content)
    if kind == "Status":
        return Status(content)
    if kind == "Limits":
        return Limits(**content)
    return _PARTS[kind]._restore(content)


_PARTS: dict[str, type[Message]] = {
    part.__name__: part for part in (BundleNotebook, CellMark, NotebookOutcome)
}
