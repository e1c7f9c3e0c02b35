"""What lies in submitted/: who handed in what, and whether it can be graded at all."""

from __future__ import annotations

import hashlib
import os
import stat
from dataclasses import dataclass, field
from pathlib import Path

from nbformat import NotebookNode

from rnn_course.grading.course import Course
from rnn_course.grading.errors import UnreadableError
from rnn_course.grading.notebook_file import read_submitted


@dataclass
class Submission:
    """One student's folder for one assignment, looked at but not run.

    Args:
        folder: where it lies; it need not exist.
        notebooks: the notebooks that were asked for and can be read, by name.
        unreadable: the notebooks that were asked for and cannot be graded: name -> reason.
        left_aside: other things in the folder that are not plain files and are never opened.
        notes: what is odd about it.
    """

    assignment: str
    student: str
    folder: Path
    notebooks: dict[str, NotebookNode] = field(default_factory=dict)
    unreadable: dict[str, str] = field(default_factory=dict)
    left_aside: list[str] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)

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
        digest = hashlib.sha256()
        for path in _plain_files(self.folder)[0]:
            digest.update(str(path.relative_to(self.folder)).encode("utf-8", "surrogateescape") + b"\0")
            digest.update(path.read_bytes())
        return digest.hexdigest()


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
    files, submission.left_aside = _plain_files(submission.folder)
    found = {path.name for path in files if path.parent == submission.folder}
    for name in expected:
        file_name = f"{name}.ipynb"
        if file_name not in found:
            submission.unreadable[name] = _why_absent(file_name, sorted(found), submission.left_aside)
            continue
        try:
            submission.notebooks[name] = read_submitted(submission.folder / file_name)
        except UnreadableError as error:
            submission.unreadable[name] = str(error)
    if submission.left_aside:
        submission.notes.append(f"left aside, not plain files: {', '.join(submission.left_aside)}")
    return submission


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
        folders[:] = sorted(name for name in folders if name not in (".ipynb_checkpoints", "__pycache__"))
        links = [name for name in folders if os.path.islink(os.path.join(place, name))]
        for name in sorted([*files, *links]):
            path = Path(place, name)
            if stat.S_ISREG(path.lstat().st_mode):
                plain.append(path)
            else:
                others.append(str(path.relative_to(folder)))
    return plain, others
