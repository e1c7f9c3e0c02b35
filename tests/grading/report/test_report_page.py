"""The page: everything is on it, nothing of a student's is run, and equal marks give equal bytes."""

from dataclasses import replace
from datetime import datetime
from pathlib import Path

from rnn_course.grading.export import Row
from rnn_course.grading.gradebook import Mark
from rnn_course.grading.report.class_report import ClassReport
from rnn_course.grading.report.mistakes import Frequent
from rnn_course.grading.report.page import as_html, write_report
from rnn_course.grading.report.similarity import Pair
from rnn_course.grading.report.tasks import task_statistics
from rnn_course.grading.results import Result, Status

SCRIPT = "<script>alert(1)</script>"
MADE = datetime(2026, 2, 3, 4, 5)


def class_of(size: int) -> ClassReport:
    rows = []
    for number in range(size):
        score = float(number % 11)
        status = Status.UNREADABLE if number == 3 else Status.GRADED
        reason = f"not JSON {SCRIPT}" if number == 3 else ""
        name = f"student{number:03}"
        result = Result("a1", name, status, reason, seconds=number / 7)
        marks = [
            Mark("nb", "a1_counts_test", score, 10.0, score, None, False),
            Mark("nb", "a1_perplexity_test", 10 - score, 10.0, 10 - score, None, False),
        ]
        rows.append(Row("a1", None, name, "", "", "", None, score + 5, 1.0, 20.0, True, result, marks))
    mistakes = [
        Frequent(
            "a1_counts_test", True, "the end of the sentence is not counted", ("student001", "student002")
        ),
        Frequent("a1_perplexity_test", False, f"AssertionError: {SCRIPT}", ("student004",)),
    ]
    pairs = [Pair("student001", "student002", 0.83, 40)]
    return ClassReport("a1", rows, task_statistics(rows), mistakes, pairs, [])


def test_everything_is_on_the_page_and_escaped() -> None:
    page = as_html(class_of(40), MADE)
    for words in ["student003", "not JSON", "the end of the sentence is not counted", "83 %", "unreadable"]:
        assert words in page
    assert SCRIPT not in page
    assert "<script" not in page
    assert 'class="n warn">-1.00' in page, "a task that tells nothing is pointed out"


def test_marks_that_could_be_false_are_labelled() -> None:
    report = class_of(3)
    assert 'warn">' not in as_html(replace(report, tasks=[], rows=report.rows), MADE)
    weak = [replace(row, result=replace(row.result, mode="single", tier="LIMITS")) for row in report.rows]
    page = as_html(replace(report, rows=weak), MADE)
    assert "3 submissions were graded in one process with their tests" in page
    assert "3 submissions were graded without namespaces" in page


def test_the_distribution_counts_everybody_once() -> None:
    report = class_of(40)
    assert sum(count for _, _, count in report.distribution) == 40
    assert report.distribution[0][0] == 0
    assert report.distribution[-1][1] == 20
    assert [row.student for row in report.slowest][:2] == ["student039", "student038"]
    assert len(report.slowest) == 10


def test_tables_are_the_same_bytes_whenever(tmp_path: Path) -> None:
    first = write_report(class_of(12), tmp_path / "first", MADE)
    second = write_report(class_of(12), tmp_path / "second", datetime(2027, 1, 1))
    assert [path.name for path in first] == [
        "index.html",
        "submissions.csv",
        "tasks.csv",
        "mistakes.csv",
        "alike.csv",
    ]
    for one, other in zip(first[1:], second[1:], strict=True):
        assert one.read_bytes() == other.read_bytes()
    assert "student001;student002" in first[3].read_text()


def test_nobody_handed_in() -> None:
    row = Row(
        "a1", None, "ada", "", "", "", None, 0.0, 0.0, 20.0, False, Result("a1", "ada", Status.MISSING), []
    )
    page = as_html(ClassReport("a1", [row], [], [], [], []), MADE)
    assert "Nobody has a mark yet." in page
