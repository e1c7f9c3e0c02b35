"""What a hostile program would try. Each function does it from inside and says whether it could.

An attempt gets the `Stage` that the proof has set outside: files to find, processes to reach, sockets to
connect to. It returns what it got hold of, an empty text for nothing; an OSError counts as nothing. Run by
`proofs`, and by hand nowhere else: outside a sandbox some of these do harm.
"""

from __future__ import annotations

import ctypes
import errno
import json
import mmap
import os
import signal
import socket
import struct
import subprocess
import sys
import time
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

from rnn_course.grading.sandbox.calls_to_try import CALLS, try_call


@dataclass(frozen=True)
class Stage:
    """What there is to find outside, and the limits inside.

    Args:
        token: a word that stands in every secret.
        secret: a file with the token in a folder that is no part of the view (a gradebook, say).
        home: the home folder of who grades; home_names, what is in it besides Python.
        hidden: a file in a readable folder that is hidden.
        package: the folder of this package.
        victim: the process id of a program of the same user, with the token in its environment and command.
        port: where a server listens on the loopback.
        unix_path: where another listens on a Unix socket; unix_name, in the abstract namespace.
        memory_bytes: the limits' memory; disk_bytes, file_bytes, processes, open_files likewise.
    """

    token: str
    secret: str
    home: str
    home_names: tuple[str, ...]
    hidden: str
    package: str
    victim: int
    port: int
    unix_path: str
    unix_name: str
    memory_bytes: int
    disk_bytes: int
    file_bytes: int
    processes: int
    open_files: int


def read_home(stage: Stage) -> str:
    """list the home folder"""
    return ", ".join({*os.listdir(stage.home)} & {*stage.home_names})


def read_gradebook(stage: Stage) -> str:
    """read a file of the course's folder"""
    return Path(stage.secret).read_text(encoding="utf-8")


def read_through_link(stage: Stage) -> str:
    """read it through a symbolic link, a hard link, and /proc/self/root"""
    for name, make in (("soft", os.symlink), ("hard", os.link)):
        with suppress(OSError):
            make(stage.secret, name)
            return Path(name).read_text(encoding="utf-8")
    return Path("/proc/self/root" + stage.secret).read_text(encoding="utf-8")


def read_hidden(stage: Stage) -> str:
    """read a file that is hidden in a readable folder"""
    return Path(stage.hidden).read_text(encoding="utf-8")


def write_outside(stage: Stage) -> str:
    """write files beside the gradebook, in the home folder and in the system's folders"""
    folders = ("/tmp", "/var/tmp", "/dev/shm", "/run", "/etc", "/")
    for folder in (Path(stage.secret).parent, Path(stage.home), *map(Path, folders)):
        with suppress(OSError):
            (folder / f"{stage.token}.txt").write_text("x", encoding="ascii")
    return ""


def change_package(stage: Stage) -> str:
    """change the grader's own code"""
    Path(stage.package, f"{stage.token}.txt").write_text("x", encoding="ascii")
    return "wrote into the package"


def change_gradebook(stage: Stage) -> str:
    """change, rename or delete the gradebook"""
    for action in (
        lambda: os.truncate(stage.secret, 0),
        lambda: os.rename(stage.secret, stage.secret + "2"),
        lambda: os.unlink(stage.secret),
        lambda: os.chmod(stage.secret, 0o777),
    ):
        with suppress(OSError):
            action()
            return "done"
    return ""


def connect_to_loopback(stage: Stage) -> str:
    """connect to a server on this machine"""
    with socket.create_connection(("127.0.0.1", stage.port), timeout=2):
        return "connected"


def connect_to_internet(stage: Stage) -> str:
    """find a way to an address of the internet"""
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as datagrams:
        datagrams.connect(("192.0.2.1", 9))  # an address for documentation; sends nothing
        return f"by way of {datagrams.getsockname()[0]}"


