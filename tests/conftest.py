"""What tests of every part share: real corpora, where this computer has them."""

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from hypothesis import settings

from rnn_course.text.locate import ENVIRONMENT, find_data

settings.register_profile("course", deadline=None)  # a busy machine is no mistake in the code
settings.load_profile("course")

BESIDE = Path(__file__).resolve().parents[2] / "shared" / "data"


@pytest.fixture
def real_data(monkeypatch: pytest.MonkeyPatch) -> Callable[[str], Path]:
    """`real_data("ptb")` is the folder of the corpus; the test is skipped where it is not to be had.

    After the call, `rnn_course.text.datasets.load` finds the same corpus.
    """

    def folder(name: str) -> Path:
        found = find_data(name)
        if found is None and BESIDE.is_dir():
            monkeypatch.setenv(ENVIRONMENT, str(BESIDE))
            found = find_data(name)
        if found is None:
            pytest.skip(f"{name} is not here: `python -m rnn_course data get {name}`, or set {ENVIRONMENT}")
        return found

    return folder


@pytest.fixture(scope="session")
def browser() -> Iterator[Any]:
    """A headless Chromium, started once: Playwright allows one of its kind in a process."""
    from browser.chromium import chromium

    with chromium() as started:
        yield started
