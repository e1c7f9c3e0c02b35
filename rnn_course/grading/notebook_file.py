"""Read a file that a student handed in, trusting nothing about it."""

from __future__ import annotations

import json
from pathlib import Path

import nbformat
from nbformat import NotebookNode

from rnn_course.grading.errors import UnreadableError

MAX_BYTES = 50_000_000


def read_submitted(path: Path) -> NotebookNode:
    """The notebook in a file, in nbformat's version 4.

    Raises:
        UnreadableError: if it is empty, too large, not UTF-8, not JSON, or not a notebook; the message says
            which, in words for the student and the instructor.
    """
    try:
        size = path.stat().st_size
        if size > MAX_BYTES:
            raise UnreadableError(
                f"{path.name} has {size / 1e6:.0f} MB, and {MAX_BYTES / 1e6:.0f} MB is the most that is "
                "read; clear its outputs and hand it in again"
            )
        text = path.read_bytes().decode("utf-8")
    except OSError as error:
        raise UnreadableError(f"{path.name} cannot be read: {error.strerror}") from error
    except UnicodeDecodeError as error:
        raise UnreadableError(f"{path.name} is not UTF-8 text (byte {error.start})") from error
    if not text.strip():
        raise UnreadableError(f"{path.name} is empty")
    try:
        raw = json.loads(text)
    except json.JSONDecodeError as error:
        raise UnreadableError(
            f"{path.name} is not valid JSON (line {error.lineno}, column {error.colno}: {error.msg})"
        ) from error
    except RecursionError as error:
        raise UnreadableError(f"{path.name} is nested too deeply to be a notebook") from error
    return _as_notebook(raw, path.name)


def _as_notebook(raw: object, name: str) -> NotebookNode:
    if not isinstance(raw, dict) or not {"cells", "worksheets"} & set(raw):
        raise UnreadableError(f"{name} is JSON, but not a notebook: it has no cells")
    if not isinstance(raw.get("metadata", {}), dict):
        raise UnreadableError(f"{name} is damaged: its metadata is not an object")
    _check_cells(raw.get("cells", []), name)
    try:
        notebook = nbformat.reads(json.dumps(raw), as_version=4)
        _check_cells(notebook.cells, name)
    except UnreadableError:
        raise
    except Exception as error:  # nbformat raises whatever its upgraders meet
        raise UnreadableError(f"{name} is not a notebook that nbformat can read: {error}") from error
    return notebook


def _check_cells(cells: object, name: str) -> None:
    if not isinstance(cells, list):
        raise UnreadableError(f"{name} is damaged: its cells are not a list")
    for number, cell in enumerate(cells, start=1):
        parts = cell if isinstance(cell, dict) else {}
        source = parts.get("source")
        lines = source if isinstance(source, list) else [source]
        if not (
            isinstance(parts.get("cell_type"), str)
            and isinstance(parts.get("metadata"), dict)
            and all(isinstance(line, str) for line in lines)
        ):
            raise UnreadableError(f"{name} is damaged: cell {number} lacks its cell_type, source or metadata")
