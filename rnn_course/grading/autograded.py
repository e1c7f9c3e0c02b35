"""Write a graded submission into nbgrader's `autograded/` tree: the whole folder at once, or not at all."""

from __future__ import annotations

import os
import shutil
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path, PurePosixPath

from rnn_course.grading.course import Course
from rnn_course.grading.job import Outcome


@dataclass(frozen=True)
class FileSettings:
    """What nbgrader's settings say of files: their permissions, and whether a group may change them."""

    permissions: int
    is_shared: bool

    @classmethod
    def of(cls, course: Course) -> FileSettings:
        """Of a course: `c.Autograde.permissions` and `c.CourseDirectory.groupshared`."""
        from nbgrader.converters import Autograde

        directory = course.directory
        converter = Autograde(coursedir=directory, parent=course.app)
        return cls(int(str(converter.permissions), 8), bool(directory.groupshared))


def write_autograded(
    target: Path, outcome: Outcome, files: Mapping[str, bytes], settings: FileSettings
) -> None:
    """Put the executed notebooks and the files beside them in the place of what was there.

    Args:
        target: the student's folder for this assignment.
        files: by path relative to the folder; names that lead out of it are left out.

    Raises:
        OSError: if the disk or the folder's permissions do not allow it.
    """
    fresh, old = (target.with_name(f".{target.name}.{kind}") for kind in ("new", "old"))
    for left in (fresh, old):  # of a run that was killed
        if left.exists():
            shutil.rmtree(left)
    fresh.mkdir(parents=True)
    content = dict(files) | {
        f"{notebook.name}.ipynb": notebook.executed.encode() for notebook in outcome.notebooks
    }
    for name, data in content.items():
        _write(fresh, name, data, settings.permissions)
    if settings.is_shared:
        fresh.chmod(0o2775)
    _sync(fresh)
    if target.exists() or target.is_symlink():
        target.rename(old)
    fresh.rename(target)
    shutil.rmtree(old, ignore_errors=True)


def _write(folder: Path, name: str, data: bytes, permissions: int) -> None:
    path = PurePosixPath(name)
    if path.is_absolute() or ".." in path.parts:
        return
    place = folder / path
    place.parent.mkdir(parents=True, exist_ok=True)
    with place.open("wb") as file:
        file.write(data)
        file.flush()
        if name.endswith(".ipynb"):
            os.fsync(file.fileno())
    place.chmod(permissions)


def _sync(folder: Path) -> None:
    # So that a notebook that the gradebook calls done is there after a power cut, too.
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
