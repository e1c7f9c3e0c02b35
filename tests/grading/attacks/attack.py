"""What an attack is, and the short ways to write one.

Placeholders in an attack's text are filled in when it is handed in, so that it knows what an attacker would
otherwise have to find out: where the course lies, a port on which somebody listens, a file worth reading.
Bombs have bounds and dangerous signals a guard, so that a sandbox that fails does not take the machine along.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from textwrap import dedent

from nbformat import NotebookNode

from .assignment import POINTS, RIGHT, WRONG

GRADED = ("graded",)
STOPPED = ("student_error",)
EITHER = ("graded", "student_error")
UNREADABLE = ("unreadable",)
ALL = tuple(POINTS)
HONEST = "lengths"  # the one task that a cheat answers truly


@dataclass(frozen=True)
class Place:
    """Where a run takes place: what the placeholders of an attack stand for.

    Args:
        root: the course, `@ROOT@`.
        home: the home folder of whoever grades, `@HOME@`.
        outside: a folder that nobody may enter, `@OUTSIDE@`; its secret.txt holds the answer to `double`.
        mark: a word that nothing else on this machine holds, `@MARK@`: what is left behind carries it.
        port: of a listener on 127.0.0.1, `@PORT@`.
        socket: path of a listening UNIX socket, `@SOCKET@`.
    """

    root: Path
    home: Path
    outside: Path
    mark: str
    port: int
    socket: Path

    def fill_in(self, text: str) -> str:
        """The text without placeholders."""
        for name in ("root", "home", "outside", "mark", "port", "socket"):
            text = text.replace(f"@{name.upper()}@", str(getattr(self, name)))
        return text


@dataclass(frozen=True)
class Attack:
    """One submission and what has to come of it.

    Args:
        name: also the student's name, unless `folder` says otherwise.
        tries: what it attempts, in words.
        answers: by task, over the right ones.
        loses: the tasks that earn nothing; all others earn their points.
        statuses: how grading may end.
        reason: a pattern found in the reason, the notes or a failed test's message.
        edit: changes the notebook before it is written.
        put: changes the submission's folder after the notebook is written.
        harms_itself: whether what it does to its own process may cost it its honest tasks too.
    """

    name: str
    family: str
    tries: str
    answers: dict[str, str] = field(default_factory=dict)
    loses: tuple[str, ...] = ()
    statuses: tuple[str, ...] = GRADED
    reason: str = ""
    edit: Callable[[NotebookNode], None] | None = None
    put: Callable[[Path, Place], None] | None = None
    folder: str = ""
    harms_itself: bool = False

    @property
    def student(self) -> str:
        """The name of the student's folder."""
        return self.folder or self.name

    @property
    def earns(self) -> dict[str, float]:
        """Points by task."""
        return {task: 0.0 if task in self.loses else points for task, points in POINTS.items()}


class Family:
    """The attacks of one kind, in the order in which they were written."""

    def __init__(self, name: str) -> None:
        self.name = name
        self.attacks: list[Attack] = []

    def add(self, name: str, tries: str, **other: object) -> None:
        """An attack as it is."""
        self.attacks.append(Attack(name, self.name, tries, **other))  # type: ignore[arg-type]

    def cheat(self, name: str, tries: str, code: str, **other: object) -> None:
        """Code before wrong answers to all tasks but one, which should make them pass."""
        source = f"{dedent(code).strip()}\n\n{WRONG['double']}"
        answers = {**WRONG, HONEST: RIGHT[HONEST], "double": source}
        loses = tuple(task for task in POINTS if task != HONEST)
        self.add(name, tries, **{"answers": answers, "loses": loses, **other})

    def replace(self, name: str, tries: str, code: str, *, task: str = "double", **other: object) -> None:
        """Code in the place of one answer, which earns nothing for it; the other answers are right."""
        self.add(name, tries, **{"answers": {task: dedent(code).strip()}, "loses": (task,), **other})

    def beside(self, name: str, tries: str, code: str, *, task: str = "double", **other: object) -> None:
        """Code before a right answer: it costs nothing."""
        source = f"{dedent(code).strip()}\n\n{RIGHT[task]}"
        self.add(name, tries, **{"answers": {task: source}, **other})
