"""Lost, copied and edited cells are found without another copy of the notebook."""

import copy

import pytest
from nbformat import NotebookNode

from assignments import cell, released, source
from rnn_course.checks.a1 import ASSIGNMENT
from rnn_course.checks.structure import checksum, damage


@pytest.fixture
def notebook() -> NotebookNode:
    return released(ASSIGNMENT)


def test_our_checksum_is_nbgrader_s(notebook: NotebookNode) -> None:
    from nbgrader.utils import compute_checksum

    for c in notebook.cells:
        if "nbgrader" in c.metadata:
            assert checksum(c) == compute_checksum(c)
            assert c.metadata.nbgrader.checksum == checksum(c) or c.metadata.nbgrader.solution


def test_a_release_and_a_solved_release_are_undamaged(notebook: NotebookNode) -> None:
    assert list(damage(notebook, ASSIGNMENT)) == []
    cell(notebook, "a1_counts").source = "def count_ngrams(sentences, n):\n    return {}"
    cell(notebook, "a1_written").source = "Because."
    notebook.cells.insert(3, copy.deepcopy(notebook.cells[0]))
    assert list(damage(notebook, ASSIGNMENT)) == []


def test_the_source_is_undamaged() -> None:
    assert list(damage(source(ASSIGNMENT), ASSIGNMENT)) == []


def test_a_lost_cell(notebook: NotebookNode) -> None:
    notebook.cells.remove(cell(notebook, "a1_mle_test"))
    (says,) = damage(notebook, ASSIGNMENT)
    assert "the cell a1_mle_test is missing" in says


def test_a_copied_cell(notebook: NotebookNode) -> None:
    notebook.cells.append(copy.deepcopy(cell(notebook, "a1_mle")))
    (says,) = damage(notebook, ASSIGNMENT)
    assert "the cell a1_mle is there 2 times" in says


def test_a_changed_grade_id(notebook: NotebookNode) -> None:
    cell(notebook, "a1_mle").metadata.nbgrader.grade_id = "a1_mine"
    (says,) = damage(notebook, ASSIGNMENT)
    assert "the cell a1_mle is missing" in says


def test_an_edited_test_and_an_edited_set_up(notebook: NotebookNode) -> None:
    cell(notebook, "a1_mle_test").source = "assert True"
    cell(notebook, "a1_setup").source += "\ntext = []"
    assert [says.split(" was edited")[0] for says in damage(notebook, ASSIGNMENT)] == [
        "cell 2, a1_setup,",
        "cell 8, a1_mle_test,",
    ]


def test_a_changed_number_of_points(notebook: NotebookNode) -> None:
    cell(notebook, "a1_mle_test").metadata.nbgrader.points = 50
    (says,) = damage(notebook, ASSIGNMENT)
    assert "a1_mle_test, was edited" in says


def test_code_that_became_text(notebook: NotebookNode) -> None:
    cell(notebook, "a1_counts").cell_type = "markdown"
    (says,) = damage(notebook, ASSIGNMENT)
    assert "was a code cell and is a markdown cell now" in says


@pytest.mark.parametrize("marks", [None, "odd", 3, [], {}])
def test_odd_metadata_is_no_cell_of_the_assignment(notebook: NotebookNode, marks: object) -> None:
    notebook.cells[0].metadata["nbgrader"] = marks
    assert list(damage(notebook, ASSIGNMENT)) == []
