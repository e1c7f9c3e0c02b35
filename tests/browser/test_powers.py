"""The widget of W_h^l in a browser: keyboard, pointer, presets, settings as text, accessibility."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import pytest

from rnn_course.widgets.base import style
from rnn_course.widgets.powers import Powers

from .stage import Stage, serious_findings


def pixels(stage: Stage) -> list[str]:
    """What is drawn on each canvas."""
    return stage.page.locator("canvas").evaluate_all("all => all.map((canvas) => canvas.toDataURL())")


def test_everything_by_keyboard(show: Callable[..., Stage]) -> None:
    stage = show(Powers(radius=1.0, lag=10))
    page = stage.page
    before = pixels(stage)
    assert len(before) == 5
    lag = page.get_by_role("slider", name="Lag")
    lag.focus()
    for key in ("ArrowRight", "ArrowRight", "ArrowUp", "ArrowLeft"):
        page.keyboard.press(key)
    assert stage.trait("lag") == 12
    assert lag.get_attribute("aria-valuetext") == "Lag ℓ = 12"
    assert stage.trait("finding").startswith("At lag 12, ‖Wₕ¹²‖ is ")
    assert page.locator(".rnn-finding").inner_text() == stage.trait("finding")
    after = pixels(stage)
    assert [a != b for a, b in zip(before, after, strict=True)] == [True] * 5
    page.keyboard.press("End")
    assert stage.trait("lag") == 60
    page.keyboard.press("Home")
    assert "nothing has been multiplied" in stage.trait("finding")
    radius = page.get_by_role("slider", name="Spectral radius")
    radius.focus()
    page.keyboard.press("ArrowRight")
    assert stage.trait("radius") == pytest.approx(1.01)
    kind = page.get_by_role("combobox", name="Matrix")
    kind.focus()
    page.keyboard.press("ArrowDown")
    assert stage.trait("kind") == "orthogonal"
    inputs = page.get_by_role("slider", name="Size of the inputs")
    assert inputs.is_disabled()
    page.get_by_role("combobox", name="Nonlinearity").focus()
    page.keyboard.press("ArrowDown")
    assert stage.trait("nonlinearity") == "tanh"
    assert not inputs.is_disabled()
    inputs.focus()
    page.keyboard.press("ArrowLeft")
    assert stage.trait("input_size") == pytest.approx(0.9)
    box = page.get_by_role("checkbox", name="in colours of its own")
    box.focus()
    page.keyboard.press("Space")
    assert stage.trait("own_scale") == "on"
    assert [key for key in stage.keys_that_left() if key != "Tab"] == []


def test_each_preset_shows_what_it_is_called(show: Callable[..., Stage]) -> None:
    widget = Powers()
    stage = show(widget)
    shown = {
        "vanish": "the gradient has vanished",
        "critical": "‖Wₕ⁶⁰‖ is 1.00: the gradient has kept its size",
        "explode": "the gradient has exploded",
        "grows first": "‖Wₕ⁶‖ is 13.5: the gradient has grown",
        "dead after 24": "the power is exactly 0",
        "tanh tames": "the gradient has shrunk",
        "tanh unleashes": "the gradient has exploded",
        "sigmoid": "below 1: it must vanish, whatever is read",
        "trained": "the gradient has vanished",
    }
    assert list(shown) == list(widget.presets)
    for name, words in shown.items():
        button = stage.page.get_by_role("button", name=name)
        button.press("Enter")
        assert words in stage.trait("finding")
        pressed = stage.page.locator(".rnn-presets [aria-pressed=true]").all_inner_texts()
        assert pressed == [name]
    stage.set(lag=3)
    assert stage.page.locator(".rnn-presets [aria-pressed=true]").count() == 0


def test_dragging_in_the_pictures(show: Callable[..., Stage]) -> None:
    stage = show(Powers(kind="orthogonal", radius=1.0, lag=10))
    mouse = stage.page.mouse
    curve = stage.page.get_by_role("img", name="Norm by lag")
    box = curve.bounding_box()
    mouse.move(box["x"] + 0.3 * box["width"], box["y"] + 100)
    mouse.down()
    mouse.move(box["x"] + 0.9 * box["width"], box["y"] + 120, steps=4)
    mouse.up()
    far = stage.trait("lag")
    assert 50 <= far <= 58
    mouse.move(box["x"] + 0.1 * box["width"], box["y"] + 100)  # no button is held
    assert stage.trait("lag") == far
    picture = stage.page.get_by_role("img", name="Eigenvalues of")
    picture.scroll_into_view_if_needed()
    plane = picture.bounding_box()
    middle = (plane["x"] + plane["width"] / 2, plane["y"] + plane["height"] / 2)
    mouse.move(*middle)
    mouse.down()
    assert stage.trait("radius") == 0.5  # not below the slider's end
    mouse.move(plane["x"] + plane["width"] - 4, middle[1], steps=3)
    mouse.up()
    assert stage.trait("radius") > 1.2


def test_what_python_sets_is_drawn(show: Callable[..., Stage]) -> None:
    stage = show(Powers(lag=5))
    before = pixels(stage)
    stage.set(radius=1.31)
    assert stage.page.get_by_role("slider", name="Spectral radius ρ = 1.31").input_value() == "1.31"
    assert pixels(stage) != before
    stage.set(kind="nilpotent")
    assert stage.page.get_by_role("slider", name="Largest singular value = 1.31; ρ is 0").count() == 1
    stage.set(kind="trained Elman", nonlinearity="sigmoid")
    assert stage.trait("finding").startswith("With sigmoid")
    assert "as trained" in stage.page.get_by_role("slider", name="Spectral radius").locator("..").inner_text()


def test_settings_are_copied_and_set_as_text(show: Callable[..., Stage]) -> None:
    widget = Powers(nonlinearity="tanh", lag=7)
    stage = show(widget)
    stage.page.get_by_text("Settings as text").click()
    box = stage.page.get_by_role("textbox", name="Settings as text")
    assert box.input_value() == widget.settings
    box.fill('kind="symmetric", lag=12')
    box.press("Enter")
    assert (stage.trait("kind"), stage.trait("lag")) == ("symmetric", 12)
    stage.set(nonlinearity="linear")
    assert "input_size" not in box.input_value()
    for wrong, message in [
        ("lag=99", "lag is a whole number from 0 to 60"),
        ("radius=0.1", "radius is a number from 0.5 to 2.09"),
        ('kind="magic"', "kind is one of Gaussian"),
        ("size=3", "size is not one of"),
    ]:
        box.fill(wrong)
        box.press("Enter")
        assert message in stage.page.locator("details .rnn-note").inner_text()
    assert stage.trait("lag") == 12


def test_the_theme_of_a_later_widget_does_not_undo_its_layout(show: Callable[..., Stage]) -> None:
    stage = show(Powers())
    places = """() => [...document.querySelectorAll(".rnn-powers *")].map((node) => {
      const { x, y, width, height } = node.getBoundingClientRect();
      return [x, y, width, height].map(Math.round).join(" ");
    })"""
    before = stage.page.evaluate(places)
    stage.page.add_style_tag(content=style("quiz.css"))
    assert stage.page.evaluate(places) == before


@pytest.mark.parametrize("width", [1280, 360])
@pytest.mark.parametrize("dark", [False, True], ids=["light", "dark"])
def test_accessible_and_not_wider_than_the_page(show: Callable[..., Stage], width: int, dark: bool) -> None:
    W = np.random.default_rng(0).standard_normal((48, 48)) / 7
    stage = show(Powers(W, nonlinearity="tanh"), width=width, dark=dark)
    stage.page.get_by_text("Settings as text").click()
    assert serious_findings(stage.page) == []
    assert stage.page.evaluate("document.documentElement.scrollWidth") <= width
    for canvas in stage.page.locator("canvas").all():
        box = canvas.bounding_box()
        assert 0 <= box["x"] <= box["x"] + box["width"] <= width
    stage.set(nonlinearity="linear", kind="nilpotent")
    assert serious_findings(stage.page) == []
