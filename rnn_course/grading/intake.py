"""What lies in submitted/: who handed in what, and whether it can be graded at all."""

from __future__ import annotations

import fnmatch
import hashlib
import os
import stat
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path

from rnn_course.grading.course import Course
from rnn_course.grading.errors import UnreadableError
from rnn_course.grading.job import Job
from rnn_course.grading.notebook_file import MAX_BYTES, read_file

MOST_FILES = 500  # besides notebooks; what is more is left aside
NEVER = (".ipynb_checkpoints", "__pycache__")


@dataclass
class Submission:
    """One student's folder for one assignment, read but not looked into.

    Args:
        folder: where it lies; it need not exist.
        notebooks: the bytes of the notebooks that were asked for, by name.
        files: the other files that belong to it, by path.
        unreadable: the notebooks that were asked for and cannot be graded: name -> reason.
        left_aside: other things in the folder that are not plain files and are never opened.
        notes: what is odd about it.
        ignored: digests of files that are not handed on, by path: they count for `digest` only.
    """

    assignment: str
    student: str
    folder: Path
    notebooks: dict[str, bytes] = field(default_factory=dict)
    files: dict[str, bytes] = field(default_factory=dict)
    unreadable: dict[str, str] = field(default_factory=dict)
    left_aside: list[str] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)
    ignored: dict[str, str] = field(default_factory=dict)

    @property
    def is_missing(self) -> bool:
        """Whether nothing was handed in."""
        return not self.folder.is_dir()

    @property
    def reason(self) -> str:
        """Why it is not graded in full; empty if nothing is in the way."""
        return "; ".join(self.unreadable[name] for name in sorted(self.unreadable))

    def digest(self) -> str:
        """A digest of every plain file in the folder, by path and content."""
        read = {f"{name}.ipynb": data for name, data in self.notebooks.items()} | self.files
        digests = {path: hashlib.sha256(data).hexdigest() for path, data in read.items()} | self.ignored
        digest = hashlib.sha256()
        for path in sorted(digests):
            digest.update(path.encode("utf-8", "surrogateescape") + b"\0" + digests[path].encode() + b"\0")
        return digest.hexdigest()

    def job(self) -> Job:
        """The submission as a worker gets it."""
        return Job(
            self.student, self.notebooks, self.unreadable, self.files, tuple(self.notes), self.digest()
        )


def find_submissions(course: Course, assignment: str, enrolled: list[str]) -> list[str]:
    """Every student who is enrolled or handed something in, sorted."""
    return sorted({*enrolled, *course.students_with("submitted", assignment)})


def look_at(course: Course, assignment: str, student: str, expected: list[str]) -> Submission:
    """Read one submission.

    Args:
        expected: names of the assignment's notebooks, without `.ipynb`.
    """
    submission = Submission(assignment, student, course.folder("submitted", assignment, student))
    if submission.is_missing:
        return submission
    paths, submission.left_aside = _plain_files(submission.folder)
    ignore = course.ignored
    wanted = {f"{name}.ipynb" for name in expected}
    room, too_much = MAX_BYTES, []
    for path in paths:
        name = str(path.relative_to(submission.folder))
        if name not in wanted and (name.endswith(".ipynb") or is_ignored(name, ignore)):
            submission.ignored[name] = _digest_of(path)
            continue
        try:
            data = read_file(path)
        except UnreadableError as error:
            submission.ignored[name] = _digest_of(path)
            if name in wanted:
                submission.unreadable[name.removesuffix(".ipynb")] = str(error)
            else:
                too_much.append(name)
            continue
        if name in wanted:
            submission.notebooks[name.removesuffix(".ipynb")] = data
        elif len(data) > room or len(submission.files) >= MOST_FILES:
            submission.ignored[name] = hashlib.sha256(data).hexdigest()
            too_much.append(name)
        else:
            submission.files[name] = data
            room -= len(data)
    found = sorted(path.name for path in paths if path.parent == submission.folder)
    for name in expected:
        if name not in submission.notebooks and name not in submission.unreadable:
            submission.unreadable[name] = _why_absent(f"{name}.ipynb", found, submission.left_aside)
    if submission.left_aside:
        submission.notes.append(f"left aside, not plain files: {_listed(submission.left_aside)}")
    if too_much:
        submission.notes.append(f"left aside, too large or too many: {_listed(too_much)}")
    return submission


def is_ignored(path: str, patterns: Sequence[str]) -> bool:
    """Whether a file, or a folder above it, has a name that the course's `ignore` leaves out."""
    return any(fnmatch.fnmatchcase(part, pattern) for part in Path(path).parts for pattern in patterns)


def _listed(names: list[str]) -> str:
    shown = ", ".join(names[:10])
    return shown if len(names) <= 10 else f"{shown} and {len(names) - 10} more"


def _digest_of(path: Path) -> str:
    # Of a file that is not read. No mark depends on what is in it.
    return f"{path.lstat().st_size} bytes"


def _why_absent(wanted: str, found: list[str], left_aside: list[str]) -> str:
    if wanted in left_aside:
        return f"{wanted} is a link or a special file, which is not followed"
    others = [name for name in found if name.endswith(".ipynb")]
    if others:
        return f"there is no {wanted}, but {', '.join(others)}: give the file its proper name"
    listed = ", ".join(found[:5]) or "nothing"
    return f"there is no notebook {wanted}; the folder holds {listed}"


def _plain_files(folder: Path) -> tuple[list[Path], list[str]]:
    # Links and special files (a pipe would block whoever opens it) are named, never opened.
    plain: list[Path] = []
    others: list[str] = []
    for place, folders, files in os.walk(folder, followlinks=False):
        folders[:] = sorted(name for name in folders if name not in NEVER)
        links = [name for name in folders if os.path.islink(os.path.join(place, name))]
        for name in sorted([*files, *links]):
            path = Path(place, name)
            if stat.S_ISREG(path.lstat().st_mode):
                plain.append(path)
            else:
                others.append(str(path.relative_to(folder)))
    return plain, others
