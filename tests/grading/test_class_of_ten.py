"""Assignment a1 from release to CSV with a class of ten, by the commands an instructor types."""

from __future__ import annotations

import csv
import json
import shutil
from pathlib import Path

import pytest
from class_of_ten import Member, make_class, task_of
from command_line import nbgrader, rnn_course

from rnn_course.checks.assignment import assignment
from rnn_course.grading.course import Course, open_course
from rnn_course.grading.gradebook import marks

pytestmark = pytest.mark.slow
REPOSITORY = Path(__file__).resolve().parents[2]
A1 = assignment("a1")


class Graded:
    """The course after the whole loop, and what each command said."""

    def __init__(self, root: Path) -> None:
        for name in ("nbgrader_config.py", "solutions"):
            source = REPOSITORY / name
            (shutil.copytree if source.is_dir() else shutil.copyfile)(source, root / name)
        self.root = root
        self.release = rnn_course(root, "release")
        self.course: Course = open_course(root)
        self.members: list[Member] = make_class(self.course, A1)
        self.grade = rnn_course(root, "grade", "a1", "--json")
        self.feedback = rnn_course(root, "feedback", "a1")
        self.export = rnn_course(root, "export")

    def points(self, student: str, db_url: str = "") -> dict[str, float]:
        """Points by test cell, without the written question."""
        found = marks(db_url or self.course.db_url, A1.folder, student)
        return {mark.grade_id: mark.score for mark in found if mark.grade_id.endswith("_test")}


@pytest.fixture(scope="module")
def graded(tmp_path_factory: pytest.TempPathFactory) -> Graded:
    return Graded(tmp_path_factory.mktemp("ten"))


def test_release_is_what_the_repository_holds(graded: Graded) -> None:
    assert graded.release.returncode == 0, graded.release.stderr
    made = graded.root / "assignments" / A1.folder / A1.notebook
    assert made.read_bytes() == (REPOSITORY / "assignments" / A1.folder / A1.notebook).read_bytes()
    assert [path.name for path in made.parent.iterdir()] == [A1.notebook], "the rubric is not given out"
    assert rnn_course(graded.root, "release", "--check").returncode == 0


def test_there_are_ten_and_every_task_is_got_wrong_by_somebody(graded: Graded) -> None:
    assert len(graded.members) == 10
    wrong = {test for member in graded.members for test in member.wrong}
    assert wrong == {task.test_id for task in A1.tasks}


def test_each_mistake_costs_its_own_task_and_no_other(graded: Graded) -> None:
    assert {member.student: graded.points(member.student) for member in graded.members} == {
        member.student: member.expected for member in graded.members
    }


def test_statuses_and_exit_status(graded: Graded) -> None:
    assert graded.grade.returncode == 1, "one needs a human"
    report = json.loads(graded.grade.stdout)
    assert report["counts"] == {"graded": 9, "unreadable": 1}
    assert {result["student"]: result["status"] for result in report["results"]} == {
        member.student: member.status for member in graded.members
    }
    assert "not valid JSON" in report["results"][-1]["reason"]


def test_feedback_names_the_mistake(graded: Graded) -> None:
    assert graded.feedback.returncode == 0, graded.feedback.stderr
    for member in graded.members:
        folder = graded.course.folder("feedback", A1.folder, member.student)
        page = (folder / f"{A1.folder}.html").read_text(encoding="utf-8")
        assert "HIDDEN TESTS" not in page
        assert ".grade(" not in page
        for test_id, name in member.wrong.items():
            task = task_of(A1, test_id)
            assert f"{task.label}: not yet" in page
            hint = task.mistake(name).hint.split(". ")[0]
            assert hint.split("`")[0].strip() in page


def test_csv(graded: Graded) -> None:
    assert graded.export.returncode == 0, graded.export.stderr
    with (graded.root / "marks.csv").open(encoding="utf-8", newline="") as file:
        rows = {row["student_id"]: row for row in csv.DictReader(file)}
    for member in graded.members:
        row = rows[member.student]
        assert {test: float(row[f"{A1.folder}/{test}"]) for test in member.expected} == member.expected
        assert float(row["score"]) == sum(member.expected.values())
        assert (row["status"], float(row["max_score"])) == (member.status, 100.0)
        answered = member.student not in ("s01_untouched", "s09_damaged")
        assert row["needs_manual_grade"] == ("1" if answered else "0")
    before = (graded.root / "marks.csv").read_bytes()
    rnn_course(graded.root, "export")
    assert (graded.root / "marks.csv").read_bytes() == before


def test_again_changes_nothing(graded: Graded) -> None:
    def said(text: str) -> list[dict[str, object]]:
        return [{**result, "seconds": None} for result in json.loads(text)["results"]]

    again = rnn_course(graded.root, "grade", "a1", "--json")
    assert said(again.stdout) == said(graded.grade.stdout)


def test_stock_nbgrader_gives_the_same_marks(graded: Graded, tmp_path: Path) -> None:
    stock = tmp_path / "stock"
    ignored = shutil.ignore_patterns("gradebook.db", "autograded", "feedback", "s09_damaged")
    shutil.copytree(graded.root, stock, ignore=ignored)
    made = nbgrader(stock, "generate_assignment", A1.folder, "--force")
    assert made.returncode == 0, made.stderr
    seed = (graded.root / ".instructor_seed").read_text().strip()
    done = nbgrader(stock, "autograde", A1.folder, seed=seed)
    assert done.returncode == 0, done.stderr
    db_url = open_course(stock).db_url
    for member in graded.members[:-1]:
        assert graded.points(member.student, db_url) == member.expected
