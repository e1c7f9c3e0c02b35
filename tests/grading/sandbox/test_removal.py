"""A private folder is gone at the end, whatever was made in it."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from rnn_course.grading.sandbox.removal import remove_folder


@pytest.mark.skipif(os.name == "nt", reason="paths are shorter on Windows")
def test_deeper_than_python_recurses_and_paths_reach(tmp_path: Path) -> None:
    folder = tmp_path / "private"
    folder.mkdir()
    here = os.open(folder, os.O_RDONLY)
    for _ in range(3000):
        os.mkdir("deep folder", dir_fd=here)
        below = os.open("deep folder", os.O_RDONLY, dir_fd=here)
        os.close(here)
        here = below
    os.close(os.open("file", os.O_WRONLY | os.O_CREAT, dir_fd=here))
    os.close(here)
    remove_folder(folder)
    assert list(tmp_path.iterdir()) == []


@pytest.mark.skipif(os.name == "nt", reason="rights and links are others on Windows")
def test_links_rights_and_names(tmp_path: Path) -> None:
    outside, folder = tmp_path / "outside", tmp_path / "private"
    (folder / "closed" / "inner").mkdir(parents=True)
    outside.mkdir()
    (outside / "kept").write_text("x")
    (folder / "link").symlink_to(outside)
    (folder / "open").mkdir()
    (folder / "open" / "file").write_text("x")
    (folder / "file").write_text("x")
    os.mkfifo(folder / "pipe")
    (folder / "closed").chmod(0)
    folder.chmod(0)
    remove_folder(folder)
    assert [path.name for path in tmp_path.iterdir()] == ["outside"]
    assert (outside / "kept").read_text() == "x"


def test_what_is_not_there_is_no_error(tmp_path: Path) -> None:
    remove_folder(tmp_path / "nothing")
