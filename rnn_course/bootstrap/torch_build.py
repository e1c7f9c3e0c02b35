"""Which build of torch to take: on Linux without an NVIDIA driver one of 0.2 GB, not 3 GB with CUDA."""

from __future__ import annotations

import os
import platform
import re
import shutil
import sys
from pathlib import Path

from rnn_course.bootstrap.errors import SetupError

CPU_INDEX = "https://download.pytorch.org/whl/cpu"
VARIABLE = "RNN_COURSE_TORCH"  # cpu, default (what pip itself would take), or the address of another index


def pinned_version(constraints: Path) -> str:
    """The version of torch that constraints.txt pins."""
    found = re.search(r"^torch==([^\s;]+)", constraints.read_text(encoding="utf-8"), re.MULTILINE)
    if not found:
        raise SetupError(f"{constraints} pins no version of torch")
    return found[1]


def has_nvidia_driver() -> bool:
    """Whether this computer has a driver that a CUDA build could use."""
    return Path("/proc/driver/nvidia/version").exists() or shutil.which("nvidia-smi") is not None


def index() -> str:
    """The index that torch must come from; empty where pip's own choice is right.

    On macOS and Windows the default build has no CUDA. On Linux it has, and is wanted only with a driver.
    """
    choice = os.environ.get(VARIABLE, "")
    if choice == "default":
        return ""
    if choice == "cpu":
        return CPU_INDEX
    if choice:
        if "://" not in choice:
            raise SetupError(f"{VARIABLE} is cpu, default or the address of a package index, not {choice!r}")
        return choice
    return CPU_INDEX if sys.platform == "linux" and not has_nvidia_driver() else ""


def check_computer() -> None:
    """Refuse at once where no build of torch exists.

    Raises:
        SetupError: for a 32-bit Python, and on a Mac with an Intel processor.
    """
    if sys.maxsize < 2**32:
        raise SetupError(
            f"{sys.executable} is a 32-bit Python, for which there is no torch. Install a 64-bit one."
        )
    if sys.platform == "darwin" and platform.machine() == "x86_64":
        raise SetupError(
            "This Python is built for Intel Macs, for which PyTorch has published nothing since 2.2.\n"
            "On a Mac with an Apple processor, install a Python for it (arm64). On an older Mac, work in a "
            "Linux container or on another computer."
        )
