"""The figures of lecture 09: what is drawn is what was given, and the title states it."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import pytest

from rnn_course.errors import DataError, ShapeError
from rnn_course.figures.gradient_reach import eigenvector_parts, remaining_by_lag, words_that_matter
from rnn_course.figures.gradients import between_bounds, bound_and_truth, norms_by_lag
from rnn_course.figures.style import Picture

LAGS = np.arange(31)


def title(picture: Picture, panel: int = 0) -> str:
    return picture.axes[panel].get_title(loc="left").replace("\n", " ")


def texts(picture: Picture) -> list[str]:
    return [text.get_text() for ax in picture.axes for text in ax.texts]


def inside(picture: Picture) -> bool:
    """Whether everything drawn lies on the page."""
    figure = picture.figure
    figure.draw_without_rendering()
    box = figure.get_tightbbox()
    return box.x0 >= -0.01 and box.y0 >= -0.01 and box.x1 <= figure.get_figwidth() + 0.01


def test_norms_that_leave_the_figure_are_named_where_they_do() -> None:
    dies = np.where(LAGS < 20, LAGS * np.log(1.2), -np.inf)
    lines = {"keeps": 0.0 * LAGS, "grows": LAGS * 1.0, "shrinks": -0.1 * LAGS, "dies": dies}
    picture = norms_by_lag(LAGS, lines, title="They part")
    (ax,) = picture.axes
    drawn = {text.get_text(): text.xy for text in ax.texts}  # type: ignore[attr-defined]
    assert set(drawn) == set(lines)
    assert drawn["keeps"][0] == drawn["shrinks"][0] == 30
    assert drawn["grows"][0] == 9  # e^9 is the last below 10,000
    assert drawn["dies"][0] == 19
    np.testing.assert_allclose(ax.lines[2].get_ydata(), np.exp(-0.1 * LAGS))
    assert "dies: 2.5 at lag 5, 15 at lag 15, 0 at lag 30" in picture.alt
    assert title(picture) == "They part"
    assert inside(picture)


def test_between_bounds_says_where_the_peak_is() -> None:
    logs = np.log(50 * (0.9**LAGS - 0.8**LAGS) + 0.9**LAGS)
    picture = between_bounds(LAGS, logs, spectral_radius=0.9, largest_singular_value=5.9)
    left, right = picture.axes
    np.testing.assert_allclose(left.lines[2].get_ydata(), np.exp(logs))
    np.testing.assert_allclose(left.lines[0].get_ydata(), 0.9**LAGS)
    np.testing.assert_allclose(right.lines[0].get_ydata(), np.exp(logs[1:] / LAGS[1:]))
    peak = int(logs.argmax())
    assert f"{np.exp(logs[peak]):.1f} at ℓ = {peak}" in texts(picture)
    assert title(picture).startswith(f"The norm first grows to {np.exp(logs[peak]):.1f}")
    assert "goes from 5.90 to" in title(picture, 1)
    assert title(between_bounds(LAGS, -0.1 * LAGS, spectral_radius=0.9, largest_singular_value=1)).startswith(
        "The norm falls"
    )
    assert inside(picture)


def test_the_bound_is_dashed_and_what_vanishes_without_need_is_named() -> None:
    norms = {0.5: LAGS * np.log(0.4), 1.0: LAGS * np.log(0.6), 2.0: LAGS * np.log(1.5)}
    picture = bound_and_truth(LAGS, norms, gamma=1.0, nonlinearity="tanh")
    (ax,) = picture.axes
    np.testing.assert_allclose(ax.lines[4].get_ydata(), 2.0**LAGS)
    np.testing.assert_allclose(ax.lines[5].get_ydata(), 1.5**LAGS)
    assert [line.get_linestyle() for line in ax.lines[:6]] == ["--", "-"] * 3
    assert title(picture) == "tanh: no norm is above its bound; at γ‖W‖ = 1 it vanishes, and need not"
    assert "bound 1.1e+09" in picture.alt
    assert inside(picture)


def test_the_leading_eigenvector_is_found() -> None:
    eigenvalues = np.array([0.9, -0.5, 0.4])
    c = np.array([0.01, 1, 1])
    sizes = np.log(c) + LAGS[:, None] * np.log(abs(eigenvalues))
    total = np.log(np.exp(sizes).sum(axis=1))
    picture = eigenvector_parts(sizes, total, eigenvalues)
    shares = np.exp(sizes[:, 0]) / np.exp(sizes).sum(axis=1)
    since = int(np.flatnonzero(shares < 0.9)[-1]) + 1
    assert title(picture) == f"After {since} steps, one eigenvector of 3 is nine tenths of what is left"
    np.testing.assert_allclose(picture.axes[0].lines[2].get_ydata(), np.exp(sizes[:, 0]))
    np.testing.assert_allclose(picture.axes[0].lines[3].get_ydata(), np.exp(total))
    early = eigenvector_parts(sizes[:3], total[:3], eigenvalues)
    assert title(early) == "After 2 steps, one eigenvector of 3 is 2% of what is left"
    assert inside(picture)


def test_a_pair_of_eigenvalues_leads_together() -> None:
    eigenvalues = np.array([0.9j, -0.9j, 0.1])
    sizes = LAGS[:, None] * np.log(abs(eigenvalues))
    assert "2 eigenvectors of 3" in title(eigenvector_parts(sizes, sizes[:, 0], eigenvalues))


def test_remaining_by_lag() -> None:
    shares = {"new": 0.5**LAGS, "trained": 0.9**LAGS}
    picture = remaining_by_lag(LAGS, shares, title="Training helps")
    (ax,) = picture.axes
    np.testing.assert_allclose(ax.lines[0].get_ydata(), 0.5**LAGS)
    assert "new: 1 at lag 0, 9.3e-10 at lag 30, below 0.01 from lag 7 on" in picture.alt
    assert "trained: 1 at lag 0, 0.042 at lag 30, never below 0.01" in picture.alt
    assert {"new", "trained", "1% is left"} <= set(texts(picture))
    assert inside(picture)


def test_words_that_matter() -> None:
    picture = words_that_matter(["<s>", "the", "cat"], [0, 0.02, 1], predicted="sat")
    (ax,) = picture.axes
    heights = [bar.get_height() for bar in ax.patches]
    assert heights[1:] == [0.02, 1]
    assert heights[0] == ax.get_ylim()[0]  # nothing to be seen
    assert ax.patches[0].get_hatch() == "///"
    assert title(picture) == "The loss at “sat” reaches 2 of 3 states with 1% or more"
    assert [label.get_text() for label in ax.get_xticklabels()] == ["<s>", "the", "cat"]
    assert "<s> 0, the 0.02, cat 1" in picture.alt
    assert inside(picture)


@pytest.mark.parametrize(
    ("draw", "error", "message"),
    [
        (
            lambda: norms_by_lag([0, 1], {"a": [0]}, title=""),
            ShapeError,
            r"a is \(1,\), but there are 2 lags",
        ),
        (lambda: norms_by_lag([0, 1], {}, title=""), DataError, "no norms"),
        (lambda: norms_by_lag([0], {"a": [np.nan]}, title=""), DataError, "NaN at position 0"),
        (
            lambda: between_bounds([1, 2, 3], [0, 0, 0], spectral_radius=1, largest_singular_value=1),
            DataError,
            "needs lags 0, 1, 2",
        ),
        (
            lambda: between_bounds([0, 1, 2], [0, 0, -np.inf], spectral_radius=1, largest_singular_value=1),
            DataError,
            "norms above 0",
        ),
        (
            lambda: between_bounds([0, 1, 2], [0, 0, 0], spectral_radius=2, largest_singular_value=1),
            DataError,
            "between 0 and the largest singular value, got 2 and 1",
        ),
        (lambda: bound_and_truth([0], {}, gamma=1, nonlinearity="tanh"), DataError, "above 0"),
        (
            lambda: bound_and_truth([0, 1], {0.5: [0, 0]}, gamma=1, nonlinearity="tanh"),
            DataError,
            "is above its bound",
        ),
        (lambda: eigenvector_parts([[0, 0]], [0], [1]), ShapeError, r"log_sizes are \(1, 2\)"),
        (lambda: eigenvector_parts([[0, 0]], [0, 0], [1, 1]), ShapeError, "log_lengths"),
        (lambda: eigenvector_parts([[np.nan]], [0], [1]), DataError, "NaN"),
        (lambda: remaining_by_lag([0], {}, title=""), DataError, "shares above 0"),
        (lambda: remaining_by_lag([0], {"a": [0]}, title=""), DataError, "shares above 0"),
        (lambda: words_that_matter(["a"], [-1], predicted="b"), DataError, "at least 0"),
        (lambda: words_that_matter([], [], predicted="b"), DataError, "nothing to draw"),
    ],
)
def test_errors_say_what_is_wrong(draw: Callable[[], Picture], error: type[Exception], message: str) -> None:
    with pytest.raises(error, match=message):
        draw()
