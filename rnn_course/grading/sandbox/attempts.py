"""What a hostile program would reach for. Each function tries from inside and says whether it could.

An attempt gets the `Stage` that the proof has set outside. It returns what it got hold of, an empty text for
nothing; an OSError counts as nothing. Run by `proofs`, and by hand nowhere else: outside a sandbox some of
these do harm.
"""

from __future__ import annotations

import ctypes
import errno
import os
import socket
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path

from rnn_course.grading.sandbox.calls_to_try import CALLS, try_call
from rnn_course.grading.sandbox.stage import Stage


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


def send_datagram(stage: Stage) -> str:
    """send to a Unix socket of another program without connecting"""
    one, other = socket.socketpair(socket.AF_UNIX, socket.SOCK_DGRAM)
    with one, other:
        for name in (stage.unix_path, "\0" + stage.unix_name):
            try:
                one.sendto(b"x", name)
            except OSError as error:
                if error.errno != errno.EPROTOTYPE:  # there it is, but no socket for datagrams
                    continue
            return repr(name)
    return ""


def hamper_others(stage: Stage) -> str:
    """change another program's limits, priority or processors"""
    import resource

    actions: tuple[Callable[[], object], ...] = (
        lambda: resource.prlimit(stage.victim, resource.RLIMIT_NOFILE),
        lambda: os.setpriority(os.PRIO_PROCESS, stage.victim, 1),
        lambda: os.sched_setaffinity(stage.victim, os.sched_getaffinity(0)),
    )
    for action in actions:
        with suppress(OSError):
            action()
            return f"process {stage.victim}"
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
