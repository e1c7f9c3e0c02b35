"""The figures of lecture 07: what is drawn is what was given, and the title states it."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import pytest

from rnn_course.errors import DataError, ShapeError
from rnn_course.figures.generation import (
    bits_by_order,
    bits_while_learning,
    open_brackets,
    shares_by_temperature,
)
from rnn_course.figures.style import Picture


def title(picture: Picture, panel: int = 0) -> str:
    return picture.axes[panel].get_title(loc="left").replace("\n", " ")


def inside(picture: Picture) -> bool:
    """Whether everything drawn lies on the page."""
    figure = picture.figure
    figure.draw_without_rendering()
    box = figure.get_tightbbox()
    return box.x0 >= -0.01 and box.y0 >= -0.01 and box.x1 <= figure.get_figwidth() + 0.01


def test_bits_while_learning_names_the_last_rung_that_was_passed() -> None:
    rungs = {"unigram": 4.6, "bigram": 3.4, "trigram": 2.6}
    picture = bits_while_learning([10, 100, 1000], [5.0, 3.5, 2.7], rungs)
    (ax,) = picture.axes
    np.testing.assert_allclose(ax.lines[0].get_xydata(), [[10, 5.0], [100, 3.5], [1000, 2.7]])
    assert [line.get_ydata()[0] for line in ax.lines[1:]] == list(rungs.values())
    assert title(picture) == ("After 1,000 updates: 2.70 bits per character, less than the bigram")
    assert {text.get_text() for text in ax.texts} == {"network", *rungs}
    assert "2.70 after 1,000" in picture.alt
    assert "trigram 2.60" in picture.alt
    assert inside(picture)


def test_a_network_below_every_rung_is_better_than_none() -> None:
    picture = bits_while_learning([1, 2], [6, 5], {"unigram": 4.6})
    assert title(picture) == "After 2 updates: 5.00 bits per character"


def test_bits_by_order_says_where_longer_contexts_stop_to_help() -> None:
    picture = bits_by_order([1, 2, 3, 4], [4.6, 3.4, 2.24, 2.2], {"network": 2.8})
    (ax,) = picture.axes
    np.testing.assert_allclose(ax.lines[0].get_ydata(), [4.6, 3.4, 2.24, 2.2])
    assert ax.lines[1].get_ydata()[0] == 2.8
    assert title(picture) == "Longer contexts than n = 3, all together, gain 0.04 bits"
    assert inside(picture)
    assert title(bits_by_order([1, 2], [3, 2], {})) == "n = 2 is best: 2.00 bits"


def test_shares_by_temperature() -> None:
    lines = {"real words": [0.9, 0.8, 0.4], "new pieces": [0.1, 0.9, 1.0]}
    picture = shares_by_temperature([0, 1, 2], lines, {"real words": 0.95, "new pieces": 0.92})
    (ax,) = picture.axes
    np.testing.assert_allclose(ax.lines[0].get_xydata(), [[0, 0.9], [1, 0.8], [2, 0.4]])
    assert title(picture) == "From cold to hot: real words 90 % to 40 %, new pieces 10 % to 100 %"
    assert "in real text 95 %" in picture.alt
    assert inside(picture)


def test_open_brackets_says_how_long_each_model_knows() -> None:
    opened, none = np.array([0.3, 0.2, 0.1]), np.array([0.01, 0.01, 0.1])
    panels = {"7-gram": (opened, none), "network": (opened, none / 2)}
    picture = open_brackets([2, 5, 8], panels)
    left, right = picture.axes
    np.testing.assert_allclose(left.lines[0].get_xydata(), [[2, 0.3], [5, 0.2], [8, 0.1]])
    np.testing.assert_allclose(right.lines[1].get_ydata(), none / 2)
    assert (title(picture), title(picture, 1)) == (
        "7-gram: knows for 5 characters",
        "network: still knows after 8",
    )
    assert "0.300 against 0.010 after 2" in picture.alt
    assert inside(picture)
    assert title(open_brackets([2], {"unigram": ([0.1], [0.1])})) == "unigram: never knows"


@pytest.mark.parametrize(
    ("draw", "error", "message"),
    [
        (lambda: bits_while_learning([1, 2], [5], {"a": 1}), ShapeError, r"bits is \(1,\)"),
        (lambda: bits_while_learning([0, 2], [5, 4], {"a": 1}), DataError, "at least 1"),
        (lambda: bits_while_learning([1], [5], {}), DataError, "no models"),
        (lambda: bits_while_learning([1], [np.nan], {"a": 1}), DataError, "NaN"),
        (lambda: bits_by_order([1], [-1], {}), DataError, "at least 0, got -1"),
        (lambda: bits_by_order([], [], {}), DataError, "nothing to draw"),
        (lambda: shares_by_temperature([1], {"a": [1.2]}, {"a": 1}), DataError, "between 0 and 1"),
        (lambda: shares_by_temperature([1], {"a": [1]}, {"b": 1}), DataError, "names differ"),
        (lambda: open_brackets([1], {}), DataError, "no models"),
        (lambda: open_brackets([1, 2], {"a": ([0.1], [0.1])}), ShapeError, "but there are 2 distances"),
    ],
)
def test_errors_say_what_is_wrong(draw: Callable[[], Picture], error: type[Exception], message: str) -> None:
    with pytest.raises(error, match=message):
        draw()
