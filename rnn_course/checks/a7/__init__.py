"""Assignment a7, the best language model under a budget: its tasks, each with its check and its mistakes."""

from __future__ import annotations

from rnn_course.checks.a7 import budget, curve, held_out, mixture, protocol
from rnn_course.checks.assignment import Assignment, Written

ASSIGNMENT = Assignment(
    name="a7",
    title="the best language model under a budget",
    folder="a7_capstone",
    tasks=(protocol.task, budget.task, mixture.task, curve.task, held_out.task),
    written=(Written(id="a7_written", label="Task 5, report", points=20),),
)
TASKS = ASSIGNMENT.tasks

__all__ = ["ASSIGNMENT", "TASKS", "budget", "curve", "held_out", "mixture", "protocol"]
