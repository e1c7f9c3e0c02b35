"""Try an assignment: hand in its reference solution, or the untouched notebook, and look at the marks."""

from __future__ import annotations

from contextlib import closing
from enum import Enum

import nbformat

from rnn_course.grading.build import Build
from rnn_course.grading.course import Course
from rnn_course.grading.job import Bundle, Job, Outcome
from rnn_course.grading.messages import failure_messages
from rnn_course.grading.pool import LocalPool


class Trial(Enum):
    """What is handed in on trial, and its name in a message."""

    REFERENCE = "the reference solution"
    UNTOUCHED = "the untouched student version"

    def job(self, course: Course, build: Build) -> Job:
        """The submission that it is."""
        folder = course.folder("source", build.assignment) if self is Trial.REFERENCE else build.folder
        return Job(
            self.name.lower(), {name: (folder / f"{name}.ipynb").read_bytes() for name in build.notebooks}
        )


def try_out(bundle: Bundle, job: Job) -> Outcome:
    """Grade one submission in a worker of its own, as a class is graded, and write nothing."""
    with closing(LocalPool(bundle, workers=1).run([job])) as outcomes:
        return next(outcomes)


def wrong_marks(kind: Trial, build: Build, outcome: Outcome) -> dict[tuple[str, str], str]:
    """A sentence for every task that has not the mark it must have, by (notebook, grade_id).

    The reference solution must have every point that a test gives, and the untouched notebook none.
    """
    wrong = {}
    for notebook in outcome.notebooks:
        executed = nbformat.reads(notebook.executed, as_version=4)
        said = failure_messages(executed)
        for name, mark in notebook.cells.items():
            if mark.max_score is None:
                continue
            earned, automatic = mark.score or 0.0, build.cells[notebook.name, name].is_automatic
            points = f"{earned:g} of {mark.max_score:g} points for {notebook.name}/{name}"
            if kind is Trial.REFERENCE and automatic and earned != mark.max_score:
                why = f": {said[name]}" if name in said else ""
                wrong[notebook.name, name] = f"{kind.value} has {points}{why}"
            elif kind is Trial.UNTOUCHED and earned != 0:
                wrong[notebook.name, name] = f"{kind.value} has {points}, and must have none"
    return wrong


def wrong_with(kind: Trial, build: Build, outcome: Outcome) -> list[str]:
    """What is wrong with a trial as a whole, a sentence each; empty if the marks are as they must be."""
    if outcome.reason:
        return [f"{kind.value} could not be graded ({outcome.status}): {outcome.reason}"]
    return list(wrong_marks(kind, build, outcome).values())
