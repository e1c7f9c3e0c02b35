"""Find or make the environment that a command needs, and run the command in it."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from importlib.machinery import PathFinder
from importlib.metadata import PackageNotFoundError, distribution
from pathlib import Path
from urllib.parse import urlsplit
from urllib.request import url2pathname

from rnn_course.bootstrap.blas_kernels import choose_kernels
from rnn_course.bootstrap.environment import Environment
from rnn_course.bootstrap.errors import SetupError, explain_os_error
from rnn_course.bootstrap.extras import wanted
from rnn_course.bootstrap.prepare import prepare
from rnn_course.bootstrap.progress import say
from rnn_course.commands import COMMANDS

ROOT = Path(__file__).resolve().parents[2]


def start(arguments: list[str]) -> int:
    """Run `rnn-course` with `arguments` where it can run; returns the exit status."""
    choose_kernels(os.environ)
    try:
        return dispatch(arguments)
    except SetupError as error:
        say(str(error))
    except OSError as error:
        say(explain_os_error(error, ROOT))
    return 2


def dispatch(arguments: list[str]) -> int:
    """The same; what goes wrong is raised."""
    name = next((argument for argument in arguments if not argument.startswith("-")), "")
    extra = COMMANDS[name].extra if name in COMMANDS else ""
    environment = Environment(ROOT)
    if not (ROOT / "pyproject.toml").exists():  # a package installed without its checkout: nothing to prepare
        return run_here(arguments)
    if is_current(environment):
        if not has_pip():  # the system's Python was replaced by one that looks in another folder
            environment.unfinished.touch()
        if environment.serves(extra):
            return run_here(arguments)
        base = getattr(sys, "_base_executable", sys.executable)  # an environment cannot mend itself
        return subprocess.call([base, "-m", "rnn_course", *arguments])
    if is_installed_here():
        missing = missing_distributions(extra)
        if missing:
            part = f".[{extra}]" if extra else "."
            raise SetupError(
                f"The environment {sys.prefix} lacks {', '.join(missing)}. Install what is pinned:\n\n"
                f'  python -m pip install -c constraints.txt -e "{part}"\n\n'
                f"or leave it (`deactivate`, `conda deactivate`) and run the same command again for a .venv."
            )
        return run_here(arguments)
    if not environment.serves(extra):
        if name not in COMMANDS or "--help" in arguments:
            return print_usage(name)
        prepare(environment, extra)
    return run_in(environment, arguments)


def is_current(environment: Environment) -> bool:
    """Whether this process runs in `environment`."""
    return environment.folder.exists() and os.path.samefile(sys.prefix, environment.folder)


def has_pip() -> bool:
    """Whether this Python finds pip.

    Only the folders are searched. Made the usual way, a search for pip reaches setuptools' import hook, which
    takes it for the beginning of a build; before Python 3.12 nbgrader, which imports setuptools, then fails.
    """
    return PathFinder.find_spec("pip") is not None


def is_installed_here() -> bool:
    """Whether this process's environment has the course installed from this very checkout (the conda way)."""
    try:
        found = re.search(
            r'"url":\s*"(file:[^"]*)"', distribution("rnn-course").read_text("direct_url.json") or ""
        )
    except PackageNotFoundError:
        return False
    return found is not None and Path(url2pathname(urlsplit(found[1]).path)).resolve() == ROOT


def missing_distributions(extra: str) -> list[str]:
    """What pyproject.toml asks for and this process's environment lacks, whatever its version."""
    missing = []
    for name in wanted(ROOT, extra):
        try:
            distribution(name)
        except PackageNotFoundError:
            missing.append(name)
    return missing


def run_here(arguments: list[str]) -> int:
    """Run the command in this process."""
    from rnn_course.cli import main

    return main(arguments)


def run_in(environment: Environment, arguments: list[str]) -> int:
    """Run the command in `environment`, in the place of this process where the system can do that."""
    variables = {**os.environ, "VIRTUAL_ENV": str(environment.folder)}
    variables.pop("PYTHONHOME", None)
    command = [str(environment.python), "-m", "rnn_course", *arguments]
    if os.name != "nt":
        sys.stderr.flush()
        os.execve(environment.python, command, variables)
    process = subprocess.Popen(command, env=variables)
    while True:
        try:
            return process.wait()
        except KeyboardInterrupt:  # the command gets Ctrl-C too, and says itself what that means
            continue


def print_usage(name: str) -> int:
    """List the commands while nothing is installed; the status is 2 for a `name` that is none of them."""
    if name and name not in COMMANDS:
        say(f"`{name}` is no command of the course.\n")
    print("Usage: python -m rnn_course COMMAND [ARGUMENTS]\n\nCommands:")
    for command, (summary, _) in COMMANDS.items():
        print(f"  {command:9} {summary}")
    print("\nThe first use of a command makes .venv and installs what it needs into it.")
    return 2 if name and name not in COMMANDS else 0
