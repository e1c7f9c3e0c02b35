"""Points out of a notebook that was run: nbgrader's, but for text on stderr and numbers out of range."""

from __future__ import annotations

import nbformat
import pytest
from nbformat import NotebookNode
from nbformat.v4 import new_notebook, new_output
from nbgrader.utils import compute_checksum, determine_grade
from small_course import RIGHT, graded, source_notebook

from rnn_course.grading import mark
from rnn_course.grading.errors import InfrastructureError
from rnn_course.grading.job import Bundle, BundleNotebook, Job
from rnn_course.grading.mark import grade, mark_cells
from rnn_course.grading.plan import Limits
from rnn_course.grading.results import Status
from rnn_course.grading.split import Execution

ERROR = new_output("error", ename="AssertionError", evalue="no", traceback=["no"])
WARNING = new_output("stream", name="stderr", text="careful")
PRINTED = new_output("stream", name="stdout", text="7")


def result(text: str) -> NotebookNode:
    return new_output("execute_result", data={"text/plain": text}, execution_count=1)


def test_cell(*outputs: NotebookNode) -> NotebookNode:
    cell = graded("t", "f()", grade=True, locked=True, points=4)
    cell.outputs = list(outputs)
    return cell


test_cell.__test__ = False  # type: ignore[attr-defined]


@pytest.mark.parametrize(
    "outputs",
    [(), (PRINTED,), (ERROR,), (PRINTED, ERROR), (result("2.5"),), (result("4"),), (result("0"),),
     (result("'done'"),), (result("[1, 2]"),), (result("1"), ERROR), (ERROR, result("1"))],
)  # fmt: skip
def test_what_nbgrader_gives(outputs: tuple[NotebookNode, ...]) -> None:
    cell = test_cell(*outputs)
    marks, remarks = mark_cells(new_notebook(cells=[cell]))
    assert (marks["t"].score, marks["t"].max_score) == determine_grade(test_cell(*outputs))
    assert not remarks


def test_text_on_stderr_costs_nothing() -> None:
    assert mark_cells(new_notebook(cells=[test_cell(WARNING)]))[0]["t"].score == 4
    assert mark_cells(new_notebook(cells=[test_cell(WARNING, ERROR)]))[0]["t"].score == 0
    assert mark_cells(new_notebook(cells=[test_cell(WARNING, result("1.5"))]))[0]["t"].score == 1.5


@pytest.mark.parametrize("text", ["5", "-1", "nan", "inf", "1e9"])
def test_a_number_that_is_none_of_its_points_is_left_for_a_person(text: str) -> None:
    marks, remarks = mark_cells(new_notebook(cells=[test_cell(result(text))]))
    assert marks["t"].score is None
    assert "cell t is left for a person to mark" in remarks[0]


def test_an_answer_that_was_left_as_it_was() -> None:
    for kind in ("code", "markdown"):
        cell = graded("a", "YOUR ANSWER HERE", cell_type=kind, grade=True, solution=True, points=5)
        cell.metadata.nbgrader["checksum"] = compute_checksum(cell)
        marks, _ = mark_cells(new_notebook(cells=[cell]))
        assert (marks["a"].score, marks["a"].comment) == (0, "No response.")
        cell.source = "An answer."
        marks, _ = mark_cells(new_notebook(cells=[cell]))
        assert (marks["a"].score, marks["a"].comment) == (None, None)


@pytest.fixture
def bundle() -> Bundle:
    notebook = source_notebook()
    tests = {
        cell.metadata.nbgrader.grade_id: cell.source for cell in notebook.cells if "nbgrader" in cell.metadata
    }
    one = BundleNotebook("warm_up", nbformat.writes(notebook), tests)
    return Bundle("warm_up", "1", (one,), seed="7", limits=Limits(), max_lines=3)


def run_of(cells: dict[str, list[NotebookNode]], seen: list[NotebookNode]) -> object:
    def run(notebook: NotebookNode, *_: object, **__: object) -> Execution:
        seen.append(notebook)
        for cell in notebook.cells:
            if cell.cell_type == "code":
                name = cell.metadata.get("nbgrader", {}).get("grade_id")
                cell.outputs = cells.get(name, [])
        return Execution(notebook, memory_bytes=5)

    return run


def test_answers_are_transplanted_and_long_outputs_cut(
    bundle: Bundle, monkeypatch: pytest.MonkeyPatch
) -> None:
    seen: list[NotebookNode] = []
    lines = new_output("stream", name="stdout", text="x\n" * 50)
    monkeypatch.setitem(mark.RUN, "split", run_of({"greet_test": [ERROR], "double": [lines]}, seen))
    handed_in = source_notebook()
    for cell in handed_in.cells:
        name = cell.metadata.get("nbgrader", {}).get("grade_id", "")
        cell.source = RIGHT.get(name, "raise SystemExit  # a test of the student's own")
    outcome = grade(bundle, Job("ada", {"warm_up": nbformat.writes(handed_in).encode()}, digest="d"))
    assert (outcome.status, outcome.digest, outcome.memory_bytes) == (Status.GRADED, "d", 5)
    (done,) = outcome.notebooks
    scores = {name: found.score for name, found in done.cells.items()}
    assert scores == {"double_test": 2, "greet_test": 0, "opinion": None, "double": None, "greet": None}
    sources = {cell.metadata.get("nbgrader", {}).get("grade_id"): cell.source for cell in seen[0].cells}
    assert sources["double"] == RIGHT["double"]
    assert "SystemExit" not in sources["double_test"]
    assert "truncated" in done.executed
    assert done.executed.count("x\\n") < 50


@pytest.mark.parametrize(
    ("data", "reason"),
    [(b"", "warm_up.ipynb is empty"), (b"{", "not valid JSON"), (None, "there is no notebook")],
)
def test_what_cannot_be_read_has_no_points_and_says_why(
    bundle: Bundle, data: bytes | None, reason: str
) -> None:
    outcome = grade(bundle, Job("ada", {} if data is None else {"warm_up": data}))
    assert outcome.status is Status.UNREADABLE
    assert reason in outcome.reason
    (done,) = outcome.notebooks
    assert {name: found.score for name, found in done.cells.items()} == {
        "double_test": 0, "greet_test": 0, "opinion": 0,
    }  # fmt: skip
    assert "could not be graded" in done.executed


def test_a_failing_sandbox_is_nobodys_fault(bundle: Bundle, monkeypatch: pytest.MonkeyPatch) -> None:
    def fail(*_: object, **__: object) -> Execution:
        raise InfrastructureError("no namespaces today")

    monkeypatch.setitem(mark.RUN, "split", fail)
    outcome = grade(bundle, Job("ada", {"warm_up": nbformat.writes(source_notebook()).encode()}))
    assert (outcome.status, outcome.notebooks) == (Status.INFRASTRUCTURE, ())
    assert outcome.reason == "no namespaces today"
