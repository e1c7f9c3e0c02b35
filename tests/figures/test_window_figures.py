"""The figures of lecture 04: what is drawn is what was given, and the title states it."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import pytest

from rnn_course.errors import DataError, ShapeError
from rnn_course.figures.embeddings import embedding_map
from rnn_course.figures.style import Picture
from rnn_course.figures.windows import (
    accuracy_by_distance,
    perplexity_and_size,
    place_similarity,
    window_diagram,
)


def texts(picture: Picture) -> list[str]:
    """Everything that is written on the figure."""
    return [text.get_text() for ax in picture.axes for text in ax.texts]


def title(picture: Picture, panel: int = 0) -> str:
    return picture.axes[panel].get_title(loc="left").replace("\n", " ")


def inside(picture: Picture) -> bool:
    """Whether everything drawn lies on the page."""
    figure = picture.figure
    figure.draw_without_rendering()
    box = figure.get_tightbbox()
    return box.x0 >= -0.01 and box.y0 >= -0.01 and box.x1 <= figure.get_figwidth() + 0.01


@pytest.mark.parametrize("k", [1, 2, 4, 5])
def test_the_diagram_has_a_block_of_W_for_each_place(k: int) -> None:
    context = ["an", "exception", "is", "never", "raised"][-k:]
    picture = window_diagram(context, ["by", "when"], [0.3, 0.1])
    written = texts(picture)
    assert [text for text in written if text.startswith("$W_")] == [f"$W_{j}$" for j in range(1, k + 1)]
    assert set(context) <= set(written)
    assert {"by", "when", "0.300", "0.100"} <= set(written)
    assert title(picture) == f"{k} words in, one distribution out: “by” has 0.300"
    assert "“when” 0.100" in picture.alt
    assert inside(picture)


def test_words_of_a_group_lie_together() -> None:
    rng = np.random.default_rng(0)
    centres = np.array([[9.0, 0, 0], [0, 9, 0], [0, 0, 9]])
    vectors = np.repeat(centres, 5, axis=0) + rng.normal(size=(15, 3)) * 0.1
    words = [f"w{i}" for i in range(15)]
    groups = ["a"] * 5 + ["b"] * 5 + ["c"] * 5
    picture = embedding_map(words, vectors, groups, name=["w0", "w7"])
    (ax,) = picture.axes
    assert [line.get_label() for line in ax.lines] == ["a", "b", "c"]
    assert [len(line.get_xydata()) for line in ax.lines] == [5, 5, 5]
    # the plane keeps the distances of what lies in it: groups are as far apart as their centres
    middles = np.array([line.get_xydata().mean(axis=0) for line in ax.lines])
    gaps = np.linalg.norm(middles - middles[[1, 2, 0]], axis=1)
    np.testing.assert_allclose(gaps, 9 * np.sqrt(2), rtol=0.03)
    assert title(picture) == "100 % of the words have their nearest neighbour in their own group"
    assert texts(picture) == ["w0", "w7"]
    assert inside(picture)


def test_the_share_of_neighbours_is_counted() -> None:
    # one word of "b" points the way of "a"
    vectors = [[1, 0.1], [1, 0.2], [1, 0.15], [0.1, 1], [0.2, 1]]
    picture = embedding_map(list("vwxyz"), vectors, ["a", "a", "b", "b", "b"])
    assert title(picture).startswith("40 % of the words")  # v and w have x, x has w or v, y and z each other
    assert len(texts(picture)) == 5, "all words are named if none is chosen"


def test_perplexity_and_size() -> None:
    picture = perplexity_and_size(
        [1, 2, 4],
        {"network": [90, 80, 79], "Kneser-Ney": [70, 55, 50]},
        {"network": [1000, 1100, 1300], "Kneser-Ney": [500, 2000, 9000]},
    )
    left, right = picture.axes
    np.testing.assert_allclose(left.lines[0].get_xydata(), [[1, 90], [2, 80], [4, 79]])
    np.testing.assert_allclose(right.lines[1].get_xydata(), [[1, 500], [2, 2000], [4, 9000]])
    assert title(picture) == "Lowest perplexity: Kneser-Ney, 50.0"
    assert title(picture, 1) == "Growth from first to last: network ×1.3, Kneser-Ney ×18.0"
    assert left.get_ylim()[0] == right.get_ylim()[0] == 0
    assert "network, k = 4: perplexity 79.0, 1,300 numbers" in picture.alt
    assert inside(picture)


def test_accuracy_by_distance_says_where_each_fails() -> None:
    lines = {"window of 2": [1, 1, 0.3], "window of 4": [1, 0.99, 1]}
    picture = accuracy_by_distance([1, 2, 3], lines, chance=1 / 3)
    (ax,) = picture.axes
    np.testing.assert_allclose(ax.lines[0].get_ydata(), lines["window of 2"])
    np.testing.assert_allclose(ax.lines[2].get_ydata(), 1 / 3)
    assert title(picture) == "window of 2 fails at 3; window of 4 fails at no distance"
    assert {"guessing", "window of 2", "window of 4"} == set(texts(picture))
    assert len({line.get_linestyle() for line in ax.lines}) == 3, "told apart without colour"
    assert "window of 2: 100 % at 1, 100 % at 2, 30 % at 3" in picture.alt
    assert inside(picture)


def test_place_similarity() -> None:
    cosines = np.array([[1, 0.25, -0.31], [0.25, 1, 0], [-0.31, 0, 1]])
    picture = place_similarity(cosines)
    np.testing.assert_allclose(picture.axes[0].images[0].get_array(), cosines)
    assert title(picture) == "The places share little: no two blocks of W have a cosine over 0.31"
    assert texts(picture)[:3] == ["1.00", "0.25", "-0.31"]
    assert "places 1 and 3: -0.31" in picture.alt
    assert inside(picture)


@pytest.mark.parametrize(
    ("draw", "error", "message"),
    [
        (lambda: window_diagram([], ["a"], [1.0]), DataError, "1 to 5 words can be drawn, got 0"),
        (lambda: window_diagram(list("abcdef"), ["a"], [1.0]), DataError, "got 6"),
        (lambda: window_diagram(["a"], ["a"], [1.5]), DataError, "between 0 and 1"),
        (lambda: window_diagram(["a"], ["a", "b"], [0.5]), ShapeError, r"probs is \(1,\)"),
        (
            lambda: embedding_map(list("abc"), np.ones((2, 3)), list("xyz")),
            ShapeError,
            r"vectors is \(2, 3\)",
        ),
        (lambda: embedding_map(list("abc"), np.ones((3, 1)), list("xyz")), ShapeError, "embed at least 2"),
        (lambda: embedding_map(list("ab"), np.ones((2, 2)), list("xy")), DataError, "at least three words"),
        (lambda: embedding_map(list("abc"), np.full((3, 2), np.nan), list("xyz")), DataError, "finite"),
        (
            lambda: embedding_map(list("abc"), np.eye(3), list("xyz"), name=["d"]),
            DataError,
            "d cannot be named",
        ),
        (lambda: perplexity_and_size([1], {"a": [2]}, {"b": [2]}), DataError, "the same models"),
        (lambda: perplexity_and_size([1], {"a": [0.5]}, {"a": [2]}), DataError, "at least 1"),
        (lambda: perplexity_and_size([1, 2], {"a": [5]}, {"a": [2, 2]}), ShapeError, "perplexity of a"),
        (lambda: accuracy_by_distance([1], {}, chance=0.5), DataError, "at least one model"),
        (lambda: accuracy_by_distance([1], {"a": [1.1]}, chance=0.5), DataError, "between 0 and 1"),
        (lambda: accuracy_by_distance([1], {"a": [1.0]}, chance=2), DataError, "chance in"),
        (lambda: place_similarity(np.ones((2, 3))), ShapeError, r"cosines is \(2, 3\)"),
        (lambda: place_similarity(np.full((2, 2), 3.0)), DataError, "cosine lies in"),
    ],
)
def test_errors_say_what_is_wrong(draw: Callable[[], Picture], error: type[Exception], message: str) -> None:
    with pytest.raises(error, match=message):
        draw()
