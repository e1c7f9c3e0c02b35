"""What the widget on depth takes, refuses, sends and says without a browser."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

from rnn_course.experiments.depth import gradient_by_layer
from rnn_course.widgets.base import MAX_PAYLOAD, WidgetError
from rnn_course.widgets.depth_skips import BIASES, DEPTHS, DepthAndSkips, times


@pytest.fixture(scope="module")
def widget() -> DepthAndSkips:
    return DepthAndSkips(hidden_size=8, seeds=1)


def shares(widget: DepthAndSkips) -> np.ndarray:
    return np.frombuffer(widget.shares, np.float64).reshape(widget.arrays["shares"]["shape"])


def test_what_is_sent_is_what_was_measured(widget: DepthAndSkips) -> None:
    sent = shares(widget)
    assert sent.shape == (3 + len(BIASES), len(DEPTHS), 50)
    for depth, bias in ((4, -1), (10, -4)):
        found = gradient_by_layer(depth, hidden_size=8, seeds=[0], transform_bias=bias)
        rows = [0, 1, 2, 3 + BIASES.index(bias)]
        column = sent[rows, DEPTHS.index(depth)]
        np.testing.assert_allclose(column[:, 0], found.lowest_to_top)
        np.testing.assert_allclose(column[:, :depth], found.norms / found.norms[:, -1:])
        assert not column[:, depth:].any()
    assert len(widget.shares) < MAX_PAYLOAD


def test_the_usual_stacks_show_what_the_lecture_says() -> None:
    """At fifty layers of equal width nothing is left in the plain stack, and something in all others."""
    sent = shares(DepthAndSkips())[:, -1, 0]
    plain, residual, dense = sent[:3]
    highway = dict(zip(BIASES, sent[3:], strict=True))
    assert plain < 1e-8
    assert 0.1 < residual < 300
    assert 0.1 < dense < 100
    assert highway[-1] < 1e-3 < highway[-3] < highway[-4]


def test_the_first_sentence_is_said_without_a_browser(widget: DepthAndSkips) -> None:
    sent = shares(widget)[:, DEPTHS.index(20), 0]
    highway = sent[3 + BIASES.index(-3)]
    assert widget.text_alternative() == (
        "New stacks of 20 Elman layers: as a multiple of that at the top layer, the gradient at the lowest "
        f"one is {times(sent[0])} plain, {times(sent[1])} residual, {times(sent[2])} dense, "
        f"{times(highway)} highway (gates’ first bias −3)."
    )
    assert [times(x) for x in (1234.4, 28.4, 9.94, 1, 0.214, 0.0123, 1.24e-11)] == [
        *("1234", "28", "9.9", "1", "0.21", "0.012", "1.2 × 10⁻¹¹")
    ]


def test_settings_go_round(widget: DepthAndSkips) -> None:
    assert widget.settings == "depth=20, transform_bias=-3"
    other = DepthAndSkips(hidden_size=8, seeds=1, depth=50)
    other.settings = "transform_bias=-1"
    assert other.settings == "depth=50, transform_bias=-1"
    with pytest.raises(WidgetError, match="depth is one of 2, 3, 4, 5, 6, 8, 10"):
        other.depth = 7
    assert DepthAndSkips("gru", hidden_size=4, seeds=1).cell == "GRU"


@pytest.mark.parametrize(
    ("make", "message"),
    [
        (lambda: DepthAndSkips("transformer"), "cell is one of elman, lstm, gru, got 'transformer'"),
        (lambda: DepthAndSkips(hidden_size=65), "hidden_size is a whole number from 2 to 64, got 65"),
        (lambda: DepthAndSkips(hidden_size=2.5), "hidden_size is a whole number"),
        (lambda: DepthAndSkips(seeds=0), "seeds is a whole number from 1 to 10, got 0"),
        (lambda: DepthAndSkips(hidden_size=8, seeds=1, depth=51), "depth is one of"),
        (lambda: DepthAndSkips(hidden_size=8, seeds=1, depth="20"), "depth is one of"),
        (lambda: DepthAndSkips(hidden_size=8, seeds=1, transform_bias=0), "transform_bias is a whole number"),
    ],
)
def test_errors_say_what_is_wrong(make: Callable[[], Any], message: str) -> None:
    with pytest.raises(WidgetError, match=message):
        make()
