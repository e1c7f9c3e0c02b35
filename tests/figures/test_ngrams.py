"""Figures of lectures 01 and 02: what they draw is what they were given, and their words say the same."""

from __future__ import annotations

from itertools import pairwise

import matplotlib as mpl
import numpy as np
import pytest

from rnn_course.figures import ngrams as figures
from rnn_course.figures.picture import Picture
from rnn_course.figures.style import course_style

ORDERS = [1, 2, 3]
CURVES = {"steep": [200.0, 400.0, 900.0], "flat": [200.0, 90.0, 70.0], "nearly flat": [201.0, 91.0, 71.0]}


def pictures() -> dict[str, Picture]:
    r = np.arange(8)
    return {
        "bars": figures.next_token_bars(
            [("raised", 0.5), ("not", 0.25), ("</s>", 0.01)], ["exception", "is"]
        ),
        "growth": figures.unseen_and_stored(ORDERS, [0.0, 0.2, 0.6], [10, 70, 90], 100),
        "perplexity": figures.perplexity_by_order(ORDERS, CURVES, title="One rises"),
        "held out": figures.held_out_counts(r, np.maximum(r - 0.75, 0.01)),
        "continuation": figures.frequency_and_continuation(
            ["same", "type"], np.array([90, 124]), np.array([3, 43]), label=["same", "absent"]
        ),
    }


@pytest.mark.parametrize("name", pictures())
def test_shows_an_image_with_its_text(name: str) -> None:
    bundle = pictures()[name]._repr_mimebundle_()
    assert bundle["text/html"].startswith('<img src="data:image/svg+xml;base64,')
    assert ' alt="' in bundle["text/html"]
    assert len(bundle["text/plain"]) > 40
    assert all(axes.get_title(loc="left") for axes in pictures()[name].axes), "a title states the finding"


@pytest.mark.parametrize("name", pictures())
def test_every_axis_is_labelled(name: str) -> None:
    for axes in pictures()[name].axes:
        assert axes.get_xlabel()
        assert axes.get_ylabel() or name == "bars"


def test_bars_have_the_lengths_of_the_probabilities() -> None:
    (axes,) = pictures()["bars"].axes
    assert [bar.get_width() for bar in axes.patches] == [0.01, 0.25, 0.5]
    assert [label.get_text() for label in axes.get_yticklabels()] == ["</s>", "not", "raised"]


def test_lines_are_the_curves() -> None:
    (axes,) = pictures()["perplexity"].axes
    for line, values in zip(axes.lines, CURVES.values(), strict=True):
        np.testing.assert_array_equal(line.get_ydata(), values)


def test_labels_at_the_ends_of_lines_do_not_overlap() -> None:
    picture = pictures()["perplexity"]
    picture.figure.draw_without_rendering()
    boxes = sorted(
        (t.get_window_extent() for t in picture.axes[0].texts if t.get_text() in CURVES),
        key=lambda box: box.y0,
    )
    assert len(boxes) == len(CURVES)
    for lower, upper in pairwise(boxes):
        assert lower.y1 <= upper.y0 + 1


def test_titles_come_from_the_numbers() -> None:
    shown = pictures()
    assert "0.50" in shown["bars"].axes[0].get_title(loc="left")
    assert "60% of new 3-grams" in shown["growth"].axes[0].get_title(loc="left")
    assert "0.8 to 0.8" in shown["held out"].axes[0].get_title(loc="left")
    assert "90 times, after 3" in shown["continuation"].axes[0].get_title(loc="left")
    assert "type" not in shown["continuation"].alt.split(".")[1], "only labelled words are listed"


def test_the_same_figure_gives_the_same_bytes() -> None:
    assert pictures()["bars"].svg() == pictures()["bars"].svg()


def test_a_picture_needs_words() -> None:
    with pytest.raises(ValueError, match="text alternative"):
        Picture(pictures()["bars"].figure, "  ")


def test_the_style_leaves_matplotlib_as_it_was() -> None:
    before = dict(mpl.rcParams)
    with course_style():
        assert mpl.rcParams["axes.grid"] is True
    pictures()
    assert dict(mpl.rcParams) == before
