"""What a worker is sent of an assignment."""

from __future__ import annotations

import nbformat
import pytest
from small_course import NAME, cell_of

from rnn_course.grading.build import build_release
from rnn_course.grading.bundle import cell_limits, make_bundle, unsupported_settings
from rnn_course.grading.course import Course
from rnn_course.grading.job import Bundle
from rnn_course.grading.plan import Limits
from rnn_course.grading.sandbox import Tier


def bundle_of(course: Course, **cells: str) -> Bundle:
    path = course.folder("source", NAME) / f"{NAME}.ipynb"
    notebook = nbformat.read(path, as_version=4)
    for grade_id, source in cells.items():
        cell_of(notebook, grade_id).source = source
    nbformat.write(notebook, path)
    with build_release(course, NAME) as build:
        limits = cell_limits(course, Limits(seconds=100))
        return make_bundle(course, build, seed="7", limits=limits, tier=Tier.LIMITS)


def test_tests_are_whole_and_bodies_hold_neither_them_nor_solutions(course: Course) -> None:
    folder = course.folder("source", NAME)
    (folder / "data").mkdir()
    (folder / "data" / "numbers.txt").write_bytes(b"1 2")
    (folder / "old.pyc").write_bytes(b"")
    bundle = bundle_of(course)
    (notebook,) = bundle.notebooks
    assert set(notebook.tests) == {"setup", "double_test", "greet_test"}
    assert "secret_names" in notebook.tests["greet_test"]
    assert "secret_names" not in notebook.body
    assert "return 2 * x" not in notebook.body
    assert bundle.files == {"data/numbers.txt": b"1 2"}
    assert (bundle.limits.cell_seconds, bundle.limits.seconds) == (6, 100), "c.Execute.timeout is 6"
    assert (bundle.tier, bundle.preload, bundle.hidden_modules) == ("LIMITS", ("numpy",), ())


def test_answers_are_hidden_where_the_tests_are_the_packages(course: Course) -> None:
    with_checks = "from rnn_course.checks import a1\nassert double(2) == 4"
    hidden = bundle_of(course, double_test=with_checks).hidden_modules
    assert {"rnn_course.checks", "rnn_course.models", "rnn_course.torch_models"} <= set(hidden)
    given = bundle_of(course, setup="import torch\nfrom rnn_course.models import ngram")
    assert "rnn_course.models" not in given.hidden_modules, "the instructor's own cell imports it"
    assert "rnn_course.cells" in given.hidden_modules
    assert given.preload == ("numpy", "torch")
    course.app.config.RnnCourse.hidden_modules = ["secrets"]
    try:
        assert bundle_of(course).hidden_modules == ("secrets",)
    finally:
        del course.app.config["RnnCourse"]


@pytest.mark.parametrize("timeout", [None, -1])
def test_no_limit_for_a_cell_is_the_notebooks(course: Course, timeout: int | None) -> None:
    before = course.app.config.Execute.timeout
    course.app.config.Execute.timeout = timeout
    try:
        assert cell_limits(course, Limits(seconds=50)).cell_seconds == 50
    finally:
        course.app.config.Execute.timeout = before


def test_settings_that_are_not_heeded_are_named(course: Course) -> None:
    assert unsupported_settings(course) == []
    course.app.config.Autograde.pre_convert_hook = print
    try:
        assert unsupported_settings(course) == ["c.Autograde.pre_convert_hook is not heeded here"]
    finally:
        del course.app.config["Autograde"]
