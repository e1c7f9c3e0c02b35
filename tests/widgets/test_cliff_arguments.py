"""What the clipping cliff takes, refuses, sends and says; the browser is tested in tests/browser."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

from rnn_course.experiments import cliff as experiment
from rnn_course.widgets.base import MAX_PAYLOAD, WidgetError
from rnn_course.widgets.cliff import PRESETS, ClippingCliff
from rnn_course.widgets.cliff_finding import figure
from rnn_course.widgets.cliff_paths import walk


def test_the_map_is_the_loss() -> None:
    widget = ClippingCliff()
    sent = {}
    for name in ("sigmoid", "linear"):
        shape = widget.arrays[name]["shape"]
        sent[name] = np.frombuffer(getattr(widget, name), np.float32).reshape(shape)
        (w0, w1), (b0, b1) = widget.windows[name]["w"], widget.windows[name]["b"]
        rows, columns = shape
        for i, j in [(0, 0), (rows - 1, 3), (7, columns - 1), (rows // 2, columns // 3)]:
            w, b = w0 + j * (w1 - w0) / (columns - 1), b0 + i * (b1 - b0) / (rows - 1)
            J = experiment.loss_and_gradient(w, b, nonlinearity=name).J  # type: ignore[arg-type]
            expected = J if name == "sigmoid" else np.log10(max(J, 1e-6))
            assert sent[name][i, j] == pytest.approx(expected, abs=1e-5)
    assert sum(array.nbytes for array in sent.values()) < MAX_PAYLOAD
    # two plains: a loss of 0.25 and more on one side, under 0.1 on the other, and next to nothing in between
    J = sent["sigmoid"]
    assert np.mean((J > 0.1) & (J < 0.25)) < 0.02
    assert min(np.mean(J > 0.25), np.mean(J < 0.1)) > 0.25


@pytest.mark.parametrize("rule", ["none", "norm"])
def test_the_path_is_that_of_the_experiment(rule: str) -> None:
    found = walk((5.0, -2.4), network="sigmoid", learning_rate=0.1, max_norm=0.05, rule=rule, steps=40)  # type: ignore[arg-type]
    expected = experiment.descend(
        (5.0, -2.4), learning_rate=0.1, steps=40, max_norm=0.05 if rule == "norm" else None
    )
    np.testing.assert_array_equal(found.points, expected.points)
    np.testing.assert_array_equal(found.losses, expected.losses)
    np.testing.assert_allclose(found.norms[:-1], expected.norms, rtol=1e-15)
    made = np.linalg.norm(np.diff(found.points, axis=0), axis=1)
    np.testing.assert_allclose(found.lengths[:-1], made, rtol=1e-9)
    assert found.longest == pytest.approx(made.max())


def test_by_the_squared_norm_the_longest_gradient_makes_the_shortest_step() -> None:
    found = walk((5.6, -2.6), network="sigmoid", learning_rate=0.3, max_norm=0.1, rule="squared norm")
    steep = found.norms > 10
    assert steep.any()
    np.testing.assert_allclose(found.lengths[steep], 0.3 * 0.1 / found.norms[steep])


def test_on_the_wall_the_squared_norm_stands_still_and_the_norm_does_not() -> None:
    moved = {}
    for name in ("on the wall", "on the wall, squared norm"):
        plain, clipped = ClippingCliff(**PRESETS[name]).paths()
        moved[name] = np.linalg.norm(clipped.points[-1] - clipped.points[0])
        assert clipped.norms[0] > 200
        assert np.linalg.norm(plain.points[1] - plain.points[0]) > 50
    assert moved["on the wall, squared norm"] < 1e-3 < 0.02 < moved["on the wall"]


def test_the_text_says_what_becomes_of_both_paths() -> None:
    said = ClippingCliff().text_alternative()
    plain, clipped = vars(experiment.off_the_cliff(steps=300)).values()
    thrown = np.linalg.norm(np.diff(plain.points, axis=0), axis=1).max()
    assert f"Without clipping the longest of 300 steps is {figure(thrown)} long, and the path ends" in said
    assert "Clipped by the norm at 0.1, the longest of 300 steps is 0.03 long, and the path ends" in said
    assert "Neither path met Inf or NaN." in said
    assert clipped.losses[-1] < 0.001 < 0.05 < plain.losses[-1]
    lost = ClippingCliff(**PRESETS["to Inf and NaN"]).text_alternative()
    assert "The path without clipping met Inf or NaN after 2 steps, and is lost." in lost
    assert "ends with a loss of NaN at w = NaN, b = NaN." in lost
    both = ClippingCliff(**{**PRESETS["to Inf and NaN"], "max_norm": 10, "learning_rate": 3})
    assert "NaN" in both.text_alternative()


@pytest.mark.parametrize(
    ("value", "text"),
    [
        (301.4, "301"),
        (0.03, "0.03"),
        (-5.123, "−5.12"),
        (0.0, "0"),
        (-0.0, "0"),
        (1.23e163, "1.2e163"),
        (0.000042, "4.2e-5"),
        (12345.0, "12300"),
        (99999.0, "1.0e5"),
        (np.inf, "Inf"),
        (-np.inf, "−Inf"),
        (np.nan, "NaN"),
    ],
)
def test_numbers_are_written_with_three_digits(value: float, text: str) -> None:
    assert figure(value) == text


def test_settings_go_round() -> None:
    widget = ClippingCliff(6.0, -2.25, learning_rate=0.05, max_norm=1, clip="squared norm", step=7)
    other = ClippingCliff()
    other.settings = widget.settings
    assert other.settings == widget.settings
    values: dict[str, Any] = eval(f"dict({widget.settings})")  # as they are pasted into a call
    assert ClippingCliff(**values).settings == widget.settings
    assert ClippingCliff(np.float64(6.5), step=np.int64(4)).step == 4  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("make", "message"),
    [
        (lambda: ClippingCliff(99), "w is a number from 0.85 to 6.6, got 99"),
        (lambda: ClippingCliff(float("nan")), "w is a number from"),
        (lambda: ClippingCliff("5"), "w is a number from"),  # type: ignore[arg-type]
        (lambda: ClippingCliff(b=1), "b is a number from"),
        (lambda: ClippingCliff(learning_rate=0), "learning_rate is a number from 0.001 to 3, got 0"),
        (lambda: ClippingCliff(max_norm=-1), "max_norm is a number from"),
        (lambda: ClippingCliff(clip="value"), "clip is one of norm, squared norm, got 'value'"),
        (lambda: ClippingCliff(network="tanh"), "network is one of sigmoid, linear"),
        (lambda: ClippingCliff(length=0), "length is a whole number from 1 to 200, got 0"),
        (lambda: ClippingCliff(length=2.5), "length is a whole number"),  # type: ignore[arg-type]
        (lambda: ClippingCliff(target=1.5), "target is a number from 0 to 1, got 1.5"),
        (lambda: ClippingCliff(h_0=float("nan")), "h_0 is a number from 0 to 1"),
        (lambda: ClippingCliff(step=301), "step is a whole number from 0 to 300"),
        (lambda: ClippingCliff(w_range=(7, 5)), "w_range is two numbers, the smaller first"),
        (lambda: ClippingCliff(b_range=(0, float("inf"))), "b_range is two numbers"),
        (lambda: ClippingCliff(b_range=3), "b_range is two numbers"),  # type: ignore[arg-type]
        (lambda: ClippingCliff(presets={"x": {"step": -1}}), "preset 'x': step is"),
    ],
)
def test_errors_say_what_is_wrong(make: Callable[[], ClippingCliff], message: str) -> None:
    with pytest.raises(WidgetError, match=message):
        make()


def test_wrong_values_set_later_are_refused() -> None:
    widget = ClippingCliff()
    before = widget.settings
    for name, value in [("w", 100), ("clip", "x"), ("step", -1), ("learning_rate", float("nan"))]:
        with pytest.raises(WidgetError):
            setattr(widget, name, value)
    assert widget.settings == before


def test_a_map_of_ones_own() -> None:
    widget = ClippingCliff(4.9, -2.5, w_range=(4.8, 5.0), b_range=(-2.6, -2.4))
    assert widget.windows["sigmoid"] == {"w": [4.8, 5.0], "b": [-2.6, -2.4]}
    # the others start outside of this map
    assert list(widget.presets) == ["on the wall", "on the wall, squared norm", "to Inf and NaN"]


def test_a_loss_of_ones_own() -> None:
    widget = ClippingCliff(5.0, -2.2, length=12, target=0.2, h_0=0.1)
    assert widget.presets == {}, "they were made for another loss"
    assert widget.task == {"steps": 12, "target": 0.2, "h_0": 0.1}
    expected = experiment.loss_and_gradient(5.0, -2.2, steps=12, target=0.2, h_0=0.1)
    for path in widget.paths():
        assert path.losses[0] == expected.J
        assert path.norms[0] == pytest.approx(np.hypot(expected.dw, expected.db))
    surface = np.frombuffer(widget.sigmoid, np.float32).reshape(widget.arrays["sigmoid"]["shape"])
    corner = experiment.loss_and_gradient(6.6, -1.8, steps=12, target=0.2, h_0=0.1)
    assert surface[-1, -1] == pytest.approx(float(corner.J), rel=1e-6)
    assert ClippingCliff().presets, "and are there for the usual one"


def test_what_is_shown_where_widgets_cannot_run() -> None:
    data, _ = ClippingCliff()._repr_mimebundle_()
    assert "application/vnd.jupyter.widget-view+json" in data
    assert data["text/markdown"].startswith("Without clipping the longest of 300 steps is")
