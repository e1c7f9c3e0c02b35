"""The .venv of a checkout, and how far its making has come.

Three files in .venv say so:

    rnn-course.json         it is whole; what it was made from, and for which extras
    rnn-course.unfinished   somebody is at work on it, or was killed at it: it is made anew
    install.log             all that pip said
"""

from __future__ import annotations

import hashlib
import json
import os
from pathlib import Path
from typing import Any

from rnn_course.bootstrap.extras import STUDENTS


class Environment:
    """The .venv of one checkout.

    Args:
        root: the checkout.
    """

    def __init__(self, root: Path) -> None:
        self.root = root
        self.folder = root / ".venv"
        self.scripts = self.folder / ("Scripts" if os.name == "nt" else "bin")
        self.python = self.scripts / ("python.exe" if os.name == "nt" else "python")
        self.stamp = self.folder / "rnn-course.json"
        self.unfinished = self.folder / "rnn-course.unfinished"
        self.log = self.folder / "install.log"
        self.constraints = root / "constraints.txt"

    def read_stamp(self) -> dict[str, Any]:
        """What the environment was made from; empty if it is not whole."""
        try:
            stamp = json.loads(self.stamp.read_text(encoding="utf-8"))
        except (OSError, ValueError):
            return {}
        return stamp if isinstance(stamp, dict) and not self.unfinished.exists() else {}

    def origin(self) -> dict[str, str]:
        """What an environment made now is made from. A new `root` needs a new one: scripts hold paths."""
        pins = hashlib.sha256()
        for path in (self.root / "pyproject.toml", self.constraints):
            pins.update(path.read_bytes())
        return {"root": str(self.root), "pins": pins.hexdigest()}

    def serves(self, extra: str) -> bool:
        """Whether it is whole, up to date, and has what `extra` needs."""
        stamp = self.read_stamp()
        return (
            bool(stamp)
            and self.python.exists()  # false for a link to a Python that is gone
            and self.origin().items() <= stamp.items()
            and extra in [STUDENTS, *stamp.get("extras", [])]
            and (self.folder / "pyvenv.cfg").exists()
        )
