"""The tester's end of the connection: requests, each with a deadline, and answers that are only values."""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import Any

from rnn_course.grading.shell import Outputs, clean_outputs
from rnn_course.grading.tester.errors import CellStopped, rebuild
from rnn_course.grading.wire import (
    Caps,
    Channel,
    ErrorValue,
    Handle,
    NotAValue,
    WireClosed,
    WireError,
    WireTimeout,
    decode,
    encode,
)

CAPS = Caps()
MOST_CALLBACKS = 100_000
DEEPEST_CALLBACK = 20


class Link:
    """What reaches one student's process."""

    def __init__(
        self,
        channel: Channel,
        *,
        resolve: Callable[[Link, Handle], Any],
        hold: Callable[[Link, Any], Handle],
        lost: Callable[[str], str],
        outputs: Outputs,
    ) -> None:
        """Take over a connection.

        Args:
            resolve: makes what stands for an object here.
            hold: finds the handle of something that stands for an object there.
            lost: called once, with `timeout`, `closed` or what is wrong; returns how the process ended.
            outputs: where goes what the student's functions print.
        """
        self.channel = channel
        self.outputs = outputs
        self.ended = ""
        self.deadline = time.monotonic()
        self.doing = ""
        self.exceptions: dict[str, type[Exception]] = {}
        self.callbacks: dict[int, Callable[..., Any]] = {}
        self._called_back = 0
        self._depth = 0
        self._resolve = resolve
        self._hold = hold
        self._lost = lost

    def begin(self, seconds: float) -> None:
        """Begin a cell: what is asked from now on must be answered within `seconds` together."""
        self.deadline = time.monotonic() + seconds

    def do(self, operation: str, *arguments: Any, **named: Any) -> Any:
        """Have an operation carried out there; its value, or its exception raised here."""
        return self.outcome(self.request("do", operation, arguments, named))

    def outcome(self, answer: Any) -> Any:
        """The value of an answer, or the exception that it tells of raised."""
        if type(answer) is not tuple or len(answer) != 3 or answer[0] not in ("value", "raised"):
            raise self._lose("sent something else than an answer")
        state, what, printed = answer
        for output in clean_outputs(printed, self.outputs.most_bytes) if printed else ():
            if output.output_type == "stream":
                self.outputs.print(output.name, output.text)
            elif "data" in output:  # never as a result: nbgrader takes a number there for points
                self.outputs.show({"output_type": "display_data", "data": dict(output.data), "metadata": {}})
        if state == "value":
            return what
        if type(what) is not ErrorValue:
            raise self._lose("sent an exception that is none")
        raise rebuild(what, self.exceptions)

    def request(self, what: str, *arguments: Any) -> Any:
        """Ask for something and wait for the answer.

        Raises:
            CellStopped: if there is none.
            TypeError: if an argument, or the answer, cannot be sent.
        """
        if self.ended:
            raise CellStopped(self.ended)
        try:
            message = encode((what, *arguments), lambda value: self._hold(self, value))
        except NotAValue as error:
            raise TypeError(f"this cannot be sent to the process with the student's code: {error}") from None
        try:
            self.channel.send(message, self._left())
            while True:
                data = self.channel.receive(self._left())
                answer = decode(data, lambda handle: self._resolve(self, handle), CAPS)
                if (
                    type(answer) is not tuple
                    or not answer
                    or answer[0] not in ("answer", "cannot", "callback")
                ):
                    raise WireError("something else than an answer")
                if answer[0] != "callback":
                    break
                self._call_back(answer)
        except WireTimeout:
            raise self._lose("timeout") from None
        except WireClosed:
            raise self._lose("closed") from None
        except WireError as error:
            raise self._lose(f"sent {error}") from None
        if len(answer) != 2:
            raise self._lose("sent something else than an answer")
        if answer[0] == "cannot":
            raise TypeError(f"what the student's code gives cannot be sent: {str(answer[1])[:500]}")
        return answer[1]

    def _call_back(self, message: tuple[Any, ...]) -> None:
        """The student's function calls a function that a test gave to it."""
        self._called_back += 1
        if self._called_back > MOST_CALLBACKS or self._depth >= DEEPEST_CALLBACK:
            raise WireError("too many calls of a test's function")
        if len(message) != 4 or (type(message[2]), type(message[3])) != (tuple, dict):
            raise WireError("something else than a call")
        _, number, arguments, named = message
        if number not in self.callbacks or not all(type(name) is str for name in named):
            raise WireError("a call of something that is no function")
        self._depth += 1
        try:
            value = self.callbacks[number](*arguments, **named)
            reply = encode(("result", value), lambda value: self._hold(self, value))
        except CellStopped:
            raise WireClosed("the other process has ended") from None
        except Exception as error:
            reply = encode(("failed", f"{type(error).__name__}: {error}"))
        finally:
            self._depth -= 1
        self.channel.send(reply, self._left())

    def _left(self) -> float:
        return max(0.0, self.deadline - time.monotonic())

    def _lose(self, why: str) -> CellStopped:
        if not self.ended:
            self.ended = "the process with your code has ended"  # while it is asked how
            self.ended = self._lost(why)
            self.channel.close()
        return CellStopped(self.ended)
