"""The parts of the bootstrap one by one: what a failure means, which torch is taken, when .venv will do."""

from __future__ import annotations

import errno
import json
import os
import platform
import shutil
import subprocess
import sys
import time
from collections import namedtuple
from pathlib import Path

import pytest

from rnn_course.bootstrap import prepare, torch_build
from rnn_course.bootstrap.environment import Environment
from rnn_course.bootstrap.errors import SetupError, explain, explain_os_error
from rnn_course.bootstrap.extras import contained, wanted
from rnn_course.bootstrap.lock import locked
from rnn_course.bootstrap.progress import latest, stage

ROOT = Path(__file__).resolve().parents[2]
Usage = namedtuple("Usage", "total used free")


# What a failure means. The lines are pip's own, of versions 23 to 25.

NO_ROUTE = (
    "WARNING: Retrying (Retry(total=0)) after connection broken by 'NewConnectionError('<pip._vendor.urllib3."
    "connection.HTTPSConnection object at 0x7f>: Failed to establish a new connection: [Errno -3] Temporary "
    "failure in name resolution')': /simple/numpy/\nERROR: No matching distribution found for numpy==2.4.6"
)
TIMED_OUT = "pip._vendor.urllib3.exceptions.ReadTimeoutError: HTTPSConnectionPool: Read timed out."
NO_SPACE = "ERROR: Could not install packages due to an OSError: [Errno 28] No space left on device"
QUOTA = "ERROR: Could not install packages due to an OSError: [Errno 122] Disk quota exceeded: '/home/x'"
CERTIFICATE = (
    "SSLError(SSLCertVerificationError(1, '[SSL: CERTIFICATE_VERIFY_FAILED] certificate verify failed'))"
)
WINDOWS_IN_USE = (
    "ERROR: Could not install packages due to an OSError: [WinError 32] The process cannot access the file"
)
NO_BUILD = "ERROR: Could not find a version\nERROR: No matching distribution found for torch"
NO_BUILD_PINNED = "The conflict is caused by:\n    The user requested (constraint) torch==2.13.0"


@pytest.mark.parametrize(
    ("output", "meaning"),
    [
        (NO_ROUTE, "The package index cannot be reached"),
        (TIMED_OUT, "The package index cannot be reached"),
        (NO_SPACE, "The disk is full"),
        (QUOTA, "The disk is full"),
        (CERTIFICATE, "is not trusted here"),
        (WINDOWS_IN_USE, "Close every JupyterLab"),
        (NO_BUILD, "There is no build of torch"),
        (NO_BUILD_PINNED, "There is no build of torch"),
        ("ERROR: something that nobody has seen", ""),
        ("", ""),
    ],
)
def test_a_failure_is_explained(output: str, meaning: str, tmp_path: Path) -> None:
    explanation = explain(output, tmp_path)
    assert meaning in explanation
    assert bool(meaning) == bool(explanation)
    assert "{" not in explanation


