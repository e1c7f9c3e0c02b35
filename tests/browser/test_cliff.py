"""The clipping cliff in a browser: paths against numpy, dragging, keys, play, settings, accessibility."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

from rnn_course.widgets.base import front_end
from rnn_course.widgets.cliff import ClippingCliff
from rnn_course.widgets.cliff_finding import cliff_finding, figure
from rnn_course.widgets.cliff_paths import CliffPath

from .stage import Stage, serious_findings

STATES: list[tuple[str, float, float, float, float, str]] = [
    ("sigmoid", 5.6, -2.6, 0.3, 0.1, "norm"),
    ("sigmoid", 5.6, -2.6, 0.3, 0.1, "squared norm"),
    ("sigmoid", 5.0, -2.4, 0.05, 0.02, "norm"),
    ("sigmoid", 6.4, -2.3, 0.3, 0.1, "norm"),
    ("sigmoid", 4.6, -3.5, 1.0, 1.0, "norm"),
    ("sigmoid", 6.9, -2.05, 0.01, 5.0, "squared norm"),
    ("sigmoid", 5.25, -2.55, 3.0, 0.001, "norm"),
    ("sigmoid", 4.9, -2.54, 0.001, 10.0, "norm"),
    ("linear", 1.05, 0.0, 0.01, 1.0, "norm"),
    ("linear", 1.1, 0.1, 0.001, 0.5, "squared norm"),
    ("linear", 0.9, -0.1, 0.02, 2.0, "norm"),
    ("linear", 1.0, 0.01, 0.0015, 0.001, "norm"),
    ("linear", 6.0, 0.0, 0.5, 1.0, "norm"),
]
NAMES = ("network", "w", "b", "learning_rate", "max_norm", "clip")


def gradient(network: str, points: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """J and (dJ/dw, dJ/db) at each point, by the chain rule forwards: dh/dw and dh/db are carried along."""
    w, b = points.T
    h, h_w, h_b = np.full(w.shape, 1 / (1 + np.exp(-0.5))), np.zeros(w.shape), np.zeros(w.shape)
    with np.errstate(over="ignore", invalid="ignore"):
        for _ in range(50):
            z, z_w, z_b = w * h + b, h + w * h_w, 1 + w * h_b
            h = 0.5 * np.tanh(0.5 * z) + 0.5 if network == "sigmoid" else z
            slope = h * (1 - h) if network == "sigmoid" else 1.0
            h_w, h_b = slope * z_w, slope * z_b
        return (h - 0.7) ** 2, 2 * (h - 0.7) * np.stack([h_w, h_b])


def step_from(
    points: np.ndarray, network: str, learning_rate: float, max_norm: float, rule: str
) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """From each point, [points, 2]: the next one, the norm of the gradient, and the length of the step."""
    _, g = gradient(network, points)
    norm = np.hypot(*g)
    factor = np.ones_like(norm)
    with np.errstate(divide="ignore"):
        if rule == "norm":
            factor = np.minimum(1, max_norm / norm)
        if rule == "squared norm":
            factor = np.minimum(1, max_norm / norm**2)
    return points - learning_rate * (g * factor).T, norm, learning_rate * factor * norm


@pytest.fixture(scope="module")
def cliff(browser: Any) -> Any:
    """One cliff for all states, set as the kernel would set it."""
    stage = Stage(browser, ClippingCliff())
    stage.page.get_by_text("Numbers of this step").click()
    yield stage
    problems = stage.problems
    stage.close()
    assert problems == []


def table(stage: Stage) -> np.ndarray:
    """Both rows of the table in full: w, b, J, norm, length of the next step."""
    return np.array(stage.numbers("rnn-cliff"), dtype=float)


@pytest.mark.parametrize("state", STATES, ids=lambda state: " ".join(map(str, state)))
def test_each_step_is_numpys(cliff: Stage, state: tuple[str, float, float, float, float, str]) -> None:
    """From each point that the browser shows, numpy makes the step that the browser makes.

    Not from the start alone: at the wall rounding errors grow by thousands with a step, and two computers
    part.
    """
    network, w, b, learning_rate, max_norm, clip = state
    cliff.set(**dict(zip(NAMES, state, strict=True)), step=0)
    np.testing.assert_array_equal(table(cliff)[:, :2], [[w, b], [w, b]])
    for step in (1, 2, 45, 121, 300):
        cliff.set(step=step - 1)
        before = table(cliff)
        cliff.set(step=step)
        after = table(cliff)
        for row, rule in enumerate(("none", clip)):
            if not np.isfinite(before[row]).all():
                assert not np.isfinite(after[row]).all()
                continue
            there = before[row : row + 1, :2]
            point, norm, length = step_from(there, network, learning_rate, max_norm, rule)
            np.testing.assert_allclose(before[row, 3:], [norm[0], length[0]], rtol=1e-7, atol=1e-12)
            np.testing.assert_allclose(after[row, :2], point[0], rtol=1e-9, atol=1e-7 * length[0])
            np.testing.assert_allclose(before[row, 2], gradient(network, there)[0][0], rtol=1e-8)


@pytest.mark.parametrize("state", STATES, ids=lambda state: " ".join(map(str, state)))
def test_the_sentence_holds_the_numbers_of_the_table(
    cliff: Stage, state: tuple[str, float, float, float, float, str]
) -> None:
    cliff.set(**dict(zip(NAMES, state, strict=True)), step=300)
    (plain, clipped), said = table(cliff), cliff.trait("finding")
    for name, row in (("Without clipping", plain), (f"at {figure(state[4])},", clipped)):
        end = f"a loss of {figure(row[2])} at w = {figure(row[0])}, b = {figure(row[1])}."
        assert re.search(
            rf"{re.escape(name)} the longest of 300 steps is \S+ long, [\w ]+ {re.escape(end)}", said
        )
    cliff.set(step=17)
    (plain, clipped), said = table(cliff), cliff.trait("finding")
    now = [f"gradient of norm {figure(row[3])}, next step {figure(row[4])} long" for row in (plain, clipped)]
    assert said.endswith(f"After 17 steps: {now[0]}; clipped, {now[1]}.")
    if state[5] == "norm":
        assert clipped[4] <= state[3] * state[4] * (1 + 1e-12) or not np.isfinite(clipped[3])


def test_whole_paths_and_their_sentence(cliff: Stage) -> None:
    """The front end's own path, all of it; and the sentence that Python makes of the same numbers."""
    module = front_end("cliff_path.js") + "\nexport { CliffPath as default };"
    task = {"steps": 50, "target": 0.7, "h_0": 1 / (1 + np.exp(-0.5))}
    options = [
        dict(zip(("network", "w", "b", "learningRate", "maxNorm"), s[:5], strict=True)) | {"task": task}
        for s in STATES
    ]
    found = cliff.page.evaluate(
        """async ({ module, options, rules }) => {
          const url = URL.createObjectURL(new Blob([module], { type: "text/javascript" }));
          const CliffPath = (await import(url)).default;
          const names = ["w", "b", "losses", "norms", "lengths"];
          const texts = (path) => names.map((name) => [name, [...path[name]].map(String)]);
          const keep = (path) => ({ ...Object.fromEntries(texts(path)), lost: path.lostAt });
          const walk = (option, rule) => keep(new CliffPath(300).walk(option, rule));
          return options.map((option, k) => [walk(option, "none"), walk(option, rules[k])]);
        }""",
        {"module": module, "options": options, "rules": [state[5] for state in STATES]},
    )
    for state, both in zip(STATES, found, strict=True):
        network, _, _, learning_rate, max_norm, clip = state
        paths = []
        for rule, sent in zip(("none", clip), both, strict=True):
            arrays = {
                name: np.array(sent[name], dtype=float) for name in ("w", "b", "losses", "norms", "lengths")
            }
            points = np.stack([arrays["w"], arrays["b"]], axis=1)
            paths.append(
                CliffPath(points, arrays["losses"], arrays["norms"], arrays["lengths"], sent["lost"])
            )
            finite = np.isfinite(arrays["norms"]) & np.isfinite(arrays["losses"])
            assert sent["lost"] == (None if finite.all() else finite.argmin())
            until = 300 if sent["lost"] is None else sent["lost"]
            there = points[:until]
            following, _, length = step_from(there, network, learning_rate, max_norm, rule)
            scale = 1e-9 * np.abs(following) + 1e-7 * length[:, None]
            assert (np.abs(points[1 : until + 1] - following) <= scale).all()
        cliff.set(**dict(zip(NAMES, state, strict=True)), step=40)
        assert cliff.trait("finding") == cliff_finding(paths[0], paths[1], clip, max_norm, 40)


