"""Grade a whole class: each submission to its own end, going on where the last run stopped."""

from __future__ import annotations

import hashlib
from collections.abc import Generator, Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass, field, replace
from functools import cached_property
from pathlib import Path

from rnn_course.grading.build import build_release
from rnn_course.grading.bundle import best_tier, cell_limits, make_bundle
from rnn_course.grading.converters import describe_exception
from rnn_course.grading.course import Course
from rnn_course.grading.current import require_current_release, require_registered
from rnn_course.grading.errors import GradingError
from rnn_course.grading.gradebook import open_gradebook, students
from rnn_course.grading.intake import Submission, find_submissions, look_at
from rnn_course.grading.job import Bundle, Job, Outcome
from rnn_course.grading.labels import known_labels, labelled
from rnn_course.grading.plan import Limits
from rnn_course.grading.pool import Executor, LocalPool
from rnn_course.grading.results import Label, Result, ResultStore, Status
from rnn_course.grading.sandbox import Tier
from rnn_course.grading.seed import ensure_seed
from rnn_course.grading.servers import close_servers
from rnn_course.grading.totals import AssignmentTotals, Totals
from rnn_course.grading.writer import Entry, Writer


@dataclass
class ClassRun:
    """An assignment that is ready to be graded.

    Args:
        students: those who are to be graded, sorted.
        done: the stored result of every student, without marks.
        marks: what every student's marks add up to in the gradebook.
        due: the deadline, and every student's extension, as text.
        executor: where submissions are run.
        labels: how each notebook is run.
        force: grade again what has not changed.
    """

    course: Course
    bundle: Bundle
    students: list[str]
    done: dict[str, Result]
    marks: dict[str, Totals]
    due: tuple[str, dict[str, str]]
    executor: Executor
    labels: list[Label]
    force: bool = False
    unseen: int = 0  # results that were stored and not given out, because somebody stopped the run
    _ready: list[Result] = field(default_factory=list)
    _running: dict[str, tuple[Job, Result, bool]] = field(default_factory=dict)

    def results(self) -> Generator[Result]:
        """Grade everybody; a result is given out when it is stored, in no particular order."""
        bundle = self.bundle
        writer = Writer(self.course, bundle.assignment, dict(bundle.files), bundle.kept_files)
        try:
            with writer, closing(self.executor.run(self._jobs(writer))) as outcomes:
                for outcome in outcomes:
                    writer.put(self._entry(outcome))
                    yield from self._take_ready()
                    yield from writer.done()
                yield from self._take_ready()
                yield from writer.finish()
        finally:
            close_servers()
            self.unseen = len(list(writer.done()))

    def _jobs(self, writer: Writer) -> Iterator[Job]:
        # What needs no run is dealt with at once.
        for student in self.students:
            try:
                submission, found = self._look(student)
            except Exception as error:
                reason = describe_exception(error)
                writer.put(Entry(self._result(student, Status.INFRASTRUCTURE, reason)))
                continue
            if submission is None:
                if found.status is Status.MISSING or found.status is Status.UNREADABLE:
                    writer.put(Entry(found))
                else:
                    self._ready.append(found)
                continue
            before = self.done.get(student)
            part = submission_part(found.fingerprint)
            same_work = before is not None and submission_part(before.fingerprint) == part
            job = submission.job()
            self._running[student] = (job, found, same_work)
            yield job

    def _look(self, student: str) -> tuple[Submission | None, Result]:
        """What a student handed in, and None for it where there is nothing to run, with the result then."""
        name = student.encode("utf-8", "backslashreplace").decode()
        if name != student:
            reason = "the name of the folder is not UTF-8 text: give it another"
            return None, self._result(name, Status.UNREADABLE, reason)
        assignment = self.bundle.assignment
        notebooks = [notebook.name for notebook in self.bundle.notebooks]
        submission = look_at(self.course, assignment, student, notebooks)
        if submission.is_missing:
            return None, self._missing(submission)
        fingerprint = self.fingerprint(submission)
        before = self.done.get(student)
        if before and not self.force and self._still_holds(before, fingerprint):
            return None, self.marks[student].put_into(before)
        return submission, self._result(student, Status.GRADED, fingerprint=fingerprint)

    def _missing(self, submission: Submission) -> Result:
        place = submission.folder
        shown = place.relative_to(self.course.root) if place.is_relative_to(self.course.root) else place
        held = submission.student in self.marks
        left = "; the gradebook still holds marks of an earlier one" if held else ""
        return self._result(submission.student, Status.MISSING, f"there is no folder {shown}{left}")

    def _result(self, student: str, status: Status, reason: str = "", fingerprint: str = "") -> Result:
        return Result(self.bundle.assignment, student, status, reason, fingerprint=fingerprint)

    def _entry(self, outcome: Outcome) -> Entry:
        job, result, same_work = self._running.pop(outcome.student)
        single = any(notebook.mode == "single" for notebook in outcome.notebooks)
        result = replace(
            result,
            status=outcome.status,
            reason=outcome.reason,
            notes=list(outcome.notes),
            seconds=round(outcome.seconds, 2),
            tier=outcome.tier,
            mode="single" if single else "split",
            memory_bytes=outcome.memory_bytes,
        )
        return Entry(result, job, outcome, same_work)

    def _take_ready(self) -> list[Result]:
        ready, self._ready = self._ready, []
        return ready

    def fingerprint(self, submission: Submission) -> str:
        """A digest of the submission, and one of all else that its marks depend on: `a:b`."""
        due, extensions = self.due
        parts = (self._bundle_digest, due, extensions.get(submission.student, ""), self.settings)
        return f"{submission.digest()}:{hashlib.sha256(chr(10).join(parts).encode()).hexdigest()}"

    @cached_property
    def _bundle_digest(self) -> str:
        return self.bundle.digest()

    @cached_property
    def settings(self) -> str:
        """The course's own nbgrader_config.py: time limits, plugins and penalties stand there."""
        path = self.course.root / "nbgrader_config.py"
        return path.read_text(encoding="utf-8") if path.exists() else ""

    def _still_holds(self, before: Result, fingerprint: str) -> bool:
        if before.fingerprint != fingerprint or before.status is Status.INFRASTRUCTURE:
            return False
        graded = self.course.folder("autograded", self.bundle.assignment, before.student)
        pages = [graded / f"{notebook.name}.ipynb" for notebook in self.bundle.notebooks]
        return before.student in self.marks and all(map(_is_whole, pages))


