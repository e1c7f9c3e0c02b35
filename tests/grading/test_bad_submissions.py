"""Nothing that a broken notebook does stops the others, and each one ends with a mark or a reason.

Submissions that mean harm are in tests/grading/attacks.
"""

from __future__ import annotations

import copy
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path

import psutil
import pytest
from nbformat import NotebookNode
from nbformat.v4 import new_code_cell
from small_course import NAME, POINTS, RIGHT, cell_of, give_out, hand_in, make_course, released, write

from rnn_course.grading import writer
from rnn_course.grading.class_run import prepare
from rnn_course.grading.course import Course
from rnn_course.grading.feedback import write_feedback
from rnn_course.grading.gradebook import marks
from rnn_course.grading.plan import Limits
from rnn_course.grading.results import Result, ResultStore, Status

pytestmark = pytest.mark.slow

# Where the tests run in the background of a shell, their children inherit that Ctrl-C is ignored.
INTERRUPTIBLE = (
    "import signal; signal.signal(signal.SIGINT, signal.default_int_handler); "
    "from rnn_course.cli import main; raise SystemExit(main())"
)
DEAF = """def double(x):
    import signal
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    while True:
        pass"""

# answers (over the right ones) -> status, points for double_test, points for greet_test, part of the reason
ANSWERS: dict[str, tuple[dict[str, str], Status, float, float, str]] = {
    "perfect": ({}, Status.GRADED, 2, 3, ""),
    "syntax": ({"double": "def double(x) return 2"}, Status.GRADED, 0, 3, ""),
    "raises": ({"double": "raise ValueError('at once')"}, Status.GRADED, 0, 3, ""),
    "warns": ({"double": "import warnings\ndef double(x):\n    warnings.warn('oh')\n    return 2 * x"},
              Status.GRADED, 2, 3, ""),
    "loops": ({"double": "def double(x):\n    while True:\n        pass"}, Status.STUDENT_ERROR, 0, 3,
              "cell double_test: ran past the 6 s"),
    "deaf": ({"double": DEAF}, Status.STUDENT_ERROR, 0, 3, "cell double_test: ran past the 6 s"),
    "exits": ({"double": "import os\nos._exit(0)"}, Status.STUDENT_ERROR, 0, 3,
              "cell double: ended the process that ran it"),
    "quits": ({"double": "exit()"}, Status.GRADED, 0, 3, ""),
    "exits_later": ({"greet": "def greet(name):\n    import os\n    os._exit(3)"}, Status.STUDENT_ERROR, 2, 0,
                    "cell greet_test: ended the process that ran it"),
    "crashes": ({"double": "import ctypes\nctypes.string_at(0)"}, Status.STUDENT_ERROR, 0, 3,
                "cell double: ended the process that ran it"),
    "kills_parent": ({"double": "import os, signal, time\nos.kill(os.getppid(), 9)\ntime.sleep(9)"},
                     Status.STUDENT_ERROR, 0, 3, "cell double: ran past the 6 s"),
    "floods": ({"double": f"print('x' * 5_000_000)\n{RIGHT['double']}"}, Status.GRADED, 2, 3, ""),
    "daemon": ({"double": f"import subprocess\nsubprocess.Popen(['sleep', '4321'])\n{RIGHT['double']}"},
               Status.GRADED, 2, 3, ""),
}  # fmt: skip


def duplicated(notebook: NotebookNode) -> None:
    twin = copy.deepcopy(cell_of(notebook, "double"))
    twin.id, twin.source = "twin", "def double(x):\n    return 0"
    notebook.cells.append(twin)


def without_tests(notebook: NotebookNode) -> None:
    notebook.cells = [cell for cell in notebook.cells if "test" not in cell.id]


def skipped(notebook: NotebookNode) -> None:
    for cell in notebook.cells:
        cell.metadata["tags"] = ["skip-execution"]
        if "test" in cell.id:
            cell.source = "pass"
        if cell.id == "double":
            cell.source = "double = None"


def own_cells(notebook: NotebookNode) -> None:
    notebook.cells.insert(3, new_code_cell("assert double(8) == 16"))
    notebook.cells.append(new_code_cell("1 / 0"))


EDITS: dict[str, tuple[Callable[[NotebookNode], None], float, float]] = {
    "duplicated": (duplicated, 2, 3),
    "without_tests": (without_tests, 2, 3),
    "skipped": (skipped, 0, 3),
    "own_cells": (own_cells, 2, 3),
}


@pytest.fixture(scope="module")
def course(tmp_path_factory: pytest.TempPathFactory) -> Course:
    course = make_course(tmp_path_factory.mktemp("bad"))
    give_out(course)
    for student, (answers, *_) in ANSWERS.items():
        hand_in(course, student, **{**RIGHT, **answers})
    for student, (edit, *_) in EDITS.items():
        notebook = hand_in(course, student, **RIGHT)
        edit(notebook)
        write(course, student, notebook)
    write(course, "empty", released(course)).write_text("")
    write(course, "renamed", released(course)).rename(
        course.folder("submitted", NAME, "renamed") / f"{NAME} (1).ipynb"
    )
    stamped = hand_in(course, "stamped", **RIGHT)
    write(course, "stamped", stamped).with_name("timestamp.txt").write_text("the day before yesterday")
    return course


@pytest.fixture(scope="module")
def results(course: Course) -> dict[str, Result]:
    with prepare(course, NAME, limits=Limits(seconds=60)) as run:
        return {result.student: result for result in run.results()}


