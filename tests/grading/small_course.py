"""A course of one short assignment, so that grading can be tested without a corpus or a long wait."""

from __future__ import annotations

import shutil
from pathlib import Path

import nbformat
from nbformat import NotebookNode
from nbformat.v4 import new_code_cell, new_markdown_cell, new_notebook

from rnn_course.grading.build import build_release
from rnn_course.grading.course import Course, open_course
from rnn_course.grading.release import replace_folder

NAME = "warm_up"
RIGHT = {
    "double": "def double(x):\n    return 2 * x",
    "greet": 'def greet(name):\n    return f"Hello, {name}!"',
    "opinion": "A machine that reads one word at a time.",
}
POINTS = {"double_test": 2.0, "greet_test": 3.0}  # by tests; `opinion` has 5 by hand

CONFIG = """
c = get_config()
c.CourseDirectory.course_id = "small"
c.CourseDirectory.source_directory = "solutions"
c.CourseDirectory.release_directory = "assignments"
c.Execute.timeout = 6
"""

GREET_TEST = """assert greet("Ada") == "Hello, Ada!", "greet must say Hello, then the name"
### BEGIN HIDDEN TESTS
secret_names = ["Grace", "Barbara"]
for secret_name in secret_names:
    assert greet(secret_name) == "Hello, " + secret_name + "!", "another name is not greeted"
### END HIDDEN TESTS"""

DOUBLE_TEST = """assert double(2) == 4
### BEGIN HIDDEN TESTS
assert double(-1.5) == -3
### END HIDDEN TESTS"""


def make_course(root: Path) -> Course:
    """Write the course into a folder and open it."""
    folder = root / "solutions" / NAME
    folder.mkdir(parents=True)
    (root / "nbgrader_config.py").write_text(CONFIG)
    nbformat.write(source_notebook(), folder / f"{NAME}.ipynb")
    return open_course(root)


def source_notebook() -> NotebookNode:
    """The instructor's notebook."""
    solution = "### BEGIN SOLUTION\n    {}\n    ### END SOLUTION"
    return new_notebook(
        cells=[
            new_markdown_cell("# Warm-up", id="title"),
            graded("setup", "import math", locked=True),
            graded("double", f"def double(x):\n    {solution.format('return 2 * x')}", solution=True),
            graded("double_test", DOUBLE_TEST, grade=True, locked=True, points=2),
            new_code_cell("limit = 10", id="plain"),
            graded(
                "greet", "def greet(name):\n    " + solution.format('return f"Hello, {name}!"'), solution=True
            ),
            graded("greet_test", GREET_TEST, grade=True, locked=True, points=3),
            graded("opinion", "Something.", cell_type="markdown", grade=True, solution=True, points=5),
        ],
        metadata={"kernelspec": {"name": "python3", "display_name": "Python 3", "language": "python"}},
    )


def graded(
    grade_id: str,
    source: str,
    *,
    cell_type: str = "code",
    grade: bool = False,
    solution: bool = False,
    locked: bool = False,
    points: float | None = None,
) -> NotebookNode:
    """A cell with nbgrader's metadata."""
    new_cell = new_code_cell if cell_type == "code" else new_markdown_cell
    cell = new_cell(source, id=grade_id.replace("_", "-"))
    cell.metadata["nbgrader"] = {
        "grade_id": grade_id,
        "grade": grade,
        "solution": solution,
        "locked": locked,
        "task": False,
        "schema_version": 3,
    }
    if points is not None:
        cell.metadata["nbgrader"]["points"] = points
    return cell


def cell_of(notebook: NotebookNode, grade_id: str) -> NotebookNode:
    """The first cell with a grade_id."""
    return next(c for c in notebook.cells if c.metadata.get("nbgrader", {}).get("grade_id") == grade_id)


def give_out(course: Course) -> None:
    """Put the student version where it belongs, without the trial that `release` begins with."""
    with build_release(course, NAME) as build:
        replace_folder(build.folder, course.folder("release", NAME))


def released(course: Course) -> NotebookNode:
    """The student version."""
    return nbformat.read(course.folder("release", NAME) / f"{NAME}.ipynb", as_version=4)


def hand_in(course: Course, student: str, **answers: str) -> NotebookNode:
    """Hand in the released notebook with the given answers; returns it, as it was written."""
    notebook = released(course)
    for grade_id, source in answers.items():
        cell_of(notebook, grade_id).source = source
    write(course, student, notebook)
    return notebook


def write(course: Course, student: str, notebook: NotebookNode) -> Path:
    """Write a notebook into a student's folder, in place of what is there."""
    folder = course.folder("submitted", NAME, student)
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir(parents=True)
    path = folder / f"{NAME}.ipynb"
    nbformat.write(notebook, path)
    return path
