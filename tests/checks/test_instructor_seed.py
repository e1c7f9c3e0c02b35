"""Where the instructor's seed comes from, and that hidden cases follow from it and the task alone."""

from pathlib import Path

import pytest

from rnn_course.checks.a1 import TASKS
from rnn_course.checks.seed import SeedError, instructor_seed, rng_for


@pytest.fixture(autouse=True)
def _no_seed(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.delenv("RNN_COURSE_SEED", raising=False)
    monkeypatch.chdir(tmp_path)


def course(root: Path, seed: str | None) -> Path:
    inner = root / "course" / "autograded" / "ada" / "a1"
    inner.mkdir(parents=True)
    (root / "course" / "nbgrader_config.py").touch()
    if seed is not None:
        (root / "course" / ".instructor_seed").write_text(seed)
    return inner


def test_from_the_file_in_the_root(tmp_path: Path) -> None:
    assert instructor_seed(course(tmp_path, "20240917\n")) == 20240917


def test_the_environment_comes_first(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("RNN_COURSE_SEED", " 7 ")
    assert instructor_seed(course(tmp_path, "8")) == 7


def test_a_file_above_the_course_is_somebody_else_s(tmp_path: Path) -> None:
    (tmp_path / ".instructor_seed").write_text("5")
    with pytest.raises(SeedError, match="write a whole number"):
        instructor_seed(course(tmp_path, None))


@pytest.mark.parametrize("text", ["", "seven", "-3", "1.5"])
def test_no_number(tmp_path: Path, text: str) -> None:
    with pytest.raises(SeedError, match="whole number of at least 0"):
        instructor_seed(course(tmp_path, text))


def test_without_a_seed_a_grade_is_refused_and_a_check_is_not() -> None:
    for task in TASKS[:2]:
        assert task.check(task.reference)
        with pytest.raises(SeedError):
            task.grade(task.reference)


def test_a_seed_may_be_as_long_as_one_likes() -> None:
    assert rng_for(10**40, "a1_counts").integers(10) == rng_for(10**40, "a1_counts").integers(10)


def test_cases_follow_from_seed_and_task_alone() -> None:
    for task in TASKS:
        drawn_afresh = type(task).hidden_cases.__wrapped__(task, 11)
        assert drawn_afresh is not task.hidden_cases(11)
        assert repr(drawn_afresh) == repr(task.hidden_cases(11))
        assert repr(drawn_afresh) != repr(task.hidden_cases(12))
        assert task.hidden_cases(11) is task.hidden_cases(11)  # so that mistakes' outcomes can be kept
    draws = {repr(rng_for(11, task.answer_id).integers(10**9)) for task in TASKS}
    assert len(draws) == len(TASKS)
