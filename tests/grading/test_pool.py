"""Workers: the same marks from any number of them, and none lost when one dies."""

from __future__ import annotations

import os
import shutil
import signal
import sys
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import psutil
import pytest
from small_course import NAME, POINTS, RIGHT, give_out, hand_in, make_course

from rnn_course.grading.build import build_release
from rnn_course.grading.bundle import best_tier, cell_limits, make_bundle
from rnn_course.grading.class_run import prepare
from rnn_course.grading.course import Course, open_course
from rnn_course.grading.errors import GradingError
from rnn_course.grading.export import as_csv, collect, course_table
from rnn_course.grading.intake import look_at
from rnn_course.grading.job import Bundle, Job, Outcome
from rnn_course.grading.plan import Limits
from rnn_course.grading.pool import LocalPool, Worker
from rnn_course.grading.results import Status

pytestmark = [pytest.mark.slow, pytest.mark.skipif(sys.platform == "win32", reason="no workers on Windows")]
ANSWERS = {
    "ada": {},
    "bob": {"double": "def double(x):\n    return x"},
    "cleo": {"greet": "def greet(name):\n    return 'Hello, Ada!'"},
    "dora": {"double": "1 / 0"},
    "emil": {"opinion": "None."},
}


@pytest.fixture(scope="module")
def course(tmp_path_factory: pytest.TempPathFactory) -> Course:
    course = make_course(tmp_path_factory.mktemp("pool"))
    give_out(course)
    for student, answers in ANSWERS.items():
        hand_in(course, student, **{**RIGHT, **answers})
    return course


@pytest.fixture(scope="module")
def bundle(course: Course) -> Bundle:
    with build_release(course, NAME) as build:
        limits = cell_limits(course, Limits())
        return make_bundle(course, build, seed="1", limits=limits, tier=best_tier())


def job_of(course: Course, student: str) -> Job:
    return look_at(course, NAME, student, [NAME]).job()


def points(outcome: Outcome) -> dict[str, float]:
    (notebook,) = outcome.notebooks
    return {name: notebook.cells[name].score or 0.0 for name in POINTS}


def test_the_same_from_one_worker_and_from_three_in_another_order(course: Course, tmp_path: Path) -> None:
    tables = []
    for workers, backwards in ((1, False), (3, True)):
        copy = tmp_path / str(workers)
        shutil.copytree(course.root, copy, ignore=shutil.ignore_patterns("autograded", "gradebook.db"))
        (copy / ".instructor_seed").write_text("7\n")
        with prepare(open_course(copy), NAME, workers=workers) as run:
            run.students.sort(reverse=backwards)
            assert {result.status for result in run.results()} == {Status.GRADED}
        tables.append(as_csv(course_table(collect(run.course, [NAME]))))
    assert tables[0] == tables[1]
    assert tables[0].count("\n") == 1 + len(ANSWERS)


def test_a_worker_that_is_killed_costs_nobody_a_mark(
    course: Course, bundle: Bundle, monkeypatch: pytest.MonkeyPatch
) -> None:
    pids = []
    send = Worker.send

    def send_and_kill(self: Worker, job: Job, attempt: int) -> None:
        send(self, job, attempt)
        pids.append(self.process.pid)
        if job.student == "bob" and attempt == 1:
            os.kill(self.process.pid, signal.SIGKILL)

    monkeypatch.setattr(Worker, "send", send_and_kill)
    outcomes = {
        outcome.student: outcome
        for outcome in LocalPool(bundle, 1).run(job_of(course, name) for name in ("ada", "bob", "cleo"))
    }
    assert {name: outcome.status for name, outcome in outcomes.items()} == dict.fromkeys(
        ("ada", "bob", "cleo"), Status.GRADED
    )
    assert points(outcomes["bob"]) == {**POINTS, "double_test": 0}
    assert len(set(pids)) == 2


def test_who_kills_every_worker_is_told_of_and_the_others_go_on(
    course: Course, bundle: Bundle, monkeypatch: pytest.MonkeyPatch
) -> None:
    send = Worker.send

    def send_and_kill(self: Worker, job: Job, attempt: int) -> None:
        send(self, job, attempt)
        if job.student == "bob":
            os.kill(self.process.pid, signal.SIGKILL)

    monkeypatch.setattr(Worker, "send", send_and_kill)
    outcomes = {
        o.student: o for o in LocalPool(bundle, 1).run(job_of(course, name) for name in ("ada", "bob"))
    }
    assert outcomes["ada"].status is Status.GRADED
    assert outcomes["bob"].status is Status.INFRASTRUCTURE
    assert "the worker process ended" in outcomes["bob"].reason


def test_workers_are_replaced_jobs_drawn_as_needed_and_nothing_is_left(
    course: Course, bundle: Bundle, monkeypatch: pytest.MonkeyPatch
) -> None:
    drawn: list[str] = []
    pids: list[int] = []
    send = Worker.send

    def noted(self: Worker, job: Job, attempt: int) -> None:
        pids.append(self.process.pid)
        send(self, job, attempt)

    def jobs() -> Iterator[Job]:
        for number in range(4):
            drawn.append(str(number))
            yield replace(job_of(course, "ada"), student=str(number))

    monkeypatch.setattr(Worker, "send", noted)
    outcomes = LocalPool(bundle, 1, jobs_per_worker=2).run(jobs())
    assert next(outcomes).student == "0"
    assert len(drawn) <= 2, "no more are read than are worked on"
    assert [outcome.student for outcome in outcomes] == ["1", "2", "3"]
    assert [pids[0] == pid for pid in pids] == [True, True, False, False]
    assert not any(psutil.pid_exists(pid) for pid in pids)


def test_a_worker_that_cannot_start_says_why(course: Course, bundle: Bundle) -> None:
    class Other(Bundle):
        def to_bytes(self) -> bytes:
            return super().to_bytes().replace(b'"version":1', b'"version":99')

    other = Other(**vars(bundle))
    with pytest.raises(GradingError, match="a worker cannot start: expected a Bundle"):
        list(LocalPool(other, 1).run([job_of(course, "ada")]))
    with pytest.raises(GradingError, match="workers must be 1 or more"):
        LocalPool(bundle, 0)
