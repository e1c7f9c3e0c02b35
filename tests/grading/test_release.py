"""An assignment that would mark honest work wrongly is not released, and the old release stays."""

from __future__ import annotations

from pathlib import Path

import nbformat
import pytest
from small_course import NAME, cell_of

from rnn_course.grading.build import build_release, files_in
from rnn_course.grading.class_run import prepare
from rnn_course.grading.course import Course
from rnn_course.grading.errors import GradingError, ReleaseError
from rnn_course.grading.gradebook import registered_cells
from rnn_course.grading.release import check_drift, release, replace_folder


def edit(course: Course, **cells: str) -> None:
    path = course.folder("source", NAME) / f"{NAME}.ipynb"
    notebook = nbformat.read(path, as_version=4)
    for grade_id, source in cells.items():
        cell_of(notebook, grade_id).source = source
    nbformat.write(notebook, path)


def content(folder: Path) -> dict[str, bytes]:
    return {str(path.relative_to(folder)): path.read_bytes() for path in files_in(folder)}


def test_the_build_is_the_same_every_time_and_leaves_no_trace(course: Course) -> None:
    (course.folder("source", NAME) / "data.txt").write_text("a b c")
    before = content(course.root)
    with build_release(course, NAME) as build:
        first, version = content(build.folder), build.version
        assert set(first) == {f"{NAME}.ipynb", "data.txt"}
        assert b"secret_name" not in first[f"{NAME}.ipynb"]
        assert b"YOUR CODE HERE" in first[f"{NAME}.ipynb"]
        assert "secret_name" in build.cells[NAME, "greet_test"].source
    with build_release(course, NAME) as build:
        assert (content(build.folder), build.version) == (first, version)
    assert content(course.root) == before


def test_the_version_follows_hidden_tests_and_files(course: Course) -> None:
    def version() -> str:
        with build_release(course, NAME) as build:
            return build.version

    seen = {version()}
    edit(
        course,
        greet_test="assert greet('x')\n### BEGIN HIDDEN TESTS\nassert greet('y')\n### END HIDDEN TESTS",
    )
    seen.add(version())
    (course.folder("source", NAME) / "data.txt").write_text("a")
    seen.add(version())
    assert len(seen) == 3


def test_a_source_that_nbgrader_refuses(course: Course) -> None:
    edit(course, double="### BEGIN SOLUTION\nnever ended")
    with pytest.raises(GradingError, match=r"student version: RuntimeError: .*end solution"):
        check_drift(course, NAME)
    (course.folder("source", NAME) / f"{NAME}.ipynb").write_text("{")
    with pytest.raises(GradingError, match="could not make the student version"):
        check_drift(course, NAME)


def test_replacing_a_folder_fails_whole(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    new, target = tmp_path / "new", tmp_path / "release" / "a1"
    for folder, text in ((new, "new"), (target, "old")):
        folder.mkdir(parents=True)
        (folder / "file").write_text(text)
    with monkeypatch.context() as patch:
        real = Path.rename

        def refuse(self: Path, to: Path) -> Path:
            if self.name == "new":
                raise KeyboardInterrupt
            return real(self, to)

        patch.setattr(Path, "rename", refuse)
        with pytest.raises(KeyboardInterrupt):
            replace_folder(new, target)
    assert (target / "file").read_text() == "old"
    replace_folder(new, target)
    assert (target / "file").read_text() == "new"
    assert [path.name for path in target.parent.iterdir()] == ["a1"]


@pytest.mark.slow
def test_release_needs_no_gradebook_and_writes_none(course: Course) -> None:
    steps: list[str] = []
    done = release(course, NAME, steps.append)
    assert (done.points, done.manual_points, done.changed) == (5, 5, True)
    assert len(steps) == 3
    assert not course.has_gradebook()
    assert not (course.root / ".instructor_seed").exists()
    assert check_drift(course, NAME) == []
    assert release(course, NAME).changed is False


@pytest.mark.slow
def test_release_refuses_a_solution_that_fails_and_a_test_that_tests_nothing(course: Course) -> None:
    release(course, NAME)
    before = content(course.folder("release", NAME))
    edit(
        course,
        double="def double(x):\n    ### BEGIN SOLUTION\n    return x + x + 1\n    ### END SOLUTION",
        greet_test="greet",
    )
    with pytest.raises(ReleaseError) as caught:
        release(course, NAME)
    reasons = str(caught.value)
    assert "the reference solution has 0 of 2 points for warm_up/double_test: AssertionError" in reasons
    assert "the untouched student version has 3 of 3 points for warm_up/greet_test" in reasons
    assert "RNN_COURSE_SEED=" in reasons, "a draw that fails can be repeated"
    assert content(course.folder("release", NAME)) == before


@pytest.mark.slow
def test_release_refuses_a_solution_that_never_ends(course: Course) -> None:
    edit(
        course,
        greet="def greet(name):\n    ### BEGIN SOLUTION\n    while True:\n        pass\n    ### END SOLUTION",
    )
    with pytest.raises(
        ReleaseError, match=r"could not be graded \(student_error\): cell greet_test: ran past"
    ):
        release(course, NAME)
    assert not course.folder("release", NAME).exists()


@pytest.mark.slow
def test_the_gradebook_follows_where_there_is_one_and_grading_asks_for_a_release(course: Course) -> None:
    def ready() -> None:
        with prepare(course, NAME):
            pass

    with pytest.raises(GradingError, match="has not been released"):
        ready()
    release(course, NAME)
    with pytest.raises(GradingError, match="nothing to grade"):
        ready()
    assert course.has_gradebook()
    hidden = (
        "assert greet('Ada')\n### BEGIN HIDDEN TESTS\nassert greet('x') == 'Hello, x!'\n### END HIDDEN TESTS"
    )
    edit(course, greet_test=hidden)
    with pytest.raises(
        GradingError, match=r"is not what its source gives now \(different: warm_up/greet_test\)"
    ):
        ready()
    release(course, NAME)
    assert registered_cells(course.db_url, NAME)[NAME, "greet_test"].source == hidden
    edit(course, greet_test=hidden.replace("'x'", "'y'").replace("x!", "y!"))
    with pytest.raises(GradingError, match="the gradebook holds other tests"):
        ready()
