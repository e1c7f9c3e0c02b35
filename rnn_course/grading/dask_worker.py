"""The part that runs in a Dask worker: it keeps the assignment, and hands jobs to processes of its own.

A Dask worker's thread does not run student code, nor does its process: each thread has a worker process as a
local run has, with the same sandbox.
"""

from __future__ import annotations

import contextlib
import queue

from distributed import Worker, WorkerPlugin, get_worker

from rnn_course.grading.bundle import grader_version
from rnn_course.grading.job import Bundle, Job
from rnn_course.grading.pool import Seat


class BundlePlugin(WorkerPlugin):
    """Brings an assignment to every worker of a cluster, those that join later too.

    Args:
        bundle: the assignment, as bytes.
        name: under which jobs find it.
    """

    def __init__(self, bundle: bytes, name: str) -> None:
        self.bundle = bundle
        self.name = name

    def setup(self, worker: Worker) -> None:
        """Called by Dask when the plugin comes to a worker."""
        self.seats: queue.LifoQueue[Seat] = queue.LifoQueue()
        self.loaded = Bundle.from_bytes(self.bundle)

    def teardown(self, worker: Worker) -> None:
        """Called by Dask when the plugin or the worker goes."""
        with contextlib.suppress(queue.Empty):
            while True:
                self.seats.get_nowait().close()

    def grade(self, job: bytes) -> bytes:
        """Grade one job in a process that no other thread uses meanwhile."""
        try:
            seat = self.seats.get_nowait()
        except queue.Empty:
            seat = Seat(self.loaded)
        try:
            return seat.grade(Job.from_bytes(job)).to_bytes()
        finally:
            self.seats.put(seat)


def grade_here(name: str, job: bytes) -> bytes:
    """The task that is sent to the cluster: a job's outcome, both as bytes."""
    plugin = get_worker().plugins[name]
    assert isinstance(plugin, BundlePlugin)  # for the type checker
    return plugin.grade(job)


def version_here() -> str:
    """Which grader a worker has."""
    return grader_version()
