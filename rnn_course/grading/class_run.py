"""Grade a whole class: each submission to its own end, going on where the last run stopped."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass
from functools import cache, cached_property
from pathlib import Path

from nbformat import NotebookNode

import rnn_course
from rnn_course.grading.autograde import Limits, grade_submission, with_marks
from rnn_course.grading.build import Build, build_release, files_in, read_notebooks
from rnn_course.grading.converters import describe_exception
from rnn_course.grading.course import Course
from rnn_course.grading.errors import GradingError
from rnn_course.grading.gradebook import (
    deadline,
    keep_reviewed,
    registered_cells,
    reviewed_by_hand,
    students,
)
from rnn_course.grading.intake import Submission, find_submissions, look_at
from rnn_course.grading.results import Result, ResultStore, Status
from rnn_course.grading.seed import ensure_seed


@dataclass(frozen=True)
class ClassRun:
    """An assignment that is ready to be graded.

    Args:
        students: those who are to be graded, sorted.
        done: the stored result of every student.
    """

    course: Course
    build: Build
    students: list[str]
    done: dict[str, Result]
    store: ResultStore
    seed: str
    limits: Limits
    force: bool

    def results(self) -> Iterator[Result]:
        """Grade everybody, one after another; each result is stored before it is given out."""
        for student in self.students:
            result = self.grade(student)
            self.store.save([result])
            yield result

    def grade(self, student: str) -> Result:
        """Grade one student, or take the stored result where nothing has changed; it raises for nobody."""
        assignment = self.build.assignment
        name = student.encode("utf-8", "backslashreplace").decode()
        if name != student:
            reason = "the name of the folder is not UTF-8 text: give it another"
            return Result(assignment, name, Status.UNREADABLE, reason)
        try:
            submission = look_at(self.course, assignment, student, sorted(self.build.notebooks))
            return self._grade(submission)
        except Exception as error:
            return Result(assignment, student, Status.INFRASTRUCTURE, describe_exception(error))

    def _grade(self, submission: Submission) -> Result:
        db_url, assignment, student = self.course.db_url, submission.assignment, submission.student
        mark = "" if submission.is_missing else self.fingerprint(submission)
        before = self.done.get(student)
        if before and not self.force and self._still_holds(before, mark):
            return with_marks(self.course, before)
        same_work = before is not None and submission_part(before.fingerprint) == submission_part(mark) != ""
        reviewed = reviewed_by_hand(db_url, assignment, student) if same_work else set()
        result = grade_submission(
            self.course, self.build, submission, seed=self.seed, limits=self.limits, fingerprint=mark
        )
        if reviewed and result.status is not Status.INFRASTRUCTURE:
            keep_reviewed(db_url, assignment, student, reviewed)
            result = with_marks(self.course, result)
        return result

    def fingerprint(self, submission: Submission) -> str:
        """A digest of the submission, and one of all else that its marks depend on: `a:b`."""
        due = deadline(self.course.db_url, submission.assignment, submission.student)
        parts = (self.build.version, self.seed, repr(self.limits), due, self.settings, grader_version())
        return f"{submission.digest()}:{hashlib.sha256(chr(10).join(parts).encode()).hexdigest()}"

    @cached_property
    def settings(self) -> str:
        """The course's own nbgrader_config.py: time limits, plugins and penalties stand there."""
        path = self.course.root / "nbgrader_config.py"
        return path.read_text(encoding="utf-8") if path.exists() else ""

    def _still_holds(self, before: Result, fingerprint: str) -> bool:
        if not fingerprint or before.fingerprint != fingerprint or before.status is Status.INFRASTRUCTURE:
            return False
        graded = self.course.folder("autograded", self.build.assignment, before.student)
        has_marks = with_marks(self.course, before).score is not None
        return has_marks and all((graded / f"{name}.ipynb").exists() for name in self.build.notebooks)


def submission_part(fingerprint: str) -> str:
    """The digest of what was handed in, out of a fingerprint."""
    return fingerprint.partition(":")[0]


@contextmanager
def prepare(
    course: Course,
    assignment: str,
    *,
    only: list[str] | None = None,
    force: bool = False,
    limits: Limits | None = None,
) -> Iterator[ClassRun]:
    """Make everything ready to grade an assignment.

    Args:
        only: the students to grade; everybody if None.
        force: grade again what has not changed.

    Raises:
        GradingError: if the release is missing or outdated, or a student is unknown.
    """
    with build_release(course, assignment) as build, closing(ResultStore(course.db_url)) as store:
        _require_current_release(course, build)
        _require_registered(course, build)
        everybody = find_submissions(course, assignment, students(course))
        unknown = sorted(set(only or []) - set(everybody))
        if unknown:
            raise GradingError(
                f"no such student: {', '.join(unknown)} (neither in the gradebook nor in "
                f"{course.folder('submitted', assignment, 'NAME')})"
            )
        if not everybody:
            raise GradingError(
                f"nothing to grade: no student is enrolled, and there is no folder "
                f"{course.folder('submitted', assignment, 'NAME')}"
            )
        yield ClassRun(
            course,
            build,
            sorted(set(only)) if only else everybody,
            store.load(assignment),
            store,
            ensure_seed(course.root),
            limits or Limits(),
            force,
        )


def _require_current_release(course: Course, build: Build) -> None:
    # Compared by what nbgrader keeps of a cell, not by bytes: a release made by the stock
    # `nbgrader generate_assignment` is as good.
    name = build.assignment
    folder = course.folder("release", name)
    if not folder.is_dir():
        raise GradingError(f"{name} has not been released: run `rnn-course release {name}` first")
    now, then = build.notebooks, read_notebooks(folder)
    changed = sorted(now.keys() ^ then.keys())
    for notebook in sorted(now.keys() & then.keys()):
        cells_now, cells_then = _kept_cells(now[notebook]), _kept_cells(then[notebook])
        keys = sorted(cells_now.keys() | cells_then.keys())
        changed += [f"{notebook}/{key}" for key in keys if cells_now.get(key) != cells_then.get(key)]
    if changed:
        raise GradingError(
            f"{folder} is not what its source gives now (different: {', '.join(changed)}); "
            f"run `rnn-course release {name}` first, so that all are graded on what they were given"
        )


def _kept_cells(notebook: NotebookNode) -> dict[str, tuple[object, ...]]:
    kept = {}
    for cell in notebook.cells:
        nbgrader = cell.metadata.get("nbgrader", {})
        if nbgrader.get("grade_id"):
            traits = (nbgrader.get(key) for key in ("grade", "solution", "locked", "points"))
            kept[nbgrader["grade_id"]] = (cell.source, cell.cell_type, *traits)
    return kept


def _require_registered(course: Course, build: Build) -> None:
    name = build.assignment
    known = registered_cells(course.db_url, name)
    if not known:  # a fresh clone: the release is there, the gradebook is not
        with build_release(course, name, db_url=course.db_url):
            return
    changed = sorted(
        key for key in known.keys() | build.cells.keys() if known.get(key) != build.cells.get(key)
    )
    if changed:
        listed = ", ".join("/".join(key) for key in changed)
        raise GradingError(
            f"the gradebook holds other tests for {name} than its source (different: {listed}); "
            f"run `rnn-course release {name}`, which tries them first"
        )


@cache
def grader_version() -> str:
    """A digest of this package's own code: a mended check or grader grades again what the old one graded."""
    root = Path(rnn_course.__file__).parent
    digest = hashlib.sha256()
    for path in files_in(root):
        if path.suffix == ".py":
            digest.update(str(path.relative_to(root)).encode() + b"\0" + path.read_bytes())
    return digest.hexdigest()