def connect_to_unix_socket(stage: Stage) -> str:
    """connect to a Unix socket of another program"""
    for name in (stage.unix_path, "\0" + stage.unix_name):
        with suppress(OSError), socket.socket(socket.AF_UNIX) as local:
            local.connect(name)
            return repr(name)
    return ""


def see_processes(stage: Stage) -> str:
    """see what other programs run"""
    return _search_processes("cmdline", stage)


def read_environment(stage: Stage) -> str:
    """read the environment of another program, or one's own for secrets"""
    own = [name for name, value in os.environ.items() if stage.token in value]
    return ", ".join(own) or _search_processes("environ", stage)


def read_memory(stage: Stage) -> str:
    """open another program's memory"""
    with open(f"/proc/{stage.victim}/mem", "rb"):
        pass
    return _is_victim(stage)


def trace(stage: Stage) -> str:
    """trace another program (ptrace)"""
    seize = 0x4206
    library = ctypes.CDLL(None, use_errno=True)
    return "attached" if library.ptrace(seize, stage.victim, None, None) == 0 else ""


def signal_others(stage: Stage) -> str:
    """send a signal to the parent or to another program"""
    for pid in {stage.victim, os.getppid()} - {0, 1}:
        with suppress(OSError):
            os.kill(pid, 0)
            return f"process {pid}"
    return ""


def become_root(stage: Stage) -> str:
    """become root, by setuid or by a set-uid program"""
    for action in (lambda: os.setresuid(0, 0, 0), lambda: os.setuid(0)):
        before = os.getuid()
        with suppress(OSError):
            action()
            if before != 0:
                return "setuid"
    status = Path("/proc/self/status").read_text(encoding="ascii", errors="replace")
    found = [line for line in status.splitlines() if line.startswith(("CapEff", "CapPrm", "NoNewPrivs"))]
    return "" if all(int(line.split()[1], 16) == ("NoNew" in line) for line in found) else "; ".join(found)


def use_kernel(stage: Stage) -> str:
    """use what only administrators need: mounts, namespaces, modules, bpf, keys, io_uring, ..."""
    return ", ".join(name for name, number in CALLS.items() if try_call(name, number))


def type_into_terminal(stage: Stage) -> str:
    """put keys into the terminal from which the grader was started"""
    import fcntl

    for descriptor in (0, 1, 2):
        with suppress(OSError):
            fcntl.ioctl(descriptor, 0x5412, b"\n")
            return f"descriptor {descriptor}"
    return ""


def raise_limits(stage: Stage) -> str:
    """raise one's own limits"""
    import resource

    raised = []
    for name in ("RLIMIT_DATA", "RLIMIT_FSIZE", "RLIMIT_NOFILE", "RLIMIT_CPU"):
        number = getattr(resource, name)
        _, hard = resource.getrlimit(number)
        with suppress(OSError, ValueError):
            resource.setrlimit(number, (hard + 1, hard + 1))
            raised.append(name)
    return ", ".join(raised)


def open_many_files(stage: Stage) -> str:
    """open more files than allowed"""
    held: list[int] = []
    try:
        while len(held) <= stage.open_files:
            held.append(os.dup(1))
    except OSError:
        return ""
    finally:
        for descriptor in held:
            os.close(descriptor)
    return f"{len(held)} open files"


def write_large_file(stage: Stage) -> str:
    """write a file larger than allowed"""
    signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
    with open("large", "wb") as file:
        file.truncate(stage.file_bytes + 1)
    return f"{os.path.getsize('large')} bytes"


