"""What a test sees of an exception on the student's side, and of that side's end."""

from __future__ import annotations

import builtins
from collections.abc import Mapping
from typing import Any

import numpy as np

from rnn_course.errors import CourseError
from rnn_course.grading.wire import ErrorValue

KNOWN: dict[str, type[Exception]] = {
    name: kind
    for name, kind in vars(builtins).items()
    if isinstance(kind, type) and issubclass(kind, Exception)
} | {"LinAlgError": np.linalg.LinAlgError}


class CellStopped(CourseError):
    """The process with the student's code has ended, is silent, or talks nonsense."""

    def _render_traceback_(self) -> list[str]:
        return [f"CellStopped: {self}"]


class StudentError(Exception):
    """An exception of the student's code that is none of Python's own."""


def _made(kind: Any, text: str) -> Exception:
    error: Exception = kind.__new__(kind, text)
    error.args = (text,)
    return error


def rebuild(error: ErrorValue, own: Mapping[str, type[Exception]]) -> Exception:
    """An exception of the same name, derived from the same class of Python's, with the same text.

    Args:
        error: what the student's side told.
        own: exception classes that the student defined, as the tests know them.
    """
    base = next((found for name in error.types if (found := own.get(name) or KNOWN.get(name))), StudentError)
    name = error.types[0] if error.types and error.types[0].isidentifier() else "StudentError"
    made: Exception | None = None
    if base.__name__ == name:
        try:
            made = base(error.text)
        except Exception:  # one that needs more arguments, such as UnicodeDecodeError
            made = None
    if made is None or str(made) != error.text:
        text = error.text
        form = {"__str__": lambda self: text, "__init__": lambda self, *given: None}
        try:
            made = _made(type(name, (base,), form), text)
        except Exception:  # ExceptionGroup wants more when it is made
            made = _made(type(name, (StudentError,), form), text)
    if error.line:
        made.add_note(f"in the student's {error.line}")
    return made
