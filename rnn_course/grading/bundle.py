"""Gather what a worker needs of an assignment: notebooks, hidden tests, files, limits and settings."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from functools import cache
from hashlib import sha256
from pathlib import Path
from typing import Any

import nbformat
from nbformat import NotebookNode

import rnn_course
from rnn_course.grading.build import Build, files_in
from rnn_course.grading.course import Course
from rnn_course.grading.errors import GradingError
from rnn_course.grading.intake import is_ignored
from rnn_course.grading.job import Bundle, BundleNotebook, Mode
from rnn_course.grading.plan import Limits, grade_id, is_solution
from rnn_course.grading.sandbox import SandboxError, Tier, strongest

CHECKS = "rnn_course.checks"
# The parts of this package that hold the answers to its own assignments.
ANSWERS = tuple(
    f"rnn_course.{part}"
    for part in ("cells", "checks", "gradients", "layers", "models", "torch_cells", "torch_models")
)
SLOW_TO_LOAD = ("torch", "torch.optim", "matplotlib", "pandas", "scipy", "sklearn")
IMPORT = re.compile(r"^\s*(?:from|import)\s+([\w.]+)", re.MULTILINE)


def make_bundle(
    course: Course,
    build: Build,
    *,
    seed: str,
    limits: Limits,
    tier: Tier,
    modes: Mapping[str, Mode] | None = None,
) -> Bundle:
    """Everything that the marks of an assignment depend on besides the submissions.

    Args:
        build: the assignment as its source gives it.
        seed: the instructor's seed for hidden tests.
        modes: how each notebook is run, by name; `split` where nothing is said.
    """
    from nbgrader.converters import Autograde
    from nbgrader.preprocessors import LimitOutput

    notebooks = build.notebooks
    kept = Autograde(coursedir=course.directory, parent=course.app).exclude_overwriting
    output = LimitOutput(parent=course.app)
    return Bundle(
        build.assignment,
        build.version,
        tuple(
            BundleNotebook(
                name,
                nbformat.writes(notebooks[name], version=nbformat.NO_CONVERT),
                tests_of(build, name),
                (modes or {}).get(name, "split"),
            )
            for name in sorted(notebooks)
        ),
        files=instructor_files(course, build.assignment),
        seed=seed,
        hidden_modules=hidden_modules(course, build),
        preload=preload(build),
        limits=limits,
        tier=tier.name,
        grader=grader_version(),
        kept_files=tuple(kept.get(build.assignment, ())),
        max_lines=output.max_lines,
        max_traceback=output.max_traceback,
    )


def tests_of(build: Build, notebook: str) -> dict[str, str]:
    """The source of every cell of a notebook that a student cannot change, with hidden tests, by grade_id."""
    return {
        name: cell.source
        for (where, name), cell in build.cells.items()
        if where == notebook and cell.locked and not cell.solution
    }


def instructor_files(course: Course, assignment: str) -> dict[str, bytes]:
    """The files that lie beside an assignment's source and are given out, by path."""
    folder, ignore = course.folder("source", assignment), course.ignored
    named = {str(path.relative_to(folder)): path for path in files_in(folder)}
    return {
        name: path.read_bytes()
        for name, path in named.items()
        if not name.endswith(".ipynb") and not is_ignored(name, ignore)
    }


def cell_limits(course: Course, limits: Limits) -> Limits:
    """The limits with the course's own for one cell, `c.Execute.timeout`; none or -1 there means no other."""
    from nbgrader.preprocessors import Execute

    timeout = Execute(parent=course.app).timeout
    seconds = timeout if timeout and timeout > 0 else limits.seconds
    return Limits(**{**vars(limits), "cell_seconds": float(min(seconds, limits.seconds))})


def hidden_modules(course: Course, build: Build) -> tuple[str, ...]:
    """What the students' code may not import.

    The course's own choice is `c.RnnCourse.hidden_modules`, a list, in nbgrader_config.py. Without one it is
    the answers in this package, for an assignment whose tests call rnn_course.checks; save those that the
    instructor's own cells import for the student.
    """
    own = course.app.config.get("RnnCourse", {}).get("hidden_modules", None)
    if own is not None:
        return tuple(sorted(str(name) for name in own))
    tests = [cell.source for cell in build.cells.values() if cell.is_automatic]
    if not any(name == CHECKS or name.startswith(f"{CHECKS}.") for name in imported(tests)):
        return ()
    given = imported(_given_cells(build))
    return tuple(name for name in ANSWERS if not any(f"{other}.".startswith(f"{name}.") for other in given))


def preload(build: Build) -> tuple[str, ...]:
    """What is worth loading before a submission comes: numpy, and whatever slow the assignment uses."""
    cells = [cell.source for notebook in build.notebooks.values() for cell in notebook.cells]
    cells += [cell.source for cell in build.cells.values()]
    found = {name.partition(".")[0] for name in imported(cells)}
    if "torch" in found and any("optim" in source for source in cells):
        found.add("torch.optim")
    return ("numpy", *(name for name in SLOW_TO_LOAD if name in found))


def imported(sources: Iterable[str]) -> set[str]:
    """The modules that some code imports, as far as single lines tell."""
    return {name for source in sources for name in IMPORT.findall(source)}


def _given_cells(build: Build) -> list[str]:
    def is_given(name: str, cell: NotebookNode) -> bool:
        known = build.cells.get((name, grade_id(cell) or ""))
        return cell.cell_type == "code" and not is_solution(cell) and not (known and known.is_automatic)

    return [
        cell.source
        for name, notebook in build.notebooks.items()
        for cell in notebook.cells
        if is_given(name, cell)
    ]


def best_tier() -> Tier:
    """The strongest tier of confinement that this machine has.

    Raises:
        GradingError: if it has none.
    """
    try:
        return strongest()
    except SandboxError as error:
        raise GradingError(
            f"nothing here confines what students hand in ({error}); --unsafe grades all the same"
        ) from error


def unsupported_settings(course: Course) -> list[str]:
    """Settings of the course that `nbgrader autograde` heeds and this grader does not, a sentence each."""
    settings: Any = course.app.config.get("Autograde", {})
    names = ("sanitize_preprocessors", "autograde_preprocessors", "pre_convert_hook", "post_convert_hook")
    return [f"c.Autograde.{name} is not heeded here" for name in names if settings.get(name)]


@cache
def grader_version() -> str:
    """A digest of this package's own code: a mended check or grader grades again what the old one graded."""
    root = Path(rnn_course.__file__).parent
    digest = sha256()
    for path in files_in(root):
        if path.suffix == ".py":
            digest.update(str(path.relative_to(root)).encode() + b"\0" + path.read_bytes())
    return digest.hexdigest()
