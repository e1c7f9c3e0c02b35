"""The parent of a run in two processes: starts both, keeps the deadlines, and gathers what they report."""

from __future__ import annotations

import os
import socket
import time
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from rnn_course.grading.errors import InfrastructureError
from rnn_course.grading.plan import MEBIBYTE, Limits
from rnn_course.grading.sandbox import Tier
from rnn_course.grading.servers import WarmServer
from rnn_course.grading.wire import TRUSTED, Channel, WireError, WireTimeout, decode, encode

FILES_SECONDS = 30.0
PIPE_BYTES = 32_000  # what a new pair of sockets holds before anybody reads
GRACE = 3.0  # seconds after its own deadline in which the tester reports
RANDOM_SEED = 0  # of the student's generators; the instructor's seed must not be guessed from them
MOST_TESTERS = 10
TESTER_LIMITS = {"memory_bytes": 4096 * MEBIBYTE, "processes": 64, "file_bytes": 256 * MEBIBYTE}


@dataclass
class Findings:
    """What is known of a notebook's cells, by their index."""

    outputs: dict[int, list[Any]] = field(default_factory=dict)
    stopped: dict[int, str] = field(default_factory=dict)
    notes: list[tuple[int, str]] = field(default_factory=list)
    over: str = ""  # why the rest was not run
    memory_bytes: int = 0


class Supervision:
    """One notebook in two processes."""

    def __init__(
        self,
        servers: tuple[WarmServer, WarmServer],
        job: Mapping[str, Any],
        *,
        hidden_modules: tuple[str, ...],
        files: Mapping[str, bytes],
        tester_files: Mapping[str, bytes],
        limits: Limits,
        tier: Tier,
    ) -> None:
        self.student, self.tester = servers
        self.job = job
        self.hidden_modules = hidden_modules
        self.files = files
        self.files_message = encode(dict(files), caps=TRUSTED)
        self.tester_files = tester_files
        self.limits = limits
        self.tier = tier
        self.found = Findings()
        self.end = time.monotonic() + limits.seconds
        self.current = -1
        self.stuck: set[int] = set()

    def run(self) -> Findings:
        """Run to the end, with a new tester where a test ends the old one or keeps it for too long.

        Raises:
            InfrastructureError: if a process cannot be started.
        """
        resume_at = 0
        for _ in range(MOST_TESTERS):
            why = self._attempt(set(self.found.stopped), resume_at)
            if why is None or self.found.over:
                return self.found
            self.found.stopped[self.current] = why
            self.stuck.add(self.current)
            resume_at = self.current + 1
        self.found.over = "the process with the tests ended again and again"
        return self.found

    def _attempt(self, left_out: set[int], resume_at: int) -> str | None:
        """Run once; None if that went to the end, else what the current cell did to the tester."""
        ours, theirs = socket.socketpair()
        student_end = self._ask_for_student()
        control = Channel(ours, TRUSTED.frame_bytes)
        try:
            self.tester.fork(
                {
                    **self.job,
                    "left_out": sorted(left_out),
                    "stuck": sorted(self.stuck),
                    "resume_at": resume_at,
                    "frame_bytes": TRUSTED.frame_bytes,
                },
                [theirs, student_end],
                limits=TESTER_LIMITS | {"cpu_seconds": self._cpu_seconds()},
                files={**self.files, **self.tester_files},
                tier=Tier.UNSAFE,
                random_seed=RANDOM_SEED,
            )
            theirs.close()
            student_end.close()
            if self.waits:
                self.student.forked()
            self.tester.forked()
            return self._listen(control)
        finally:
            for each in (theirs, student_end):
                each.close()
            control.close()
            for server in (self.student, self.tester):
                if server.has_child:
                    ended = server.end()
                    if server is self.student:
                        self._note_use(ended.max_rss)

    def _listen(self, control: Channel) -> str | None:
        while True:
            patience = min(self.limits.cell_seconds + GRACE, self.end - time.monotonic())
            try:
                kind, *parts = decode(control.receive(max(0.0, patience)), caps=TRUSTED)
            except WireTimeout:
                if time.monotonic() >= self.end:
                    self.found.over = f"{self.limits.seconds:g} s for the notebook were over"
                return f"ran past the {self.limits.cell_seconds:g} s that a cell may take"
            except WireError:
                ended = self.tester.end(1.0)
                return f"ended the process with the tests, which {ended.says}"
            if kind == "start":
                self.current = parts[0]
            elif kind == "cell":
                self.found.outputs[parts[0]] = parts[1]
            elif kind == "stopped":
                self.found.stopped[parts[0]] = parts[1]
            elif kind == "note":
                self.found.notes.append((parts[0], parts[1]))
            elif kind == "lost":
                self._replace_student(control, parts[0])
            else:
                self.found.over = f"the process with your code kept ending: it {parts[0]}" if parts[0] else ""
                return None

    def _replace_student(self, control: Channel, why: str) -> None:
        ended = self.student.end(1.0 if why == "closed" else 0.0)
        self._note_use(ended.max_rss)
        if why == "timeout":
            says = f"ran past the {self.limits.cell_seconds:g} s that a cell may take"
        elif why == "closed":
            says = f"ended the process that ran it: it {ended.says}"
        else:
            says = f"broke the connection: it {why}"
        student_end = self._new_student()
        control.send(encode(says))
        socket.send_fds(control.socket, [b"."], [student_end.fileno()])
        student_end.close()

    def _new_student(self) -> socket.socket:
        """A connection to a new process of the student's, which has its files."""
        connection = self._ask_for_student()
        if self.waits:
            self.student.forked()
        return connection

    @property
    def waits(self) -> bool:
        """Whether a process that was asked for has its files before it is there: they fit into the pipe."""
        return len(self.files_message) < PIPE_BYTES

    def _ask_for_student(self) -> socket.socket:
        ours, theirs = socket.socketpair()
        limits = self.limits
        try:
            self.student.fork(
                {"hidden_modules": self.hidden_modules, "output_bytes": limits.output_bytes},
                [theirs],
                limits={
                    "memory_bytes": limits.memory_bytes,
                    "processes": limits.processes,
                    "disk_bytes": limits.disk_bytes,
                    "file_bytes": limits.disk_bytes,
                    "cpu_seconds": self._cpu_seconds(),
                },
                files={},
                tier=self.tier,
                random_seed=RANDOM_SEED,
            )
        except InfrastructureError:
            ours.close()
            raise
        finally:
            theirs.close()
        if not self.waits:
            self.student.forked()
        self._give_files(ours)
        return ours

    def _give_files(self, connection: socket.socket) -> None:
        try:
            Channel(connection, TRUSTED.frame_bytes).send(self.files_message, FILES_SECONDS)
        except WireError as error:
            raise InfrastructureError(f"the student's process did not take its files: {error}") from error
        connection.settimeout(None)

    def _cpu_seconds(self) -> int:
        return int(self.limits.seconds * (os.cpu_count() or 1)) + 60

    def _note_use(self, max_rss: int) -> None:
        self.found.memory_bytes = max(self.found.memory_bytes, max_rss)
