"""What passes a1's checks and what does not: the reference, other right answers, mistakes, and liars."""

import re
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import nbformat
import pytest
from a1_variants import VARIANTS
from a1_words import words_of

from rnn_course.checks.a1 import ASSIGNMENT, TASKS
from rnn_course.checks.case import Mistake
from rnn_course.checks.feedback import CheckFailed
from rnn_course.checks.task import Task

SECONDS = 2  # of CPU, that a visible check may take
SEEDS = (1, 2, 3)  # of hidden cases
MORE_SEEDS = range(100, 130)
BY_NAME = {task.name: task for task in TASKS}
each_task = pytest.mark.parametrize("task", TASKS, ids=lambda task: task.name)
each_mistake = pytest.mark.parametrize(
    ("task", "mistake"),
    [
        pytest.param(task, mistake, id=f"{task.name}-{mistake.name}")
        for task in TASKS
        for mistake in task.mistakes
    ],
)
each_variant = pytest.mark.parametrize(
    ("task", "variant"),
    [pytest.param(BY_NAME[n], v, id=v.__name__) for n, variants in VARIANTS.items() for v in variants],
)


def names_it(task: Task, mistake: Mistake, says: str) -> bool:
    """Whether these are the mistake's own words, wherever its lines are broken."""
    told = " ".join(says.split())
    return (
        f"This is what you get when {mistake.what}. Hint: {mistake.hint} Where to look: {task.look}" in told
    )


def test_the_points_are_those_of_the_course() -> None:
    points = {task.name: task.points for task in TASKS}
    assert points["counts"] == 15
    assert points["mle"] + points["chain_rule"] == 10
    assert points["perplexity"] == 15
    assert points["add_k"] + points["interpolation"] == 15
    assert points["continuation"] + points["kneser_ney"] == 25
    assert points["sampling"] == 10
    assert ASSIGNMENT.points == 100


@each_task
def test_the_reference_passes(task: Task, capsys: pytest.CaptureFixture[str]) -> None:
    started = time.process_time()
    assert task.check(task.reference)
    assert time.process_time() - started < SECONDS
    assert capsys.readouterr() == (f"{task.label}: passed.\n", "")
    for seed in SEEDS:
        assert task.grade(task.reference, seed=seed)
    assert capsys.readouterr() == ("", "")


@each_variant
def test_right_answers_written_otherwise_pass(task: Task, variant: Callable[..., Any]) -> None:
    assert task.check(variant)
    assert task.grade(variant, seed=1)


@each_mistake
def test_a_mistake_fails_and_is_named(task: Task, mistake: Mistake) -> None:
    started = time.process_time()
    says = words_of(lambda: task.check(mistake.implementation))
    assert time.process_time() - started < SECONDS
    assert names_it(task, mistake, says), says
    assert says.startswith(f"{task.label}: not yet.")
    for seed in SEEDS[: 1 if task.name == "sampling" else None]:
        says = words_of(lambda: task.grade(mistake.implementation, seed=seed))  # noqa: B023
        assert names_it(task, mistake, says), says
        assert says.startswith(f"{task.label}: not yet (hidden tests).")


@pytest.mark.slow
@each_task
def test_every_seed_knows_right_from_wrong(task: Task) -> None:
    for seed in MORE_SEEDS[: 5 if task.name == "sampling" else None]:  # thousands of draws each
        assert task.grade(task.reference, seed=seed)
        variants: tuple[Callable[..., Any], ...] = VARIANTS[task.name]
        for variant in variants:
            assert task.grade(variant, seed=seed)
        for mistake in task.mistakes:
            says = words_of(lambda: task.grade(mistake.implementation, seed=seed))  # noqa: B023
            assert names_it(task, mistake, says), says


def test_there_are_enough_mistakes_and_each_has_its_own_name_and_words() -> None:
    assert sum(len(task.mistakes) for task in TASKS) >= 60
    for task in TASKS:
        assert len(task.mistakes) >= 5
        assert len({mistake.name for mistake in task.mistakes}) == len(task.mistakes)
        assert len({mistake.what for mistake in task.mistakes}) == len(task.mistakes)


@each_task
def test_an_untouched_task_says_what_to_do(task: Task) -> None:
    def untouched(*arguments: object) -> None:
        raise NotImplementedError

    for check in (lambda: task.check(untouched), lambda: task.grade(untouched, seed=1)):
        says = words_of(check)
        assert "still to do" in says
        assert task.function in says
        assert "raise NotImplementedError()" in says


