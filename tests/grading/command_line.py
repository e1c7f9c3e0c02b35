"""Run `rnn-course` and `nbgrader` as their users do, in a process of their own."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

RNN_COURSE = "from rnn_course.cli import main; raise SystemExit(main())"


def rnn_course(root: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
    """`rnn-course ARGUMENTS` in a folder."""
    command = [sys.executable, "-c", RNN_COURSE, *arguments]
    return subprocess.run(command, cwd=root, capture_output=True, text=True)


def nbgrader(root: Path, *arguments: str, seed: str = "1") -> subprocess.CompletedProcess[str]:
    """`nbgrader ARGUMENTS` in a folder, with the environment activated as its users have it."""
    scripts = os.path.dirname(os.path.abspath(sys.executable))
    path = os.pathsep.join([scripts, os.environ.get("PATH", "")])
    environment = {**os.environ, "PATH": path, "RNN_COURSE_SEED": seed}
    command = [sys.executable, "-m", "nbgrader", *arguments]
    return subprocess.run(command, cwd=root, capture_output=True, text=True, env=environment)
