"""Depth and skips in a browser: numbers against the chain rule written out in numpy, keys, presets, looks."""

from __future__ import annotations

import re
from collections.abc import Callable
from functools import cache

import numpy as np
import pytest

from rnn_course.cells.cell import CELLS
from rnn_course.cells.highway import HighwayParams
from rnn_course.cells.stacked import Skip, stacked
from rnn_course.widgets.depth_skips import BIASES, DEPTHS, DepthAndSkips

from .stage import Stage, serious_findings
from .widget_layout import changed_by_another_copy_of_the_theme

H, SEED = 6, 0


@pytest.fixture(scope="module")
def widget() -> DepthAndSkips:
    return DepthAndSkips(hidden_size=H, seeds=1)


@cache
def lowest_to_top(depth: int, skip: Skip, bias: int = -3) -> float:
    """Norm of dJ/db_1 of the lowest layer over that of the top one, by the chain rule, layer by layer."""
    rng = np.random.default_rng(SEED)
    options = {"transform_bias": float(bias)} if skip == "highway" else {}
    layers = stacked(CELLS["elman"], depth, skip=skip).init(H, H, rng, **options).layers
    levels, hidden, taus = [rng.standard_normal((5, 8, H))], [], []
    for layer in layers:
        W_h, W_e, b_1 = layer.cell if isinstance(layer, HighwayParams) else layer
        x = np.concatenate(levels, axis=-1) if skip == "dense" else levels[-1]
        h = [np.zeros((8, H))]
        for x_t in x:
            h.append(np.tanh(h[-1] @ W_h.T + x_t @ W_e.T + b_1))
        y = np.stack(h[1:])
        hidden.append(y)
        if skip == "highway":
            taus.append(1 / (1 + np.exp(-(levels[-1] @ layer.W_tau.T + layer.b_tau))))
            y = taus[-1] * y + (1 - taus[-1]) * levels[-1]
        levels.append(y + levels[-1] if skip == "residual" else y)
    dlevels = [np.zeros_like(level) for level in levels]
    dlevels[-1][-1] = rng.standard_normal((8, H))
    norms = np.zeros(depth)
    for k in range(depth - 1, -1, -1):
        layer, h, dy = layers[k], hidden[k], dlevels[k + 1]
        W_h, W_e, _ = layer.cell if isinstance(layer, HighwayParams) else layer
        if skip == "highway":
            tau, below = taus[k], levels[k]
            dlevels[k] += (1 - tau) * dy + ((h - below) * dy * tau * (1 - tau)) @ layer.W_tau
            dy = tau * dy
        elif skip == "residual":
            dlevels[k] += dy
        dh, db_1 = np.zeros((8, H)), np.zeros(H)
        for t in range(4, -1, -1):
            dz = (dy[t] + dh) * (1 - h[t] ** 2)
            db_1 += dz.sum(axis=0)
            dh, dx_t = dz @ W_h, dz @ W_e
            if skip == "dense":
                for level, part in enumerate(np.split(dx_t, k + 1, axis=-1)):
                    dlevels[level][t] += part
            else:
                dlevels[k][t] += dx_t
        norms[k] = np.linalg.norm(db_1)
    return float(norms[0] / norms[-1])


def numbers(finding: str) -> dict[str, str]:
    found = re.findall(r"([\d.]+)(?: × 10([⁻⁰¹²³⁴⁵⁶⁷⁸⁹]+))? (plain|residual|dense|highway)", finding)
    plain = str.maketrans("⁻⁰¹²³⁴⁵⁶⁷⁸⁹", "-0123456789")
    return {name: f"{mantissa}e{power.translate(plain) or 0}" for mantissa, power, name in found}


STATES = [(depth, BIASES[k % len(BIASES)]) for k, depth in enumerate(DEPTHS)]


def test_the_numbers_are_numpys_at_every_depth(show: Callable[..., Stage], widget: DepthAndSkips) -> None:
    stage = show(widget)
    for depth, bias in STATES:
        stage.set(depth=depth, transform_bias=bias)
        finding = stage.trait("finding")
        assert finding.startswith(f"New stacks of {depth} Elman layers")
        assert f"bias −{-bias})." in finding
        shown = numbers(finding)
        for name, skip in (
            ("plain", None),
            ("residual", "residual"),
            ("dense", "dense"),
            ("highway", "highway"),
        ):
            expected = lowest_to_top(depth, skip, bias)  # type: ignore[arg-type]
            digits = 0.5 if expected >= 9.95 else 0.006 * expected + 0.05 * 10 ** np.floor(np.log10(expected))
            assert float(shown[name]) == pytest.approx(expected, abs=digits), (depth, name)


def test_all_by_keys(show: Callable[..., Stage], widget: DepthAndSkips) -> None:
    stage = show(widget)
    page = stage.page
    slider = page.get_by_role("slider", name="Depth")
    slider.focus()
    page.keyboard.press("ArrowRight")
    assert stage.trait("depth") == 25, "from one measured depth to the next"
    assert slider.get_attribute("aria-valuetext") == "Depth = 25 layers"
    page.keyboard.press("End")
    assert stage.trait("depth") == 50
    bias = page.get_by_role("slider", name="Highway")
    bias.focus()
    page.keyboard.press("Home")
    assert stage.trait("transform_bias") == -4
    assert stage.keys_that_left() == []


def test_presets_settings_as_text_and_what_python_sets(
    show: Callable[..., Stage], widget: DepthAndSkips
) -> None:
    stage = show(widget)
    assert stage.trait("finding") == widget.finding
    page = stage.page

    def pixels() -> list[str]:
        return [page.locator("canvas").nth(k).evaluate("c => c.toDataURL()") for k in range(2)]

    before = pixels()
    fifty = page.get_by_role("button", name="fifty", exact=True)
    fifty.click()
    assert stage.trait("depth") == 50
    assert fifty.get_attribute("aria-pressed") == "true"
    assert all(a != b for a, b in zip(before, pixels(), strict=True))
    page.get_by_text("Settings as text").click()
    box = page.get_by_role("textbox", name="Settings as text")
    box.fill("depth=10, transform_bias=-1")
    box.press("Enter")
    assert (stage.trait("depth"), stage.trait("transform_bias")) == (10, -1)
    for wrong, message in [
        ("depth=7", "depth is one of 2, 3, 4, 5, 6, 8"),
        ("transform_bias=0", "transform_bias is a whole number from -4 to -1"),
        ("width=3", "width is not one of"),
    ]:
        box.fill(wrong)
        box.press("Enter")
        assert message in page.locator("details .rnn-note").inner_text()
    before = pixels()
    stage.set(depth=30)
    assert page.get_by_role("slider", name="Depth").get_attribute("aria-valuetext") == "Depth = 30 layers"
    assert all(a != b for a, b in zip(before, pixels(), strict=True))


def test_another_widgets_styles_change_nothing(show: Callable[..., Stage], widget: DepthAndSkips) -> None:
    assert changed_by_another_copy_of_the_theme(show(widget).page) == []


@pytest.mark.parametrize(("width", "dark"), [(1000, False), (1000, True), (360, False), (360, True)])
def test_accessible_and_within_the_page(
    show: Callable[..., Stage], widget: DepthAndSkips, width: int, dark: bool
) -> None:
    stage = show(widget, width=width, dark=dark)
    stage.page.get_by_text("Settings as text").click()
    assert serious_findings(stage.page) == []
    assert stage.page.evaluate("document.documentElement.scrollWidth") <= width
