"""The figures of lecture 14: what is drawn is what was given, and nothing leaves the page."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import pytest
from matplotlib.colors import to_hex

from rnn_course.errors import DataError, ShapeError
from rnn_course.figures.style import BLUE, VERMILLION, Picture
from rnn_course.figures.two_sided import accuracy_by_place, below_the_best, two_directions

WORDS = ("the", "movie", "was", "terribly", "exciting", "!")


def texts(picture: Picture) -> list[str]:
    return [text.get_text() for ax in picture.axes for text in ax.texts if text.get_text()]


def inside(picture: Picture) -> bool:
    """Whether everything drawn lies on the page."""
    figure = picture.figure
    figure.draw_without_rendering()
    box = figure.get_tightbbox()
    wide, high = figure.get_figwidth(), figure.get_figheight()
    return bool(box.x0 >= -0.02 and box.y0 >= -0.02 and box.x1 <= wide + 0.02 and box.y1 <= high + 0.02)


@pytest.mark.parametrize("marked", [0, 3, 5])
def test_what_reaches_the_marked_word_is_drawn_strong(marked: int) -> None:
    picture = two_directions(WORDS, marked=marked)
    (ax,) = picture.axes
    strong = [(to_hex(p.get_edgecolor()).upper(), p.get_x()) for p in ax.patches if p.get_alpha() == 1]
    assert sum(color == BLUE for color, _ in strong) == marked + 1
    assert sum(color == VERMILLION for color, _ in strong) == len(WORDS) - marked
    assert len(ax.patches) == 3 * len(WORDS)
    assert set(WORDS) <= set(texts(picture))
    assert inside(picture)


def test_the_alternative_names_what_each_half_has_read() -> None:
    alt = two_directions(WORDS, marked=3).alt
    assert "left-to-right state after “the movie was terribly”" in alt
    assert "right-to-left state after “! exciting terribly”" in alt
    assert "after “the” and" in two_directions(WORDS, marked=0).alt
    assert "state after “! exciting terribly was movie the”." in two_directions(WORDS, marked=0).alt
    assert "state after “!”." in two_directions(WORDS, marked=5).alt
    assert inside(two_directions(["a", "b"]))
    assert inside(two_directions(["incomprehensible"] * 9, marked=8))


def test_the_table_holds_the_shares() -> None:
    accuracy = {"left only": [0.5, 1], "a reader with a long name": [1, 0.25]}
    picture = accuracy_by_place(("was", "good"), accuracy, title="each knows one half")
    (ax,) = picture.axes
    np.testing.assert_array_equal(ax.images[0].get_array(), [[0.5, 1], [1, 0.25]])
    assert texts(picture) == ["50 %", "100 %", "100 %", "25 %"]
    assert ax.images[0].norm.vmin == 0.25
    assert "each knows one half. left only: 50 % at “was”, 100 % at “good”" in picture.alt
    assert inside(picture)


def test_the_curves_stand_beside_the_line_that_nobody_honest_crosses() -> None:
    curves = {"from the left": [4.0, 3.0], "both ways": [2.0, 1.02]}
    picture = below_the_best(curves, 2.75, title="too good")
    (ax,) = picture.axes
    drawn = [list(line.get_ydata()) for line in ax.lines]
    assert drawn[0] == [2.75, 2.75]
    assert drawn[1:] == list(curves.values())
    assert len({line.get_linestyle() for line in ax.lines}) == 3, "never told apart by colour alone"
    assert {"from the left, 3.00", "both ways, 1.02", "the language, 2.75"} <= set(texts(picture))
    assert "both ways falls from 2.00 to 1.02. The language's own is 2.75." in picture.alt
    assert inside(picture)


@pytest.mark.parametrize(
    ("draw", "error", "message"),
    [
        (lambda: two_directions(["a"]), DataError, "2 to 9 words"),
        (lambda: two_directions(["a"] * 10), DataError, "got 10 and 0"),
        (lambda: two_directions(["a", "b"], marked=2), DataError, "one of them marked"),
        (lambda: accuracy_by_place(["w"], {}, title=""), DataError, "at least one reader"),
        (lambda: accuracy_by_place(["w"], {"a": [2]}, title=""), DataError, "between 0 and 1"),
        (lambda: accuracy_by_place(["w"], {"a": [1, 1]}, title=""), ShapeError, r"accuracy of a is \(2,\)"),
        (lambda: below_the_best({}, 2, title=""), DataError, "at least one curve"),
        (lambda: below_the_best({"a": [0.5]}, 2, title=""), DataError, "at least 1, got 0.5"),
        (lambda: below_the_best({"a": [2, 3], "b": [1]}, 2, title=""), ShapeError, r"b is \(1,\)"),
        (lambda: below_the_best({"a": [np.nan]}, 2, title=""), DataError, "NaN"),
    ],
)
def test_errors_say_what_is_wrong(draw: Callable[[], Picture], error: type[Exception], message: str) -> None:
    with pytest.raises(error, match=message):
        draw()
