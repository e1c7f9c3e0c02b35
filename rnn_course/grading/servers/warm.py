"""Start warm servers, keep them, and have them fork."""

from __future__ import annotations

import atexit
import os
import socket
import subprocess
import sys
import tempfile
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any, NamedTuple

import rnn_course
from rnn_course.grading.errors import InfrastructureError
from rnn_course.grading.sandbox import Confinement, SandboxError, Tier, launch
from rnn_course.grading.wire import TRUSTED, Channel, WireError, decode, encode

COPY = "copy"  # the request for a copy of a server
START_SECONDS = 120.0  # torch from a cold disk
ANSWER_SECONDS = 60.0
ENVIRONMENT = {
    "PYTHONHASHSEED": "0",
    "MPLBACKEND": "module://matplotlib_inline.backend_inline",
    **dict.fromkeys(("OMP_NUM_THREADS", "MKL_NUM_THREADS", "OPENBLAS_NUM_THREADS"), "1"),
}


class Ended(NamedTuple):
    """How a child ended.

    Attributes:
        kind, code: as in sandbox.Ending.
        says: the same in words: `needed more memory than it may have`.
        max_rss: the most memory it had, bytes.
        cpu_seconds: processor time.
    """

    kind: str
    code: int
    says: str
    max_rss: int
    cpu_seconds: float


class WarmServer:
    """A server process, with at most one child at a time."""

    def __init__(self, role: str, tier: Tier, preload: Sequence[str], hidden_modules: Sequence[str]) -> None:
        """Describe it; `start`, or the first `fork`, starts it.

        Args:
            role: `student` or `tester`.
            tier: how its children are confined, and itself where it is the student's.
            preload: modules that it loads.
            hidden_modules: modules that its children cannot import, if it is the student's.
        """
        self.role = role
        self.tier = tier
        self.settings = {"preload": tuple(preload), "hidden_modules": tuple(hidden_modules)}
        self.hidden = hidden_paths(hidden_modules) if role == "student" else ()
        self.started = self.ready = self.has_child = False
        self.process: Any = None

    def start(self) -> None:
        """Start it and come back at once; it is ready when it is first asked.

        Raises:
            InfrastructureError: if it cannot be started.
        """
        self.home = tempfile.TemporaryDirectory(prefix="rnn-course-", ignore_cleanup_errors=True)
        ours, theirs = socket.socketpair()
        self.control = Channel(ours, TRUSTED.frame_bytes)
        # -P: the current folder is not on the path, so that no file of a student's is imported here.
        argv = [
            sys.executable,
            "-P",
            "-m",
            "rnn_course.grading.servers.serve",
            str(theirs.fileno()),
            self.role,
        ]
        environment = {**ENVIRONMENT, "PYTHONPATH": str(Path(rnn_course.__file__).parents[1])}
        quiet = None if os.environ.get("RNN_COURSE_DEBUG") else subprocess.DEVNULL
        try:
            with theirs:
                self.process = self._process(argv, environment, theirs.fileno(), quiet)
        except (SandboxError, OSError) as error:
            raise InfrastructureError(f"the {self.role}'s process could not be started: {error}") from error
        self.started = True
        self._send(self.settings)

    def _process(self, argv: list[str], environment: dict[str, str], passed: int, quiet: int | None) -> Any:
        if self.role == "student":
            return launch(
                argv,
                Confinement(),  # it needs some of what is hidden from its children, and holds no answer
                self.tier,
                env=environment,
                stderr=quiet,
                pass_fds=[passed],
                serves=True,
            )
        return subprocess.Popen(
            argv,
            env={"PATH": os.defpath, "LANG": "C.UTF-8", "HOME": self.home.name, **environment},
            pass_fds=[passed],
            stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL,
            stderr=quiet,
            start_new_session=True,
        )

    def copy(self) -> socket.socket:
        """The socket of a copy of this server, for another process to `adopt`; it is ready when this one is.

        Raises:
            InfrastructureError: if this server has gone.
        """
        if not self.started:
            self.start()
        ours, theirs = socket.socketpair()
        with theirs:
            self._send(COPY)
            self._pass([theirs])
        return ours

    def adopt(self, connection: socket.socket) -> None:
        """Be a copy of another process's server, which lives as long as its original at most."""
        self.control = Channel(connection, TRUSTED.frame_bytes)
        self.process = None
        self.started = True

    def fork(
        self,
        job: Mapping[str, Any],
        sockets: Sequence[socket.socket],
        *,
        limits: Mapping[str, int],
        files: Mapping[str, bytes],
        tier: Tier,
        random_seed: int,
    ) -> None:
        """Ask for a child; `forked` waits for it.

        Args:
            job: what the child is to do, values only.
            sockets: what it speaks through; this process may close its copies then.
            limits: numbers of a sandbox.Confinement.
            files: what lies in its folder.
            random_seed: of the global generators.
        """
        if not self.started:
            self.start()
        self._wait_until_ready()
        request = {
            "job": dict(job),
            "sockets": len(sockets),
            "limits": dict(limits),
            "files": dict(files),
            "readable": (),
            "hidden": self.hidden,
            "tier": tier.value,
            "random_seed": random_seed,
        }
        self._send(request)
        self._pass(sockets)
        self.has_child = True

    def forked(self) -> int:
        """The process id of the child that was asked for.

        Raises:
            InfrastructureError: if it could not be confined.
        """
        state, what = self._receive()
        if state != "forked":
            self.has_child = False
            raise InfrastructureError(f"the {self.role}'s process could not be confined: {what}")
        return int(what)

    def end(self, patience: float = 0.0, reason: str = "killed") -> Ended:
        """How the child ended; it is ended if it does not within `patience` seconds."""
        self._send((patience, reason))
        ended = Ended(*self._receive(patience))
        self.has_child = False
        return ended

    def close(self) -> None:
        """End the server and its child."""
        if not self.started:
            return
        with suppress(WireError, InfrastructureError):
            if self.has_child:
                self.end()
        self.control.close()
        if self.process is None:
            return
        with suppress(ProcessLookupError, OSError):
            self.process.kill()
            self.process.wait()
        self.home.cleanup()

    def _wait_until_ready(self) -> None:
        if not self.ready:
            said = self._receive(START_SECONDS)
            if said != "ready":
                raise InfrastructureError(f"the {self.role}'s process could not be started: {said}")
            self.ready = True

    def _pass(self, sockets: Sequence[socket.socket]) -> None:
        try:
            socket.send_fds(self.control.socket, [b"."], [each.fileno() for each in sockets])
        except OSError as error:
            raise self._gone(error) from error

    def _send(self, message: object) -> None:
        try:
            self.control.send(encode(message, caps=TRUSTED), ANSWER_SECONDS)
        except WireError as error:
            raise self._gone(error) from error

    def _receive(self, seconds: float = 0.0) -> Any:
        try:
            return decode(self.control.receive(ANSWER_SECONDS + seconds), caps=TRUSTED)
        except WireError as error:
            raise self._gone(error) from error

    def _gone(self, error: Exception) -> InfrastructureError:
        return InfrastructureError(f"the server of the {self.role}'s processes does not answer: {error}")


