"""The figures of lecture 06: what is drawn is what was given, and the title states it."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import pytest

from rnn_course.errors import DataError, ShapeError
from rnn_course.figures import backpropagation as figures
from rnn_course.figures.style import Picture


def titles(picture: Picture) -> str:
    of_axes = [ax.get_title(loc="left") for ax in picture.axes]
    return " | ".join([picture.figure.get_suptitle(), *of_axes]).replace("\n", " ")


def inside(picture: Picture) -> bool:
    """Whether everything drawn lies on the page."""
    figure = picture.figure
    figure.draw_without_rendering()
    box = figure.get_tightbbox()
    return box.x0 >= -0.01 and box.y0 >= -0.01 and box.x1 <= figure.get_figwidth() + 0.01


def test_contribution_bars() -> None:
    picture = figures.contribution_bars([0.001, 0.1, 0.5, 1.0], [0.002, 0.058, 0.24, 0.7])
    left, right = picture.axes
    assert [bar.get_height() for bar in left.patches] == [0.001, 0.1, 0.5, 1.0]
    np.testing.assert_allclose(right.lines[0].get_ydata(), [0.7, 0.94, 0.998, 1.0])
    assert "The last 3 of 4 steps make up 99 %" in titles(picture)
    assert "The last 3 of 4" in picture.alt
    assert inside(picture)


def test_a_sum_that_overshoots_is_not_done_when_it_first_passes_one() -> None:
    assert "The last 3 of 3" in titles(figures.contribution_bars([1, 1, 1], [0.5, -0.5, 1.0]))
    assert "The last step is all" in titles(figures.contribution_bars([1, 1], [0.0, 1.0]))


def test_windows_are_those_of_truncated_backward() -> None:
    picture = figures.truncation_windows(7, [(3, 3), (2, 4)])
    for ax, spans in zip(
        picture.axes,
        [
            [((0, 0), (0, 3)), ((3, 0), (3, 3)), ((4, 2), (6, 1))],
            [((0, 0), (0, 2)), ((0, 2), (2, 2)), ((2, 2), (4, 2)), ((3, 3), (6, 1))],
        ],
        strict=True,
    ):
        drawn = [path.vertices for bar in ax.collections for path in bar.get_paths()]
        got = [(v[:, 0].min() - 0.5, v[:, 0].max() - v[:, 0].min()) for v in drawn]
        expected = [(float(start), float(width)) for pair in spans for start, width in pair]
        np.testing.assert_allclose(got, expected)
    finding = "The losses of 7 steps cost 9 and 14 steps back"
    assert titles(picture) == f"{finding} | $k_1$ = 3, $k_2$ = 3 | $k_1$ = 2, $k_2$ = 4"
    assert "with k1 = 2 and k2 = 4 there are 4 passes" in picture.alt
    assert inside(picture)


def test_quality() -> None:
    cosines = {"Elman": [0.9, 0.999, 1.0], "LSTM": [0.3, 0.6, 0.9]}
    lengths = {"Elman": [0.8, 1.02, 1.0], "LSTM": [0.1, 0.2, 0.6]}
    picture = figures.truncation_quality([1, 5, 20], cosines, lengths, at=5)
    left, right = picture.axes
    np.testing.assert_allclose(left.lines[1].get_ydata(), [0.3, 0.6, 0.9])
    np.testing.assert_allclose(right.lines[0].get_ydata(), [0.8, 1.02, 1.0])
    assert "Looking back 5 steps: cosine 0.999 for Elman, 0.60 for LSTM" in titles(picture)
    assert "0.600 (0.20) at 5" in picture.alt
    assert inside(picture)
    alone = figures.truncation_quality([1, 5], {"x": [-0.5, 1]}, {"x": [1, 1]})
    assert alone.axes[0].get_ylim()[0] < -0.5
    assert titles(alone).startswith("Looking back 5 steps: cosine 1.000 for x |")


def test_memory() -> None:
    picture = figures.memory_by_length([100, 200], [4e6, 8e6], [1e6, 1e6], k=20)
    (ax,) = picture.axes
    np.testing.assert_allclose(ax.lines[0].get_xydata(), [[100, 4], [200, 8]])
    assert titles(picture).endswith("At T = 200 the full gradient needs 8 times the memory")
    assert {text.get_text() for text in ax.texts} == {"all T steps", "chunks of 20"}
    assert "8.00 against 1.00 MB at T = 200" in picture.alt
    assert inside(picture)


def test_recall() -> None:
    picture = figures.recall_by_truncation([1, 7, 8], [[0.4, 0.2], [0.2, 0.4], [1, 0.9]], lag=7, chance=0.125)
    (ax,) = picture.axes
    first, second, mean = (line.get_ydata() for line in ax.lines[:3])
    np.testing.assert_allclose([first, second], [[0.4, 0.2, 1], [0.2, 0.4, 0.9]])
    np.testing.assert_allclose(mean, [0.3, 0.3, 0.95])
    assert "stops short of the symbol: 30 % recalled on average; once it gets there: 95 %" in titles(picture)
    assert "k = 7: 20 % and 40 %" in picture.alt
    assert inside(picture)


@pytest.mark.parametrize(
    ("draw", "error", "message"),
    [
        (lambda: figures.contribution_bars([1, 2], [1]), ShapeError, r"along is \(1,\)"),
        (lambda: figures.contribution_bars([-1, 2], [0, 1]), DataError, "at least 0, got -1"),
        (lambda: figures.contribution_bars([1, 2], [0.5, 0.1]), DataError, "sum to 1, got 0.6"),
        (lambda: figures.contribution_bars([], []), DataError, "no steps"),
        (lambda: figures.truncation_windows(5, [(3, 2)]), DataError, "1 <= k1 <= k2"),
        (lambda: figures.truncation_windows(5, []), DataError, "1 <= k1 <= k2"),
        (lambda: figures.truncation_quality([1], {"a": [2]}, {"a": [1]}), DataError, "between -1 and 1"),
        (lambda: figures.truncation_quality([1], {"a": [1]}, {"b": [1]}), DataError, "the same networks"),
        (lambda: figures.truncation_quality([1], {"a": [1]}, {"a": [1]}, at=3), DataError, "got 3"),
        (lambda: figures.truncation_quality([1], {"a": [1, 1]}, {"a": [1]}), ShapeError, "cosines of a"),
        (lambda: figures.memory_by_length([1], [0], [1], k=2), DataError, "above 0"),
        (
            lambda: figures.recall_by_truncation([1, 2], [[1], [1]], lag=2, chance=0.5),
            DataError,
            "both sides",
        ),
        (lambda: figures.recall_by_truncation([1, 2], [[1]], lag=1, chance=0.5), ShapeError, "2 values of k"),
        (
            lambda: figures.recall_by_truncation([1, 2], [[1], [2]], lag=1, chance=0.5),
            DataError,
            "between 0 and 1",
        ),
    ],
)
def test_errors_say_what_is_wrong(draw: Callable[[], Picture], error: type[Exception], message: str) -> None:
    with pytest.raises(error, match=message):
        draw()
