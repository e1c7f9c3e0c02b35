"""nbgrader's own sample course, graded by both: same marks, cell by cell, and the same export."""

from __future__ import annotations

import shutil
from pathlib import Path

import nbformat
import pytest
from command_line import nbgrader, rnn_course
from small_course import cell_of

from rnn_course.grading.course import Course, open_course
from rnn_course.grading.gradebook import Mark, marks

pytestmark = pytest.mark.slow

SQUARES = {
    "bitdiddle": None,  # the solution
    "hacker": "def squares(n):\n    return [i ** 2 for i in range(1, n + 1)]",  # accepts bad input
    "reasoner": "def squares(n):\n    return [i for i in range(n)]",
}


@pytest.fixture(scope="module")
def courses(tmp_path_factory: pytest.TempPathFactory) -> tuple[Course, Course]:
    """(graded by rnn-course, graded by stock nbgrader), with the same submissions."""
    place = tmp_path_factory.mktemp("quickstart")
    made = nbgrader(place, "quickstart", "ours")
    assert made.returncode == 0, made.stderr
    ours = open_course(place / "ours")
    for student, squares in SQUARES.items():
        folder = ours.folder("submitted", "ps1", student)
        shutil.copytree(ours.folder("source", "ps1"), folder)
        if squares:
            notebook = nbformat.read(folder / "problem1.ipynb", as_version=4)
            cell_of(notebook, "squares").source = squares
            nbformat.write(notebook, folder / "problem1.ipynb")
    shutil.copytree(place / "ours", place / "stock")
    stock = open_course(place / "stock")
    for arguments in (["generate_assignment", "ps1"], ["autograde", "ps1"]):
        done = nbgrader(stock.root, *arguments)
        assert done.returncode == 0, done.stderr
    for arguments in (["release", "ps1"], ["grade", "ps"]):
        done = rnn_course(ours.root, *arguments)
        assert done.returncode == 0, done.stdout + done.stderr
    return ours, stock


def marks_of(course: Course, student: str) -> list[Mark]:
    return marks(course.db_url, "ps1", student)


@pytest.mark.parametrize("student", SQUARES)
def test_same_marks(student: str, courses: tuple[Course, Course]) -> None:
    ours, stock = courses
    assert marks_of(ours, student) == marks_of(stock, student)
    assert len(marks_of(ours, student)) == 9


def test_the_marks_are_not_all_alike(courses: tuple[Course, Course]) -> None:
    totals = {student: sum(mark.score for mark in marks_of(courses[0], student)) for student in SQUARES}
    assert totals["bitdiddle"] == 3.0
    assert totals["reasoner"] < totals["hacker"] < totals["bitdiddle"]


def test_the_release_is_as_good_as_stock(courses: tuple[Course, Course]) -> None:
    ours, stock = courses
    assert rnn_course(ours.root, "release", "--check").returncode == 0
    regraded = rnn_course(
        stock.root, "grade", "ps1", "--force"
    )  # on what `nbgrader generate_assignment` made
    assert regraded.returncode == 0, regraded.stdout + regraded.stderr


def test_same_export(courses: tuple[Course, Course]) -> None:
    ours, _ = courses
    mine = rnn_course(ours.root, "export", "--format", "nbgrader", "--output", "mine.csv")
    theirs = nbgrader(ours.root, "export", "--to", "theirs.csv")
    assert (mine.returncode, theirs.returncode) == (0, 0)
    head, *rows = (ours.root / "mine.csv").read_bytes().splitlines()
    their_head, *their_rows = (ours.root / "theirs.csv").read_bytes().splitlines()
    assert (head, rows) == (their_head, sorted(their_rows))  # stock's order is that in which they were graded


def test_stock_feedback_and_ours(courses: tuple[Course, Course]) -> None:
    ours, _ = courses
    assert nbgrader(ours.root, "generate_feedback", "ps1").returncode == 0
    page: Path = ours.folder("feedback", "ps1", "reasoner") / "problem1.html"
    theirs = page.read_text(encoding="utf-8")
    assert rnn_course(ours.root, "feedback", "ps1").returncode == 0
    assert page.read_text(encoding="utf-8") != theirs
    assert "Summary" in page.read_text(encoding="utf-8")
