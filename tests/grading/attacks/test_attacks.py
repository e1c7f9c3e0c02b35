"""All attacks in one class, by the command that an instructor types, on the strongest tier of this machine.

The other tiers get a class of their own each.
"""

from __future__ import annotations

import os
from collections.abc import Iterator
from html.parser import HTMLParser
from pathlib import Path

import pytest

from rnn_course.grading.sandbox import Tier, available, strongest

from .assignment import FILE, NAME, POINTS
from .attack import Attack
from .class_under_attack import NEIGHBOURS, Graded, graded_class, problems, run
from .corpus import CORPUS
from .files import FILES, NAMES
from .outputs import SCRIPTS

pytestmark = pytest.mark.slow

OPTIONS = ("--limit-time", "30", "--limit-memory", "1024", "--workers", "2")
LARGEST = 3_000_000  # bytes of an executed notebook, beyond what was handed in
BY_NAME = {attack.name: attack for attack in CORPUS}


def tiers() -> list[Tier]:
    """Those that confine; the strongest one first."""
    return [tier for tier in Tier if tier is not Tier.UNSAFE]


@pytest.fixture(scope="module", params=tiers(), ids=lambda tier: tier.value)
def tier(request: pytest.FixtureRequest) -> Tier:
    """A tier that this machine has."""
    chosen: Tier = request.param
    why_not = available()[chosen]
    if why_not:
        pytest.skip(f"no {chosen.value} here: {why_not}")
    return chosen


@pytest.fixture(scope="module")
def graded(tier: Tier, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Graded]:
    """The class, graded."""
    root = Path(os.path.realpath(tmp_path_factory.mktemp(tier.value)))
    with graded_class(root, CORPUS, "--tier", tier.value, *OPTIONS) as found:
        yield found


def test_the_command_ends_well(graded: Graded) -> None:
    assert graded.command["code"] == 1, graded.command["errors"]  # some need a human
    assert set(graded.findings) == {*NEIGHBOURS, *(attack.student for attack in CORPUS)}


@pytest.mark.parametrize("name", BY_NAME)
def test_it_earns_what_its_honest_part_earns(name: str, graded: Graded) -> None:
    attack: Attack = BY_NAME[name]
    assert problems(attack, graded.findings.get(attack.student)) == []


@pytest.mark.parametrize("student", NEIGHBOURS)
def test_everybody_else_has_their_mark(student: str, graded: Graded) -> None:
    assert graded.findings[student].status == "graded", graded.findings[student].words
    assert graded.findings[student].points == NEIGHBOURS[student]


def test_no_failure_is_blamed_on_the_grader(graded: Graded) -> None:
    statuses = {name: (found.status, found.reason) for name, found in graded.findings.items()}
    assert {name: found for name, found in statuses.items() if found[0] == "infrastructure"} == {}


def test_nothing_outside_has_changed(graded: Graded) -> None:
    assert graded.changes == []
    assert graded.left_behind == []
    assert graded.integrity == "ok"


def test_nobody_was_reached(graded: Graded) -> None:
    assert graded.heard == []


def test_nothing_is_left_running(graded: Graded) -> None:
    assert graded.command["left"] == []


def test_notebooks_stay_small(graded: Graded) -> None:
    handed_in = graded.place.root / "submitted"
    sizes = {
        name: found.size - (handed_in / name / NAME / FILE).stat().st_size
        for name, found in graded.findings.items()
        if found.size
    }
    assert {name: size for name, size in sizes.items() if size > LARGEST} == {}


class Scripts(HTMLParser):
    """Collects whatever on a page would run."""

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


def test_no_script_runs_in_feedback(graded: Graded, tier: Tier) -> None:
    if tier is not strongest():
        pytest.skip("feedback does not depend on the tier")
    students = [attack.student for family in (SCRIPTS, NAMES, FILES) for attack in family.attacks][:40]
    done = run(graded.place, "feedback", NAME, *(f"--students={name}" for name in students))
    assert done["code"] == 0, done["errors"]
    pages = list((graded.place.root / "feedback").rglob("*.html"))
    assert len(pages) >= 20
    for page in pages:
        text = page.read_text(encoding="utf-8")
        parser = Scripts(graded.place.mark)
        parser.feed(text)
        assert parser.found == [], page
        assert "HIDDEN TESTS" not in text


def test_the_total_is_what_the_tasks_give(graded: Graded) -> None:
    assert sum(POINTS.values()) == 10
    assert sum(graded.findings["00_first"].points.values()) == 10
