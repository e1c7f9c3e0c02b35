"""The wall in the loss of a recurrent network with two weights, and what clipping does there."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np
import traitlets

from rnn_course.experiments.cliff import loss_and_gradient, loss_surface
from rnn_course.widgets.base import WidgetError, front_end, style
from rnn_course.widgets.buffers import pack
from rnn_course.widgets.cliff_finding import cliff_finding
from rnn_course.widgets.cliff_paths import STEPS, CliffPath, CliffTask, walk
from rnn_course.widgets.settings import OneOf, Real, Rule, SettingsWidget, Whole

Range = tuple[float, float]

SIGMOID_W, SIGMOID_B = (4.0, 6.6), (-3.4, -1.8)
LINEAR_W, LINEAR_B = (0.85, 1.1), (-0.1, 0.12)
POINTS = {"sigmoid": 221, "linear": 101}
NETWORKS = ("sigmoid", "linear")
CLIPS = ("norm", "squared norm")
USUAL = CliffTask()
MOST_TIME = 200
FLOOR = 1e-6  # below this, a loss is drawn as this on a logarithmic scale

OFF_THE_WALL = {"network": "sigmoid", "learning_rate": 0.3, "max_norm": 0.1, "clip": "norm", "step": STEPS}
PRESETS: dict[str, dict[str, Any]] = {
    "thrown off": {**OFF_THE_WALL, "w": 5.6, "b": -2.6},
    "from further away": {**OFF_THE_WALL, "w": 6.4, "b": -2.3},
    "on the wall": {**OFF_THE_WALL, "w": 4.98, "b": -2.6, "max_norm": 0.01},
    "on the wall, squared norm": {
        **OFF_THE_WALL,
        "w": 4.98,
        "b": -2.6,
        "max_norm": 0.01,
        "clip": "squared norm",
    },
    "to Inf and NaN": {
        "network": "linear",
        "w": 1.05,
        "b": 0.0,
        "learning_rate": 0.01,
        "max_norm": 1.0,
        "clip": "norm",
        "step": STEPS,
    },
}


class ClippingCliff(SettingsWidget):
    """Gradient descent on a wall, side by side without and with clipping.

    What to look for: the loss of this network of one unit has two plains and a wall between them. On the
    plains the gradient is about 0; on the wall it is in the hundreds. Both paths walk to the wall. One step
    there throws the weights of the first far away, to where the gradient is 0 and no step leads back. The
    clipped path makes a step of at most eta times the largest norm, and goes on. Then clip by the squared
    norm, a slip that is often made: the step is shortest just where the gradient is longest, and who starts
    on the wall stands still there. With the linear network nothing holds the state back, and the first path
    ends in Inf and NaN.

    On the wall a rounding error grows by thousands with each step. So the browser's path and that of Python
    can part there in the last digits, and later in the first: no two computers need agree.

    Each curve below a map is a cut through it at the b of the present point. A start can be dragged on either
    map, or moved with the sliders. The gradient is exact, and computed in the browser.

    Args:
        w, b: where both paths start.
        network: "sigmoid", or "linear": h = w h + b, as many times.
        learning_rate: eta, of both.
        max_norm: what the gradient is clipped to.
        clip: by the "norm", or by the "squared norm".
        step: how many steps are shown, up to 300.
        w_range, b_range: the piece of the plane that is drawn for the sigmoid network.
        length, target, h_0: a loss of your own, (h^(length) - target)^2 of a network that begins at h_0, in
            place of (h^(50) - 0.7)^2 from sigmoid(0.5). The usual presets, made for that, are left out then.
        presets: settings by name, in place of the usual ones.

    Attributes:
        settings: the present settings as text; can be set.
        finding: the sentence under the widget.

    Raises:
        WidgetError: if a setting is not what it may be, or a range is none.

    Source: Pascanu, Mikolov & Bengio 2013, figure 6 and algorithm 1.
    """

    _esm = front_end("cliff.js")
    _css = style("cliff.css")

    arrays = traitlets.Dict().tag(sync=True)
    sigmoid = traitlets.Bytes().tag(sync=True)
    linear = traitlets.Bytes().tag(sync=True)
    windows = traitlets.Dict().tag(sync=True)
    steps = traitlets.Int(STEPS).tag(sync=True)
    task = traitlets.Dict().tag(sync=True)

    network = traitlets.Unicode(NETWORKS[0]).tag(sync=True)
    w = traitlets.Float(5.6).tag(sync=True)
    b = traitlets.Float(-2.6).tag(sync=True)
    learning_rate = traitlets.Float(0.3).tag(sync=True)
    max_norm = traitlets.Float(0.1).tag(sync=True)
    clip = traitlets.Unicode(CLIPS[0]).tag(sync=True)
    step = traitlets.Int(STEPS).tag(sync=True)

    def __init__(
        self,
        w: float = 5.6,
        b: float = -2.6,
        *,
        network: str = NETWORKS[0],
        learning_rate: float = 0.3,
        max_norm: float = 0.1,
        clip: str = CLIPS[0],
        step: int = STEPS,
        w_range: Range = SIGMOID_W,
        b_range: Range = SIGMOID_B,
        length: int = USUAL.steps,
        target: float = USUAL.target,
        h_0: float = USUAL.h_0,
        presets: Mapping[str, Mapping[str, Any]] | None = None,
        **kwargs: Any,
    ) -> None:
        _check_range("w_range", w_range)
        _check_range("b_range", b_range)
        self._task = _task(length, target, h_0)
        windows = {"sigmoid": (w_range, b_range), "linear": (LINEAR_W, LINEAR_B)}
        rules: dict[str, Rule] = {
            "network": OneOf(NETWORKS),
            "w": Real(min(w_range[0], LINEAR_W[0]), max(w_range[1], LINEAR_W[1])),
            "b": Real(min(b_range[0], LINEAR_B[0]), max(b_range[1], LINEAR_B[1])),
            "learning_rate": Real(0.001, 3),
            "max_norm": Real(0.001, 10),
            "clip": OneOf(CLIPS),
            "step": Whole(0, STEPS),
        }
        values = {
            "network": network,
            "w": w,
            "b": b,
            "learning_rate": learning_rate,
            "max_norm": max_norm,
            "clip": clip,
            "step": step,
        }
        super().__init__(
            rules,
            values,
            (_usual_presets(rules) if self._task == USUAL else {}) if presets is None else presets,
            **pack(_surfaces(w_range, b_range, self._task)),
            task=self._task._asdict(),
            windows={name: {"w": list(ws), "b": list(bs)} for name, (ws, bs) in windows.items()},
            **kwargs,
        )

    @traitlets.validate("network", "w", "b", "learning_rate", "max_norm", "clip", "step")
    def _valid(self, proposal: Any) -> Any:
        return self.checked(proposal)

    def paths(self) -> tuple[CliffPath, CliffPath]:
        """The path without clipping, and the one with it."""
        plain, clipped = (
            walk(
                (self.w, self.b),
                network=self.network,  # type: ignore[arg-type]
                learning_rate=self.learning_rate,
                max_norm=self.max_norm,
                rule=rule,  # type: ignore[arg-type]
                task=self._task,
            )
            for rule in ("none", self.clip)
        )
        return plain, clipped

    def text_alternative(self) -> str:
        """The sentence that the front end says of these settings."""
        return cliff_finding(*self.paths(), self.clip, self.max_norm, self.step)


def _usual_presets(rules: Mapping[str, Rule]) -> dict[str, dict[str, Any]]:
    """The presets whose start lies on the maps that there are."""
    return {
        name: preset
        for name, preset in PRESETS.items()
        if all(rules[setting].holds(value) for setting, value in preset.items())
    }


def _surfaces(w_range: Range, b_range: Range, task: CliffTask) -> dict[str, np.ndarray]:
    """J of the sigmoid network, and log10 J of the linear one, [b, w], from below and from the left."""
    sigmoid = loss_surface(w_range, b_range, points=POINTS["sigmoid"], **task._asdict()).loss
    w = np.linspace(*LINEAR_W, POINTS["linear"])
    b = np.linspace(*LINEAR_B, POINTS["linear"])
    linear = loss_and_gradient(w[None, :], b[:, None], nonlinearity="linear", **task._asdict()).J
    return {
        "sigmoid": sigmoid.astype(np.float32),
        "linear": np.log10(np.maximum(linear, FLOOR)).astype(np.float32),
    }


def _task(length: Any, target: Any, h_0: Any) -> CliffTask:
    rules: dict[str, tuple[Any, Rule]] = {
        "length": (length, Whole(1, MOST_TIME)),
        "target": (target, Real(0, 1)),
        "h_0": (h_0, Real(0, 1)),
    }
    for name, (value, rule) in rules.items():
        if not rule.holds(value):
            raise WidgetError(f"{name} is {rule}, got {value!r}")
    return CliffTask(int(length), float(target), float(h_0))


def _check_range(name: str, given: Any) -> None:
    try:
        least, most = (float(end) for end in given)
    except (TypeError, ValueError) as error:
        raise WidgetError(f"{name} is two numbers, the smaller first; got {given!r}") from error
    if not (np.isfinite([least, most]).all() and least < most):
        raise WidgetError(f"{name} is two numbers, the smaller first; got {given!r}")
