"""Attacks on the notebook's own structure: cells, metadata, tags, identifiers, order, copies."""

from __future__ import annotations

import copy
from typing import Any

from nbformat import NotebookNode
from nbformat.v4 import new_code_cell, new_markdown_cell, new_raw_cell

from .assignment import POINTS, RIGHT, WRONG, cell_of
from .attack import ALL, EITHER, UNREADABLE, Family

CELLS = Family("cells and metadata")
NOT_DOUBLE = {"answers": {"double": WRONG["double"]}, "loses": ("double",)}


def test_cells(notebook: NotebookNode) -> list[NotebookNode]:
    """The cells that carry an automatic mark."""
    return [cell_of(notebook, f"{task}_test") for task in POINTS]


def _rewrite_tests(notebook: NotebookNode) -> None:
    for cell in test_cells(notebook):
        cell.source = "pass"


def _tag(notebook: NotebookNode) -> None:
    for cell in notebook.cells:
        cell.metadata["tags"] = ["skip-execution", "raises-exception", "remove-cell", "nbval-skip"]
        cell.metadata["deletable"] = False


def _delete_tests(notebook: NotebookNode) -> None:
    notebook.cells = [cell for cell in notebook.cells if not cell.id.endswith("-test")]


def _change_types(notebook: NotebookNode) -> None:
    for cell in test_cells(notebook):
        cell.cell_type = "markdown"
        cell.pop("outputs", None), cell.pop("execution_count", None)
        cell.metadata["nbgrader"]["cell_type"] = "markdown"


def _answers_as_text(notebook: NotebookNode) -> None:
    for task in POINTS:
        cell = cell_of(notebook, task)
        cell.cell_type = "raw"
        cell.pop("outputs", None), cell.pop("execution_count", None)


def _more_points(notebook: NotebookNode) -> None:
    for cell in test_cells(notebook):
        cell.metadata["nbgrader"] |= {"points": 1000, "locked": False, "solution": True}
    cell_of(notebook, "double").metadata["nbgrader"] |= {"grade": True, "points": 100, "schema_version": 99}


def _no_metadata(notebook: NotebookNode) -> None:
    for cell in notebook.cells:
        cell.metadata = NotebookNode()


def _odd_metadata(notebook: NotebookNode) -> None:
    odd: list[Any] = [{"grade_id": ["double"]}, {"grade_id": {"a": 1}}, {"grade_id": 5}, {"solution": "yes"}]
    for cell, nbgrader in zip(notebook.cells, odd, strict=False):
        cell.metadata["nbgrader"] = nbgrader
    notebook.metadata["nbgrader"] = {"grade": 10}
    notebook.metadata["widgets"] = {"application/vnd.jupyter.widget-state+json": {"state": {}}}


def _copies(notebook: NotebookNode) -> None:
    for source in (WRONG["double"], "double = None", "1 / 0"):
        twin = copy.deepcopy(cell_of(notebook, "double"))
        twin.source = source
        notebook.cells.append(twin)
    again = copy.deepcopy(cell_of(notebook, "double_test"))
    again.source = "pass"
    notebook.cells.insert(0, again)


def _stolen_id(notebook: NotebookNode) -> None:
    liar = new_code_cell("assert True")
    liar.metadata["nbgrader"] = copy.deepcopy(cell_of(notebook, "double_test").metadata["nbgrader"])
    notebook.cells.insert(0, liar)


def _reversed(notebook: NotebookNode) -> None:
    notebook.cells.reverse()


def _answer_in_test(notebook: NotebookNode) -> None:
    cell_of(notebook, "double_test").source = RIGHT["double"]


def _same_ids(notebook: NotebookNode) -> None:
    for cell in notebook.cells:
        cell.id = "double"


def _deleted_answer(notebook: NotebookNode) -> None:
    notebook.cells.remove(cell_of(notebook, "double"))


def _extra(notebook: NotebookNode) -> None:
    notebook.cells.insert(0, new_code_cell("early = 1"))
    notebook.cells.insert(4, new_code_cell("1 / 0"))
    notebook.cells.insert(5, new_markdown_cell("a remark ![x](attachment:none.png)"))
    notebook.cells.append(new_raw_cell("raw"))
    notebook.cells.append(new_code_cell("assert double(21) == 42\ndouble = normalize = None"))


def _late_patch(notebook: NotebookNode) -> None:
    # before every test cell, a cell of the student's that would tamper with it
    for task in POINTS:
        index = notebook.cells.index(cell_of(notebook, f"{task}_test"))
        patch = "import numpy as np\nnp.testing.assert_allclose = print\nclose = lambda a, b: True"
        notebook.cells.insert(index, new_code_cell(patch))


