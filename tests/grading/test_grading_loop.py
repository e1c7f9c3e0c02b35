"""The loop on a short assignment: hand in, grade, feedback, export. Releasing it is in test_release.py."""

from __future__ import annotations

import os
import shutil
import sys
from pathlib import Path

import nbformat
import pytest
from nbgrader.api import Gradebook
from small_course import NAME, POINTS, RIGHT, cell_of, give_out, hand_in, make_course, write

from rnn_course.grading.class_run import prepare
from rnn_course.grading.course import Course
from rnn_course.grading.errors import GradingError
from rnn_course.grading.export import as_csv, collect, course_table
from rnn_course.grading.feedback import write_feedback
from rnn_course.grading.gradebook import marks
from rnn_course.grading.intake import look_at
from rnn_course.grading.release import check_drift
from rnn_course.grading.results import Result, Status


def grade(course: Course, *only: str, force: bool = False) -> dict[str, Result]:
    with prepare(course, NAME, only=list(only) or None, force=force) as run:
        return {result.student: result for result in run.results()}


def points(course: Course, student: str) -> dict[str, float]:
    return {mark.grade_id: mark.score for mark in marks(course.db_url, NAME, student)}


@pytest.fixture(scope="module")
def graded_course(tmp_path_factory: pytest.TempPathFactory) -> Course:
    """Given out; ada is right, bob half, cleo's file is broken, dora handed nothing in; graded once."""
    course = make_course(tmp_path_factory.mktemp("loop"))
    give_out(course)
    hand_in(course, "ada", **RIGHT)
    hand_in(course, "bob", **{**RIGHT, "greet": 'def greet(name):\n    return "Hello, Ada!"'})
    write(course, "cleo", hand_in(course, "cleo", **RIGHT)).write_text("{ oh")
    with Gradebook(course.db_url) as gradebook:
        gradebook.add_student("dora", first_name="Dora", last_name="=1+1")
    course.__dict__["first"] = grade(course)
    return course


def test_everybody_has_a_status_and_a_reason(graded_course: Course) -> None:
    first: dict[str, Result] = graded_course.__dict__["first"]
    assert {student: result.status for student, result in first.items()} == {
        "ada": Status.GRADED,
        "bob": Status.GRADED,
        "cleo": Status.UNREADABLE,
        "dora": Status.MISSING,
    }
    assert "not valid JSON" in first["cleo"].reason
    assert first["dora"].reason


def test_marks(graded_course: Course) -> None:
    assert points(graded_course, "ada") == {**POINTS, "opinion": 0}
    assert points(graded_course, "bob") == {**POINTS, "greet_test": 0, "opinion": 0}
    assert points(graded_course, "cleo") == {"double_test": 0, "greet_test": 0, "opinion": 0}
    assert points(graded_course, "dora") == {}
    waiting = {
        student: [
            mark.grade_id for mark in marks(graded_course.db_url, NAME, student) if mark.needs_manual_grade
        ]
        for student in ("ada", "bob", "cleo")
    }
    assert waiting == {"ada": ["opinion"], "bob": ["opinion"], "cleo": []}


def test_nothing_is_graded_twice(graded_course: Course) -> None:
    page = graded_course.folder("autograded", NAME, "ada") / f"{NAME}.ipynb"
    before = page.stat().st_mtime_ns
    again = grade(graded_course, "ada", "cleo")
    assert page.stat().st_mtime_ns == before
    first: dict[str, Result] = graded_course.__dict__["first"]
    assert again == {student: first[student] for student in ("ada", "cleo")}


def test_feedback_says_what_went_wrong_and_hides_the_hidden_tests(graded_course: Course) -> None:
    assert dict(write_feedback(graded_course, NAME)) == {"ada": "", "bob": "", "cleo": ""}
    pages = {
        student: (graded_course.folder("feedback", NAME, student) / f"{NAME}.html").read_text(
            encoding="utf-8"
        )
        for student in ("ada", "bob", "cleo")
    }
    assert "another name is not greeted" in pages["bob"]
    assert "could not be read" in pages["cleo"]
    for page in pages.values():
        assert "secret_name" not in page
        assert "HIDDEN TESTS" not in page


def test_scripts_in_a_notebook_do_not_reach_the_page(graded_course: Course) -> None:
    path = graded_course.folder("autograded", NAME, "bob") / f"{NAME}.ipynb"
    text = path.read_bytes()
    notebook = nbformat.reads(text.decode(), as_version=4)
    cell_of(notebook, "opinion").source = "<script>evil()</script> <img src=x onerror=evil()> fine"
    html = nbformat.v4.new_output("display_data", data={"text/html": "<script>evil()</script>"})
    cell_of(notebook, "double").outputs = [html]
    try:
        path.unlink()
        nbformat.write(notebook, path)
        assert dict(write_feedback(graded_course, NAME, ["bob"])) == {"bob": ""}
    finally:
        path.write_bytes(text)
    page = (graded_course.folder("feedback", NAME, "bob") / f"{NAME}.html").read_text(encoding="utf-8")
    assert "fine" in page
    assert "<script>evil" not in page
    assert "onerror" not in page
    assert 'class="panel-heading"' in page, "the page is nbgrader's"


