"""The course that a command works on: its folders, its configuration and its gradebook, as nbgrader has them.

Any folder from which `nbgrader` itself works is a course: nbgrader_config.py is read in nbgrader's own way,
so that every setting in it (folders, database, timeouts, plugins) counts here too.
"""

from __future__ import annotations

import logging
import os
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path
from typing import Any

from rnn_course.grading.errors import GradingError
from rnn_course.grading.new_gradebook import SQLITE


@dataclass(frozen=True)
class Course:
    """A course that is open: `app` carries the configuration, from which converters are made.

    Args:
        app: nbgrader's application object after it has read nbgrader_config.py.
        root: the course's folder.
        overrides: settings of nbgrader's CourseDirectory that differ from the configuration's.
    """

    app: Any
    root: Path
    overrides: dict[str, str] = field(default_factory=dict)

    @property
    def directory(self) -> Any:
        """A fresh nbgrader CourseDirectory, free to be pointed at one assignment and one student."""
        from rnn_course.grading.directory import TolerantDirectory

        directory = TolerantDirectory(parent=self.app, root=str(self.root))
        for name, value in self.overrides.items():
            setattr(directory, name, value)
        return directory

    @property
    def db_url(self) -> str:
        """The gradebook's address, `sqlite:///.../gradebook.db` unless the configuration says otherwise."""
        return str(self.directory.db_url)

    def folder(self, step: str, assignment: str, student: str = ".") -> Path:
        """The folder of one assignment at one step of nbgrader's way.

        Args:
            step: "source", "release", "submitted", "autograded" or "feedback".
        """
        directory = self._paths
        name = getattr(directory, f"{step}_directory")
        return Path(os.path.normpath(directory.format_path(name, student, assignment)))

    @property
    def ignored(self) -> tuple[str, ...]:
        """Patterns of names that nbgrader leaves aside when it copies folders."""
        return tuple(self._paths.ignore)

    @cached_property
    def _paths(self) -> Any:
        # Only ever asked, never pointed anywhere: making one takes longer than looking at a submission.
        return self.directory

    def students_with(self, step: str, assignment: str) -> list[str]:
        """Names of the students that have a folder for this assignment at this step, sorted."""
        return self._matches(step, assignment=assignment, student=None)

    def assignments(self) -> list[str]:
        """Names of all assignments that have a source, sorted."""
        return self._matches("source", assignment=None, student=".")

    def find_assignment(self, name: str) -> str:
        """The assignment called `name`, or the only one whose name begins with it (`a1` -> `a1_ngrams`).

        Raises:
            GradingError: if there is none, or more than one.
        """
        known = self.assignments()
        if name in known:
            return name
        found = [candidate for candidate in known if name and candidate.startswith(name)]
        if len(found) == 1:
            return found[0]
        if found:
            raise GradingError(f"{name!r} can mean {', '.join(found)}: type more of the name")
        where = self.folder("source", "x").parent
        listed = ", ".join(known) or "none"
        raise GradingError(f"no assignment called {name!r} in {where}; there are: {listed}")

    def has_gradebook(self) -> bool:
        """Whether the gradebook exists already. A database other than SQLite is taken to exist."""
        return not self.db_url.startswith(SQLITE) or Path(self.db_url.removeprefix(SQLITE)).exists()

    def _matches(self, step: str, *, assignment: str | None, student: str | None) -> list[str]:
        import glob
        import re

        directory = self.directory
        name = getattr(directory, f"{step}_directory")
        asked = "assignment" if assignment is None else "student"
        pattern = directory.format_path(
            glob.escape(name), student or "*", glob.escape(assignment) if assignment else "*"
        )
        expression = directory.format_path(
            re.escape(name),
            re.escape(student) if student else f"(?P<{asked}>[^{re.escape(os.sep)}]*)",
            re.escape(assignment) if assignment else f"(?P<{asked}>[^{re.escape(os.sep)}]*)",
            escape=True,
        )
        found = []
        for path in glob.glob(pattern):
            match = re.fullmatch(expression, path)
            if match and os.path.isdir(path) and not match[asked].startswith("."):
                found.append(match[asked])
        return sorted(found)


def open_course(root: Path | str | None = None) -> Course:
    """Open the course in `root` (default: the current folder), reading its nbgrader_config.py.

    Raises:
        GradingError: if this folder is no nbgrader course, or nbgrader is not installed.
    """
    try:
        from nbgrader.apps.baseapp import NbGrader
    except ImportError as error:
        raise GradingError(
            'nbgrader is not installed; an instructor installs it with: pip install "rnn-course[grading]"'
        ) from error
    put_scripts_on_path()
    path = Path(root) if root else Path.cwd()
    with _working_in(path):
        app = NbGrader()
        app.log_level = logging.CRITICAL
        app.initialize([], root=str(path.resolve()))
        app.log_level = logging.CRITICAL
    course = Course(app, Path(app.coursedir.root))
    if not (path / "nbgrader_config.py").exists() and not course.assignments():
        raise GradingError(
            f"{path.resolve()} is no nbgrader course: it has neither nbgrader_config.py nor a folder "
            f"of assignments called {app.coursedir.source_directory!r}. Go to the course's folder first."
        )
    return course


def put_scripts_on_path() -> None:
    """Let nbgrader find `alembic`, which it calls by name, also where the environment is not activated."""
    scripts = os.path.dirname(os.path.abspath(sys.executable))
    paths = os.environ.get("PATH", "").split(os.pathsep)
    if scripts not in paths:
        os.environ["PATH"] = os.pathsep.join([scripts, *paths])


@contextmanager
def _working_in(path: Path) -> Iterator[None]:
    before = os.getcwd()
    try:
        os.chdir(path)
    except OSError as error:
        raise GradingError(f"cannot enter {path}: {error.strerror}") from error
    try:
        yield
    finally:
        os.chdir(before)
