"""a4, task 6: agreement by the number of attractors, beside the nearest noun."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from rnn_course.checks.a4.agreement_mistakes import MISTAKES
from rnn_course.checks.case import Case, Property
from rnn_course.checks.compare import shown
from rnn_course.checks.plain import Plain
from rnn_course.checks.task import Task

Nouns = list[list[str]]
Scores = list[tuple[float, float]]
ONE, MANY = "singular", "plural"


def reference(nouns: Nouns, scores: Scores) -> dict[int, tuple[float, float]]:
    """A right answer."""
    found: dict[int, list[tuple[float, float]]] = {}
    for numbers, (singular, plural) in zip(nouns, scores, strict=True):
        subject = numbers[0]
        margin = singular - plural if subject == ONE else plural - singular
        model = 0.5 if margin == 0 else float(margin > 0)
        attractors = sum(number != subject for number in numbers)
        found.setdefault(attractors, []).append((model, float(numbers[-1] == subject)))
    return {n: (sum(m for m, _ in r) / len(r), sum(b for _, b in r) / len(r)) for n, r in found.items()}


TOY_NOUNS = [[ONE], [ONE, MANY], [MANY, ONE], [ONE, MANY]]
TOY_SCORES = [(-2.5, -2.5), (-1.2, -1.9), (-1.0, -2.0), (-0.8, -1.0)]
VISIBLE = (
    Case((TOY_NOUNS, TOY_SCORES)),
    Case(([[ONE, ONE], [MANY]], [(-1.0, -1.5), (-0.4, -3.0)]), "a noun between that is no attractor"),
    Case(
        (
            [
                [MANY, MANY, ONE, MANY],
                [ONE, MANY, MANY],
                [MANY, ONE],
                [ONE, MANY, ONE, MANY],
                [ONE, ONE, MANY],
            ],
            [(-2.0, -1.0), (-1.0, -3.0), (-1.5, -1.5), (-2.0, -0.5), (-0.7, -1.2)],
        ),
        "up to three nouns between",
    ),
    Case(([], []), "no sentences"),
)


def hidden(rng: np.random.Generator) -> Iterator[Case]:
    for how_many, left_out in ((24, 2), (31, 1), (40, 3)):
        nouns, scores = list(_always()), [(-1.0, -1.0), (-2.0, -1.0), (-1.5, -0.5), (-0.5, -0.6)]
        scores += [(-3.0, -1.0), (-2.0, -2.5), (-0.9, -0.8)]
        while len(nouns) < how_many:
            numbers = [str(number) for number in rng.choice([ONE, MANY], size=int(rng.integers(1, 6)))]
            nouns.append(numbers)
            margin = float(rng.choice([0.0, 0.3, -0.3, 2.0, -2.0]))
            low = -float(rng.uniform(0.5, 6.0))
            scores.append((low + max(margin, 0.0), low + max(-margin, 0.0)))
        kept = [k for k, n in enumerate(nouns) if sum(x != n[0] for x in n) != left_out or k < len(_always())]
        order = rng.permutation(kept)
        yield Case(([nouns[k] for k in order], [scores[k] for k in order]))
    yield Case(([[MANY]], [(-4.0, -0.1)]), "one sentence")
    yield Case(([], []), "no sentences")


def _always() -> tuple[list[str], ...]:
    """Sentences that tell the mistakes apart, whatever else is drawn; none with 1, 2 or 3 of each."""
    return (
        [ONE],
        [MANY, MANY],
        [ONE, ONE, ONE],
        [MANY],
        [ONE, MANY, MANY, MANY, MANY],
        [MANY, ONE, ONE, ONE, ONE, MANY],
        [MANY, ONE, ONE, MANY, ONE, ONE],
    )


def _shares(arguments: tuple[Plain, ...], value: Plain) -> str | None:
    if not isinstance(value, dict):
        return None
    for attractors, pair in value.items():
        numbers = pair if isinstance(pair, (tuple, list)) else pair.tolist() if _is_array(pair) else []
        for number in numbers:
            if isinstance(number, float) and not 0 <= number <= 1:
                return (
                    f"{shown(number)}, for {shown(attractors)} attractors, is no share: those lie in [0, 1]."
                )
    return None


def _is_array(value: Plain) -> bool:
    return isinstance(value, np.ndarray)


task = Task(
    assignment="a4",
    name="agreement",
    label="Task 6, agreement by attractors",
    points=10,
    function="agreement_by_attractors",
    arguments=("nouns", "scores"),
    returns="a dict from numbers of attractors to two shares",
    look='the three rules in the text of task 6; lecture 10, "The writer of the books".',
    reference=reference,
    visible=VISIBLE,
    hidden=hidden,
    mistakes=MISTAKES,
    properties=(Property("shares lie in [0, 1]", _shares),),
)
check, grade, example = task.check, task.grade, task.example