def _is_whole(path: Path) -> bool:
    return path.is_file() and path.stat().st_size > 0


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
    workers: int | None = None,
    scheduler: str = "",
    tier: Tier | None = None,
) -> Iterator[ClassRun]:
    """Make everything ready to grade an assignment.

    Args:
        only: the students to grade; everybody if None.
        force: grade again what has not changed.
        limits: for one notebook; a cell's own limit is nbgrader's `Execute.timeout`.
        workers: how many processes; one for each core if None.
        scheduler: the address of a Dask scheduler, whose workers are used instead of this machine's.
        tier: how strongly submissions are confined; as strongly as this machine can if None.

    Raises:
        GradingError: if the release is missing or outdated, a student is unknown, or the scheduler is not
            there.
    """
    with build_release(course, assignment) as build:
        require_current_release(course, build)
        require_registered(course, build)
        everybody = find_submissions(course, assignment, students(course))
        _require_known(course, assignment, everybody, only or [])
        limits = cell_limits(course, limits or Limits())
        bundle = make_bundle(
            course, build, seed=ensure_seed(course.root), limits=limits, tier=tier or best_tier()
        )
        labels = known_labels(course, build, bundle)
    bundle = labelled(bundle, labels)
    with open_gradebook(course.db_url) as gradebook:
        totals = AssignmentTotals(gradebook, assignment)
        marks, extensions = totals.of_all(), totals.extensions()
        due = str(gradebook.find_assignment(assignment).duedate or "")
    with closing(ResultStore(course.db_url)) as store:
        done = store.load(assignment)
    yield ClassRun(
        course,
        bundle,
        sorted(set(only)) if only else everybody,
        done,
        marks,
        (due, extensions),
        _executor(bundle, workers, scheduler),
        labels,
        force,
    )


def _executor(bundle: Bundle, workers: int | None, scheduler: str) -> Executor:
    if not scheduler:
        return LocalPool(bundle, workers)
    try:
        from rnn_course.grading.dask_pool import DaskPool
    except ImportError as error:
        raise GradingError(
            'Dask is not installed; it is installed with: pip install "rnn-course[dask]"'
        ) from error
    return DaskPool(bundle, scheduler)


def _require_known(course: Course, assignment: str, everybody: list[str], only: list[str]) -> None:
    unknown = sorted(set(only) - set(everybody))
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
