"""What is special to the checks of a1: points, one message in full, and how far chance may stray."""

from typing import Any

import pytest

from assignments import words_of
from rnn_course.checks.a1 import TASKS

BY_NAME = {task.name: task for task in TASKS}


def test_the_points_are_those_of_the_course() -> None:
    points = {task.name: task.points for task in TASKS}
    assert points["counts"] == 15
    assert points["mle"] + points["chain_rule"] == 10
    assert points["perplexity"] == 15
    assert points["add_k"] + points["interpolation"] == 15
    assert points["continuation"] + points["kneser_ney"] == 25
    assert points["sampling"] == 10


def test_every_task_has_its_catalogue() -> None:
    assert sum(len(task.mistakes) for task in TASKS) >= 60
    assert min(len(task.mistakes) for task in TASKS) >= 5


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
