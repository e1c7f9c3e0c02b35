"""What the tests said: the message of every failed test cell of a notebook that was run."""

from __future__ import annotations

import re

from nbformat import NotebookNode

ANSI = re.compile(r"\x1b\[[0-9;]*m")
LONGEST = 4000  # characters of a message that are kept


def failure_messages(notebook: NotebookNode) -> dict[str, str]:
    """The message of each test cell that raised, by grade_id.

    It is the exception's text; where that is empty (a bare assert) its type.
    """
    found = {}
    for cell in notebook.cells:
        nbgrader = cell.metadata.get("nbgrader", {})
        if cell.cell_type != "code" or not nbgrader.get("grade") or nbgrader.get("solution"):
            continue
        for output in cell.outputs:
            if output.output_type == "error":
                found[nbgrader["grade_id"]] = error_message(output)
                break
    return found


def error_message(output: NotebookNode) -> str:
    """An error output in words: its text without colours, with its type unless the text says enough."""
    text = ANSI.sub("", str(output.get("evalue", ""))).strip()
    name = str(output.get("ename", "Error"))
    if not text:
        text = name
    elif name not in ("CheckFailed", "CellStopped") and not name.endswith("Failure"):
        text = f"{name}: {text}"
    return text if len(text) <= LONGEST else text[:LONGEST] + " ..."
