"""Make pages out of notebooks of strangers: no script of theirs runs in the reader's browser.

nbconvert cleans outputs (`sanitize_html`), but not Markdown in nbgrader's feedback template. Both are cleaned
here, with the libraries that nbconvert itself uses.
"""

from __future__ import annotations

from typing import Any

import bleach  # type: ignore[import-untyped]
from jinja2 import pass_context
from nbconvert.exporters import HTMLExporter
from nbconvert.filters import markdown2html
from nbconvert.preprocessors import Preprocessor
from nbformat import NotebookNode
from traitlets.config import Config

TAGS = set(bleach.ALLOWED_TAGS) | {
    "p", "br", "hr", "h1", "h2", "h3", "h4", "h5", "h6", "div", "span", "pre", "kbd", "samp", "var",
    "del", "ins", "s", "u", "mark", "small", "sub", "sup", "dl", "dt", "dd", "img", "figure", "figcaption",
    "table", "caption", "thead", "tbody", "tfoot", "tr", "th", "td", "details", "summary",
}  # fmt: skip
PROTOCOLS = {"http", "https", "mailto", "data"}


class SafeHTMLExporter(HTMLExporter):
    """nbconvert's HTMLExporter for notebooks that nobody has looked at."""

    @property
    def default_config(self) -> Config:
        """nbconvert's defaults, with outputs cleaned."""
        settings = Config({"HTMLExporter": {"sanitize_html": True}})
        settings.merge(super().default_config)
        return settings

    @pass_context
    def markdown2html(self, context: Any, source: str) -> str:
        """Markdown to HTML, cleaned."""
        return clean(super().markdown2html(context, source))


class CleanMarkdown(Preprocessor):
    """A step of nbconvert's that turns Markdown into clean HTML before anybody else shows it.

    For nbgrader's formgrader, which cleans nothing, in nbgrader_config.py:

        c.HTMLExporter.preprocessors = ["rnn_course.grading.safe_html.CleanMarkdown"]
        c.HTMLExporter.sanitize_html = True
    """

    def preprocess_cell(self, cell: NotebookNode, resources: Any, index: int) -> tuple[NotebookNode, Any]:
        """Change one cell; called by nbconvert."""
        if cell.cell_type == "markdown":
            cell.source = clean(markdown2html(cell.source))
        return cell, resources


def clean(html: str) -> str:
    """HTML with the tags of a text only: no script, no style, no handler, no `javascript:` address."""
    return str(bleach.clean(html, tags=TAGS, attributes=_is_allowed, protocols=PROTOCOLS))


def _is_allowed(tag: str, name: str, value: str) -> bool:
    address = value.strip().lower()
    if name == "src":
        local = ":" not in address
        return tag == "img" and (local or address.startswith(("data:image/", "https:", "http:")))
    if name == "href":
        return tag == "a" and not address.startswith("data:")
    return name in ("class", "id", "title", "alt", "align", "width", "height", "colspan", "rowspan", "open")
