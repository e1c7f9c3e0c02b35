"""Assignment a6, using RNNs: its tasks, each with its check and its catalogue of mistakes."""

from __future__ import annotations

from rnn_course.checks.a6 import (
    bidirectional,
    conditional,
    encode,
    encode_backward,
    look_ahead,
    stacked,
    tag_loss,
    tag_probs,
    translate,
)
from rnn_course.checks.assignment import Assignment, Written

ASSIGNMENT = Assignment(
    name="a6",
    title="using RNNs",
    folder="a6_using_rnns",
    tasks=(
        tag_probs.task,
        tag_loss.task,
        encode.task,
        encode_backward.task,
        bidirectional.task,
        stacked.task,
        conditional.task,
        translate.task,
        look_ahead.task,
    ),
    written=(Written(id="a6_written", label="Task 7, in words", points=10),),
)
TASKS = ASSIGNMENT.tasks

__all__ = [
    "ASSIGNMENT",
    "TASKS",
    "bidirectional",
    "conditional",
    "encode",
    "encode_backward",
    "look_ahead",
    "stacked",
    "tag_loss",
    "tag_probs",
    "translate",
]
