"""a7, task 2b: the weights of a mixture of language models, by expectation maximisation."""

# The mistakes below are written as students write them: without types, and with their faults.
# mypy: disallow-untyped-defs=False, check-untyped-defs=False

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import numpy as np

from rnn_course.checks.case import Case, Mistake, Property
from rnn_course.checks.compare import shown
from rnn_course.checks.plain import Plain
from rnn_course.checks.task import Task


def reference(log_probs: np.ndarray[Any, Any], steps: int) -> np.ndarray[Any, Any]:
    """A right answer."""
    weights = np.full(len(log_probs), 1 / len(log_probs))
    relative = np.exp(log_probs - log_probs.max(axis=0))  # what all have in common cancels
    for _ in range(steps):
        joint = weights[:, None] * relative
        weights = (joint / joint.sum(axis=0)).mean(axis=1)
    return weights


def logs(*rows: list[float]) -> np.ndarray[Any, Any]:
    """Log-probabilities of rows of probabilities."""
    with np.errstate(divide="ignore"):
        return np.log(np.array(rows))


VISIBLE = (
    Case((logs([1 / 2, 1 / 2], [1 / 4, 1 / 2]), 1)),
    Case((logs([1 / 2, 1 / 2], [1 / 4, 1 / 2]), 2)),
    Case((logs([0.5, 0.1, 0.1, 0.2], [0.1, 0.6, 0.2, 0.3], [0.2, 0.2, 0.5, 0.2]), 5)),
    Case((logs([0.5, 0.1, 0.4], [0.0, 0.6, 0.2]), 3), "one model calls a token impossible"),
    Case((logs([0.5, 0.1], [0.2, 0.6]), 0), "no step yet"),
    Case((logs([0.5, 0.1], [0.2, 0.6]) - 2000.0, 2), "probabilities so small that exp makes zeros of them"),
)


def hidden(rng: np.random.Generator) -> Iterator[Case]:
    for M, T, steps in ((2, 7, 1), (2, 30, 4), (3, 20, 3), (4, 9, 12)):
        shares = rng.uniform(0.2, 1.0, size=(M, 1))
        yield Case((np.log(rng.uniform(0.02, 0.9, size=(M, T)) * shares), steps))
    some = np.log(rng.uniform(0.1, 0.9, size=(3, 8)))
    some[1, 2] = some[0, 5] = -np.inf
    yield Case((some, 3), "two tokens are impossible for one of the models")
    low = np.log(rng.uniform(0.1, 0.9, size=(2, 6)))
    low[:, ::2] -= 1500.0
    yield Case((low, 3), "three tokens are so improbable that exp makes zeros of them")


def underflow(log_probs, steps):
    weights = np.full(len(log_probs), 1 / len(log_probs))
    probs = np.exp(log_probs)
    for _ in range(steps):
        joint = weights[:, None] * probs
        weights = (joint / joint.sum(axis=0)).mean(axis=1)
    return weights


def weights_not_used(log_probs, steps):
    weights = np.full(len(log_probs), 1 / len(log_probs))
    relative = np.exp(log_probs - log_probs.max(axis=0))
    for _ in range(steps):
        weights = (relative / relative.sum(axis=0)).mean(axis=1)
    return weights


def normalised_over_tokens(log_probs, steps):
    weights = np.full(len(log_probs), 1 / len(log_probs))
    relative = np.exp(log_probs - log_probs.max(axis=0))
    for _ in range(steps):
        joint = weights[:, None] * relative
        weights = (joint / joint.sum(axis=1, keepdims=True)).mean(axis=1)
    return weights


def share_of_all_probability(log_probs, steps):
    weights = np.full(len(log_probs), 1 / len(log_probs))
    relative = np.exp(log_probs - log_probs.max())
    for _ in range(steps):
        joint = weights[:, None] * relative
        weights = joint.sum(axis=1) / joint.sum()
    return weights


def whole_text_at_once(log_probs, steps):
    weights = np.full(len(log_probs), 1 / len(log_probs))
    for _ in range(steps):
        total = np.log(weights) + log_probs.sum(axis=1)
        weights = np.exp(total - total.max())
        weights = weights / weights.sum()
    return weights


