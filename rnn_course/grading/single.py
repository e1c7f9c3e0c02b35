"""Run a notebook in one confined process, where tests need the student's objects themselves."""

from __future__ import annotations

import secrets
import time
from collections.abc import Mapping, Sequence
from dataclasses import replace
from socket import socket
from typing import Any

from nbformat import NotebookNode

from rnn_course.grading.errors import InfrastructureError
from rnn_course.grading.plan import Limits, Plan, Side
from rnn_course.grading.sandbox import Tier
from rnn_course.grading.servers import Pair, close_servers, servers_for
from rnn_course.grading.shell import clean_outputs
from rnn_course.grading.split import Execution, executed
from rnn_course.grading.supervise import Findings, Supervision
from rnn_course.grading.wire import Channel, WireClosed, WireError, WireTimeout, decode, encode

LABEL = "graded in one process: a submission could have tampered with its tests"
MOST_REPLAYS = 25


def run_single(
    notebook: NotebookNode,
    plan: Plan,
    *,
    files: Mapping[str, bytes],
    seed: str,
    limits: Limits,
    tier: Tier,
) -> Execution:
    """Run a notebook as `run_split` does, tests included, in the student's process.

    It is confined as strongly, so that no other submission and no file can be reached. But the student's
    code can reach the tests that run beside it: `LABEL` must stand by every mark. What can be had is had: a
    test's text comes only when it is to be run, with a word that its answer must hold, so that no answer can
    be prepared before.

    Raises:
        InfrastructureError: if the process could not be started or confined.
    """
    started = time.monotonic()
    try:
        run = SingleRun(
            single_servers(plan, tier),
            {},
            hidden_modules=(),
            files={**files, **plan.tester_files},
            tester_files={},
            limits=limits,
            tier=tier,
        )
        found = run.run_cells(
            [
                (index, plan.source(cell), plan.side(cell) is Side.TESTER)
                for index, cell in enumerate(notebook.cells)
                if plan.side(cell) is not None
            ],
            seed,
        )
    except InfrastructureError:
        close_servers()
        raise
    return replace(executed(notebook, plan, found, limits), seconds=time.monotonic() - started)


def single_servers(plan: Plan, tier: Tier, adopted: Sequence[socket] = ()) -> Pair:
    """The warm server that `run_single` uses: see `servers_for`."""
    # Nothing is hidden: tests run beside the student's code, and need it.
    return servers_for(tier, plan.modules(tests=True), None, (), adopted)


class SingleRun(Supervision):
    """One notebook in one process, driven from here."""

    def run_cells(self, cells: list[tuple[int, str, bool]], seed: str) -> Findings:
        """Run (index, text, is a test) one after another; again without a cell that ends the process."""
        for _ in range(MOST_REPLAYS):
            channel = Channel(self._new_student())
            try:
                lost = self._run_through(channel, cells, seed)
            finally:
                channel.close()
                if self.student.has_child:
                    self._note_use(self.student.end().max_rss)
            if lost is None or self.found.over:
                return self.found
            index, why = lost
            self.found.stopped[index] = why
        self.found.over = "the process with your code ended again and again"
        return self.found

    def _run_through(
        self, channel: Channel, cells: list[tuple[int, str, bool]], seed: str
    ) -> tuple[int, str] | None:
        """Run all cells that are not left out; else the cell that ended the process, and how."""
        for index, source, is_test in cells:
            if index in self.found.stopped:
                continue
            left = self.end - time.monotonic()
            seconds = min(self.limits.cell_seconds, left)
            nonce = secrets.token_hex(16)
            try:
                channel.send(encode(("test", source, nonce, seed) if is_test else ("run", source)), seconds)
                state, answer = decode(channel.receive(max(0.0, seconds)))
                if state != "answer" or (is_test and answer["nonce"] != nonce):
                    raise WireError("an answer that was not asked for")
                outputs = clean_outputs(answer["outputs"], self.limits.output_bytes)
            except WireTimeout:
                if self.end <= time.monotonic():
                    self.found.over = f"{self.limits.seconds:g} s for the notebook were over"
                return index, f"ran past the {self.limits.cell_seconds:g} s that a cell may take"
            except WireClosed:
                ended = self.student.end(1.0)
                return index, f"ended the process that ran it: it {ended.says}"
            except (WireError, TypeError, ValueError, LookupError) as error:
                return index, f"broke the connection: it sent {error}"
            known: list[Any] = [dict(output) for output in outputs]
            if index not in self.found.outputs:  # of a test that was run before, the first outcome counts
                self.found.outputs[index] = known
        return None