def points(course: Course, student: str) -> dict[str, float]:
    return {mark.grade_id: mark.score for mark in marks(course.db_url, NAME, student)}


def test_everybody_has_a_result(course: Course, results: dict[str, Result]) -> None:
    assert set(results) == {*ANSWERS, *EDITS, "empty", "renamed", "stamped"}
    assert not [result for result in results.values() if result.status is Status.INFRASTRUCTURE]


@pytest.mark.parametrize("student", ANSWERS)
def test_answers(student: str, course: Course, results: dict[str, Result]) -> None:
    _, status, double, greet, reason = ANSWERS[student]
    result = results[student]
    assert (result.status, reason in result.reason) == (status, True), result.reason
    assert bool(result.reason) == bool(reason)
    assert points(course, student) == {"double_test": double, "greet_test": greet, "opinion": 0}


@pytest.mark.parametrize("student", EDITS)
def test_edits(student: str, course: Course, results: dict[str, Result]) -> None:
    _, double, greet = EDITS[student]
    assert results[student].status is Status.GRADED
    assert points(course, student) == {"double_test": double, "greet_test": greet, "opinion": 0}


@pytest.mark.parametrize("student", ["empty", "renamed"])
def test_unreadable(student: str, course: Course, results: dict[str, Result]) -> None:
    assert results[student].status is Status.UNREADABLE
    assert set(points(course, student).values()) == {0}


def test_a_damaged_timestamp_costs_nothing(course: Course, results: dict[str, Result]) -> None:
    assert results["stamped"].status is Status.GRADED
    assert points(course, "stamped") == {**POINTS, "opinion": 0}


def test_every_one_has_a_page_with_the_reason(course: Course, results: dict[str, Result]) -> None:
    assert set(dict(write_feedback(course, NAME)).values()) == {""}
    for student, result in results.items():
        page = (course.folder("feedback", NAME, student) / f"{NAME}.html").read_text(encoding="utf-8")
        if result.status is not Status.GRADED:
            assert result.reason.partition(":")[0] in page
    page = (course.folder("feedback", NAME, "loops") / f"{NAME}.html").read_text(encoding="utf-8")
    assert "ran past the 6 s that a cell may take" in page


def test_nothing_is_left_running(course: Course, results: dict[str, Result]) -> None:
    left = [
        process
        for process in psutil.process_iter(["cmdline"])
        if process.info["cmdline"] == ["sleep", "4321"]
    ]
    assert left == []


def test_the_limit_for_a_whole_notebook_keeps_what_was_done(tmp_path: Path) -> None:
    course = make_course(tmp_path)
    give_out(course)
    slow = "import time\ntime.sleep(60)\ndef greet(name):\n    pass"
    hand_in(course, "ada", **{**RIGHT, "greet": slow})
    with prepare(course, NAME, limits=Limits(seconds=15)) as run:
        (result,) = run.results()
    assert (result.status, result.score) == (Status.STUDENT_ERROR, 2.0)
    assert "cell greet" in result.reason


def test_a_fault_of_the_grader_gives_no_mark_and_is_tried_again(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    course = make_course(tmp_path)
    give_out(course)
    hand_in(course, "ada", **RIGHT)

    def fail(*_: object, **__: object) -> None:
        raise OSError("the disk is full")

    with monkeypatch.context() as patch:
        patch.setattr(writer, "write_autograded", fail)
        with prepare(course, NAME) as run:
            (result,) = run.results()
    assert (result.status, result.score) == (Status.INFRASTRUCTURE, None)
    assert result.reason == "OSError: the disk is full"
    assert points(course, "ada") == {}
    with prepare(course, NAME) as run:
        (result,) = run.results()
    assert (result.status, result.score) == (Status.GRADED, 5.0)


@pytest.mark.skipif(sys.platform == "win32", reason="no SIGINT to another process")
def test_interrupted_and_gone_on(tmp_path_factory: pytest.TempPathFactory) -> None:
    import signal

    course = make_course(tmp_path_factory.mktemp("interrupted"))
    give_out(course)
    slow = f"import time\ntime.sleep(3)\n{RIGHT['double']}"
    for student in ("ada", "bob", "cleo"):
        hand_in(course, student, **RIGHT | ({} if student == "ada" else {"double": slow}))
    command = [
        sys.executable,
        "-c",
        INTERRUPTIBLE,
        "grade",
        "warm",
        "--workers=1",
    ]
    process = subprocess.Popen(
        command, cwd=course.root, stderr=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    )
    end = time.monotonic() + 120
    while not (course.folder("autograded", NAME, "ada") / f"{NAME}.ipynb").exists():
        assert time.monotonic() < end
        time.sleep(0.2)
    store = ResultStore(course.db_url)
    while "ada" not in store.load(NAME):
        assert time.monotonic() < end
        time.sleep(0.2)
    process.send_signal(signal.SIGINT)
    _, said = process.communicate(timeout=60)
    assert process.returncode == 130
    assert "The same command goes on with the others." in said
    done = store.load(NAME)
    assert 1 <= len(done) < 3
    stamp = (course.folder("autograded", NAME, "ada") / f"{NAME}.ipynb").stat().st_mtime_ns
    finished = subprocess.run(command, cwd=course.root, capture_output=True, text=True, check=True)
    assert "3 graded" in finished.stdout
    assert (course.folder("autograded", NAME, "ada") / f"{NAME}.ipynb").stat().st_mtime_ns == stamp
    assert {student: result.status for student, result in store.load(NAME).items()} == dict.fromkeys(
        ("ada", "bob", "cleo"), Status.GRADED
    )
