"""The figures of lecture 16: what is drawn is what was given, and the title states it."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import pytest
from matplotlib.backends.backend_agg import FigureCanvasAgg

from rnn_course.errors import DataError, ShapeError
from rnn_course.figures.ladder import attention, costs, ladders, learning_curves, loss_by_context
from rnn_course.figures.style import Picture

OURS = {"bigram": 100.0, "5-gram": 50.0, "Elman": 55.0, "GRU": 44.0}


def texts(picture: Picture) -> list[str]:
    """Everything that is written on the axes."""
    return [text.get_text() for ax in picture.axes for text in ax.texts]


def heading(picture: Picture) -> str:
    """The title above all panels."""
    (above,) = picture.figure.texts
    return above.get_text().replace("\n", " ")


def inside(picture: Picture) -> bool:
    """Whether everything drawn, a heading included, lies on the page."""
    figure = picture.figure
    renderer = FigureCanvasAgg(figure).get_renderer()
    figure.draw_without_rendering()
    box = figure.get_tightbbox()
    headings = [text.get_window_extent(renderer).x1 / figure.dpi for text in figure.texts]
    return box.x0 >= -0.01 and box.y0 >= -0.01 and max([box.x1, *headings]) <= figure.get_figwidth() + 0.01


def test_a_model_that_is_no_step_up_hangs_beside_the_ladder() -> None:
    picture = ladders({"a text": OURS}, title="Elman is no rung")
    (ax,) = picture.axes
    steps, *dots = ax.lines
    np.testing.assert_allclose(steps.get_xdata(), [100, 50, 44])
    np.testing.assert_allclose(steps.get_ydata(), [0, 1, 3])
    np.testing.assert_allclose([dot.get_xdata()[0] for dot in dots], list(OURS.values()))
    assert [dot.get_marker() for dot in dots] == ["o", "o", "X", "o"]
    assert ax.get_xlim()[0] > 100 > 44 > ax.get_xlim()[1], "better to the right"
    assert [label.get_text() for label in ax.get_yticklabels()] == list(OURS)
    assert texts(picture) == ["100.0", "50.0", "55.0", "44.0"]
    assert "Elman 55.0 (no step up), GRU 44.0." in picture.alt
    assert heading(picture) == "Elman is no rung"
    assert inside(picture)


def test_two_ladders_have_axes_of_their_own() -> None:
    picture = ladders(
        {"one": OURS, "two": {"a name that takes much room on a page": 30.0, "b": 20.0}}, title="Long " * 25
    )
    assert [ax.get_title(loc="left") for ax in picture.axes] == ["one", "two"]
    assert picture.axes[0].get_xlim() != picture.axes[1].get_xlim()
    assert inside(picture)


def test_learning_beside_a_level() -> None:
    picture = learning_curves({"GRU": [2, 4]}, {"GRU": [200, 60]}, {"5-gram": 50}, title="Still behind")
    (ax,) = picture.axes
    np.testing.assert_allclose(ax.lines[0].get_xydata(), [[2, 200], [4, 60]])
    assert list(ax.lines[1].get_ydata()) == [50, 50]
    assert sorted(texts(picture)) == ["5-gram", "GRU"]
    assert len({line.get_linestyle() for line in ax.lines}) == 2
    assert "GRU: 200 after 2 s, 60 after 4 s. Ready at once: 5-gram 50." in picture.alt
    assert inside(picture)


def test_loss_by_context_draws_both_models_and_the_shares() -> None:
    loss = {"counts": [4.5, 2.7], "network": [4.4, 3.8]}
    picture = loss_by_context([1, 4], [0.8, 0.2], loss, title="Counting repeats")
    left, right = picture.axes
    np.testing.assert_allclose([bar.get_height() for bar in left.patches], [4.5, 2.7, 4.4, 3.8])
    np.testing.assert_allclose([bar.get_height() for bar in right.patches], [0.8, 0.2])
    assert len({bar.get_hatch() for bar in left.patches}) == 2, "told apart without colour"
    assert [label.get_text() for label in left.get_xticklabels()] == ["1", "4 or more"]
    assert "4 or more words, 20 % of the tokens: counts 2.70, network 3.80" in picture.alt
    assert inside(picture)


def test_costs_are_written_at_their_bars() -> None:
    picture = costs(
        ["a", "b"],
        {"time": ([10, 20], "{:.0f} ms"), "numbers": ([1e6, 2e6], "{:,.0f}")},
        title="b costs twice",
    )
    assert [bar.get_width() for ax in picture.axes for bar in ax.patches] == [10, 20, 1e6, 2e6]
    assert texts(picture) == ["10 ms", "20 ms", "1,000,000", "2,000,000"]
    assert "b: time 20 ms, numbers 2,000,000" in picture.alt
    assert inside(picture)


def test_attention_weights() -> None:
    table = [[0.1, 0.9], [0.97, 0.03]]
    picture = attention(["the", "dog"], ["perro", "el"], table, title="It crosses over")
    np.testing.assert_allclose(picture.axes[0].images[0].get_array(), table)
    assert texts(picture) == ["0.10", "0.90", "0.97"]
    assert [label.get_text() for label in picture.axes[0].get_yticklabels()] == ["perro", "el"]
    assert "“perro” looks most at “dog”, 0.90; “el” looks most at “the”, 0.97" in picture.alt
    assert inside(picture)


@pytest.mark.parametrize(
    ("draw", "error", "message"),
    [
        (lambda: ladders({}, title=""), DataError, "at least two models"),
        (lambda: ladders({"t": {"a": 3.0}}, title=""), DataError, "at least two models"),
        (lambda: ladders({"t": {"a": 3.0, "b": 0.5}}, title=""), DataError, "at least 1"),
        (lambda: ladders({"t": {"a": 3.0, "b": np.nan}}, title=""), DataError, "holds NaN"),
        (lambda: learning_curves({}, {}, {}, title=""), DataError, "the same networks"),
        (lambda: learning_curves({"a": [1]}, {"a": [2, 3]}, {}, title=""), ShapeError, "seconds of a"),
        (lambda: learning_curves({"a": [1]}, {"a": [2]}, {"n": 0.5}, title=""), DataError, "at least 1"),
        (lambda: loss_by_context([1], [0.5], {}, title=""), DataError, "at least one model"),
        (lambda: loss_by_context([1], [1.5], {"a": [1]}, title=""), DataError, "between 0 and 1"),
        (lambda: loss_by_context([1, 2], [0.5, 0.5], {"a": [1]}, title=""), ShapeError, "loss of a"),
        (lambda: costs(["a"], {}, title=""), DataError, "at least one column"),
        (lambda: costs(["a"], {"t": ([0], "{}")}, title=""), DataError, "positive"),
        (lambda: costs(["a"], {"t": ([1, 2], "{}")}, title=""), ShapeError, "t is"),
        (lambda: attention(["a"], ["b"], [[0.5, 0.5]], title=""), ShapeError, r"expected \(1, 1\)"),
        (lambda: attention(["a"], ["b"], [[0.5]], title=""), DataError, "sums to 1"),
        (lambda: attention([], [], np.zeros((0, 0)), title=""), DataError, "no words"),
    ],
)
def test_errors_say_what_is_wrong(draw: Callable[[], Picture], error: type[Exception], message: str) -> None:
    with pytest.raises(error, match=message):
        draw()
