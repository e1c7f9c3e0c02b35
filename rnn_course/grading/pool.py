"""Many workers on this machine: a job goes to whoever is free, and a worker that dies costs nobody a mark."""

from __future__ import annotations

import contextlib
import os
import socket
import subprocess
import sys
import tempfile
import time
from collections import deque
from collections.abc import Generator, Iterable, Sequence
from multiprocessing.connection import Connection, wait
from typing import Protocol

from rnn_course.grading.errors import GradingError, InfrastructureError
from rnn_course.grading.job import Bundle, Job, Outcome
from rnn_course.grading.results import Status
from rnn_course.grading.servers import close_servers, copies_of
from rnn_course.grading.worker import READY

JOBS_PER_WORKER = 500  # after which a worker is replaced, whatever it may have gathered
ATTEMPTS = 2
START_SECONDS = 120.0
GRACE = 60.0  # seconds past a job's own limit after which its worker is ended


class Executor(Protocol):
    """Grades jobs somewhere."""

    def run(self, jobs: Iterable[Job]) -> Generator[Outcome]:
        """Grade jobs, which are drawn as they can be worked on; outcomes come in any order, one for each."""


class LocalPool:
    """Worker processes on this machine, started when there is a first job.

    Args:
        bundle: the assignment.
        workers: how many processes; one for each core if None.
        jobs_per_worker: after how many jobs a worker is replaced.
    """

    def __init__(
        self, bundle: Bundle, workers: int | None = None, *, jobs_per_worker: int = JOBS_PER_WORKER
    ) -> None:
        if workers is not None and workers < 1:
            raise GradingError(f"LocalPool: workers must be 1 or more, got {workers}")
        self.bundle = bundle
        self.size = workers or cores()
        self.jobs_per_worker = jobs_per_worker

    def run(self, jobs: Iterable[Job]) -> Generator[Outcome]:
        """Grade jobs; a job whose worker died, or whose sandbox failed, is tried again once.

        Raises:
            GradingError: if workers cannot be started.
        """
        source = iter(jobs)
        again: deque[tuple[Job, int]] = deque()
        workers: dict[Connection, Worker] = {}

        def next_job() -> tuple[Job, int] | None:
            if again:
                return again.popleft()
            job = next(source, None)
            return None if job is None else (job, 1)

        def keep_busy() -> None:
            # A free worker first; a new one only where there is work for it.
            for worker in [worker for worker in workers.values() if worker.is_free]:
                if worker.worked >= self.jobs_per_worker:
                    workers.pop(worker.connection).close()
                elif (item := next_job()) is not None:
                    worker.send(*item)
            while len(workers) < self.size and (item := next_job()) is not None:
                worker = Worker(self.bundle, _copied_servers(self.bundle))
                worker.waiting = item
                workers[worker.connection] = worker

        try:
            keep_busy()
            while any(not worker.is_free for worker in workers.values()):
                for worker in _ready(workers):
                    outcome = worker.receive()
                    if worker.is_gone:
                        workers.pop(worker.connection).close()
                    if outcome is None:
                        continue
                    job, attempt = outcome[0]
                    if outcome[1].status is Status.INFRASTRUCTURE and attempt < ATTEMPTS:
                        again.append((job, attempt + 1))
                    else:
                        keep_busy()
                        yield outcome[1]
                keep_busy()
        finally:
            for worker in workers.values():
                worker.close()


def _copied_servers(bundle: Bundle) -> list[socket.socket]:
    """Copies of servers that this process keeps for all its workers; none where they cannot be had."""
    from rnn_course.grading.mark import warm_servers

    try:
        return copies_of(warm_servers(bundle))
    except InfrastructureError:  # a worker starts its own, and says what is wrong with them
        close_servers()
        return []


def cores() -> int:
    """How many processor cores this process may use."""
    if hasattr(os, "sched_getaffinity"):
        return len(os.sched_getaffinity(0))
    return os.cpu_count() or 1


