"""Make an assignment's student version out of its source, without touching the course.

nbgrader's GenerateAssignment does the work. It writes to a hidden folder beside the release and to a
gradebook of its own; both are gone afterwards. The result is put in one fixed form, so that equal sources
give equal bytes.
"""

from __future__ import annotations

import hashlib
import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import nbformat
from nbformat import NotebookNode

from rnn_course.grading.converters import run_converter
from rnn_course.grading.course import Course
from rnn_course.grading.errors import GradingError
from rnn_course.grading.gradebook import Cell, registered_cells
from rnn_course.grading.new_gradebook import SQLITE, ensure_gradebook


@dataclass(frozen=True)
class Build:
    """An assignment's student version as its source gives it now.

    Args:
        assignment: its name.
        folder: the student version, notebooks and other files.
        db_url: a gradebook that knows this assignment and nothing else.
        cells: every cell that nbgrader keeps, with its hidden tests.
    """

    assignment: str
    folder: Path
    db_url: str
    cells: dict[tuple[str, str], Cell]

    @property
    def notebooks(self) -> dict[str, NotebookNode]:
        """The student version of every notebook, by name without `.ipynb`."""
        return read_notebooks(self.folder)

    @property
    def version(self) -> str:
        """A digest of everything that a mark depends on: student version, hidden tests and other files."""
        digest = hashlib.sha256()
        for key in sorted(self.cells):
            digest.update(repr((key, self.cells[key])).encode())
        for path in files_in(self.folder):
            digest.update(str(path.relative_to(self.folder)).encode())
            digest.update(path.read_bytes())
        return digest.hexdigest()


@contextmanager
def build_release(course: Course, assignment: str, *, db_url: str | None = None) -> Iterator[Build]:
    """Build the student version; it lives until the `with` ends.

    Args:
        db_url: the gradebook that gets to know the assignment; one of its own if None.

    Raises:
        GradingError: if nbgrader cannot convert the source, with its reason.
    """
    source = course.folder("source", assignment)
    directory = course.directory
    with tempfile.TemporaryDirectory(prefix="rnn-course-") as scratch:
        db_url = db_url or f"{SQLITE}{scratch}/gradebook.db"
        # Beside the release, so that nbgrader's own folder scheme leads there, and hidden from it.
        step = _hidden_sibling(directory.release_directory, Path(scratch).name)
        directory.release_directory = step
        built = Path(directory.format_path(step, ".", assignment))
        try:
            _generate(course, assignment, db_url=db_url, release_directory=step)
            for path in sorted(built.rglob("*.ipynb")):
                write_notebook(path, _fixed_form(nbformat.read(path, as_version=4), source / path.name))
            yield Build(assignment, built, db_url, registered_cells(db_url, assignment))
        finally:
            shutil.rmtree(_step_folder(built, step), ignore_errors=True)


def read_notebooks(folder: Path) -> dict[str, NotebookNode]:
    """Every notebook that lies directly in a folder, by name without `.ipynb`."""
    return {path.stem: nbformat.read(path, as_version=4) for path in sorted(folder.glob("*.ipynb"))}


def write_notebook(path: Path, notebook: NotebookNode) -> None:
    """Write a notebook in the one form: keys sorted, indent 1, UNIX line ends, one of them at the end."""
    text = nbformat.writes(notebook, version=nbformat.NO_CONVERT)
    path.write_text(text.rstrip("\n") + "\n", encoding="utf-8", newline="\n")


def files_in(folder: Path) -> list[Path]:
    """All files under a folder, sorted by their path, without checkpoints and byte code."""
    skipped = {".ipynb_checkpoints", "__pycache__"}
    return sorted(
        path
        for path in folder.rglob("*")
        if path.is_file() and not skipped & set(path.relative_to(folder).parts)
    )


def _generate(course: Course, assignment: str, *, db_url: str, release_directory: str) -> None:
    from nbgrader.converters import GenerateAssignment

    ensure_gradebook(db_url)
    failure = run_converter(
        course,
        GenerateAssignment,
        assignment=assignment,
        db_url=db_url,
        release_directory=release_directory,
    )
    if failure is not None:
        raise GradingError(f"{assignment}: nbgrader could not make the student version: {failure}")


def _fixed_form(notebook: NotebookNode, source: Path) -> NotebookNode:
    # What may differ between two machines that convert the same source: the ids that nbformat invents
    # where the source has none, and the interpreter's version in language_info.
    known = (
        {cell.get("id") for cell in nbformat.read(source, as_version=4).cells} if source.exists() else set()
    )
    for index, cell in enumerate(notebook.cells):
        if "id" in cell and cell["id"] not in known:
            cell["id"] = hashlib.sha256(f"{index} {cell.source}".encode()).hexdigest()[:8]
    notebook.metadata.get("language_info", {}).pop("version", None)
    return notebook


def _hidden_sibling(name: str, unique: str) -> str:
    path = Path(name)
    return str(path.with_name(f".{path.name}-{unique}"))


def _step_folder(built: Path, step: str) -> Path:
    # The folder named after the step, wherever the course's directory structure puts it.
    name = Path(step).name
    return next((folder for folder in built.parents if folder.name == name), built)
