"""Figures of lecture 03 show the numbers that they are given, in their lines and in their alt text."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import pytest

from rnn_course.errors import DataError, ShapeError
from rnn_course.figures.decoding import mass_by_rank, probable_and_varied, reshaped_distributions
from rnn_course.figures.evaluation import (
    perplexity_and_floor,
    surprise_bars,
    vocabulary_and_perplexity,
    wrong_perplexities,
)
from rnn_course.figures.style import Picture


def title(picture: Picture, panel: int = 0) -> str:
    return picture.axes[panel].get_title(loc="left").replace("\n", " ")


def inside(picture: Picture) -> bool:
    """Whether everything drawn lies on the page."""
    figure = picture.figure
    figure.draw_without_rendering()
    box, (width, height) = figure.get_tightbbox(), figure.get_size_inches()
    return box.x0 >= -0.01 and box.y0 >= -0.01 and box.x1 <= width + 0.01 and box.y1 <= height + 0.01


def test_surprise() -> None:
    picture = surprise_bars(["it", "rains", "</s>"], np.log([0.5, 0.01, 0.9]))
    (ax,) = picture.axes
    np.testing.assert_allclose([bar.get_height() for bar in ax.patches], -np.log([0.5, 0.01, 0.9]))
    J = -np.log([0.5, 0.01, 0.9]).mean()
    assert title(picture) == f"“rains” costs most, 4.6 nats; the mean is J = {J:.2f}"
    assert "“it” 0.69, “rains” 4.61, “</s>” 0.11" in picture.alt
    assert inside(picture)


def test_floor() -> None:
    picture = perplexity_and_floor([100, 1000], {"n = 2": [4.0, 3.2], "n = 5": [5.0, 3.0]}, 2.7)
    (ax,) = picture.axes
    np.testing.assert_allclose(ax.lines[1].get_xydata(), [[100, 5.0], [1000, 3.0]])
    assert ax.lines[2].get_ydata()[0] == 2.7  # type: ignore[index]
    assert title(picture) == "After 1,000 tokens n = 5 stands at 3.00, the floor at 2.70"
    assert "n = 2 4.00 after 100, 3.20 after 1,000" in picture.alt
    assert inside(picture)
    assert title(perplexity_and_floor([1, 2], {"a": [2, 2]}, 1, title="Nothing falls")) == "Nothing falls"


def test_wrong_perplexities() -> None:
    picture = wrong_perplexities(["right", "too high", "too low"], [50, 100, 5])
    (ax,) = picture.axes
    assert [label.get_text() for label in ax.get_yticklabels()] == ["right", "too low", "too high"]
    assert [text.get_text() for text in ax.texts] == ["50.0", "5.0  (−90 %)", "100.0  (+100 %)"]
    assert title(picture) == "The same model and text read 5.0 to 100.0; right is 50.0"
    assert inside(picture)


def test_vocabulary() -> None:
    picture = vocabulary_and_perplexity([3, 100], [0.8, 0.1], [1.9, 50], [700, 50])
    assert title(picture) == "3 words: 80 % is unknown"
    assert title(picture, 1) == "3 words: perplexity 1.9, and worthless"
    np.testing.assert_allclose(picture.axes[1].lines[0].get_ydata(), [700, 50])
    np.testing.assert_allclose(picture.axes[1].lines[1].get_ydata(), [1.9, 50])
    assert "3 words: 80 % unknown, perplexity 1.9 as reported, 700.0 paid for" in picture.alt
    assert inside(picture)


def test_reshaped() -> None:
    shapes = {"as it is": [0.6, 0.3, 0.1], "top-k, k = 2": [2 / 3, 1 / 3, 0]}
    picture = reshaped_distributions(["a", "b", "c"], shapes, context="an")
    assert [title(picture, i) for i in range(2)] == list(shapes)
    assert [bar.get_width() for bar in picture.axes[1].patches] == pytest.approx([2 / 3, 1 / 3, 0])
    assert [text.get_text() for text in picture.axes[1].texts] == ["0.667", "0.333", "cut off"]
    assert "as it is: “a” 0.600" in picture.alt
    assert inside(picture)


def test_mass_by_rank() -> None:
    sharp, flat = [0.01, 0.95, 0.04], [0.1] * 10
    picture = mass_by_rank({"changed in": sharp, "the": flat}, top_k=2, top_p=0.9)
    (ax,) = picture.axes
    np.testing.assert_allclose(ax.lines[0].get_ydata(), [0.95, 0.99, 1])
    assert title(picture) == "A nucleus of 90 % is 1 and 9 words"
    assert "after “the” the 2 best words hold 0.20, and 9 words make up 0.9" in picture.alt
    assert inside(picture)


def test_probable_and_varied() -> None:
    methods = {
        "temperature": {"0": (-1.3, 0.01), "1": (-4.4, 0.9)},
        "top_k": {"2": (-1.5, 0.3), "40": (-2.9, 0.7)},
    }
    picture = probable_and_varied(methods, (-4.0, 0.7))
    (ax,) = picture.axes
    np.testing.assert_allclose(ax.lines[0].get_xydata(), [[-1.3, 0.01], [-4.4, 0.9]])
    np.testing.assert_allclose(ax.lines[2].get_xydata(), [[-4.0, 0.7]])
    assert title(picture) == "Real text: 4.0 nats a token, 70 % different bigrams"
    assert "top_k: 2 -1.5 nats and 30 %, 40 -2.9 nats and 70 %" in picture.alt
    assert inside(picture)


@pytest.mark.parametrize(
    ("draw", "error", "message"),
    [
        (lambda: surprise_bars(["a"], [-1, -2]), ShapeError, r"log_probs is \(2,\), but there are 1 tokens"),
        (lambda: surprise_bars(["a"], [0.5]), DataError, "at most 0"),
        (lambda: surprise_bars(["a"], [-np.inf]), DataError, "finite"),
        (lambda: perplexity_and_floor([1], {}, 2), DataError, "no line"),
        (lambda: perplexity_and_floor([1], {"a": [0.5]}, 2), DataError, "a has 0.5"),
        (lambda: perplexity_and_floor([1], {"a": [2]}, 0.5), DataError, "the floor has 0.5"),
        (lambda: wrong_perplexities(["a"], [2]), DataError, "at least two"),
        (lambda: wrong_perplexities(["a", "b"], [2, np.inf]), DataError, "finite"),
        (lambda: vocabulary_and_perplexity([1], [1.2], [2], [2]), DataError, "between 0 and 1"),
        (lambda: vocabulary_and_perplexity([1], [0.2], [0], [2]), DataError, "as reported has 0"),
        (lambda: reshaped_distributions(["a"], {}, context="b"), DataError, "no distribution"),
        (lambda: reshaped_distributions(["a"], {"x": [1.5]}, context="b"), DataError, "between 0 and 1"),
        (lambda: mass_by_rank({"a": [0.5, 0.6]}, top_k=1, top_p=0.5), DataError, "a sum to 1.1"),
        (lambda: mass_by_rank({"a": [1.0]}, top_k=0, top_p=0.5), DataError, "got 0 and 0.5"),
        (lambda: probable_and_varied({}, (-1, 0.5)), DataError, "no drawn text"),
        (lambda: probable_and_varied({"a": {"1": (1, 0.5)}}, (-1, 0.5)), DataError, "at most 0, got 1"),
        (lambda: probable_and_varied({"a": {"1": (-1, 2)}}, (-1, 0.5)), DataError, "between 0 and 1"),
    ],
)
def test_errors_say_what_is_wrong(draw: Callable[[], Picture], error: type[Exception], message: str) -> None:
    with pytest.raises(error, match=message):
        draw()