def test_a_loss_of_ones_own(show: Callable[..., Stage]) -> None:
    widget = ClippingCliff(5.0, -2.2, length=12, target=0.2, h_0=0.1, step=40)
    stage = show(widget)
    stage.page.get_by_text("Numbers of this step").click()
    shown = table(stage)
    for row, path in zip(shown, widget.paths(), strict=True):
        np.testing.assert_allclose(row[:2], path.points[40], rtol=1e-9)
        np.testing.assert_allclose(row[2:4], [path.losses[40], path.norms[40]], rtol=1e-7)
    w, b = shown[0][:2]
    h = 0.1
    for _ in range(12):
        h = 1 / (1 + np.exp(-(w * h + b)))
    assert shown[0][2] == pytest.approx((h - 0.2) ** 2)
    assert stage.trait("finding") == widget.text_alternative()
    assert stage.page.get_by_role("button", name="thrown off").count() == 0


def test_clipping_saves_and_the_linear_network_is_lost(cliff: Stage) -> None:
    cliff.page.get_by_role("button", name="thrown off").click()
    (plain, clipped), said = table(cliff), cliff.trait("finding")
    assert plain[2] == pytest.approx(0.09, abs=1e-3)
    assert clipped[2] < 0.001
    assert abs(plain[0]) > 10
    assert "Neither path met Inf or NaN." in said
    cliff.page.get_by_role("button", name="to Inf and NaN").click()
    plain, clipped = table(cliff)
    assert np.isnan(plain[:3]).all()
    assert clipped[2] < 0.1
    assert "The path without clipping met Inf or NaN after 2 steps, and is lost." in cliff.trait("finding")


