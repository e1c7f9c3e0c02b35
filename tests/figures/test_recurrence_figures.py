"""The figures of lecture 05: what is drawn is what was given, and the title states it."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import pytest
from matplotlib.patches import Rectangle

from rnn_course.errors import DataError, ShapeError
from rnn_course.figures.recurrence import learning_curves, predictions, same_last_word, weights_by_length
from rnn_course.figures.style import Picture


def inside(picture: Picture) -> bool:
    """Whether everything drawn lies on the page."""
    figure = picture.figure
    figure.draw_without_rendering()
    box = figure.get_tightbbox()
    return box.x0 >= -0.01 and box.y0 >= -0.01 and box.x1 <= figure.get_figwidth() + 0.01


def title(picture: Picture, panel: int = 0) -> str:
    return picture.axes[panel].get_title(loc="left").replace("\n", " ")


def test_weights_by_length() -> None:
    picture = weights_by_length([1, 2, 4, 32], [4096, 8192, 16_384, 131_072], 8256)
    (ax,) = picture.axes
    np.testing.assert_allclose(ax.lines[0].get_xydata()[-1], [32, 131_072])
    np.testing.assert_allclose(ax.lines[1].get_ydata(), 8256)
    assert title(picture) == "A window of 32 words has 131,072 weights, the recurrence 8,256"
    assert {text.get_text() for text in ax.texts} == {"fixed window", "recurrence"}
    assert "16,384 for 4" in picture.alt
    assert inside(picture)


def test_predictions_are_outlined_where_they_came_true() -> None:
    p = np.array([[0.5, 0.3, 0.2], [0.1, 0.7, 0.2]])
    picture = predictions("ab", "xyz", p, "yz", -np.log([0.3, 0.2]))
    (ax,) = picture.axes
    np.testing.assert_allclose(ax.images[0].get_array(), p.T)
    assert {text.get_text() for text in ax.texts} >= {"0.500", "0.700"}
    outlines = [patch for patch in ax.patches if isinstance(patch, Rectangle)]
    centres = [(o.get_x() + o.get_width() / 2, o.get_y() + o.get_height() / 2) for o in outlines]
    np.testing.assert_allclose(centres, [(0, 1), (1, 2)], atol=0.01)
    assert title(picture).startswith("J = 1.407 nats is the mean of 1.204 and 1.609")
    assert [label.get_text() for label in ax.get_xticklabels()][1] == "step 2\nreads b\nloss 1.609"
    assert "step 1 reads a; y comes, with 0.300, loss 1.204" in picture.alt
    assert inside(picture)


@pytest.mark.parametrize("log", [False, True])
def test_learning_curves_and_their_levels(log: bool) -> None:
    picture = learning_curves(
        {"with its state": [3, 2, 1], "state held": [3, 2.5, 2.4]},
        title="One of them stops",
        x_label="epochs",
        y_label="loss, nats",
        levels={"floor": 2.3},
        log=log,
    )
    (ax,) = picture.axes
    np.testing.assert_allclose(ax.lines[1].get_xydata(), [[1, 3], [2, 2.5], [3, 2.4]])
    np.testing.assert_allclose(ax.lines[2].get_ydata(), 2.3)
    assert ax.lines[2].get_linestyle() == "--"
    assert {text.get_text() for text in ax.texts} == {"with its state", "state held", "floor"}
    assert ax.get_yscale() == ("log" if log else "linear")
    assert title(picture) == "One of them stops"
    assert "state held goes from 3 to 2.4; a dashed line marks floor, 2.3" in picture.alt
    assert inside(picture)


def test_the_same_last_word_in_two_networks() -> None:
    networks = {"carried": [[0.5, 0.25], [0.25, 0.25]], "held": [[0.5, 0.25], [0.5, 0.25]]}
    picture = same_last_word(["knows", "know"], networks, ("the writer of the books", "the books"))
    assert (title(picture, 0), title(picture, 1)) == ("carried: up to 0.250 apart", "held: the same")
    left = picture.axes[0]
    assert [bar.get_width() for bar in left.patches] == pytest.approx([0.5, 0.25, 0.25, 0.25])
    hatches = [bar.get_hatch() for bar in left.patches]
    assert hatches == [None, None, "////", "////"]
    (legend,) = picture.figure.legends
    said = [text.get_text() for text in legend.get_texts()]
    assert said == ["after “the writer of the books”", "after “the books”"]
    assert "“knows” 0.500 and 0.250" in picture.alt
    assert inside(picture)


LABELS = {"title": "t", "x_label": "x", "y_label": "y"}


@pytest.mark.parametrize(
    ("draw", "error", "message"),
    [
        (lambda: weights_by_length([1, 2], [5], 3), ShapeError, r"window is \(1,\)"),
        (lambda: weights_by_length([1], [0], 3), DataError, "positive, got 0"),
        (lambda: weights_by_length([], [], 3), DataError, "nothing to draw"),
        (lambda: predictions("ab", "xy", [[0.5, 0.5]], "xy", [1, 1]), ShapeError, "2 steps and 2 symbols"),
        (lambda: predictions("a", "xy", [[1.5, -0.5]], "x", [1]), DataError, "between 0 and 1"),
        (lambda: predictions("a", "xy", [[0.5, 0.5]], "z", [1]), DataError, "'z' is not among"),
        (lambda: predictions("a", "xy", [[0.5, 0.5]], "xy", [1]), ShapeError, "2 targets, but 1 steps"),
        (lambda: learning_curves({}, **LABELS), DataError, "no curves"),
        (lambda: learning_curves({"a": []}, **LABELS), DataError, "nothing to draw"),
        (lambda: learning_curves({"a": [1, np.nan]}, **LABELS), DataError, "NaN at position 1"),
        (lambda: learning_curves({"a": [1, 0]}, **LABELS, log=True), DataError, "a's 0"),
        (lambda: same_last_word(["a"], {}, ("", "")), DataError, "no networks"),
        (lambda: same_last_word(["a"], {"x": [[0.1]]}, ("", "")), ShapeError, "2 contexts and 1 words"),
        (lambda: same_last_word(["a"], {"x": [[0.1], [2]]}, ("", "")), DataError, "between 0 and 1"),
    ],
)
def test_errors_say_what_is_wrong(draw: Callable[[], Picture], error: type[Exception], message: str) -> None:
    with pytest.raises(error, match=message):
        draw()
