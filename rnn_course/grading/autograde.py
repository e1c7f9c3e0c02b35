"""Grade one submission: nbgrader's Autograde converter with two of its steps replaced.

Handed-in notebooks are not patched but transplanted (transplant.py), and they run in a process of their own
(execute_apart.py). All other steps, and every setting in nbgrader_config.py, stay as they are.
"""

from __future__ import annotations

import glob
import os
import shutil
import time
from dataclasses import dataclass, replace
from typing import Any

from nbformat import NotebookNode
from nbgrader.converters import Autograde
from nbgrader.preprocessors import DeduplicateIds, Execute

from rnn_course.grading.build import Build
from rnn_course.grading.converters import describe_exception, run_converter
from rnn_course.grading.course import Course
from rnn_course.grading.errors import InfrastructureError
from rnn_course.grading.execute_apart import ExecuteApart
from rnn_course.grading.gradebook import give_zero, marks
from rnn_course.grading.intake import Submission
from rnn_course.grading.placeholder import write_placeholder
from rnn_course.grading.results import Result, Status
from rnn_course.grading.transplant import transplant


@dataclass(frozen=True)
class Limits:
    """How long one submission may take, in seconds; a single cell's limit is nbgrader's `Execute.timeout`."""

    seconds: float = 600.0


def grade_submission(
    course: Course, build: Build, submission: Submission, *, seed: str, limits: Limits, fingerprint: str = ""
) -> Result:
    """Grade one submission and write its marks to the gradebook. It never raises on account of a student.

    Args:
        build: the assignment as its source gives it; it must be in the course's gradebook.
        seed: the instructor's seed for hidden tests.

    Returns:
        How it ended, with the marks.
    """
    assignment, student = submission.assignment, submission.student
    started = time.monotonic()
    result = Result(assignment, student, Status.GRADED, notes=list(submission.notes), fingerprint=fingerprint)
    if submission.is_missing:
        place = os.path.relpath(submission.folder, course.root)
        left = (
            "; the gradebook still holds marks of an earlier one"
            if marks(course.db_url, assignment, student)
            else ""
        )
        return replace(result, status=Status.MISSING, reason=f"there is no folder {place}{left}")
    for attempt in (1, 2):
        try:
            stopped = _convert(course, build, submission, result, seed=seed, limits=limits)
        except Exception as error:
            if attempt == 1:  # a full disk or a locked database may pass
                continue
            result = replace(result, status=Status.INFRASTRUCTURE, reason=describe_exception(error))
            break
        if submission.unreadable:
            result = replace(result, status=Status.UNREADABLE, reason=submission.reason)
        elif stopped:
            result = replace(result, status=Status.STUDENT_ERROR, reason="; ".join(stopped))
        result = with_marks(course, result)
        break
    return replace(result, seconds=round(time.monotonic() - started, 2))


def with_marks(course: Course, result: Result) -> Result:
    """The result with the points that the gradebook holds for it."""
    found = marks(course.db_url, result.assignment, result.student)
    if not found:
        return result
    return replace(
        result,
        score=sum(mark.score for mark in found),
        max_score=sum(mark.max_score for mark in found),
        needs_manual_grade=sum(mark.needs_manual_grade for mark in found),
    )


def _convert(
    course: Course, build: Build, submission: Submission, result: Result, *, seed: str, limits: Limits
) -> list[str]:
    assignment, student = submission.assignment, submission.student
    steps = Steps(build, submission, seed, limits)
    if submission.notebooks:
        failure = run_converter(
            course,
            TransplantingAutograde,
            assignment=assignment,
            student=student,
            options={"steps": steps},
        )
        if failure:
            raise InfrastructureError(failure)
    else:
        shutil.rmtree(course.folder("autograded", assignment, student), ignore_errors=True)
    if submission.unreadable:
        names = sorted(submission.unreadable)
        give_zero(course.db_url, assignment, student, names)
        for name in names:
            write_placeholder(course, build, submission, name)
    result.notes.extend(steps.notes)
    return [problem for step in steps.executions for problem in step.problems]


class Steps:
    """The two replaced steps for one submission, and what they found."""

    def __init__(self, build: Build, submission: Submission, seed: str, limits: Limits) -> None:
        self.release = build.notebooks
        self.submission = submission
        self.seed = seed
        self.limits = limits
        self.notes: list[str] = []
        self.executions: list[ExecuteApart] = []

    def transplant(self, nb: NotebookNode, resources: Any) -> tuple[NotebookNode, Any]:
        """The step in the place of DeduplicateIds: the student's answers in the released notebook."""
        name = resources["nbgrader"]["notebook"]
        body, notes = transplant(self.release[name], self.submission.notebooks[name])
        self.notes.extend(notes)
        return body, resources

    def execute(self, parent: Any) -> ExecuteApart:
        """The step in the place of Execute."""
        step = ExecuteApart(limit_seconds=self.limits.seconds, seed=self.seed, parent=parent)
        self.executions.append(step)
        return step


class TransplantingAutograde(Autograde):
    """nbgrader's Autograde with `Steps` in the place of DeduplicateIds and Execute."""

    assignments: dict[str, list[str]]

    def __init__(self, *, steps: Steps, coursedir: Any, **kwargs: Any) -> None:
        aside = map(os.path.basename, steps.submission.left_aside)
        coursedir.ignore = [*coursedir.ignore, *map(glob.escape, aside)]
        super().__init__(coursedir=coursedir, **kwargs)
        self.steps = steps

    def init_notebooks(self) -> None:
        """Only the notebooks that can be read."""
        super().init_notebooks()
        readable = self.steps.submission.notebooks
        self.assignments = {
            folder: [path for path in paths if os.path.basename(path).removesuffix(".ipynb") in readable]
            for folder, paths in self.assignments.items()
        }

    def _init_preprocessors(self) -> None:
        self.exporter._preprocessors = []
        if self._sanitizing:
            self.exporter.register_preprocessor(self.steps.transplant)
            steps = [step for step in self.sanitize_preprocessors if not _stands_for(step, DeduplicateIds)]
        else:
            steps = [
                self.steps.execute(self.exporter) if _stands_for(step, Execute) else step
                for step in self.autograde_preprocessors
            ]
        for step in steps:
            self.exporter.register_preprocessor(step)


def _stands_for(step: Any, original: type) -> bool:
    # A configuration may name a step by its class or by its path.
    return step is original or (isinstance(step, str) and step.rpartition(".")[2] == original.__name__)