def test_everything_by_keys(show: Callable[..., Stage]) -> None:
    stage = show(ClippingCliff(step=10))
    page = stage.page
    before = page.locator(".rnn-cliff-maps").screenshot()
    for label, name, more in [("Start w", "w", 0.001), ("Start b", "b", 0.001), ("Step", "step", 1)]:
        value = stage.trait(name)
        page.get_by_role("slider", name=label).focus()
        page.keyboard.press("ArrowRight")
        assert stage.trait(name) == pytest.approx(value + more)
        page.keyboard.press("ArrowDown")
        assert stage.trait(name) == pytest.approx(value)
        page.keyboard.press("ArrowUp")
    for label, name in [("Learning rate", "learning_rate"), ("Largest norm", "max_norm")]:
        value = stage.trait(name)
        page.get_by_role("slider", name=label).focus()
        page.keyboard.press("ArrowRight")
        assert value < stage.trait(name) < 1.3 * value
        page.keyboard.press("ArrowLeft")
        assert stage.trait(name) == pytest.approx(value, rel=0.06)
        page.keyboard.press("Home")
        assert stage.trait(name) == 0.001
    page.get_by_role("combobox", name="Clip by the").focus()
    page.keyboard.press("ArrowDown")
    assert stage.trait("clip") == "squared norm"
    page.get_by_role("combobox", name="Network").focus()
    page.keyboard.press("ArrowDown")
    assert stage.trait("network") == "linear"
    assert (stage.trait("w"), stage.trait("b")) == (1.05, 0)  # a start on this network's map
    page.get_by_role("button", name="To the start").press("Enter")
    assert stage.trait("step") == 0
    page.get_by_role("button", name="One step").press("Enter")
    assert stage.trait("step") == 1
    assert page.locator(".rnn-cliff-maps").screenshot() != before
    assert stage.keys_that_left() == []


