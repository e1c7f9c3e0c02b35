"""What lies in submitted/, looked at without opening what must not be opened."""

import json
import os
import shutil
from pathlib import Path

import pytest
from small_course import NAME, hand_in

from rnn_course.grading import intake
from rnn_course.grading.course import Course
from rnn_course.grading.intake import Submission, find_submissions, look_at


@pytest.fixture
def course(course: Course) -> Course:
    shutil.copytree(course.folder("source", NAME), course.folder("release", NAME))
    return course


def look(course: Course, student: str) -> Submission:
    return look_at(course, NAME, student, [NAME])


def test_good(course: Course) -> None:
    hand_in(course, "ada")
    found = look(course, "ada")
    assert list(found.notebooks) == [NAME]
    assert not found.unreadable
    assert not found.reason


def test_missing(course: Course) -> None:
    assert look(course, "ada").is_missing


def test_who_is_there(course: Course) -> None:
    hand_in(course, "ada")
    course.folder("submitted", "another", "bob").mkdir(parents=True)
    (course.root / "submitted" / "class.zip").write_bytes(b"")
    assert find_submissions(course, NAME, ["zoe"]) == ["ada", "zoe"]


@pytest.mark.parametrize(
    ("files", "reason"),
    [
        ({}, "the folder holds nothing"),
        ({"notes.txt": ""}, "the folder holds notes.txt"),
        ({"Warm_up.ipynb": "{}"}, "Warm_up.ipynb: give the file its proper name"),
    ],
)
def test_no_notebook(course: Course, files: dict[str, str], reason: str) -> None:
    folder = course.folder("submitted", NAME, "ada")
    folder.mkdir(parents=True)
    for name, text in files.items():
        (folder / name).write_text(text)
    assert reason in look(course, "ada").reason


@pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="this system has no named pipes")
def test_pipes_and_links_are_never_opened(course: Course, tmp_path: Path) -> None:
    hand_in(course, "ada")
    folder = course.folder("submitted", NAME, "ada")
    os.mkfifo(folder / "pipe")
    (folder / "passwords").symlink_to("/etc/passwd")
    (folder / "elsewhere").symlink_to(course.root, target_is_directory=True)
    found = look(course, "ada")
    assert list(found.notebooks) == [NAME]
    assert sorted(found.left_aside) == ["elsewhere", "passwords", "pipe"]
    found.digest()  # does not block on the pipe


def test_a_notebook_that_is_a_link_is_refused(course: Course) -> None:
    notebook = course.folder("submitted", NAME, "ada") / f"{NAME}.ipynb"
    hand_in(course, "ada")
    notebook.unlink()
    notebook.symlink_to(course.folder("source", NAME) / f"{NAME}.ipynb")
    assert "is a link or a special file" in look(course, "ada").reason


def test_the_digest_follows_content_and_names_only(course: Course) -> None:
    def digest(student: str) -> str:
        return look(course, student).digest()

    hand_in(course, "ada")
    hand_in(course, "bob")
    first = digest("ada")
    assert digest("bob") == first
    folder = course.folder("submitted", NAME, "bob")
    os.utime(folder / f"{NAME}.ipynb", (1, 1))
    assert digest("bob") == first
    (folder / "data.txt").write_text("x")
    changed = digest("bob")
    assert changed != first
    (folder / "data.txt").rename(folder / "data2.txt")
    assert digest("bob") not in (changed, first)


def test_what_goes_to_a_worker(course: Course) -> None:
    hand_in(course, "ada")
    folder = course.folder("submitted", NAME, "ada")
    for name in ("data/numbers.txt", "other.ipynb", "__pycache__/x.pyc", "cached.pyc"):
        (folder / name).parent.mkdir(exist_ok=True)
        (folder / name).write_text(name)
    job = look(course, "ada").job()
    assert (job.student, list(job.notebooks)) == ("ada", [NAME])
    assert job.files == {"data/numbers.txt": b"data/numbers.txt"}
    assert not job.unreadable


def test_files_beyond_every_measure_are_left_aside(course: Course, monkeypatch: pytest.MonkeyPatch) -> None:
    hand_in(course, "ada")
    folder = course.folder("submitted", NAME, "ada")
    for number in range(20):
        (folder / f"{number:02}.txt").write_text("x")
    monkeypatch.setattr(intake, "MOST_FILES", 3)
    found = look(course, "ada")
    assert sorted(found.files) == ["00.txt", "01.txt", "02.txt"]
    assert found.notes == [
        f"left aside, too large or too many: {', '.join(f'{n:02}.txt' for n in range(3, 13))} and 7 more"
    ]


def test_a_notebook_of_another_course_is_read_all_the_same(course: Course) -> None:
    # Its answers are not to be found, so that nothing is graded in it; that is not a reason to refuse it.
    folder = course.folder("submitted", NAME, "ada")
    folder.mkdir(parents=True)
    empty = {"nbformat": 4, "nbformat_minor": 5, "metadata": {}, "cells": []}
    (folder / f"{NAME}.ipynb").write_text(json.dumps(empty))
    assert not look(course, "ada").unreadable
