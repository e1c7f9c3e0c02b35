"""Differences between plain values: found, placed and put into words."""

import math
import re

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from rnn_course.checks.compare import USUAL, Tolerance, differences, entries, same, shown

numbers = st.floats(allow_nan=False) | st.integers(-(10**9), 10**9)
values = st.recursive(
    numbers | st.text(max_size=3) | st.none(),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=3), inner, max_size=3),
    max_leaves=8,
)


@given(values)
def test_a_value_is_the_same_as_itself(value: object) -> None:
    assert same(value, value, USUAL)


@given(st.dictionaries(st.text(max_size=2), st.floats(-10, 10), min_size=1, max_size=6), st.data())
def test_one_changed_entry_is_the_one_that_is_found(value: dict[str, float], data: st.DataObject) -> None:
    key = data.draw(st.sampled_from(sorted(value)))
    found = list(differences(value, {**value, key: value[key] + 1.5}, USUAL))
    assert [difference.where for difference in found] == [f"[{key!r}]"]
    assert "1.5 too large" in found[0].says


@pytest.mark.parametrize(
    ("expected", "got"),
    [
        (2, 2.0),
        ([1, 2], (1, 2)),
        ([1.0, 2.0], np.array([1, 2])),
        ([[1, 2], [3, 4]], np.array([[1, 2], [3, 4]])),
        (np.array([1.0, 2.0]), [1, 2]),
        (np.array(["a", "b"]), np.array(["a", "b"])),
        (np.array([True, False]), [True, False]),
        (np.array([]), np.array([])),
        ({"a": 1, "b": 2}, {"b": 2.0, "a": 1}),
        (0.1 + 0.2, float(np.float32(0.3))),
        (math.inf, math.inf),
        (-math.inf, -math.inf),
    ],
)
def test_what_is_the_same(expected: object, got: object) -> None:
    assert same(expected, got, USUAL)


@pytest.mark.parametrize(
    ("expected", "got", "says"),
    [
        (1, True, "truth value"),
        (1.0, None, "nothing"),
        (1.0, "1.0", "text"),
        (1.0, math.nan, "not a number"),
        (1.0, math.inf, "got inf"),
        (math.inf, -math.inf, "expected inf"),
        (math.inf, 1e300, "expected inf"),
        (0.5, 0.5001, "too large"),
        (1.0, 2j, "got 2j"),
        ([1, 2], [1, 2, 3], "expected 2 entries"),
        ([1, 2], 3, "list of 2"),
        ([1, 2], {"a": 1}, "dict of 1"),
        ({"a": 1}, [1], "list of 1"),
        ({"a": 1}, {}, "no such key"),
        ({}, {"a": 1}, "should not be there"),
        ("cat", "dog", "expected 'cat'"),
        (np.zeros((2, 3)), np.zeros((3, 2)), r"shape \(2, 3\)"),
        (np.zeros(2), [[1], [1, 2]], "different lengths"),
        (np.zeros(2), np.array(["a", "b"]), "array"),
        (np.array(["a", "b"]), np.array(["a", "c"]), "expected 'b', got 'c'"),
        (np.array([True]), np.array([1]), "expected True, got 1"),
        (np.zeros(2), np.array([0.0, 0.25]), "0.25 too large"),
        (np.zeros(2), np.array([0.0, np.nan]), "not a number"),
    ],
)
def test_what_differs_and_what_is_said(expected: object, got: object, says: str) -> None:
    (difference,) = differences(expected, got, USUAL)
    assert not same(expected, got, USUAL)
    assert re.search(says, difference.says), difference.says


def test_the_place_is_how_one_would_reach_it() -> None:
    expected = {("a", "b"): [{"x": 1.0}]}
    got = {("a", "b"): [{"x": 2.0}]}
    (difference,) = differences(expected, got, USUAL)
    assert difference.where == "[('a', 'b')][0]['x']"
    assert entries(expected) == 1


def test_tolerance_is_that_of_float32() -> None:
    exact = math.pi * 1000
    assert USUAL.allows(exact, float(np.float32(exact)))
    assert not USUAL.allows(exact, float(np.float16(exact)))
    assert not Tolerance(0, 0).allows(1.0, 1.0 + 1e-15)


def test_long_values_are_cut_in_the_middle() -> None:
    text = shown(list(range(1000)), width=60)
    assert len(text) == 60 or len(text) == 59
    assert text.startswith("[0, 1")
    assert text.endswith("999]")


def test_numbers_are_written_short() -> None:
    assert shown({"a": 1 / 3, ("b",): 2.0, "c": (1,), "d": math.inf}) == (
        "{'a': 0.333333, ('b',): 2.0, 'c': (1,), 'd': inf}"
    )
