"""What a check says: what was expected, what came, and where to look."""

from __future__ import annotations

import textwrap
from collections.abc import Sequence
from typing import TYPE_CHECKING

from rnn_course.checks.call import Outcome
from rnn_course.checks.case import Case, Mistake
from rnn_course.checks.plain import type_name
from rnn_course.checks.written_call import written_call
from rnn_course.errors import CourseError

if TYPE_CHECKING:
    from rnn_course.checks.task import Task

LINES_PRINTED = 6
WIDTH = 96  # characters; a notebook's output is not much wider


class CheckFailed(CourseError, AssertionError):
    """A task is not solved yet. The message is for the student; no traceback belongs to it."""

    def _render_traceback_(self) -> list[str]:
        # IPython shows this in place of the traceback, which would lead into the checks' own code.
        return str(self).splitlines()


def untouched(task: Task) -> str:
    """For an answer that is still the stub."""
    return (
        f"{task.label}: still to do.\n\n"
        f"Write {task.function} in place of the line `raise NotImplementedError()` and run its cell before "
        "its test."
    )


def no_function(task: Task, came: object) -> str:
    """For something that cannot be called."""
    return f"{task.label}: {task.function} should be a function, but it is of type {type_name(came)}."


def fault_words(task: Task, outcome: Outcome) -> list[str]:
    """For an outcome that is no value, a changed argument, or two answers to one question."""
    if outcome.kind == "too slow":
        return [f"It was still running after {outcome.error}. Is there a loop that never ends?"]
    if outcome.kind == "raised":
        where = f"  in your {outcome.line}" if outcome.line else ""
        said = f"{outcome.error}: {outcome.message[:300]}" if outcome.message else outcome.error
        return [f"It raised {said}", *([where] if where else [])]
    if outcome.kind == "not plain":
        return [f"It returned {outcome.error}, where {task.returns} was expected."]
    if outcome.changed:
        names = " and ".join(task.arguments[position] for position in outcome.changed)
        return [
            f"It changed its argument {names}, which belongs to the caller.",
            "Build new lists and dicts instead of altering those that you are given.",
        ]
    return [
        "Called twice with the same arguments, it gave two different answers.",
        "Nothing may be kept between calls (a global variable, a default argument that is a list or "
        "dict), and chance may come only from a seed that is an argument.",
    ]


def report(
    task: Task,
    cases: Sequence[Case],
    outcomes: Sequence[Outcome],
    at: int,
    says: list[str],
    *,
    hidden: bool,
    mistake: Mistake | None,
) -> str:
    """The whole message for a task that is not solved yet, shown by the case at index `at`."""
    case, outcome = cases[at], outcomes[at]
    lines = [f"{task.label}: not yet{' (hidden tests)' if hidden else ''}.", ""]
    lines += [wrapped(f"  {line}") if line else "" for line in (*written_call(task, case), *says)]
    if outcome.kind == "value":
        broken = [prop.broken(case.arguments, outcome.value) for prop in task.properties]
        broken += [compared.broken(cases, outcomes) for compared in task.across]
        lines += [wrapped(f"  {words}") for words in broken if words]
    lines.append("")
    if mistake is not None:
        lines += [f"This is what you get when {mistake.what}.", wrapped(f"Hint: {mistake.hint}")]
    lines.append(wrapped(f"Where to look: {task.look}"))
    return "\n".join([*lines, *_printed(outcome.printed)])


def wrapped(line: str) -> str:
    """A line broken between words where it is too long, the rest indented under its beginning."""
    indent = line[: len(line) - len(line.lstrip())]
    return textwrap.fill(
        line, WIDTH, subsequent_indent=indent + "  ", break_long_words=False, break_on_hyphens=False
    )


def _printed(text: str) -> list[str]:
    """What the function printed: students look for their bugs with print, and the check caught it."""
    lines = text.strip().splitlines()
    if not lines:
        return []
    more = [f"  ... and {len(lines) - LINES_PRINTED} lines more"] if len(lines) > LINES_PRINTED else []
    return ["", "Your function printed:", *(f"  {line[:110]}" for line in lines[:LINES_PRINTED]), *more]
