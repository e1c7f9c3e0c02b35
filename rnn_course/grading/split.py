"""Run a notebook in two processes: the student's cells confined in one, the tests in the other."""

from __future__ import annotations

import copy
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from socket import socket
from typing import Any

from nbformat import NotebookNode
from nbformat.v4 import new_output

from rnn_course.grading.errors import InfrastructureError
from rnn_course.grading.messages import error_message
from rnn_course.grading.names import idle_in_tests
from rnn_course.grading.plan import Limits, Plan, Side, grade_id
from rnn_course.grading.sandbox import Tier
from rnn_course.grading.servers import Pair, close_servers, servers_for
from rnn_course.grading.shell import clean_outputs
from rnn_course.grading.supervise import Findings, Supervision


@dataclass(frozen=True)
class Execution:
    """What came of a notebook.

    Attributes:
        notebook: a copy with outputs; test cells have their hidden tests in them.
        problems: cells that could not be run to their end, in words: `cell a1_counts: ran past the 30 s that
            a cell may take`. Where there is one, the submission is a student_error.
        notes: what else is to be told, and costs nothing.
        seconds: from beginning to end.
        memory_bytes: the most that the student's process had, 0 if that is not known.
    """

    notebook: NotebookNode
    problems: tuple[str, ...] = ()
    notes: tuple[str, ...] = ()
    seconds: float = 0.0
    memory_bytes: int = 0


def run_split(
    notebook: NotebookNode,
    plan: Plan,
    *,
    files: Mapping[str, bytes],
    seed: str,
    limits: Limits,
    tier: Tier,
) -> Execution:
    """Run a notebook: answers and the student's own cells in a confined process, tests in another.

    Both processes are forked from servers that this process keeps warm, one pair for each `plan.preload`;
    `servers.close_servers()` ends them, and so does the end of this process.

    Args:
        notebook: the instructor's notebook with the student's answers in it (`transplant`); not changed.
        plan: what belongs to whom.
        files: the files beside the notebook, by path relative to it; both processes have copies.
        seed: the instructor's seed. It goes to the tests only.
        limits: time, memory and output.
        tier: how strongly the student's process is confined.

    Raises:
        InfrastructureError: if a process could not be started or confined. Never on account of a student.
    """
    started = time.monotonic()
    try:
        supervision = Supervision(
            split_servers(plan, tier),
            {
                "cells": cells_of(notebook, plan),
                "seed": seed,
                "cell_seconds": limits.cell_seconds,
                "output_bytes": limits.output_bytes,
            },
            hidden_modules=plan.hidden_modules,
            files=files,
            tester_files=plan.tester_files,
            limits=limits,
            tier=tier,
        )
        found = supervision.run()
    except InfrastructureError:
        close_servers()  # the next submission begins with fresh ones
        raise
    execution = executed(notebook, plan, found, limits)
    return replace(execution, seconds=time.monotonic() - started)


def split_servers(plan: Plan, tier: Tier, adopted: Sequence[socket] = ()) -> Pair:
    """The warm servers that `run_split` uses: see `servers_for`."""
    modules = plan.modules(tests=False), plan.modules(tests=True)
    return servers_for(tier, *modules, plan.hidden_modules, adopted)


def cells_of(notebook: NotebookNode, plan: Plan) -> list[tuple[int, str | None, str | None, bool]]:
    """Every code cell: index, text for the student's side, text for the tester's, whether it is a test."""
    sides = {index: side for index, cell in enumerate(notebook.cells) if (side := plan.side(cell))}
    texts = {index: plan.source(notebook.cells[index]) for index in sides}
    idle = idle_in_tests(
        [(index, texts[index]) for index, side in sides.items() if side is Side.BOTH],
        [texts[index] for index, side in sides.items() if side is Side.TESTER],
    )
    return [
        (
            index,
            None if side is Side.TESTER else notebook.cells[index].source,
            None if side is Side.STUDENT or index in idle else texts[index],
            side is Side.TESTER,
        )
        for index, side in sides.items()
    ]


def executed(notebook: NotebookNode, plan: Plan, found: Findings, limits: Limits) -> Execution:
    """The notebook with what was found put into a copy of it."""
    result = copy.deepcopy(notebook)
    problems: dict[str, list[str]] = {}
    count = 0
    for index, cell in enumerate(result.cells):
        if cell.cell_type != "code":
            continue
        count += 1
        cell.execution_count = count
        cell.source = plan.source(cell)
        if index in found.stopped or index not in found.outputs:
            reason = found.stopped.get(index) or f"was not run to its end: {found.over}"
            text = f"this cell {reason}"
            cell.outputs = [
                new_output("error", ename="CellStopped", evalue=text, traceback=[f"CellStopped: {text}"])
            ]
            problems.setdefault(reason, []).append(name_of(cell, index))
            continue
        cell.outputs = clean_outputs(found.outputs[index], 2 * limits.output_bytes)
        for output in cell.outputs:
            if output.output_type == "execute_result":
                output.execution_count = count
            elif output.output_type == "stream" and plan.side(cell) is Side.TESTER:
                output.name = "stdout"  # nbgrader takes text on stderr in a test for a failure
    return Execution(
        notebook=result,
        problems=tuple(f"{', '.join(names)}: {reason}" for reason, names in problems.items()),
        notes=tuple(f"{name_of(result.cells[index], index)} {note}" for index, note in found.notes),
        memory_bytes=found.memory_bytes,
    )


def name_of(cell: NotebookNode, index: int) -> str:
    """What a cell is called in a message."""
    return f"cell {grade_id(cell) or f'number {index + 1}'}"


def can_split(
    reference: NotebookNode, plan: Plan, *, files: Mapping[str, bytes], seed: str, limits: Limits, tier: Tier
) -> dict[str, str]:
    """Run the reference solution in two processes, and say which test cells fail there.

    Args:
        reference: the instructor's notebook with the solutions in it.

    Returns:
        Why, by grade_id of the test cell; empty if the assignment can be graded in two processes.
    """
    execution = run_split(reference, plan, files=files, seed=seed, limits=limits, tier=tier)
    return failed_tests(execution.notebook, plan)


def failed_tests(notebook: NotebookNode, plan: Plan) -> dict[str, str]:
    """What the test cells that raised say, by grade_id."""
    found: dict[str, str] = {}
    for cell in notebook.cells:
        if plan.side(cell) is Side.TESTER:
            errors: list[Any] = [output for output in cell.outputs if output.output_type == "error"]
            if errors:
                found[str(grade_id(cell))] = error_message(errors[0])
    return found
