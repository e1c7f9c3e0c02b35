"""How the upper end of a7's scale was made: what the reference solution reaches in many languages."""

import numpy as np
import pytest

from assignments import run_to_the_tests, source
from rnn_course.checks.a7 import ASSIGNMENT
from rnn_course.checks.a7.race import BEST_OF_OURS, race


def share_of_the_way(namespace: dict, seed: int) -> float:
    """From the bigram to the language itself, in log perplexity."""
    drawn = race(seed)
    model = namespace["train"](drawn.train, drawn.valid, drawn.V, 1)
    rows = namespace["predict"](model, drawn.beginnings)
    given = [float(row[-1, answer]) for row, answer in zip(rows, drawn.answers, strict=True)]
    low, high = drawn.bigram.mean(), drawn.truth.mean()
    return float((np.mean(given) - low) / (high - low))


@pytest.mark.slow
def test_the_best_of_ours_is_what_the_reference_reaches() -> None:
    """Forty languages gave BEST_OF_OURS (the list is made again by hand, see __main__); four show it here."""
    namespace = run_to_the_tests(ASSIGNMENT, source(ASSIGNMENT))
    shares = [share_of_the_way(namespace, seed) for seed in (1000, 1001, 1002, 1003)]
    assert min(shares) > BEST_OF_OURS - 0.005
    assert np.mean(shares) == pytest.approx(BEST_OF_OURS + 0.035, abs=0.03)


if __name__ == "__main__":
    solution = run_to_the_tests(ASSIGNMENT, source(ASSIGNMENT))
    found = np.array([share_of_the_way(solution, seed) for seed in range(1000, 1040)])
    print(f"mean {found.mean():.4f}, deviation {found.std():.4f}, least {found.min():.4f}")
