"""The gradient check says which entry is wrong, and passes nothing else."""

from __future__ import annotations

from typing import Any, NamedTuple

import numpy as np
import pytest

from rnn_course.cells.elman import ElmanParams, elman_backward, elman_forward, elman_init
from rnn_course.errors import ShapeError
from rnn_course.gradients.check import GradientError, check_gradients, numerical_derivative


class Line(NamedTuple):
    slope: Any
    offset: Any


def quadratic(params: Line) -> float:
    return float((params.slope**2).sum() + 3 * params.offset.sum())


A = np.arange(1.0, 7.0).reshape(2, 3)
PARAMS = Line(A, np.ones(2))
RIGHT = Line(2 * A, np.full(2, 3.0))


def test_a_right_gradient_passes_and_the_parameters_stay_as_they_were() -> None:
    before = [array.copy() for array in PARAMS]
    report = check_gradients(quadratic, PARAMS, RIGHT)
    assert report.passed
    assert report.worst_error < 1e-9
    report.require()
    assert str(report).startswith("slope: right in all 6 entries")
    for array, copy in zip(PARAMS, before, strict=True):
        np.testing.assert_array_equal(array, copy)


def test_the_wrong_entry_is_named_with_what_came_and_what_was_expected() -> None:
    wrong = 2 * A
    wrong[1, 2] = 7
    report = check_gradients(quadratic, PARAMS, Line(wrong, RIGHT.offset))
    assert not report.passed
    with pytest.raises(GradientError) as error:
        report.require()
    message = str(error.value)
    assert "1 of 2 gradients disagree" in message
    assert "slope: WRONG in 1 of 6 entries; worst at slope[1, 2]: got 7, expected 12" in message
    assert "offset" not in message.split("\n", 1)[1]


@pytest.mark.parametrize(
    ("got", "words"),
    [
        (A, "got is 0.5 times expected wherever it is wrong"),
        (-2 * A, "got is -1 times expected"),
        (0 * A, "got is 0 wherever it is wrong"),
    ],
)
def test_a_common_factor_is_pointed_out(got: np.ndarray, words: str) -> None:
    assert words in str(check_gradients(quadratic, PARAMS, Line(got, RIGHT.offset)))


@pytest.mark.parametrize("bad", [np.nan, np.inf, -np.inf])
def test_a_gradient_that_is_not_finite_fails(bad: float) -> None:
    wrong = 2 * A
    wrong[0, 0] = bad
    report = check_gradients(quadratic, PARAMS, Line(wrong, RIGHT.offset))
    assert not report.passed
    assert "slope[0, 0]" in str(report)


def test_one_part_in_a_million_is_noticed_and_one_in_a_hundred_million_is_not() -> None:
    assert not check_gradients(quadratic, PARAMS, Line(2 * A * (1 + 2e-6), RIGHT.offset)).passed
    assert check_gradients(quadratic, PARAMS, Line(2 * A * (1 + 1e-8), RIGHT.offset)).passed


def test_a_small_gradient_beside_a_large_one_is_judged_by_itself() -> None:
    """dJ/da = (1, 1e-3): a floor at the largest entry would let the second be wrong by 1e-6 of the first."""
    weights = np.array([1.0, 1e-3])
    got = np.array([1.0, 1e-3 * (1 + 1e-5)])
    report = check_gradients(
        lambda p: float((weights * np.sin(p["a"])).sum()), {"a": np.zeros(2)}, {"a": got}
    )
    assert "worst at a[1]" in str(report)


def test_entries_may_be_drawn() -> None:
    rng = np.random.default_rng(3)
    big = np.linspace(-1, 1, 400).reshape(20, 20)
    report = check_gradients(
        lambda p: float((p["a"] ** 3).sum()), {"a": big}, {"a": 3 * big**2}, max_entries=15, rng=rng
    )
    assert report.passed
    (array,) = report.arrays
    assert len(array.errors) == 15
    assert len({tuple(index) for index in array.indices.tolist()}) == 15
    with pytest.raises(GradientError, match="a has 400 entries: to draw 15 of them, give an rng"):
        check_gradients(lambda p: 0.0, {"a": big}, {"a": big}, max_entries=15)


def test_float32_parameters_are_varied_in_float64() -> None:
    single = Line(A.astype(np.float32), np.ones(2, np.float32))
    assert check_gradients(quadratic, single, RIGHT).worst_error < 1e-9


def test_numbers_without_axes_are_checked_too() -> None:
    report = check_gradients(lambda p: float(p["a"] ** 2), {"a": np.array(3.0)}, {"a": np.array(5.0)})
    assert "worst at a: got 5, expected 6" in str(report)


def test_a_loss_that_changes_between_calls_is_refused() -> None:
    rng = np.random.default_rng(0)
    with pytest.raises(GradientError, match="for the same parameters"):
        check_gradients(lambda p: float(rng.random()), PARAMS, RIGHT)


@pytest.mark.parametrize("value", [np.nan, np.inf, np.ones(3)])
def test_a_loss_that_is_no_finite_number_is_refused(value: Any) -> None:
    with pytest.raises(GradientError, match="one finite number"):
        check_gradients(lambda p: value, PARAMS, RIGHT)


def test_gradients_of_another_structure_are_refused() -> None:
    with pytest.raises(ShapeError, match="gradients are for"):
        check_gradients(quadratic, PARAMS, {"slope": 2 * A})
    with pytest.raises(ShapeError, match=r"the gradient of slope is \(3, 2\), but slope is \(2, 3\)"):
        check_gradients(quadratic, PARAMS, Line(2 * A.T, RIGHT.offset))


def test_the_entry_is_restored_when_the_loss_fails() -> None:
    array = np.array([1.0])

    def failing() -> float:
        raise RuntimeError

    with pytest.raises(RuntimeError):
        numerical_derivative(failing, array, (0,), 1e-3)
    assert array[0] == 1.0


def test_typical_mistakes_in_backpropagation_through_time_are_found() -> None:
    """Each is a mistake that leaves all shapes right, and a falling loss."""
    T, B, D, H = 7, 2, 3, 4
    rng = np.random.default_rng(5)
    params, e, h_0 = elman_init(D, H, rng), rng.standard_normal((T, B, D)), rng.uniform(-1, 1, (B, H))
    weights = rng.standard_normal((T, B, H))

    def loss(p: ElmanParams) -> float:
        return float((weights * elman_forward(p, e, h_0)[0]).sum())

    _, (_, _, h) = elman_forward(params, e, h_0)

    def backward(*, through_time: bool, transposed: bool, early: bool, slope: bool) -> ElmanParams:
        d = ElmanParams(*map(np.zeros_like, params))
        later = np.zeros((B, H))
        for t in reversed(range(T)):
            dz = (weights[t] + later) * (1 - h[t + 1] ** 2 if slope else 1)
            d.W_h[:] += dz.T @ h[t if early else t + 1]
            d.W_e[:] += dz.T @ e[t]
            d.b_1[:] += dz.sum(axis=0)
            later = (dz @ (params.W_h.T if transposed else params.W_h)) * through_time
        return d

    right = {"through_time": True, "transposed": False, "early": True, "slope": True}
    assert check_gradients(loss, params, backward(**right)).passed
    assert check_gradients(loss, params, elman_backward(weights, elman_forward(params, e, h_0)[1])[0]).passed
    for mistake in right:
        assert not check_gradients(loss, params, backward(**{**right, mistake: not right[mistake]})).passed, (
            mistake
        )
