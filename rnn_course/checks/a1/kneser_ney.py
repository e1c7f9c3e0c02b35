"""a1, task 5b: interpolated Kneser-Ney smoothing, one order on top of the next lower one."""

# The mistakes below are written as students write them: without types, and with their faults.
# mypy: disallow-untyped-defs=False, check-untyped-defs=False

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from rnn_course.checks.a1 import draw
from rnn_course.checks.case import Case, Mistake
from rnn_course.checks.properties import probabilities, sums_to_one
from rnn_course.checks.task import Task

Context = tuple[str, ...]


def reference(counts: draw.Counts, lower: dict[str, float], context: Context, D: float) -> dict[str, float]:
    """A right answer."""
    seen = {ngram[-1]: count for ngram, count in counts.items() if ngram[:-1] == context}
    if not seen:
        return dict(lower)
    total = sum(seen.values())
    weight = D * len(seen) / total
    return {word: max(seen.get(word, 0) - D, 0.0) / total + weight * p for word, p in lower.items()}


TOY_LOWER = {
    "the": 1 / 11,
    "a": 1 / 11,
    "cat": 2 / 11,
    "dog": 1 / 11,
    "sat": 2 / 11,
    "ran": 1 / 11,
    "</s>": 3 / 11,
}
VISIBLE = (
    Case((draw.TOY_BIGRAMS, TOY_LOWER, ("the",), 0.5)),
    Case((draw.TOY_BIGRAMS, TOY_LOWER, ("cat",), 0.75)),
    Case((draw.TOY_BIGRAMS, TOY_LOWER, ("fox",), 0.5), "a context that was never seen"),
    Case((draw.ngrams(draw.TOY, 3), TOY_LOWER, ("the", "cat"), 0.25), "trigrams: the context has two tokens"),
    Case((draw.ngrams(draw.TOY, 3), TOY_LOWER, ("<s>", "the"), 0.25), "trigrams: the first word"),
)


def hidden(rng: np.random.Generator) -> Iterator[Case]:
    for n in (2, 2, 3, 4):
        words = draw.some_words(rng, 5)
        known = words[:3]
        text = [
            *draw.sentences(rng, 6, words=known),
            [*known, known[0]],
            [*known, known[0]],
            [*known, known[1]],
        ]
        lower = draw.distribution(rng, [*words, "</s>"])
        discount = float(rng.uniform(0.2, 0.9))
        counts = draw.ngrams(text, n)
        context = tuple(known[3 - (n - 1) :])
        its_own_last = dict(sorted(counts.items(), key=lambda item: item[0][:-1] == context))
        yield Case((its_own_last, lower, context, discount))
        yield Case((counts, lower, ("<s>", *known)[: n - 1], discount))
        yield Case((counts, lower, (words[4], *known)[: n - 1], discount), "a context that was never seen")


def not_given_back(counts, lower, context, D):
    seen = {ngram[-1]: count for ngram, count in counts.items() if ngram[:-1] == context}
    if not seen:
        return dict(lower)
    total = sum(seen.values())
    return {word: max(seen.get(word, 0) - D, 0) / total for word in lower}


def not_discounted(counts, lower, context, D):
    seen = {ngram[-1]: count for ngram, count in counts.items() if ngram[:-1] == context}
    if not seen:
        return dict(lower)
    total = sum(seen.values())
    weight = D * len(seen) / total
    return {word: seen.get(word, 0) / total + weight * lower[word] for word in lower}


def weight_is_the_discount(counts, lower, context, D):
    seen = {ngram[-1]: count for ngram, count in counts.items() if ngram[:-1] == context}
    if not seen:
        return dict(lower)
    total = sum(seen.values())
    return {word: max(seen.get(word, 0) - D, 0) / total + D * lower[word] for word in lower}


def weight_without_discount(counts, lower, context, D):
    seen = {ngram[-1]: count for ngram, count in counts.items() if ngram[:-1] == context}
    if not seen:
        return dict(lower)
    total = sum(seen.values())
    weight = len(seen) / total
    return {word: max(seen.get(word, 0) - D, 0) / total + weight * lower[word] for word in lower}


