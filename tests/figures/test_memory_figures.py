"""The figures of lecture 11: what is drawn is what was given, and the title states it."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import pytest

from rnn_course.errors import DataError, ShapeError
from rnn_course.figures.memory import (
    gates_on_sentence,
    half_lives_by_bias,
    memory_by_group,
    product_of_gates,
)
from rnn_course.figures.recall import horizons_by_start, recall_table
from rnn_course.figures.style import Picture

WORDS = ["the", "writer", "of", "books"]
GATES = {"f": [0.9, 0.05, 0.97, 0.8], "i": [0.4, 1, 0.6, 0.2]}
HORIZONS = [[7, 7, 8], [20, 18, np.inf], [np.inf, np.inf, np.inf]]


def title(picture: Picture) -> str:
    return picture.axes[0].get_title(loc="left").replace("\n", " ")


def texts(picture: Picture) -> list[str]:
    return [text.get_text() for text in picture.axes[0].texts]


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


def test_gates_are_written_in_cells_whose_brightness_follows_them() -> None:
    picture = gates_on_sentence(WORDS, GATES, {"cell c": [-1, 0.5, -0.001, 2]}, unit=3)
    numbers = "0.90 0.05 0.97 0.80  0.40 1.00 0.60 0.20  −1.00 0.50 0.00 2.00"
    assert texts(picture) == numbers.split()
    assert title(picture) == (
        "Unit 3 erases at “writer” (f = 0.05), and keeps 0.80 or more at every word after it"
    )
    colors = np.asarray(picture.axes[0].images[0].get_array())
    assert colors.shape == (3, 4, 4)
    light = colors[..., :3].sum(axis=2)
    assert np.argsort(light[0]).tolist() == np.argsort(GATES["f"]).tolist()
    assert light[2, 2] > light[2, 1] > light[2, 3], "the signed row is palest at 0"
    assert "writer: f 0.05, i 1.00, cell c 0.50" in picture.alt
    assert inside(picture)


@pytest.mark.parametrize(
    ("f", "finding"),
    [
        ([0.9, 0.8, 0.97, 0.7], "Unit 1 keeps 0.70 or more of its cell at every word"),
        ([0.9, 0.8, 0.97, 0.1], "Unit 1 erases at “books” (f = 0.10)"),
    ],
)
def test_the_finding_follows_the_forget_gate(f: list[float], finding: str) -> None:
    assert title(gates_on_sentence(WORDS, {"f": f}, {}, unit=1)) == finding


def test_two_groups_are_apart_or_not() -> None:
    groups = {"singular": [[0, 1, 2, 1.5], [0, 1, 2, 1.0]], "plural": [[0, -1, -2, -1.0], [0, -1, 0, -3.0]]}
    picture = memory_by_group(WORDS, groups, unit=8)
    assert title(picture) == "At the last word, unit 8 tells singular from plural: at least 2.0 apart"
    drawn = [line.get_ydata() for line in picture.axes[0].lines[1:]]
    np.testing.assert_allclose(drawn, [*groups["singular"], *groups["plural"]])
    styles = {line.get_linestyle() for line in picture.axes[0].lines[1:3]}
    assert styles != {line.get_linestyle() for line in picture.axes[0].lines[3:]}, "not by colour alone"
    assert "plural: -1.00 and -3.00 at the last word" in picture.alt
    assert inside(picture)
    mixed = groups | {"plural": [[0, 0, 0, 1.2], [0, 0, 0, -3.0]]}
    assert "does not tell" in title(memory_by_group(WORDS, mixed, unit=8))


def test_the_gradient_beside_the_product_of_gates() -> None:
    products = np.array([0.1, 0.2, 0.4])
    picture = product_of_gates((products, products), (products, products * [1.1, 0.8, 1.5]), lag=5)
    ax = picture.axes[0]
    np.testing.assert_allclose(ax.lines[1].get_ydata(), [0.11, 0.16, 0.6])
    np.testing.assert_allclose(ax.lines[2].get_xdata(), products)
    assert title(picture).endswith("half of the units are within 20% of it")
    assert "from 0.11 to 0.6" in picture.alt
    assert inside(picture)
    wrong = product_of_gates((products, products * 1.3), (products, products), lag=5)
    assert title(wrong) == "Even with the other paths cut, the two differ by up to 30%"


def test_half_lives_that_were_not_reached_are_left_out() -> None:
    predicted = [1.0, 2.2, 5.5]
    picture = half_lives_by_bias([0, 1, 2], predicted, [0.9, 2.1, np.inf], [0.8, 2, 5], [1.1, 2.4, np.inf])
    ax = picture.axes[0]
    assert texts(picture) == ["1", "2.2", "5.5"]
    np.testing.assert_allclose(ax.lines[0].get_ydata(), predicted)
    np.testing.assert_allclose(ax.lines[1].get_xydata(), [[0, 0.9], [1, 2.1]])
    assert title(picture) == (
        "A bias of 0 halves a memory in 1.0 steps, one of 2 in 6: at the end 2.5 times as long for each unit"
    )
    assert "2: 5.5 predicted, inf measured" in picture.alt
    assert inside(picture)


def test_a_bar_ends_at_the_median_and_what_is_beyond_is_said() -> None:
    picture = horizons_by_start(["Elman", "LSTM", "LSTM that keeps"], HORIZONS, longest=400)
    ax = picture.axes[0]
    assert [bar.get_width() + 1 for bar in ax.patches] == [7, 20, 400]
    assert texts(picture) == ["7", "20", "more than 400"]
    np.testing.assert_allclose(ax.lines[1].get_xdata(), [20, 18])
    assert title(picture) == "From 7 steps (Elman) to more than 400 (LSTM that keeps), before training"
    assert "the median of 3 seeds" in picture.alt
    assert ax.patches[0].get_hatch() != ax.patches[1].get_hatch(), "not by colour alone"
    assert inside(picture)


def test_what_is_solved_is_ticked_and_outlined() -> None:
    picture = recall_table(["a", "b"], [7, 15, 30], [[1, 0.9, 0.1], [0.899, 0, 0.5]], title="Some do")
    assert texts(picture) == ["100% ✓", "90% ✓", "10%", "90%", "0%", "50%"]
    assert len(picture.axes[0].patches) == 2
    assert [label.get_text() for label in picture.axes[0].get_xticklabels()] == [
        "7 steps",
        "15 steps",
        "30 steps",
    ]
    assert title(picture) == "Some do"
    assert "a: 100% at 7, 90% at 15, 10% at 30" in picture.alt
    assert inside(picture)


def test_several_seeds_stand_in_a_cell_and_what_was_not_tried_is_said() -> None:
    accuracy = [[[1, 0.95], [1, 0.1]], [[0.2, 0.3], [np.nan, 0.4]], [[0.1, 0.1], [np.nan, np.nan]]]
    picture = recall_table(["a", "b", "c"], [7, 15], accuracy, title="Some do")
    assert texts(picture) == ["100 · 95 % ✓", "100 · 10 %", "20 · 30 %", "– · 40 %", "10 · 10 %", "not tried"]
    assert len(picture.axes[0].patches) == 1
    shades = np.ma.filled(picture.axes[0].images[0].get_array(), np.nan)
    np.testing.assert_allclose(shades, [[0.975, 0.55], [0.25, 0.4], [0.1, np.nan]])
    assert "2 seeds in each cell" in picture.alt
    assert "c: 10 · 10 % at 7, not tried at 15" in picture.alt
    assert inside(picture)


@pytest.mark.parametrize(
    ("draw", "error", "message"),
    [
        (
            lambda: gates_on_sentence(WORDS, {"u": [0] * 4}, {}, unit=1),
            DataError,
            r"needs a row f, got \['u'",
        ),
        (
            lambda: gates_on_sentence(WORDS, {"f": [0, 1]}, {}, unit=1),
            ShapeError,
            "there are 4 words",
        ),
        (lambda: gates_on_sentence(["a"], {"f": [1.2]}, {}, unit=1), DataError, "between 0 and 1"),
        (lambda: memory_by_group(["a"], {"one": [[1.0]]}, unit=1), DataError, "two groups"),
        (
            lambda: memory_by_group(["a"], {"one": [[1.0]], "two": [[1.0, 2.0]]}, unit=1),
            ShapeError,
            "there are 1 steps",
        ),
        (lambda: product_of_gates(([0.0], [1]), ([1], [1]), lag=1), DataError, "above 0, got 0"),
        (lambda: product_of_gates(([0.5], [1, 2]), ([1], [1]), lag=1), ShapeError, "gradients, cut"),
        (lambda: half_lives_by_bias([1], [1], [1], [1], [1]), DataError, "two biases"),
        (lambda: half_lives_by_bias([1, 2], [1], [1], [1], [1]), ShapeError, "2 biases"),
        (lambda: horizons_by_start(["a"], [1.0, 2.0], longest=3), ShapeError, "networks, seeds"),
        (lambda: horizons_by_start(["a"], [[0.0]], longest=3), DataError, "above 0"),
        (lambda: recall_table(["a"], [7], [[1, 2]], title=""), ShapeError, "1 names and 1 lags"),
        (lambda: recall_table(["a"], [7], [[1.5]], title=""), DataError, "between 0 and 1"),
    ],
)
def test_what_cannot_be_drawn_is_named(
    draw: Callable[[], Picture], error: type[Exception], message: str
) -> None:
    with pytest.raises(error, match=message):
        draw()
