"""What lies in submitted/, looked at without opening what must not be opened."""

import json
import os
import shutil
from pathlib import Path

import pytest
from small_course import NAME, hand_in

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
        ({"warm_up.ipynb": ""}, "warm_up.ipynb is empty"),
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
    hand_in(course, "ada")
    hand_in(course, "bob")
    one, two = look(course, "ada"), look(course, "bob")
    assert one.digest() == two.digest()
    os.utime(one.folder / f"{NAME}.ipynb", (1, 1))
    assert one.digest() == two.digest()
    (two.folder / "data.txt").write_text("x")
    changed = two.digest()
    assert changed != one.digest()
    (two.folder / "data.txt").rename(two.folder / "data2.txt")
    assert two.digest() not in (changed, one.digest())


def test_a_notebook_of_another_course_is_read_all_the_same(course: Course) -> None:
    # Its answers are not to be found, so that nothing is graded in it; that is not a reason to refuse it.
    folder = course.folder("submitted", NAME, "ada")
    folder.mkdir(parents=True)
    empty = {"nbformat": 4, "nbformat_minor": 5, "metadata": {}, "cells": []}
    (folder / f"{NAME}.ipynb").write_text(json.dumps(empty))
    assert not look(course, "ada").unreadable
