"""`python -m rnn_course` under a Python that is too old or too new: it can be read, and says what to do."""

from __future__ import annotations

import ast
import os
import shutil
import stat
import subprocess
import sys
from pathlib import Path

import pytest

from rnn_course.__main__ import SUPPORTED, TOO_OLD_OR_NEW

ROOT = Path(__file__).resolve().parents[2]
READ_BY_ANY = [ROOT / "rnn_course" / "__init__.py", ROOT / "rnn_course" / "__main__.py"]
# Syntax that Python 2.7 does not know, as far as it could slip in here.
TOO_MODERN = (
    ast.JoinedStr,
    ast.AnnAssign,
    ast.NamedExpr,
    ast.Nonlocal,
    ast.AsyncFunctionDef,
    ast.Await,
    ast.YieldFrom,
    ast.Match,
    ast.Starred,
)


@pytest.mark.parametrize("path", READ_BY_ANY, ids=lambda path: path.name)
def test_any_python_can_read_it(path: Path) -> None:
    source = path.read_bytes()
    assert source.isascii()  # Python 2.7 wants an encoding declared for anything else
    tree = ast.parse(source)
    assert [node for node in ast.walk(tree) if isinstance(node, TOO_MODERN)] == []
    for function in [node for node in ast.walk(tree) if isinstance(node, ast.FunctionDef)]:
        arguments = [*function.args.args, *function.args.kwonlyargs]
        assert function.returns is None
        assert not function.args.kwonlyargs
        assert all(argument.annotation is None for argument in arguments)


def other_pythons() -> list[Path]:
    """Interpreters of unsupported versions on this computer: on PATH, or beside those of pyenv."""
    folders = [Path(folder) for folder in os.environ.get("PATH", "").split(os.pathsep) if folder]
    folders += Path.home().glob(".pyenv/versions/*/bin")
    names = ["python2.7", *(f"python3.{minor}" for minor in range(30) if (3, minor) not in SUPPORTED)]
    found = [folder / name for folder in folders for name in names if (folder / name).exists()]
    works = [path for path in found if subprocess.run([path, "-c", ""], capture_output=True).returncode == 0]
    return sorted({path.name: path for path in works}.values())


OTHERS = other_pythons()


@pytest.fixture
def checkout(tmp_path: Path) -> Path:
    """A checkout in which nothing has been installed."""
    for file in subprocess.run(
        ["git", "ls-files", "rnn_course"], cwd=ROOT, capture_output=True, text=True, check=True
    ).stdout.split():
        if file.endswith(".py") and (ROOT / file).exists():
            (tmp_path / file).parent.mkdir(parents=True, exist_ok=True)
            shutil.copy(ROOT / file, tmp_path / file)
    return tmp_path


@pytest.mark.skipif(not OTHERS, reason="no Python here that is too old or too new")
@pytest.mark.parametrize("python", OTHERS, ids=lambda path: path.name)
def test_an_unsupported_python_says_what_to_do(python: Path, checkout: Path, tmp_path: Path) -> None:
    (tmp_path / "empty").mkdir()
    done = subprocess.run(
        [python, "-m", "rnn_course", "lab"],
        cwd=checkout,
        env={"PATH": str(tmp_path / "empty"), "HOME": str(tmp_path)},
        capture_output=True,
        text=True,
    )
    assert done.returncode == 2
    assert f"This is Python {python.name.removeprefix('python')} (" in done.stderr
    assert "The course needs Python 3.11, 3.12 or 3.13, and none of them is on your PATH" in done.stderr
    assert "Traceback" not in done.stderr
    assert not (checkout / ".venv").exists()


@pytest.mark.skipif(os.name == "nt", reason="the other Python is played by a shell script")
@pytest.mark.skipif(not OTHERS, reason="no Python here that is too old or too new")
def test_an_unsupported_python_goes_on_with_a_supported_one(checkout: Path, tmp_path: Path) -> None:
    folder = tmp_path / "programs"
    folder.mkdir()
    broken, good = folder / "python3.13", folder / "python3.12"
    broken.write_text("#!/bin/sh\nexit 127\n")  # as a pyenv shim without its version answers
    good.write_text('#!/bin/sh\ncase "$1" in -c) exit 0;; esac\necho "3.12 runs $@"\nexit 5\n')
    for program in (broken, good):
        program.chmod(program.stat().st_mode | stat.S_IXUSR)
    done = subprocess.run(
        [OTHERS[0], "-m", "rnn_course", "lab", "--port", "8890"],
        cwd=checkout,
        env={"PATH": f"{folder}:/usr/bin:/bin", "HOME": str(tmp_path)},
        capture_output=True,
        text=True,
    )
    assert (done.returncode, done.stdout) == (5, "3.12 runs -m rnn_course lab --port 8890\n")
    assert "going on with python3.12" in done.stderr


def test_the_message_names_the_supported_versions() -> None:
    assert all(f"{major}.{minor}" in TOO_OLD_OR_NEW for major, minor in SUPPORTED)
    assert sys.version_info[:2] in SUPPORTED
