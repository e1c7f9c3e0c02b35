"""The figures of lecture 13: what is drawn is what was given, and the title states it."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

from rnn_course.errors import DataError, ShapeError
from rnn_course.figures.shortcuts import curves_by_depth, gradient_down_the_stack, time_beside_depth
from rnn_course.figures.style import Picture

SHARES: dict[str, Any] = {"plain": [1e-6, 1e-3, 1], "residual": [3, 2, 1], "highway": [0.5, 0.7, 1]}
LOSSES: dict[str, Any] = {"plain": [[3, 2, 1], [3, 2.98, 2.96]], "residual": [[3, 2, 1], [3, 1.5, 1.2]]}


def title(picture: Picture) -> str:
    own = picture.figure.get_suptitle() or picture.axes[0].get_title(loc="left")
    return own.replace("\n", " ")


def inside(picture: Picture) -> bool:
    """Whether everything drawn lies on the page."""
    picture.figure.draw_without_rendering()
    box = picture.figure.get_tightbbox()
    width, height = picture.figure.get_size_inches()
    return bool(box.x0 >= -0.01 and box.y0 >= -0.01 and box.x1 <= width + 0.01 and box.y1 <= height + 0.01)


def test_a_stack_is_drawn_from_the_top_down() -> None:
    picture = gradient_down_the_stack(SHARES)
    (ax,) = picture.axes
    plain = ax.lines[0]
    np.testing.assert_array_equal(plain.get_xdata(), [0, 1, 2])
    np.testing.assert_array_equal(plain.get_ydata(), [1, 1e-3, 1e-6])
    assert ax.get_yscale() == "log"
    assert len({(line.get_color(), line.get_linestyle(), line.get_marker()) for line in ax.lines}) == 3
    assert len({line.get_linestyle() for line in ax.lines}) == 3, "not by colour alone"
    assert title(picture) == (
        "2 layers below the top, the plain stack has 1 × 10⁻⁶ of the gradient, the others 0.5 or more"
    )
    assert "At the lowest layer: plain 1e-06, residual 3, highway 0.5" in picture.alt
    assert {text.get_text() for text in ax.texts} == set(SHARES)
    assert inside(picture)


def test_the_least_is_named_whichever_it_is() -> None:
    picture = gradient_down_the_stack({"dense": [2, 1], "highway": [0.25, 1]})
    assert (
        title(picture)
        == "1 layers below the top, the highway stack has 0.25 of the gradient, the other 2 or more"
    )
    assert title(gradient_down_the_stack({"dense": [2, 1]})).endswith("the dense stack has 2 of the gradient")


def test_time_and_depth_share_an_axis_and_the_powers_of_a_gate() -> None:
    picture = time_beside_depth(
        {"Elman": [1, 0.1, 0.01]}, {"plain": [1, 0.2], "highway": [1, 0.9]}, factor=0.9
    )
    left, right = picture.axes
    assert left.get_ylim() == right.get_ylim()
    assert left.get_ylim()[0] < 0.01 < 1 < left.get_ylim()[1]
    np.testing.assert_allclose(left.lines[-1].get_ydata(), [1, 0.9, 0.81])
    np.testing.assert_allclose(right.lines[-1].get_ydata(), [1, 0.9])
    np.testing.assert_array_equal(right.lines[1].get_ydata(), [1, 0.9])
    assert left.get_xlabel() == "steps back in time"
    assert right.get_xlabel() == "layers down"
    assert "in time: Elman 0.01 after 2; in depth: plain 0.2 after 1, highway 0.9 after 1" in picture.alt
    assert inside(picture)


def test_training_curves_are_running_means_with_the_levels_between_which_they_move() -> None:
    picture = curves_by_depth((2, 50), LOSSES, best=1.0, unigram=3.0, over=2)
    shallow, deep = picture.axes
    np.testing.assert_allclose(shallow.lines[0].get_ydata(), [2.5, 1.5])
    np.testing.assert_allclose(deep.lines[1].get_ydata(), [2.25, 1.35])
    np.testing.assert_array_equal(deep.lines[1].get_xdata(), [2, 3])
    for ax in picture.axes:
        levels = [line.get_ydata()[0] for line in ax.lines[2:]]
        assert levels == [3, 1]
        assert ax.get_ylim() == shallow.get_ylim()
    assert (shallow.get_title(), deep.get_title()) == ("", "")
    assert deep.get_title(loc="left") == "50 layers"
    # (3 - 2.97) / 2 and (3 - 1.35) / 2
    assert title(picture) == (
        "With 50 layers, the plain stack learns 1% of what there is to learn, the other 82% or more"
    )
    assert "50 layers: plain 2.97, residual 1.35" in picture.alt
    assert inside(picture)


@pytest.mark.parametrize(
    ("draw", "error", "match"),
    [
        (lambda: gradient_down_the_stack({}), DataError, "at least two layers"),
        (lambda: gradient_down_the_stack({"plain": [1]}), DataError, "at least two layers"),
        (lambda: gradient_down_the_stack({"plain": [0, 1]}), DataError, "shares above 0"),
        (lambda: gradient_down_the_stack({"plain": [1, np.nan]}), DataError, "of plain holds NaN"),
        (lambda: gradient_down_the_stack({"a": [1, 2], "b": [1, 2, 3]}), ShapeError, "of b is"),
        (lambda: time_beside_depth({"a": [1, 1]}, {}, factor=0.5), DataError, "in_depth"),
        (lambda: time_beside_depth({"a": [1, 1]}, {"b": [1, 1]}, factor=1), DataError, "between 0 and 1"),
        (lambda: curves_by_depth((2,), {}, best=1, unigram=2), DataError, "at least one stack"),
        (lambda: curves_by_depth((2,), LOSSES, best=1, unigram=2), ShapeError, "1 depths"),
        (lambda: curves_by_depth((2, 50), LOSSES, best=1, unigram=2), DataError, "1 to the 3 updates"),
        (
            lambda: curves_by_depth((2,), {"plain": [[1, np.nan]]}, best=1, unigram=2, over=1),
            DataError,
            "plain hold NaN",
        ),
    ],
)
def test_errors(draw: Callable[[], Picture], error: type[Exception], match: str) -> None:
    with pytest.raises(error, match=match):
        draw()
