"""What is said of arrays: the call, the parts that differ, what they have in common, and their properties."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from assignments import words_of
from rnn_course.checks.across import causal, changed_from, remembers
from rnn_course.checks.case import Case, Mistake
from rnn_course.checks.compare import USUAL, differences
from rnn_course.checks.properties import finite, has_shape, sums_to_one_along
from rnn_course.checks.relation import relation
from rnn_course.checks.task import Task
from rnn_course.checks.value_words import difference_words
from rnn_course.errors import CourseError


def states(x: np.ndarray, parameters: dict[str, np.ndarray]) -> tuple[float, dict[str, np.ndarray]]:
    """A small network's states, their sum, and two arrays that look like gradients."""
    h, found = np.zeros(3), []
    for step in x:
        h = np.tanh(parameters["W_h"] @ h + parameters["W_x"] @ step)
        found.append(h)
    h = np.array(found)
    return float(h.sum()), {"h": h, "W_h": h.T @ h, "b": h.sum(axis=0)}


def case_of(steps: int, seed: int) -> Case:
    rng = np.random.default_rng(seed)
    parameters = {"W_h": rng.normal(size=(3, 3)), "W_x": rng.normal(size=(3, 2))}
    return Case((rng.normal(size=(steps, 2)), parameters))


LONG = case_of(6, 1)


def task_of(**changes: Any) -> Task:
    settings: dict[str, Any] = {
        "assignment": "a9",
        "name": "states",
        "label": "Task 1, states",
        "points": 5,
        "function": "unroll",
        "arguments": ("x", "parameters"),
        "returns": "a number and a dict of arrays",
        "look": "the text.",
        "reference": states,
        "visible": (case_of(1, 0), LONG, changed_from(LONG, 0, 3, [0.5, -0.5])),
        "hidden": lambda rng: [case_of(5, int(rng.integers(100)))],
        "mistakes": (Mistake("none", "nothing is wrong", "Look.", states),),
        "parts": ("loss", "gradients"),
    }
    return Task(**{**settings, **changes})


def test_a_long_call_is_told_by_its_number_and_its_shapes() -> None:
    def negative(x: Any, parameters: Any) -> Any:
        loss, gradients = states(x, parameters)
        return loss, {**gradients, "W_h": -gradients["W_h"]} if len(x) > 1 else gradients

    task = task_of()
    lines = words_of(lambda: task.check(negative)).splitlines()
    right = states(*LONG.arguments)[1]["W_h"]
    assert lines[2:8] == [
        "  unroll(*a9.states.example(2))",
        "    x           array of shape (6, 2)",
        "    parameters  dict with W_h (3, 3), W_x (3, 2)",
        "",
        "  loss: right",
        "  gradients['h']: right",
    ]
    off, first = 2 * np.abs(right).max(), right[0, 0]
    assert " ".join(" ".join(lines[8:10]).split()) == (
        f"gradients['W_h']: 9 of 9 entries differ, by up to {off:.6g} (every sign is turned round); "
        f"at [0, 0] expected {first:.6g}, got {-first:.6g} ({2 * first:.6g} too small)"
    )
    says = words_of(lambda: task.grade(negative, seed=1))
    assert "\n  unroll(x, parameters)\n    x           array of shape (5, 2)\n" in says
    for number in task.hidden_cases(1)[0].arguments[0].ravel():
        assert f"{number:.3g}" not in says


def test_examples_are_numbered_as_in_the_messages() -> None:
    task = task_of()
    assert task.example(2)[0] is not LONG.arguments[0]
    np.testing.assert_array_equal(task.example(2)[0], LONG.arguments[0])
    for wrong in (0, 4, -1, "2", None):
        with pytest.raises(CourseError, match="has the examples 1 to 3"):
            task.example(wrong)  # type: ignore[arg-type]


def test_a_short_call_can_be_typed() -> None:
    def double(x: np.ndarray, k: float) -> np.ndarray:
        return x * k

    task = task_of(
        function="double",
        arguments=("x", "k"),
        reference=double,
        visible=(Case((np.array([[1.0, 0.25]]), 2.0)), Case((np.zeros((0, 3)), 2.0))),
        parts=(),
    )
    says = words_of(lambda: task.check(lambda x, k: x + k))
    assert "\n  double(np.array([[1.0, 0.25]]), 2.0)\n" in says
    assert "2 of 2 entries differ, by up to 1.75:" in says
    says = words_of(lambda: task.check(lambda x, k: x * k if len(x) else None))
    assert "\n  double(np.zeros((0, 3)), 2.0)\n" in says


