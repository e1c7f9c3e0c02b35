"""A widget alone on a blank page, without Jupyter: its real front end, and a stub in place of the kernel.

The page loads the ES module and the style sheet that the widget would send, and a model with the traits that
it would send, bytes as DataView. The stub has what anywidget's models have: get, set, save_changes, on, off.
"""

from __future__ import annotations

import base64
import json
from typing import Any

import pytest

PAGE = """<!doctype html>
<html lang="en"><head><meta charset="utf-8"><title>A widget</title>
<style>body { margin: 16px; background: %(page)s; }</style></head>
<body data-jp-theme-light="%(light)s"><main></main></body></html>"""

MOUNT = """
async ({ esm, css, traits, buffers }) => {
  const style = document.createElement("style");
  style.textContent = css;
  document.head.append(style);
  for (const [name, text] of Object.entries(buffers)) {
    traits[name] = new DataView(Uint8Array.from(atob(text), (c) => c.charCodeAt(0)).buffer);
  }
  const listeners = new Map();
  const model = {
    traits,
    unsaved: new Set(),
    get: (name) => traits[name],
    set(name, value) {
      if (traits[name] === value) return;
      traits[name] = value;
      this.unsaved.add(name);
      for (const f of listeners.get(`change:${name}`) ?? []) f();
    },
    save_changes() { this.unsaved.clear(); },
    on(events, f) { for (const e of events.split(" ")) listeners.set(e, [...(listeners.get(e) ?? []), f]); },
    off(events, f) {
      for (const e of events.split(" ")) listeners.set(e, (listeners.get(e) ?? []).filter((g) => g !== f));
    },
    send() {},
  };
  window.model = model;
  window.pageKeys = [];
  document.addEventListener("keydown", (event) => window.pageKeys.push(event.key));
  const url = URL.createObjectURL(new Blob([esm], { type: "text/javascript" }));
  const widget = (await import(url)).default;
  const el = document.createElement("div");
  document.querySelector("main").append(el);
  window.widget = widget;
  window.unmount = await widget.render({ model, el });
}
"""


class Stage:
    """A Playwright page that shows one widget.

    Attributes:
        page: the page; `page.locator(...)` finds what the reader sees.
        problems: errors and warnings that the page has reported; a test ends with an empty list.
    """

    def __init__(self, browser: Any, widget: Any, *, width: int = 1000, dark: bool = False) -> None:
        self.context = browser.new_context(viewport={"width": width, "height": 900})
        self.page = self.context.new_page()
        self.problems: list[str] = []
        self.page.on("pageerror", lambda error: self.problems.append(str(error)))
        self.page.on(
            "console",
            lambda message: message.type in ("error", "warning") and self.problems.append(message.text),
        )
        theme = {"light": "false" if dark else "true", "page": "#111111" if dark else "#ffffff"}
        self.page.set_content(PAGE % theme)
        self.page.evaluate(MOUNT, _sent(widget))

    def trait(self, name: str) -> Any:
        """A trait as the front end has set it."""
        return self.page.evaluate("name => model.get(name)", name)

    def unsaved(self) -> list[str]:
        """Traits that the front end has set and not sent to the kernel, whose answers could undo them."""
        return self.page.evaluate("[...model.unsaved]")

    def set(self, **traits: Any) -> None:
        """Set traits as the kernel would."""
        self.page.evaluate(
            """(traits) => {
              for (const [name, value] of Object.entries(traits)) {
                model.set(name, value);
                model.unsaved.delete(name);
              }
            }""",
            traits,
        )

    def numbers(self, widget: str) -> list[list[str]]:
        """The unfolded table of a widget, in full: the titles of its cells, which the browser fills late."""
        cells = f".{widget} tbody td"
        filled = "cells => [...document.querySelectorAll(cells)].every((cell) => cell.title)"
        self.page.wait_for_function(filled, arg=cells)
        return self.page.evaluate(
            """rows => [...document.querySelectorAll(rows)]
                 .map((row) => [...row.querySelectorAll("td")].map((cell) => cell.title))""",
            f".{widget} tbody tr",
        )

    def keys_that_left(self) -> list[str]:
        """Keys that reached the page around the widget."""
        return self.page.evaluate("window.pageKeys")

    def close(self) -> None:
        self.context.close()


def _sent(widget: Any) -> dict[str, Any]:
    """What the widget sends to the browser, with bytes apart."""
    state = widget.get_state()
    esm, css = state.pop("_esm"), state.pop("_css", "")
    own = {
        name: value
        for name, value in state.items()
        if not name.startswith("_") and name not in ("layout", "tabbable", "tooltip")
    }
    buffers = {name: value for name, value in own.items() if isinstance(value, (bytes, memoryview))}
    traits = {name: value for name, value in own.items() if name not in buffers}
    json.dumps(traits)  # a trait that is not JSON would fail in Jupyter as well
    return {
        "esm": str(esm),
        "css": str(css),
        "traits": traits,
        "buffers": {name: base64.b64encode(value).decode() for name, value in buffers.items()},
    }


def serious_findings(page: Any, scope: str = "main") -> list[str]:
    """axe-core's serious and critical findings on the page, as sentences."""
    axe = pytest.importorskip(
        "axe_playwright_python.sync_playwright",
        reason="axe-playwright-python is not installed (the `dev` extra)",
    )
    results = axe.Axe().run(page, context=scope)
    return [
        f"{violation['impact']}: {violation['help']}: {node['html'][:160]}"
        for violation in results.response["violations"]
        if violation["impact"] in ("serious", "critical")
        for node in violation["nodes"]
    ]
