"""The notebook of a1 and its release, made in memory by nbgrader's own preprocessors."""

import copy
from functools import cache
from pathlib import Path

import nbformat
from nbformat import NotebookNode

from rnn_course.checks.a1 import ASSIGNMENT, TASKS
from rnn_course.checks.structure import grade_id

ROOT = Path(__file__).resolve().parents[3]
SOURCE = ROOT / "solutions" / ASSIGNMENT.folder / ASSIGNMENT.notebook


@cache
def _source() -> NotebookNode:
    return nbformat.read(SOURCE, as_version=4)


@cache
def _released() -> NotebookNode:
    from nbgrader import preprocessors

    notebook = source()
    steps = (preprocessors.ClearSolutions, preprocessors.ClearHiddenTests, preprocessors.ComputeChecksums)
    for step in steps:
        notebook, _ = step().preprocess(notebook, {})
    return notebook


def source() -> NotebookNode:
    """A copy of the source."""
    return copy.deepcopy(_source())


def released() -> NotebookNode:
    """A copy of the student version."""
    return copy.deepcopy(_released())


def solved() -> NotebookNode:
    """A copy of the student version with the solutions in it, and an answer in words."""
    notebook = released()
    for name in [task.answer_id for task in TASKS] + ["a1_written"]:
        cell(notebook, name).source = cell(_source(), name).source
    return notebook


def cell(notebook: NotebookNode, name: str) -> NotebookNode:
    """The one cell of this grade_id."""
    (found,) = (cell for cell in notebook.cells if grade_id(cell) == name)
    return found