def test_the_start_is_dragged_on_either_map(show: Callable[..., Stage]) -> None:
    stage = show(ClippingCliff())
    for index in (0, 1):
        box = stage.page.locator(".rnn-cliff-maps canvas").nth(index).bounding_box()
        inside = {"x": box["x"] + 50, "y": box["y"] + 44, "width": box["width"] - 62}
        height = min(300, round(0.74 * inside["width"]))
        stage.page.mouse.move(inside["x"] + 30, inside["y"] + 30)
        stage.page.mouse.down()
        stage.page.mouse.move(inside["x"] + inside["width"] / 2, inside["y"] + height / 4, steps=4)
        windows = stage.trait("windows")["sigmoid"]
        w, b = np.mean(windows["w"]), windows["b"][1] - np.ptp(windows["b"]) / 4
        assert stage.trait("w") == pytest.approx(w, abs=0.02)
        assert stage.trait("b") == pytest.approx(b, abs=0.02)
        stage.page.mouse.move(box["x"] - 400, inside["y"] - 300)  # far outside: the start stays on the map
        assert stage.trait("w") == windows["w"][0]
        stage.page.mouse.up()
        stage.page.mouse.move(inside["x"] + 50, inside["y"] + 50)
        assert stage.trait("w") == windows["w"][0]


def test_play_walks_and_who_wants_no_motion_is_taken_to_the_end(show: Callable[..., Stage]) -> None:
    stage = show(ClippingCliff(step=0))
    stage.page.get_by_role("button", name="Play").click()
    stage.page.wait_for_function("model.get('step') > 5 && model.get('step') < 300")
    stage.page.get_by_role("button", name="Pause").click()
    stopped = stage.trait("step")
    stage.page.wait_for_timeout(150)
    assert stage.trait("step") == stopped < 300
    stage.page.emulate_media(reduced_motion="reduce")
    stage.page.get_by_role("button", name="Play").click()
    assert stage.trait("step") == 300
    assert stage.page.get_by_role("button", name="Pause").count() == 0


def test_settings_as_text_and_from_the_kernel(show: Callable[..., Stage]) -> None:
    widget = ClippingCliff(6.0, -2.25, max_norm=0.5, clip="squared norm", step=12)
    stage = show(widget)
    stage.page.get_by_text("Settings as text").click()
    box = stage.page.get_by_role("textbox", name="Settings as text")
    assert box.input_value() == widget.settings
    box.fill('w=5.5, clip="norm", step=3')
    box.press("Enter")
    assert (stage.trait("w"), stage.trait("clip"), stage.trait("step")) == (5.5, "norm", 3)
    for wrong, message in [
        ("w=99", "w is a number from"),
        ('clip="value"', "clip is one of norm, squared norm."),
        ("step=1.5", "step is a whole number from 0 to 300."),
        ("speed=3", "speed is not one of"),
    ]:
        box.fill(wrong)
        box.press("Enter")
        assert message in stage.page.locator("details .rnn-note").inner_text()
    assert stage.trait("step") == 3
    before = stage.page.locator(".rnn-cliff-maps").screenshot()
    stage.set(w=4.7, step=200)
    assert stage.page.get_by_role("slider", name="Start w = 4.7").input_value() == "4.7"
    assert stage.page.locator(".rnn-cliff-maps").screenshot() != before


@pytest.mark.parametrize("width", [1280, 360])
@pytest.mark.parametrize("dark", [False, True], ids=["light", "dark"])
def test_accessible_and_not_wider_than_the_page(show: Callable[..., Stage], width: int, dark: bool) -> None:
    stage = show(ClippingCliff(), width=width, dark=dark)
    for title in ("Settings as text", "Numbers of this step"):
        stage.page.get_by_text(title).click()
    assert serious_findings(stage.page) == []
    assert stage.page.evaluate("document.documentElement.scrollWidth") <= width
