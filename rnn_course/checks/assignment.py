"""An assignment as the checks see it: its tasks, its written questions, and where its notebook lives."""

from __future__ import annotations

import importlib
import re
from dataclasses import dataclass
from pathlib import Path
from typing import NamedTuple

from rnn_course.checks.task import Task
from rnn_course.errors import CourseError


class Written(NamedTuple):
    """A question answered in words, which the instructor marks by a rubric."""

    id: str  # grade_id of the cell that holds the answer
    label: str
    points: int


@dataclass(frozen=True)
class Assignment:
    """What an assignment consists of.

    Attributes:
        name: `a1`.
        title: `n-gram language models`.
        folder: `a1_ngrams`, the name of its folder and of its notebook.
        tasks: in the order of the notebook.
        written: questions for words.
    """

    name: str
    title: str
    folder: str
    tasks: tuple[Task, ...]
    written: tuple[Written, ...]

    @property
    def points(self) -> int:
        """All points: 100."""
        return sum(task.points for task in self.tasks) + sum(question.points for question in self.written)

    @property
    def notebook(self) -> str:
        """File name of the notebook."""
        return f"{self.folder}.ipynb"


def packages(folder: Path) -> tuple[str, ...]:
    """The packages in `folder` that hold an assignment (`a1`, `a2` ...), in the order of their numbers.

    None of them is imported: what one of them lacks is no concern of the others.
    """
    found = {
        int(path.parent.name[1:]): path.parent.name
        for path in folder.glob("a*/__init__.py")
        if re.fullmatch(r"a[1-9]\d*", path.parent.name)
        and re.search(r"^ASSIGNMENT\b", path.read_text(encoding="utf-8"), re.MULTILINE)
    }
    return tuple(found[number] for number in sorted(found))


NAMES = packages(Path(__file__).parent)


def assignment(name: str) -> Assignment:
    """The assignment of this name.

    Raises:
        CourseError: if there is none.
    """
    if name not in NAMES:
        raise CourseError(f"there is no assignment {name!r}; there is {', '.join(NAMES)}")
    found = importlib.import_module(f"rnn_course.checks.{name}").ASSIGNMENT
    assert isinstance(found, Assignment)  # for the type checker; a test holds every assignment to it
    return found
