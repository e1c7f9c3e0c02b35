"""Read a file that a student handed in, trusting nothing about it."""

from __future__ import annotations

import json
import os
import stat
from pathlib import Path

import nbformat
from nbformat import NotebookNode

from rnn_course.grading.errors import UnreadableError

MAX_BYTES = 50_000_000


def read_submitted(path: Path) -> NotebookNode:
    """The notebook in a file, in nbformat's version 4.

    Raises:
        UnreadableError: as `read_file` and `parse_submitted` do.
    """
    return parse_submitted(read_file(path), path.name)


def read_file(path: Path) -> bytes:
    """The bytes of a plain file. Links are not followed, and nothing else is waited for.

    Raises:
        UnreadableError: if it is too large, no plain file, or cannot be read.
    """
    try:
        flags = os.O_RDONLY | getattr(os, "O_NOFOLLOW", 0) | getattr(os, "O_NONBLOCK", 0)
        with open(os.open(path, flags | getattr(os, "O_BINARY", 0)), "rb") as file:
            found = os.fstat(file.fileno())
            if not stat.S_ISREG(found.st_mode):
                raise UnreadableError(f"{path.name} is a link or a special file, which is not followed")
            if found.st_size > MAX_BYTES:
                raise UnreadableError(
                    f"{path.name} has {found.st_size / 1e6:.0f} MB, and {MAX_BYTES / 1e6:.0f} MB is the most "
                    "that is read; clear its outputs and hand it in again"
                )
            return file.read(MAX_BYTES)
    except OSError as error:
        raise UnreadableError(f"{path.name} cannot be read: {error.strerror}") from error


def parse_submitted(data: bytes, name: str) -> NotebookNode:
    """The notebook in some bytes, in nbformat's version 4.

    Args:
        name: of the file, for messages.

    Raises:
        UnreadableError: if it is empty, not UTF-8, not JSON, or not a notebook; the message says which, in
            words for the student and the instructor.
    """
    try:
        text = data.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise UnreadableError(f"{name} is not UTF-8 text (byte {error.start})") from error
    if not text.strip():
        raise UnreadableError(f"{name} is empty")
    try:
        raw = json.loads(text)
    except json.JSONDecodeError as error:
        raise UnreadableError(
            f"{name} is not valid JSON (line {error.lineno}, column {error.colno}: {error.msg})"
        ) from error
    except ValueError as error:  # a number of thousands of digits
        raise UnreadableError(f"{name} is not valid JSON ({error})") from error
    except RecursionError as error:
        raise UnreadableError(f"{name} is nested too deeply to be a notebook") from error
    return _as_notebook(raw, name)


def _as_notebook(raw: object, name: str) -> NotebookNode:
    if not isinstance(raw, dict) or not {"cells", "worksheets"} & set(raw):
        raise UnreadableError(f"{name} is JSON, but not a notebook: it has no cells")
    if not isinstance(raw.get("metadata", {}), dict):
        raise UnreadableError(f"{name} is damaged: its metadata is not an object")
    _check_cells(raw.get("cells", []), name)
    try:
        # JSON can hold halves of characters, which no file can.
        text = json.dumps(raw, ensure_ascii=False).encode("utf-8", "replace").decode()
        notebook = nbformat.reads(text, as_version=4)
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
