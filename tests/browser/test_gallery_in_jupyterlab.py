"""The page of all widgets in JupyterLab: everything by keyboard, nothing lost to its own commands."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import nbformat
import pytest

from .lab import Lab, LabNotebook
from .stage import serious_findings

pytestmark = pytest.mark.slow

GALLERY = Path(__file__).resolve().parents[2] / "docs" / "widgets.ipynb"
WIDGETS = [cell.id for cell in nbformat.read(GALLERY, as_version=4).cells if cell.cell_type == "code"]
# What Tab must come to: one of a group of radio buttons is enough, and what is folded away is not there.
CONTROLS = """
(root) => {
  const all = [...root.querySelectorAll("input, select, button, summary, textarea, [tabindex='0']")];
  const seen = all.filter((e) => e.checkVisibility() && !e.disabled && e.tabIndex >= 0);
  const radios = new Set();
  return seen.filter((e) => {
    if (e.type !== "radio") return true;
    if (radios.has(e.name)) return false;
    radios.add(e.name);
    return true;
  }).map((e) => e.type === "radio" ? `radio ${e.name}` : `${seen.indexOf(e)}`);
}
"""
FOCUSED = """
(root) => {
  const e = document.activeElement;
  if (!root.contains(e)) return null;
  if (e.type === "radio") return `radio ${e.name}`;
  const all = [...root.querySelectorAll("input, select, button, summary, textarea, [tabindex='0']")];
  return `${all.filter((x) => x.checkVisibility() && !x.disabled && x.tabIndex >= 0).indexOf(e)}`;
}
"""


@pytest.fixture(scope="module")
def gallery(lab: Lab, browser: Any) -> Iterator[LabNotebook]:
    shutil.copy(GALLERY, lab.root / "gallery.ipynb")
    with lab.open(browser, "gallery.ipynb", width=1280) as opened:
        opened.run_all(timeout=300)
        opened.page.wait_for_function(
            "count => document.querySelectorAll('.rnn-widget').length === count", arg=len(WIDGETS)
        )
        yield opened
        assert opened.problems == []


@pytest.mark.parametrize("number", range(len(WIDGETS)), ids=WIDGETS)
def test_tab_comes_to_every_control_and_leaves(gallery: LabNotebook, number: int) -> None:
    widget = gallery.page.locator(".rnn-widget").nth(number)
    controls = widget.evaluate(CONTROLS)
    widget.locator("input, select, button, summary, [tabindex='0']").first.focus()
    reached = set()
    for _ in range(3 * len(controls) + 10):
        focused = widget.evaluate(FOCUSED)
        if focused is None:
            break
        reached.add(focused)
        gallery.page.keyboard.press("Tab")
    else:
        pytest.fail("Tab never leaves the widget")
    assert reached >= set(controls)


@pytest.mark.parametrize("number", range(len(WIDGETS)), ids=WIDGETS)
def test_arrow_keys_move_the_widget_and_not_the_notebook(gallery: LabNotebook, number: int) -> None:
    page, widget = gallery.page, gallery.page.locator(".rnn-widget").nth(number)
    sliders = widget.locator("input[type=range]:visible:enabled")
    moved = sliders if sliders.count() else widget.locator("input[type=radio]:visible")
    moved.first.focus()
    notebook = (gallery.active_cell(), gallery.collapsed(), page.evaluate("cells().length"))
    for i in range(min(moved.count(), 4) if sliders.count() else 1):
        slider = moved.nth(i)
        slider.focus()
        before, picture = (widget.inner_text(), slider.input_value()), widget.screenshot()
        for key in ("ArrowRight", "ArrowUp", "ArrowLeft"):
            page.keyboard.press(key)
        if slider.input_value() == before[1]:  # it has two places, or stood one below its highest
            page.keyboard.press("ArrowLeft")
        now = (widget.inner_text(), slider.input_value())
        assert now != before or not sliders.count()
        assert widget.screenshot() != picture
    assert (gallery.active_cell(), gallery.collapsed(), page.evaluate("cells().length")) == notebook


def test_accessible_in_jupyterlab(gallery: LabNotebook) -> None:
    assert serious_findings(gallery.page, ".rnn-widget") == []
