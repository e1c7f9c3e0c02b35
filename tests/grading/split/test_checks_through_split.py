"""Assignment a1 in two processes: every check says there what it says beside the student's code."""

from __future__ import annotations

import contextlib
import io
import sys
from pathlib import Path

import pytest
from nbformat import NotebookNode

from rnn_course.checks.a1 import TASKS
from rnn_course.checks.feedback import CheckFailed
from rnn_course.checks.task import Task
from rnn_course.grading.messages import failure_messages
from rnn_course.grading.plan import Limits, Plan
from rnn_course.grading.sandbox import strongest
from rnn_course.grading.split import Execution, can_split, run_split

sys.path.insert(0, str(Path(__file__).resolve().parents[2] / "checks" / "a1"))

import a1_release

SEED = "20240917"
LIMITS = Limits(cell_seconds=60, seconds=300)
HIDDEN = ("rnn_course.checks.a1", "rnn_course.models")


@pytest.fixture(scope="module")
def plan() -> Plan:
    tests = {
        cell.metadata.nbgrader.grade_id: cell.source
        for cell in a1_release.source().cells
        if cell.metadata.get("nbgrader", {}).get("locked")
    }
    return Plan.of(a1_release.released(), tests, hidden_modules=HIDDEN)


def execute(notebook: NotebookNode, plan: Plan) -> Execution:
    return run_split(notebook, plan, files={}, seed=SEED, limits=LIMITS, tier=strongest())


def short(notebook: NotebookNode, tasks: tuple[Task, ...]) -> NotebookNode:
    """The set-up and the cells of some tasks."""
    kept = {"a1_setup"} | {name for task in tasks for name in (task.answer_id, task.test_id)}
    notebook.cells = [c for c in notebook.cells if c.metadata.get("nbgrader", {}).get("grade_id") in kept]
    return notebook


def said_beside(task: Task, source: str) -> str:
    """What the checks say of an answer in this process."""
    namespace: dict[str, object] = {}
    exec(a1_release.cell(a1_release.source(), "a1_setup").source, namespace)
    exec(source, namespace)
    try:
        with contextlib.redirect_stdout(io.StringIO()):
            task.check(namespace[task.function])  # type: ignore[arg-type]
            task.grade(namespace[task.function], seed=int(SEED))  # type: ignore[arg-type]
    except CheckFailed as failure:
        return str(failure)
    return ""


@pytest.mark.slow
def test_the_reference_has_everything_and_the_release_nothing(plan: Plan) -> None:
    execution = execute(a1_release.solved(), plan)
    assert (failure_messages(execution.notebook), execution.problems, execution.notes) == ({}, (), ())
    assert can_split(a1_release.solved(), plan, files={}, seed=SEED, limits=LIMITS, tier=strongest()) == {}
    said = failure_messages(execute(a1_release.released(), plan).notebook)
    assert set(said) == {task.test_id for task in TASKS}
    assert all("still to do" in message for message in said.values())


def without_lines(message: str) -> str:
    """A message without the lines of the student's cell, which are not known where it has no file."""
    return "\n".join(line for line in message.splitlines() if not line.strip().startswith("in your line"))


QUICK_TASKS = tuple(task for task in TASKS if task.name != "sampling")


@pytest.mark.slow
def test_every_catalogued_mistake_says_what_it_says_beside(plan: Plan) -> None:
    rounds = max(len(task.mistakes) for task in QUICK_TASKS)
    for number in range(rounds):
        planted = {task: task.mistakes[number % len(task.mistakes)] for task in QUICK_TASKS}
        notebook = short(a1_release.solved(), QUICK_TASKS)
        for task, mistake in planted.items():
            a1_release.cell(notebook, task.answer_id).source = mistake.as_answer(task.function)
        said = failure_messages(execute(notebook, plan).notebook)
        for task, mistake in planted.items():
            beside = said_beside(task, mistake.as_answer(task.function))
            here = said.get(task.test_id, "")
            assert without_lines(here) == without_lines(beside), (task.name, mistake.name)
            assert mistake.what in " ".join(beside.split())


ODD_ANSWERS = {
    "changes its argument": "def mle_table(counts):\n    counts.clear()\n    return {}",
    "remembers": "seen = []\ndef mle_table(counts):\n    seen.append(1)\n    return {(): {'a': len(seen)}}",
    "no value": "def mle_table(counts):\n    return (x for x in counts)",
    "object inside": "def mle_table(counts):\n    return {(): object()}",
    "raises": "def mle_table(counts):\n    total = 0\n    return 1 / total",
    "prints": "def mle_table(counts):\n    print('looking at', len(counts))\n    return {}",
    "exits": "def mle_table(counts):\n    raise SystemExit(0)",
    "no function": "mle_table = 3",
    "class": "class mle_table:\n    def __init__(self, counts):\n        pass",
}


@pytest.mark.parametrize("source", ODD_ANSWERS.values(), ids=ODD_ANSWERS)
def test_odd_answers_are_told_as_beside(plan: Plan, source: str) -> None:
    (task,) = (task for task in TASKS if task.name == "mle")
    notebook = short(a1_release.solved(), (task,))
    a1_release.cell(notebook, task.answer_id).source = source
    said = failure_messages(execute(notebook, plan).notebook)[task.test_id]
    assert without_lines(said) == without_lines(said_beside(task, source))
    assert source != ODD_ANSWERS["raises"] or "in your line 3: return 1 / total" in said
