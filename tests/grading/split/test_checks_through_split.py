"""Every assignment through the grader in two processes: marks, and words that are those beside the student.

Mistakes are planted in every second task at a time, so that each one is seen beside right neighbours.
"""

from __future__ import annotations

from collections.abc import Iterator

import pytest
import through_the_grader as through
from through_the_grader import assignments, graded, right_answers, said_beside, without_lines

from rnn_course.checks.assignment import Assignment
from rnn_course.checks.assignment import assignment as assignment_of
from rnn_course.grading.job import Bundle

Graded = tuple[Assignment, Bundle]


@pytest.fixture(
    scope="module",
    params=[pytest.param(which, id=which.name) for which in assignments.ASSIGNMENTS],
)
def given(request: pytest.FixtureRequest) -> Iterator[Graded]:
    with through.bundle_of(request.param) as bundle:
        yield request.param, bundle


@pytest.mark.slow
def test_the_reference_has_everything_and_the_release_nothing(given: Graded) -> None:
    which, bundle = given
    full = {task.name: float(task.points) for task in which.tasks}
    assert graded(bundle, which, right_answers(which)) == (full, {}, "graded")
    untouched = graded(bundle, which, {})
    assert untouched.points == dict.fromkeys(full, 0.0)
    assert all("still to do" in says for says in untouched.says.values())


@pytest.mark.slow
@pytest.mark.parametrize("begin", [0, 1], ids=["even", "odd"])
def test_every_mistake_loses_its_own_task_and_no_other_and_is_named(given: Graded, begin: int) -> None:
    which, bundle = given
    catalogues = {task: task.mistakes for task in which.tasks[begin::2]}
    for number in range(max(map(len, catalogues.values()))):
        planted = {t: found[number] for t, found in catalogues.items() if number < len(found)}
        answers = right_answers(which)
        answers |= {task.answer_id: wrong.as_answer(task.function) for task, wrong in planted.items()}
        shares = {task: planted[task].keeps if task in planted else 1.0 for task in which.tasks}
        for task in which.tasks:
            if len(task.functions) > 1 and task not in planted:  # it takes long, and is left to do
                del answers[task.answer_id]
                shares[task] = 0.0
        found = graded(bundle, which, answers)
        expected = {task.name: task.points * share for task, share in shares.items()}
        assert found.points == pytest.approx(expected), [wrong.name for wrong in planted.values()]
        assert found.status == "graded"
        for task, wrong in planted.items():
            here = found.says.get(task.name, "")
            assert assignments.names_it(task, wrong, here), f"{task.name}, {wrong.name}:\n{here}"
            if len(task.functions) > 1:
                continue
            beside = said_beside(task, answers[task.answer_id])
            assert without_lines(here) == without_lines(beside), (task.name, wrong.name)


@pytest.mark.slow
def test_every_other_right_answer_has_everything(given: Graded) -> None:
    which, bundle = given
    variants = assignments.VARIANTS[which.name]
    for number in range(max(map(len, variants.values()))):
        answers = {
            task.answer_id: through.as_answer(task, variants[task.name][number % len(variants[task.name])])
            for task in assignments.ordinary(which)
        }
        found = graded(bundle, which, answers)
        for task in assignments.ordinary(which):
            assert found.says.get(task.name, "") == ""
            assert found.points[task.name] == task.points


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


@pytest.fixture(scope="module")
def first() -> Iterator[Bundle]:
    with through.bundle_of(assignment_of("a1")) as bundle:
        yield bundle


@pytest.mark.parametrize("source", ODD_ANSWERS.values(), ids=ODD_ANSWERS)
def test_odd_answers_are_told_as_beside(first: Bundle, source: str) -> None:
    which = assignment_of("a1")
    (task,) = (task for task in which.tasks if task.name == "mle")
    said = graded(first, which, {task.answer_id: source}).says["mle"]
    assert without_lines(said) == without_lines(said_beside(task, source))
    assert source != ODD_ANSWERS["raises"] or "in your line 3: return 1 / total" in said
