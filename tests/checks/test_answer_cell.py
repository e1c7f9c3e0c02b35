"""A catalogue's function as a cell: with what it uses of its own module, and nothing else."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pytest

from rnn_course.checks.answer_cell import answer_cell
from rnn_course.checks.assignment import NAMES, assignment, packages
from rnn_course.errors import CourseError

SCALE = 3.0
NAMED = ("a", "b")


def alone(x, k):  # type: ignore[no-untyped-def]
    """Twice alone: its name may stand in it."""
    return np.sqrt(x) + k if k > 0 else alone(x, 1)


def with_constants(x):  # type: ignore[no-untyped-def]
    return {name: x * SCALE for name in NAMED}


def made(source: str, name: str) -> Any:
    namespace: dict[str, Any] = {}
    exec(source, namespace)
    return namespace[name]


def test_the_function_has_the_student_s_name_everywhere() -> None:
    source = answer_cell(alone, "solve")
    assert "def alone" not in source
    assert made(source, "solve")(4.0, -1) == 3.0


def test_constants_come_along() -> None:
    assert made(answer_cell(with_constants, "solve"), "solve")(2.0) == {"a": 6.0, "b": 6.0}


def test_functions_of_the_checks_come_along_in_turn_and_without_annotations() -> None:
    from rnn_course.checks.properties import _off_one

    source = answer_cell(_off_one, "off")
    assert "def _numbers(value):" in source
    assert "Plain" not in source
    assert made(source, "off")({"a": 0.5, "b": 0.25}) == 0.75


def test_packages_are_found_in_order_and_not_imported(tmp_path: Path) -> None:
    for name, text in {
        "a10": "ASSIGNMENT = 1\n",
        "a2": "raise RuntimeError\nASSIGNMENT = 2\n",
        "a3": "TASKS = ()\n",  # half-written
        "a0": "ASSIGNMENT = 0\n",
        "ab": "ASSIGNMENT = 0\n",
        "b1": "ASSIGNMENT = 0\n",
    }.items():
        (tmp_path / name).mkdir()
        (tmp_path / name / "__init__.py").write_text(text)
    (tmp_path / "a4").mkdir()
    assert packages(tmp_path) == ("a2", "a10")


def test_the_assignments_of_the_course() -> None:
    assert NAMES[0] == "a1"
    assert list(NAMES) == sorted(NAMES, key=lambda name: int(name[1:]))
    assert assignment("a1").notebook == "a1_ngrams.ipynb"
    with pytest.raises(CourseError, match="there is no assignment 'a99'; there is a1"):
        assignment("a99")
