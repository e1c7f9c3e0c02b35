"""Call a student's function with values and bring back what came of it: the one place where that happens.

A check knows no more of the function than this outcome. So the function may as well stand in another
process: whoever grades hands a `Caller` of his own to `Task.grade`, and nothing else changes.
"""

from __future__ import annotations

import contextlib
import copy
import io
import linecache
import signal
import threading
import traceback
import warnings
from collections.abc import Callable, Iterator
from typing import Any, Literal, NamedTuple

from rnn_course.checks.compare import Tolerance, same
from rnn_course.checks.plain import NotPlain, Plain, plain

AGAIN = 0.1  # seconds of computing between two interruptions: compiled code may swallow the first
SECONDS_PER_CALL = 10.0  # of computing; a call that imports torch takes 2 or 3
REPEATED = Tolerance(rtol=1e-9, atol=1e-12)  # sums over a set may be taken in another order


class Outcome(NamedTuple):
    """What came of calling a function twice with the same arguments."""

    kind: Literal["value", "raised", "not plain", "too slow"]
    value: Plain = None
    error: str = ""  # the exception's type, the odd value's description
    message: str = ""  # what the exception says
    line: str = ""  # "line 4: total = counts[context]"
    changed: tuple[int, ...] = ()  # positions of the arguments that the call altered
    repeats: bool = True  # whether the second call gave the same as the first
    printed: str = ""


Caller = Callable[[Callable[..., object], tuple[Plain, ...]], Outcome]


FindCaller = Callable[[Callable[..., object]], Caller | None]
_find_caller: FindCaller = lambda function: None  # noqa: E731 (it is set to another function below)


def find_callers_with(find: FindCaller) -> None:
    """Ask `find`, before each call, for the caller that reaches the function; None where that is `call`."""
    global _find_caller
    _find_caller = find


class TooSlow(BaseException):
    """The time for one call is over. Not an Exception, so that `except Exception` does not swallow it."""


def call(
    function: Callable[..., object], arguments: tuple[Plain, ...], seconds: float = SECONDS_PER_CALL
) -> Outcome:
    """Call `function` twice with fresh copies of `arguments`.

    Twice, because a function that keeps something between calls, or draws from a global generator, is
    right once. Warnings are kept quiet: nbgrader takes any text on stderr for a failure.

    A function that stands in another process is called there; see `find_callers_with`.
    """
    caller = _find_caller(function)
    if caller is not None:
        return caller(function, arguments)
    first = call_once(function, arguments, seconds)
    if first.kind in ("too slow", "not plain"):
        return first
    second = call_once(function, arguments, seconds)
    repeats = (first.kind, first.error) == (second.kind, second.error) and same(
        first.value, second.value, REPEATED
    )
    return first._replace(repeats=repeats, changed=tuple(sorted({*first.changed, *second.changed})))


def call_once(
    function: Callable[..., object], arguments: tuple[Plain, ...], seconds: float = SECONDS_PER_CALL
) -> Outcome:
    """Call `function` with a copy of `arguments`, and take down what happens."""
    given = copy.deepcopy(arguments)
    outcome = attempt(function, given, seconds)
    if outcome.kind in ("too slow", "not plain"):
        return outcome
    return outcome._replace(changed=changed(arguments, given))


def attempt(function: Callable[..., object], given: tuple[Plain, ...], seconds: float) -> Outcome:
    """Call `function` once with these very arguments. What it does to them is not looked at."""
    output = io.StringIO()
    try:
        with (
            warnings.catch_warnings(),
            contextlib.redirect_stdout(output),
            contextlib.redirect_stderr(io.StringIO()),
            time_limit(seconds),
        ):
            warnings.simplefilter("ignore")
            value = plain(function(*given))
    except TooSlow:
        return Outcome("too slow", error=f"{seconds:.0f} seconds")
    except NotPlain as odd:
        return Outcome("not plain", error=str(odd))
    except (Exception, SystemExit) as error:
        return Outcome(
            "raised",
            error=type(error).__name__,
            message=_message(error),
            line=_line_in(function, error),
            printed=output.getvalue(),
        )
    return Outcome("value", value, printed=output.getvalue())


def changed(before: tuple[Plain, ...], after: tuple[Any, ...]) -> tuple[int, ...]:
    """Positions of the arguments that are not as they were."""
    found = []
    for position, (old, new) in enumerate(zip(before, after, strict=True)):
        try:
            intact = same(old, plain(new))
        except Exception:  # something that is no value was put into it
            intact = False
        if not intact:
            found.append(position)
    return tuple(found)


def _message(error: BaseException) -> str:
    try:
        return str(error)
    except Exception:  # an exception class whose __str__ is broken
        return ""


def _line_in(function: Callable[..., object], error: BaseException) -> str:
    """The innermost line of the student's own cell that took part in the error."""
    filename = getattr(getattr(function, "__code__", None), "co_filename", None)
    frames = [f for f in traceback.extract_tb(error.__traceback__) if f.filename == filename]
    if not frames:
        return ""
    number = frames[-1].lineno or 0
    return f"line {number}: {linecache.getline(str(filename), number).strip()}"


def _put_back(handler: Any) -> None:
    """Stop the timer, though it may strike once more meanwhile."""
    while True:
        try:
            signal.setitimer(signal.ITIMER_PROF, 0)
            signal.signal(signal.SIGPROF, handler)
            return
        except TooSlow:
            continue


@contextlib.contextmanager
def time_limit(seconds: float) -> Iterator[None]:
    """Raise `TooSlow` in the block after `seconds` of computing, as far as the system can.

    It is the process's own time that counts, so that a busy machine makes nobody's answer wrong. It needs
    the main thread of a POSIX system, and Python code to interrupt; a function that sleeps goes on. A grader
    needs a deadline from outside anyway.
    """
    if not hasattr(signal, "setitimer") or threading.current_thread() is not threading.main_thread():
        yield
        return

    def interrupt(number: int, frame: object) -> None:
        raise TooSlow

    handler = signal.signal(signal.SIGPROF, interrupt)
    signal.setitimer(signal.ITIMER_PROF, seconds, AGAIN)
    try:
        yield
    finally:
        _put_back(handler)
