"""The bootstrap run for real, on packages of a few bytes: first use, second use, and what may go wrong."""

from __future__ import annotations

import os
import shutil
import signal
import subprocess
import threading
import time
from collections.abc import Callable, Iterator
from functools import partial
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest
from miniature import BARE_PYTHON, Miniature, make_miniature

pytestmark = [
    pytest.mark.slow,
    pytest.mark.skipif(os.name == "nt", reason="processes are killed by signals"),
    pytest.mark.skipif(
        subprocess.run([BARE_PYTHON, "-c", "import ensurepip, venv"], capture_output=True).returncode != 0,
        reason=f"{BARE_PYTHON} has no venv",
    ),
]


@pytest.fixture
def course(tmp_path: Path) -> Miniature:
    return make_miniature(tmp_path)


def test_first_use_makes_the_environment_and_second_use_is_quick(course: Miniature) -> None:
    status, out, err = course.run("lab", "--port", "8890")
    assert (status, out) == (0, "ran lab --port 8890 with torch 2.13.0+cpu\n"), err
    assert course.is_whole()
    assert "build tools: " in err
    assert "torch 2.13.0 from this computer: " in err

    times = []
    for _ in range(3):
        begun = time.monotonic()
        status, out, err = course.run("lab")
        times.append(time.monotonic() - begun)
        assert (status, out, err) == (0, "ran lab with torch 2.13.0+cpu\n", "")
    assert min(times) < 1  # two starts of Python and nothing else; about 0.1 s on an idle machine


def test_an_extra_comes_on_top_and_stays(course: Miniature) -> None:
    course.run("lab")
    (course.venv / "of_mine.txt").write_text("kept, since the environment is not made anew")
    assert course.run("test")[0] == 0
    assert course.log.count("-e .[grading,test]") == 1
    assert course.run("lab")[2] == ""
    assert course.run("grade")[2] == ""  # which is part of what tests need
    assert (course.venv / "of_mine.txt").exists()


def test_changed_pins_are_installed(course: Miniature) -> None:
    course.run("test")
    constraints = course.root / "constraints.txt"
    constraints.write_text(constraints.read_text().replace("torch==2.13.0", "torch==2.14.0"))
    status, out, _ = course.run("lab")
    assert (status, out) == (0, "ran lab with torch 2.14.0\n")
    assert course.log.count("-e .[grading,test]") == 2  # what was there before is brought up to date too


def test_a_moved_checkout_gets_a_new_environment(course: Miniature) -> None:
    course.run("lab")
    moved = course.root.with_name("moved")
    course.root.rename(moved)
    course.root = moved
    status, out, err = course.run("lab")
    assert (status, out) == (0, "ran lab with torch 2.13.0+cpu\n")
    assert "Making" in err


# Moments at which to kill: while venv works, between two runs of pip, while pip unpacks, and at the very end.
MOMENTS: dict[str, Callable[[Miniature], bool]] = {
    "venv begun": lambda course: (course.venv / "pyvenv.cfg").exists(),
    "pip unpacked": lambda course: course.has("pip/__main__.py"),
    "pip called": lambda course: "hatchling" in course.log,
    "torch begun": lambda course: course.has("torch/part_1*.py"),
    "torch done": lambda course: "Successfully installed torch" in course.log,
    "the last pip": lambda course: "--no-build-isolation" in course.log,
    "course installed": lambda course: course.has("rnn_course.pth"),
}


@pytest.mark.parametrize("who", ["all of it", "the bootstrap alone"])
def test_killed_at_any_moment_the_next_run_finishes(course: Miniature, who: str) -> None:
    for moment, has_come in MOMENTS.items():
        run = course.start("lab")
        while not ("Making" in run.err() and has_come(course)):
            assert run.process.poll() is None, f"ended before this: {moment}"
            time.sleep(0.01)
        if who == "all of it":
            os.killpg(run.process.pid, signal.SIGKILL)
        else:
            os.kill(run.process.pid, signal.SIGKILL)
        run.process.wait()
    status, out, err = course.run("lab")
    assert (status, out) == (0, "ran lab with torch 2.13.0+cpu\n"), err
    assert "Making" in err
    assert course.is_whole()
    assert not (course.venv / "rnn-course.unfinished").exists()


def test_several_at_once_do_not_harm_each_other(course: Miniature) -> None:
    results = [run.end() for run in [course.start("lab"), course.start("test"), course.start("lab")]]
    assert [status for status, _, _ in results] == [0, 0, 0]
    assert sum("waiting for it" in err for _, _, err in results) >= 2
    assert sum("Making" in err for _, _, err in results) == 1
    assert course.is_whole()


@pytest.mark.parametrize("damage", ["no pip", "no python"])
def test_a_half_made_environment_is_made_anew(course: Miniature, damage: str) -> None:
    if damage == "no pip":
        subprocess.run([BARE_PYTHON, "-m", "venv", "--without-pip", course.venv], check=True)
    else:
        (course.venv / "bin").mkdir(parents=True)
        (course.venv / "bin" / "python").symlink_to("/nowhere/python3.11")
    status, out, err = course.run("lab")
    assert (status, out) == (0, "ran lab with torch 2.13.0+cpu\n"), err


