"""The page that stands for a notebook that could not be read, in the formgrader and in the feedback."""

from __future__ import annotations

import copy

from nbformat import NotebookNode
from nbformat.v4 import new_markdown_cell


def placeholder(release: NotebookNode, reason: str) -> NotebookNode:
    """The release with a first cell that says why nothing else was graded."""
    notebook = copy.deepcopy(release)
    text = (
        "## This notebook could not be graded\n\n"
        f"{_as_text(reason)}.\n\n"
        "What follows is the assignment as it was given out. No task of it was marked."
    )
    cell = new_markdown_cell(text, id="not-graded")
    if (notebook.nbformat, notebook.nbformat_minor) < (4, 5):
        del cell["id"]
    notebook.cells.insert(0, cell)
    return notebook


def _as_text(reason: str) -> str:
    # The reason can hold a file name of the student's: no markup of theirs may reach the page.
    escaped = reason.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")
    return "".join("\\" + letter if letter in "\\`*_[]()#!|~$" else letter for letter in escaped)
