"""The call that a message is about: as a student could type it, or with its arguments described."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from rnn_course.checks.case import Case
from rnn_course.checks.compare import shown, written
from rnn_course.checks.plain import Plain

if TYPE_CHECKING:
    from rnn_course.checks.task import Task

LONGEST_ARGUMENT = 300  # characters
LONGEST_CALL = 300  # of a call with arrays
LONGEST_SHOWN = 60  # of an argument that stands in a line of its own


def written_call(task: Task, case: Case) -> list[str]:
    """The call, under what is particular about it.

    Where the arguments are too long to be written out, a visible case is called by its number, and the
    arguments are described. Of a hidden case's arrays no more is told than that.
    """
    about = [f"# {case.about}"] if case.about else []
    visible = case in task.visible
    arrays = any(map(has_array, case.arguments))
    texts = [written(value, "np.array({})") for value in case.arguments]
    call = f"{task.function}({', '.join(texts)})"
    if not arrays and all(len(text) <= LONGEST_ARGUMENT for text in texts):
        return [*about, call]
    if arrays and len(call) <= LONGEST_CALL:
        return [*about, call]
    if not arrays and not visible:
        cut = ", ".join(shown(value, LONGEST_ARGUMENT) for value in case.arguments)
        return [*about, f"{task.function}({cut})"]
    if visible:
        example = f"*{task.assignment}.{task.name}.example({task.visible.index(case) + 1})"
        call = f"{task.function}({example})"
    else:
        call = f"{task.function}({', '.join(task.arguments)})"
    width = max(map(len, task.arguments))
    described = zip(task.arguments, case.arguments, strict=True)
    return [*about, call, *(f"  {name:{width}}  {description(value)}" for name, value in described), ""]


def has_array(value: Plain) -> bool:
    """Whether an array is anywhere in a plain value."""
    if isinstance(value, dict):
        return any(map(has_array, value.values()))
    if isinstance(value, (list, tuple)):
        return any(map(has_array, value))
    return isinstance(value, np.ndarray)


def description(value: Plain) -> str:
    """An argument in a line: `array of shape (4, 3)`, `dict with W_h (5, 5), b (5,)`, or itself if short."""
    text = written(value)
    if isinstance(value, np.ndarray):
        numbers = {"i": " of whole numbers", "u": " of whole numbers", "b": " of truth values"}
        kind = f"array of shape {value.shape}{numbers.get(value.dtype.kind, '')}"
        return f"{kind}: {text}" if len(text) <= LONGEST_SHOWN else kind
    if isinstance(value, dict) and has_array(value):
        return "dict with " + ", ".join(f"{key} {_brief(item)}" for key, item in value.items())
    if isinstance(value, (list, tuple)) and has_array(value):
        return f"{type(value).__name__} of {len(value)}: " + ", ".join(map(_brief, value))
    return shown(value, LONGEST_SHOWN)


def _brief(value: Plain) -> str:
    if isinstance(value, np.ndarray):
        return str(value.shape)
    if isinstance(value, dict) and has_array(value):
        return "{" + description(value).removeprefix("dict with ") + "}"
    return shown(value, 20)
