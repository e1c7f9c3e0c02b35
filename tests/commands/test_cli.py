"""The command line as a whole: its list of commands, its errors, and lab, test and doctor."""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
from importlib import import_module
from pathlib import Path
from typing import Any

import click
import pytest
from click.testing import CliRunner

from rnn_course import cli
from rnn_course.commands import COMMANDS, checkout, lab, test
from rnn_course.errors import CourseError, DataError

ROOT = Path(__file__).resolve().parents[2]


def invoke(*arguments: str) -> tuple[int, str, str]:
    """Exit status, stdout and stderr of `rnn-course ARGUMENTS`."""
    result = CliRunner().invoke(cli.rnn_course, arguments, prog_name="rnn-course")
    return result.exit_code, result.stdout, result.stderr


def test_help_lists_every_command_and_imports_none() -> None:
    code = (
        "import sys; from rnn_course.cli import main; main(['--help']);"
        "print([m for m in sys.modules if m.startswith('rnn_course.commands.') or m in ('numpy', 'torch')])"
    )
    done = subprocess.run([sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True)
    assert done.stdout.splitlines()[-1] == "[]"
    for name, command in COMMANDS.items():
        assert re.search(rf"^  {name} +{re.escape(command.summary)}$", done.stdout, re.MULTILINE)


@pytest.mark.parametrize("name", COMMANDS)
def test_every_command_is_there(name: str) -> None:
    command = getattr(import_module(f"rnn_course.commands.{name}"), name)
    assert isinstance(command, click.Command)
    assert command.help
    assert COMMANDS[name].summary.endswith(".")


def test_a_command_that_is_none() -> None:
    status, _, err = invoke("labb")
    assert status == 2
    assert "No such command 'labb'" in err


@pytest.fixture
def failing(monkeypatch: pytest.MonkeyPatch) -> Any:
    """`failing(error)` makes the command `doctor` raise it."""

    def replace(error: BaseException) -> None:
        @click.command()
        def doctor() -> None:
            raise error

        monkeypatch.setattr(import_module("rnn_course.commands.doctor"), "doctor", doctor)

    return replace


def test_an_error_of_the_course_is_one_line(failing: Any) -> None:
    failing(DataError("the text is empty"))
    assert invoke("doctor") == (2, "", "rnn-course: the text is empty\n")


def test_debug_shows_the_traceback(failing: Any) -> None:
    failing(DataError("the text is empty"))
    result = CliRunner().invoke(cli.rnn_course, ["--debug", "doctor"])
    assert isinstance(result.exception, DataError)


def test_any_other_error_is_not_hidden(failing: Any) -> None:
    failing(ZeroDivisionError())
    assert isinstance(CliRunner().invoke(cli.rnn_course, ["doctor"]).exception, ZeroDivisionError)


def test_a_package_that_is_not_installed_is_named(failing: Any) -> None:
    failing(ModuleNotFoundError("No module named 'nbgrader'", name="nbgrader"))
    status, _, err = invoke("doctor")
    assert status == 2
    assert f"nbgrader is not installed in {sys.prefix}" in err


def test_ctrl_c_ends_without_a_traceback(failing: Any) -> None:
    failing(KeyboardInterrupt())
    status, _, err = invoke("doctor")
    assert status == 1
    assert err.strip() == "Aborted!"


def test_main_returns_the_status_and_finds_this_environments_programs_first(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("PATH", "/usr/bin")
    assert cli.main(["--version"]) == 0
    assert cli.main(["labb"]) == 2
    first = Path(os.environ["PATH"].split(os.pathsep)[0])
    assert any(first.glob("jupyter*"))
    assert "0.1.0" in capsys.readouterr().out


@pytest.fixture
def started(monkeypatch: pytest.MonkeyPatch) -> list[tuple[list[str], Path]]:
    """What lab and test would start, and where."""
    calls: list[tuple[list[str], Path]] = []
    for module in (lab, test):
        monkeypatch.setattr(module, "run_instead", lambda command, folder: calls.append((command, folder)))
    return calls


def test_test_hands_its_arguments_to_pytest(started: list[tuple[list[str], Path]]) -> None:
    assert invoke("test", "-m", "slow", "--help", "tests/text")[0] == 0
    assert started == [([sys.executable, "-m", "pytest", "-m", "slow", "--help", "tests/text"], ROOT)]


def test_lab_opens_the_welcome_notebook(
    started: list[tuple[list[str], Path]], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("JUPYTER_CONFIG_PATH", "/of/mine")
    monkeypatch.setenv("JUPYTER_PREFER_ENV_PATH", "0")
    monkeypatch.setattr(os, "geteuid", lambda: 1000)
    assert invoke("lab", "--no-browser", "--port", "8890")[0] == 0
    ((command, folder),) = started
    assert folder == ROOT
    assert command[:3] == [sys.executable, "-m", "jupyterlab"]
    assert "--LabApp.default_url=/lab/tree/lectures/00_welcome.ipynb" in command
    assert f"--ServerApp.root_dir={ROOT}" in command
    assert {"--no-browser", "--port=8890"} <= set(command)
    assert "--allow-root" not in command
    settings, mine = os.environ["JUPYTER_CONFIG_PATH"].split(os.pathsep)
    assert mine == "/of/mine"
    page = json.loads((Path(settings) / "labconfig" / "page_config.json").read_text())
    assert page["disabledExtensions"]["@jupyterlab/apputils-extension:announcements"] is True
    overrides = json.loads((Path(settings) / "labconfig" / "default_setting_overrides.json").read_text())
    assert overrides["@jupyterlab/notebook-extension:tracker"]["codeCellConfig"]["lineWrap"] is True


def test_lab_works_for_the_root_of_a_container(
    started: list[tuple[list[str], Path]], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(os, "geteuid", lambda: 0)
    invoke("lab")
    assert "--allow-root" in started[0][0]
    assert "--no-browser" not in started[0][0]


def test_lab_wants_a_port_that_exists() -> None:
    status, _, err = invoke("lab", "--port", "70000")
    assert status == 2
    assert "70000" in err


def test_without_a_checkout(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(checkout.rnn_course, "__file__", str(tmp_path / "rnn_course" / "__init__.py"))
    with pytest.raises(CourseError, match="holds no lectures"):
        checkout.find_checkout()


def test_doctor_says_ready() -> None:
    status, out, _ = invoke("doctor")
    assert status == 0
    assert "Ready: this environment has what the course needs." in out
