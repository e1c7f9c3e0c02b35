"""The style of figures: nobody else's settings change, and every figure says what it shows."""

from __future__ import annotations

import re
import subprocess
import sys
from itertools import pairwise

import matplotlib
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from matplotlib.colors import to_rgb

from rnn_course.figures.style import (
    OKABE_ITO,
    RC,
    Picture,
    _luminance,
    _spread,
    new_figure,
    style,
    text_color,
)


def contrast_on_white(color: str) -> float:
    return 1.05 / (_luminance(np.array(to_rgb(color))) + 0.05)


def test_importing_and_drawing_changes_no_setting() -> None:
    matplotlib.rcParams["font.size"] = 17  # somebody's own
    try:
        before = dict(matplotlib.rcParams)
        with new_figure() as (figure, (ax,)):
            ax.plot([1, 2])
        Picture(figure, "A line.").svg()
        assert dict(matplotlib.rcParams) == before
        with style():
            assert matplotlib.rcParams["font.size"] == RC["font.size"]
    finally:
        matplotlib.rcdefaults()


def test_pyplot_is_not_loaded() -> None:
    code = (
        "import sys, rnn_course.figures.smoothing, rnn_course.figures.ngrams\n"
        "print('matplotlib.pyplot' in sys.modules)"
    )
    assert subprocess.run([sys.executable, "-c", code], capture_output=True, text=True).stdout == "False\n"


def test_a_picture_shows_its_alt_text_and_both_formats() -> None:
    with new_figure(columns=2) as (figure, axes):
        assert len(axes) == 2
    picture = Picture(figure, 'Nothing  is\n drawn: "<empty>" & blank.')
    bundle = picture._repr_mimebundle_()
    assert picture.alt == bundle["text/plain"] == 'Nothing is drawn: "<empty>" & blank.'
    assert 'alt="Nothing is drawn: &quot;&lt;empty&gt;&quot; &amp; blank."' in bundle["text/html"]
    assert b"<svg" in picture.svg()
    assert picture.png().startswith(b"\x89PNG")


def test_the_same_figure_is_the_same_file() -> None:
    def drawn() -> bytes:
        with new_figure() as (figure, (ax,)):
            ax.plot([1, 2, 3], marker="o")
        return Picture(figure, "A line.").svg()

    assert drawn() == drawn()


@pytest.mark.parametrize("color", OKABE_ITO)
def test_text_in_a_line_s_color_can_be_read(color: str) -> None:
    assert contrast_on_white(text_color(color)) >= 4.49


def test_contrast_of_known_colors() -> None:
    """White on white is 1 to 1, black 21 to 1, and #777777 4.48 to 1 (WCAG's usual example)."""
    contrasts = [contrast_on_white(color) for color in ("#ffffff", "#000000", "#777777")]
    assert contrasts == pytest.approx([1, 21, 4.48], abs=0.005)


@given(st.lists(st.floats(0, 100), min_size=1, max_size=8), st.floats(1, 20))
def test_labels_are_spread_without_overlap_and_in_order(heights: list[float], gap: float) -> None:
    heights = sorted(heights)
    spread = _spread(heights, gap)
    assert len(spread) == len(heights)
    assert all(b - a >= gap * (1 - 1e-9) for a, b in pairwise(spread))
    assert sum(spread) == pytest.approx(sum(heights), abs=1e-6)  # nobody is moved more than the others need
    if all(b - a >= gap for a, b in pairwise(heights)):
        assert spread == pytest.approx(heights)


def test_colors_are_those_of_okabe_and_ito() -> None:
    assert all(re.fullmatch("#[0-9A-F]{6}", color) for color in OKABE_ITO)
    assert len(set(OKABE_ITO)) == 7
