"""The formgrader on a course that `rnn-course grade` has graded: marks shown, one given, feedback, export."""

from __future__ import annotations

import csv
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from browser.lab import Lab, lab
from command_line import nbgrader, rnn_course
from small_course import NAME, RIGHT, cell_of, give_out, hand_in, make_course

from rnn_course.grading.course import Course
from rnn_course.grading.gradebook import marks

pytestmark = [pytest.mark.slow, pytest.mark.browser]
SAFE = """
c.HTMLExporter.preprocessors = ["rnn_course.grading.safe_html.CleanMarkdown"]
c.HTMLExporter.sanitize_html = True
"""
EVIL = "**Bold** $a<b$ <img src=x onerror='document.title=`owned`'><script>document.title = `owned`</script>"
WRONG = {"greet": "def greet(name):\n    return '<script>document.title = \"owned\"</script>'"}


@pytest.fixture(scope="module")
def graded(tmp_path_factory: pytest.TempPathFactory) -> Course:
    """ada is right, bob half, cleo's file is broken; graded."""
    root = tmp_path_factory.mktemp("formgrader") / "notebooks"
    root.mkdir()
    course = make_course(root)
    with (root / "nbgrader_config.py").open("a") as file:
        file.write(SAFE)
    give_out(course)
    hand_in(course, "ada", **RIGHT)
    hand_in(course, "bob", **{**RIGHT, **WRONG, "opinion": EVIL})
    hand_in(course, "cleo")
    (course.folder("submitted", NAME, "cleo") / f"{NAME}.ipynb").write_text("{ oh")
    done = rnn_course(root, "grade", NAME, "--workers=1")
    assert done.returncode == 1, done.stderr
    return course


@pytest.fixture(scope="module")
def page(graded: Course, browser: Any) -> Iterator[Any]:
    """A page of a browser that is logged in."""
    with lab(Path(graded.root).parent) as running:
        context = browser.new_context(viewport={"width": 1280, "height": 1000})
        opened = context.new_page()
        opened.goto(f"{running.url}/lab?token={running.token}")
        opened.running = running
        yield opened
        context.close()


def test_it_lists_the_submissions_with_their_marks(page: Any) -> None:
    running: Lab = page.running
    page.goto(f"{running.url}/formgrader/gradebook/{NAME}/{NAME}")
    page.wait_for_selector("tbody tr td a")
    assert page.locator("tbody tr").count() == 3
    text = page.inner_text("tbody")
    assert "5 / 10" in text.replace("\xa0", " ")
    assert "2 / 10" in text.replace("\xa0", " ")


def test_a_submission_opens_without_its_scripts_and_takes_a_mark(
    page: Any, graded: Course, tmp_path: Path
) -> None:
    running: Lab = page.running
    page.goto(f"{running.url}/formgrader/gradebook/{NAME}/{NAME}")
    page.wait_for_selector("tbody tr td a")
    addresses = page.eval_on_selector_all("tbody tr td a", "links => links.map(link => link.href)")
    titles = []
    for address in sorted({address for address in addresses if "/submissions/" in address}):
        page.goto(address)
        page.wait_for_selector("input.score")
        page.wait_for_timeout(300)
        titles.append(page.title())
        if page.locator("strong", has_text="Bold").count():
            page.screenshot(path=str(tmp_path / "formgrader.png"), full_page=True)
            field = page.locator("input.score").last
            field.fill("4")
            with page.expect_response(lambda response: "/api/grade/" in response.url) as answered:
                field.press("Tab")
            assert answered.value.ok
    assert len(titles) == 3
    assert "owned" not in titles
    given = {
        student: [mark for mark in marks(graded.db_url, NAME, student) if mark.manual is not None]
        for student in ("ada", "bob", "cleo")
    }
    assert given["ada"] == given["cleo"] == []
    assert [(mark.grade_id, mark.manual, mark.score) for mark in given["bob"]] == [("opinion", 4.0, 4.0)]


def test_stock_feedback_and_export_work_on_it(graded: Course) -> None:
    done = nbgrader(graded.root, "generate_feedback", NAME, "--force")
    assert done.returncode == 0, done.stderr
    for student in ("ada", "bob", "cleo"):
        assert (graded.folder("feedback", NAME, student) / f"{NAME}.html").is_file()
    done = nbgrader(graded.root, "export", "--to", "theirs.csv")
    assert done.returncode == 0, done.stderr
    with (graded.root / "theirs.csv").open(encoding="utf-8", newline="") as file:
        rows = {row["student_id"]: row for row in csv.DictReader(file)}
    for student, row in rows.items():
        assert float(row["score"]) == sum(mark.score for mark in marks(graded.db_url, NAME, student))
    assert set(rows) == {"ada", "bob", "cleo"}


def test_the_page_of_a_broken_file_says_why(graded: Course) -> None:
    import nbformat

    page = graded.folder("autograded", NAME, "cleo") / f"{NAME}.ipynb"
    text = page.read_text(encoding="utf-8")
    assert "not valid JSON" in text
    assert cell_of(nbformat.read(page, as_version=4), "double_test")
