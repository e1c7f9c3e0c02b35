"""Run a notebook in two processes: the student's cells confined in one, the tests in the other."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from nbformat import NotebookNode

from rnn_course.grading.plan import Limits, Plan
from rnn_course.grading.sandbox import Tier


@dataclass(frozen=True)
class Execution:
    """What came of a notebook.

    Attributes:
        notebook: a copy with outputs; test cells have their hidden tests in them.
        problems: cells that could not be run to their end, in words: `cell a1_counts: ran past the 30 s that
            a cell may take`. Where there is one, the submission is a student_error.
        notes: what else is to be told, and costs nothing.
        seconds: from beginning to end.
        memory_bytes: the most that the student's process had, 0 if that is not known.
    """

    notebook: NotebookNode
    problems: tuple[str, ...] = ()
    notes: tuple[str, ...] = ()
    seconds: float = 0.0
    memory_bytes: int = 0


def run_split(
    notebook: NotebookNode,
    plan: Plan,
    *,
    files: Mapping[str, bytes],
    seed: str,
    limits: Limits,
    tier: Tier,
) -> Execution:
    """Run a notebook: answers and the student's own cells in a confined process, tests in another.

    Both processes are forked from servers that this process keeps warm, one pair for each `plan.preload`;
    `rnn_course.grading.servers.close_servers()` ends them, and so does the end of this process.

    Args:
        notebook: the instructor's notebook with the student's answers in it (`transplant`); not changed.
        plan: what belongs to whom.
        files: the files beside the notebook, by path relative to it; both processes have copies.
        seed: the instructor's seed. It goes to the tests only.
        limits: time, memory and output.
        tier: how strongly the student's process is confined.

    Raises:
        InfrastructureError: if a process could not be started or confined. Never on account of a student.
    """
    raise NotImplementedError


def can_split(
    reference: NotebookNode, plan: Plan, *, files: Mapping[str, bytes], seed: str, limits: Limits, tier: Tier
) -> dict[str, str]:
    """Run the reference solution in two processes, and say which test cells fail there.

    Args:
        reference: the instructor's notebook with the solutions in it.

    Returns:
        Why, by grade_id of the test cell; empty if the assignment can be graded in two processes.
    """
    raise NotImplementedError
