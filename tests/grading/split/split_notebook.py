"""Small notebooks to be run in two processes, and what came of their cells."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from nbformat import NotebookNode
from nbformat.v4 import new_code_cell, new_notebook

from rnn_course.grading.plan import Limits, Plan
from rnn_course.grading.sandbox import Tier, strongest
from rnn_course.grading.split import Execution, run_split

SEED = "5150"
LIMITS = Limits(cell_seconds=5, seconds=60)


def setup(source: str) -> NotebookNode:
    """A cell of the instructor's that is no test."""
    return _cell("setup", source, locked=True)


def plain(source: str) -> NotebookNode:
    """A cell of the instructor's without a grade_id."""
    cell = new_code_cell(source)
    cell.metadata["plain"] = True  # for `plan_of`
    return cell


def answer(source: str) -> NotebookNode:
    """A cell that the student fills in."""
    return _cell("answer", source, solution=True)


def extra(source: str) -> NotebookNode:
    """A cell that the student has added."""
    return new_code_cell(source)


def test(source: str) -> NotebookNode:
    """A test."""
    return _cell("test", source, grade=True, locked=True)


test.__test__ = False  # type: ignore[attr-defined]  # pytest shall not take it for one of its own


def _cell(kind: str, source: str, **marks: bool) -> NotebookNode:
    cell = new_code_cell(source)
    cell.metadata["nbgrader"] = {
        "grade": False,
        "solution": False,
        "locked": False,
        "task": False,
        "schema_version": 3,
        "grade_id": kind,
        **marks,
    }
    if marks.get("grade"):
        cell.metadata["nbgrader"]["points"] = 1
    return cell


@dataclass
class Ran:
    """What came of a notebook."""

    execution: Execution

    @property
    def cells(self) -> list[NotebookNode]:
        """Its cells."""
        return list(self.execution.notebook.cells)

    def named(self, grade_id: str) -> NotebookNode:
        """The cell of a grade_id."""
        (cell,) = (c for c in self.cells if c.metadata.get("nbgrader", {}).get("grade_id") == grade_id)
        return cell

    def error(self, grade_id: str) -> str:
        """The error of a cell as `Name: text`, empty if there is none."""
        return error_of(self.named(grade_id))

    @property
    def errors(self) -> dict[str, str]:
        """The errors of all cells with a grade_id that have one."""
        ids = [c.metadata.nbgrader.grade_id for c in self.cells if "nbgrader" in c.metadata]
        return {name: self.error(name) for name in ids if self.error(name)}


def error_of(cell: NotebookNode) -> str:
    """The error of a cell as `Name: text`, empty if there is none."""
    return next((f"{o.ename}: {o.evalue}" for o in cell.outputs if o.output_type == "error"), "")


def text_of(cell: NotebookNode) -> str:
    """All text that a cell shows."""
    shown = [o.get("text") or o.get("data", {}).get("text/plain", "") for o in cell.outputs]
    return "".join(shown)


def notebook_of(*cells: NotebookNode) -> NotebookNode:
    """A notebook; grade_ids are numbered where there are several: answer, answer2."""
    seen: dict[str, int] = {}
    for cell in cells:
        marks = cell.metadata.get("nbgrader")
        if marks:
            kind = marks["grade_id"]
            seen[kind] = seen.get(kind, 0) + 1
            marks["grade_id"] = kind if seen[kind] == 1 else f"{kind}{seen[kind]}"
    return new_notebook(cells=list(cells))


def plan_of(notebook: NotebookNode, **settings: Any) -> Plan:
    """The plan of such a notebook."""
    tests = {
        c.metadata.nbgrader.grade_id: c.source
        for c in notebook.cells
        if c.metadata.get("nbgrader", {}).get("locked")
    }
    own = frozenset(c.source.strip() for c in notebook.cells if c.metadata.get("plain"))
    return Plan(tests=tests, plain=own, **settings)


def run(
    *cells: NotebookNode,
    limits: Limits = LIMITS,
    tier: Tier | None = None,
    files: dict[str, bytes] | None = None,
    **settings: Any,
) -> Ran:
    """Run such a notebook in two processes."""
    notebook = notebook_of(*cells)
    plan = plan_of(notebook, **settings)
    return Ran(
        run_split(notebook, plan, files=files or {}, seed=SEED, limits=limits, tier=tier or strongest())
    )
