"""Hold the mutants of an assignment's solutions against its checks, and tell which ones get through.

As a script, python tests/checks/mutation/trial.py a3 [TASK ...] prints a table, and the survivors that are
missing in tests/checks/a3/a3_mutants.toml.
"""

from __future__ import annotations

import contextlib
import io
import json
import sys
import time
import tomllib
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path
from typing import Any, NamedTuple

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))
sys.path.insert(0, str(Path(__file__).resolve().parent))

from mutate import Mutant, mutants

import assignments
from rnn_course.checks.assignment import Assignment, assignment
from rnn_course.checks.call import TooSlow, call, time_limit
from rnn_course.checks.case import Case
from rnn_course.checks.compare import same
from rnn_course.checks.judge import summarised
from rnn_course.checks.plain import Plain
from rnn_course.checks.task import Task

SEED = 1
OTHER_SEEDS = range(2, 12)
SHARE = 0.95  # of the mutants that change behaviour, that must lose marks


class Survivor(NamedTuple):
    """A mutant that keeps its marks.

    Attributes:
        changed: whether other seeds show that it behaves otherwise.
    """

    task: str
    mutant: str
    changed: bool


@dataclass
class Counts:
    """What became of a task's mutants."""

    task: str
    mutants: int = 0
    caught: int = 0
    survivors: list[Survivor] = field(default_factory=list)
    seconds: float = 0.0

    @property
    def changed(self) -> int:
        """How many behave otherwise than the solution."""
        return self.caught + sum(survivor.changed for survivor in self.survivors)

    @property
    def share(self) -> float:
        """Of those, how many lose marks."""
        return self.caught / self.changed if self.changed else 1.0


class Judge:
    """The cases of a task with their right values, so that a mutant is held against them quickly.

    It comes to the same verdict as `Task.check` and `Task.grade`, which a test holds it to.
    """

    def __init__(self, task: Task, cases: Sequence[Case]) -> None:
        """Work out what is right."""
        self.task, self.cases = task, cases
        self.rights: list[Plain] = [task.right(case) for case in cases]
        started = time.process_time()
        for case in cases:
            call(task.reference, case.arguments)
        self.seconds = 0.25 + 10 * (time.process_time() - started) / max(1, len(cases))

    def lets_through(self, function: Callable[..., object]) -> bool:
        """Whether a function is right in all cases."""
        outcomes = []
        for case, right in zip(self.cases, self.rights, strict=True):
            outcome = call(function, case.arguments, self.seconds)
            came = summarised(self.task, case, outcome)
            if came.kind != "value" or came.changed or not came.repeats:
                return False
            if not same(right, came.value, self.task.tolerance):
                return False
            outcomes.append(outcome)
        return self.task.together(self.cases, outcomes) is None


@cache
def _set_up(which: Assignment) -> dict[str, Any]:
    return assignments.run_to_the_tests(which, assignments.source(which), tasks=())


def function_of(task: Task, source: str) -> Callable[..., object] | None:
    """The function that a cell defines; None if it defines none."""
    namespace = dict(_set_up(assignments.of(task)))
    try:
        with contextlib.redirect_stdout(io.StringIO()), time_limit(2.0):
            exec(compile(source, f"<{task.answer_id}>", "exec"), namespace)
    except (Exception, TooSlow):
        return None
    found = namespace.get(task.function)
    return found if callable(found) else None


def solution(task: Task) -> str:
    """The reference solution's cell."""
    return str(assignments.cell(assignments.source(assignments.of(task)), task.answer_id).source)


def try_task(task: Task) -> Counts:
    """Hold every mutant of a task's solution against its checks."""
    started = time.process_time()
    counts = Counts(task.name)
    seen = Judge(task, (*task.visible, *task.hidden_cases(SEED)))
    others: list[Judge] = []
    for mutant in mutants(solution(task)):
        counts.mutants += 1
        function = function_of(task, mutant.source)
        if function is None or not seen.lets_through(function):
            counts.caught += 1
            continue
        if not others:
            others = [Judge(task, task.hidden_cases(seed)) for seed in OTHER_SEEDS]
        changed = not all(other.lets_through(function) for other in others)
        counts.survivors.append(Survivor(task.name, mutant.name, changed))
    counts.seconds = time.process_time() - started
    return counts


def try_assignment(which: Assignment, only: Sequence[str] = ()) -> list[Counts]:
    """Hold the mutants of all ordinary tasks against their checks."""
    return [try_task(task) for task in assignments.ordinary(which) if not only or task.name in only]


def listed(name: str) -> dict[tuple[str, str], str]:
    """The survivors that an assignment's list knows, and why each gets through."""
    path = assignments.ROOT / "tests" / "checks" / name / f"{name}_mutants.toml"
    if not path.exists():
        return {}
    rows = tomllib.loads(path.read_text(encoding="utf-8")).get("survivor", [])
    return {(row["task"], row["mutant"]): row["why"] for row in rows}


def table(name: str, found: Sequence[Counts]) -> str:
    """What became of the mutants, a line for each task."""
    lines = [f"{'task':24} mutants changed caught share  survivors   CPU"]
    for each in found:
        lines.append(
            f"{name + ' ' + each.task:24} {each.mutants:7} {each.changed:7} {each.caught:6} "
            f"{each.share:5.1%}  {len(each.survivors):9} {each.seconds:5.1f} s"
        )
    return "\n".join(lines)


def rows_of(survivors: Sequence[Survivor]) -> str:
    """Survivors as they stand in the list, with the reason left open."""
    rows = []
    for each in survivors:
        why = "CHANGES BEHAVIOUR: add a case" if each.changed else ""
        texts = [json.dumps(text, ensure_ascii=False) for text in (each.task, each.mutant, why)]
        rows.append("[[survivor]]\ntask = {}\nmutant = {}\nwhy = {}\n".format(*texts))
    return "\n".join(rows)


def mutant_named(task: Task, name: str) -> Mutant:
    """The mutant of this name."""
    return next(mutant for mutant in mutants(solution(task)) if mutant.name == name)


if __name__ == "__main__":
    if len(sys.argv) < 2:
        sys.exit(__doc__)
    results = try_assignment(assignment(sys.argv[1]), sys.argv[2:])
    known = listed(sys.argv[1])
    print(table(sys.argv[1], results))
    new = [s for each in results for s in each.survivors if (s.task, s.mutant) not in known]
    print(
        f"\n{len(new)} survivors are not listed yet:\n\n{rows_of(new)}"
        if new
        else "\nAll survivors are listed."
    )
