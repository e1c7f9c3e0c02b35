"""Assignment a3, an Elman network from scratch: its tasks, their checks and their mistakes."""

from __future__ import annotations

from rnn_course.checks.a3 import batches, bptt, cell, loss, sampling, step_back, truncated, unroll
from rnn_course.checks.assignment import Assignment, Written

ASSIGNMENT = Assignment(
    name="a3",
    title="an Elman network from scratch",
    folder="a3_elman_rnn",
    tasks=(
        cell.task,
        unroll.task,
        loss.task,
        step_back.task,
        bptt.task,
        truncated.task,
        batches.task,
        sampling.task,
    ),
    written=(Written(id="a3_written", label="Task 7, in words", points=10),),
)
TASKS = ASSIGNMENT.tasks

__all__ = [
    "ASSIGNMENT",
    "TASKS",
    "batches",
    "bptt",
    "cell",
    "loss",
    "sampling",
    "step_back",
    "truncated",
    "unroll",
]
