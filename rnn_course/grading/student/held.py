"""The objects of a student's process that the tester knows by a number."""

from __future__ import annotations

import inspect
import types
from collections.abc import Callable
from typing import Any

from rnn_course.grading.wire import Handle, NotAValue, WireError, encode
from rnn_course.grading.wire.kinds import type_name

MOST_HELD = 200_000
LONGEST_TEXT = 20_000
SMALL_DEFAULT = 2_000  # bytes of a default argument that is told


class Held:
    """Numbers for objects, the same number for the same object."""

    def __init__(self) -> None:
        self.objects: dict[int, Any] = {}
        self.numbers: dict[int, int] = {}

    def hold(self, value: Any) -> Handle:
        """The handle of an object."""
        number = self.numbers.get(id(value))
        if number is None:
            if len(self.objects) >= MOST_HELD:
                raise NotAValue(f"more than {MOST_HELD} objects")
            number = len(self.objects) + 1
            self.numbers[id(value)] = number
            self.objects[number] = value
        return Handle(number, _kind(value), type_name(value), _details(value))

    def find(self, handle: Handle) -> Any:
        """The object of a handle."""
        return self.objects[handle.id]


def _kind(value: Any) -> str:
    if isinstance(value, type):
        return "class"
    if isinstance(value, types.FunctionType | types.MethodType | types.BuiltinFunctionType):
        return "function"
    return "module" if isinstance(value, types.ModuleType) else "object"


def _details(value: Any) -> dict[str, Any]:
    found: dict[str, Any] = {}
    for name in ("__name__", "__qualname__", "__doc__", "__module__"):
        text = _quietly(getattr, value, name, None)
        if type(text) is str:
            found[name] = text[:LONGEST_TEXT]
    if isinstance(value, type):
        found["bases"] = tuple(part.__name__ for part in type.mro(value))[:50]
    if callable(value):
        found["parameters"] = _quietly(_parameters, value)
    return found


def _parameters(value: Any) -> tuple[tuple[str, int, bool, bytes], ...]:
    """Name, kind, whether there is a default, and the default where it is a small value."""
    found = []
    for parameter in inspect.signature(value).parameters.values():
        has_default = parameter.default is not inspect.Parameter.empty
        default = b""
        if has_default:
            try:
                default = encode(parameter.default)
            except (NotAValue, WireError):
                default = b""
        found.append(
            (
                parameter.name,
                int(parameter.kind),
                has_default,
                default if len(default) <= SMALL_DEFAULT else b"",
            )
        )
    return tuple(found)


def _quietly(ask: Callable[..., Any], *arguments: Any) -> Any:
    try:
        return ask(*arguments)
    except Exception:
        return None
