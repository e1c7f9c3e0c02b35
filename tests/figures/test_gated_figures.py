"""The figures of lecture 12: what is drawn is what was given, and the best is said in words."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import pytest
from matplotlib.colors import to_hex

from rnn_course.errors import DataError, ShapeError
from rnn_course.figures.gated import cells_beside, number, renewal, waiting
from rnn_course.figures.style import BLUE, Picture


def title(picture: Picture) -> str:
    return picture.axes[0].get_title(loc="left").replace("\n", " ")


def inside(picture: Picture) -> bool:
    """Whether everything drawn lies on the page."""
    figure = picture.figure
    figure.draw_without_rendering()
    box = figure.get_tightbbox()
    return box.x0 >= -0.01 and box.y0 >= -0.01 and box.x1 <= figure.get_figwidth() + 0.01


def test_each_unit_goes_u_of_the_way() -> None:
    picture = renewal([-1, 0.5, 0], [1, -0.5, 0.8], [0.75, 0, 1], word="writer")
    (ax,) = picture.axes
    old, candidate, new = (line.get_xdata() for line in ax.lines)
    np.testing.assert_allclose(old, [0.5, -1, 0])  # the least renewed at the bottom
    np.testing.assert_allclose(candidate, [-0.5, 1, 0.8])
    np.testing.assert_allclose(new, [0.5, 0.5, 0.8])
    assert [label.get_text() for label in ax.get_yticklabels()] == ["unit 2", "unit 1", "unit 3"]
    assert [text.get_text() for text in ax.texts] == ["0.00", "0.75", "1.00", "u"]
    assert title(picture) == "“writer” moves 2 of 3 units more than half of the way"
    assert "unit 1: u 0.75, from -1.00 towards 1.00, to 0.50" in picture.alt
    assert inside(picture)


def test_the_best_bar_is_marked_by_more_than_its_colour() -> None:
    panels = {"perplexity": ([66.5, 58.6], "lowest"), "tokens per CPU second": ([31_000, 29_000], "highest")}
    picture = cells_beside(["Elman", "GRU"], panels, title="The GRU is ahead")
    left, right = picture.axes
    assert [bar.get_width() for bar in left.patches] == [66.5, 58.6]
    assert [bar.get_hatch() for bar in left.patches] == ["///", None]
    assert [bar.get_hatch() for bar in right.patches] == [None, "///"]
    assert to_hex(left.patches[1].get_facecolor()).upper() == BLUE
    assert [text.get_text() for text in left.texts] == ["66.5", "58.6  lowest"]
    assert [text.get_text() for text in right.texts] == ["31,000  highest", "29,000"]
    assert [label.get_text() for label in left.get_yticklabels()] == ["Elman", "GRU"]
    assert left.get_ylim()[0] > left.get_ylim()[1], "the first name stands on top"
    assert "The GRU is ahead. perplexity: Elman 66.5, GRU 58.6; GRU has the lowest" in picture.alt
    assert inside(picture)


def test_waiting_names_each_half_life() -> None:
    steps = np.arange(31)
    picture = waiting(
        steps,
        {"b = 0": 0.5**steps, "b = −3": 0.95**steps},
        {"b = 0": 1, "b = −3": 13.5},
        title="A gate that stays shut keeps",
    )
    (ax,) = picture.axes
    np.testing.assert_allclose(ax.lines[0].get_ydata(), 0.5)
    np.testing.assert_allclose(ax.lines[2].get_ydata(), 0.95**steps)
    assert ax.lines[1].get_marker() != ax.lines[2].get_marker()
    legend = ax.get_legend()
    assert legend is not None
    assert [text.get_text() for text in legend.get_texts()][1] == "b = −3: half-life 13.5 steps"
    assert "b = −3: half after 13.5 steps, 0.21 after 30" in picture.alt
    assert title(picture) == "A gate that stays shut keeps"
    assert inside(picture)


def test_numbers_as_they_are_read() -> None:
    assert [number(x) for x in (33_024, 58.64, 2.843, 0.0443)] == ["33,024", "58.6", "2.84", "0.044"]


@pytest.mark.parametrize(
    ("draw", "error", "message"),
    [
        (lambda: renewal([0], [0, 1], [0.5], word="a"), ShapeError, r"h_tilde is \(2,\), but there are 1"),
        (lambda: renewal([0], [0], [1.5], word="a"), DataError, "u are between 0 and 1"),
        (lambda: renewal([], [], [], word="a"), DataError, "nothing to draw"),
        (lambda: renewal([np.nan], [0], [1], word="a"), DataError, "h_prev holds NaN at position 0"),
        (lambda: cells_beside(["a"], {}, title=""), DataError, "no panels"),
        (lambda: cells_beside(["a"], {"x": ([1, 2], "lowest")}, title=""), ShapeError, "there are 1 cells"),
        (
            lambda: cells_beside(["a"], {"x": ([0], "lowest")}, title=""),
            DataError,
            "x: a bar needs a positive",
        ),
        (lambda: cells_beside(["a"], {"x": ([np.inf], "lowest")}, title=""), DataError, "a positive number"),
        (
            lambda: cells_beside(["a"], {"x": ([1], "best")}, title=""),
            DataError,
            "lowest or highest, got 'best'",
        ),
        (lambda: waiting([0, 1], {}, {}, title=""), DataError, "each line has a half-life"),
        (lambda: waiting([0, 1], {"a": [1, 0]}, {"b": 1}, title=""), DataError, "each line has a half-life"),
        (lambda: waiting([0, 1], {"a": [1, 2]}, {"a": 1}, title=""), DataError, "between 0 and 1"),
        (lambda: waiting([0, 1], {"a": [1]}, {"a": 1}, title=""), ShapeError, "there are 2 lags"),
    ],
)
def test_errors_say_what_is_wrong(draw: Callable[[], Picture], error: type[Exception], message: str) -> None:
    with pytest.raises(error, match=message):
        draw()