def hidden_paths(modules: Sequence[str]) -> tuple[str, ...]:
    """Where the source of modules of this package lies."""
    root = Path(rnn_course.__file__).parents[1]
    found = []
    for module in modules:
        place = root.joinpath(*module.split("."))
        found += [str(path) for path in (place, place.with_suffix(".py")) if path.exists()]
    return tuple(found)


Pair = tuple[WarmServer, WarmServer]
KEPT = 3  # pairs, for an assignment whose notebooks need different modules
_SERVERS: dict[tuple[Any, ...], Pair] = {}


def servers_for(
    tier: Tier,
    for_student: Sequence[str],
    for_tester: Sequence[str] | None,
    hidden_modules: Sequence[str],
    adopted: Sequence[socket.socket] = (),
) -> Pair:
    """This process's warm pair, the student's and the tester's; started if there is none yet.

    Args:
        tier: how the student's children are confined.
        for_student: modules to load; for_tester: likewise, None if no tester will be asked for.
        hidden_modules: what the student's children cannot import.
        adopted: the sockets of copies of such a pair, to be used instead of starting one.
    """
    key = (os.getpid(), tier, tuple(for_student), tuple(for_tester or ()), tuple(hidden_modules))
    if key not in _SERVERS:
        while len(_SERVERS) >= KEPT:
            _close(_SERVERS.pop(next(iter(_SERVERS))))
        student = WarmServer("student", tier, for_student, hidden_modules)
        tester = WarmServer("tester", Tier.UNSAFE, for_tester or (), ())
        _SERVERS[key] = student, tester
        wanted = (student,) if for_tester is None else (student, tester)
        if not adopted:
            for server in wanted:
                server.start()
        else:
            for server, connection in zip(wanted, adopted, strict=True):
                server.adopt(connection)
    return _SERVERS[key]


def copies_of(pair: Pair) -> list[socket.socket]:
    """Sockets for `servers_for` in another process: copies of the started servers of a pair."""
    return [server.copy() for server in pair if server.started]


def close_servers() -> None:
    """End this process's warm servers."""
    for (owner, *_), pair in list(_SERVERS.items()):
        if owner == os.getpid():
            _close(pair)
    _SERVERS.clear()


@contextmanager
def closing_servers() -> Iterator[None]:
    """End this process's warm servers at the end of the block."""
    try:
        yield
    finally:
        close_servers()


def _close(pair: Pair) -> None:
    for server in pair:
        server.close()


atexit.register(close_servers)
