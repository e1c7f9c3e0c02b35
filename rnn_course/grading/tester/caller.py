"""The caller of rnn_course.checks for functions that stand in the student's process."""

from __future__ import annotations

from collections.abc import Callable

from rnn_course.checks.call import REPEATED, SECONDS_PER_CALL, Caller, Outcome, changed, find_callers_with
from rnn_course.checks.compare import same
from rnn_course.checks.plain import NotPlain, Plain, plain
from rnn_course.grading.tester.proxies import link_of
from rnn_course.grading.wire import WireError, decode, encode

KINDS = ("value", "raised", "not plain", "too slow")
NO_SENSE = Outcome("not plain", error="something that cannot be read")


def call_there(function: Callable[..., object], arguments: tuple[Plain, ...]) -> Outcome:
    """Call a function of the student's twice in its own process; what it did, this side decides."""
    link = link_of(function)
    assert link is not None  # `_find` has looked
    answer = link.request("twice", function, encode(arguments), SECONDS_PER_CALL)
    if type(answer) is not tuple or [type(part) for part in answer] != [bytes, bytes]:
        return NO_SENSE
    first = _outcome(answer[0], arguments)
    if first.kind in ("too slow", "not plain") or answer[0] == answer[1]:
        return first
    second = _outcome(answer[1], arguments)
    repeats = (first.kind, first.error) == (second.kind, second.error) and same(
        first.value, second.value, REPEATED
    )
    return first._replace(repeats=repeats, changed=tuple(sorted({*first.changed, *second.changed})))


def _outcome(data: bytes, arguments: tuple[Plain, ...]) -> Outcome:
    try:
        record = decode(data)
        texts = [record[name] for name in ("error", "message", "line", "printed")]
        if record["kind"] not in KINDS or not all(type(text) is str for text in texts):
            return NO_SENSE
        after = list(arguments)
        for position, altered in record["changed"].items():
            after[position] = decode(altered) if altered else NotImplemented
        value = plain(record["value"])
    except NotPlain as odd:
        return Outcome("not plain", error=str(odd))
    except (WireError, LookupError, TypeError, AttributeError):
        return NO_SENSE
    error, message, line, printed = texts
    return Outcome(
        record["kind"], value, error, message, line, changed=changed(arguments, tuple(after)), printed=printed
    )


def _find(function: Callable[..., object]) -> Caller | None:
    return call_there if link_of(function) is not None else None


def install() -> None:
    """From now on, checks in this process reach the student's functions where they are."""
    find_callers_with(_find)