def test_a_file_of_that_name_is_not_touched(course: Miniature) -> None:
    course.venv.write_text("somewhere/else")
    status, _, err = course.run("lab")
    assert status == 2
    assert f"{course.venv} is a file" in err
    assert course.venv.read_text() == "somewhere/else"


def test_an_environment_of_ones_own_is_used(course: Miniature) -> None:
    subprocess.run([BARE_PYTHON, "-m", "venv", course.venv], check=True)
    (course.venv / "of_mine.txt").write_text("mine")
    status, _, err = course.run("lab")
    assert status == 0
    assert "Making" not in err
    assert (course.venv / "of_mine.txt").exists()


def test_no_network(course: Miniature) -> None:
    closed = {"PIP_NO_INDEX": "0", "PIP_INDEX_URL": "http://127.0.0.1:9/simple", "PIP_RETRIES": "1"}
    status, out, err = course.run("lab", PIP_FIND_LINKS="", **closed)
    assert (status, out) == (2, "")
    assert "The package index cannot be reached" in err
    assert "run the\nsame command again" in err
    assert "Traceback" not in err
    assert course.run("lab")[0] == 0  # the network is back


@pytest.fixture
def torch_index(course: Miniature, tmp_path: Path) -> Iterator[str]:
    """A web server that holds torch, which is moved there from the folder that pip sees."""
    folder = tmp_path / "index" / "torch"
    folder.mkdir(parents=True)
    for wheel in course.wheels.glob("torch-*"):
        shutil.move(wheel, folder)
    handler = partial(SimpleHTTPRequestHandler, directory=tmp_path / "index")
    server = ThreadingHTTPServer(("127.0.0.1", 0), handler)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    yield f"http://127.0.0.1:{server.server_port}"
    server.shutdown()


def test_torch_comes_from_the_index_that_is_named(course: Miniature, torch_index: str) -> None:
    status, out, err = course.run(
        "lab", PIP_NO_INDEX="0", PIP_INDEX_URL=torch_index, RNN_COURSE_TORCH=torch_index
    )
    assert (status, out) == (0, "ran lab with torch 2.13.0+cpu\n"), err
    assert f"torch 2.13.0 from {torch_index}: " in err


def test_an_index_of_torch_that_cannot_be_reached_is_named(course: Miniature, torch_index: str) -> None:
    changes = {"PIP_NO_INDEX": "0", "PIP_INDEX_URL": torch_index, "PIP_RETRIES": "1"}
    status, _, err = course.run("lab", RNN_COURSE_TORCH="http://127.0.0.1:9/cpu", **changes)
    assert status == 2
    assert "http://127.0.0.1:9/cpu cannot be reached" in err
    assert "RNN_COURSE_TORCH=default" in err


def test_stopped_by_ctrl_c_without_a_traceback(course: Miniature) -> None:
    for _ in range(5):
        run = course.start("lab")
        while "torch" not in run.err():
            time.sleep(0.01)
        os.killpg(run.process.pid, signal.SIGINT)
        status, _, err = run.end()
        if status != 0:  # else it was done before the signal came
            break
        shutil.rmtree(course.root / ".venv")
    assert status == 130
    assert "Stopped." in err
    assert "Traceback" not in err


def test_nothing_is_made_for_the_list_of_commands(course: Miniature) -> None:
    for arguments, status in (([], 0), (["--help"], 0), (["lab", "--help"], 0), (["labb"], 2)):
        found, out, _ = course.run(*arguments)
        assert found == status
        assert "lab       Open the course in JupyterLab." in out
    assert not course.venv.exists()


def test_an_environment_that_has_the_course_is_used(course: Miniature, tmp_path: Path) -> None:
    """The conda way: an active environment into which the course was installed from this checkout."""
    own = tmp_path / "own"
    subprocess.run([BARE_PYTHON, "-m", "venv", own], check=True)
    variables = course.variables()
    install = [own / "bin" / "python", "-m", "pip", "install", "-q"]
    subprocess.run([*install, "hatchling", "torch==2.13.0"], check=True, env=variables)
    subprocess.run([*install, "--no-build-isolation", "-e", "."], check=True, env=variables, cwd=course.root)
    command = [own / "bin" / "python", "-m", "rnn_course"]
    done = subprocess.run([*command, "lab"], cwd=course.root, env=variables, capture_output=True, text=True)
    assert (done.returncode, done.stdout) == (0, "ran lab with torch 2.13.0+cpu\n"), done.stderr
    assert not course.venv.exists()

    done = subprocess.run([*command, "test"], cwd=course.root, env=variables, capture_output=True, text=True)
    assert done.returncode == 2
    assert f"The environment {own} lacks nbgrader, pytest" in done.stderr
    assert 'python -m pip install -c constraints.txt -e ".[test]"' in done.stderr
    assert not course.venv.exists()
