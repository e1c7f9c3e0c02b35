"""A class with the short assignment, and everything that a run of it leaves behind."""

from __future__ import annotations

import os
import shutil
import sqlite3
import subprocess
import sys
from pathlib import Path
from typing import Any

from small_course import NAME, RIGHT, give_out, hand_in, make_course

from rnn_course.grading.course import Course, open_course
from rnn_course.grading.gradebook import open_gradebook, submission_marks
from rnn_course.grading.results import ResultStore

RNN_COURSE = "from rnn_course.cli import main; raise SystemExit(main())"
ANSWERS = (
    {},
    {"double": "def double(x):\n    return x + 2"},  # right for 2 only
    {"greet": 'def greet(name):\n    print("hello")\n    return "Hello, Ada!"'},
    {"double": "def double(x) return", "greet": "raise ValueError"},
    {"greet": "import os\nos._exit(3)"},
)


def make_class(root: Path, students: int) -> Course:
    """A released course with submissions of five kinds."""
    course = make_course(root)
    (root / ".instructor_seed").write_text("7\n")
    give_out(course)
    for number in range(students):
        answers = {**RIGHT, **ANSWERS[number % len(ANSWERS)], "opinion": f"Student {number} thinks so."}
        hand_in(course, f"s{number:03}", **answers)
    return course


def copy_of(course: Course, root: Path) -> Course:
    """The course as it was before it was graded."""
    shutil.copytree(course.root, root, ignore=shutil.ignore_patterns("gradebook.db*", "autograded"))
    return open_course(root)


def start_grading(course: Course, *options: str) -> subprocess.Popen[bytes]:
    """`rnn-course grade` in a session of its own."""
    return subprocess.Popen(
        [sys.executable, "-c", RNN_COURSE, "grade", NAME, "--workers", "2", *options],
        cwd=course.root,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.PIPE,
        env={**os.environ, "OMP_NUM_THREADS": "1"},
        start_new_session=True,
    )


def number_done(course: Course, *, nobody_writes: bool = False) -> int:
    """How many results are stored, asked without waiting for whoever writes.

    Args:
        nobody_writes: take back, as whoever opens the database next does, what a killed process left half
            written. Without it such a database cannot be read, and the answer is 0.
    """
    try:
        mode = "rw" if nobody_writes else "ro"
        with sqlite3.connect(f"file:{course.root}/gradebook.db?mode={mode}", uri=True) as database:
            return int(database.execute("select count(*) from rnn_course_result").fetchone()[0])
    except sqlite3.Error:
        return 0


def state(course: Course) -> dict[str, Any]:
    """Everything that a run leaves behind, but for times and row ids."""
    store = ResultStore(course.db_url)
    results = {
        student: (result.status, result.reason, result.notes, result.fingerprint)
        for student, result in store.load(NAME).items()
    }
    store.close()
    with open_gradebook(course.db_url) as gradebook:
        submissions = gradebook.assignment_submissions(NAME)
        marks = {submission.student.id: submission_marks(submission) for submission in submissions}
        assert len(marks) == len(submissions), "somebody is in the gradebook twice"
    files = sorted(path for path in (course.root / "autograded").rglob("*") if path.is_file())
    with sqlite3.connect(course.root / "gradebook.db") as database:
        assert database.execute("pragma integrity_check").fetchone() == ("ok",)
        rows = {
            table: database.execute(f"select count(*) from {table}").fetchone()[0]
            for table in ("grade", "comment", "submitted_notebook", "rnn_course_result")
        }
    return {
        "results": results,
        "marks": marks,
        "files": {str(path.relative_to(course.root)): path.read_bytes() for path in files},
        "rows": rows,
    }
