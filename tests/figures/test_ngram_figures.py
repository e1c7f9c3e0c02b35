"""The figures of lectures 01 and 02: what is drawn is what was given, and the title states it."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import pytest

from rnn_course.errors import DataError, ShapeError
from rnn_course.figures.ngrams import next_token_bars, unseen_and_stored
from rnn_course.figures.smoothing import frequency_and_contexts, held_out_counts, perplexity_by_order
from rnn_course.figures.style import Picture


def texts(picture: Picture) -> str:
    """Everything that is written on the figure."""
    return " ".join(text.get_text() for ax in picture.axes for text in ax.texts)


def inside(picture: Picture) -> bool:
    """Whether everything drawn lies on the page."""
    figure = picture.figure
    figure.draw_without_rendering()
    box = figure.get_tightbbox()
    return box.x0 >= -0.01 and box.y0 >= -0.01 and box.x1 <= figure.get_figwidth() + 0.01


def test_bars() -> None:
    picture = next_token_bars(
        ["company", "bank", "price"], [4 / 26, 4 / 26, 2 / 26], context="today the", counts=[4, 4, 2]
    )
    (ax,) = picture.axes
    assert [bar.get_width() for bar in ax.patches] == pytest.approx([4 / 26, 4 / 26, 2 / 26])
    assert [label.get_text() for label in ax.get_yticklabels()] == ["company", "bank", "price"]
    assert ax.get_title(loc="left") == "“company” is most probable after “today the”: 0.154"
    assert "0.077   (count 2)" in texts(picture)
    assert "“price” 0.077" in picture.alt
    assert inside(picture)


def test_unseen_and_stored() -> None:
    picture = unseen_and_stored([1, 2, 3], [0.01, 0.3, 0.7], [500, 4000, 9000], tokens=10_000)
    left, right = picture.axes
    np.testing.assert_allclose(left.lines[0].get_xydata(), [[1, 0.01], [2, 0.3], [3, 0.7]])
    np.testing.assert_allclose(right.lines[0].get_xydata(), [[1, 500], [2, 4000], [3, 9000]])
    assert (left.get_yscale(), right.get_yscale()) == ("linear", "log")
    assert left.get_title(loc="left") == "n = 3: 70 % were never seen"
    assert right.get_title(loc="left") == "n = 3: 0.90 stored for each token"
    assert "70 % at n = 3" in picture.alt
    assert "9,000 at n = 3" in picture.alt
    assert inside(picture)


def test_perplexity_by_order_names_winner_and_losers() -> None:
    lines = {"add-k": [200, 100, 300], "Kneser-Ney": [201, 70, 50], "interpolation": [200, 75, 60]}
    picture = perplexity_by_order([1, 2, 3], lines)
    (ax,) = picture.axes
    for line, values in zip(ax.lines, lines.values(), strict=True):
        np.testing.assert_allclose(line.get_ydata(), values)
    title = ax.get_title(loc="left").replace("\n", " ")
    assert title == "Kneser-Ney is best: perplexity 50.0 at n = 3; add-k gets worse with longer n-grams"
    assert [text.get_text() for text in ax.texts] == ["Kneser-Ney", "interpolation", "add-k"]
    assert inside(picture)


def test_infinite_perplexities_are_said_not_drawn() -> None:
    picture = perplexity_by_order([1, 2, 3], {"MLE": [200, np.inf, np.inf], "add-k": [210, 150, 140]})
    (ax,) = picture.axes
    np.testing.assert_allclose(ax.lines[0].get_xydata(), [[1, 200]])
    assert "MLE (else infinite)" in texts(picture)
    assert "MLE 200.0 at n = 1, inf at n = 2" in picture.alt


def test_the_word_with_the_fewest_contexts_is_named() -> None:
    words = ["the", "of", "san", "francisco"]
    picture = frequency_and_contexts(words, [1000, 800, 60, 50], [400, 300, 30, 1], mark=["francisco", "of"])
    (ax,) = picture.axes
    title = ax.get_title(loc="left").replace("\n", " ")
    assert title == "“francisco” stands 50 times, but after only one word"
    assert "of" in texts(picture)
    assert "san" not in texts(picture)
    assert "francisco" in texts(frequency_and_contexts(words, [1000, 800, 60, 50], [400, 300, 30, 1]))
    assert inside(picture)


def test_held_out_gap() -> None:
    r = np.arange(10)
    mean = np.array([0.0001, 0.45, *(r[2:] - 0.75)])
    picture = held_out_counts(r, mean, published={"1991": mean + 0.1})
    (ax,) = picture.axes
    title = ax.get_title(loc="left").replace("\n", " ")
    assert title == "From a count of 2 on, the other half of the text has 0.75 less on average"
    np.testing.assert_allclose(ax.lines[1].get_xydata(), np.stack([r, mean], axis=1))
    assert inside(picture)


@pytest.mark.parametrize(
    ("draw", "error", "message"),
    [
        (
            lambda: next_token_bars(["a"], [0.1, 0.2], context=""),
            ShapeError,
            r"probs is \(2,\), but there are 1 words",
        ),
        (lambda: next_token_bars(["a"], [1.2], context=""), DataError, "between 0 and 1"),
        (lambda: next_token_bars([], [], context=""), DataError, "nothing to draw"),
        (lambda: next_token_bars(["a"], [np.nan], context=""), DataError, "NaN at position 0"),
        (lambda: unseen_and_stored([1, 2], [0, 1], [3], tokens=9), ShapeError, r"stored is \(1,\)"),
        (lambda: perplexity_by_order([1], {"MLE": [0.5]}), DataError, "at least 1, but MLE has 0.5"),
        (lambda: perplexity_by_order([1], {"MLE": [np.inf]}), DataError, "no finite perplexity"),
        (lambda: perplexity_by_order([1], {}), DataError, "no finite perplexity"),
        (lambda: frequency_and_contexts(["a"], [2], [1], mark=["b"]), DataError, "b cannot be marked"),
        (lambda: frequency_and_contexts(["a"], [2], [0]), DataError, "at least 1"),
        (lambda: held_out_counts([0, 1], [0, 0.4]), DataError, "at least three counts"),
    ],
)
def test_errors_say_what_is_wrong(draw: Callable[[], Picture], error: type[Exception], message: str) -> None:
    with pytest.raises(error, match=message):
        draw()
