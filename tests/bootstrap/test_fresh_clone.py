"""A clone, a new home, a bare Python: the real packages, from wherever this computer's pip takes them."""

from __future__ import annotations

import os
import re
import subprocess
import sys
import time
from pathlib import Path

import pytest
from miniature import BARE_PYTHON, ROOT

CANNOT = re.compile("cannot be reached|cannot make an environment|MB are free")


@pytest.mark.slow
def test_a_fresh_clone_becomes_a_working_course(tmp_path: Path) -> None:
    clone, home = tmp_path / "a course", tmp_path / "home"  # a path with a space, as many have
    if subprocess.run(["git", "clone", "-q", ROOT, clone], capture_output=True).returncode:
        pytest.skip("not a git clone itself")
    home.mkdir()
    mine = re.compile("PYTHON|RNN_COURSE_DATA|VIRTUAL|CONDA|JUPYTER|XDG")
    variables = {name: value for name, value in os.environ.items() if not mine.match(name)} | {
        "HOME": str(home)
    }

    def run(*arguments: str) -> subprocess.CompletedProcess[str]:
        command = [BARE_PYTHON, "-m", "rnn_course", *arguments]
        return subprocess.run(command, cwd=clone, env=variables, capture_output=True, text=True)

    first = run("doctor")
    if first.returncode == 2 and CANNOT.search(first.stderr):
        pytest.skip(f"this computer cannot: {first.stderr}")
    assert first.returncode == 0, first.stderr
    assert "Ready: this environment has what the course needs." in first.stdout
    assert f"{clone / '.venv'}" in first.stdout
    assert "each in the version the course was tested with" in first.stdout

    begun = time.monotonic()
    assert "Open the course in JupyterLab" in run("lab", "--help").stdout
    assert time.monotonic() - begun < 2  # about 0.2 s on an idle machine

    python = clone / ".venv" / ("Scripts" if os.name == "nt" else "bin") / "python"
    check = subprocess.run([python, "-m", "pip", "check"], capture_output=True, text=True)
    assert check.returncode == 0, check.stdout
    if sys.platform == "linux" and "RNN_COURSE_TORCH" not in variables:
        listed = subprocess.run([python, "-m", "pip", "list"], capture_output=True, text=True).stdout
        assert "nvidia" not in listed or Path("/proc/driver/nvidia/version").exists()
    # Nothing that only instructors or authors need is forced on a student.
    for module in ("nbgrader", "pytest", "playwright"):
        assert subprocess.run([python, "-c", f"import {module}"], capture_output=True).returncode == 1
