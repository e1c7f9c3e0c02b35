"""Run one of nbgrader's converters for one assignment, and say why when it fails.

nbgrader's converters log a traceback and raise an exception without the reason; here the reason is kept.
"""

from __future__ import annotations

import glob
import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from rnn_course.errors import CourseError
from rnn_course.grading.course import Course


class KeepsFailure:
    """Mixed into a converter: remembers the exception that stopped an assignment."""

    failure: Exception | None = None

    def init_assignment(self, assignment_id: str, student_id: str) -> None:
        try:
            super().init_assignment(assignment_id, student_id)  # type: ignore[misc]
        except Exception as error:
            self.failure = error
            raise

    def convert_single_notebook(self, notebook_filename: str) -> None:
        try:
            super().convert_single_notebook(notebook_filename)  # type: ignore[misc]
        except Exception as error:
            self.failure = error
            raise


def run_converter(
    course: Course,
    converter: type,
    *,
    assignment: str,
    student: str = "*",
    options: dict[str, Any] | None = None,
    **directory_traits: str,
) -> str | None:
    """Convert one assignment, for one student or for all, overwriting what is there.

    Args:
        converter: a class of nbgrader.converters, or one derived from it.
        student: one student's name; `*` stands for the instructor's own steps.
        options: arguments to the converter's constructor.
        directory_traits: settings of nbgrader's CourseDirectory that differ from the course's.

    Returns:
        None if all went well, else the reason in one line.
    """
    from nbgrader.converters.base import NbGraderException

    directory = course.directory
    directory.assignment_id = glob.escape(assignment)
    directory.student_id = "*" if student == "*" else glob.escape(student)
    for name, value in directory_traits.items():
        setattr(directory, name, value)
    # The same name as the original, so that its section of the configuration applies as before.
    recorded = type(converter.__name__, (KeepsFailure, converter), {})
    running = recorded(coursedir=directory, parent=course.app, **(options or {}))
    running.force = True
    try:
        with quiet_database():
            running.start()
    except NbGraderException as error:
        return describe_exception(running.failure or error)
    return None


@contextmanager
def quiet_database() -> Iterator[None]:
    """Keep SQLAlchemy's remarks on nbgrader's way of adding submissions off the screen."""
    from sqlalchemy.exc import SAWarning

    with warnings.catch_warnings():
        warnings.simplefilter("ignore", SAWarning)
        yield


def describe_exception(error: BaseException) -> str:
    """An exception in one line: its type, unless it is one of the grader's own, and its first line."""
    lines = str(error).strip().splitlines()
    if isinstance(error, CourseError) and lines:
        return lines[0]
    name = type(error).__name__
    return f"{name}: {lines[0]}" if lines else name
