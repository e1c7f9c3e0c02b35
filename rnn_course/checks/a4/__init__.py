"""Assignment a4, gradients: its tasks, each with its check and its catalogue of mistakes."""

from __future__ import annotations

from rnn_course.checks.a4 import agreement, bound, by_lag, certain, clipping, jacobian, power_norms, radius
from rnn_course.checks.assignment import Assignment, Written

ASSIGNMENT = Assignment(
    name="a4",
    title="gradients",
    folder="a4_gradients",
    tasks=(
        jacobian.task,
        power_norms.task,
        radius.task,
        bound.task,
        certain.task,
        by_lag.task,
        clipping.task,
        agreement.task,
    ),
    written=(Written(id="a4_written", label="Task 7, in words", points=10),),
)
TASKS = ASSIGNMENT.tasks

__all__ = [
    "ASSIGNMENT",
    "TASKS",
    "agreement",
    "bound",
    "by_lag",
    "certain",
    "clipping",
    "jacobian",
    "power_norms",
    "radius",
]
