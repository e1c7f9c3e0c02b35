"""The built site in a browser that may ask nobody but the site itself: widgets move, formulas stand."""

from __future__ import annotations

import subprocess
import sys
import threading
from collections.abc import Iterator
from functools import partial
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import nbformat
import pytest

from .stage import serious_findings
from .widget_layout import changed_by_another_copy_of_the_theme

pytestmark = pytest.mark.slow
pytest.importorskip("myst_nb", reason="the site's tools are not installed (the `dev` extra)")

ROOT = Path(__file__).resolve().parents[2]
GALLERY = ROOT / "docs" / "widgets.ipynb"


class Quiet(SimpleHTTPRequestHandler):
    def log_message(self, *args: Any) -> None:
        pass


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """The address of a freshly built site."""
    target = tmp_path_factory.mktemp("site")
    command = [sys.executable, "-m", "sphinx", "-b", "html", "-W", "--keep-going", "-q"]
    built = subprocess.run([*command, "docs", target], cwd=ROOT, capture_output=True, text=True)
    assert built.returncode == 0, built.stderr
    server = ThreadingHTTPServer(("127.0.0.1", 0), partial(Quiet, directory=str(target)))
    threading.Thread(target=server.serve_forever, daemon=True).start()
    yield f"http://127.0.0.1:{server.server_port}"
    server.shutdown()


@pytest.fixture(scope="module")
def gallery(site: str, browser: Any) -> Iterator[Any]:
    """The page of all widgets, once they stand; what it asked of others, and what failed."""
    context = browser.new_context(viewport={"width": 1280, "height": 900})
    page = context.new_page()
    page.troubles = []
    page.on("pageerror", lambda error: page.troubles.append(str(error)))
    page.on("requestfailed", lambda request: page.troubles.append(f"failed: {request.url}"))
    page.on("response", lambda r: r.status >= 400 and page.troubles.append(f"{r.status}: {r.url}"))
    page.route(lambda url: not url.startswith((site, "blob:", "data:")), lambda route: route.abort())
    page.goto(f"{site}/widgets.html")
    cells = [cell for cell in nbformat.read(GALLERY, as_version=4).cells if cell.cell_type == "code"]
    page.wait_for_function(
        "count => document.querySelectorAll('.rnn-widget').length === count", arg=len(cells), timeout=20_000
    )
    yield page
    context.close()


def test_every_widget_stands_and_says_something(gallery: Any) -> None:
    said = gallery.locator(".rnn-widget .rnn-finding").all_inner_texts()
    asked = gallery.locator(".rnn-widget.rnn-quiz").count()
    assert len(said) == gallery.locator(".rnn-widget").count() - asked
    assert all(len(sentence) > 20 for sentence in said)


def test_a_widget_moves_without_a_kernel(gallery: Any) -> None:
    explorer = gallery.locator(".rnn-ngram")
    before = explorer.locator(".rnn-finding").inner_text()
    explorer.get_by_role("slider", name="Order").focus()
    gallery.keyboard.press("ArrowLeft")
    assert explorer.locator(".rnn-finding").inner_text() != before


def test_nobody_else_was_asked(gallery: Any) -> None:
    gallery.wait_for_timeout(500)
    assert gallery.troubles == []


def test_no_widget_changes_another_ones_looks(gallery: Any) -> None:
    assert changed_by_another_copy_of_the_theme(gallery) == []


def test_accessible_on_the_site(gallery: Any) -> None:
    assert serious_findings(gallery, ".rnn-widget") == []
