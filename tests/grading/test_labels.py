"""A notebook whose tests need more than values is graded in one process, and every report says so."""

from __future__ import annotations

import json
import sys
from contextlib import closing
from pathlib import Path

import nbformat
import pytest
from command_line import rnn_course
from small_course import NAME, RIGHT, cell_of, hand_in, make_course

from rnn_course.grading.course import Course
from rnn_course.grading.results import Label, ResultStore
from rnn_course.grading.single import LABEL

pytestmark = [pytest.mark.slow, pytest.mark.skipif(sys.platform == "win32", reason="no workers on Windows")]
# The test changes a name that the student's function looks up: not so where that stands in another process.
SETUP = "factor = 2"
ANSWER = "def double(x):\n    ### BEGIN SOLUTION\n    return factor * x\n    ### END SOLUTION"
TEST = "factor = 3\nassert double(2) == 6, 'double must look factor up'"


@pytest.fixture(scope="module")
def course(tmp_path_factory: pytest.TempPathFactory) -> Course:
    course = make_course(tmp_path_factory.mktemp("labels"))
    path: Path = course.folder("source", NAME) / f"{NAME}.ipynb"
    notebook = nbformat.read(path, as_version=4)
    for name, source in (("setup", SETUP), ("double", ANSWER), ("double_test", TEST)):
        cell_of(notebook, name).source = source
    nbformat.write(notebook, path)
    return course


def stored(course: Course) -> dict[str, Label]:
    with closing(ResultStore(course.db_url)) as store:
        return store.labels(NAME)


def test_release_says_so_and_grade_too(course: Course) -> None:
    released = rnn_course(course.root, "release")
    assert released.returncode == 0, released.stderr
    assert LABEL in released.stdout
    assert "double_test: the reference solution has 0 of 2 points" in released.stdout
    hand_in(course, "ada", **{**RIGHT, "double": "def double(x):\n    return factor * x"})
    hand_in(course, "bob", **RIGHT)
    graded = rnn_course(course.root, "grade", NAME, "--workers=1")
    assert graded.returncode == 0, graded.stdout + graded.stderr
    assert f"{NAME}: {LABEL}" in graded.stdout
    (label,) = stored(course).values()
    assert (label.mode, list(label.reasons)) == ("single", ["double_test"])
    said = json.loads(rnn_course(course.root, "grade", NAME, "--json").stdout)
    assert said["in_one_process"] == [NAME]
    assert {result["student"]: (result["mode"], result["score"]) for result in said["results"]} == {
        "ada": ("single", 5.0),
        "bob": ("single", 3.0),
    }
