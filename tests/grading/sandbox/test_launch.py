"""Programs started confined: streams, environment, signals, ends; servers that confine their own children."""

from __future__ import annotations

import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path

import pytest

from rnn_course.grading.sandbox import Confinement, SandboxError, Tier, launch, warning
from rnn_course.grading.sandbox.processes import tree

ROOT = str(Path(__file__).resolve().parents[3])
SECRET = "rnn-course-test-secret"


def run(code: str, tier: Tier, confinement: Confinement | None = None, **options: object) -> tuple[str, str]:
    """What a program prints, and how it ended."""
    read, write = os.pipe()
    command = [sys.executable, "-I", "-S", "-c", code]
    child = launch(command, confinement or Confinement(), tier, stdout=write, stderr=write, **options)
    os.close(write)
    with os.fdopen(read) as pipe:
        said = pipe.read()
    return said, str(child.wait(20) or child.kill())


def test_output_status_and_files(tier: Tier) -> None:
    code = "import sys; print(open('data/x.txt').read()); sys.exit(4)"
    assert run(code, tier, Confinement(files={"data/x.txt": b"there"})) == ("there\n", "ended with status 4")


def test_the_environment_is_its_own(tier: Tier, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("RNN_COURSE_SEED", SECRET)
    said, _ = run("import os; print(sorted(os.environ), os.environ['GIVEN'])", tier, env={"GIVEN": "x"})
    assert said.split("]")[1].strip() == "x"
    assert SECRET not in said
    assert "RNN_COURSE_SEED" not in said


def test_a_descriptor_is_handed_on(tier: Tier) -> None:
    read, write = os.pipe()
    run(f"import os; os.write({write}, b'through')", tier, pass_fds=[write])
    os.close(write)
    with os.fdopen(read, "rb") as pipe:
        assert pipe.read() == b"through"


def test_a_signal_is_named(tier: Tier) -> None:
    _, ending = run("import ctypes; ctypes.string_at(0)", tier)
    assert ending == "was ended by SIGSEGV"


def test_an_interrupt_reaches_the_program(tier: Tier) -> None:
    code = (
        "import time\n"
        "try:\n print('ready', flush=True); time.sleep(30)\n"
        "except KeyboardInterrupt:\n print('interrupted', flush=True)"
    )
    read, write = os.pipe()
    child = launch([sys.executable, "-I", "-S", "-c", code], Confinement(), tier, stdout=write)
    os.close(write)
    with os.fdopen(read) as pipe:
        assert pipe.readline() == "ready\n"
        child.signal(signal.SIGINT)
        assert pipe.readline() == "interrupted\n"
    assert str(child.wait(20)) == "ended with status 0"


def test_what_is_past_its_time_is_killed(tier: Tier) -> None:
    child = launch([sys.executable, "-I", "-S", "-c", "import time; time.sleep(60)"], Confinement(), tier)
    assert child.wait(0.2) is None
    assert str(child.kill("deadline")) == "was ended from outside (deadline)"


def test_too_much_memory_is_named_by_its_supervisor(tier: Tier) -> None:
    # In a mapping that could be shared, which the kernel's limit of a process's own data does not count.
    code = (
        "import mmap, time\n"
        "held = mmap.mmap(-1, 96 << 20)\n"
        "for _ in range(96): held.write(b'x' * (1 << 20))\n"
        "time.sleep(20)"
    )
    said, ending = run(code, tier, Confinement(memory_bytes=64 << 20))
    assert (said, ending) == ("", "took more memory than it may have")


def test_what_cannot_be_started_is_told(tier: Tier) -> None:
    with pytest.raises(
        SandboxError, match=r"/no/such/program cannot be confined and started: .*No such file"
    ):
        launch(["/no/such/program"], Confinement(), tier)
    with pytest.raises(ValueError, match="argv is empty"):
        launch([], Confinement(), tier)


LAUNCHER = """
import sys, time
sys.path.insert(0, {root!r})
from rnn_course.grading.sandbox import Confinement, Tier, launch
command = [sys.executable, "-I", "-S", "-c", "import time; time.sleep(60)", {word!r}]
launch(command, Confinement(), Tier[{tier!r}])
print("launched", flush=True)
time.sleep(60)
"""


def test_kill_9_of_the_launcher_leaves_nothing_running(tier: Tier, running: Callable) -> None:
    word = f"rnn-course-launch-{os.getpid()}-{tier.value}"
    code = LAUNCHER.format(root=ROOT, word=word, tier=tier.name)
    with subprocess.Popen([sys.executable, "-c", code], stdout=subprocess.PIPE, text=True) as launcher:
        assert launcher.stdout is not None
        assert launcher.stdout.readline() == "launched\n"
        confined = [pid for pid in running(word) if pid != launcher.pid]
        assert confined
        launcher.kill()
    end = time.monotonic() + 10
    while any(map(tree, confined)) and time.monotonic() < end:
        time.sleep(0.02)
    assert running(word) == []
    assert [pid for pid in confined if tree(pid)] == []


SERVER = """
import os, sys, time
from pathlib import Path
sys.path.insert(0, {root!r})
from rnn_course.grading.sandbox import Confinement, Tier, fork_confined
tier = Tier[{tier!r}]
def body(folder):
    files = {{}}
    for path in ("/proc/1/environ", {secret!r}):
        try:
            files[path] = len(open(path, "rb").read())
        except OSError as error:
            files[path] = type(error).__name__
    (folder / "mine").write_text("x")
    print(os.listdir(folder), files[{secret!r}], flush=True)
for _ in range(2):
    child = fork_confined(Confinement(), tier, body, [1, 2])
    print(child.wait(20), flush=True)
def look(folder):
    for name, path in (("given", {given!r}), ("not given", {other!r})):
        try:
            print(name, open(path).read(), flush=True)
        except OSError as error:
            print(name, type(error).__name__, flush=True)
print(fork_confined(Confinement(readable=(Path({given!r}),)), tier, look, [1, 2]).wait(20), flush=True)
child = fork_confined(Confinement(), tier, lambda _: time.sleep(30))
print(child.wait(0.1), child.kill("deadline"), flush=True)
"""


def test_a_server_confines_its_children(tier: Tier, tmp_path: Path) -> None:
    secret = tmp_path / "gradebook.db"
    secret.write_text("marks", encoding="ascii")
    tmp_path.chmod(0o755)
    data = [tmp_path / "given.txt", tmp_path / "other.txt"]
    for path in data:
        path.write_text("words", encoding="ascii")
    paths = {"secret": str(secret), "given": str(data[0]), "other": str(data[1])}
    code = SERVER.format(root=ROOT, tier=tier.name, **paths)
    said, ending = run(code, tier, Confinement(readable=tuple(data)), serves=True)
    refused = {Tier.LIMITS: "PermissionError"}.get(tier, "FileNotFoundError")
    once = f"['mine'] {refused}\nended with status 0\n"
    narrower = "given words\nnot given PermissionError\nended with status 0\n"  # than what the server sees
    assert said == once * 2 + narrower + "None was ended from outside (deadline)\n"
    assert ending == "ended with status 0"


def test_a_unix_socket_in_a_shared_folder_is_the_way_out(tier: Tier, tmp_path: Path) -> None:
    # As a kernel has one. No other kind of socket can be made.
    tmp_path.chmod(0o777)
    place = str(tmp_path / "kernel")
    code = (
        "import socket\n"
        f"server = socket.socket(socket.AF_UNIX); server.bind({place!r}); server.listen()\n"
        "print('listening', flush=True)\n"
        "server.accept()[0].sendall(b'from inside')\n"
        "socket.socket(socket.AF_INET)"
    )
    read, write = os.pipe()
    confinement = Confinement(writable=(tmp_path,), local_sockets=True)
    command = [sys.executable, "-I", "-S", "-c", code]
    child = launch(command, confinement, tier, stdout=write, stderr=write)
    os.close(write)
    with os.fdopen(read) as pipe, socket.socket(socket.AF_UNIX) as client:
        assert pipe.readline() == "listening\n"
        client.connect(place)
        assert client.recv(99) == b"from inside"
        assert pipe.read().rstrip().endswith("OSError: [Errno 95] Operation not supported")
    assert str(child.wait(20)) == "ended with status 1"


def test_a_system_that_cannot_confine_says_what_to_do() -> None:
    code = (
        f"import os, sys; sys.path.insert(0, {ROOT!r}); sys.platform = 'win32'; del os.fork, os.pidfd_open\n"
        "from rnn_course.grading.sandbox import SandboxError, available, strongest\n"
        "try: strongest()\n"
        "except SandboxError as error: print(error)"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert "Windows cannot confine a process" in done.stdout
    assert "run the grader in a Linux container" in done.stdout


def test_only_strong_tiers_go_without_a_warning() -> None:
    assert [warning(tier)[:4] for tier in Tier] == ["", "", "WEAK", "UNSA"]
