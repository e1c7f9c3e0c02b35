"""Try a function on the cases of a task, find the first fault, and give it its name."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import lru_cache
from typing import TYPE_CHECKING

from rnn_course.checks import feedback, value_words
from rnn_course.checks.call import Caller, Outcome, call, call_once
from rnn_course.checks.case import Case, Mistake
from rnn_course.checks.compare import differences, same
from rnn_course.checks.feedback import CheckFailed
from rnn_course.checks.plain import NotPlain

if TYPE_CHECKING:
    from rnn_course.checks.task import Task


def judge(
    task: Task, function: Callable[..., object], cases: Sequence[Case], caller: Caller, *, hidden: bool
) -> None:
    """Return if `function` is right in all cases.

    Raises:
        CheckFailed: with the first fault, the broken properties, the mistake's name where the catalogue
            knows it, and where to look.
    """
    if not callable(function):
        raise CheckFailed(feedback.no_function(task, function))
    outcomes: list[Outcome] = []
    for case in cases:
        outcome = caller(function, case.arguments)
        if outcome.kind == "raised" and outcome.error == "NotImplementedError":
            raise CheckFailed(feedback.untouched(task))
        outcomes.append(outcome)
        if outcome.kind == "too slow":
            break  # the other cases would take as long
    found = first_fault(task, cases, outcomes)
    if found is not None:
        at, says = found
        mistake = named(task, cases, outcomes)
        raise CheckFailed(feedback.report(task, cases, outcomes, at, says, hidden=hidden, mistake=mistake))


def first_fault(
    task: Task, cases: Sequence[Case], outcomes: Sequence[Outcome]
) -> tuple[int, list[str]] | None:
    """Which case is at fault first, and what is wrong with it, in words; None if all are right."""
    for at, (case, outcome) in enumerate(zip(cases, outcomes, strict=False)):
        came = summarised(task, case, outcome)
        if came.kind != "value" or came.changed or not came.repeats:
            return at, feedback.fault_words(task, came)
        right = task.right(case)
        differs = list(differences(right, came.value, task.tolerance))
        if differs and task.summary is not None:
            return at, value_words.summary_words(outcome.value, differs)
        if differs:
            return at, value_words.difference_words(right, outcome.value, differs, task.parts)
    wrong_together = task.together(cases, outcomes)
    return (wrong_together[0], [wrong_together[1]]) if wrong_together else None


def summarised(task: Task, case: Case, outcome: Outcome) -> Outcome:
    """The outcome with its value as it is compared."""
    if outcome.kind != "value" or task.summary is None:
        return outcome
    try:
        return outcome._replace(value=task.summary(case.arguments, outcome.value))
    except NotPlain as odd:
        return outcome._replace(kind="not plain", error=str(odd))


def named(task: Task, cases: Sequence[Case], outcomes: Sequence[Outcome]) -> Mistake | None:
    """The catalogued mistake that has the same outcomes in all cases, and a fault in one of them."""
    came = [summarised(task, case, outcome) for case, outcome in zip(cases, outcomes, strict=False)]
    if any(outcome.kind in ("too slow", "not plain") for outcome in came):
        return None  # a mistake that is alike would be as slow; and every mistake returns a value
    wavering = [case for case, outcome in zip(cases, came, strict=True) if not outcome.repeats]
    if wavering:  # values that change from call to call say nothing; that they change says enough
        return next(
            (m for m in task.mistakes if not call(m.implementation, wavering[0].arguments).repeats), None
        )
    for mistake in task.mistakes:
        theirs: list[Outcome] = []
        for case, outcome in zip(cases, came, strict=True):
            theirs.append(_outcome_of(mistake, case))
            if not _alike(task, outcome, summarised(task, case, theirs[-1])):
                break
        else:
            if first_fault(task, cases, theirs) is not None:
                return mistake
    return None


@lru_cache(maxsize=4096)
def _outcome_of(mistake: Mistake, case: Case) -> Outcome:
    """What a mistake gives in a case, kept for the next student who makes it."""
    return call_once(mistake.implementation, case.arguments)


def _alike(task: Task, first: Outcome, second: Outcome) -> bool:
    """Whether two summarised outcomes have the same cause, as far as can be seen."""
    if (first.kind, first.changed, first.error) != (second.kind, second.changed, second.error):
        return False
    if first.error == "KeyError" and first.message != second.message:  # another key has another cause
        return False
    return same(first.value, second.value, task.tolerance)
