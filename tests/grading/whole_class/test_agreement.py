"""Every assignment, answered rightly, otherwise and wrongly: the marks of stock nbgrader, cell by cell."""

from __future__ import annotations

import shutil
import sys
from collections.abc import Iterator
from pathlib import Path

import nbformat
import pytest
from command_line import nbgrader, rnn_course
from nbformat import NotebookNode

from rnn_course.checks.assignment import Assignment
from rnn_course.grading.build import build_release
from rnn_course.grading.course import Course, open_course
from rnn_course.grading.gradebook import Mark, marks
from rnn_course.grading.release import replace_folder

sys.path.insert(0, str(Path(__file__).resolve().parents[1] / "split"))

from through_the_grader import as_answer, assignments, right_answers

pytestmark = pytest.mark.slow
REPOSITORY = assignments.ROOT
STUDENTS = ("reference", "mixed")  # the untouched release is tried when it is made
SEED = "20261121"

Graded = tuple[Assignment, Course, Course]


def answers(which: Assignment, student: str) -> dict[str, str]:
    """The answers of one student, by answer cell; `mixed` is right in another style, or has a mistake."""
    found = right_answers(which)
    if student == "reference":
        return found
    for index, task in enumerate(assignments.ordinary(which)):
        others = assignments.VARIANTS[which.name][task.name]
        found[task.answer_id] = as_answer(task, others[index % len(others)])
        if index % 2:
            found[task.answer_id] = task.mistakes[-1].as_answer(task.function)
    return found


def without_what_is_not_graded(path: Path) -> None:
    """Leave out the cells in which the answers are put to use: they take long, and have no marks."""
    notebook = nbformat.read(path, as_version=4)
    notebook.cells = [c for c in notebook.cells if c.cell_type == "markdown" or "nbgrader" in c.metadata]
    nbformat.write(notebook, path)


@pytest.fixture(
    scope="module", params=[pytest.param(which, id=which.name) for which in assignments.ASSIGNMENTS]
)
def graded(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Graded]:
    """(assignment, graded by rnn-course, graded by stock nbgrader), with the same submissions."""
    which: Assignment = request.param
    root = tmp_path_factory.mktemp(which.name) / "ours"
    root.mkdir()
    shutil.copyfile(REPOSITORY / "nbgrader_config.py", root / "nbgrader_config.py")
    shutil.copytree(REPOSITORY / "solutions" / which.folder, root / "solutions" / which.folder)
    without_what_is_not_graded(root / "solutions" / which.folder / which.notebook)
    (root / ".instructor_seed").write_text(f"{SEED}\n")
    ours = open_course(root)
    with build_release(ours, which.folder) as build:
        replace_folder(build.folder, ours.folder("release", which.folder))
    for student in STUDENTS:
        notebook = nbformat.read(ours.folder("release", which.folder) / which.notebook, as_version=4)
        folder = ours.folder("submitted", which.folder, student)
        folder.mkdir(parents=True)
        nbformat.write(filled_in(notebook, answers(which, student)), folder / which.notebook)
    shutil.copytree(root, root.parent / "stock")
    stock = open_course(root.parent / "stock")
    for arguments in (["generate_assignment", which.folder, "--force"], ["autograde", which.folder]):
        done = nbgrader(stock.root, *arguments, seed=SEED)
        assert done.returncode == 0, done.stderr
    done = rnn_course(ours.root, "grade", which.folder)
    assert done.returncode == 0, done.stdout + done.stderr
    yield which, ours, stock
    shutil.rmtree(root.parent)


def filled_in(notebook: NotebookNode, found: dict[str, str]) -> NotebookNode:
    """The notebook with answers in its cells."""
    for cell in notebook.cells:
        name = cell.metadata.get("nbgrader", {}).get("grade_id")
        cell.source = found.get(name, cell.source)
    return notebook


def marks_of(course: Course, which: Assignment, student: str) -> list[Mark]:
    return marks(course.db_url, which.folder, student)


def test_same_marks(graded: Graded) -> None:
    which, ours, stock = graded
    for student in STUDENTS:
        assert marks_of(ours, which, student) == marks_of(stock, which, student), student


def test_right_answers_are_right_and_mistakes_cost_their_own_task(graded: Graded) -> None:
    which, ours, _ = graded
    full = {task.test_id: float(task.points) for task in which.tasks}
    wrong = {task.test_id: 0.0 for task in assignments.ordinary(which)[1::2]}
    expected = {
        "reference": full,
        "mixed": full | wrong,
    }
    for student in STUDENTS:
        found = {m.grade_id: m.score for m in marks_of(ours, which, student) if m.grade_id in full}
        assert found == pytest.approx(expected[student]), student
