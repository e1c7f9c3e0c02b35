"""Where the notebooks and tests stand, and how a command hands over to another program there."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path
from typing import NoReturn

import rnn_course
from rnn_course.errors import CourseError


def find_checkout() -> Path:
    """The folder that holds lectures/, assignments/ and tests/.

    Raises:
        CourseError: if the package is installed without it.
    """
    root = Path(rnn_course.__file__).resolve().parents[1]
    if not (root / "lectures").is_dir():
        raise CourseError(f"{root} holds no lectures: run this from a copy of the course's repository")
    return root


def run_instead(command: list[str], folder: Path) -> NoReturn:
    """Run `command` in `folder` in the place of this process, where the system can do that."""
    os.chdir(folder)
    sys.stdout.flush()
    sys.stderr.flush()
    if os.name != "nt":
        os.execv(command[0], command)
    process = subprocess.Popen(command)
    while True:
        try:
            sys.exit(process.wait())
        except KeyboardInterrupt:  # the program gets Ctrl-C too, and says itself what that means
            continue
