"""Where everything of a widget stands, and on what ground: what another style sheet must not change."""

from __future__ import annotations

from typing import Any

from rnn_course.widgets.base import style

LAYOUT = """() => [...document.querySelectorAll(".rnn-widget *")].map((node) => {
  const { x, y, width, height } = node.getBoundingClientRect();
  const { backgroundImage, backgroundColor, fontSize } = getComputedStyle(node);
  return [node.className, x, y, width, height, backgroundImage, backgroundColor, fontSize];
})"""


def changed_by_another_copy_of_the_theme(page: Any) -> list[Any]:
    """Each widget of a page brings a copy of the shared rules, which stands behind the first one's own."""
    page.wait_for_timeout(100)  # sizes are observed a moment later
    before = page.evaluate(LAYOUT)
    page.add_style_tag(content=style("token_strip.css"))
    after = page.evaluate(LAYOUT)
    return [(old, new) for old, new in zip(before, after, strict=True) if old != new]