def fill_disk(stage: Stage) -> str:
    """fill the disk with many files"""
    chunk, written = b"x" * min(stage.file_bytes, 1 << 20), 0
    with suppress(OSError):
        for number in range(2 * stage.disk_bytes // len(chunk)):
            Path(f"part{number}").write_bytes(chunk)
            written += len(chunk)
    return f"{written} bytes" if written > stage.disk_bytes else ""


def take_memory(stage: Stage) -> str:
    """take more memory than allowed"""
    held: list[bytes] = []
    chunk = 1 << 24
    try:
        while len(held) * chunk < 2 * stage.memory_bytes:
            held.append(b"x" * chunk)
    except MemoryError:
        return ""
    return f"{len(held) * chunk} bytes"


def take_shared_memory(stage: Stage) -> str:
    """take more memory than allowed, in mappings that could be shared"""
    held: list[mmap.mmap] = []
    chunk = 1 << 26
    while len(held) * chunk < 4 * stage.memory_bytes:
        held.append(mmap.mmap(-1, chunk))
    return f"{len(held) * chunk} bytes mapped"


def take_memory_together(stage: Stage) -> str:
    """take more memory than allowed with several processes, each within its own limit"""
    part = stage.memory_bytes * 3 // 4
    read, write = os.pipe()
    for _ in range(4):
        if os.fork() == 0:
            with suppress(MemoryError):
                held = b"x" * part
                os.write(write, struct.pack("q", len(held)))
                time.sleep(20)
            os._exit(0)
    os.close(write)
    taken = 0
    while len(answer := os.read(read, 8)) == 8:
        taken += struct.unpack("q", answer)[0]
        if taken > 2 * stage.memory_bytes:
            time.sleep(1)  # the watch looks from time to time
            return f"{taken} bytes"
    return ""


def fork_bomb(stage: Stage) -> str:
    """start processes without end"""
    started: list[int] = []
    try:
        while len(started) < 4 * stage.processes:
            pid = os.fork()
            if pid == 0:
                time.sleep(30)
                os._exit(0)
            started.append(pid)
    except OSError:
        pass
    finally:
        for pid in started:
            os.kill(pid, signal.SIGKILL)
            os.waitpid(pid, 0)
    return f"{len(started)} processes" if len(started) > stage.processes else ""


def outlive(stage: Stage) -> str:
    """leave a program behind that goes on after the end (looked for from outside)"""
    with suppress(OSError):
        subprocess.Popen(
            [sys.executable, "-I", "-S", "-c", "import time; time.sleep(60)", stage.token],
            start_new_session=True,
        )
    with suppress(OSError):
        if os.fork() == 0:
            with suppress(OSError):
                os.setsid()
            with suppress(OSError):
                if os.fork():
                    os._exit(0)
            signal.signal(signal.SIGTERM, signal.SIG_IGN)
            signal.signal(signal.SIGHUP, signal.SIG_IGN)
            command = [sys.executable, "-I", "-S", "-c", "import time; time.sleep(60)", stage.token]
            os.execv(command[0], command)
    time.sleep(0.2)
    return ""


def run_for_ever(stage: Stage) -> str:
    """use the processor for ever, deaf to signals"""
    for number in (signal.SIGXCPU, signal.SIGTERM, signal.SIGINT):
        signal.signal(number, signal.SIG_IGN)
    end = time.monotonic() + 20
    while time.monotonic() < end:
        continue
    return "20 s"


def _search_processes(name: str, stage: Stage) -> str:
    for entry in os.listdir("/proc"):
        if entry.isdecimal() and int(entry) != os.getpid():
            with suppress(OSError):
                if stage.token.encode() in Path("/proc", entry, name).read_bytes():
                    return f"process {entry}"
    return ""


def _is_victim(stage: Stage) -> str:
    command = Path(f"/proc/{stage.victim}/cmdline").read_bytes()
    return f"process {stage.victim}" if stage.token.encode() in command else ""


def perform() -> None:
    """Body of the process inside: argument 1 is the stage as JSON, the others are attempts by name."""
    stage = Stage(**json.loads(sys.argv[1]))
    for name in sys.argv[2:]:
        attempt: Callable[[Stage], str] = globals()[name]
        try:
            got = attempt(stage)
        except OSError as error:
            got = "" if error.errno not in (errno.ECONNREFUSED, errno.ETIMEDOUT) else f"reached: {error}"
        except MemoryError:
            got = ""
        print(json.dumps({"attempt": name, "got": got}), flush=True)
