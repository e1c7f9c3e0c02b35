"""The corpus itself: what it covers, and that its entries are what they seem."""

from __future__ import annotations

import ast
from pathlib import Path

import pytest

from .assignment import POINTS, RIGHT, WRONG
from .attack import Place
from .corpus import CORPUS, FAMILIES
from .table import README, as_markdown

PLACE = Place(Path("/r"), Path("/h"), Path("/o"), "atk0", 1, Path("/s"))
NO_PYTHON = {"syntax_error", "plots", "notebook_magics", "cell_magic"}


def test_there_are_enough_of_each_kind() -> None:
    assert len(CORPUS) >= 200
    assert all(len(family.attacks) >= 5 for family in FAMILIES)


def test_names_and_folders_are_their_own() -> None:
    for names in ([attack.name for attack in CORPUS], [attack.student for attack in CORPUS]):
        assert len(set(names)) == len(names)


@pytest.mark.parametrize("attack", CORPUS, ids=lambda attack: attack.name)
def test_an_attack_is_well_formed(attack) -> None:  # type: ignore[no-untyped-def]
    assert attack.answers or attack.edit or attack.put
    assert set(attack.loses) <= set(POINTS)
    assert set(attack.answers) <= set(RIGHT)
    for task, source in attack.answers.items():
        text = PLACE.fill_in(source)
        assert "@" not in text.replace("@MARK", "") or "@MARK@" not in text
        if task != "opinion" and attack.name not in NO_PYTHON:
            compile(text, attack.name, "exec", flags=ast.PyCF_ALLOW_TOP_LEVEL_AWAIT)


def test_right_answers_are_right_and_wrong_ones_wrong() -> None:
    from .assignment import DATA, SETUP, TESTS

    for task, test in TESTS.items():
        for answers, passes in ((RIGHT, True), (WRONG, False)):
            names: dict[str, object] = {}
            exec(f"{SETUP}\n{DATA}\n{answers[task]}", names)
            try:
                exec(test, names)
            except AssertionError:
                assert not passes
            else:
                assert passes


def test_the_table_is_up_to_date() -> None:
    assert README.read_text(encoding="utf-8") == as_markdown(), "run python -m attacks.table in tests/grading"
