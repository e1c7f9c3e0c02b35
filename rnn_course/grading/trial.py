"""Try an assignment before it is given out, in a course of its own that is thrown away."""

from __future__ import annotations

import shutil
import tempfile
from enum import Enum
from pathlib import Path

import nbformat

from rnn_course.grading.autograde import Limits, grade_submission
from rnn_course.grading.build import Build, files_in
from rnn_course.grading.course import Course
from rnn_course.grading.gradebook import Mark, marks
from rnn_course.grading.intake import look_at
from rnn_course.grading.messages import failure_messages
from rnn_course.grading.new_gradebook import SQLITE
from rnn_course.grading.results import Status
from rnn_course.grading.seed import draw_seed, find_seed

# nbgrader's own scheme, whatever the course's is.
TRIAL_FOLDERS = {
    "directory_structure": "{nbgrader_step}/{student_id}/{assignment_id}",
    "source_directory": "source",
    "release_directory": "release",
    "submitted_directory": "submitted",
    "autograded_directory": "autograded",
}


class Trial(Enum):
    """What is handed in on trial, and its name in a message."""

    REFERENCE = "the reference solution"
    UNTOUCHED = "the untouched student version"


def run_trial(course: Course, build: Build, kind: Trial, limits: Limits | None = None) -> list[str]:
    """Hand in the reference solution or the untouched release, and say what is wrong with the marks.

    Args:
        course: where the source lies; nothing in it is changed.
        build: the student version to try.

    Returns:
        One sentence for every task that has not the mark it must have.
    """
    seed = find_seed(course.root) or draw_seed()
    source = course.folder("source", build.assignment)
    with tempfile.TemporaryDirectory(prefix="rnn-course-trial-") as scratch:
        root = Path(scratch)
        trial = Course(course.app, root, {**TRIAL_FOLDERS, "db_url": f"{SQLITE}{root}/gradebook.db"})
        shutil.copy(build.db_url.removeprefix(SQLITE), root / "gradebook.db")
        copy_files(source, trial.folder("source", build.assignment))
        student = kind.name.lower()
        handed_in = source if kind is Trial.REFERENCE else build.folder
        copy_files(handed_in, trial.folder("submitted", build.assignment, student))
        submission = look_at(trial, build.assignment, student, sorted(build.notebooks))
        result = grade_submission(trial, build, submission, seed=seed, limits=limits or Limits())
        if result.status is not Status.GRADED:
            return [f"{kind.value} could not be graded ({result.status}): {result.reason}"]
        executed = trial.folder("autograded", build.assignment, student)
        said = {
            (path.stem, grade_id): message
            for path in executed.glob("*.ipynb")
            for grade_id, message in failure_messages(nbformat.read(path, as_version=4)).items()
        }
        reasons = []
        for mark in marks(trial.db_url, build.assignment, student):
            message = said.get((mark.notebook, mark.grade_id), "")
            reasons += _judge(kind, mark, message, build)
    if reasons and find_seed(course.root) is None:
        reasons.append(f"hidden tests drew from the seed {seed} (to see it again: RNN_COURSE_SEED={seed})")
    return reasons


def _judge(kind: Trial, mark: Mark, message: str, build: Build) -> list[str]:
    automatic = build.cells[mark.notebook, mark.grade_id].is_automatic
    earned = mark.automatic or 0.0
    points = f"{earned:g} of {mark.max_score:g} points for {mark.notebook}/{mark.grade_id}"
    if kind is Trial.REFERENCE and automatic and earned != mark.max_score:
        return [f"{kind.value} has {points}" + (f": {message}" if message else "")]
    if kind is Trial.UNTOUCHED and earned != 0:
        return [f"{kind.value} has {points}, and must have none"]
    return []


def copy_files(source: Path, target: Path) -> None:
    """Copy the files of one folder into another, without checkpoints and byte code."""
    for path in files_in(source):
        place = target / path.relative_to(source)
        place.parent.mkdir(parents=True, exist_ok=True)
        shutil.copyfile(path, place)
