from pathlib import Path

import pytest
from small_course import make_course

from rnn_course.grading.course import Course


@pytest.fixture
def course(tmp_path: Path) -> Course:
    """A fresh small course that has not been released."""
    return make_course(tmp_path)


@pytest.fixture(autouse=True)
def no_seed_from_outside(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("RNN_COURSE_SEED", raising=False)
