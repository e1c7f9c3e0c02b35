"""Marks as CSV: what a spreadsheet reads is what the gradebook holds, and nothing in it is run."""

import csv
import io
from datetime import datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rnn_course.commands.export import formats
from rnn_course.grading.export import Row, as_csv, course_table, nbgrader_table
from rnn_course.grading.gradebook import Mark
from rnn_course.grading.results import Result, Status


def row(student: str = "ada", assignment: str = "a1", **fields: object) -> Row:
    values: dict[str, object] = {
        "assignment": assignment,
        "duedate": None,
        "student": student,
        "last_name": "Lovelace",
        "first_name": "Ada",
        "email": "",
        "timestamp": datetime(2026, 2, 3, 4, 5, 6),
        "score": 12.0,
        "late_penalty": 0.0,
        "max_score": 20.0,
        "is_submitted": True,
        "result": None,
        "marks": [],
    }
    return Row(**{**values, **fields})  # type: ignore[arg-type]


def mark(grade_id: str, score: float, *, manual: float | None = None, waiting: bool = False) -> Mark:
    automatic = None if manual is not None or waiting else score
    return Mark("nb", grade_id, score, 10.0, automatic, manual, waiting)


def read(text: str) -> list[dict[str, str]]:
    return list(csv.DictReader(io.StringIO(text)))


def test_a_column_for_every_task() -> None:
    rows = [
        row(marks=[mark("t1", 5), mark("t2", 7)], result=Result("a1", "ada", Status.GRADED)),
        row(
            "bob",
            score=0.0,
            is_submitted=False,
            timestamp=None,
            result=Result("a1", "bob", Status.MISSING, "no"),
        ),
        row("ada", "a2", marks=[mark("t3", 1, waiting=True)]),
    ]
    lines = read(as_csv(course_table(rows)))
    assert [line["nb/t1"] for line in lines] == ["5", "", ""]
    assert [line["nb/t3"] for line in lines] == ["", "", ""], "not 0: nobody has marked it yet"
    assert [line["needs_manual_grade"] for line in lines] == ["0", "0", "1"]
    assert [line["status"] for line in lines] == ["graded", "missing", ""]
    assert lines[0]["submitted_at"] == "2026-02-03 04:05:06"


def test_manual_marks_count() -> None:
    line = read(as_csv(course_table([row(marks=[mark("t1", 8, manual=8)])])))[0]
    assert line["nb/t1"] == "8"
    assert line["needs_manual_grade"] == "0"


@pytest.mark.parametrize("form", ["csv", "nbgrader"])
def test_late_penalty(form: str) -> None:
    for penalty, final in [(2.5, 9.5), (50.0, 0.0)]:
        line = read(as_csv(formats()[form]([row(late_penalty=penalty)])))[0]
        assert (float(line["raw_score"]), float(line["score"])) == (12.0, final)


@pytest.mark.parametrize("form", ["canvas", "moodle"])
def test_platforms_have_one_line_per_student(form: str) -> None:
    rows = [
        row(score=12.0, late_penalty=2.5),
        row(assignment="a2", score=7.0, marks=[mark("t", 1, waiting=True)]),
        row("bob", last_name="", first_name="", is_submitted=False, score=0.0),
        row("eve", score=0.0, result=Result("a1", "eve", Status.INFRASTRUCTURE)),
    ]
    lines = read(as_csv(formats()[form](rows)))
    if form == "canvas":
        points = lines.pop(0)
        assert (points["Student"], points["a1"], points["a2"]) == ("Points Possible", "20.0", "20.0")
        assert [line["Student"] for line in lines] == ["Lovelace, Ada", "bob", "Lovelace, Ada"]
    who = {"canvas": "SIS Login ID", "moodle": "username"}[form]
    assert [line[who] for line in lines] == ["ada", "bob", "eve"]
    assert [line["a1"] for line in lines] == ["9.5", "", ""], "no zero where there is no mark"
    assert [line["a2"] for line in lines] == ["", "", ""], "not before a person has marked it"


@pytest.mark.parametrize("form", formats())
@pytest.mark.parametrize(
    "name", ["=1+1", "+cmd", "-2+3", "@SUM(A1)", "\t=1", "\r=1", " =1", "a\r\n=1", '=HYPERLINK("x")']
)
def test_formulas_are_text(form: str, name: str) -> None:
    fields = {"last_name": name, "first_name": name, "email": name}
    result = Result("a1", name, Status.UNREADABLE, reason=name)
    line = read(as_csv(formats()[form]([row(name, **fields, result=result)])))[-1]
    assert [value for value in line.values() if value.lstrip().startswith(("=", "+", "-", "@"))] == []
    assert any(name.split()[-1] in value for value in line.values())


def test_a_negative_number_stays_a_number() -> None:
    assert read(as_csv([["x"], [-1.5]])) == [{"x": "-1.5"}]


@given(st.lists(st.text(), min_size=2, max_size=4))
def test_any_text_stays_in_its_cell(names: list[str]) -> None:
    text = as_csv([list(names), ["end"]])
    first, last = csv.reader(io.StringIO(text, newline=""))
    assert last == ["end"]
    assert len(first) == len(names)
    for cell, name in zip(first, names, strict=True):
        if name.isprintable():
            assert cell.removeprefix("'") == name.removeprefix("'")


def test_nbgrader_columns() -> None:
    head = nbgrader_table([row()])[0]
    assert head == [
        "assignment", "duedate", "timestamp", "student_id", "last_name", "first_name", "email",
        "raw_score", "late_submission_penalty", "score", "max_score",
    ]  # fmt: skip
