"""Any folder in which nbgrader works is a course, whatever its folders are called."""

import os
import subprocess
import sys
from pathlib import Path

import pytest
from small_course import CONFIG, NAME, make_course

from rnn_course.grading.course import Course, open_course, put_scripts_on_path
from rnn_course.grading.errors import GradingError


def test_folders_follow_the_configuration(course: Course) -> None:
    assert course.folder("source", NAME) == course.root / "solutions" / NAME
    assert course.folder("release", NAME) == course.root / "assignments" / NAME
    assert course.folder("submitted", NAME, "ada") == course.root / "submitted" / "ada" / NAME
    assert course.db_url == f"sqlite:///{course.root}/gradebook.db"
    assert not course.has_gradebook()


def test_the_repository_is_such_a_course() -> None:
    course = open_course(Path(__file__).resolve().parents[2])
    assert "a1_ngrams" in course.assignments()
    assert course.folder("source", "a1_ngrams").is_dir()
    assert course.folder("release", "a1_ngrams") == course.root / "assignments" / "a1_ngrams"


def test_another_structure(tmp_path: Path) -> None:
    structure = 'c.CourseDirectory.directory_structure = "{student_id}/{assignment_id}/{nbgrader_step}"\n'
    (tmp_path / "nbgrader_config.py").write_text(CONFIG + structure)
    (tmp_path / "ada" / NAME / "submitted").mkdir(parents=True)
    (tmp_path / "b[o]b" / NAME / "submitted").mkdir(parents=True)
    (tmp_path / NAME / "solutions").mkdir(parents=True)
    course = open_course(tmp_path)
    assert course.assignments() == [NAME]
    assert course.students_with("submitted", NAME) == ["ada", "b[o]b"]
    assert course.folder("submitted", NAME, "ada") == tmp_path / "ada" / NAME / "submitted"


def test_names_and_prefixes(course: Course) -> None:
    for name in ("warm_up_2", "zebra"):
        (course.root / "solutions" / name).mkdir()
    (course.root / "solutions" / ".hidden").mkdir()
    (course.root / "solutions" / "a_file").write_text("")
    assert course.assignments() == [NAME, "warm_up_2", "zebra"]
    assert course.find_assignment("warm_up") == NAME, "a whole name wins over a prefix"
    assert course.find_assignment("z") == "zebra"
    with pytest.raises(GradingError, match="can mean warm_up, warm_up_2"):
        course.find_assignment("wa")
    with pytest.raises(
        GradingError, match=r"no assignment called 'x' .* there are: warm_up, warm_up_2, zebra"
    ):
        course.find_assignment("x")
    with pytest.raises(GradingError, match="no assignment called ''"):
        course.find_assignment("")


def test_no_course(tmp_path: Path) -> None:
    with pytest.raises(GradingError, match="is no nbgrader course"):
        open_course(tmp_path)
    with pytest.raises(GradingError, match="cannot enter"):
        open_course(tmp_path / "nowhere")


def test_opening_leaves_the_working_folder_alone(tmp_path: Path) -> None:
    before = os.getcwd()
    make_course(tmp_path)
    assert os.getcwd() == before


def test_scripts_of_this_environment_are_found(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PATH", os.defpath)
    put_scripts_on_path()
    folder = os.path.dirname(os.path.abspath(sys.executable))
    assert os.environ["PATH"].split(os.pathsep)[0] == folder
    put_scripts_on_path()
    assert os.environ["PATH"].split(os.pathsep).count(folder) == 1


def test_importing_the_package_does_not_import_nbgrader() -> None:
    code = "import sys, rnn_course, rnn_course.grading, rnn_course.cli; print('nbgrader' in sys.modules)"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "False"
