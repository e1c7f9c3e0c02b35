"""Kernels in the sandbox, as Jupyter starts them and as the stock `nbgrader autograde` uses them."""

from __future__ import annotations

import subprocess
import sys
import threading
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from jupyter_client.manager import start_new_kernel
from small_course import CONFIG, NAME, RIGHT, hand_in, make_course

from rnn_course.grading.gradebook import marks
from rnn_course.grading.provisioner import files_beside
from rnn_course.grading.sandbox import SandboxError, Tier, strongest

KERNEL = "rnn-course-sandbox"
Run = Callable[[str], str]
pytestmark = [
    pytest.mark.slow,
    pytest.mark.skipif(sys.platform != "linux" or strongest() is Tier.UNSAFE, reason="no sandbox here"),
]


@pytest.fixture
def kernel(tmp_path: Path) -> Iterator[tuple[object, Run]]:
    folder = tmp_path / "course" / "autograded" / "ada" / "a1"
    folder.mkdir(parents=True)
    (folder / "data.txt").write_text("beside the notebook")
    (tmp_path / "course" / ".instructor_seed").write_text("99\n")
    manager, client = start_new_kernel(kernel_name=KERNEL, cwd=str(folder))

    def run(code: str) -> str:
        said: list[str] = []

        def hear(message: dict) -> None:
            content = message["content"]
            said.append(
                str(content.get("text", "")) + content.get("ename", "") + str(content.get("data", ""))
            )

        client.execute_interactive(code, timeout=60, output_hook=hear)
        return "".join(said)

    try:
        yield manager, run
    finally:
        client.stop_channels()
        manager.shutdown_kernel(now=True)


def test_a_kernel_works_and_reaches_nothing(kernel: tuple[object, Run], tmp_path: Path) -> None:
    manager, run = kernel
    assert "beside the notebook" in run("open('data.txt').read()")
    assert "99" in run("import os; os.environ['RNN_COURSE_SEED']")
    assert "OSError" in run("import socket; socket.create_connection(('127.0.0.1', 80))")
    outside = tmp_path / "course" / "gradebook.db"
    outside.write_text("marks")
    assert "Error" in run(f"open({str(outside)!r}).read()")
    assert "Error" in run(f"open({str(outside)!r}, 'w')")
    assert outside.read_text() == "marks"
    threading.Timer(1.0, manager.interrupt_kernel).start()  # type: ignore[attr-defined]
    assert "KeyboardInterrupt" in run("import time\ntime.sleep(30)")
    assert "9" in run("3 * 3")


def test_stock_nbgrader_grades_in_it(tmp_path: Path) -> None:
    course = make_course(tmp_path)
    (tmp_path / "nbgrader_config.py").write_text(f"{CONFIG}c.Execute.kernel_name = {KERNEL!r}\n")
    nbgrader(tmp_path, "generate_assignment", NAME)
    peek = f"import os\nprint(os.path.exists({str(tmp_path)!r}), os.getcwd())\n"
    hand_in(course, "ada", **{**RIGHT, "double": peek + RIGHT["double"]})
    nbgrader(tmp_path, "autograde", NAME, "--create")
    found = {mark.grade_id: mark.automatic for mark in marks(course.db_url, NAME, "ada")}
    assert (found["double_test"], found["greet_test"]) == (2.0, 3.0)
    graded = (tmp_path / "autograded" / "ada" / NAME / f"{NAME}.ipynb").read_text()
    assert "False /" in graded, "the course's folder is not there for the student's code"


def nbgrader(root: Path, *arguments: str) -> None:
    command = [sys.executable, "-m", "nbgrader", *arguments]
    done = subprocess.run(command, cwd=root, capture_output=True, text=True, timeout=120, check=False)
    assert done.returncode == 0, done.stderr


def test_too_much_beside_a_notebook_is_said(tmp_path: Path) -> None:
    (tmp_path / "a.bin").write_bytes(b"x")
    (tmp_path / "link").symlink_to("/etc/passwd")
    (tmp_path / "n.ipynb").write_text("{}")
    assert files_beside(tmp_path) == {"a.bin": b"x"}
    with (tmp_path / "large.bin").open("wb") as file:
        file.truncate(1 << 30)
    with pytest.raises(SandboxError, match="larger than 64 MiB"):
        files_beside(tmp_path)
