"""Finding a Chromium and driving it: what all browser tests stand on.

`RNN_COURSE_CHROMIUM` names another executable. A test that needs a browser skips, with the reason, where
there is none.
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


def chromium_path() -> str:
    """The executable of a Chromium on this machine, else the test is skipped."""
    wanted = os.environ.get("RNN_COURSE_CHROMIUM")
    if wanted:
        if not Path(wanted).is_file():
            pytest.fail(f"RNN_COURSE_CHROMIUM={wanted} is not a file")
        return wanted
    for name in NAMES:
        path = shutil.which(name)
        if path:
            return path
    pytest.skip(f"no browser: none of {', '.join(NAMES)} is on PATH (set RNN_COURSE_CHROMIUM to its path)")


@contextmanager
def chromium() -> Iterator[Any]:
    """A headless Chromium with a profile of its own, as Playwright's `Browser`."""
    sync_api = pytest.importorskip(
        "playwright.sync_api", reason="Playwright is not installed (the `dev` extra)"
    )
    path = chromium_path()
    sandbox = [] if os.geteuid() else ["--no-sandbox"]  # Chromium refuses to sandbox what root runs
    with sync_api.sync_playwright() as playwright:
        browser = playwright.chromium.launch(
            executable_path=path, args=[*sandbox, "--disable-gpu", "--disable-dev-shm-usage"]
        )
        try:
            yield browser
        finally:
            browser.close()
