"""The empty gradebook is the one that nbgrader makes."""

import sqlite3
from pathlib import Path

from nbgrader.api import Gradebook

from rnn_course.grading.course import put_scripts_on_path
from rnn_course.grading.new_gradebook import ensure_gradebook


def content(path: Path) -> list[str]:
    with sqlite3.connect(path) as connection:
        return sorted(" ".join(line.rstrip(";").split()) for line in connection.iterdump())


def test_as_nbgrader_makes_it(tmp_path: Path) -> None:
    put_scripts_on_path()
    ours, theirs = tmp_path / "ours.db", tmp_path / "theirs.db"
    ensure_gradebook(f"sqlite:///{ours}")
    Gradebook(f"sqlite:///{theirs}").close()
    assert content(ours) == content(theirs)
    assert any("alembic_version" in line and "INSERT" in line for line in content(ours))


def test_one_that_is_there_stays(tmp_path: Path) -> None:
    path = tmp_path / "gradebook.db"
    path.write_bytes(b"something")
    ensure_gradebook(f"sqlite:///{path}")
    assert path.read_bytes() == b"something"
