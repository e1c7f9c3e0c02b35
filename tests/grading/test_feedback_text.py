"""The summary on a feedback page says what happened, and holds no markup of the student's."""

import html

from nbformat.v4 import new_output
from small_course import cell_of, source_notebook

from rnn_course.grading.feedback import summary_text
from rnn_course.grading.gradebook import Mark
from rnn_course.grading.messages import error_message, failure_messages
from rnn_course.grading.placeholder import placeholder
from rnn_course.grading.results import Result, Status

EVIL = "<script>alert(1)</script> [x](javascript:alert(1)) `a` $x$ | <img src=x onerror=y>"


def test_messages_of_test_cells_only() -> None:
    notebook = source_notebook()
    error = new_output("error", ename="AssertionError", evalue="say Hello", traceback=["..."])
    cell_of(notebook, "greet_test").outputs = [error]
    cell_of(notebook, "double").outputs = [error]
    assert failure_messages(notebook) == {"greet_test": "AssertionError: say Hello"}


def test_the_text_of_an_error() -> None:
    def said(name: str, text: str) -> str:
        return error_message(new_output("error", ename=name, evalue=text, traceback=[]))

    assert said("AssertionError", "") == "AssertionError"
    assert said("CheckFailed", "\x1b[31mTask 1\x1b[0m: not yet") == "Task 1: not yet"
    assert said("ValueError", "x" * 10_000).endswith(" ...")


def test_summary() -> None:
    marks = [
        Mark("nb", "passed_test", 3, 3, 3, None, False),
        Mark("nb", "failed_test", 0, 3, 0, None, False),
        Mark("nb", "words", 0, 5, None, None, True),
        Mark("nb", "read_words", 4, 5, None, 4, False),
    ]
    text = summary_text(marks, {"failed_test": "expected 4"}, Result("a1", "ada", Status.GRADED))
    assert "7 of 16 points" in text
    for task, words in [
        ("passed_test", "passed"),
        ("failed_test", "expected 4"),
        ("words", "a person still has to look at this"),
        ("read_words", "marked by a person"),
    ]:
        line = next(line for line in html.unescape(text).splitlines() if f">{task}<" in line)
        assert words in line


def test_nothing_of_the_students_is_markup() -> None:
    result = Result("a1", "ada", Status.UNREADABLE, EVIL, notes=[EVIL])
    text = summary_text([Mark("nb", EVIL, 0, 1, 0, None, False)], {EVIL: EVIL}, result)
    assert "<script" not in text
    assert "<img" not in text
    assert "](javascript" not in text
    text = placeholder(source_notebook(), EVIL).cells[0].source
    assert "<script" not in text
    assert "](javascript" not in text


def test_the_placeholder_is_the_release_with_a_reason() -> None:
    release = source_notebook()
    page = placeholder(release, "it is empty")
    assert "it is empty" in page.cells[0].source
    assert page.cells[1:] == release.cells