def below_zero(counts, lower, context, D):
    seen = {ngram[-1]: count for ngram, count in counts.items() if ngram[:-1] == context}
    if not seen:
        return dict(lower)
    total = sum(seen.values())
    weight = D * len(seen) / total
    return {word: (seen.get(word, 0) - D) / total + weight * lower[word] for word in lower}


def unseen_context_is_zero(counts, lower, context, D):
    seen = {ngram[-1]: count for ngram, count in counts.items() if ngram[:-1] == context}
    if not seen:
        return {word: 0.0 for word in lower}
    total = sum(seen.values())
    weight = D * len(seen) / total
    return {word: max(seen.get(word, 0) - D, 0) / total + weight * lower[word] for word in lower}


def unseen_context_divides_by_zero(counts, lower, context, D):
    seen = {ngram[-1]: count for ngram, count in counts.items() if ngram[:-1] == context}
    total = sum(seen.values())
    weight = D * len(seen) / total
    return {word: max(seen.get(word, 0) - D, 0) / total + weight * lower[word] for word in lower}


def backoff(counts, lower, context, D):
    seen = {ngram[-1]: count for ngram, count in counts.items() if ngram[:-1] == context}
    if not seen:
        return dict(lower)
    total = sum(seen.values())
    weight = D * len(seen) / total
    return {word: (seen[word] - D) / total if word in seen else weight * lower[word] for word in lower}


def all_ngrams_below(counts, lower, context, D):
    seen = {ngram[-1]: count for ngram, count in counts.items() if ngram[:-1] == context}
    if not seen:
        return dict(lower)
    total = sum(counts.values())
    weight = D * len(seen) / total
    return {word: max(seen.get(word, 0) - D, 0) / total + weight * lower[word] for word in lower}


MISTAKES = (
    Mistake(
        "not-given-back",
        "the discount is taken from the seen words and given to nobody",
        "What D takes away is lambda(h), and the lower order shares it out.",
        not_given_back,
    ),
    Mistake(
        "not-discounted",
        "the lower order's share is added, but nothing is taken from the seen words",
        "Every seen word gives up D of its count first.",
        not_discounted,
    ),
    Mistake(
        "weight-is-the-discount",
        "D itself is taken for lambda(h)",
        "D is taken once from each different word after h. How much is that together, as a share of c(h)?",
        weight_is_the_discount,
    ),
    Mistake(
        "weight-without-discount",
        "lambda(h) leaves D out",
        "lambda(h) is what was taken away: D from each different word after h, as a share of c(h).",
        weight_without_discount,
    ),
    Mistake(
        "below-zero",
        "D is taken also from words that never followed the context",
        "max(count - D, 0): who has nothing cannot give.",
        below_zero,
    ),
    Mistake(
        "unseen-context-is-zero",
        "every word gets probability 0 after a context that was never seen",
        "Nothing is known of this context, so the lower order decides alone.",
        unseen_context_is_zero,
    ),
    Mistake(
        "unseen-context-divides-by-zero",
        "c(h) = 0 is divided by, for a context that was never seen",
        "Nothing is known of this context, so the lower order decides alone.",
        unseen_context_divides_by_zero,
    ),
    Mistake(
        "backoff",
        "the lower order is asked only about words that never followed the context",
        "Interpolation adds lambda(h) P_lower(w) for every word, seen or not.",
        backoff,
    ),
    Mistake(
        "all-ngrams-below",
        "the number of all n-grams is taken for c(h)",
        "c(h) counts only n-grams that begin with h.",
        all_ngrams_below,
    ),
)

task = Task(
    assignment="a1",
    name="kneser_ney",
    label="Task 5b, Kneser-Ney",
    points=15,
    function="kneser_ney_distribution",
    arguments=("counts", "lower", "context", "D"),
    returns="a dict from words to probabilities",
    look='the two equations in the text of task 5b; lecture 02, "Kneser-Ney, in ten lines".',
    reference=reference,
    visible=VISIBLE,
    hidden=hidden,
    mistakes=MISTAKES,
    properties=(probabilities, sums_to_one),
)
check, grade, example = task.check, task.grade, task.example
