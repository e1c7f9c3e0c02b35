"""Fixtures of the browser tests: one JupyterLab for all, a stage for each widget."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

import pytest

from .lab import Lab
from .lab import lab as start_lab
from .stage import Stage


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    for item in items:
        if "tests/browser" in item.path.as_posix():
            item.add_marker("browser")


@pytest.fixture(scope="session")
def lab(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Lab]:
    """A JupyterLab of its own, started once; write notebooks into `lab.root`."""
    with start_lab(tmp_path_factory.mktemp("lab")) as running:
        yield running


@pytest.fixture
def show(browser: Any) -> Iterator[Callable[..., Stage]]:
    """`show(widget, width=360, dark=True)` puts it on a blank page; an error on that page fails the test."""
    stages: list[Stage] = []

    def on_stage(widget: Any, **settings: Any) -> Stage:
        stages.append(Stage(browser, widget, **settings))
        return stages[-1]

    yield on_stage
    problems = [problem for stage in stages for problem in stage.problems]
    unsaved = [trait for stage in stages for trait in stage.unsaved()]
    for stage in stages:
        stage.close()
    assert (problems, unsaved) == ([], [])
