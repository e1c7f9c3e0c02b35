"""a7, task 3: read a training curve, and stop in time."""

# The mistakes below are written as students write them: without types, and with their faults.
# mypy: disallow-untyped-defs=False, check-untyped-defs=False

from __future__ import annotations

import math
from collections.abc import Iterator

import numpy as np

from rnn_course.checks.case import Case, Mistake
from rnn_course.checks.task import Task

NAN = math.nan


def reference(train_losses: list[float], valid_losses: list[float], patience: int) -> dict[str, float]:
    """A right answer."""
    best = stop = 1
    for epoch in range(2, len(valid_losses) + 1):
        if stop - best == patience:
            break
        stop = epoch
        if valid_losses[epoch - 1] < valid_losses[best - 1]:
            best = epoch
    valid = valid_losses[best - 1]
    return {"best": best, "stop": stop, "perplexity": math.exp(valid), "gap": valid - train_losses[best - 1]}


VISIBLE = (
    Case(([2.5, 2.0, 1.5, 1.0, 0.5], [2.5, 2.0, 2.1, 2.2, 1.9], 2)),
    Case(([2.5, 2.0, 1.5, 1.0, 0.5], [2.5, 2.0, 2.1, 2.2, 1.9], 3), "more patience is rewarded"),
    Case(([3.0, 2.0, 1.0], [3.1, 2.2, 1.4], 2), "still falling when the epochs are over"),
    Case(([2.9, 2.0, 1.9, 1.8], [3.0, 2.0, 2.0, 2.0], 2), "equal is not better"),
    Case(([2.0, 1.5, NAN, NAN, NAN], [2.2, 1.9, NAN, NAN, NAN], 2), "it exploded"),
    Case(([3.0, 2.5, 2.0, 1.5, 1.0, 0.9], [3.0, 3.1, 2.5, 2.6, 2.4, 2.5], 2), "up and down"),
    Case(([3.0, 2.0, 1.8, 1.6, 1.4], [3.0, 2.2, 2.6, 2.5, 2.4], 2), "falling again, but not below the best"),
)


def hidden(rng: np.random.Generator) -> Iterator[Case]:
    """Curves of a known course: down, up for a while, then lower than ever."""
    for patience in (1, 2, 3, 5):
        start = float(rng.uniform(3.0, 5.0))
        down = [start - float(drop) for drop in np.cumsum(rng.uniform(0.1, 0.3, size=4 + patience))]
        wobble: list[float] = []
        for _ in range(2):  # worse for a while, and better just in time
            low = (wobble or down)[-1]
            rises = rng.uniform(0.02, 0.2, size=patience - 1).cumsum()[::-1]
            wobble += [low + float(rise) for rise in rises] + [low - 0.05]
        low = wobble[-1]
        # `patience` epochs without a new best, the last as good as the best; then a better one, too late
        up = [low + float(rise) for rise in rng.uniform(0.1, 0.4, size=patience - 1).cumsum()[::-1]] + [low]
        valid = [*down, *wobble, *up, low + 0.3, low - 0.5, low - 0.4]
        train = [value - 0.2 - 0.03 * epoch for epoch, value in enumerate(sorted(valid, reverse=True))]
        yield Case((train, valid, patience))
        yield Case((train[: len(down)], down, patience), "still falling when the epochs are over")
        yield Case(
            (
                [*train[: len(down)], *[NAN] * (patience + 1), 0.1],
                [*down, *[NAN] * (patience + 1), 0.1],
                patience,
            ),
            "it exploded",
        )
    yield Case(([2.0], [2.5], 1), "a single epoch")


def sees_beyond_the_stop(train_losses, valid_losses, patience):
    best = stop = 1
    for epoch in range(2, len(valid_losses) + 1):
        if stop - best == patience:
            break
        stop = epoch
        if valid_losses[epoch - 1] < valid_losses[best - 1]:
            best = epoch
    best = int(np.nanargmin(valid_losses)) + 1
    valid = valid_losses[best - 1]
    return {"best": best, "stop": stop, "perplexity": math.exp(valid), "gap": valid - train_losses[best - 1]}


def last_instead_of_best(train_losses, valid_losses, patience):
    best = stop = 1
    for epoch in range(2, len(valid_losses) + 1):
        if stop - best == patience:
            break
        stop = epoch
        if valid_losses[epoch - 1] < valid_losses[best - 1]:
            best = epoch
    valid = valid_losses[stop - 1]
    return {"best": stop, "stop": stop, "perplexity": math.exp(valid), "gap": valid - train_losses[stop - 1]}


def equal_is_better(train_losses, valid_losses, patience):
    best = stop = 1
    for epoch in range(2, len(valid_losses) + 1):
        if stop - best == patience:
            break
        stop = epoch
        if valid_losses[epoch - 1] <= valid_losses[best - 1]:
            best = epoch
    valid = valid_losses[best - 1]
    return {"best": best, "stop": stop, "perplexity": math.exp(valid), "gap": valid - train_losses[best - 1]}


def never_forgives(train_losses, valid_losses, patience):
    best = stop = 1
    bad = 0
    for epoch in range(2, len(valid_losses) + 1):
        if bad == patience:
            break
        stop = epoch
        if valid_losses[epoch - 1] < valid_losses[best - 1]:
            best = epoch
        else:
            bad += 1
    valid = valid_losses[best - 1]
    return {"best": best, "stop": stop, "perplexity": math.exp(valid), "gap": valid - train_losses[best - 1]}


