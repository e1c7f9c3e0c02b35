"""A lecture, run once from a clean kernel; what it printed, drew and knows afterwards."""

from __future__ import annotations

import re
import time
import tomllib
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, NamedTuple

import nbformat
from nbclient import NotebookClient
from nbformat.v4 import new_code_cell

ROOT = Path(__file__).resolve().parents[2]
NUMBERS = Path(__file__).with_name("numbers")
BUDGET = 180  # seconds for one lecture, on two cores
ALT = re.compile(r'<img\b[^>]*\balt="[^"]{20,}"')


class Number(NamedTuple):
    """A number that a lecture states in words: the words, where it comes from, and its band."""

    said: str
    value: str
    least: float
    most: float


def numbers_of(stem: str) -> list[Number]:
    """The numbers that the lecture `stem` is held to, from numbers/<stem>.toml."""
    path = NUMBERS / f"{stem}.toml"
    if not path.exists():
        return []
    return [Number(**entry) for entry in tomllib.loads(path.read_text(encoding="utf-8"))["number"]]


class Run:
    """An executed notebook whose kernel is still there.

    Attributes:
        notebook: with its outputs.
        seconds: that it took, from the first cell to the last.
    """

    def __init__(self, client: NotebookClient, notebook: Any, seconds: float) -> None:
        self._client = client
        self.notebook = notebook
        self.seconds = seconds

    def outputs(self) -> Iterator[Any]:
        for cell in self.notebook.cells:
            yield from cell.get("outputs", [])

    def stderr(self) -> list[str]:
        """What was written there, warnings first of all."""
        return [out.text for out in self.outputs() if out.get("name") == "stderr"]

    def without_alt(self) -> list[str]:
        """Pictures that say nothing to who cannot see them: the first words of each one's text."""
        shown = [out.data for out in self.outputs() if "data" in out]
        pictures = [data for data in shown if any(kind.startswith("image/") for kind in data)]
        bare = [data for data in pictures if not ALT.search(data.get("text/html", ""))]
        return [data.get("text/plain", "?")[:60] for data in bare]

    def value(self, expression: str) -> float:
        """A Python expression's value in the kernel, after the last cell. An error of it fails."""
        self.notebook.cells.append(new_code_cell(f"print(float({expression}))"))
        cell = self._client.execute_cell(self.notebook.cells[-1], len(self.notebook.cells) - 1)
        return float(cell.outputs[0].text)


@contextmanager
def run(path: Path) -> Iterator[Run]:
    """Execute the notebook at `path`; its kernel lives until the end of the context."""
    notebook = nbformat.read(path, as_version=4)
    client = NotebookClient(
        notebook, timeout=BUDGET, kernel_name="python3", resources={"metadata": {"path": path.parent}}
    )
    begun = time.monotonic()
    with client.setup_kernel():
        for index, cell in enumerate(notebook.cells):
            client.execute_cell(cell, index)
        yield Run(client, notebook, time.monotonic() - begun)