def words(right: Any, value: Any, names: tuple[str, ...] = ()) -> str:
    return "\n".join(difference_words(right, value, list(differences(right, value, USUAL)), names))


@pytest.mark.parametrize(
    ("value", "says"),
    [
        (({1: 0.5, 2: 1.0, 3: 0.5}, 2), "2 of 4 entries differ:\n  [0][2]"),
        (({1: 0.5, 2: 1.0}, 2), "3 of 4 entries differ:\n  [0][2]"),  # one of them is missing
        (({lag: 0.5 for lag in range(1, 14)}, 3), "They differ in 10 places:\n  [0][4]"),
        (({1: 0.5, 2: 0.5, 3: 0.5, 9: 1.0}, 3), "They differ in one place:\n  [0][9]"),
        ((3, {1: 0.5, 2: 0.5, 3: 0.5}), "They differ in 2 places:\n  [0]  expected a dict of 3"),
    ],
)
def test_no_more_entries_differ_than_there_are(value: object, says: str) -> None:
    found = words(({1: 0.5, 2: 0.5, 3: 0.5}, 3), value)
    assert says in found


RIGHT = {"W": np.arange(12.0).reshape(3, 4) + 1, "b": np.array([1.0, 2.0]), "n": 3}


@pytest.mark.parametrize(
    ("value", "says"),
    [
        ({**RIGHT, "b": np.array([1.0, 2.5])}, "W: right\nb: 1 of 2 entries differ, by up to 0.5; at [1]"),
        ({**RIGHT, "W": RIGHT["W"] * 3}, "(every entry is 3 times what was expected)"),
        ({**RIGHT, "W": RIGHT["W"] / 4}, "(every entry is 1/4 of what was expected)"),
        ({**RIGHT, "W": RIGHT["W"].T}, "W: expected shape (3, 4), got shape (4, 3)\nb: right"),
        ({**RIGHT, "W": RIGHT["W"].tolist()[:2]}, "W: expected shape (3, 4), got shape (2, 4)"),
        ({**RIGHT, "n": 4}, "n: expected 3, got 4 (1 too large)"),
        ({"b": RIGHT["b"], "n": 3}, "but there is no such key\nb: right"),
        ({**RIGHT, "c": 1}, "['c']: got 1, but this key should not be there\nW: right\nb: right\nn: right"),
        ({**RIGHT, "b": np.array([np.nan, 2.0])}, "b: 1 of 2 entries differ; at [0] expected 1.0, got nan"),
        (None, "is `return` missing?"),
        ([1, 2], "That is, expected a dict of 3 entries"),
    ],
)
def test_a_dict_of_arrays_is_told_by_its_keys(value: Any, says: str) -> None:
    assert says in words(RIGHT, value)


def test_of_a_large_array_the_entries_that_differ_are_told() -> None:
    right = np.arange(60.0).reshape(12, 5)
    wrong = right.copy()
    wrong[3, 4] += 2
    assert words(right, wrong).splitlines() == [
        "An array of shape (12, 5) came, as expected.",
        "",
        "1 of 60 entries differ, by up to 2.0:",
        "  [3, 4]  expected 19.0, got 21.0 (2.0 too large)",
    ]


def test_what_should_hold_a_part_is_of_another_kind() -> None:
    found = words((1.0, {"W": np.ones((4, 9))}), (1.0, np.ones((4, 9))), ("loss", "gradients"))
    assert "loss: right" in found
    assert "expected a dict of 1 entries, got an array of shape (4, 9)" in found
    assert "gradients['W']: right" not in found


def test_of_many_parts_the_wrong_ones_are_told() -> None:
    right = {f"W{number}": np.ones(3) for number in range(20)}
    found = words(right, {**right, "W7": np.zeros(3)})
    assert "W7: 3 of 3 entries differ, by up to 1.0 (all are 0)" in found
    assert found.endswith("19 others are right")


ONE = np.array([[1.0, 2.0], [5.0, -3.0]])


@pytest.mark.parametrize(
    ("expected", "got", "says"),
    [
        (ONE, -ONE, "every sign is turned round"),
        (ONE, ONE * 0, "all are 0"),
        (ONE, ONE * 7, "every entry is 7 times what was expected"),
        (ONE, ONE / -6, "every entry is -1/6 of what was expected"),
        (ONE, ONE.T, "it is the transpose of what was expected"),
        (ONE, ONE + 0.25, "all are off by the same"),
        (ONE, ONE + np.array([0, 1]), ""),
        (ONE, ONE * [[1, 1], [1, np.nan]], ""),
        (ONE, ONE[0], ""),
        (ONE * 0, ONE, ""),
        (ONE[:1, :1], ONE[:1, :1] * 2, ""),
        (ONE, ONE * 1j, ""),
        (np.array([3, 1]), np.array([6, 2]), "every entry is 2 times what was expected"),
        (np.array([3.0, 1.0]), np.array([3.0, 1.0]) * 1.00003, ""),  # not "1/1 of what was expected"
        (np.array([3.0, 1.0]), np.array([3.0, 1.0]) / 1.00003, ""),
        (np.array([0.0, 0.7, 0.0]), np.array([0.0, 0.1, 0.0]), ""),  # one entry has nothing in common
    ],
)
def test_what_wrong_entries_have_in_common(expected: np.ndarray, got: np.ndarray, says: str) -> None:
    assert relation(expected, got) == says


