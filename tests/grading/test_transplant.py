"""What a student does to a notebook, other than answering, changes nothing that is graded."""

import copy

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from nbformat import NotebookNode
from nbformat.v4 import new_code_cell, new_markdown_cell
from small_course import RIGHT, cell_of, source_notebook

from rnn_course.grading.transplant import is_answer, transplant


@pytest.fixture
def release() -> NotebookNode:
    return source_notebook()


@pytest.fixture
def answered(release: NotebookNode) -> NotebookNode:
    notebook = copy.deepcopy(release)
    for name, source in RIGHT.items():
        cell_of(notebook, name).source = source
    return notebook


def sources(notebook: NotebookNode) -> list[str]:
    return [cell.source for cell in notebook.cells]


def test_answers_are_taken_and_nothing_else(release: NotebookNode, answered: NotebookNode) -> None:
    cell_of(answered, "double_test").source = "pass"
    cell_of(answered, "setup").source = "assert False"
    body, notes = transplant(release, answered)
    for name, source in RIGHT.items():
        assert cell_of(body, name).source == source
    assert cell_of(body, "double_test").source == cell_of(release, "double_test").source
    assert cell_of(body, "setup").source == "import math"
    assert notes == []


def test_neither_notebook_is_changed(release: NotebookNode, answered: NotebookNode) -> None:
    before = copy.deepcopy(release), copy.deepcopy(answered)
    transplant(release, answered)
    assert (release, answered) == before


def test_the_first_of_several_copies_counts(release: NotebookNode, answered: NotebookNode) -> None:
    duplicate = copy.deepcopy(cell_of(answered, "double"))
    duplicate.source = "def double(x):\n    return None"
    answered.cells.append(duplicate)
    body, notes = transplant(release, answered)
    assert [c.source for c in body.cells if "def double" in c.source] == [RIGHT["double"]]
    assert notes == ["cell double was there 2 times: the first one counts"]


def test_deleted_cells_come_back(release: NotebookNode, answered: NotebookNode) -> None:
    answered.cells = [c for c in answered.cells if c.id not in ("double-test", "greet")]
    body, notes = transplant(release, answered)
    assert cell_of(body, "double_test").source == cell_of(release, "double_test").source
    assert cell_of(body, "greet").source == cell_of(release, "greet").source
    assert len(notes) == 1
    assert "double_test, greet" in notes[0]


def test_tags_types_and_points_of_the_student_do_not_count(
    release: NotebookNode, answered: NotebookNode
) -> None:
    test = cell_of(answered, "double_test")
    test.metadata["tags"] = ["skip-execution"]
    test.metadata.nbgrader["points"] = 100
    test.cell_type = "markdown"
    cell_of(answered, "double").cell_type = "raw"
    body, _ = transplant(release, answered)
    assert "tags" not in cell_of(body, "double_test").metadata
    assert cell_of(body, "double_test").metadata.nbgrader.points == 2
    assert cell_of(body, "double_test").cell_type == cell_of(body, "double").cell_type == "code"


def test_own_cells_stay_where_they_stood(release: NotebookNode, answered: NotebookNode) -> None:
    place = answered.cells.index(cell_of(answered, "double"))
    answered.cells.insert(place + 1, new_code_cell("print(double(3))", metadata={"tags": ["remove"]}))
    answered.cells.insert(0, new_markdown_cell("My name is Ada."))
    body, _ = transplant(release, answered)
    assert sources(body) == sources(answered)
    assert all("tags" not in cell.metadata for cell in body.cells)


def test_an_edited_plain_cell_follows_the_instructors(release: NotebookNode, answered: NotebookNode) -> None:
    next(c for c in answered.cells if c.id == "plain").source = "limit = 20"
    body, _ = transplant(release, answered)
    assert [source for source in sources(body) if "limit" in source] == ["limit = 10", "limit = 20"]


def test_metadata_of_any_shape_is_borne(release: NotebookNode, answered: NotebookNode) -> None:
    for odd in (3, "x", [], {"grade_id": 7}, {"grade_id": ["a"]}, {"grade_id": "unknown", "grade": True}):
        answered.cells.append(new_code_cell("1", metadata={"nbgrader": odd}))
    body, _ = transplant(release, answered)
    assert [c.metadata for c in body.cells if c.source == "1"] == [{}] * 6


@settings(deadline=None, max_examples=50)
@given(data=st.data())
def test_whatever_the_order_the_graded_cells_stand_as_released(data: st.DataObject) -> None:
    release = source_notebook()
    submitted = copy.deepcopy(release)
    picks = data.draw(st.lists(st.integers(0, len(release.cells) - 1), max_size=20))
    submitted.cells = [copy.deepcopy(release.cells[pick]) for pick in picks]
    for number, cell in enumerate(submitted.cells):
        cell.source += f"\n# edit {number}"
    body, _ = transplant(release, submitted)
    ids = [cell.id for cell in body.cells]
    assert len(set(ids)) == len(ids)
    kept = [cell for cell in body.cells if "nbgrader" in cell.metadata]
    expected = [cell for cell in release.cells if "nbgrader" in cell.metadata]
    assert [cell.metadata for cell in kept] == [cell.metadata for cell in expected]
    assert all(a.source == b.source for a, b in zip(kept, expected, strict=True) if not is_answer(b))
