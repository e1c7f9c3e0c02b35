"""The instructor's seed: made once, kept private, the same for grader and checks."""

import stat
from pathlib import Path

import pytest

from rnn_course.checks.seed import instructor_seed
from rnn_course.grading.seed import ensure_seed, find_seed


def test_made_once_for_the_owner_only(tmp_path: Path) -> None:
    assert find_seed(tmp_path) is None
    seed = ensure_seed(tmp_path)
    assert ensure_seed(tmp_path) == find_seed(tmp_path) == seed
    assert stat.S_IMODE((tmp_path / ".instructor_seed").stat().st_mode) == 0o600
    assert int(seed) >= 0


def test_two_courses_have_two_seeds(tmp_path: Path) -> None:
    (tmp_path / "a").mkdir()
    (tmp_path / "b").mkdir()
    assert ensure_seed(tmp_path / "a") != ensure_seed(tmp_path / "b")


def test_the_environment_comes_first(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("RNN_COURSE_SEED", "17")
    assert ensure_seed(tmp_path) == "17"
    assert not (tmp_path / ".instructor_seed").exists()


def test_the_checks_read_the_same_seed(tmp_path: Path) -> None:
    seed = ensure_seed(tmp_path)
    (tmp_path / "nbgrader_config.py").write_text("")
    folder = tmp_path / "autograded" / "ada" / "a1"
    folder.mkdir(parents=True)
    assert instructor_seed(folder) == int(seed)


def test_an_empty_file_is_no_seed(tmp_path: Path) -> None:
    (tmp_path / ".instructor_seed").write_text("\n")
    assert int(ensure_seed(tmp_path)) >= 0
