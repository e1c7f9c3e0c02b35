"""The figures of lecture 08: what is drawn is what was given, and the title states it."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import pytest
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.patches import FancyBboxPatch

from rnn_course.errors import DataError, ShapeError
from rnn_course.figures.style import Picture
from rnn_course.figures.uses import accuracy_by_tail, right_answers, tag_probabilities, walk_in_padding
from rnn_course.figures.wirings import Wiring, wirings


def texts(picture: Picture) -> list[str]:
    """Everything that is written on the figure."""
    return [text.get_text() for ax in picture.axes for text in ax.texts if text.get_text()]


def title(picture: Picture) -> str:
    return picture.axes[0].get_title(loc="left").replace("\n", " ")


def inside(picture: Picture) -> bool:
    """Whether everything drawn lies on the page."""
    figure = picture.figure
    figure.draw_without_rendering()
    box = figure.get_tightbbox()
    return box.x0 >= -0.01 and box.y0 >= -0.01 and box.x1 <= figure.get_figwidth() + 0.01


def title_inside(picture: Picture) -> bool:
    """Whether the title over all panels ends on the page."""
    figure = picture.figure
    renderer = FigureCanvasAgg(figure).get_renderer()
    (above,) = figure.texts
    box = above.get_window_extent(renderer)
    return box.x0 >= 0 and box.x1 <= figure.bbox.x1


FOUR = {
    "one to many": (["a picture", "", ""], ["a", "dog", "</s>"]),
    "many to one": (["not", "bad"], ["", "in favour"]),
    "aligned": Wiring(["the", "dog"], ["DET", "NOUN"]),
    "read, then write": (["hola", "<s>", ""], ["", "hello", "</s>"]),
}


def arrows(picture: Picture) -> list[str]:
    """The line style of each arrow."""
    found = [
        text.arrow_patch for ax in picture.axes for text in ax.texts if getattr(text, "arrow_patch", None)
    ]
    return [patch.get_linestyle() for patch in found]


def test_every_wiring_has_its_boxes_and_arrows() -> None:
    picture = wirings(FOUR, title="One cell, four uses")
    (ax,) = picture.axes
    boxes = [patch for patch in ax.patches if isinstance(patch, FancyBboxPatch)]
    states, words = 3 + 2 + 2 + 3, (1 + 3) + (2 + 1) + (2 + 2) + (2 + 2)
    assert len(boxes) == states + words
    # from state to state, one for each word, and dashed where an output is read
    assert len(arrows(picture)) == (states - 4) + words + 3
    assert sum(style not in ("-", "solid") for style in arrows(picture)) == 3
    assert {*FOUR, "a picture", "in favour", "$h^{(3)}$"} <= set(texts(picture))
    assert title(picture) == "One cell, four uses"
    assert "step 2 reads its own last output and writes “dog”" in picture.alt
    assert "step 1 reads “not” and writes nothing" in picture.alt
    assert inside(picture)


def test_one_wiring_alone_and_words_in_their_boxes() -> None:
    picture = wirings({"one": (["a very long word", "b"], ["", "c"])}, title="Alone")
    assert inside(picture)
    figure, (ax,) = picture.figure, picture.axes
    renderer = FigureCanvasAgg(figure).get_renderer()
    boxes = [patch.get_window_extent(renderer) for patch in ax.patches]
    (long,) = (text for text in ax.texts if text.get_text() == "a very long word")
    extent = long.get_window_extent(renderer)
    assert any(box.x0 <= extent.x0 and extent.x1 <= box.x1 for box in boxes)


def test_tags() -> None:
    words, tags = ["so", "terribly", "dull"], ["ADV", "PRAISE", "BLAME"]
    left = np.array([[1, 0, 0], [0, 0.52, 0.48], [0.02, 0.49, 0.49]])
    both = np.eye(3)
    picture = tag_probabilities(words, tags, {"left": left, "both": both}, title="A coin toss")
    np.testing.assert_allclose(picture.axes[0].images[0].get_array(), left.T)
    assert [ax.get_title(loc="left") for ax in picture.axes[:2]] == ["left", "both"]
    assert texts(picture) == ["1.00", "0.52", "0.48", "0.49", "0.49", "1.00", "1.00", "1.00"]
    assert "left: “so” ADV 1.00, “terribly” PRAISE 0.52" in picture.alt
    assert inside(picture)


def test_accuracy_by_tail_names_first_and_last() -> None:
    lines = {"final": [1, 0.5], "max": [1, 0.97], "mean": [1, 0.8]}
    picture = accuracy_by_tail([0, 40], lines)
    (ax,) = picture.axes
    np.testing.assert_allclose(ax.lines[1].get_xydata(), [[0, 1], [40, 0.97]])
    assert title(picture) == "After 40 idle words: final is right in 50 %, max in 97 %"
    assert len({line.get_linestyle() for line in ax.lines}) == 4, "told apart without colour"
    assert "mean: 100 % after 0, 80 % after 40" in picture.alt
    assert inside(picture)


def test_the_walk_begins_where_the_sentence_ends() -> None:
    distance = [0.9, 0.4, 0, 0.3, 0.8]
    picture = walk_in_padding(distance, 3)
    (ax,) = picture.axes
    np.testing.assert_allclose(ax.lines[0].get_xydata(), [[1, 0.9], [2, 0.4], [3, 0]])
    np.testing.assert_allclose(ax.lines[1].get_xydata(), [[3, 0], [4, 0.3], [5, 0.8]])
    assert title(picture) == "After 2 steps of padding, the state has moved by 80 % of its size"
    assert {"words", "padding", "the sentence's encoding"} <= set(texts(picture))
    assert inside(picture)


def test_right_answers() -> None:
    picture = right_answers(["a", "b"], [0.25, 1], title="b knows", chance=0.2)
    (ax,) = picture.axes
    assert [bar.get_width() for bar in ax.patches] == [0.25, 1]
    assert texts(picture) == ["25 %", "100 %", "guessing"]
    assert picture.alt == "Bar chart of right answers. b knows. a 25 %, b 100 %. Guessing: 20 %."
    assert "guessing" not in texts(right_answers(["a"], [0.5], title="no guess"))
    long = right_answers(["a name that takes much room"], [1], title="A finding in many words, " * 4)
    assert inside(picture)
    assert inside(long)
    assert title_inside(long)


@pytest.mark.parametrize(
    ("draw", "error", "message"),
    [
        (lambda: wirings({}, title=""), DataError, "no wiring"),
        (lambda: wirings({"x": ([], [])}, title=""), DataError, "x has 0 inputs"),
        (lambda: wirings({"x": (["a"], ["b", "c"])}, title=""), DataError, "1 inputs and 2 outputs"),
        (lambda: wirings({"x": (["a"] * 9, ["b"] * 9)}, title=""), DataError, "1 to 8"),
        (lambda: tag_probabilities([], ["A"], {"n": []}, title=""), DataError, "needs words"),
        (
            lambda: tag_probabilities(["w"], ["A"], {"n": [[0.5, 0.5]]}, title=""),
            ShapeError,
            r"n is \(1, 2\)",
        ),
        (lambda: tag_probabilities(["w"], ["A"], {"n": [[np.nan]]}, title=""), DataError, "no probabilities"),
        (lambda: accuracy_by_tail([0], {}), DataError, "at least one encoding"),
        (lambda: accuracy_by_tail([0], {"a": [2]}), DataError, "between 0 and 1"),
        (lambda: accuracy_by_tail([0, 1], {"a": [1]}), ShapeError, "accuracy of a"),
        (lambda: walk_in_padding([0, 1], 2), DataError, "needs steps after"),
        (lambda: walk_in_padding([0, -1], 1), DataError, "no negative distance"),
        (lambda: right_answers([], [], title=""), DataError, "nothing to draw"),
    ],
)
def test_errors_say_what_is_wrong(draw: Callable[[], Picture], error: type[Exception], message: str) -> None:
    with pytest.raises(error, match=message):
        draw()
