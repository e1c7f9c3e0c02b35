"""Marks are written once, whoever is killed and whenever, and nbgrader finds what it would have written."""

from __future__ import annotations

import multiprocessing
import os
import random
import sqlite3
import sys
import time
from pathlib import Path

import pytest
from fake_executor import Pretend, pretended, pretending
from nbgrader.api import Gradebook
from small_course import NAME, RIGHT, give_out, hand_in, make_course

from rnn_course.grading.class_run import ClassRun
from rnn_course.grading.course import Course
from rnn_course.grading.gradebook import Mark, marks
from rnn_course.grading.job import Job
from rnn_course.grading.results import ResultStore, Status

STUDENTS = [f"s{number:02}" for number in range(36)]


@pytest.fixture(scope="module")
def handed_in(tmp_path_factory: pytest.TempPathFactory) -> Course:
    """A class of 36, each with an answer of their own; prepared once, so that its labels are stored."""
    course = make_course(tmp_path_factory.mktemp("writer"))
    give_out(course)
    for student in STUDENTS:
        hand_in(course, student, **{**RIGHT, "opinion": f"{student} thinks so."})
    with pretending(course, NAME):
        pass
    return course


@pytest.fixture
def course(handed_in: Course, tmp_path: Path) -> Course:
    """A copy of its own for every test."""
    import shutil

    from rnn_course.grading.course import open_course

    shutil.copytree(handed_in.root, tmp_path / "course")
    return open_course(tmp_path / "course")


def grade(course: Course, **settings: object) -> ClassRun:
    with pretending(course, NAME, **settings) as run:
        assert sum(1 for _ in run.results()) == len(run.students)
        return run


def state(course: Course) -> dict[str, object]:
    """Everything that a run leaves behind, but for times and row ids."""
    store = ResultStore(course.db_url)
    results = {
        student: (result.status, result.reason, result.notes, result.fingerprint)
        for student, result in store.load(NAME).items()
    }
    store.close()
    with Gradebook(course.db_url) as gradebook:
        comments = {
            (submission.student.id, comment.name): comment.auto_comment
            for submission in gradebook.assignment_submissions(NAME)
            for notebook in submission.notebooks
            for comment in notebook.comments
        }
    folders = sorted(path for path in (course.root / "autograded").rglob("*") if path.is_file())
    return {
        "results": results,
        "marks": {student: marks(course.db_url, NAME, student) for student in results},
        "comments": comments,
        "files": {str(path.relative_to(course.root)): path.read_bytes() for path in folders},
    }


def rows(course: Course, table: str) -> int:
    with sqlite3.connect(course.root / "gradebook.db") as connection:
        count: int = connection.execute(f"SELECT COUNT(*) FROM {table}").fetchone()[0]
    return count


def test_what_is_written_is_what_came_out(course: Course) -> None:
    run = grade(course)
    job = Job("s00", {NAME: (course.folder("submitted", NAME, "s00") / f"{NAME}.ipynb").read_bytes()})
    expected = pretended(run.bundle, job).notebooks[0].cells
    found = {mark.grade_id: (mark.automatic, mark.needs_manual_grade) for mark in marks_of(course, "s00")}
    assert found == {
        name: (mark.score, mark.score is None)
        for name, mark in expected.items()
        if mark.max_score is not None
    }
    with Gradebook(course.db_url) as gradebook:
        submission = gradebook.find_submission(NAME, "s00")
        assert submission.max_score == 10
        assert submission.needs_manual_grade
        for name in ("double", "greet", "opinion"):
            comment = gradebook.find_comment(name, NAME, NAME, "s00")
            assert comment.auto_comment == expected[name].comment
    page = course.folder("autograded", NAME, "s00") / f"{NAME}.ipynb"
    assert page.read_bytes() == job.notebooks[NAME]
    assert page.stat().st_mode & 0o777 == 0o444


def marks_of(course: Course, student: str) -> list[Mark]:
    return marks(course.db_url, NAME, student)


def test_written_again_is_written_once(course: Course) -> None:
    grade(course)
    before, counts = state(course), {table: rows(course, table) for table in ("grade", "comment")}
    assert counts == {"grade": 3 * len(STUDENTS), "comment": 3 * len(STUDENTS)}
    grade(course, force=True)
    assert state(course) == before
    assert {table: rows(course, table) for table in counts} == counts
    run = grade(course)
    assert isinstance(run.executor, Pretend)
    assert run.executor.asked == [], "nothing has changed"


