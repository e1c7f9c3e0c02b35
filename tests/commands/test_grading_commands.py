"""What an instructor reads on the screen, and the exit status that a script reads."""

from __future__ import annotations

import json
import os
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from rnn_course.cli import rnn_course
from rnn_course.commands.grade import as_report, as_table
from rnn_course.grading.results import Result as Graded
from rnn_course.grading.results import Status

RESULTS = [
    Graded("a1", "ada", Status.GRADED, notes=["cell x was there twice"], score=5, max_score=10),
    Graded("a1", "bob", Status.GRADED, score=0, max_score=10, needs_manual_grade=2),
    Graded("a1", "cleo", Status.UNREADABLE, "a1.ipynb is empty", score=0, max_score=10),
    Graded("a1", "dora", Status.MISSING, "nothing there"),
]


def run(*arguments: str, at: Path) -> Result:
    before = os.getcwd()
    os.chdir(at)
    try:
        return CliRunner().invoke(rnn_course, list(arguments))
    finally:
        os.chdir(before)


@pytest.mark.parametrize("command", [["release"], ["grade", "a1"], ["feedback", "a1"], ["export"]])
def test_outside_a_course(command: list[str], tmp_path: Path) -> None:
    done = run(*command, at=tmp_path)
    assert done.exit_code == 2
    assert "is no nbgrader course" in done.output
    assert list(tmp_path.iterdir()) == []


@pytest.fixture
def empty_course(tmp_path: Path) -> Path:
    (tmp_path / "nbgrader_config.py").write_text("c = get_config()\n")
    (tmp_path / "source" / "a1_first").mkdir(parents=True)
    return tmp_path


@pytest.mark.parametrize(
    ("command", "words"),
    [
        (["grade", "b"], "no assignment called 'b'"),
        (["grade", "a1"], "No notebooks were matched"),
        (["release", "a1"], "No notebooks were matched"),
        (["feedback", "a1"], "nobody is graded for a1_first"),
        (["export"], "there is no gradebook yet"),
    ],
)
def test_what_cannot_run_says_why(command: list[str], words: str, empty_course: Path) -> None:
    done = run(*command, at=empty_course)
    assert done.exit_code == 2, done.output
    assert words in done.output
    assert not (empty_course / "gradebook.db").exists()


def test_the_table() -> None:
    lines = as_table("a1", RESULTS, "NAMESPACES", []).splitlines()
    assert lines[1] == "ada      graded          5 / 10"
    assert lines[2] == "bob      graded          0 / 10  (2 to mark by hand)"
    assert lines[4] == "dora     missing"
    assert "  ada: cell x was there twice" in lines
    assert "  cleo: a1.ipynb is empty" in lines
    assert lines[-2:] == ["a1: 2 graded, 1 missing, 1 unreadable", "Somebody should look at: cleo"]


def test_marks_that_could_be_false_are_labelled() -> None:
    lines = as_table("a1", RESULTS, "LIMITS", ["a1"]).splitlines()
    assert lines[-2] == "a1: graded in one process: a submission could have tampered with its tests"
    assert lines[-1].startswith("Sandbox: limits only.")


def test_the_report() -> None:
    report = json.loads(as_report("a1", RESULTS, "LIMITS", ["a1"]))
    assert (report["tier"], report["in_one_process"]) == ("limits", ["a1"])
    assert report["counts"] == {"graded": 2, "unreadable": 1, "missing": 1}
    assert [result["student"] for result in report["results"]] == ["ada", "bob", "cleo", "dora"]
    assert report["results"][2]["reason"] == "a1.ipynb is empty"


@pytest.mark.parametrize("command", ["release", "grade", "feedback", "export"])
def test_help(command: str, tmp_path: Path) -> None:
    done = run(command, "--help", at=tmp_path)
    assert done.exit_code == 0
    assert "Usage:" in done.output
