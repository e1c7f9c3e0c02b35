"""Workers on other machines, through Dask: the same jobs, and a lost worker's are graded elsewhere."""

from __future__ import annotations

import contextlib
import time
import uuid
from collections import deque
from collections.abc import Generator, Iterable

from distributed import Client, Future, as_completed

from rnn_course.grading.converters import describe_exception
from rnn_course.grading.dask_worker import BundlePlugin, grade_here, version_here
from rnn_course.grading.errors import GradingError
from rnn_course.grading.job import Bundle, Job, Outcome
from rnn_course.grading.pool import ATTEMPTS
from rnn_course.grading.results import Status

CONNECT_SECONDS = 20
SIZE_SECONDS = 2.0  # for which the number of workers is taken to be what it was
AHEAD = 2  # jobs under way for each thread of the cluster, so that none waits for its next one


class DaskPool:
    """The workers of a Dask cluster.

    Args:
        bundle: the assignment; it is sent to each worker once.
        address: of the scheduler, such as `tcp://10.0.0.1:8786`.
    """

    def __init__(self, bundle: Bundle, address: str) -> None:
        self.bundle = bundle
        self.address = address

    def run(self, jobs: Iterable[Job]) -> Generator[Outcome]:
        """Grade jobs; one whose workers died or whose sandbox failed is tried again once.

        Raises:
            GradingError: if the scheduler is not there, has no workers, or they have another rnn-course.
        """
        source = iter(jobs)
        first = next(source, None)
        if first is None:
            return
        again: deque[tuple[Job, int]] = deque([(first, 1)])
        client = self._connect()
        name = f"rnn-course-{uuid.uuid4().hex}"
        running: dict[Future, tuple[Job, int]] = {}
        try:
            self._require_same_version(client)
            client.register_plugin(BundlePlugin(self.bundle.to_bytes(), name), name=name)
            completed = as_completed(loop=client.loop)

            cluster = _Size(client)

            def feed() -> None:
                while len(running) < AHEAD * cluster.threads():
                    if again:
                        item = again.popleft()
                    elif (job := next(source, None)) is not None:
                        item = (job, 1)
                    else:
                        return
                    key = f"{name}-{uuid.uuid4().hex}"
                    future = client.submit(grade_here, name, item[0].to_bytes(), key=key, pure=False)
                    running[future] = item
                    completed.add(future)

            feed()
            for future in completed:
                job, attempt = running.pop(future)
                outcome = self._outcome(future, job)
                future.release()
                failed = outcome.status is Status.INFRASTRUCTURE and attempt < ATTEMPTS
                if failed:
                    again.append((job, attempt + 1))
                feed()
                if not failed:
                    yield outcome
        finally:
            with contextlib.suppress(Exception):  # the cluster may be gone
                client.cancel(list(running))
                client.unregister_worker_plugin(name)
            client.close(timeout=5)

    def _outcome(self, future: Future, job: Job) -> Outcome:
        if future.cancelled() or future.status == "lost":
            raise GradingError(f"the scheduler at {self.address} has gone; the same command goes on")
        error = future.exception()
        if error is not None:
            return Outcome(job.student, Status.INFRASTRUCTURE, describe_exception(error), digest=job.digest)
        return Outcome.from_bytes(future.result())

    def _connect(self) -> Client:
        try:
            client = Client(self.address, timeout=CONNECT_SECONDS, set_as_default=False)
        except (OSError, ValueError, TimeoutError) as error:
            raise GradingError(f"there is no Dask scheduler at {self.address}: {error}") from error
        try:
            client.wait_for_workers(1, timeout=CONNECT_SECONDS)
        except TimeoutError as error:
            client.close()
            raise GradingError(f"the Dask scheduler at {self.address} has no workers") from error
        return client

    def _require_same_version(self, client: Client) -> None:
        try:
            found = client.run(version_here)
        except Exception as error:
            raise GradingError(f"the workers cannot load rnn-course: {describe_exception(error)}") from error
        other = sorted(worker for worker, version in found.items() if version != self.bundle.grader)
        if other:
            raise GradingError(f"these workers have another version of rnn-course: {', '.join(other)}")


class _Size:
    """How many threads a cluster has, asked for now and then: workers come and go."""

    def __init__(self, client: Client) -> None:
        self.client = client
        self.known = 1
        self.until = 0.0

    def threads(self) -> int:
        now = time.monotonic()
        if now >= self.until:
            self.known = max(1, sum(self.client.nthreads().values()))
            self.until = now + SIZE_SECONDS
        return self.known
