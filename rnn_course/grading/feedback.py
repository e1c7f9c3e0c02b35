"""Feedback pages: nbgrader's own, without hidden tests, with a summary in words on top."""

from __future__ import annotations

import glob
import html
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from nbconvert.preprocessors import Preprocessor
from nbformat import NotebookNode
from nbformat.v4 import new_markdown_cell
from nbgrader.converters import GenerateFeedback
from nbgrader.converters.base import NbGraderException

from rnn_course.grading.converters import run_converter
from rnn_course.grading.course import Course
from rnn_course.grading.errors import GradingError
from rnn_course.grading.gradebook import Mark, marks
from rnn_course.grading.hidden import strip_hidden_tests
from rnn_course.grading.messages import failure_messages
from rnn_course.grading.results import Result, ResultStore, Status
from rnn_course.grading.safe_html import SafeHTMLExporter
from rnn_course.grading.single import LABEL

WORDS = {
    Status.GRADED: "",
    Status.STUDENT_ERROR: "Some cells could not be run to their end; the others were marked without them.",
    Status.UNREADABLE: "What was handed in could not be read.",
}


def write_feedback(
    course: Course, assignment: str, only: list[str] | None = None
) -> Iterator[tuple[str, str]]:
    """Write the pages of every student who has been graded.

    Yields:
        (student, reason): the reason is empty where the pages were written, else why they were not.

    Raises:
        GradingError: if nobody has been graded, or a student in `only` has not.
    """
    store = ResultStore(course.db_url)
    results = store.load(assignment) if course.has_gradebook() else {}
    store.close()
    graded = course.students_with("autograded", assignment)
    if not graded:
        raise GradingError(f"nobody is graded for {assignment}: run `rnn-course grade {assignment}` first")
    unknown = sorted(set(only or []) - set(graded))
    if unknown:
        raise GradingError(f"not graded for {assignment}: {', '.join(unknown)}")
    for student in sorted(set(only)) if only else graded:
        summary = Summary(marks(course.db_url, assignment, student), results.get(student))
        failure = run_converter(
            course, SafeFeedback, assignment=assignment, student=student, options={"summary": summary}
        )
        yield student, failure or ""


class SafeFeedback(GenerateFeedback):
    """nbgrader's GenerateFeedback without hidden tests, and without scripts of the student's."""

    preprocessors: list[Any]

    def __init__(self, *, summary: Summary, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self.exporter_class = SafeHTMLExporter
        self.preprocessors = [summary, *self.preprocessors, wrap_long_lines]

    def _format_source(self, assignment_id: str, student_id: str, escape: bool = False) -> str:
        """As nbgrader's; what it takes names out of a path with lets a name have a line break."""
        path = str(super()._format_source(assignment_id, student_id, escape))
        return f"(?s){path}" if escape else path

    def init_notebooks(self) -> None:
        """The notebooks of the one student; nbgrader would take a name that looks like a pattern for one."""
        folders = glob.glob(self._format_source(self.coursedir.assignment_id, self.coursedir.student_id))
        found = {folder: sorted(map(str, Path(folder).glob("*.ipynb"))) for folder in folders}
        self.notebooks: list[str] = []
        self.assignments: dict[str, list[str]] = {folder: paths for folder, paths in found.items() if paths}
        if not self.assignments:
            raise NbGraderException(f"no graded notebook in {', '.join(folders) or 'the autograded folder'}")


def wrap_long_lines(nb: NotebookNode, resources: Any) -> tuple[NotebookNode, Any]:
    """A step of nbconvert's that lets long messages wrap instead of running out of the page."""
    resources["inlining"]["css"].append("#notebook pre { white-space: pre-wrap; word-break: normal; }")
    return nb, resources


class Summary(Preprocessor):
    """Takes hidden tests out and puts a table of all tasks on top: mark, and what the test said."""

    def __init__(self, found: list[Mark], result: Result | None, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self.enabled = True
        self.found = found
        self.result = result

    def preprocess(self, nb: NotebookNode, resources: Any) -> tuple[NotebookNode, Any]:
        """Change one notebook; called by nbconvert before the page is made."""
        messages = failure_messages(nb)
        strip_hidden_tests(nb)
        name = resources["nbgrader"]["notebook"]
        order = [cell.metadata.get("nbgrader", {}).get("grade_id") for cell in nb.cells]
        own = [mark for mark in self.found if mark.notebook == name and mark.grade_id in order]
        own.sort(key=lambda mark: order.index(mark.grade_id))
        cell = new_markdown_cell(summary_text(own, messages, self.result), id="summary")
        if (nb.nbformat, nb.nbformat_minor) < (4, 5):
            del cell["id"]
        nb.cells.insert(0, cell)
        return nb, resources


def summary_text(found: list[Mark], messages: dict[str, str], result: Result | None) -> str:
    """The summary as a table in HTML; everything that came from a student is escaped."""
    rows = [
        f'<tr><td><a href="#{_escaped(mark.grade_id)}">{_escaped(mark.grade_id)}</a></td>'
        f"<td>{mark.score:g}&nbsp;/&nbsp;{mark.max_score:g}</td>"
        f"<td>{_remark(mark, messages)}</td></tr>"
        for mark in found
    ]
    total, most = sum(mark.score for mark in found), sum(mark.max_score for mark in found)
    lines = ["<h2>Summary</h2>", f"<p>{total:g} of {most:g} points.</p>"]
    if result and (words := WORDS.get(result.status)):
        lines.append(f"<p><b>{words}</b> {_escaped(result.reason)}</p>")
    if result and result.mode == "single":
        lines.append(f"<p>Note: {_escaped(LABEL)}</p>")
    if result:
        lines += [f"<p>Note: {_escaped(note)}</p>" for note in result.notes]
    head = "<tr><th>task</th><th>points</th><th>what the test said</th></tr>"
    lines += ['<table class="table">', head, *rows, "</table>"]
    return "\n".join(lines)


def _remark(mark: Mark, messages: dict[str, str]) -> str:
    if mark.needs_manual_grade:
        return "a person still has to look at this"
    if mark.manual is not None:
        return "marked by a person"
    message = messages.get(mark.grade_id)
    if message:
        return f"<pre>{_escaped(message)}</pre>"
    return "passed" if mark.score == mark.max_score and mark.automatic is not None else ""


def _escaped(text: str) -> str:
    # Markdown is read before HTML is shown: its signs, and TeX's, become character references too.
    special = "\\`*_[]{}!|~$"
    text = "".join(f"&#{ord(letter)};" if letter in special else html.escape(letter) for letter in text)
    return text.replace("\n", "<br>")
