"""A confined process as its parent sees it: its end, what it used, and how to end it with all it started."""

from __future__ import annotations

import os
import select
import signal
import time
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass

from rnn_course.grading.sandbox.confinement import Confinement, SandboxError


@dataclass(frozen=True)
class Usage:
    """What a process used.

    Args:
        max_rss: the most memory that it held at a time, bytes.
        cpu_seconds: processor time, seconds.
    """

    max_rss: int = 0
    cpu_seconds: float = 0.0


@dataclass(frozen=True)
class Ending:
    """How a process ended.

    Args:
        kind: `exit` (of itself), `signal` (from its own doing), `memory`, `cpu` or `killed` (by its parent).
        code: the exit status, or the signal's number.
    """

    kind: str
    code: int

    def __str__(self) -> str:
        if self.kind == "exit":
            return f"ended with status {self.code}"
        if self.kind == "signal":
            return f"was ended by {_signal_name(self.code)}"
        return {
            "memory": "needed more memory than it may have",
            "cpu": "needed more processor time than it may have",
        }.get(self.kind, "was ended from outside")


class Child:
    """A process that was started confined. Its parent has to `wait` for it or to `kill` it.

    Attributes:
        pid: its process id, as its parent sees it.
        folder: its private folder; empty for the parent where only the process itself sees it.
        usage: what it used, once it has ended.
    """

    def __init__(
        self, pid: int, confinement: Confinement, clean_up: Callable[[], None] | None = None
    ) -> None:
        self.pid = pid
        self.confinement = confinement
        self.usage = Usage()
        self.ending: Ending | None = None
        self._clean_up = clean_up
        self._killed_for = ""
        self._pidfd = os.pidfd_open(pid) if hasattr(os, "pidfd_open") else None

    def fileno(self) -> int:
        """A file descriptor that is readable once the process has ended, for `select` and `poll`.

        Raises:
            SandboxError: where the system has none (other than Linux), or after the end.
        """
        if self._pidfd is None:
            raise SandboxError("Child.fileno: the process has ended, or this system has no pidfd")
        return self._pidfd

    def wait(self, timeout: float | None = None) -> Ending | None:
        """Wait for the end; None if it has not come within `timeout` seconds.

        All that the process started is ended with it.
        """
        end = None if timeout is None else time.monotonic() + timeout
        while self.ending is None:
            left = None if end is None else end - time.monotonic()
            if not self._wait_once(left) and left is not None and left <= 0:
                return None
        return self.ending

    def _wait_once(self, left: float | None) -> bool:
        step = 0.1 if left is None else max(0.0, min(left, 0.1))
        if self._pidfd is not None:
            select.select([self._pidfd], [], [], step)
        else:
            time.sleep(min(step, 0.005))
        pid, status, used = os.wait4(self.pid, os.WNOHANG)
        if pid == 0:
            return False
        self.usage = Usage(used.ru_maxrss * 1024, used.ru_utime + used.ru_stime)
        self._finish(status)
        return True

    def kill(self, reason: str = "killed") -> Ending:
        """End the process and all that it started, and say how it ended."""
        if self.ending is None:
            self._killed_for = reason
            with suppress(ProcessLookupError):
                os.kill(self.pid, signal.SIGKILL)
            self.wait()
        assert self.ending is not None
        return self.ending

    def _finish(self, status: int) -> None:
        code = os.waitstatus_to_exitcode(status)
        with suppress(ProcessLookupError, PermissionError):
            os.killpg(self.pid, signal.SIGKILL)
        if self._pidfd is not None:
            os.close(self._pidfd)
            self._pidfd = None
        if self._clean_up is not None:
            self._clean_up()
        if code >= 0:
            self.ending = Ending("exit", code)
        else:
            self.ending = Ending(self._killed_for or "signal", -code)


def _signal_name(number: int) -> str:
    try:
        return signal.Signals(number).name
    except ValueError:
        return f"signal {number}"
