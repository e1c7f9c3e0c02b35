"""The proof that a tier keeps its promises: the forbidden is attempted inside, and watched from outside."""

from __future__ import annotations

import json
import os
import secrets
import signal
import socket
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import asdict, replace
from pathlib import Path
from typing import IO, NamedTuple

from rnn_course.grading.sandbox import proof_server
from rnn_course.grading.sandbox.child import Ending
from rnn_course.grading.sandbox.confinement import Confinement, SandboxError, Tier
from rnn_course.grading.sandbox.launch import launch
from rnn_course.grading.sandbox.processes import command_of, every_process
from rnn_course.grading.sandbox.stage import Stage
from rnn_course.grading.sandbox.tiers import LANDLOCK, LIMITS, NAMESPACES, SECCOMP, means
from rnn_course.grading.sandbox.view import PACKAGE, bare_command, readable_paths

SMALL = Confinement(
    memory_bytes=256 << 20,
    processes=32,
    file_bytes=4 << 20,
    open_files=64,
    cpu_seconds=30,
    disk_bytes=16 << 20,
)
LIMITED = ("memory_bytes", "processes", "file_bytes", "open_files", "cpu_seconds", "disk_bytes")

# What stops each: one of these is enough. Attempts of one row run in one process; bombs have one each.
FILES = (NAMESPACES, LANDLOCK)
PROMISES: dict[str, tuple[str, ...]] = {
    "read_home": FILES,
    "read_gradebook": FILES,
    "read_through_link": FILES,
    "read_hidden": FILES,
    "change_gradebook": FILES,
    "change_package": FILES,
    "write_outside": FILES,
    "connect_to_loopback": (NAMESPACES, SECCOMP),
    "connect_to_internet": (NAMESPACES, SECCOMP),
    "connect_to_unix_socket": (NAMESPACES, SECCOMP),
    "send_datagram": (NAMESPACES, SECCOMP),
    "hamper_others": (NAMESPACES, SECCOMP),
    "see_processes": FILES,
    "read_environment": FILES,
    "read_memory": FILES,
    "trace": (NAMESPACES, SECCOMP),
    "signal_others": (NAMESPACES, SECCOMP),
    "become_root": (NAMESPACES, LIMITS),
    "use_kernel": (SECCOMP,),
    "type_into_terminal": (NAMESPACES, SECCOMP),
    "raise_limits": (LIMITS,),
    "open_many_files": (LIMITS,),
    "write_large_file": (LIMITS,),
    "fill_disk": (NAMESPACES,),
    "take_memory": (LIMITS,),
    "take_shared_memory": (LIMITS,),
    "take_memory_together": (LIMITS,),
    "fork_bomb": (LIMITS,),
    "outlive": (NAMESPACES, SECCOMP),
    "run_for_ever": (LIMITS,),
}
ALONE = ("take_memory", "take_shared_memory", "take_memory_together", "fork_bomb", "outlive", "run_for_ever")


class Proof(NamedTuple):
    """One attempt.

    Args:
        attempt: its name; `subject` says it in words.
        promised: whether the tier promises that it fails.
        got: what it got, empty if nothing.
        ending: how the process ended that tried it.
    """

    attempt: str
    subject: str
    promised: bool
    got: str
    ending: Ending

    @property
    def broken(self) -> bool:
        """Whether something was possible that is promised not to be."""
        return self.promised and bool(self.got)


def prove(tier: Tier, names: tuple[str, ...] | None = None) -> list[Proof]:
    """Attempt the forbidden things at a tier.

    Args:
        tier: at which; all but UNSAFE, at which some would do harm.
        names: which attempts; all by default.

    Raises:
        SandboxError: if nothing can be started at this tier.
        ValueError: an attempt that does not exist, or UNSAFE.
    """
    chosen = tuple(PROMISES) if names is None else names
    unknown = set(chosen) - set(PROMISES)
    if unknown:
        raise ValueError(f"prove: no attempt is called {', '.join(sorted(unknown))}")
    if tier is Tier.UNSAFE:
        raise ValueError("prove: at the tier UNSAFE the attempts would succeed, and do harm")
    if SECCOMP not in means(tier):  # then the kernel would do what it is asked to
        chosen = tuple(name for name in chosen if name != "use_kernel")
    together = tuple(name for name in chosen if name not in ALONE)
    groups = [together] if together else []
    groups += [(name,) for name in chosen if name in ALONE]
    proofs = []
    with (
        tempfile.TemporaryDirectory(prefix="rnn-course-proof-") as folder,
        set_stage(Path(folder)) as stage,
        _server(groups, tier, stage) as server,
    ):
        before = _witness(stage)
        for group in groups:
            got, ending = server.attempt(group)
            for name in group:
                found = got.get(name, "") or _seen_outside(name, stage, before)
                subject = (proof_server.attempt_called(name).__doc__ or name).strip()
                promised = bool(set(PROMISES[name]) & means(tier))
                proofs.append(Proof(name, subject, promised, found, ending))
    order = list(PROMISES)
    return sorted(proofs, key=lambda proof: order.index(proof.attempt))


