"""Serve what the tester asks: run a cell, call a function, tell a value."""

from __future__ import annotations

import os
import socket
import sys
import textwrap
import traceback
from collections.abc import Callable
from pathlib import Path
from typing import Any

from rnn_course.checks.seed import SEED_VARIABLE
from rnn_course.grading.shell import CellShell, Outputs
from rnn_course.grading.shell.outputs import Stream
from rnn_course.grading.student.guard import hide
from rnn_course.grading.student.held import Held
from rnn_course.grading.student.operations import OPERATIONS
from rnn_course.grading.student.trial_call import call_twice
from rnn_course.grading.wire import (
    TRUSTED,
    Channel,
    ErrorValue,
    Handle,
    NotAValue,
    WireClosed,
    WireError,
    decode,
    encode,
)

OWN_NAMES = frozenset(("In", "Out", "get_ipython", "exit", "quit", "open"))


class Host:
    """One submission's process."""

    def __init__(
        self, shell: CellShell, descriptor: int, hidden_modules: tuple[str, ...], output_bytes: int
    ) -> None:
        self.shell = shell
        shell.outputs = Outputs(output_bytes)
        self.channel = Channel(socket.socket(fileno=descriptor), TRUSTED.frame_bytes)
        self.held = Held()
        self.callbacks: dict[int, tuple[Handle, Any]] = {}
        self.known: dict[str, int] = {}
        self.requests: dict[str, Callable[..., Any]] = {
            "run": self.run,
            "test": self.test,
            "names": self.names,
            "do": self.do,
            "twice": self.twice,
            "probe": self.probe,
        }
        hide(hidden_modules)

    def take_files(self) -> None:
        """Write the files that lie beside the notebook.

        They come this way, and not through the server, whose memory all later submissions can read.
        """
        for name, content in decode(self.channel.receive(), caps=TRUSTED).items():
            path = Path(name)
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_bytes(content)

    def serve(self) -> None:
        """Answer requests until the other side closes the connection."""
        while True:
            try:
                what, *arguments = decode(self.channel.receive(), self._find)
            except WireClosed:
                return
            self.channel.send(self._answer(what, arguments))

    def _answer(self, what: str, arguments: list[Any]) -> bytes:
        answer = self.requests[what](*arguments)
        try:
            return encode(("answer", answer), self._hold)
        except (NotAValue, WireError) as error:
            if what in ("do", "probe") and answer[0] == "value":  # too large or too deep: it stays here
                return encode(("answer", ("value", self._hold(answer[1]), answer[2])))
            return encode(("cannot", str(error)))

    def _find(self, handle: Handle) -> Any:
        """What a handle stands for: an object of this process, or a function of the tester's."""
        if handle.kind != "callback":
            return self.held.find(handle)

        def callback(*arguments: Any, **named: Any) -> Any:
            self.channel.send(encode(("callback", handle.id, arguments, named), self._hold))
            while True:
                what, *parts = decode(self.channel.receive(), self._find)
                if what == "result":
                    return parts[0]
                if what == "failed":
                    raise RuntimeError(f"{handle.type_name}: {parts[0]}")
                self.channel.send(self._answer(what, parts))

        callback.__name__ = handle.type_name
        self.callbacks[id(callback)] = (handle, callback)
        return callback

    def _hold(self, value: Any) -> Handle:
        """The handle of an object; a function of the tester's goes back as what it came as."""
        found = self.callbacks.get(id(value))
        return found[0] if found and found[1] is value else self.held.hold(value)

    def run(self, source: str) -> dict[str, Any]:
        """Run a cell."""
        succeeded = self.shell.run(source)
        names = self.shell.user_ns
        now = {name: id(value) for name, value in list(names.items()) if type(name) is str}
        bound = [
            name
            for name, value in now.items()
            if self.known.get(name) != value and not name.startswith("_") and name not in OWN_NAMES
        ]
        self.known = now
        return {"succeeded": succeeded, "outputs": self.shell.outputs.take(), "bound": bound}

    def test(self, source: str, nonce: str, seed: str) -> dict[str, Any]:
        """Run a test here, where there is no other process for it; the seed is there while it runs."""
        os.environ[SEED_VARIABLE] = seed
        try:
            return {**self.run(source), "nonce": nonce}
        finally:
            os.environ.pop(SEED_VARIABLE, None)

    def names(self, wanted: list[str]) -> dict[str, bytes]:
        """Values or handles of names, each a message of its own: one that cannot be sent spoils no other."""
        found = {}
        for name in wanted:
            if name in self.shell.user_ns and name not in OWN_NAMES:
                try:
                    found[name] = encode(self.shell.user_ns[name], self._hold)
                except (NotAValue, WireError):
                    found[name] = encode(self._hold(self.shell.user_ns[name]))
        return found

    def do(self, operation: str, arguments: tuple[Any, ...], named: dict[str, Any]) -> tuple[Any, ...]:
        """Carry out an operation: ("value", ...) or ("raised", ...), and what was printed."""
        return self._guarded(lambda: OPERATIONS[operation](*arguments, **named))

    def probe(
        self, source: str, name: str, arguments: tuple[Any, ...], named: dict[str, Any]
    ) -> tuple[Any, ...]:
        """Run an instructor's function here, beside the objects that it looks at."""

        def look() -> Any:
            namespace = dict(self.shell.user_ns)
            exec(compile(textwrap.dedent(source), f"<{name}>", "exec"), namespace)
            return decode(encode(namespace[name](*arguments, **named)))

        return self._guarded(look)

    def twice(self, function: Any, arguments: bytes, seconds: float) -> tuple[bytes, bytes]:
        """What came of calling a function twice with the same arguments."""
        return call_twice(function, arguments, seconds)

    def _guarded(self, act: Callable[[], Any]) -> tuple[Any, ...]:
        streams = sys.stdout, sys.stderr
        outputs = self.shell.outputs
        sys.stdout, sys.stderr = Stream("stdout", outputs), Stream("stderr", outputs)
        try:
            return "value", act(), outputs.take()
        except BaseException as error:
            return "raised", self._described(error), outputs.take()
        finally:
            sys.stdout, sys.stderr = streams

    def _described(self, error: BaseException) -> ErrorValue:
        try:
            text = str(error)[:20_000]
        except Exception:  # an exception class whose __str__ is broken
            text = ""
        types = tuple(part.__name__ for part in type.mro(type(error)) if part is not object)
        return ErrorValue(types, text, self._line(error))

    def _line(self, error: BaseException) -> str:
        """The innermost line of a cell that took part in the error."""
        here = os.path.dirname(__file__)
        for frame in reversed(traceback.extract_tb(error.__traceback__)):
            if frame.filename.startswith("<ipython-input") or "ipykernel" in frame.filename:
                return f"line {frame.lineno}: {(frame.line or '').strip()}"
            if frame.filename.startswith(here):
                break
        return ""