def _kernel(notebook: NotebookNode) -> None:
    notebook.metadata["kernelspec"] = {"name": "bash", "display_name": "Bash", "language": "bash"}
    notebook.metadata["language_info"] = {"name": "bash", "codemirror_mode": {"version": 10**30}}


def _nbformat_3(notebook: NotebookNode) -> None:
    notebook.nbformat, notebook.nbformat_minor = 3, 0


def _nbformat_future(notebook: NotebookNode) -> None:
    notebook.nbformat, notebook.nbformat_minor = 99, 0


def _metadata_bomb(notebook: NotebookNode) -> None:
    notebook.metadata["bomb"] = {f"key {number}": "x" * 100 for number in range(20_000)}
    for cell in notebook.cells:
        cell.metadata["bomb"] = [["x"] * 1000] * 20


def _attachments(notebook: NotebookNode) -> None:
    cell = cell_of(notebook, "opinion")
    cell.source = "![a](attachment:../../../etc/passwd) ![b](attachment:b.svg)"
    svg = "PHN2ZyBvbmxvYWQ9ImFsZXJ0KDEpIi8+"
    cell.attachments = {"../../../@MARK@.png": {"image/png": "AAAA"}, "b.svg": {"image/svg+xml": svg}}


def _forged_outputs(notebook: NotebookNode) -> None:
    for cell in notebook.cells:
        if cell.cell_type == "code":
            cell.outputs = [nb_output("10")]
            cell.execution_count = 10**9


def nb_output(text: str) -> NotebookNode:
    """An output as if a cell had returned a number."""
    return NotebookNode(
        output_type="execute_result", data={"text/plain": text}, metadata={}, execution_count=1
    )


CELLS.add("tests_rewritten", "the test cells say `pass`", edit=_rewrite_tests, **NOT_DOUBLE)
CELLS.add("tests_tagged", "every cell is tagged to be skipped", edit=_tag, **NOT_DOUBLE)
CELLS.add("tests_deleted", "the test cells are deleted", edit=_delete_tests, reason="deleted", **NOT_DOUBLE)
CELLS.add("tests_as_text", "the test cells are made Markdown", edit=_change_types, **NOT_DOUBLE)
CELLS.add("answers_as_text", "right answers in cells of another type", edit=_answers_as_text)
CELLS.add("more_points", "the test cells' points are 1000", edit=_more_points, **NOT_DOUBLE)
CELLS.add("no_metadata", "all metadata are taken away, so that answers are cells of one's own",
          edit=_no_metadata, loses=("double", "normalize", "lengths"), reason="deleted")  # fmt: skip
CELLS.add("odd_metadata", "nbgrader's metadata have other types", edit=_odd_metadata, loses=("double",))
CELLS.add("copies", "an answer is there four times, a test twice; the first counts", edit=_copies,
          reason="times")  # fmt: skip
CELLS.add("stolen_id", "a cell of one's own carries a test's grade_id", edit=_stolen_id, reason="times",
          **NOT_DOUBLE)  # fmt: skip
CELLS.add("reversed", "the cells stand in reversed order", edit=_reversed)
CELLS.add("answer_in_test", "the answer is typed into the test cell", edit=_answer_in_test, **NOT_DOUBLE)
CELLS.add("same_ids", "all cells have one id", edit=_same_ids)
CELLS.add("deleted_answer", "an answer cell is deleted", edit=_deleted_answer, loses=("double",),
          reason="deleted.*double")  # fmt: skip
CELLS.add("extra_cells", "own cells in all places, one raises, the last binds names anew", edit=_extra)
CELLS.add("patches_between", "cells that tamper stand before each test", edit=_late_patch,
          answers={**WRONG, "lengths": RIGHT["lengths"]}, loses=("double", "normalize", "tally"))  # fmt: skip
CELLS.add("other_kernel", "asks for a kernel of another language", edit=_kernel)
CELLS.add("nbformat_3", "says that it is a notebook of format 3", edit=_nbformat_3, loses=ALL,
          statuses=UNREADABLE)  # fmt: skip
CELLS.add("nbformat_99", "says that it is a notebook of format 99", edit=_nbformat_future, loses=ALL,
          statuses=UNREADABLE)  # fmt: skip
CELLS.add("metadata_bomb", "megabytes of metadata", edit=_metadata_bomb)
CELLS.add("attachments", "attachments with paths for names, and one with a script", edit=_attachments)
CELLS.add("forged_outputs", "outputs that look like full marks", edit=_forged_outputs, **NOT_DOUBLE)
CELLS.add("hidden_marks", "an answer ends the hidden region, and forges nbgrader's comments",
          answers={"double": f"{WRONG['double']}\n### END HIDDEN TESTS\n### BEGIN SOLUTION\n# YOUR CODE"},
          loses=("double",), statuses=EITHER)  # fmt: skip
