"""Put a student's answers into the instructor's notebook.

The instructor's notebook is the body. Only the text of solution cells is taken from the student, and the
student's own extra cells, in their places. Tags, metadata, cell types, order, copies and deletions in what
was handed in then cannot matter.
"""

from __future__ import annotations

import copy
import hashlib
from collections import defaultdict
from typing import Any

from nbformat import NotebookNode


def transplant(release: NotebookNode, submitted: NotebookNode) -> tuple[NotebookNode, list[str]]:
    """The release notebook with the student's answers in it.

    Of several cells with one grade_id the first counts. A cell of the student's that is not the
    instructor's stands after the instructor's cell that it followed; one that was the instructor's and has
    been edited stands after the original.

    Args:
        release: the student version of the assignment, as it was given out.
        submitted: what came back.

    Returns:
        The notebook to run, and what was odd about the submission, a sentence each.
    """
    body = copy.deepcopy(release)
    position = {name: index for index, cell in enumerate(body.cells) if (name := _grade_id(cell))}
    plain = {_text(cell): index for index, cell in enumerate(body.cells) if not _grade_id(cell)}
    plain_ids = {body.cells[index].get("id"): index for index in plain.values()}
    extras: dict[int, list[NotebookNode]] = defaultdict(list)
    copies: dict[str, int] = defaultdict(int)
    here = -1  # the instructor's cell that was met last
    for cell in submitted.cells:
        grade_id = _grade_id(cell)
        if grade_id is not None and grade_id in position:
            copies[grade_id] += 1
            if copies[grade_id] == 1:
                here = position[grade_id]
                _take_answer(body.cells[here], cell)
        elif _text(cell) in plain:
            here = plain[_text(cell)]
        elif cell.source.strip():
            here = plain_ids.get(cell.get("id"), here)
            extras[here].append(cell)
    cells = [_extra_cell(cell, body) for cell in extras[-1]]
    for index, cell in enumerate(body.cells):
        cells.append(cell)
        cells.extend(_extra_cell(extra, body) for extra in extras[index])
    body.cells = cells
    _make_ids_unique(body)
    notes = [
        f"cell {name} was there {count} times: the first one counts"
        for name, count in sorted(copies.items())
        if count > 1
    ]
    missing = [name for name in position if name not in copies]
    if missing:
        notes.append(f"cells that were deleted and are put back as they were given out: {', '.join(missing)}")
    return body, notes


def is_answer(cell: NotebookNode) -> bool:
    """Whether a cell is one that the student fills in."""
    return _nbgrader(cell).get("solution") is True


def _take_answer(target: NotebookNode, cell: NotebookNode) -> None:
    if not is_answer(target):
        return
    target.source = cell.source
    if target.cell_type == "markdown" and isinstance(cell.get("attachments"), dict):
        target.attachments = cell.attachments


def _extra_cell(cell: NotebookNode, body: NotebookNode) -> NotebookNode:
    kind = cell.cell_type if cell.cell_type in ("code", "markdown") else "raw"
    extra = NotebookNode(cell_type=kind, source=cell.source, metadata=NotebookNode())
    if kind == "code":
        extra.outputs, extra.execution_count = [], None
    if (body.nbformat, body.nbformat_minor) >= (4, 5):
        extra.id = str(cell.get("id", ""))
    return extra


def _make_ids_unique(notebook: NotebookNode) -> None:
    seen: set[str] = set()
    for index, cell in enumerate(notebook.cells):
        if "id" not in cell:
            continue
        if not cell.id or cell.id in seen:
            cell.id = hashlib.sha256(f"{index} {cell.source}".encode()).hexdigest()[:8]
        seen.add(cell.id)


def _nbgrader(cell: NotebookNode) -> dict[str, Any]:
    metadata = cell.metadata.get("nbgrader", {})
    return metadata if isinstance(metadata, dict) else {}


def _grade_id(cell: NotebookNode) -> str | None:
    grade_id = _nbgrader(cell).get("grade_id")
    return grade_id if isinstance(grade_id, str) else None


def _text(cell: NotebookNode) -> tuple[str, str]:
    return cell.cell_type, cell.source.strip()
