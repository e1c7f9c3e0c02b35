"""A confined process as its parent sees it: its end, what it used, and how to end it with all it started."""

from __future__ import annotations

import json
import os
import select
import signal
import time
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass

from rnn_course.grading.sandbox.confinement import Confinement, SandboxError
from rnn_course.grading.sandbox.processes import memory_of, tree

STEP = 0.1  # seconds between two looks at the memory
MARGIN = 1.25  # past its memory by this much, a process is killed; short of it, its own allocation fails
PATIENCE = 5.0  # seconds that a supervisor has to end what it watches


@dataclass(frozen=True)
class Usage:
    """What a process used.

    Args:
        max_rss: the most memory that it held at a time, bytes, with what it shared with its parent.
        cpu_seconds: processor time, seconds.
    """

    max_rss: int = 0
    cpu_seconds: float = 0.0


@dataclass(frozen=True)
class Ending:
    """How a process ended.

    Args:
        kind: `exit` (of itself), `signal` (of its own doing), `memory`, `cpu`, or the reason given to `kill`.
        code: the exit status, or the signal's number.
    """

    kind: str
    code: int

    def __str__(self) -> str:
        if self.kind == "exit":
            return f"ended with status {self.code}"
        if self.kind == "signal":
            return f"was ended by {_signal_name(self.code)}"
        texts = {
            "memory": "took more memory than it may have",
            "cpu": "took more processor time than it may have",
            "killed": "was ended from outside",
        }
        return texts.get(self.kind, f"was ended from outside ({self.kind})")


class Child:
    """A process that was started confined. Its parent has to `wait` for it or to `kill` it.

    Attributes:
        pid: its process id, or its supervisor's, as its parent sees it.
        usage: what it used, once it has ended.
        ending: how it ended; None before.
    """

    def __init__(
        self,
        pid: int,
        confinement: Confinement,
        *,
        clean_up: Callable[[], None] | None = None,
        inherited: int = 0,
        supervised: bool = False,
        watched: bool = False,
        report: int = -1,
    ) -> None:
        self.pid = pid
        self.confinement = confinement
        self.usage = Usage()
        self.ending: Ending | None = None
        self._clean_up = clean_up
        self._inherited = inherited
        self._supervised = supervised
        self._watched = watched
        self._report = report
        self._reason = ""
        self._pidfd = os.pidfd_open(pid) if hasattr(os, "pidfd_open") else -1

    def fileno(self) -> int:
        """A file descriptor that is readable once the process has ended, for `select` and `poll`.

        Raises:
            SandboxError: after `wait` or `kill` said how it ended, and where the system has none (not Linux).
        """
        if self._pidfd < 0:
            raise SandboxError("Child.fileno: the process has ended, or this system has no pidfd")
        return self._pidfd

    def wait(self, timeout: float | None = None) -> Ending | None:
        """Wait for the end; None if it has not come within `timeout` seconds.

        All that the process started is ended with it. Its memory is looked at meanwhile.
        """
        end = None if timeout is None else time.monotonic() + timeout
        while not self._ended_within(STEP if end is None else min(STEP, end - time.monotonic())):
            self.check_memory()
            if end is not None and time.monotonic() >= end:
                return None
        return self.ending

    def check_memory(self) -> int:
        """What the process and all that it started hold now, bytes; more than it may have, and it is killed.

        To be called now and then by who does not `wait`. A supervisor does it by itself.
        """
        if self.ending is not None or self._watched:
            return 0
        held = memory_of(tree(self.pid), self._inherited)
        if held > MARGIN * self.confinement.memory_bytes:
            self.kill("memory")
        return held

    def signal(self, number: int) -> None:
        """Send a signal, SIGINT say, to the process alone; one that has ended does not mind."""
        if self.ending is None:
            with suppress(ProcessLookupError):
                os.kill(self.pid, number)

    def kill(self, reason: str = "killed") -> Ending:
        """End the process and all that it started, and say how it ended.

        Args:
            reason: becomes the ending's `kind`, unless the process had ended before of itself.
        """
        if self.ending is None:
            self._reason = reason
            self.signal(signal.SIGTERM if self._supervised else signal.SIGKILL)
            if not self._ended_within(PATIENCE):
                self.signal(signal.SIGKILL)
            while not self._ended_within(STEP):
                continue
        assert self.ending is not None
        return self.ending

    def _ended_within(self, seconds: float) -> bool:
        if self.ending is not None:
            return True
        if self._pidfd >= 0:
            select.select([self._pidfd], [], [], max(0.0, seconds))
        else:
            time.sleep(max(0.0, min(seconds, 0.005)))
        if hasattr(os, "waitid"):
            if os.waitid(os.P_PID, self.pid, os.WEXITED | os.WNOHANG | os.WNOWAIT) is None:
                return False
            with suppress(ProcessLookupError, PermissionError):
                os.killpg(self.pid, signal.SIGKILL)  # while its number cannot be anybody else's
        pid, status, used = os.wait4(self.pid, os.WNOHANG)
        if pid == 0:
            return False
        end_group(self.pid)
        self.usage = Usage(used.ru_maxrss << 10, used.ru_utime + used.ru_stime)
        self._finish(os.waitstatus_to_exitcode(status))
        return True

    def _finish(self, code: int) -> None:
        if self._pidfd >= 0:
            os.close(self._pidfd)
            self._pidfd = -1
        ending = ending_of(code, self.usage, self.confinement, self._reason)
        if self._report >= 0:
            with os.fdopen(self._report, "rb") as file:
                said = file.read()
            self._report = -1
            if said:
                report = json.loads(said)
                self.usage = Usage(report["max_rss"], report["cpu_seconds"])
                by_hand = self._reason and report["kind"] == "killed"
                ending = Ending(self._reason if by_hand else report["kind"], report["code"])
        if self._clean_up is not None:
            self._clean_up()
        self.ending = ending


def ending_of(code: int, usage: Usage, confinement: Confinement, reason: str) -> Ending:
    """The ending behind an exit status (negative for a signal), and the reason why it was killed, if any."""
    if code >= 0:
        return Ending("exit", code)
    if reason and code == -signal.SIGKILL:
        return Ending(reason, -code)
    by_kernel = -code in (signal.SIGKILL, getattr(signal, "SIGXCPU", signal.SIGKILL))
    if by_kernel and usage.cpu_seconds >= confinement.cpu_seconds:
        return Ending("cpu", -code)
    return Ending("signal", -code)


def end_group(pid: int) -> None:
    """End what is left of a process group whose leader has ended, and wait until it is gone."""
    end = time.monotonic() + 1.0
    with suppress(ProcessLookupError, PermissionError):
        os.killpg(pid, signal.SIGKILL)
        while tree(pid) and time.monotonic() < end:
            os.killpg(pid, signal.SIGKILL)
            time.sleep(0.001)


def _signal_name(number: int) -> str:
    try:
        return signal.Signals(number).name
    except ValueError:
        return f"signal {number}"
