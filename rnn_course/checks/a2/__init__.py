"""Assignment a2, fixed window and data: its tasks, each with its check and its catalogue of mistakes."""

from __future__ import annotations

from rnn_course.checks.a2 import (
    backward,
    cross_entropy,
    decode,
    encode,
    forward,
    logit_gradient,
    perplexity,
    vocabulary,
    windows,
)
from rnn_course.checks.assignment import Assignment, Written

ASSIGNMENT = Assignment(
    name="a2",
    title="a fixed-window neural language model",
    folder="a2_fixed_window",
    tasks=(
        vocabulary.task,
        encode.task,
        decode.task,
        windows.task,
        forward.task,
        cross_entropy.task,
        logit_gradient.task,
        backward.task,
        perplexity.task,
    ),
    written=(Written(id="a2_written", label="Task 7, in words", points=10),),
)
TASKS = ASSIGNMENT.tasks

__all__ = [
    "ASSIGNMENT",
    "TASKS",
    "backward",
    "cross_entropy",
    "decode",
    "encode",
    "forward",
    "logit_gradient",
    "perplexity",
    "vocabulary",
    "windows",
]
