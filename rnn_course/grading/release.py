"""Release an assignment: make the student version, and refuse to where it would mark honest work wrongly.

The reference solution must have every automatic point, and the untouched student version none.
"""

from __future__ import annotations

import difflib
import shutil
import tempfile
from collections.abc import Callable
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path

from nbformat import NotebookNode

from rnn_course.grading.build import build_release, files_in, read_notebooks
from rnn_course.grading.bundle import best_tier, cell_limits, make_bundle
from rnn_course.grading.course import Course
from rnn_course.grading.errors import ReleaseError
from rnn_course.grading.labels import find_labels, labelled
from rnn_course.grading.plan import Limits
from rnn_course.grading.results import Label, ResultStore
from rnn_course.grading.sandbox import Tier
from rnn_course.grading.seed import draw_seed, find_seed
from rnn_course.grading.servers import closing_servers
from rnn_course.grading.trial import Trial, try_out, wrong_with

Progress = Callable[[str], None]


@dataclass(frozen=True)
class Release:
    """What `release` did.

    Args:
        folder: the student version.
        points: points that tests decide.
        manual_points: points that a person decides.
        changed: whether the student version differs from the one before.
        labels: how each notebook will be graded.
    """

    assignment: str
    folder: Path
    points: float
    manual_points: float
    changed: bool
    labels: list[Label]


def release(
    course: Course, assignment: str, progress: Progress = lambda step: None, tier: Tier | None = None
) -> Release:
    """Make the student version out of the source, after trying it with the solution and untouched.

    The old student version stays as it is unless everything is in order. A gradebook is written to only
    where the course has one.

    Args:
        progress: called with what is being done, in words.
        tier: how strongly the trials are confined; as strongly as this machine can if None.

    Raises:
        ReleaseError: with every reason against this release.
        GradingError: if nbgrader cannot convert the source.
    """
    progress("making the student version")
    with build_release(course, assignment) as build, closing_servers():
        if not build.notebooks:
            raise ReleaseError(f"{course.folder('source', assignment)} holds no notebook")
        seed = find_seed(course.root) or draw_seed()
        limits = cell_limits(course, Limits())
        bundle = make_bundle(course, build, seed=seed, limits=limits, tier=tier or best_tier())
        progress(f"trying it with {Trial.REFERENCE.value}")
        labels, reasons = find_labels(course, build, bundle)
        progress(f"trying it with {Trial.UNTOUCHED.value}")
        outcome = try_out(labelled(bundle, labels), Trial.UNTOUCHED.job(course, build))
        reasons += wrong_with(Trial.UNTOUCHED, build, outcome)
        if reasons:
            if find_seed(course.root) is None:
                reasons.append(
                    f"hidden tests drew from the seed {seed} (to see it again: RNN_COURSE_SEED={seed})"
                )
            listed = "".join(f"\n  - {reason}" for reason in reasons)
            raise ReleaseError(f"{assignment} is not released:{listed}")
        if course.has_gradebook():
            progress("writing the gradebook")
            with build_release(course, assignment, db_url=course.db_url):
                pass
            with closing(ResultStore(course.db_url)) as store:
                store.save_labels(assignment, labels)
        folder = course.folder("release", assignment)
        changed = bool(differences(build.folder, folder))
        if changed:
            replace_folder(build.folder, folder)
        automatic = sum(cell.points or 0 for cell in build.cells.values() if cell.is_automatic)
        everything = sum(cell.points or 0 for cell in build.cells.values())
    return Release(assignment, folder, automatic, everything - automatic, changed, labels)


def check_drift(course: Course, assignment: str) -> list[str]:
    """How the student version differs from what its source gives now, a line each; empty if it does not.

    The comparison is by bytes, since equal sources give equal bytes.
    """
    with build_release(course, assignment) as build:
        return differences(build.folder, course.folder("release", assignment))


def differences(built: Path, released: Path) -> list[str]:
    """How two folders of one assignment differ, a line each: files, then the cells within a notebook."""
    if not released.is_dir():
        return [f"{released} does not exist"]
    new = {str(path.relative_to(built)): path for path in files_in(built)}
    old = {str(path.relative_to(released)): path for path in files_in(released)}
    lines = [f"{name} is missing from the release" for name in sorted(new.keys() - old.keys())]
    lines += [f"{name} is in the release, but not in the source" for name in sorted(old.keys() - new.keys())]
    for name in sorted(new.keys() & old.keys()):
        if new[name].read_bytes() == old[name].read_bytes():
            continue
        lines.append(f"{name} differs")
        if name.endswith(".ipynb"):
            lines += [f"  {line}" for line in _cell_differences(new[name], old[name])]
    return lines


def _cell_differences(new: Path, old: Path) -> list[str]:
    try:
        before = read_notebooks(old.parent)[old.stem]
    except Exception as error:  # whatever somebody has made of the file
        return [f"the released notebook cannot be read: {type(error).__name__}"]
    after = read_notebooks(new.parent)[new.stem]
    cells_before = {_name(cell, index): cell for index, cell in enumerate(before.cells)}
    cells_after = {_name(cell, index): cell for index, cell in enumerate(after.cells)}
    lines = []
    for name in [*cells_after, *(name for name in cells_before if name not in cells_after)]:
        if name not in cells_before:
            lines.append(f"cell {name}: only in the source")
        elif name not in cells_after:
            lines.append(f"cell {name}: only in the release")
        elif cells_before[name] != cells_after[name]:
            lines.append(f"cell {name}: {_changed_lines(cells_before[name], cells_after[name])}")
    return lines or ["its metadata or the order of its cells"]


def _changed_lines(before: NotebookNode, after: NotebookNode) -> str:
    changed = [
        line
        for line in difflib.ndiff(before.source.splitlines(), after.source.splitlines())
        if line[:1] in "+-" and line[2:].strip()
    ]
    if not changed:
        return "its metadata"
    more = f" (and {len(changed) - 3} lines more)" if len(changed) > 3 else ""
    return " | ".join(line.strip() for line in changed[:3]) + more


def _name(cell: NotebookNode, index: int) -> str:
    return cell.metadata.get("nbgrader", {}).get("grade_id") or cell.get("id") or f"number {index + 1}"


def replace_folder(new: Path, target: Path) -> None:
    """Put a copy of `new` in the place of `target`; where that fails, `target` is as before."""
    target.parent.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(dir=target.parent, prefix=f".{target.name}-") as aside:
        fresh = Path(aside, "new")
        shutil.copytree(new, fresh, ignore=shutil.ignore_patterns(".ipynb_checkpoints", "__pycache__"))
        if target.exists():
            target.rename(Path(aside, "old"))
        try:
            fresh.rename(target)
        except BaseException:
            if Path(aside, "old").exists():
                Path(aside, "old").rename(target)
            raise
