"""Pairs of cases that differ from one time step on, and what they tell of a function that runs along time.

A task with `changed_from(case, 0, 4, ...)` beside `case` among its cases, and `causal()` and `remembers()` in
`across`, tells a student whose answer is wrong also that it looks ahead, or forgets.
"""

from __future__ import annotations

import copy
from collections.abc import Callable, Iterator, Sequence
from typing import Any

import numpy as np

from rnn_course.checks.call import Outcome
from rnn_course.checks.case import Across, Case
from rnn_course.checks.compare import Tolerance, same
from rnn_course.checks.plain import Plain

SAME = Tolerance(rtol=1e-9, atol=1e-12)

Pick = Callable[[Plain], Plain]  # from what is returned to the part that has time


def changed_from(
    case: Case, argument: int, time: int, values: Plain, *, axis: int = 0, about: str = ""
) -> Case:
    """The same case with other values at one time step of one argument.

    Args:
        argument: position of the argument, an array or a list.
        time: which step.
        values: what stands there instead.
        axis: the axis of time.
        about: what is particular about it.
    """
    arguments = list(copy.deepcopy(case.arguments))
    if isinstance(arguments[argument], np.ndarray):
        np.moveaxis(arguments[argument], axis, 0)[time] = values
    else:
        arguments[argument][time] = values
    if same(case.arguments[argument], arguments[argument]):
        raise ValueError(f"the values at step {time} are those that stood there")
    return Case(tuple(arguments), about)


def causal(
    argument: int = 0, *, axis: int = 0, out: Pick | None = None, out_axis: int = 0, name: str = "the input"
) -> Across:
    """That the output before a time step does not change when the input at that step does."""

    def broken(cases: Sequence[Case], outcomes: Sequence[Outcome]) -> str | None:
        for changed_at, first, second in _pairs(cases, outcomes, argument, axis, out, out_axis):
            for time in range(min(changed_at, len(first), len(second))):
                if not same(first[time], second[time], SAME):
                    return (
                        f"The output at t = {time} changed when {name} at t = {changed_at} was changed: "
                        "it looks ahead."
                    )
        return None

    return Across("causal", broken)


def remembers(
    argument: int = 0, *, axis: int = 0, out: Pick | None = None, out_axis: int = 0, name: str = "the input"
) -> Across:
    """That the output after a time step changes when the input at that step does."""

    def broken(cases: Sequence[Case], outcomes: Sequence[Outcome]) -> str | None:
        for changed_at, first, second in _pairs(cases, outcomes, argument, axis, out, out_axis):
            later = range(changed_at + 1, min(len(first), len(second)))
            if later and all(same(first[time], second[time], SAME) for time in later):
                return (
                    f"The output after t = {changed_at} stayed the same when {name} at t = {changed_at} was "
                    "changed: nothing is remembered."
                )
        return None

    return Across("remembers", broken)


def _pairs(
    cases: Sequence[Case],
    outcomes: Sequence[Outcome],
    argument: int,
    axis: int,
    out: Pick | None,
    out_axis: int,
) -> Iterator[tuple[int, Any, Any]]:
    """(step at which the input was changed, the output of one case, of the other), each along time."""
    came = list(zip(cases, outcomes, strict=False))
    for at, (case, outcome) in enumerate(came):
        for other, another in came[at + 1 :]:
            changed_at = _only_difference(case, other, argument, axis)
            if changed_at is None or (outcome.kind, another.kind) != ("value", "value"):
                continue
            first, second = (_along(each.value, out, out_axis) for each in (outcome, another))
            if first is not None and second is not None:
                yield changed_at, first, second


def _only_difference(case: Case, other: Case, argument: int, axis: int) -> int | None:
    """The first step at which two cases differ, if they differ in this argument alone."""
    for position, (mine, theirs) in enumerate(zip(case.arguments, other.arguments, strict=True)):
        if position != argument and not same(mine, theirs):
            return None
    mine, theirs = (_along(each.arguments[argument], None, axis) for each in (case, other))
    if mine is None or theirs is None or len(mine) != len(theirs):
        return None
    return next((t for t in range(len(mine)) if not same(_listed(mine[t]), _listed(theirs[t]))), None)


def _along(value: Plain, out: Pick | None, axis: int) -> Any:
    """A value as a sequence along its axis of time; None if it has none."""
    try:
        found = value if out is None else out(value)
    except Exception:  # a student's value may be of any form
        return None
    if isinstance(found, np.ndarray):
        return [_listed(step) for step in np.moveaxis(found, axis, 0)] if found.ndim > axis else None
    if isinstance(found, (list, tuple)) and axis == 0:
        return found
    return None


def _listed(value: Any) -> Plain:
    return value.item() if isinstance(value, np.generic) else value
