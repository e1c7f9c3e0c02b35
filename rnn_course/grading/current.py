"""Grading needs what the students were given: release, gradebook and source must agree."""

from __future__ import annotations

from nbformat import NotebookNode

from rnn_course.grading.build import Build, build_release, read_notebooks
from rnn_course.grading.course import Course
from rnn_course.grading.errors import GradingError
from rnn_course.grading.gradebook import registered_cells


def require_current_release(course: Course, build: Build) -> None:
    """Refuse where the student version is not what the source gives now.

    Raises:
        GradingError: saying which cells differ.
    """
    # Compared by what nbgrader keeps of a cell, not by bytes: a release made by the stock
    # `nbgrader generate_assignment` is as good.
    name = build.assignment
    folder = course.folder("release", name)
    if not folder.is_dir():
        raise GradingError(f"{name} has not been released: run `rnn-course release {name}` first")
    now, then = build.notebooks, read_notebooks(folder)
    changed = sorted(now.keys() ^ then.keys())
    for notebook in sorted(now.keys() & then.keys()):
        cells_now, cells_then = _kept_cells(now[notebook]), _kept_cells(then[notebook])
        keys = sorted(cells_now.keys() | cells_then.keys())
        changed += [f"{notebook}/{key}" for key in keys if cells_now.get(key) != cells_then.get(key)]
    if changed:
        raise GradingError(
            f"{folder} is not what its source gives now (different: {', '.join(changed)}); "
            f"run `rnn-course release {name}` first, so that all are graded on what they were given"
        )


def _kept_cells(notebook: NotebookNode) -> dict[str, tuple[object, ...]]:
    kept = {}
    for cell in notebook.cells:
        nbgrader = cell.metadata.get("nbgrader", {})
        if nbgrader.get("grade_id"):
            traits = (nbgrader.get(key) for key in ("grade", "solution", "locked", "points"))
            kept[nbgrader["grade_id"]] = (cell.source, cell.cell_type, *traits)
    return kept


def require_registered(course: Course, build: Build) -> None:
    """Refuse where the gradebook holds other tests; a gradebook that knows none yet is told.

    Raises:
        GradingError: saying which cells differ.
    """
    name = build.assignment
    known = registered_cells(course.db_url, name)
    if not known:  # a fresh clone: the release is there, the gradebook is not
        with build_release(course, name, db_url=course.db_url):
            return
    changed = sorted(
        key for key in known.keys() | build.cells.keys() if known.get(key) != build.cells.get(key)
    )
    if changed:
        listed = ", ".join("/".join(key) for key in changed)
        raise GradingError(
            f"the gradebook holds other tests for {name} than its source (different: {listed}); "
            f"run `rnn-course release {name}`, which tries them first"
        )