@pytest.mark.parametrize(
    ("broken", "value", "says"),
    [
        (finite, np.array([[1.0, 2.0], [3.0, np.nan]]), "Entry [1, 1] is nan: 1 of 4 are not finite."),
        (finite, {"b": np.array([np.inf, 1])}, "Entry [0] of b is inf: 1 of 2 are not finite."),
        (finite, (math_nan := float("nan")), "The number is nan: 1 of 1 are not finite."),
        (finite, [[1.0, math_nan]], "Entry [0, 1] is nan: 1 of 2 are not finite."),
        (finite, np.ones(3), None),
        (finite, "text", None),
        (finite, None, None),
        (sums_to_one_along(), np.array([[0.5, 0.5], [0.5, 0.6]]), "in row [1] sum to 1.1, not to 1."),
        (sums_to_one_along(0), np.array([[0.5, 0.5], [0.5, 0.6]]), "in row [1] sum to 1.1, not to 1."),
        (sums_to_one_along(), [0.25, 0.25], "The probabilities sum to 0.5, not to 1."),
        (sums_to_one_along(part="p"), {"p": np.ones(2), "q": np.ones(3)}, "sum to 2.0, not to 1."),
        (sums_to_one_along(part="p"), {"q": np.ones(3)}, None),
        (sums_to_one_along(2), np.ones(2), None),
        (sums_to_one_along(part=1), (0.5, np.array([0.5, 0.5])), None),
        (has_shape(lambda x: (x, 2)), np.ones((2, 3)), "The shape is (2, 3), and (3, 2) was expected."),
        (has_shape(lambda x: (x, 2)), np.ones((3, 2)), None),
        (has_shape(lambda x: (x,), part="b"), {"b": [1, 2]}, "The shape is (2,), and (3,) was expected."),
    ],
)
def test_properties_of_arrays(broken: Any, value: Any, says: str | None) -> None:
    found = broken.broken((3,), value)
    assert found is None if says is None else says in found


def pick(value: Any) -> Any:
    return value[1]["h"]


def test_an_answer_that_looks_ahead_is_told_so() -> None:
    task = task_of(across=(causal(0, out=pick), remembers(0, out=pick)))

    def ahead(x: Any, parameters: Any) -> Any:
        loss, found = states(x[::-1], parameters)
        return loss, {**found, "h": found["h"][::-1]}

    says = " ".join(words_of(lambda: task.check(ahead)).split())
    assert "The output at t = 0 changed when the input at t = 3 was changed: it looks ahead." in says
    assert "nothing is remembered" in says  # backwards in time, nothing goes forward

    def forgets(x: Any, parameters: Any) -> Any:
        loss, found = states(x, parameters)
        return loss, {**found, "h": np.tanh(x @ parameters["W_x"].T)}

    says = " ".join(words_of(lambda: task.check(forgets)).split())
    assert "The output after t = 3 stayed the same when the input at t = 3 was changed" in says
    assert "looks ahead" not in says
    assert task.check(states)


@pytest.mark.parametrize("answer", [None, 3, (1, 2), (1, {"h": 5}), (1, {"h": np.float64(2)}), "h"])
def test_odd_values_do_not_break_what_is_said_across_cases(answer: Any) -> None:
    task = task_of(across=(causal(0, out=pick), remembers(0, out=pick)), properties=(finite,))
    words_of(lambda: task.check(lambda x, parameters: answer))


def test_a_case_can_be_changed_in_a_list_and_along_another_axis() -> None:
    case = Case(([3, 1, 2], np.zeros((2, 4))), "")
    assert changed_from(case, 0, 1, 5).arguments[0] == [3, 5, 2]
    assert changed_from(case, 1, 3, 1.0, axis=1).arguments[1][:, 3].tolist() == [1.0, 1.0]
    assert case.arguments[0] == [3, 1, 2]
    with pytest.raises(ValueError, match="those that stood there"):
        changed_from(case, 0, 1, 1)
