"""The runs of pip that fill .venv."""

from __future__ import annotations

import os
import subprocess
from collections.abc import Sequence

from rnn_course.bootstrap import torch_build
from rnn_course.bootstrap.environment import Environment
from rnn_course.bootstrap.errors import SetupError, explain
from rnn_course.bootstrap.progress import latest, stage


def install(environment: Environment, extras: list[str], inherit: tuple[int, ...]) -> None:
    """Install the pinned build tools, torch, and the course with `extras`, each in one run of pip.

    Args:
        extras: optional parts of the course, as pyproject.toml names them.
        inherit: file descriptors that every child process is to hold.

    Raises:
        SetupError: if pip fails.
    """
    # The build backend goes first, so that the course is built with the pinned one and not in a place apart.
    pip(environment, inherit, "build tools", ["hatchling", "editables"])
    pin = torch_build.pinned_version(environment.constraints)
    index = torch_build.index()
    if index:
        torch = ["--no-deps", f"torch=={pin}"]
        # A wheel that pip sees on its own (in a folder that its settings name) needs no network.
        here = call_pip(environment, inherit, ["--dry-run", "--no-index", *torch])[0] == 0
        where = "this computer" if here else index
        source = ["--no-index"] if here else ["--index-url", index]
        pip(environment, inherit, f"torch {pin} from {where}", [*source, *torch], index=where)
    target = ".[" + ",".join(extras) + "]" if extras else "."
    title = "everything else" if index else f"torch {pin} and everything else"
    pip(environment, inherit, title, ["--no-build-isolation", "-e", target])


def pip(
    environment: Environment,
    inherit: tuple[int, ...],
    title: str,
    arguments: Sequence[str],
    index: str = "the package index",
) -> None:
    """Run `pip install` as a stage named `title`.

    Raises:
        SetupError: if pip fails, with what to do where the reason is a known one, and the end of the log.
    """
    start = environment.log.stat().st_size if environment.log.exists() else 0
    with stage(title, detail=lambda: latest(environment.log, start)):
        status, output = call_pip(environment, inherit, arguments)
        if status:
            advice = explain(output, environment.root, index)
            tail = "\n".join("  " + line for line in output.splitlines()[-8:])
            raise SetupError(f"{advice}\n\nThe end of {environment.log}:\n{tail}".lstrip())


def call_pip(environment: Environment, inherit: tuple[int, ...], arguments: Sequence[str]) -> tuple[int, str]:
    """Run `pip install` with the pins; returns its exit status and what it printed (also to install.log)."""
    command = [str(environment.python), "-m", "pip", "--no-input", "--disable-pip-version-check", "install"]
    command += ["--progress-bar", "off", "-c", environment.constraints.name, *arguments]
    # Settings for installing to one's home folder do not work in an environment.
    variables = {**os.environ, "PIP_USER": "0", "PYTHONUNBUFFERED": "1"}
    with environment.log.open("ab") as log:
        log.write(f"\n$ pip install {' '.join(command[6:])}\n".encode())
        log.flush()
        start = log.tell()
        status = subprocess.run(
            command,
            stdin=subprocess.DEVNULL,
            stdout=log,
            stderr=subprocess.STDOUT,
            cwd=environment.root,
            env=variables,
            pass_fds=inherit,
        ).returncode
    with environment.log.open("rb") as file:
        file.seek(start)
        return status, file.read().decode(errors="replace")