@pytest.mark.slow
@pytest.mark.skipif(sys.platform == "win32", reason="needs fork and SIGKILL")
def test_killed_at_twenty_moments_and_gone_on(course: Course, tmp_path: Path) -> None:
    import shutil

    from rnn_course.grading.course import open_course

    shutil.copytree(course.root, tmp_path / "twin")
    twin = open_course(tmp_path / "twin")
    grade(twin)
    chance = random.Random(5)
    killed = 0
    for _ in range(20):
        with pretending(course, NAME, seconds=0.004) as run:
            process = multiprocessing.get_context("fork").Process(target=_consume, args=(run,))
            process.start()
            process.join(chance.uniform(0.0, 0.12))
            killed += process.is_alive()
            process.kill()
            process.join()
        with sqlite3.connect(course.root / "gradebook.db") as connection:
            assert connection.execute("PRAGMA integrity_check").fetchone() == ("ok",)
    assert killed >= 10, "most were killed while they were at work"
    grade(course)
    assert state(course) == state(twin)
    assert rows(course, "grade") == 3 * len(STUDENTS)
    assert rows(course, "submitted_assignment") == len(STUDENTS)
    left = [path for path in (course.root / "autograded").rglob(".*")]
    assert left == []


def _consume(run: ClassRun) -> None:
    os.setsid()
    for _ in run.results():
        pass


def test_a_second_look_only_where_there_is_something_new(course: Course) -> None:
    grade(course)
    with Gradebook(course.db_url) as gradebook:
        for name in ("opinion", "greet_test"):
            found = gradebook.find_grade(name, NAME, NAME, "s00")
            found.manual_score, found.needs_manual_grade = 1.0, False
        gradebook.db.commit()
    grade(course, force=True)
    waiting = {mark.grade_id: mark.needs_manual_grade for mark in marks_of(course, "s00")}
    assert waiting == {"opinion": False, "greet_test": True, "double_test": False}
    hand_in(course, "s00", **{**RIGHT, "opinion": "On second thoughts."})
    grade(course)
    after = {mark.grade_id: mark for mark in marks_of(course, "s00")}
    assert after["opinion"].needs_manual_grade
    assert after["opinion"].score == 1.0


def test_late_penalties_are_the_plugins(course: Course) -> None:
    course.folder("submitted", NAME, "s01").joinpath("timestamp.txt").write_text("2026-03-02 10:00:00 UTC")
    course.app.config.LateSubmissionPlugin.penalty_method = "zero"
    with Gradebook(course.db_url) as gradebook:
        gradebook.update_or_create_assignment(NAME, duedate="2026-03-01 10:00:00 UTC")
    try:
        grade(course)
        with Gradebook(course.db_url) as gradebook:
            late = gradebook.find_submission(NAME, "s01")
            assert late.total_seconds_late == 24 * 3600
            assert late.late_submission_penalty == late.score
            assert gradebook.find_submission(NAME, "s02").late_submission_penalty == 0
            gradebook.grant_extension(NAME, "s01", days=3)
        grade(course)
        with Gradebook(course.db_url) as gradebook:
            assert gradebook.find_submission(NAME, "s01").late_submission_penalty == 0
    finally:
        del course.app.config["LateSubmissionPlugin"]


def test_one_whose_folder_cannot_be_written_costs_nobody_else(course: Course) -> None:
    blocked = course.root / "autograded" / "s03"
    blocked.parent.mkdir()
    blocked.write_text("a file where a folder must be")
    with pretending(course, NAME) as run:
        results = {result.student: result for result in run.results()}
    assert results["s03"].status is Status.INFRASTRUCTURE
    assert {result.status for student, result in results.items() if student != "s03"} == {Status.GRADED}
    blocked.unlink()
    with pretending(course, NAME) as run:
        results = {result.student: result for result in run.results()}
        assert isinstance(run.executor, Pretend)
        assert run.executor.asked == ["s03"]
    assert results["s03"].status is Status.GRADED


def test_the_gradebook_is_waited_for_while_somebody_writes_to_it(course: Course) -> None:
    other = sqlite3.connect(course.root / "gradebook.db", isolation_level=None, check_same_thread=False)
    other.execute("BEGIN IMMEDIATE")
    import threading

    threading.Timer(1.5, lambda: other.execute("COMMIT")).start()
    started = time.monotonic()
    with pretending(course, NAME, only=["s00", "s01"]) as run:
        assert {result.status for result in run.results()} == {Status.GRADED}
    assert time.monotonic() - started > 1.0
    other.close()