class Worker:
    """One worker process and the job that it has.

    Args:
        bundle: what it grades.
        servers: copies of warm servers, for its own use; it starts some without them.
    """

    def __init__(self, bundle: Bundle, servers: Sequence[socket.socket] = ()) -> None:
        ours, theirs = socket.socketpair()
        given = [theirs, *servers]
        with contextlib.ExitStack() as until_started:
            for each in given:
                until_started.enter_context(each)
            self._log = tempfile.TemporaryFile()  # noqa: SIM115 - closed in `close`
            # All that it leaves lying about goes when it does, however it ends.
            self._folder = tempfile.TemporaryDirectory(prefix="rnn-course-", ignore_cleanup_errors=True)
            command = [
                sys.executable,
                "-m",
                "rnn_course.grading.worker",
                str(os.getpid()),
                *(str(each.fileno()) for each in given),
            ]
            self.process = subprocess.Popen(
                command,
                stdin=subprocess.DEVNULL,
                stdout=self._log,
                stderr=self._log,
                env={**os.environ, "TMPDIR": self._folder.name},
                pass_fds=[each.fileno() for each in given],
                start_new_session=True,
            )
        self.connection = Connection(ours.detach())
        self.waiting: tuple[Job, int] | None = None  # until the worker is ready
        self.current: tuple[Job, int] | None = None
        self.is_gone = False
        self.is_ready = False
        self.worked = 0
        self.seconds = bundle.limits.seconds * max(1, len(bundle.notebooks)) * 2 + GRACE
        self.deadline = time.monotonic() + START_SECONDS
        with contextlib.suppress(ConnectionError):  # `receive` will see that it is gone
            self.connection.send_bytes(bundle.to_bytes())

    @property
    def is_free(self) -> bool:
        """Whether it waits for a job."""
        return self.is_ready and self.current is None and not self.is_gone

    def send(self, job: Job, attempt: int) -> None:
        """Give it a job. It must be free, so that it reads at once."""
        self.current = (job, attempt)
        self.deadline = time.monotonic() + self.seconds
        with contextlib.suppress(ConnectionError):
            self.connection.send_bytes(job.to_bytes())

    def receive(self) -> tuple[tuple[Job, int], Outcome] | None:
        """What it has to say, or that it is gone: (job and attempt, outcome), None if it has become ready.

        Raises:
            GradingError: if it cannot work at all.
        """
        try:
            data = self.connection.recv_bytes() if time.monotonic() < self.deadline else None
        except (EOFError, ConnectionError):
            data = None
        if not self.is_ready:
            if data != READY:
                self.process.kill()
                raise GradingError(f"a worker cannot start: {data.decode() if data else self._last_words()}")
            self.is_ready = True
            if self.waiting is not None:
                self.send(*self.waiting)
            self.waiting = None
            return None
        self.worked += 1
        current, self.current = self.current, None
        assert current is not None  # for the type checker: a worker speaks only when it has a job
        if data is None:
            self.is_gone = True
            self.process.kill()
            reason = f"the worker process ended: {self._last_words()}"
            return current, Outcome(
                current[0].student, Status.INFRASTRUCTURE, reason, digest=current[0].digest
            )
        return current, Outcome.from_bytes(data)

    def close(self) -> None:
        """End it and all that it has started."""
        self.connection.close()
        with contextlib.suppress(OSError):
            self.process.kill()
        self.process.wait()
        self._log.close()
        self._folder.cleanup()

    def _last_words(self) -> str:
        with contextlib.suppress(subprocess.TimeoutExpired):
            self.process.wait(timeout=5)
        self._log.seek(0)
        lines = self._log.read()[-2000:].decode(errors="replace").strip().splitlines()
        return lines[-1] if lines else f"exit status {self.process.poll()}"


class Seat:
    """One worker, started when there is a first job and again when it is gone."""

    def __init__(self, bundle: Bundle) -> None:
        self.bundle = bundle
        self.worker: Worker | None = None

    def grade(self, job: Job) -> Outcome:
        """Grade one job, and wait for what comes of it.

        Raises:
            GradingError: if a worker cannot be started.
        """
        if self.worker is None:
            self.worker = Worker(self.bundle)
            self.worker.waiting = (job, 1)
        else:
            self.worker.send(job, 1)
        try:
            while True:
                _ready({self.worker.connection: self.worker})
                if (found := self.worker.receive()) is not None:
                    break
        except BaseException:
            self.close()
            raise
        if self.worker.is_gone or self.worker.worked >= JOBS_PER_WORKER:
            self.close()
        return found[1]

    def close(self) -> None:
        """End the worker."""
        worker, self.worker = self.worker, None
        if worker is not None:
            worker.close()


def _ready(workers: dict[Connection, Worker]) -> list[Worker]:
    # Those that have said something, have ended, or are past their time.
    busy = {connection: worker for connection, worker in workers.items() if not worker.is_free}
    seconds = max(0.0, min(worker.deadline for worker in busy.values()) - time.monotonic())
    spoken = {id(connection) for connection in wait(list(busy), timeout=seconds)}
    now = time.monotonic()
    return [
        worker for connection, worker in busy.items() if id(connection) in spoken or worker.deadline <= now
    ]
