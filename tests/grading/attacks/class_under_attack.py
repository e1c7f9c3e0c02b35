"""A class in which all but a few attack, graded as an instructor grades it, and what came of it."""

from __future__ import annotations

import json
import os
import re
import sqlite3
import subprocess
import sys
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import nbformat

from rnn_course.grading.course import open_course
from rnn_course.grading.gradebook import open_gradebook, submission_marks
from rnn_course.grading.messages import failure_messages

from .assignment import FILE, NAME, POINTS, RIGHT, WRONG, answered, write_course
from .attack import Attack, Place
from .ground import Ground, ground, submitted

RUNNER = Path(__file__).with_name("runner.py")
RNN_COURSE = "from rnn_course.cli import main; raise SystemExit(main())"
# Before, among and after the attackers, by name and so by their order.
NEIGHBOURS = {
    "00_first": dict(POINTS),
    "m_half": {**POINTS, "normalize": 0.0, "tally": 0.0},
    "~last": dict(POINTS),
}
MAX_SECONDS = 900.0


@dataclass
class Finding:
    """How one submission ended."""

    status: str
    reason: str
    notes: list[str]
    mode: str
    points: dict[str, float]
    said: dict[str, str] = field(default_factory=dict)
    size: int = 0
    seconds: float = 0.0

    @property
    def words(self) -> str:
        """All that is told of it."""
        return "\n".join([self.reason, *self.notes, *self.said.values()])


@dataclass
class Graded:
    """A class after it was graded.

    Attributes:
        findings: by student.
        command: the report of runner.py on `rnn-course grade`.
        changes: files that must not change and did.
        left_behind: files that were left outside.
        heard: connections that were made.
        integrity: what SQLite says of the gradebook.
    """

    ground: Ground
    findings: dict[str, Finding]
    command: dict[str, Any]
    changes: list[str]
    left_behind: list[str]
    heard: list[str]
    integrity: str

    @property
    def place(self) -> Place:
        """Where it was."""
        return self.ground.place


@contextmanager
def graded_class(
    root: Path, attacks: Iterable[Attack], *options: str, one_process: bool = False
) -> Iterator[Graded]:
    """Release, hand in and grade; the listeners live until the `with` ends.

    Args:
        root: an empty folder.
        options: of `rnn-course grade`.
        one_process: whether the assignment can be graded in one process only.
    """
    chosen = list(attacks)
    with ground(root) as around:
        place = around.place
        write_course(place.root, one_process=one_process)
        released = run(place, "release", NAME)
        assert released["code"] == 0, released["errors"]
        for student, earns in NEIGHBOURS.items():
            answers = {task: RIGHT[task] if points else WRONG[task] for task, points in earns.items()}
            hand_in(place, student, answers)
        for attack in chosen:
            hand_in_attack(place, attack)
        around.remember()
        command = run(place, "grade", NAME, "--json", *options)
        findings = look(place, command) if command["code"] in (0, 1) else {}
        yield Graded(
            around, findings, command, around.changes(), around.left_behind(), around.listeners.heard,
            integrity(place),
        )  # fmt: skip


def hand_in(place: Place, student: str, answers: dict[str, str]) -> None:
    """Hand in the released notebook with answers."""
    release = nbformat.read(place.root / "release" / NAME / FILE, as_version=4)
    folder = submitted(place, student)
    folder.mkdir(parents=True)
    nbformat.write(answered(release, {"opinion": RIGHT["opinion"], **answers}), folder / FILE)


def hand_in_attack(place: Place, attack: Attack) -> None:
    """Hand in an attack."""
    answers = {name: place.fill_in(source) for name, source in {**RIGHT, **attack.answers}.items()}
    notebook = answered(nbformat.read(place.root / "release" / NAME / FILE, as_version=4), answers)
    if attack.edit:
        attack.edit(notebook)
    folder = submitted(place, attack.student)
    folder.mkdir(parents=True)
    text = json.dumps(notebook)  # not nbformat.write: what comes back need not be valid
    (folder / FILE).write_text(place.fill_in(text), encoding="utf-8")
    if attack.put:
        attack.put(folder, place)


def run(place: Place, *arguments: str, seconds: float = MAX_SECONDS) -> dict[str, Any]:
    """`rnn-course ARGUMENTS` in the course, as the report of runner.py with `output` and `errors`."""
    result = place.root.parent / "report.json"
    environment = {
        **{name: value for name, value in os.environ.items() if name != "RNN_COURSE_SEED"},
        "HOME": str(place.home),
        "TMPDIR": str(place.root.parent / "tmp"),
        "ATTACK_SECRET": "of whoever grades",
        "OMP_NUM_THREADS": "1",
    }
    command = [sys.executable, str(RUNNER), str(result), str(seconds), sys.executable, "-c", RNN_COURSE]
    subprocess.run([*command, *arguments], cwd=place.root, env=environment, check=True)
    report: dict[str, Any] = json.loads(result.read_text())
    report["output"] = result.with_suffix(".out").read_text(errors="replace")
    report["errors"] = result.with_suffix(".err").read_text(errors="replace")[-20_000:]
    return report


def look(place: Place, command: dict[str, Any]) -> dict[str, Finding]:
    """How each submission ended: from the command's report, the gradebook and what was written."""
    course = open_course(place.root)
    points: dict[str, dict[str, float]] = {}
    with open_gradebook(course.db_url) as gradebook:
        for submission in gradebook.assignment_submissions(NAME):
            found = {mark.grade_id.removesuffix("_test"): mark.score for mark in submission_marks(submission)}
            points[submission.student.id] = {task: found.get(task, -1.0) for task in POINTS}
    findings = {}
    for result in json.loads(command["output"])["results"]:
        student = result["student"]
        executed = place.root / "autograded" / student / NAME / FILE
        exists = executed.is_file()
        findings[student] = Finding(
            result["status"],
            result["reason"],
            result["notes"],
            result["mode"],
            points.get(student, {}),
            failure_messages(nbformat.read(executed, as_version=4)) if exists else {},
            executed.stat().st_size if exists else 0,
            result["seconds"],
        )
    return findings


def integrity(place: Place) -> str:
    """SQLite's own check of the gradebook."""
    with sqlite3.connect(place.root / "gradebook.db") as database:
        return str(database.execute("pragma integrity_check").fetchone()[0])


def is_earned(attack: Attack, points: dict[str, float]) -> bool:
    """Whether the points are what the honest part earns; or less, of an attack that harms itself."""
    if attack.harms_itself:
        return all(points.get(task) in (0.0, earned) for task, earned in attack.earns.items())
    return points == attack.earns


def problems(attack: Attack, finding: Finding | None) -> list[str]:
    """What is not as it must be, in words; empty if all is well."""
    if finding is None:
        return ["it has no result"]
    found = []
    if finding.status not in attack.statuses:
        found.append(
            f"status {finding.status} ({finding.reason[:300]}), expected {' or '.join(attack.statuses)}"
        )
    if not is_earned(attack, finding.points):
        found.append(f"points {finding.points}, expected {attack.earns}; said {finding.words[:600]}")
    if attack.reason and not re.search(attack.reason, finding.words, re.DOTALL):
        found.append(f"{attack.reason!r} is not in what is told: {finding.words[:300]}")
    if finding.status != "graded" and not finding.reason:
        found.append(f"no reason for {finding.status}")
    return found
