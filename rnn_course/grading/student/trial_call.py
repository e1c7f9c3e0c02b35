"""The call that a check makes, on the side where the function stands: twice, with fresh copies."""

from __future__ import annotations

from typing import Any

from rnn_course.checks.call import attempt
from rnn_course.grading.wire import NotAValue, WireError, decode, encode

Record = dict[str, Any]


def call_twice(function: Any, arguments: bytes, seconds: float) -> tuple[bytes, bytes]:
    """What came of calling `function` twice; the second record is empty where there was no second call."""
    first = _record(function, arguments, seconds)
    if first["kind"] in ("too slow", "not plain"):
        return encode(first), b""
    return encode(first), encode(_record(function, arguments, seconds))


def _record(function: Any, arguments: bytes, seconds: float) -> Record:
    given: tuple[Any, ...] = decode(arguments)
    before = [encode(argument) for argument in given]
    outcome = attempt(function, given, seconds)
    record: Record = {
        "kind": outcome.kind,
        "error": outcome.error,
        "message": outcome.message[:2000],
        "line": outcome.line[:500],
        "printed": outcome.printed[:20_000],
        "value": None,
        "changed": {},
    }
    if outcome.kind in ("value", "raised"):
        record["changed"] = {
            position: after
            for position, (old, new) in enumerate(zip(before, given, strict=True))
            if (after := _after(new)) != old
        }
    try:
        encode(outcome.value)
    except (NotAValue, WireError) as odd:
        return record | {"kind": "not plain", "error": str(odd)}
    return record | {"value": outcome.value}


def _after(argument: Any) -> bytes:
    """An argument as the call left it; empty if something that is no value was put into it."""
    try:
        return encode(argument)
    except (NotAValue, WireError):
        return b""
