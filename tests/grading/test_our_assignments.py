"""This course's own assignments run in two processes, with the package's answers hidden from students."""

from __future__ import annotations

import resource
from collections.abc import Iterator
from contextlib import closing
from dataclasses import replace
from pathlib import Path

import nbformat
import pytest

from rnn_course.grading.build import Build, build_release
from rnn_course.grading.bundle import ANSWERS, make_bundle
from rnn_course.grading.course import Course, open_course
from rnn_course.grading.job import Bundle, Job
from rnn_course.grading.labels import find_labels
from rnn_course.grading.mark import grade
from rnn_course.grading.plan import Limits
from rnn_course.grading.results import Status
from rnn_course.grading.sandbox import Tier, available
from rnn_course.grading.servers import close_servers
from rnn_course.grading.trial import Trial

ROOT = Path(__file__).parents[2]
ASSIGNMENTS = sorted(path.name for path in (ROOT / "solutions").iterdir() if path.is_dir())
TIERS = [tier for tier, why_not in available().items() if not why_not and tier is not Tier.UNSAFE]

SECONDS = 20  # of CPU, that grading one submission may take, with two servers that have to be started

pytestmark = pytest.mark.slow


@pytest.fixture(scope="module", params=ASSIGNMENTS)
def assignment(request: pytest.FixtureRequest) -> Iterator[tuple[Course, Build]]:
    course = open_course(ROOT)
    with build_release(course, request.param) as build, closing(_Servers()):
        yield course, build


class _Servers:
    def close(self) -> None:
        close_servers()


def bundle_of(course: Course, build: Build, tier: Tier) -> Bundle:
    return make_bundle(course, build, seed="5", limits=Limits(), tier=tier)


@pytest.mark.parametrize("tier", TIERS, ids=lambda tier: tier.name.lower())
def test_the_reference_is_graded_in_two_processes(assignment: tuple[Course, Build], tier: Tier) -> None:
    course, build = assignment
    bundle = bundle_of(course, build, tier)
    assert set(bundle.hidden_modules) == set(ANSWERS), "the answers are hidden"
    labels, wrong = find_labels(course, build, bundle)
    assert wrong == []
    assert [(label.mode, label.reasons) for label in labels] == [("split", {})] * len(labels)


def test_who_imports_the_answers_is_told_that_they_cannot(assignment: tuple[Course, Build]) -> None:
    course, build = assignment
    bundle = bundle_of(course, build, TIERS[0])
    job = Trial.UNTOUCHED.job(course, build)
    name = build.assignment.partition("_")[0]
    cheats = {}
    for file, text in job.notebooks.items():
        notebook = nbformat.reads(text, as_version=4)
        for cell in notebook.cells:
            if cell.cell_type == "code" and cell.metadata.get("nbgrader", {}).get("solution"):
                cell.source = f"from rnn_course.checks import {name} as answers\n{cell.source}"
        cheats[file] = nbformat.writes(notebook).encode()
    outcome = grade(bundle, replace(job, notebooks=cheats))
    assert sum(mark.score or 0 for each in outcome.notebooks for mark in each.cells.values()) == 0
    assert (
        "cannot be imported while this assignment is graded: it holds answers"
        in outcome.notebooks[0].executed
    )


def test_an_untouched_release_has_nothing(assignment: tuple[Course, Build]) -> None:
    course, build = assignment
    job: Job = Trial.UNTOUCHED.job(course, build)
    outcome = grade(bundle_of(course, build, TIERS[0]), job)
    assert sum(mark.score or 0 for each in outcome.notebooks for mark in each.cells.values()) == 0


def test_grading_takes_little_time(assignment: tuple[Course, Build]) -> None:
    course, build = assignment
    bundle = bundle_of(course, build, TIERS[0])
    close_servers()
    before = seconds_of_children()
    outcome = grade(bundle, Trial.REFERENCE.job(course, build))
    close_servers()  # now all of them have been waited for, and count
    assert outcome.status is Status.GRADED
    assert seconds_of_children() - before < SECONDS


def seconds_of_children() -> float:
    """CPU time of all processes that this one has started and waited for, and of theirs."""
    used = resource.getrusage(resource.RUSAGE_CHILDREN)
    return used.ru_utime + used.ru_stime
