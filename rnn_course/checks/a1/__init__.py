"""Assignment a1, n-gram language models: its tasks, each with its check and its catalogue of mistakes."""

from __future__ import annotations

from rnn_course.checks.a1 import (
    add_k,
    chain_rule,
    continuation,
    counts,
    interpolation,
    kneser_ney,
    mle,
    perplexity,
    sampling,
)
from rnn_course.checks.assignment import Assignment, Written

ASSIGNMENT = Assignment(
    name="a1",
    title="n-gram language models",
    folder="a1_ngrams",
    tasks=(
        counts.task,
        mle.task,
        chain_rule.task,
        perplexity.task,
        add_k.task,
        interpolation.task,
        continuation.task,
        kneser_ney.task,
        sampling.task,
    ),
    written=(Written(id="a1_written", label="Task 7, in words", points=10),),
)
TASKS = ASSIGNMENT.tasks

__all__ = [
    "ASSIGNMENT",
    "TASKS",
    "add_k",
    "chain_rule",
    "continuation",
    "counts",
    "interpolation",
    "kneser_ney",
    "mle",
    "perplexity",
    "sampling",
]