@contextmanager
def set_stage(folder: Path) -> Iterator[Stage]:
    """Lay out what the attempts look for, in `folder`; cleared away in the end."""
    token = "proof" + secrets.token_hex(8)
    secret, readable = folder / "gradebook.db", folder / "readable"
    secret.write_text(token, encoding="ascii")
    readable.mkdir()
    (readable / "hidden.txt").write_text(token, encoding="ascii")
    idle = "import time; time.sleep(300)"
    victim = subprocess.Popen(
        [sys.executable, "-I", "-S", "-c", idle, token], env={"SECRET": token}, stdin=subprocess.DEVNULL
    )
    listeners = [socket.socket(), socket.socket(socket.AF_UNIX), socket.socket(socket.AF_UNIX)]
    try:
        listeners[0].bind(("127.0.0.1", 0))
        listeners[1].bind(str(folder / "socket"))
        listeners[2].bind("\0" + token if sys.platform == "linux" else str(folder / "socket2"))
        for listener in listeners:
            listener.listen()
        yield Stage(
            token=token,
            secret=str(secret),
            home=str(Path.home()),
            home_names=_besides_python(Path.home()),
            hidden=str(readable / "hidden.txt"),
            package=str(PACKAGE),
            victim=victim.pid,
            port=listeners[0].getsockname()[1],
            unix_path=str(folder / "socket"),
            unix_name=token,
            memory_bytes=SMALL.memory_bytes,
            disk_bytes=SMALL.disk_bytes,
            file_bytes=SMALL.file_bytes,
            processes=SMALL.processes,
            open_files=SMALL.open_files,
        )
    finally:
        for listener in listeners:
            listener.close()
        victim.kill()
        victim.wait()
        for place in _left_behind(token, folder):
            with suppress(OSError):
                place.unlink()


class Server:
    """The server inside, as seen from here: asked for one group of attempts after the other."""

    def __init__(self, ask: IO[str], answer: IO[str], errors: IO[bytes]) -> None:
        self.ask, self.answer, self.errors = ask, answer, errors

    def attempt(self, names: tuple[str, ...]) -> tuple[dict[str, str], Ending]:
        """What each attempt got, and how the process ended that made them.

        Raises:
            SandboxError: if one was not made.
        """
        got: dict[str, str] = {}
        self.ask.write("next\n")
        self.ask.flush()
        for line in self.answer:
            row = json.loads(line)
            if "kind" in row:
                break
            got[row["attempt"]] = row["got"]
        else:
            row = {"kind": "exit", "code": 1}
        ending = Ending(row["kind"], row["code"])
        silent = [name for name in names if name not in got]
        if silent and (len(names) > 1 or ending.kind == "exit"):
            self.errors.seek(0)
            said = self.errors.read().decode(errors="replace").strip().splitlines()[-1:]
            raise SandboxError(f"prove: {silent[0]} could not be attempted: the process {ending} {said}")
        return got, ending


@contextmanager
def _server(groups: list[tuple[str, ...]], tier: Tier, stage: Stage) -> Iterator[Server]:
    limits = {name: getattr(SMALL, name) for name in LIMITED}
    jobs = [(names, limits | ({"cpu_seconds": 1} if "run_for_ever" in names else {})) for names in groups]
    order = {"stage": asdict(stage), "groups": jobs, "tier": tier.value}
    command = bare_command(proof_server.__name__, "serve")
    told, ask = os.pipe()
    answer, said = os.pipe()
    seen = replace(SMALL, readable=(Path(stage.hidden).parent,))
    with os.fdopen(ask, "w") as asking, os.fdopen(answer) as answering, tempfile.TemporaryFile() as errors:
        try:
            child = launch(command, seen, tier, stdin=told, stdout=said, stderr=errors, serves=True)
        finally:
            os.close(told)
            os.close(said)
        try:
            asking.write(json.dumps(order) + "\n")
            yield Server(asking, answering, errors)
        finally:
            child.kill()


def _witness(stage: Stage) -> tuple[str, int]:
    secret = Path(stage.secret)
    return secret.read_text(encoding="ascii"), secret.stat().st_mode


def _seen_outside(name: str, stage: Stage, before: tuple[str, int]) -> str:
    """What an attempt did although it did not say so."""
    if name in ("write_outside", "change_package"):
        return ", ".join(str(place) for place in _left_behind(stage.token, Path(stage.secret).parent))
    if name == "change_gradebook":
        with suppress(OSError):
            return "" if _witness(stage) == before else "the file has changed"
        return "the file is gone"
    if name == "outlive":
        left = [pid for pid in _running(stage.token) if pid != stage.victim]
        for pid in left:
            with suppress(OSError):
                os.kill(pid, signal.SIGKILL)
        return f"processes {left}" if left else ""
    return ""


def _left_behind(token: str, course: Path) -> list[Path]:
    system = map(Path, ("/tmp", "/var/tmp", "/dev/shm", "/run", "/etc", "/"))
    found = [folder / f"{token}.txt" for folder in (course, Path.home(), PACKAGE, *system)]
    return [path for path in found if path.exists()]


def _besides_python(folder: Path) -> tuple[str, ...]:
    """Names in a folder that do not lead to what a confined Python has to see."""
    needed = readable_paths(())
    names = sorted(os.listdir(folder)) if folder.is_dir() else []
    return tuple(
        name
        for name in names
        if not any(
            path.is_relative_to(folder / name) or (folder / name).is_relative_to(path) for path in needed
        )
    )


def _running(token: str) -> list[int]:
    if sys.platform == "linux":
        commands = {pid: command_of(pid) for pid in every_process()}
    else:
        listed = subprocess.run(["ps", "-axo", "pid=,args="], capture_output=True, check=True).stdout
        rows = [line.split(None, 1) for line in listed.splitlines()]
        commands = {int(row[0]): row[-1] for row in rows}
    return [pid for pid, command in commands.items() if token.encode() in command]
