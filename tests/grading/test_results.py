"""How submissions ended is kept beside the marks, and does not disturb nbgrader."""

from contextlib import closing
from pathlib import Path

import pytest
from nbgrader.api import Gradebook

from rnn_course.grading.new_gradebook import ensure_gradebook
from rnn_course.grading.results import Result, ResultStore, Status


@pytest.fixture
def db_url(tmp_path: Path) -> str:
    return f"sqlite:///{tmp_path}/gradebook.db"


def test_the_last_result_of_each_student_is_kept(db_url: str) -> None:
    first = Result("a1", "ada", Status.UNREADABLE, "empty", fingerprint="1")
    second = Result("a1", "ada", Status.GRADED, notes=["x", "y"], fingerprint="2", seconds=1.5)
    other = Result("a2", "ada", Status.MISSING, "nothing")
    with closing(ResultStore(db_url)) as store:
        assert store.load("a1") == {}
        store.save([first, other])
        assert store.load("a1") == {"ada": first}
        store.save([second])
    with closing(ResultStore(db_url)) as store:
        assert store.load("a1") == {"ada": second}
        assert store.load("a2") == {"ada": other}


def test_nbgrader_and_the_table_live_in_one_file(db_url: str) -> None:
    ensure_gradebook(db_url)
    with closing(ResultStore(db_url)) as store:
        with Gradebook(db_url) as gradebook:  # before the table is there
            gradebook.add_student("ada")
        store.save([Result("a1", "ada", Status.GRADED)])
        with Gradebook(db_url) as gradebook:  # and after
            gradebook.add_assignment("a1")
            assert [student.id for student in gradebook.students] == ["ada"]
        assert list(store.load("a1")) == ["ada"]


def test_which_need_a_human() -> None:
    need = {status for status in Status if status.needs_a_human}
    assert need == {Status.STUDENT_ERROR, Status.UNREADABLE, Status.INFRASTRUCTURE}


def test_json_form_has_no_digest() -> None:
    shown = Result("a1", "ada", Status.GRADED, fingerprint="secret", score=1.0).as_dict()
    assert "fingerprint" not in shown
    assert shown["status"] == "graded"
