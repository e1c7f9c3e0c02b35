"""All attacks in one class, by the command that an instructor types, on the strongest tier of this machine.

Every other tier that the machine has gets a class with the attacks that a sandbox must stop. One test for a
tier, so that no class is graded twice where tests are shared out among processes.
"""

from __future__ import annotations

import json
import os
from html.parser import HTMLParser
from pathlib import Path

import pytest

from rnn_course.grading.sandbox import Tier, available, strongest

from .assignment import FILE, NAME
from .attack import Attack
from .class_under_attack import NEIGHBOURS, Graded, graded_class, problems, run
from .corpus import CORPUS
from .files import NAMES
from .outputs import SCRIPTS

pytestmark = pytest.mark.slow

OPTIONS = ("--limit-time", "30", "--limit-memory", "1024", "--workers", "2")
LARGEST = 3_000_000  # bytes of an executed notebook, beyond what was handed in
STOPPED_BY_A_SANDBOX = {
    "reading", "writing outside", "network", "memory and disk", "ends and signals", "wire",
}  # fmt: skip
# What comes before and after the running, and deadlines: sandbox and number of processes do not matter there.
THE_SAME_EVERYWHERE = {"files", "names", "scripts in outputs", "cells and metadata", "time"}


@pytest.mark.parametrize(
    "tier", [tier for tier in Tier if tier is not Tier.UNSAFE], ids=lambda tier: tier.value
)
def test_a_class_under_attack(tier: Tier, tmp_path: Path) -> None:
    why_not = available()[tier]
    if why_not:
        pytest.skip(f"no {tier.value} here: {why_not}")
    every = tier is strongest()
    attacks = [attack for attack in CORPUS if every or attack.family in STOPPED_BY_A_SANDBOX]
    with graded_class(Path(os.path.realpath(tmp_path)), attacks, "--tier", tier.value, *OPTIONS) as graded:
        assert graded.command["code"] == 1, graded.command["errors"]  # some need a human
        found = complaints(graded, attacks)
        if every:
            found |= scripts_in_feedback(graded)
    assert found == {}


def test_a_class_in_two_processes_without_a_sandbox(tmp_path: Path) -> None:
    """What no sandbox is needed for holds on macOS and Windows too: marks cannot be had by tampering."""
    elsewhere = STOPPED_BY_A_SANDBOX | THE_SAME_EVERYWHERE
    attacks = [attack for attack in CORPUS if attack.family not in elsewhere]
    with graded_class(Path(os.path.realpath(tmp_path)), attacks, "--unsafe", *OPTIONS[2:]) as graded:
        assert graded.command["code"] == 1, graded.command["errors"]
        found = complaints(graded, attacks)
    assert found == {}


def test_a_class_in_one_process_under_attack(tmp_path: Path) -> None:
    """Who tampers there may have points, and every report says so; but all that is around it is safe."""
    root = Path(os.path.realpath(tmp_path))
    # Memory that an answer has taken is gone for the others: these attacks may cost any points there.
    left_out = THE_SAME_EVERYWHERE | {"memory and disk"}
    attacks = [attack for attack in CORPUS if attack.family not in left_out]
    with graded_class(root, attacks, *OPTIONS, one_process=True) as graded:
        assert graded.command["code"] == 1, graded.command["errors"]
        earns = {*STOPPED_BY_A_SANDBOX, "honest, unlucky"} - {"wire"}  # tests answer through that wire, too
        found = complaints(graded, [attack for attack in attacks if attack.family in earns])
        assert json.loads(graded.command["output"])["in_one_process"] == [NAME]
    assert found == {}
    modes = {finding.mode for finding in graded.findings.values() if finding.status == "graded"}
    assert modes == {"single"}


def complaints(graded: Graded, attacks: list[Attack]) -> dict[str, object]:
    """All that is not as it must be, by what it is about."""
    found: dict[str, object] = {
        attack.name: wrong
        for attack in attacks
        if (wrong := problems(attack, graded.findings.get(attack.student)))
    }
    for student, earns in NEIGHBOURS.items():
        finding = graded.findings.get(student)
        if finding is None or (finding.status, finding.points) != ("graded", earns):
            found[f"neighbour {student}"] = finding
    handed_in = graded.place.root / "submitted"
    expected = {folder.name for folder in handed_in.iterdir()}
    about = {
        "students": sorted(set(graded.findings) ^ expected),
        "changed outside": graded.changes,
        "left behind": graded.left_behind,
        "left running": graded.command["left"],
        "connections": graded.heard,
        "gradebook": [] if graded.integrity == "ok" else graded.integrity,
        "large notebooks": [
            name
            for name, finding in graded.findings.items()
            if finding.size and finding.size > LARGEST + size_of(handed_in / name / NAME / FILE)
        ],
    }
    return found | {name: wrong for name, wrong in about.items() if wrong}


def size_of(path: Path) -> int:
    """The bytes of a file; 0 where there is none."""
    return path.stat().st_size if path.is_file() else 0


def scripts_in_feedback(graded: Graded) -> dict[str, object]:
    """What would run in the browser of whoever reads the feedback on the attacks that try it."""
    students = [attack.student for family in (SCRIPTS, NAMES) for attack in family.attacks]
    done = run(graded.place, "feedback", NAME, *(f"--students={name}" for name in students))
    if done["code"] != 0:
        return {"feedback": done["errors"]}
    found: dict[str, object] = {}
    for student in students:
        page = graded.place.root / "feedback" / student / NAME / f"{NAME}.html"
        if not page.is_file():
            found[f"feedback of {student}"] = "there is no page"
            continue
        text = page.read_text(encoding="utf-8")
        parser = Scripts(graded.place.mark)
        parser.feed(text)
        hidden = ["hidden tests"] if "HIDDEN TESTS" in text else []
        if parser.found + hidden:
            found[f"feedback of {student}"] = parser.found + hidden
    return found


class Scripts(HTMLParser):
    """Collects whatever on a page would run.

    Args:
        mark: a word that stands in scripts of attackers only.
    """

    def __init__(self, mark: str) -> None:
        super().__init__()
        self.mark = mark
        self.found: list[str] = []
        self.inside = ""

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.inside = tag
        for name, value in attrs:
            address = "".join((value or "").split()).lower()
            if name.startswith("on") or address.startswith(("javascript:", "data:text/html")):
                self.found.append(f"{tag} {name}={value}")
        if tag in ("iframe", "object", "embed", "base", "form"):
            self.found.append(tag)

    def handle_endtag(self, tag: str) -> None:
        self.inside = ""

    def handle_data(self, data: str) -> None:
        if self.inside in ("script", "style") and (self.mark in data or "alert(1)" in data):
            self.found.append(f"{self.inside}: {data[:100]}")


def test_scripts_are_found() -> None:
    parser = Scripts("atk0")
    parser.feed("<p>fine</p><script>let a = 1</script>")
    assert parser.found == []
    parser.feed("<script>alert('atk0')</script><img src=x onerror=f()><a href='java\tscript:x'>")
    assert len(parser.found) == 3