def test_a_full_disk_is_seen_where_pip_could_not_even_say_so(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(shutil, "disk_usage", lambda folder: Usage(1e9, 1e9, 1e6))
    assert "The disk is full: 1 MB are free" in explain("", tmp_path)


def test_an_unreachable_index_of_torch_is_named_with_a_way_out(tmp_path: Path) -> None:
    explanation = explain(NO_ROUTE, tmp_path, torch_build.CPU_INDEX)
    assert explanation.startswith(f"{torch_build.CPU_INDEX} cannot be reached")
    assert "RNN_COURSE_TORCH=default" in explanation
    assert "RNN_COURSE_TORCH" not in explain(NO_SPACE, tmp_path, torch_build.CPU_INDEX)


@pytest.mark.parametrize(
    ("number", "meaning"),
    [
        (errno.ENOSPC, "The disk is full"),
        (errno.EACCES, "cannot be written. Run as the user who owns"),
        (errno.EROFS, "cannot be written"),
        (errno.EIO, "OSError"),
    ],
)
def test_an_error_of_the_system_is_explained(number: int, meaning: str, tmp_path: Path) -> None:
    error = OSError(number, os.strerror(number), str(tmp_path / "x"))
    assert meaning in explain_os_error(error, tmp_path)


# Which torch


@pytest.fixture
def no_choice(monkeypatch: pytest.MonkeyPatch) -> pytest.MonkeyPatch:
    monkeypatch.delenv("RNN_COURSE_TORCH", raising=False)
    return monkeypatch


@pytest.mark.parametrize(
    ("system", "driver", "choice", "index"),
    [
        ("linux", False, "", torch_build.CPU_INDEX),
        ("linux", True, "", ""),
        ("linux", True, "cpu", torch_build.CPU_INDEX),
        ("linux", False, "default", ""),
        ("linux", False, "https://mirror.example.org/torch", "https://mirror.example.org/torch"),
        ("darwin", False, "", ""),
        ("win32", False, "", ""),
        ("win32", True, "cpu", torch_build.CPU_INDEX),
    ],
)
def test_which_index_torch_comes_from(
    system: str, driver: bool, choice: str, index: str, no_choice: pytest.MonkeyPatch
) -> None:
    no_choice.setattr(sys, "platform", system)
    no_choice.setattr(torch_build, "has_nvidia_driver", lambda: driver)
    no_choice.setenv("RNN_COURSE_TORCH", choice)
    assert torch_build.index() == index


def test_a_choice_that_is_none(no_choice: pytest.MonkeyPatch) -> None:
    no_choice.setenv("RNN_COURSE_TORCH", "cuda12")
    with pytest.raises(SetupError, match="cpu, default or the address of a package index, not 'cuda12'"):
        torch_build.index()


def test_a_mac_with_an_intel_processor_is_told_at_once(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "platform", "darwin")
    monkeypatch.setattr(platform, "machine", lambda: "arm64")
    torch_build.check_computer()
    monkeypatch.setattr(platform, "machine", lambda: "x86_64")
    with pytest.raises(SetupError, match="Intel Macs"):
        torch_build.check_computer()


def test_a_python_of_32_bits_is_told_at_once(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "maxsize", 2**31 - 1)
    with pytest.raises(SetupError, match="32-bit"):
        torch_build.check_computer()


# What stands in the way of making .venv


@pytest.mark.parametrize("module", ["venv", "ensurepip"])
def test_a_missing_part_of_python_is_named(
    module: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(prepare, "find_spec", lambda name: None if name == module else object())
    with pytest.raises(SetupError, match=rf"its `{module}`|without `{module}`") as caught:
        prepare.make_folder(Environment(tmp_path), ())
    assert list(tmp_path.iterdir()) == []
    if Path("/etc/debian_version").exists():
        assert "sudo apt install python3" in str(caught.value)


def test_too_little_room_is_said_before_anything_is_made(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(shutil, "disk_usage", lambda folder: Usage(1e9, 8e8, 2e8))
    with pytest.raises(SetupError, match=r"takes about 1\.5 GB, and 200 MB are free"):
        prepare.make_folder(Environment(tmp_path), ())
    assert list(tmp_path.iterdir()) == []


# When .venv will do


@pytest.fixture
def whole(tmp_path: Path) -> Environment:
    """What `prepare` leaves, without the packages."""
    (tmp_path / "pyproject.toml").write_text("[project]")
    (tmp_path / "constraints.txt").write_text("torch==2.13.0\n")
    environment = Environment(tmp_path)
    environment.python.parent.mkdir(parents=True)
    environment.python.touch()
    (environment.folder / "pyvenv.cfg").touch()
    environment.stamp.write_text(json.dumps({**environment.origin(), "extras": ["test"]}))
    assert environment.serves("")
    assert environment.serves("test")
    return environment


def test_an_extra_that_is_not_there(whole: Environment) -> None:
    assert not whole.serves("grading")


def test_a_part_comes_with_what_it_contains(tmp_path: Path) -> None:
    (tmp_path / "pyproject.toml").write_text(
        '[project]\ndependencies = ["torch>=2.6", "click"]\n[project.optional-dependencies]\n'
        'grading = ["nbgrader>=0.9,<1"]\ntest = ["rnn-course[grading]", "pytest>=8"]\n'
        'dev = ["rnn-course[test]", "ruff"]\n'
    )
    assert contained(tmp_path, "") == {""}
    assert contained(tmp_path, "grading") == {"", "grading"}
    assert contained(tmp_path, "dev") == {"", "grading", "test", "dev"}
    assert wanted(tmp_path, "") == ["torch", "click"]
    assert sorted(wanted(tmp_path, "test")) == ["click", "nbgrader", "pytest", "torch"]


def test_changed_pins(whole: Environment) -> None:
    whole.constraints.write_text("torch==2.14.0\n")
    assert not whole.serves("")


def test_unfinished(whole: Environment) -> None:
    whole.unfinished.touch()
    assert not whole.serves("")


def test_a_python_that_is_gone(whole: Environment) -> None:
    whole.python.unlink()
    whole.python.symlink_to("/nowhere/python3.11")
    assert not whole.serves("")


@pytest.mark.parametrize("text", ["", "{", "[1]", '"x"', "{}"])
def test_a_damaged_stamp(whole: Environment, text: str) -> None:
    whole.stamp.write_text(text)
    assert not whole.serves("")


def test_constraints_without_torch(whole: Environment) -> None:
    whole.constraints.write_text("numpy==2.4.6\n")
    with pytest.raises(SetupError, match="pins no version of torch"):
        torch_build.pinned_version(whole.constraints)


# The lock

HOLD = """
import pathlib, sys, time
from rnn_course.bootstrap.lock import locked
with locked(pathlib.Path(sys.argv[1])):
    print("held", flush=True)
    time.sleep(60)
"""


def test_the_lock_waits_and_is_let_go_by_a_killed_process(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    path = tmp_path / ".venv.lock"
    holder = subprocess.Popen([sys.executable, "-c", HOLD, path], cwd=ROOT, stdout=subprocess.PIPE, text=True)
    assert holder.stdout is not None
    assert holder.stdout.readline() == "held\n"
    killer = subprocess.Popen(
        [sys.executable, "-c", f"import os, time; time.sleep(1); os.kill({holder.pid}, 9)"]
    )
    begun = time.monotonic()
    with locked(path):
        assert time.monotonic() - begun > 0.4
    assert "waiting for it" in capsys.readouterr().err
    holder.wait()
    killer.wait()


# Progress


def test_what_pip_is_at(tmp_path: Path) -> None:
    log = tmp_path / "install.log"
    assert latest(log, 0) == ""
    log.write_text("earlier\n")
    start = log.stat().st_size
    for line, shown in (
        ("Collecting numpy==2.4.6 (from -c constraints.txt)", "collecting numpy"),
        (
            "  Downloading https://files.example.org/a/b/scipy-1.15-cp311.whl (40 MB)",
            "downloading scipy-1.15-cp311.whl",
        ),
        ("  Using cached click-8.1.whl", "downloading scipy-1.15-cp311.whl"),
        ("Installing collected packages: a, b, c", "unpacking 3 packages"),
    ):
        with log.open("a") as file:
            file.write(line + "\n")
        assert latest(log, start) == shown


def test_a_stage_says_when_it_begins_and_how_long_it_took(capsys: pytest.CaptureFixture[str]) -> None:
    with stage("build tools"):
        pass
    with pytest.raises(SetupError), stage("torch"):
        raise SetupError("no")
    lines = capsys.readouterr().err.splitlines()
    assert lines == ["  build tools ...", "  build tools: 0 s", "  torch ...", "  torch: failed after 0 s"]


def test_a_stage_on_a_terminal_is_one_line(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sys.stderr, "isatty", lambda: True)
    with stage("torch 2.13.0", detail=lambda: "downloading torch"):
        time.sleep(0.5)
    err = capsys.readouterr().err
    assert "torch 2.13.0    0 s  downloading torch" in err
    assert err.count("\n") == 1
    assert err.endswith("  torch 2.13.0: 0 s\n") or err.endswith("  torch 2.13.0: 1 s\n")


def test_looking_for_pip_leaves_setuptools_usable() -> None:
    code = "from rnn_course.bootstrap.start import has_pip; assert has_pip(); import setuptools"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, cwd=ROOT, check=False)
    if "No module named 'setuptools'" in done.stderr or "No module named 'distutils'" in done.stderr:
        pytest.skip("this environment has no setuptools")
    assert done.returncode == 0, done.stderr
