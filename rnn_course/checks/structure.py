"""What became of an assignment's own cells in a student's notebook: lost, copied, edited."""

from __future__ import annotations

import hashlib
from collections import Counter
from collections.abc import Iterator

from nbformat import NotebookNode

from rnn_course.checks.assignment import Assignment


def grade_id(cell: NotebookNode) -> str | None:
    """nbgrader's name of a cell; None for the student's own cells."""
    found = cell.metadata.get("nbgrader", {})
    return found.get("grade_id") if isinstance(found, dict) else None


def damage(notebook: NotebookNode, assignment: Assignment) -> Iterator[str]:
    """What is wrong with the cells that the instructor's tests depend on, in words.

    What a cell was like when it was released, nbgrader has noted in it (`checksum`). So this needs no
    other copy of the notebook.
    """
    held = Counter(filter(None, map(grade_id, notebook.cells)))
    expected = [task.answer_id for task in assignment.tasks] + [task.test_id for task in assignment.tasks]
    expected += [question.id for question in assignment.written]
    for name in expected:
        if not held[name]:
            yield f"the cell {name} is missing; copy your answers into a fresh copy of the assignment"
    for name, number in held.items():
        if number > 1:
            yield f"the cell {name} is there {number} times; delete the copies, the first one counts"
    for index, cell in enumerate(notebook.cells):
        if is_edited(cell):
            yield f"{place(index)}, {grade_id(cell)}, was edited; your instructor's version takes its place"
        elif is_of_other_type(cell):
            was = cell.metadata.nbgrader["cell_type"]
            yield f"{place(index)}, {grade_id(cell)}, was a {was} cell and is a {cell.cell_type} cell now"


def is_edited(cell: NotebookNode) -> bool:
    """Whether a locked cell is not as it was released."""
    marks = cell.metadata.get("nbgrader", {})
    if not isinstance(marks, dict) or not marks.get("locked") or "checksum" not in marks:
        return False
    return bool(marks["checksum"] != checksum(cell))


def is_of_other_type(cell: NotebookNode) -> bool:
    """Whether a cell of the assignment was turned from code into text, or the other way."""
    marks = cell.metadata.get("nbgrader", {})
    return isinstance(marks, dict) and marks.get("cell_type", cell.cell_type) != cell.cell_type


def checksum(cell: NotebookNode) -> str:
    """The digest that nbgrader puts into a cell when it releases it."""
    marks = cell.metadata.nbgrader
    parts = [cell.source, cell.cell_type]
    parts += [str(bool(marks.get(key, False))) for key in ("grade", "solution", "locked")]
    parts.append(str(marks["grade_id"]))
    if marks.get("grade"):
        parts.append(str(float(marks["points"])))
    return hashlib.md5("".join(parts).encode(), usedforsecurity=False).hexdigest()


def place(index: int) -> str:
    """How a student finds a cell: the notebook's cells counted from the top."""
    return f"cell {index + 1}"
