"""Run a notebook in one confined process, where tests need the student's objects themselves."""

from __future__ import annotations

from collections.abc import Mapping

from nbformat import NotebookNode

from rnn_course.grading.plan import Limits, Plan
from rnn_course.grading.sandbox import Tier
from rnn_course.grading.split import Execution

LABEL = "graded in one process: a submission could have tampered with its tests"


def run_single(
    notebook: NotebookNode,
    plan: Plan,
    *,
    files: Mapping[str, bytes],
    seed: str,
    limits: Limits,
    tier: Tier,
) -> Execution:
    """Run a notebook as `run_split` does, tests included, in the student's process.

    It is confined as strongly, so that no other submission and no file can be reached. But the student's
    code can reach the tests that run beside it: `LABEL` must stand by every mark.

    Raises:
        InfrastructureError: if the process could not be started or confined.
    """
    raise NotImplementedError
