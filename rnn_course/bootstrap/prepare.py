"""Brings .venv to what constraints.txt pins. It may be killed at any moment, and be run twice at once."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
from importlib.util import find_spec
from pathlib import Path

from rnn_course.bootstrap import torch_build
from rnn_course.bootstrap.environment import Environment
from rnn_course.bootstrap.errors import SetupError, explain
from rnn_course.bootstrap.extras import STUDENTS, contained
from rnn_course.bootstrap.install import install
from rnn_course.bootstrap.lock import locked
from rnn_course.bootstrap.progress import say, stage

ROOM = 1.5e9  # bytes that a whole environment takes; 1.4 GB were measured on Linux


def prepare(environment: Environment, extra: str) -> None:
    """Make `environment` whole and up to date, with what `extra` needs.

    Raises:
        SetupError: if it cannot be done; the message says what to do.
        OSError: likewise, where the operating system refused the bootstrap itself.
    """
    torch_build.check_computer()
    with locked(environment.root / ".venv.lock") as inherit:
        if environment.serves(extra):  # another process has just made it
            return
        stamp = environment.read_stamp()
        extras = sorted({*stamp.get("extras", []), *contained(environment.root, extra)} - {STUDENTS})
        if environment.unfinished.exists() or not is_usable(environment):
            make_folder(environment, inherit)
        environment.unfinished.touch()
        environment.stamp.unlink(missing_ok=True)
        install(environment, extras, inherit)
        partial = environment.stamp.with_suffix(".partial")
        partial.write_text(json.dumps({**environment.origin(), "extras": extras}), encoding="utf-8")
        partial.replace(environment.stamp)
        environment.unfinished.unlink()


def is_usable(environment: Environment) -> bool:
    """Whether its Python starts and finds its packages, pip among them, and it stands where it was made."""
    stamp = environment.read_stamp()
    if stamp and stamp.get("root") != str(environment.root):
        return False
    check = "import pip, sys; sys.exit(sys.prefix == sys.base_prefix)"
    try:
        return subprocess.run([environment.python, "-c", check], capture_output=True).returncode == 0
    except OSError:
        return False


def make_folder(environment: Environment, inherit: tuple[int, ...]) -> None:
    """Make .venv with nothing but pip in it, in the place of whatever stood there."""
    if environment.folder.exists() and not environment.folder.is_dir():
        raise SetupError(f"{environment.folder} is a file. Move it away, then run the same command again.")
    missing = [name for name in ("venv", "ensurepip") if find_spec(name) is None]
    if missing:
        raise SetupError(venv_missing(missing[0]))
    free = shutil.disk_usage(environment.root).free
    if free < ROOM:
        raise SetupError(
            f"The environment takes about {ROOM / 1e9} GB, and {free / 1e6:.0f} MB are free at "
            f"{environment.root}. Make room, then run the same command again."
        )
    say(
        f"Making {environment.folder} with Python {sys.version.split()[0]} and what constraints.txt pins: "
        f"about 1.5 GB and a few minutes, once."
    )
    if environment.folder.exists():
        environment.unfinished.touch()  # the first to come and the last to go
        for entry in environment.folder.iterdir():
            if entry == environment.unfinished:
                continue
            if entry.is_dir() and not entry.is_symlink():
                shutil.rmtree(entry)
            else:
                entry.unlink()
    environment.folder.mkdir(exist_ok=True)
    environment.unfinished.touch()
    with stage("environment"):
        command = [sys.executable, "-m", "venv", str(environment.folder)]
        done = subprocess.run(
            command, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, pass_fds=inherit
        )
    if done.returncode:
        advice = explain(done.stdout, environment.root)
        raise SetupError(advice or f"`{' '.join(command)}` failed:\n{done.stdout}")


def venv_missing(module: str) -> str:
    """What to install where Python came without `module`."""
    version = f"{sys.version_info.major}.{sys.version_info.minor}"
    if Path("/etc/debian_version").exists():
        usual = os.path.realpath("/usr/bin/python3").endswith(f"python{version}")
        package = "python3-venv" if usual else f"python{version}-venv"
        return (
            f"{sys.executable} cannot make an environment: its `{module}` is in a package of its own here.\n"
            f"Install it, then run the same command again:\n\n  sudo apt install {package}"
        )
    return (
        f"{sys.executable} cannot make an environment: it came without `{module}`. Install your system's "
        f"package for it (often python3-venv), or Python from https://www.python.org/downloads/."
    )
