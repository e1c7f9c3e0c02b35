"""The figures of lecture 10: what is drawn is what was given, and nothing lies outside the page."""

from __future__ import annotations

import numpy as np
import pytest

from rnn_course.errors import DataError, ShapeError
from rnn_course.figures.agreement import accuracy_by_distance, accuracy_by_seed
from rnn_course.figures.clipping import clipped_lengths, cut_through_the_wall, gradient_norms, losses_by_rule
from rnn_course.figures.style import Picture


def inside(picture: Picture) -> bool:
    """Whether everything drawn lies on the page."""
    figure = picture.figure
    figure.draw_without_rendering()
    box = figure.get_tightbbox()
    width, height = figure.get_size_inches()
    return bool(box.x0 >= -0.01 and box.y0 >= -0.01 and box.x1 <= width + 0.01 and box.y1 <= height + 0.01)


def texts(picture: Picture, panel: int = 0) -> set[str]:
    return {text.get_text() for text in picture.axes[panel].texts}


def test_accuracy_by_distance() -> None:
    picture = accuracy_by_distance(
        [6, 11.2, 27],
        {"Elman": [0.2, 0.1, 0.15], "GRU": [1, 1, 0.98]},
        title="The gate keeps it",
        x_label="lag (steps)",
        chance=0.125,
    )
    (ax,) = picture.axes
    np.testing.assert_allclose(ax.lines[0].get_xydata(), [[6, 0.2], [11.2, 0.1], [27, 0.15]])
    np.testing.assert_allclose(ax.lines[1].get_ydata(), [1, 1, 0.98])
    np.testing.assert_allclose(ax.lines[2].get_ydata(), 0.125)
    assert len({line.get_linestyle() for line in ax.lines[:2]}) == 2, "told apart without colour"
    assert texts(picture) == {"Elman", "GRU", "chance"}
    assert ax.get_title(loc="left") == "The gate keeps it"
    assert "GRU: 100%, 100% and 98%" in picture.alt
    assert "Chance is 12.5%" in picture.alt
    assert inside(picture)


def test_accuracy_by_distance_refuses() -> None:
    options = {"title": "t", "x_label": "lag", "chance": 0.5}
    with pytest.raises(ShapeError, match="2 distances"):
        accuracy_by_distance([1, 2], {"a": [0.1]}, **options)
    with pytest.raises(DataError, match="between 0 and 1"):
        accuracy_by_distance([1], {"a": [1.1]}, **options)
    with pytest.raises(DataError, match="nobody"):
        accuracy_by_distance([1], {}, **options)
    with pytest.raises(DataError, match="chance"):
        accuracy_by_distance([1], {"a": [1]}, **{**options, "chance": 50})


def test_accuracy_by_seed_names_the_seeds_that_end_together() -> None:
    runs = {"Elman": [[1, 0], [1, 0.99], [1, 0.5], [1, 1]], "LSTM": [[1, 1]] * 4}
    picture = accuracy_by_seed([0, 4], runs, title="Luck", x_label="attractors", chance=0.5)
    left, right = picture.axes
    np.testing.assert_allclose(left.lines[0].get_ydata(), [1, 0.6225], err_msg="the mean")
    np.testing.assert_allclose(left.lines[3].get_ydata(), [1, 0.5])
    assert texts(picture) == {"seed 0", "seed 2", "seeds 1, 3"}
    assert texts(picture, 1) == {"seeds 0, 1, 2, 3"}
    assert right.get_title(loc="left") == "LSTM"
    assert "Elman, with 4: 0%, 99%, 50% and 100%, on average 62%" in picture.alt
    assert inside(picture)


def test_accuracy_by_seed_refuses() -> None:
    with pytest.raises(ShapeError, match=r"expected \[seeds, columns\]"):
        accuracy_by_seed([0, 1], {"Elman": [1, 0]}, title="t", x_label="x", chance=0.5)
    with pytest.raises(ShapeError, match="3 columns"):
        accuracy_by_seed([0, 1, 2], {"Elman": [[1, 0]]}, title="t", x_label="x", chance=0.5)
    with pytest.raises(DataError, match="nobody"):
        accuracy_by_seed([0], {}, title="t", x_label="x", chance=0.5)


def test_the_cut_states_where_it_is_steepest() -> None:
    w = np.array([1.0, 2.0, 3.0, 4.0, 5.0])
    picture = cut_through_the_wall(w, [0.4, 0.4, 0.2, 0.1, 0.2], [0.1, 0.1, 250, 0.1, 0.2])
    left, right = picture.axes
    np.testing.assert_allclose(left.lines[0].get_ydata(), [0.4, 0.4, 0.2, 0.1, 0.2])
    np.testing.assert_allclose(right.lines[0].get_ydata(), [0.1, 0.1, 250, 0.1, 0.2])
    assert right.get_yscale() == "log"
    assert picture.figure.get_suptitle() == "At w = 3.00 the gradient is 250, elsewhere mostly below 1"
    assert "the largest is 250" in picture.alt
    assert inside(picture)
    no_wall = cut_through_the_wall(w, [0.4] * 5, [5, 6, 7, 6, 5])
    assert "mostly below" not in no_wall.figure.get_suptitle()


def test_clipped_lengths() -> None:
    picture = clipped_lengths(
        [0.5, 1, 10], {"norm": [0.5, 1, 1], "squared norm": [0.5, 1, 0.1]}, title="The slip"
    )
    (ax,) = picture.axes
    np.testing.assert_allclose(ax.lines[2].get_xydata()[-1], [10, 0.1])
    assert texts(picture) == {"not clipped", "norm", "squared norm"}
    assert "squared norm: 0.5 becomes 0.5, 1 becomes 1, 10 becomes 0.1" in picture.alt
    assert inside(picture)


def test_gradient_norms_are_marked_above_the_line() -> None:
    picture = gradient_norms([0.5, 2, 0.8, 300], 1.0, title="A few are long")
    (ax,) = picture.axes
    np.testing.assert_allclose(ax.lines[0].get_xydata(), [[1, 0.5], [3, 0.8]])
    np.testing.assert_allclose(ax.lines[1].get_xydata(), [[2, 2], [4, 300]])
    assert "largest 300 at update 4; 2 are above 1" in picture.alt
    assert inside(picture)


def test_losses_by_rule_are_running_means() -> None:
    picture = losses_by_rule({"none": [4, 2, 6], "norm": [4, 2]}, title="Saved", window=2)
    (ax,) = picture.axes
    np.testing.assert_allclose(ax.lines[0].get_xydata(), [[1, 4], [2, 3], [3, 4]])
    np.testing.assert_allclose(ax.lines[1].get_ydata(), [4, 3])
    assert texts(picture) == {"none", "norm"}
    assert "norm: 4.00 at first, 3.00 after 2 updates" in picture.alt
    assert inside(picture)


def test_what_cannot_be_drawn_is_refused() -> None:
    with pytest.raises(ShapeError, match="loss is"):
        cut_through_the_wall([1, 2], [1], [1, 1])
    with pytest.raises(DataError, match="above 0"):
        cut_through_the_wall([1, 2], [1, 1], [0, 1])
    with pytest.raises(DataError, match="no rule"):
        clipped_lengths([1], {}, title="t")
    with pytest.raises(DataError, match="max_norm is above 0"):
        gradient_norms([1], 0, title="t")
    with pytest.raises(DataError, match="no points"):
        gradient_norms([], 1, title="t")
    with pytest.raises(DataError, match="at least one run"):
        losses_by_rule({}, title="t")
    with pytest.raises(DataError, match="NaN"):
        losses_by_rule({"none": [1, np.nan]}, title="t")