@each_task
def test_changing_an_argument_is_a_mistake_with_a_name(task: Task) -> None:
    def careless(*arguments: Any) -> Any:
        answer = task.reference(*arguments)
        for argument in arguments:
            if isinstance(argument, dict):
                argument.clear()
            elif isinstance(argument, list):
                argument.append("left over")
        return answer

    says = words_of(lambda: task.check(careless))
    assert "It changed its argument" in says
    assert "belongs to the caller" in says


@each_task
def test_state_between_calls_is_a_mistake_with_a_name(task: Task) -> None:
    earlier: list[Any] = []

    def remembers(*arguments: Any) -> Any:
        earlier.append(task.reference(*arguments))
        return earlier[max(0, len(earlier) - 2)]  # the answer to the call before

    says = words_of(lambda: task.grade(remembers, seed=1))
    assert "two different answers" in says


@each_task
def test_an_exception_is_told_with_its_line(task: Task) -> None:
    def fails(*arguments: object) -> None:
        table: dict[str, int] = {}
        table["cat"] += 1

    says = words_of(lambda: task.check(fails))
    assert "It raised KeyError: 'cat'" in says
    assert 'table["cat"] += 1' in says
    assert f"  {task.function}(" in says


@each_task
def test_what_the_function_prints_is_shown_when_it_is_wrong(task: Task) -> None:
    def prints(*arguments: object) -> None:
        for number in range(20):
            print("step", number)

    says = words_of(lambda: task.check(prints))
    assert "Nothing came back: is `return` missing?" in says or f"where {task.returns} was expected" in says
    assert "step 5\n  ... and 14 lines more" in says
    assert "step 6" not in says


@each_task
def test_something_that_is_no_function(task: Task) -> None:
    assert "should be a function" in words_of(lambda: task.check({"the": 1}))  # type: ignore[arg-type]


@pytest.mark.parametrize("name", ["add_k", "kneser_ney", "interpolation", "continuation"])
def test_a_distribution_that_does_not_sum_to_one_is_told_so(name: str) -> None:
    task = BY_NAME[name]

    def short(*arguments: Any) -> dict[str, float]:
        return {word: p * 0.9 for word, p in task.reference(*arguments).items()}

    assert "The probabilities sum to 0.9, not to 1." in words_of(lambda: task.check(short))


def test_the_words_for_a_student() -> None:
    """One message in full, as a student reads it."""
    task = BY_NAME["perplexity"]
    assert words_of(lambda: task.check(task.mistake("averaged-perplexities").implementation)) == (
        "Task 3, perplexity: not yet.\n"
        "\n"
        "  perplexity([[-0.693147, -0.693147, -0.693147], [-3.46574]])\n"
        "  expected  4.0\n"
        "  got       17.0\n"
        "\n"
        "  That is, expected 4.0, got 17.0 (13.0 too large).\n"
        "\n"
        "This is what you get when the perplexities of the sentences are averaged.\n"
        "Hint: Perplexity is the exponential of a mean, and the mean runs over all tokens of the text at\n"
        "  once.\n"
        'Where to look: the equation in the text of task 3, and what T counts; lecture 02, "One number to\n'
        '  compare models by".'
    )


def test_no_line_is_too_wide_for_a_notebook() -> None:
    for task in TASKS:
        for mistake in task.mistakes[:3]:
            says = words_of(lambda: task.grade(mistake.implementation, seed=1))  # noqa: B023
            assert max(map(len, says.splitlines())) <= 110


@each_task
def test_where_to_look_exists(task: Task) -> None:
    """Lectures and their sections are called by their names."""
    found = re.search(r'lecture (\d\d), "(.*)"\.$', task.look)
    assert found is not None
    number, section = found.groups()
    (lecture,) = (Path(__file__).resolve().parents[3] / "lectures").glob(f"{number}_*.ipynb")
    text = "\n".join(c.source for c in nbformat.read(lecture, as_version=4).cells).replace("*", "")
    assert f"## {section}\n" in text


def test_ipython_shows_the_words_and_no_traceback() -> None:
    failed = CheckFailed("Task 1: not yet.\n\n  expected 2")
    assert failed._render_traceback_() == ["Task 1: not yet.", "", "  expected 2"]


@pytest.mark.slow
def test_the_share_of_a_thousand_draws_never_strays_as_far_as_the_tolerance() -> None:
    """A right sampler fails by chance less than once in a million checks; 100 seeds stay far inside."""
    from rnn_course.checks.a1 import sampling

    worst = 0.0
    for seed in range(100):
        for case in sampling.VISIBLE:
            arguments = (*case.arguments[:3], seed)
            drawn = sampling.summary(arguments, sampling.reference(*arguments))
            right = sampling.expected(*arguments)
            worst = max(worst, *(abs(drawn[key] - right[key]) for key in right))
    assert worst < 0.07
