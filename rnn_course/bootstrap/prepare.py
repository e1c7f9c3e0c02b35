"""Brings .venv to what constraints.txt pins. It may be killed at any moment, and be run twice at once.

Three files in .venv say how far it has come:

    rnn-course.json         it is whole; what it was made from, and for which extras
    rnn-course.unfinished   somebody is at work on it, or was killed at it: it is made anew
    install.log             all that pip said
"""

from __future__ import annotations

import hashlib
import json
import os
import shutil
import subprocess
import sys
from collections.abc import Sequence
from importlib.util import find_spec
from pathlib import Path
from typing import Any

from rnn_course.bootstrap import torch_build
from rnn_course.bootstrap.errors import DISK_FULL, SetupError, explain
from rnn_course.bootstrap.lock import locked
from rnn_course.bootstrap.progress import latest, say, stage

ROOM = 1.5e9  # bytes that a whole environment takes; 1.4 GB were measured on Linux


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
            and extra in ["", *stamp.get("extras", [])]
            and (self.folder / "pyvenv.cfg").exists()
        )


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
        extras = sorted({*stamp.get("extras", []), extra} - {""})
        if environment.unfinished.exists() or not is_usable(environment):
            make_folder(environment)
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


def make_folder(environment: Environment) -> None:
    """Make .venv with nothing but pip in it, in the place of whatever stood there."""
    missing = [name for name in ("venv", "ensurepip") if find_spec(name) is None]
    if missing:
        raise SetupError(venv_missing(missing[0]))
    free = shutil.disk_usage(environment.root).free
    if free < ROOM:
        raise SetupError(DISK_FULL.format(free=f"{free / 1e6:.0f}", place=environment.root))
    torch_pin = torch_build.pinned_version(environment.constraints)
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
        done = subprocess.run(command, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True)
    if done.returncode:
        advice = explain(done.stdout, environment.root, torch_pin)
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


def install(environment: Environment, extras: list[str], inherit: tuple[int, ...]) -> None:
    """Install the pinned build tools, torch, and the course with `extras`, each in one run of pip."""
    # The build backend goes first, so that the course is built with the pinned one and not in a place apart.
    pip(environment, inherit, "build tools", ["hatchling", "editables"])
    index = torch_build.index()
    pin = torch_build.pinned_version(environment.constraints)
    if index:
        torch = ["--no-deps", f"torch=={pin}"]
        # A wheel that pip sees on its own (a folder named in its settings) needs no network.
        try:
            pip(environment, inherit, f"torch {pin}, if it is on this computer", ["--no-index", *torch])
        except SetupError:
            pip(environment, inherit, f"torch {pin} from {index}", ["--index-url", index, *torch])
    target = ".[" + ",".join(extras) + "]" if extras else "."
    title = "everything else" if index else f"torch {pin} and everything else"
    pip(environment, inherit, title, ["--no-build-isolation", "-e", target])


def pip(environment: Environment, inherit: tuple[int, ...], title: str, arguments: Sequence[str]) -> None:
    """Run `pip install` with the pins; all that it prints goes to install.log.

    Raises:
        SetupError: if pip fails, with what to do where the reason is a known one, and the end of the log.
    """
    command = [str(environment.python), "-m", "pip", "--no-input", "--disable-pip-version-check", "install"]
    command += ["--progress-bar", "off", "-c", environment.constraints.name, *arguments]
    # Settings for installing to one's home folder do not work in an environment.
    variables = {**os.environ, "PIP_USER": "0", "PYTHONUNBUFFERED": "1"}
    with environment.log.open("a", encoding="utf-8") as log:
        log.write(f"\n$ pip install {' '.join(command[6:])}\n")
        log.flush()
        start = environment.log.stat().st_size
        with stage(title, detail=lambda: latest(environment.log, start)):
            status = subprocess.run(
                command,
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=subprocess.STDOUT,
                cwd=environment.root,
                env=variables,
                pass_fds=inherit,
            ).returncode
    if status:
        with environment.log.open("rb") as file:
            file.seek(start)
            output = file.read().decode(errors="replace")
        advice = explain(output, environment.root, torch_build.pinned_version(environment.constraints))
        tail = "\n".join("  " + line for line in output.splitlines()[-8:])
        raise SetupError(f"{advice}\n\nThe end of {environment.log}:\n{tail}".lstrip())
