"""The figures of lecture 15: what is drawn is what was given."""

from __future__ import annotations

import numpy as np
import pytest

from rnn_course.errors import DataError, ShapeError
from rnn_course.figures.stacked import answers_by_level, perplexity_by_depth, stack_diagram
from rnn_course.figures.style import Picture

QUESTIONS = ("class", "number")
TRAINED = np.array([[1.0, 0.99, 0.9], [0.6, 0.8, 0.95]])
NEW = np.array([[1.0, 0.9, 0.5], [0.6, 0.75, 0.62]])


def inside(picture: Picture) -> bool:
    """Whether everything drawn lies on the page."""
    figure = picture.figure
    figure.draw_without_rendering()
    box = figure.get_tightbbox()
    return (
        box.x0 >= -0.01
        and box.y0 >= -0.01
        and box.x1 <= figure.get_figwidth() + 0.01
        and box.y1 <= figure.get_figheight() + 0.01
    )


@pytest.mark.parametrize(("words", "depth"), [(["the"], 1), (["the", "books", "that"], 2), (["a"] * 7, 4)])
@pytest.mark.parametrize("residual", [False, True])
def test_every_box_has_its_arrows(words: list[str], depth: int, residual: bool) -> None:
    picture = stack_diagram(words, depth, residual=residual)
    (ax,) = picture.axes
    steps = len(words)
    assert len(ax.patches) == steps * (depth + 1)
    arrows = [text for text in ax.texts if getattr(text, "arrow_patch", None) is not None]
    upwards, in_time, out = steps * depth, (steps - 1) * depth, steps
    assert len(arrows) == upwards + in_time + out
    sums = [line for line in ax.lines if line.get_marker() == "+"]
    assert len(sums) == (steps * depth if residual else 0)
    assert ("past the one above it" in picture.alt) == residual
    assert inside(picture)


def test_the_second_way_past_begins_above_the_first_sum() -> None:
    (ax,) = stack_diagram(["the"], 2, residual=True).axes
    first, first_sum, second, second_sum = ax.lines
    assert first.get_ydata()[-1] == first_sum.get_ydata()[0] < second.get_ydata()[0]
    assert second.get_ydata()[-1] == second_sum.get_ydata()[0]


@pytest.mark.parametrize(("words", "depth"), [([], 1), (["a"] * 8, 1), (["a"], 0), (["a"], 5)])
def test_a_diagram_too_large_is_refused(words: list[str], depth: int) -> None:
    with pytest.raises(DataError, match="needs 1 to 7 words and 1 to 4 layers"):
        stack_diagram(words, depth)


def test_each_point_has_its_perplexity() -> None:
    lines = {"plain": [3.3, 3.2, 8.0], "residual": [3.1, 3.0, 2.9]}
    picture = perplexity_by_depth((1, 2, 8), lines, best=2.5, title="They part")
    (ax,) = picture.axes
    for line, values in zip(ax.lines, lines.values(), strict=True):
        np.testing.assert_allclose(line.get_ydata(), np.array(values) - 2.5)
    assert ax.get_yscale() == "log"
    written = [text.get_text() for text in ax.texts]
    assert written[:6] == ["3.30", "3.20", "8.00", "3.10", "3.00", "2.90"]
    assert {"plain", "residual"} <= set(written)
    assert [label.get_text() for label in ax.get_xticklabels()] == ["1", "2", "8"]
    assert "plain: 3.30 with 1, 3.20 with 2, 8.00 with 8" in picture.alt
    assert "best possible, 2.50" in picture.alt
    assert inside(picture)


def test_lines_are_told_apart_without_colour() -> None:
    (ax,) = perplexity_by_depth((1, 2), {"a": [3, 3], "b": [4, 4]}, best=2, title="Two").axes
    assert len({(line.get_marker(), line.get_linestyle()) for line in ax.lines[:2]}) == 2


def test_depths_and_perplexities_are_checked() -> None:
    with pytest.raises(DataError, match="at depths that rise"):
        perplexity_by_depth((2, 1), {"a": [3, 3]}, best=2, title="")
    with pytest.raises(DataError, match="at least one stack"):
        perplexity_by_depth((1, 2), {}, best=2, title="")
    with pytest.raises(DataError, match="above the best possible, 3"):
        perplexity_by_depth((1, 2), {"a": [3, 4]}, best=3, title="")
    with pytest.raises(ShapeError, match="there are 2 depths"):
        perplexity_by_depth((1, 2), {"a": [3]}, best=2, title="")


def test_each_question_has_its_three_lines() -> None:
    picture = answers_by_level(QUESTIONS, TRAINED, NEW, [0.5, 0.4], title="Layers know")
    for i, ax in enumerate(picture.axes):
        trained, new, guessing = ax.lines
        np.testing.assert_allclose(trained.get_ydata(), TRAINED[i])
        np.testing.assert_allclose(new.get_ydata(), NEW[i])
        assert set(guessing.get_ydata()) == {[0.5, 0.4][i]}
        assert len({line.get_linestyle() for line in ax.lines}) == 3
        assert ax.get_title(loc="left") == QUESTIONS[i]
        low, high = ax.get_ylim()
        assert low < min(TRAINED.min(), NEW.min(), 0.4)
        assert high > 1
    assert "number: trained 0.60, 0.80, 0.95; before training 0.60, 0.75, 0.62; guessing 0.40" in picture.alt
    assert inside(picture)


def test_answers_are_checked() -> None:
    with pytest.raises(ShapeError, match="for 2 questions"):
        answers_by_level(QUESTIONS, TRAINED[:1], NEW[:1], [0.5, 0.4], title="")
    with pytest.raises(ShapeError, match="expected"):
        answers_by_level(QUESTIONS, TRAINED, NEW[:, :2], [0.5, 0.4], title="")
    with pytest.raises(DataError, match="between 0 and 1"):
        answers_by_level(QUESTIONS, TRAINED + 0.2, NEW, [0.5, 0.4], title="")
    with pytest.raises(DataError, match="NaN"):
        answers_by_level(QUESTIONS, TRAINED * np.nan, NEW, [0.5, 0.4], title="")
    with pytest.raises(DataError, match="no questions"):
        answers_by_level((), np.zeros((0, 3)), np.zeros((0, 3)), [], title="")
