"""kill -9 of the grader, a worker, a Dask worker at random moments: in the end as if uninterrupted.

RNN_COURSE_LONG=1 takes a class of 200.
"""

from __future__ import annotations

import os
import random
import signal
import sys
import time
from contextlib import suppress
from pathlib import Path

import psutil
import pytest
from cluster import Cluster

from rnn_course.grading.course import Course

from .small_class import copy_of, make_class, number_done, start_grading, state

pytestmark = [
    pytest.mark.slow,
    pytest.mark.skipif(sys.platform != "linux", reason="processes that end with their parent: Linux only"),
]
STUDENTS = 200 if os.environ.get("RNN_COURSE_LONG") else 40
MOMENTS = 20 if os.environ.get("RNN_COURSE_LONG") else 4
PATIENCE = 300.0
SEED = 20261121


@pytest.fixture(scope="module")
def handed_in(tmp_path_factory: pytest.TempPathFactory) -> Course:
    return make_class(tmp_path_factory.mktemp("class"), STUDENTS)


@pytest.fixture(scope="module")
def uninterrupted(handed_in: Course, tmp_path_factory: pytest.TempPathFactory) -> dict[str, object]:
    course = copy_of(handed_in, tmp_path_factory.mktemp("whole") / "course")
    process = start_grading(course)
    _, said = process.communicate(timeout=PATIENCE)
    assert process.returncode == 1, said.decode()  # some end their process, and need a human
    found = state(course)
    assert len(found["results"]) == STUDENTS
    return found


def test_killed_at_random_moments_and_gone_on(
    handed_in: Course, uninterrupted: dict[str, object], tmp_path: Path
) -> None:
    rng = random.Random(SEED)
    course = copy_of(handed_in, tmp_path / "course")
    done = 0
    killed = {"grader": 0, "worker": 0}
    for _ in range(MOMENTS):
        process = start_grading(course)
        moment = done + rng.randrange(max(1, 2 * STUDENTS // MOMENTS))
        whole = rng.random() < 0.5
        if wait_until(course, process, moment):
            time.sleep(rng.uniform(0.0, 0.05))
            below = psutil.Process(process.pid).children(recursive=True)
            workers = [each for each in below if is_worker(each)]
            if whole or not workers:
                killed["grader"] += 1
                process.kill()
            else:  # the run itself must live through that
                killed["worker"] += 1
                with suppress(psutil.NoSuchProcess):
                    rng.choice(workers).kill()
                wait_until(course, process, min(STUDENTS, moment + 2))
                process.kill()
            process.wait()
            assert gone(below), "a process outlived the grader"
        process.wait()
        now = number_done(course, nobody_writes=True)
        assert now >= done, "a result was lost"
        done = now
    process = start_grading(course)
    _, said = process.communicate(timeout=PATIENCE)
    assert process.returncode == 1, said.decode()
    found = state(course)
    assert found["results"] == uninterrupted["results"]
    assert found["marks"] == uninterrupted["marks"]
    assert found["rows"] == uninterrupted["rows"]
    assert found["files"] == uninterrupted["files"]
    assert sum(killed.values()) >= MOMENTS // 2, f"the runs were over too soon: {killed}"


def test_workers_of_a_cluster_killed_at_random_moments(
    handed_in: Course, uninterrupted: dict[str, object], tmp_path: Path
) -> None:
    pytest.importorskip("distributed")
    rng = random.Random(SEED)
    course = copy_of(handed_in, tmp_path / "course")
    cluster = Cluster(tmp_path)
    killed = 0
    try:
        process = start_grading(course, f"--scheduler={cluster.address}")
        for number in range(MOMENTS):
            moment = number * STUDENTS // MOMENTS + rng.randrange(STUDENTS // MOMENTS)
            if wait_until(course, process, moment):
                cluster.replace_a_worker(rng.randrange(len(cluster.workers)))
                killed += 1
        _, said = process.communicate(timeout=PATIENCE)
    finally:
        cluster.close()
    assert process.returncode == 1, said.decode()
    found = state(course)
    for name in ("results", "marks", "rows", "files"):
        assert found[name] == uninterrupted[name], name
    assert killed >= MOMENTS // 2, f"the run was over too soon: {killed}"


def is_worker(process: psutil.Process) -> bool:
    """Whether it is one of the processes that grade."""
    with suppress(psutil.Error):
        return "rnn_course.grading.worker" in process.cmdline()
    return False


def wait_until(course: Course, process: object, number: int) -> bool:
    """Wait until so many results are stored; whether the process still runs then."""
    end = time.monotonic() + PATIENCE
    while number_done(course) < number:
        assert time.monotonic() < end
        if process.poll() is not None:  # type: ignore[attr-defined]
            return False
        time.sleep(0.002)
    return process.poll() is None  # type: ignore[attr-defined]


def gone(processes: list[psutil.Process]) -> bool:
    """Whether all of them end within a moment."""
    _, alive = psutil.wait_procs(processes, timeout=10)
    alive = [each for each in alive if each.is_running() and each.status() != psutil.STATUS_ZOMBIE]
    for each in alive:
        with suppress(psutil.NoSuchProcess):
            each.send_signal(signal.SIGKILL)
    return not alive


def test_the_class_is_not_all_alike(uninterrupted: dict[str, object]) -> None:
    statuses = {result[0] for result in uninterrupted["results"].values()}  # type: ignore[attr-defined]
    assert len(statuses) == 2
    totals = {sum(mark.score for mark in marks) for marks in uninterrupted["marks"].values()}  # type: ignore[attr-defined]
    assert len(totals) >= 3