def test_marks_by_hand_reach_the_export(graded_course: Course) -> None:
    with Gradebook(graded_course.db_url) as gradebook:  # as the formgrader does
        grade_ = gradebook.find_grade("opinion", NAME, NAME, "ada")
        grade_.manual_score, grade_.needs_manual_grade = 4.0, False
        gradebook.db.commit()
    lines = as_csv(course_table(collect(graded_course, [NAME]))).splitlines()
    assert len(lines) == 5
    assert lines[0].endswith("needs_manual_grade,warm_up/double_test,warm_up/greet_test,warm_up/opinion")
    assert lines[1].endswith(",9.0,0.0,9.0,10.0,0,2.0,3.0,4.0")
    assert lines[2].endswith(",2.0,0.0,2.0,10.0,1,2.0,0.0,")
    assert lines[4] == "warm_up,dora,'=1+1,Dora,,missing," + lines[4].split("missing,")[1]
    assert as_csv(course_table(collect(graded_course, [NAME]))).splitlines() == lines


@pytest.mark.slow
def test_a_regrade_keeps_marks_by_hand_while_the_answer_is_the_same(graded_course: Course) -> None:
    test_marks_by_hand_reach_the_export(graded_course)
    assert grade(graded_course, "ada", force=True)["ada"].needs_manual_grade == 0
    hand_in(graded_course, "ada", **{**RIGHT, "opinion": "On second thoughts."})
    again = grade(graded_course, "ada")["ada"]
    assert (again.score, again.needs_manual_grade) == (9.0, 1), "the mark stays, and somebody looks again"
    hand_in(graded_course, "ada", **RIGHT)
    grade(graded_course, "ada")


def test_the_release_is_stable_and_drift_is_told(graded_course: Course) -> None:
    assert check_drift(graded_course, NAME) == []
    page = graded_course.folder("release", NAME) / f"{NAME}.ipynb"
    text = page.read_text(encoding="utf-8")
    try:
        page.write_text(text.replace("limit = 10", "limit = 11"), encoding="utf-8", newline="\n")
        (page.parent / "left.txt").write_text("")
        drift = "\n".join(check_drift(graded_course, NAME))
    finally:
        page.write_text(text, encoding="utf-8", newline="\n")
        (page.parent / "left.txt").unlink()
    assert "left.txt is in the release, but not in the source" in drift
    assert "cell plain: - limit = 11 | + limit = 10" in drift
    assert "BEGIN" not in text
    assert "secret_name" not in text
    assert cell_of(hand_in(graded_course, "eve"), "double").id == "double"


def test_nothing_is_left_lying_about(graded_course: Course) -> None:
    names = {path.name for path in Path(graded_course.root).iterdir()}
    assert names <= {
        "nbgrader_config.py", "solutions", "assignments", "submitted", "autograded", "feedback",
        "gradebook.db", ".instructor_seed",
    }  # fmt: skip
    assert [path.name for path in (graded_course.root / "assignments").iterdir()] == [NAME]


@pytest.mark.skipif(sys.platform != "linux", reason="names of any bytes exist on Linux only")
def test_a_folder_whose_name_is_no_text(graded_course: Course) -> None:
    folder = os.fsencode(graded_course.root / "submitted") + b"/\xff"
    os.makedirs(folder + b"/" + NAME.encode())
    try:
        with prepare(graded_course, NAME) as run:
            results = {result.student: result for result in run.results()}
    finally:
        shutil.rmtree(folder)
    odd = results["\\udcff"]
    assert (odd.status, "not UTF-8" in odd.reason) == (Status.UNREADABLE, True)
    assert results["ada"].status is Status.GRADED


def test_another_deadline_is_another_grading(graded_course: Course) -> None:
    def fingerprint() -> str:
        with prepare(graded_course, NAME) as run:
            return run.fingerprint(look_at(graded_course, NAME, "ada", [NAME]))

    before = fingerprint()
    assert fingerprint() == before
    with Gradebook(graded_course.db_url) as gradebook:
        gradebook.update_or_create_assignment(NAME, duedate="2026-01-01 00:00:00 UTC")
    due = fingerprint()
    with Gradebook(graded_course.db_url) as gradebook:
        gradebook.grant_extension(NAME, "ada", days=2)
    extended = fingerprint()
    with Gradebook(graded_course.db_url) as gradebook:
        gradebook.grant_extension(NAME, "ada", days=0)
        gradebook.update_or_create_assignment(NAME, duedate=None)
    assert len({before, due, extended}) == 3


def test_a_damaged_gradebook_is_told(course: Course) -> None:
    give_out(course)
    hand_in(course, "ada")
    (course.root / "gradebook.db").write_text("not a database at all, but a text of some length")
    with pytest.raises(GradingError, match="cannot be used: file is not a database"):
        grade(course)