def winner_takes_it(log_probs, steps):
    weights = np.full(len(log_probs), 1 / len(log_probs))
    relative = np.exp(log_probs - log_probs.max(axis=0))
    for _ in range(steps):
        best = (weights[:, None] * relative).argmax(axis=0)
        weights = np.bincount(best, minlength=len(log_probs)) / len(best)
    return weights


def summed(log_probs, steps):
    weights = np.full(len(log_probs), 1 / len(log_probs))
    relative = np.exp(log_probs - log_probs.max(axis=0))
    for _ in range(steps):
        joint = weights[:, None] * relative
        weights = (joint / joint.sum(axis=0)).sum(axis=1)
    return weights


def one_step_more(log_probs, steps):
    weights = np.full(len(log_probs), 1 / len(log_probs))
    relative = np.exp(log_probs - log_probs.max(axis=0))
    for _ in range(steps + 1):
        joint = weights[:, None] * relative
        weights = (joint / joint.sum(axis=0)).mean(axis=1)
    return weights


def geometric(log_probs, steps):
    weights = np.full(len(log_probs), 1 / len(log_probs))
    for _ in range(steps):
        joint = np.exp(weights[:, None] * (log_probs - log_probs.max(axis=0)))
        weights = (joint / joint.sum(axis=0)).mean(axis=1)
    return weights


MISTAKES = (
    Mistake(
        "underflow",
        "exp is taken of the log-probabilities as they are",
        "exp(-2000) is 0, and 0 / 0 is nothing. What may you subtract from a column of log-probabilities, so "
        "that its shares stay the same?",
        underflow,
    ),
    Mistake(
        "weights-not-used",
        "the weights of the step before play no part",
        "A model with a large weight is more probably the one that a token came from.",
        weights_not_used,
    ),
    Mistake(
        "normalised-over-tokens",
        "the shares are made to sum to 1 over the tokens",
        "One token, several models: who explains it? The shares of a token sum to 1.",
        normalised_over_tokens,
    ),
    Mistake(
        "share-of-all-probability",
        "probability is added up over the tokens before it is shared out",
        "A token that is probable for all models would decide alone. Each token has one vote, to be divided.",
        share_of_all_probability,
    ),
    Mistake(
        "whole-text-at-once",
        "the text is given to one model as a whole",
        "Every token may come from another model. That is why a mixture can beat the best model in it.",
        whole_text_at_once,
    ),
    Mistake(
        "winner-takes-it",
        "each token's vote goes to its best model alone",
        "A token's vote is divided, in proportion to weight times probability.",
        winner_takes_it,
    ),
    Mistake(
        "summed",
        "the shares are summed over the tokens",
        "T tokens have T votes. Weights sum to 1.",
        summed,
    ),
    Mistake(
        "one-step-more",
        "one step too many is made",
        "With `steps` = 0 the weights are still all alike.",
        one_step_more,
    ),
    Mistake(
        "geometric",
        "a weight is made the power of a probability",
        "The mixture adds weighted probabilities: weight times P, and not P to the power of the weight.",
        geometric,
    ),
)


def _sum_of_weights(arguments: tuple[Plain, ...], value: Plain) -> str | None:
    try:
        total = float(np.sum(np.asarray(value, dtype=float)))
    except (TypeError, ValueError):
        return None
    if np.isnan(total):
        return "There is a NaN among the weights: somewhere 0 is divided by 0."
    return None if abs(total - 1) < 1e-5 else f"The weights sum to {shown(total)}, not to 1."


task = Task(
    assignment="a7",
    name="mixture",
    label="Task 2b, mixture",
    points=10,
    function="mixture_weights",
    arguments=("log_probs", "steps"),
    returns="an array of M weights",
    look='the equations in the text of task 2b; lecture 16, "Two that fail in different places".',
    reference=reference,
    visible=VISIBLE,
    hidden=hidden,
    mistakes=MISTAKES,
    properties=(Property("weights sum to one", _sum_of_weights),),
)
check, grade, example = task.check, task.grade, task.example
