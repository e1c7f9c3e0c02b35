"""Finding a Chromium and driving it: what all browser tests stand on.

`RNN_COURSE_CHROMIUM` names an executable; else the system's Chromium is taken, else the one that
`playwright install chromium` has fetched. Where there is none, a test skips, with the reason.
"""

from __future__ import annotations

import os
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest

NAMES = ("chromium", "chromium-browser", "google-chrome", "chrome")


def chromium_path(playwrights_own: str) -> str:
    """The executable of a Chromium on this computer, else the test is skipped."""
    wanted = os.environ.get("RNN_COURSE_CHROMIUM")
    if wanted:
        if not Path(wanted).is_file():
            pytest.fail(f"RNN_COURSE_CHROMIUM={wanted} is not a file")
        return wanted
    for candidate in [*(shutil.which(name) for name in NAMES), playwrights_own]:
        if candidate and Path(candidate).is_file():
            return candidate
    pytest.skip(
        f"no browser: none of {', '.join(NAMES)} is on PATH. Install one, run `playwright install chromium`, "
        f"or set RNN_COURSE_CHROMIUM to an executable"
    )


@contextmanager
def chromium() -> Iterator[Any]:
    """A headless Chromium with a profile of its own, as Playwright's `Browser`."""
    sync_api = pytest.importorskip(
        "playwright.sync_api", reason="Playwright is not installed (the `dev` extra)"
    )
    # Chromium refuses to sandbox what root runs.
    as_root = ["--no-sandbox"] if hasattr(os, "geteuid") and os.geteuid() == 0 else []
    with sync_api.sync_playwright() as playwright:
        browser = playwright.chromium.launch(
            executable_path=chromium_path(playwright.chromium.executable_path),
            args=[*as_root, "--disable-gpu", "--disable-dev-shm-usage"],
        )
        try:
            yield browser
        finally:
            browser.close()
