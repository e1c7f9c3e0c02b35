"""Go through a notebook: have the student's cells run on the other side, and run the tests here."""

from __future__ import annotations

import ast
import json
import os
import socket
from collections.abc import Iterator
from typing import Any, NamedTuple

from rnn_course.checks.seed import SEED_VARIABLE
from rnn_course.grading.names import names_in
from rnn_course.grading.shell import CellShell, Outputs, clean_outputs
from rnn_course.grading.tester import caller, probe
from rnn_course.grading.tester.errors import CellStopped
from rnn_course.grading.tester.link import Link
from rnn_course.grading.tester.proxies import hold, stand_in
from rnn_course.grading.wire import Channel, Handle, WireError, decode, encode

MOST_RECOVERIES = 25


class Cell(NamedTuple):
    """A code cell as it runs.

    Attributes:
        place: its index in the notebook.
        there: its text on the student's side, None if it does not run there.
        here: its text on this side, None if it does not run here.
        is_test: whether its outputs are this side's.
    """

    place: int
    there: str | None
    here: str | None
    is_test: bool


class Drive:
    """One run of a notebook, from the tester's process."""

    def __init__(self, shell: CellShell, job: dict[str, Any], control: int, student: int) -> None:
        self.shell = shell
        self.cells = [Cell(*cell) for cell in job["cells"]]
        self.left_out: set[int] = set(job["left_out"])
        self.stuck: set[int] = set(job["stuck"])  # cells that an earlier tester's process did not survive
        self.resume_at: int = job["resume_at"]
        self.seconds: float = job["cell_seconds"]
        self.output_bytes: int = job["output_bytes"]
        shell.outputs = Outputs(self.output_bytes)
        self.control = Channel(socket.socket(fileno=control), job["frame_bytes"])
        self.installed: dict[str, Any] = {}  # what stands in this namespace for the student's names
        self.read: set[str] = set()  # names that cells on this side have read
        texts = [names_in(cell.here) for cell in self.cells if cell.here is not None]
        self.read_at_all = {name for names in texts if names for name in names.used}
        self.sources: list[str] = []  # the student's cells that have been run
        self.next_student = student
        self.recoveries = 0
        self.link = self._connect()
        os.environ[SEED_VARIABLE] = job["seed"]
        caller.install()
        probe.install(lambda: self.link)

    def go(self) -> None:
        """Run all cells, report on each, and say when it is done."""
        for cell in self.cells:
            is_left_out = cell.place in self.left_out
            if cell.there is not None and not is_left_out:
                self._run_there(cell)
            # A set-up cell that only the student's process does not survive is needed here all the same.
            if cell.here is not None and not (is_left_out if cell.is_test else cell.place in self.stuck):
                self._run_here(cell)
            if self.link.ended:
                self._recover(cell)
            if self.link.ended:
                break
        self.control.send(encode(("done", self.link.ended)))

    def _run_there(self, cell: Cell, *, replay: bool = False) -> None:
        self._say("start", cell.place)
        self.link.begin(self.seconds)
        try:
            answer = self.link.request("run", cell.there)
            outputs, bound = answer["outputs"], answer["bound"]
            if type(bound) is not list or not all(type(name) is str for name in bound):
                raise TypeError
        except CellStopped as end:
            self._stop(cell, str(end))
            return
        except (TypeError, LookupError):
            self._stop(cell, "sent something else than its outputs")
            return
        self.sources.append(cell.there or "")
        if not replay and cell.place >= self.resume_at:
            self._say_outputs(cell, clean_outputs(outputs, self.output_bytes))
            mine = self._own() & set(bound) & self.read_at_all
            if cell.here is None and mine:
                self._say(
                    "note", cell.place, f"binds {', '.join(sorted(mine))} anew; tests use the instructor's"
                )

    def _run_here(self, cell: Cell) -> None:
        assert cell.here is not None  # `go` has looked
        names = names_in(cell.here)
        self.read |= names.used if names else set()
        self._bind(cell)
        self._say("start", cell.place)
        self.link.begin(self.seconds)
        succeeded = self.shell.run(cell.here)
        for name in names.bound if names else ():
            self.installed.pop(name, None)  # from here on it is the instructor's
        outputs = self.shell.outputs.take()
        if not cell.is_test:
            if not succeeded and cell.place >= self.resume_at:
                error = next((item for item in outputs if item["output_type"] == "error"), {})
                self._say(
                    "note", cell.place, f"failed in the tester's process: {error.get('evalue', '')[:500]}"
                )
        elif self.link.ended:
            self._stop(cell, self.link.ended)
        elif cell.place >= self.resume_at:
            self._say_outputs(cell, outputs)

    def _bind(self, cell: Cell) -> None:
        """Have this side's namespace show what the student's names mean now."""
        namespace = self.shell.user_ns
        wanted = sorted(self.read - self._own())
        for _ in range(2):
            self.link.begin(self.seconds)
            try:
                found = self.link.request("names", wanted)
                break
            except (CellStopped, TypeError):
                found = {}
                self._recover(cell, before=True)
        for name in wanted:
            namespace.pop(name, None)
            self.installed.pop(name, None)
            if isinstance(found, dict) and type(found.get(name)) is bytes:
                try:
                    value = decode(found[name], lambda handle: self._stand_in(self.link, handle))
                except WireError:
                    continue
                namespace[name] = self.installed[name] = value

    def _own(self) -> set[str]:
        """Names that the instructor's cells have bound on this side."""
        nothing = object()
        return {
            name
            for name, value in self.shell.user_ns.items()
            if self.installed.get(name, nothing) is not value
        }

    def _recover(self, current: Cell, *, before: bool = False) -> None:
        """Bring a new process of the student's to where the last one was, without the cells that end it."""
        while self.link.ended and self.recoveries < MOST_RECOVERIES:
            self.recoveries += 1
            self.link = self._connect()
            self.sources.clear()
            for cell in self.cells:
                if cell.place > current.place or (before and cell.place == current.place):
                    break
                if cell.there is not None and cell.place not in self.left_out:
                    self._run_there(cell, replay=True)
                    if self.link.ended:
                        break

    def _stop(self, cell: Cell, why: str) -> None:
        self.left_out.add(cell.place)
        self._say("stopped", cell.place, why)

    def _connect(self) -> Link:
        return Link(
            Channel(socket.socket(fileno=self.next_student)),
            resolve=self._stand_in,
            hold=hold,
            lost=self._lost,
            outputs=self.shell.outputs,
        )

    def _lost(self, why: str) -> str:
        """Tell the parent that the student's process is of no more use, and get another one."""
        self._say("lost", why)
        says = decode(self.control.receive())
        _, (self.next_student,), _, _ = socket.recv_fds(self.control.socket, 1, 1)
        return str(says)

    def _stand_in(self, link: Link, handle: Handle) -> Any:
        return stand_in(link, handle, self._source_of)

    def _source_of(self, name: str) -> tuple[str, int] | None:
        """The student's cell that defines a function last, and the line where the function begins."""
        for source in reversed(self.sources):
            if f"def {name}" in source:
                for line in _definitions(source, name):
                    return source, line
        return None

    def _say_outputs(self, cell: Cell, outputs: list[Any]) -> None:
        # nbformat's nodes, which a rich output holds at any depth, are no values of the wire
        self._say("cell", cell.place, json.loads(json.dumps(outputs)))

    def _say(self, *message: Any) -> None:
        self.control.send(encode(message))


def _definitions(source: str, name: str) -> Iterator[int]:
    """Lines at which functions of a name begin, the last one first."""
    try:
        tree = ast.parse(source)
    except (SyntaxError, ValueError, RecursionError):
        return
    for node in reversed(tree.body):
        if isinstance(node, ast.FunctionDef) and node.name == name:
            yield min([node.lineno, *(part.lineno for part in node.decorator_list)])
