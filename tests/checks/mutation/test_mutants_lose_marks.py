"""Of mutants that change behaviour at least 95 % lose marks; what keeps them is listed with its reason."""

from __future__ import annotations

import pytest
from trial import SEED, SHARE, Judge, assignments, listed, rows_of, table, try_assignment

from rnn_course.checks.assignment import Assignment
from rnn_course.checks.feedback import CheckFailed
from rnn_course.checks.task import Task

FEWEST = 100  # mutants of an assignment; fewer would say little


@pytest.mark.slow
@assignments.each_assignment
def test_what_gets_through_is_listed_with_its_reason(which: Assignment) -> None:
    found = try_assignment(which)
    print(table(which.name, found))
    known = listed(which.name)
    survivors = [survivor for counts in found for survivor in counts.survivors]
    new = [survivor for survivor in survivors if (survivor.task, survivor.mutant) not in known]
    assert not new, f"\n{table(which.name, found)}\n\nNot listed:\n\n{rows_of(new)}"
    gone = known.keys() - {(survivor.task, survivor.mutant) for survivor in survivors}
    assert not gone, f"listed, but lost or gone: {gone}"
    assert all(len(why.split()) >= 4 for why in known.values()), "each has its reason"
    assert sum(counts.mutants for counts in found) >= FEWEST
    changed = sum(counts.changed for counts in found)
    assert sum(counts.caught for counts in found) >= SHARE * changed, table(which.name, found)


@assignments.each_task
def test_the_quick_judge_comes_to_the_verdict_of_the_checks(task: Task) -> None:
    cases = (*task.visible, *task.hidden_cases(SEED))
    judge = Judge(task, cases)
    assert judge.lets_through(task.reference)
    for mistake in task.mistakes[:3]:
        assert not judge.lets_through(mistake.implementation)
        with pytest.raises(CheckFailed):
            task.check(mistake.implementation)