def one_epoch_late(train_losses, valid_losses, patience):
    best = stop = 1
    for epoch in range(2, len(valid_losses) + 1):
        if stop - best > patience:
            break
        stop = epoch
        if valid_losses[epoch - 1] < valid_losses[best - 1]:
            best = epoch
    valid = valid_losses[best - 1]
    return {"best": best, "stop": stop, "perplexity": math.exp(valid), "gap": valid - train_losses[best - 1]}


def counted_from_zero(train_losses, valid_losses, patience):
    best = stop = 0
    for epoch in range(1, len(valid_losses)):
        if stop - best == patience:
            break
        stop = epoch
        if valid_losses[epoch] < valid_losses[best]:
            best = epoch
    valid = valid_losses[best]
    return {"best": best, "stop": stop, "perplexity": math.exp(valid), "gap": valid - train_losses[best]}


def nan_is_no_worse(train_losses, valid_losses, patience):
    best = stop = 1
    bad = 0
    for epoch in range(2, len(valid_losses) + 1):
        if bad == patience:
            break
        stop = epoch
        if valid_losses[epoch - 1] < valid_losses[best - 1]:
            best, bad = epoch, 0
        elif valid_losses[epoch - 1] >= valid_losses[best - 1]:
            bad += 1
    valid = valid_losses[best - 1]
    return {"best": best, "stop": stop, "perplexity": math.exp(valid), "gap": valid - train_losses[best - 1]}


def against_the_epoch_before(train_losses, valid_losses, patience):
    best = stop = 1
    bad = 0
    for epoch in range(2, len(valid_losses) + 1):
        if bad == patience:
            break
        stop = epoch
        if valid_losses[epoch - 1] < valid_losses[epoch - 2]:
            best, bad = epoch, 0
        else:
            bad += 1
    valid = valid_losses[best - 1]
    return {"best": best, "stop": stop, "perplexity": math.exp(valid), "gap": valid - train_losses[best - 1]}


def watches_the_training_loss(train_losses, valid_losses, patience):
    best = stop = 1
    for epoch in range(2, len(train_losses) + 1):
        if stop - best == patience:
            break
        stop = epoch
        if train_losses[epoch - 1] < train_losses[best - 1]:
            best = epoch
    valid = valid_losses[best - 1]
    return {"best": best, "stop": stop, "perplexity": math.exp(valid), "gap": valid - train_losses[best - 1]}


def perplexity_of_training(train_losses, valid_losses, patience):
    best = stop = 1
    for epoch in range(2, len(valid_losses) + 1):
        if stop - best == patience:
            break
        stop = epoch
        if valid_losses[epoch - 1] < valid_losses[best - 1]:
            best = epoch
    train, valid = train_losses[best - 1], valid_losses[best - 1]
    return {"best": best, "stop": stop, "perplexity": math.exp(train), "gap": valid - train}


MISTAKES = (
    Mistake(
        "sees-beyond-the-stop",
        "the best epoch is sought in the whole list",
        "Epochs after the stop were never trained. How could one of them be the best?",
        sees_beyond_the_stop,
    ),
    Mistake(
        "last-instead-of-best",
        "the model of the last epoch is kept",
        "The last epochs before the stop are the ones that were worse. Which model do you keep?",
        last_instead_of_best,
    ),
    Mistake(
        "equal-is-better",
        "an epoch as good as the best counts as a new best",
        "Lower, not lower or equal: a flat curve should end, too.",
        equal_is_better,
    ),
    Mistake(
        "never-forgives",
        "all bad epochs are counted together",
        "Epochs *in a row*: with a new best, patience begins anew.",
        never_forgives,
    ),
    Mistake(
        "one-epoch-late",
        "training goes on for one epoch more",
        "With patience 1, the first epoch that is no new best is the last one.",
        one_epoch_late,
    ),
    Mistake(
        "counted-from-zero",
        "epochs are counted from 0",
        "Python counts lists from 0. The text counts epochs from 1.",
        counted_from_zero,
    ),
    Mistake(
        "nan-is-no-worse",
        "an epoch whose loss is NaN is not counted as a bad one",
        "NaN compares as False, both with < and with >=. Which of the two questions do you ask?",
        nan_is_no_worse,
    ),
    Mistake(
        "against-the-epoch-before",
        "an epoch is compared with the one before it",
        "A new best is lower than *all* before it.",
        against_the_epoch_before,
    ),
    Mistake(
        "watches-the-training-loss",
        "the training loss decides",
        "It falls as long as you train. Which text tells you when to stop?",
        watches_the_training_loss,
    ),
    Mistake(
        "perplexity-of-training",
        "the perplexity is that of the training text",
        "The number that you choose by, and report, is that of valid.",
        perplexity_of_training,
    ),
)

task = Task(
    assignment="a7",
    name="curve",
    label="Task 3, training curve",
    points=10,
    function="read_curve",
    arguments=("train_losses", "valid_losses", "patience"),
    returns="a dict with best, stop, perplexity and gap",
    look='the three rules in the text of task 3; lecture 16, "The rules".',
    reference=reference,
    visible=VISIBLE,
    hidden=hidden,
    mistakes=MISTAKES,
)
check, grade, example = task.check, task.grade, task.example
