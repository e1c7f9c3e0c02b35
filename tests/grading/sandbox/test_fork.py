"""Confined forks: what they see, how their ends are named, and that nothing of them stays."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path

import numpy as np
import pytest

from rnn_course.grading.sandbox import Confinement, SandboxError, Tier, fork_confined
from rnn_course.grading.sandbox.processes import tree


def told(body: Callable[[Path], object], tier: Tier, confinement: Confinement | None = None) -> str:
    """What `body` returns, as text, from inside."""
    read, write = os.pipe()

    def tell(folder: Path) -> None:
        try:
            answer = body(folder)
        except Exception as error:
            answer = type(error).__name__
        os.write(write, str(answer).encode())

    child = fork_confined(confinement or Confinement(), tier, tell, [write])
    os.close(write)
    with os.fdopen(read) as pipe:
        answer = pipe.read()
    ending = child.wait(20)
    assert ending is not None
    assert (ending.kind, ending.code) == ("exit", 0)
    return answer


def test_the_private_folder_holds_the_files_and_can_be_written(forking_tier: Tier) -> None:
    def body(folder: Path) -> str:
        (folder / "new.txt").write_text("new", encoding="ascii")
        return f"{Path.cwd() == folder} {sorted(os.listdir(folder))} {(folder / 'a/b.csv').read_text()}"

    confinement = Confinement(files={"a/b.csv": b"1,2"})
    assert told(body, forking_tier, confinement) == "True ['a', 'new.txt'] 1,2"


def test_each_child_has_a_folder_of_its_own(forking_tier: Tier) -> None:
    told(lambda folder: (folder / "left.txt").write_text("x"), forking_tier)
    assert told(lambda folder: os.listdir(folder), forking_tier) == "[]"


def test_what_the_parent_has_loaded_works(forking_tier: Tier) -> None:
    matrix = np.arange(9.0).reshape(3, 3)
    assert told(lambda _: (matrix @ matrix).sum(), forking_tier) == str((matrix @ matrix).sum())


def test_only_the_kept_descriptors_are_open(forking_tier: Tier, tmp_path: Path) -> None:
    secret = os.open(tmp_path / "secret", os.O_RDWR | os.O_CREAT)
    try:
        assert told(lambda _: os.fstat(secret), forking_tier) == "OSError"
        assert told(lambda _: os.read(0, 1), forking_tier) == "b''"
    finally:
        os.close(secret)


def test_hidden_files_cannot_be_read_although_their_folder_can(forking_tier: Tier, tmp_path: Path) -> None:
    (tmp_path / "answers").mkdir()
    tmp_path.chmod(0o755)  # what root starts becomes nobody, who may not look into root's own folders
    for name in ("open.txt", "closed.txt", "answers/closed.txt"):
        (tmp_path / name).write_text(name, encoding="ascii")
    hidden = (tmp_path / "closed.txt", tmp_path / "answers")
    confinement = Confinement(readable=(tmp_path,), hidden=hidden)
    assert told(lambda _: (tmp_path / "open.txt").read_text(), forking_tier, confinement) == "open.txt"
    for name in ("closed.txt", "answers/closed.txt"):
        answer = told(lambda _, name=name: (tmp_path / name).read_text(), forking_tier, confinement)
        assert answer in ("PermissionError", "FileNotFoundError")


def test_a_hidden_module_is_hidden_in_its_compiled_form_too(forking_tier: Tier, tmp_path: Path) -> None:
    import py_compile

    tmp_path.chmod(0o755)
    module = tmp_path / "answers.py"
    module.write_text("x = 1", encoding="ascii")
    compiled = Path(py_compile.compile(str(module), doraise=True) or "")
    confinement = Confinement(readable=(tmp_path,), hidden=(module,))
    assert told(lambda _: compiled.read_bytes(), forking_tier, confinement) == "PermissionError"


def test_outside_folders_can_be_shared_for_writing(forking_tier: Tier, tmp_path: Path) -> None:
    tmp_path.chmod(0o777)
    confinement = Confinement(writable=(tmp_path,))
    told(lambda _: (tmp_path / "from_inside.txt").write_text("x"), forking_tier, confinement)
    assert [path.name for path in tmp_path.iterdir()] == ["from_inside.txt"]


@pytest.mark.parametrize(
    ("body", "kind", "code"),
    [
        (lambda _: None, "exit", 0),
        (lambda _: sys.exit(5), "exit", 5),
        (lambda _: 1 / 0, "exit", 1),
        (lambda _: os._exit(3), "exit", 3),
        (lambda _: os.abort(), "signal", None),
        (lambda _: __import__("ctypes").string_at(0), "signal", signal.SIGSEGV),
    ],
    ids=["returns", "sys.exit", "raises", "os._exit", "aborts", "reads address 0"],
)
def test_ends_are_named(forking_tier: Tier, body: Callable, kind: str, code: int | None) -> None:
    ending = fork_confined(Confinement(), forking_tier, body).wait(20)
    assert ending is not None
    assert ending.kind == kind
    assert code is None or ending.code == code


def test_a_child_past_its_time_is_killed_with_all_it_started(forking_tier: Tier) -> None:
    def body(_: Path) -> None:
        with suppress(PermissionError):  # where root's processes are not counted, there may be only one
            os.fork()
        time.sleep(60)

    child = fork_confined(Confinement(), forking_tier, body)
    assert child.wait(0.3) is None
    members = tree(child.pid)
    began = time.monotonic()
    ending = child.kill("deadline")
    assert (ending.kind, child.ending, child.wait()) == ("deadline", ending, ending)
    assert time.monotonic() - began < 5
    assert [pid for pid in members if tree(pid)] == []


def test_more_memory_than_allowed(forking_tier: Tier) -> None:
    small = Confinement(memory_bytes=64 << 20)
    assert told(lambda _: len(b"x" * (256 << 20)), forking_tier, small) == "MemoryError"
    assert told(lambda _: len(np.ones(256 << 17)), forking_tier, small).endswith("MemoryError")
    assert told(lambda _: len(b"x" * (32 << 20)), forking_tier, small) == str(32 << 20)


@pytest.mark.parametrize(("each", "kind"), [(36 << 20, "memory"), (4 << 20, "exit")])
def test_memory_is_counted_over_all_that_a_child_starts(namespaces: Tier, each: int, kind: str) -> None:
    def body(_: Path) -> None:
        shared = b"x" * (32 << 20)  # held once, however many processes see it
        for _ in range(3):
            if os.fork() == 0:
                own = b"y" * each
                time.sleep(1.5)
                os._exit(len(own) + len(shared) > 0)
        time.sleep(1.5)

    child = fork_confined(Confinement(memory_bytes=72 << 20), namespaces, body)
    ending = child.wait(20) or child.kill("too late")
    assert ending.kind == kind


@pytest.mark.slow
def test_a_hundred_children_leave_nothing(
    forking_tier: Tier, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def seen() -> tuple[int, int, list[Path]]:
        mounts = Path("/proc/self/mounts").read_text(encoding="utf-8").splitlines()
        return len(mounts), len(os.listdir("/proc/self/fd")), list(tmp_path.iterdir())

    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path))
    before = seen()
    for number in range(100):
        ending = fork_confined(Confinement(), forking_tier, lambda _, n=number: sys.exit(n % 7)).wait(20)
        assert ending is not None
        assert ending.code == number % 7
    assert seen() == before
    with pytest.raises(ChildProcessError):
        os.waitpid(-1, os.WNOHANG)


KILLED = """
import os, sys, time
sys.path.insert(0, {root!r})
from rnn_course.grading.sandbox import Confinement, Tier, fork_confined
child = fork_confined(Confinement(), Tier[{tier!r}], lambda _: time.sleep(60))
print(child.pid, flush=True)
time.sleep(60)
"""


def test_kill_9_of_the_parent_leaves_nothing_running(forking_tier: Tier, tmp_path: Path) -> None:
    root = str(Path(__file__).resolve().parents[3])
    code = KILLED.format(root=root, tier=forking_tier.name)
    environment = {**os.environ, "TMPDIR": str(tmp_path)}
    with subprocess.Popen(
        [sys.executable, "-c", code], stdout=subprocess.PIPE, text=True, env=environment
    ) as server:
        assert server.stdout is not None
        pid = int(server.stdout.readline())
        assert tree(pid) == [pid]
        server.kill()
    end = time.monotonic() + 5
    while tree(pid) and time.monotonic() < end:
        time.sleep(0.01)
    assert tree(pid) == []


def test_a_process_with_threads_does_not_fork() -> None:
    done = threading.Event()
    thread = threading.Thread(target=done.wait, name="the other")
    thread.start()
    try:
        with pytest.raises(SandboxError, match="this one has MainThread, the other"):
            fork_confined(Confinement(), Tier.LIMITS, lambda _: None)
    finally:
        done.set()
        thread.join()


def test_a_failure_of_the_sandbox_is_told_as_such(
    forking_tier: Tier, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(*_: object, **__: object) -> None:
        raise OSError(28, "no landlock today")

    monkeypatch.setattr("rnn_course.grading.sandbox.lockdown.restrict", fail)
    with pytest.raises(SandboxError, match="no landlock today"):
        fork_confined(Confinement(), forking_tier, lambda _: None)


def test_bubblewrap_needs_a_server_that_was_started_so() -> None:
    with pytest.raises(SandboxError, match="serves=True"):
        fork_confined(Confinement(), Tier.BUBBLEWRAP, lambda _: None)
