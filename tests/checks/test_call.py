"""Calling a student's function: twice, with copies, quietly, and not for ever."""

import contextlib
import signal
import sys
import time
import warnings
from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

from rnn_course.checks import call as calling
from rnn_course.checks.call import call, call_once


def test_a_value_comes_back_plain() -> None:
    outcome = call(lambda x: np.float64(x) * 2, (3,))
    assert (outcome.kind, outcome.value, type(outcome.value)) == ("value", 6.0, float)
    assert outcome.repeats
    assert not outcome.changed


def test_arguments_are_copies_and_changes_are_noticed() -> None:
    given = ([3, 1, 2], {"a": 1}, [0])

    def careless(numbers: list[int], table: dict[str, int], other: list[int]) -> int:
        numbers.sort()
        table["b"] = 2
        return sum(other)

    outcome = call(careless, given)
    assert outcome.changed == (0, 1)
    assert given == ([3, 1, 2], {"a": 1}, [0])


def test_an_argument_filled_with_something_that_is_no_value_is_changed() -> None:
    assert call(lambda numbers: numbers.append(len), ([],)).changed == (0,)


def test_state_between_calls_is_noticed() -> None:
    def remembers(x: int, seen: list[int] = []) -> int:  # noqa: B006
        seen.append(x)
        return len(seen)

    assert not call(remembers, (1,)).repeats
    assert not call(lambda: float(np.random.rand()), ()).repeats  # noqa: NPY002
    assert call(lambda: float("nan"), ()).repeats


def test_a_function_that_fails_only_the_second_time_is_noticed() -> None:
    calls: list[int] = []

    def once() -> int:
        calls.append(1)
        if len(calls) > 1:
            raise ValueError
        return 1

    assert not call(once, ()).repeats


def test_exceptions_come_with_the_student_s_line() -> None:
    outcome = call(_divides, (0,))
    assert (outcome.kind, outcome.error, outcome.message) == (
        "raised",
        "ZeroDivisionError",
        "division by zero",
    )
    assert outcome.line.endswith("return 1 / x  # the line in question")


def _divides(x: float) -> float:
    return 1 / x  # the line in question


@pytest.mark.parametrize("ending", [SystemExit, RecursionError, MemoryError])
def test_no_exception_gets_out(ending: type[BaseException]) -> None:
    def ends() -> None:
        raise ending("over")

    assert call(ends, ()).error == ending.__name__


def test_an_exception_that_cannot_say_itself() -> None:
    class Broken(Exception):
        def __str__(self) -> str:
            raise ValueError

    def fails() -> None:
        raise Broken

    assert call(fails, ()).message == ""


def test_ctrl_c_gets_out() -> None:
    def interrupted() -> None:
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        call(interrupted, ())


def test_nothing_reaches_stderr_or_stdout(capsys: pytest.CaptureFixture[str]) -> None:
    def loud() -> float:
        print("to stdout")
        print("to stderr", file=sys.stderr)
        warnings.warn("a warning", stacklevel=1)
        return float(np.log(np.float64(0)))

    outcome = call(loud, ())
    assert outcome.value == -np.inf
    assert outcome.printed == "to stdout\n"
    assert capsys.readouterr() == ("", "")


def test_what_is_no_value() -> None:
    assert call(lambda: (x for x in [1]), ()).kind == "not plain"


needs_timer = pytest.mark.skipif(not hasattr(signal, "setitimer"), reason="this system has no interval timer")


@needs_timer
def test_a_loop_without_end_is_stopped() -> None:
    def endless() -> None:
        while True:
            with contextlib.suppress(Exception):
                len("busy")

    started = time.process_time()
    assert call(endless, (), seconds=0.2).kind == "too slow"
    assert time.process_time() - started < 2


@needs_timer
def test_a_loop_around_compiled_code_that_swallows_exceptions_is_ended() -> None:
    """numpy's choice with probabilities drops what a signal raises in its midst."""

    def endless() -> None:
        rng = np.random.default_rng(0)
        while True:
            rng.choice(3, p=[0.2, 0.3, 0.5])

    for _ in range(10):
        assert call_once(endless, (), seconds=0.05).kind == "too slow"


@needs_timer
def test_a_busy_machine_makes_nobody_too_slow() -> None:
    def waits() -> float:
        time.sleep(0.3)
        return 1.0

    assert call_once(waits, (), seconds=0.2).value == 1.0


@needs_timer
def test_nothing_is_left_behind() -> None:
    handler = signal.getsignal(signal.SIGPROF)
    for function in (lambda: 1, lambda: 1 / 0):
        call_once(function, ())
        assert signal.getitimer(signal.ITIMER_PROF) == (0.0, 0.0)
        assert signal.getsignal(signal.SIGPROF) is handler


def test_it_works_outside_the_main_thread() -> None:
    import threading

    found: list[Any] = []
    thread = threading.Thread(target=lambda: found.append(call(lambda: 1, ())))
    thread.start()
    thread.join()
    assert found[0].value == 1


def test_the_call_is_a_seam(monkeypatch: pytest.MonkeyPatch) -> None:
    """Whoever runs students' code elsewhere hands over a caller; nothing else touches the function."""
    from rnn_course.checks import a1

    asked: list[tuple[Any, ...]] = []

    def elsewhere(function: Callable[..., object], arguments: tuple[Any, ...]) -> calling.Outcome:
        asked.append(arguments)
        return call(a1.counts.reference, arguments)

    def never(*arguments: object) -> None:
        raise AssertionError("the check called the function itself")

    assert a1.counts.grade(never, elsewhere, seed=1)
    assert asked == [case.arguments for case in a1.counts.task.hidden_cases(1)]
