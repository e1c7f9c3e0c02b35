"""Right answers to a1 in many styles, and mistakes among them: the marks of stock nbgrader, cell by cell."""

from __future__ import annotations

import shutil
import sys
from pathlib import Path

import nbformat
import pytest
from command_line import nbgrader, rnn_course
from nbformat import NotebookNode

from rnn_course.checks.assignment import assignment
from rnn_course.grading.build import build_release
from rnn_course.grading.course import Course, open_course
from rnn_course.grading.gradebook import Mark, marks
from rnn_course.grading.release import replace_folder

pytestmark = pytest.mark.slow
REPOSITORY = Path(__file__).resolve().parents[3]
VARIANTS_FILE = REPOSITORY / "tests" / "checks" / "a1" / "a1_variants.py"
A1 = assignment("a1")
STUDENTS = ("first", "second", "third", "mixed")


def variants() -> dict[str, tuple[str, ...]]:
    """The names of the functions in a1_variants.py, by task."""
    sys.path.insert(0, str(VARIANTS_FILE.parent))
    try:
        import a1_variants
    finally:
        sys.path.remove(str(VARIANTS_FILE.parent))
    return {task: tuple(each.__name__ for each in found) for task, found in a1_variants.VARIANTS.items()}


def answers(number: int) -> dict[str, str]:
    """The answers of one student, by answer cell; every second one of the last student's has a mistake."""
    text = VARIANTS_FILE.read_text(encoding="utf-8").partition("VARIANTS = {")[0]
    text = text.replace("### ", "# ")
    found = {}
    for index, task in enumerate(A1.tasks):
        names = variants()[task.name]
        found[task.answer_id] = f"{text}\n{task.function} = {names[number % len(names)]}"
        if STUDENTS[number] == "mixed" and index % 2:
            found[task.answer_id] = task.mistakes[-1].as_answer(task.function)
    return found


@pytest.fixture(scope="module")
def courses(tmp_path_factory: pytest.TempPathFactory) -> tuple[Course, Course]:
    """(graded by rnn-course, graded by stock nbgrader), with the same submissions."""
    root = tmp_path_factory.mktemp("variants") / "ours"
    root.mkdir()
    shutil.copyfile(REPOSITORY / "nbgrader_config.py", root / "nbgrader_config.py")
    shutil.copytree(REPOSITORY / "solutions" / A1.folder, root / "solutions" / A1.folder)
    (root / ".instructor_seed").write_text("20261121\n")
    ours = open_course(root)
    with build_release(ours, A1.folder) as build:
        replace_folder(build.folder, ours.folder("release", A1.folder))
    for number, student in enumerate(STUDENTS):
        notebook = nbformat.read(ours.folder("release", A1.folder) / A1.notebook, as_version=4)
        folder = ours.folder("submitted", A1.folder, student)
        folder.mkdir(parents=True)
        nbformat.write(filled_in(notebook, answers(number)), folder / A1.notebook)
    shutil.copytree(root, root.parent / "stock")
    stock = open_course(root.parent / "stock")
    for arguments in (["generate_assignment", A1.folder, "--force"], ["autograde", A1.folder]):
        done = nbgrader(stock.root, *arguments, seed="20261121")
        assert done.returncode == 0, done.stderr
    done = rnn_course(ours.root, "grade", A1.folder)
    assert done.returncode == 0, done.stdout + done.stderr
    return ours, stock


def filled_in(notebook: NotebookNode, found: dict[str, str]) -> NotebookNode:
    """The notebook with answers in its cells."""
    for cell in notebook.cells:
        name = cell.metadata.get("nbgrader", {}).get("grade_id")
        if name in found:
            cell.source = found[name]
    return notebook


def marks_of(course: Course, student: str) -> list[Mark]:
    return marks(course.db_url, A1.folder, student)


@pytest.mark.parametrize("student", STUDENTS)
def test_same_marks(student: str, courses: tuple[Course, Course]) -> None:
    ours, stock = courses
    assert marks_of(ours, student) == marks_of(stock, student)


def test_right_answers_are_right_and_mistakes_cost_their_own_task(courses: tuple[Course, Course]) -> None:
    ours, _ = courses
    full = {task.test_id: float(task.points) for task in A1.tasks}
    mixed = {task.test_id: 0.0 if index % 2 else float(task.points) for index, task in enumerate(A1.tasks)}
    for student in STUDENTS:
        found = {mark.grade_id: mark.score for mark in marks_of(ours, student) if mark.grade_id in full}
        assert found == (mixed if student == "mixed" else full)
