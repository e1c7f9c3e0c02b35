"""The cliff: its gradient against torch, and what the lecture says of the two paths."""

from __future__ import annotations

import numpy as np
import pytest
import torch

from rnn_course.errors import CourseError
from rnn_course.experiments import cliff


@pytest.mark.parametrize("nonlinearity", ["sigmoid", "linear"])
@pytest.mark.parametrize(("w", "b"), [(0.7, 0.2), (-1.1, 0.5), (4.9, -2.54), (1.02, -0.3)])
def test_the_gradient_is_autograds(nonlinearity: cliff.Nonlinearity, w: float, b: float) -> None:
    weights = torch.tensor([w, b], dtype=torch.float64, requires_grad=True)
    h = torch.sigmoid(torch.tensor(0.5, dtype=torch.float64))
    for _ in range(50):
        h = weights[0] * h + weights[1]
        h = torch.sigmoid(h) if nonlinearity == "sigmoid" else h
    J = (h - 0.7) ** 2
    J.backward()
    got = cliff.loss_and_gradient(w, b, nonlinearity=nonlinearity)
    np.testing.assert_allclose(got.J, J.item(), rtol=1e-9)
    np.testing.assert_allclose([got.dw, got.db], weights.grad, rtol=1e-9)


def test_the_surface_holds_the_loss_of_each_pair() -> None:
    surface = cliff.loss_surface(points=31)
    assert surface.loss.shape == (31, 31)
    one = cliff.loss_and_gradient(surface.w[3], surface.b[20])
    assert surface.loss[20, 3] == one.J
    assert surface.gradient_norm[20, 3] == np.hypot(one.dw, one.db)


def test_there_is_a_wall_between_two_plains() -> None:
    # lecture 10: "below 0.3 at 99 of 100 points, above 1,000 at the steepest"
    surface = cliff.loss_surface()
    assert np.quantile(surface.gradient_norm, 0.99) < 0.3
    assert surface.gradient_norm.max() > 1000
    b, w = np.unravel_index(surface.gradient_norm.argmax(), surface.gradient_norm.shape)
    assert abs(surface.loss[b, w + 3] - surface.loss[b, w - 3]) > 0.2, "a wall: 0.04 in w, and another loss"


def test_plain_descent_is_thrown_off_and_clipped_descent_is_not() -> None:
    plain, clipped = vars(cliff.off_the_cliff()).values()
    thrown = int(plain.norms.argmax())
    assert 250 < plain.norms.max() < 350
    assert np.linalg.norm(plain.points[thrown + 1] - plain.points[thrown]) > 80
    np.testing.assert_allclose(plain.losses[-20:], 0.09, atol=1e-6)
    assert plain.norms[-20:].max() < 1e-6
    assert plain.lost_at is clipped.lost_at is None
    assert plain.clipped == 0
    assert clipped.clipped > 100
    steps = np.linalg.norm(np.diff(clipped.points, axis=0), axis=1)
    assert steps.max() <= 0.3 * 0.1 * (1 + 1e-12), "learning rate times max_norm"
    assert clipped.losses[-1] < 0.01
    # up to the wall, both walk in the same direction
    assert plain.losses[thrown // 2] < plain.losses[0]


def test_each_step_is_gradient_descent() -> None:
    path = cliff.descend((5.0, -2.4), learning_rate=0.1, steps=5)
    for before, after, norm in zip(path.points[:-1], path.points[1:], path.norms, strict=True):
        _, dw, db = cliff.loss_and_gradient(*before)
        np.testing.assert_allclose(after, before - 0.1 * np.array([dw, db]), rtol=1e-14)
        assert norm == pytest.approx(np.hypot(dw, db))


def test_a_run_to_nan() -> None:
    plain, clipped = vars(cliff.run_to_nan()).values()
    assert 41 < plain.losses[0] < 42
    assert plain.losses[1] > 1e160
    assert plain.losses[2] == np.inf
    assert np.isnan(plain.losses[3:]).all()
    assert plain.lost_at == 2
    assert clipped.lost_at is None
    assert clipped.losses[-1] < 1e-6


def test_arguments_are_checked() -> None:
    with pytest.raises(CourseError, match="'relu'"):
        cliff.loss_and_gradient(1, 1, nonlinearity="relu")  # type: ignore[arg-type]
    with pytest.raises(CourseError, match="at least 2 points"):
        cliff.loss_surface(points=1)
    with pytest.raises(CourseError, match="got 0 and 3"):
        cliff.descend((1, 1), learning_rate=0, steps=3)
