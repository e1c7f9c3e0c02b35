"""a1, task 2a: conditional probabilities by maximum likelihood."""

# The mistakes below are written as students write them: without types, and with their faults.
# mypy: disallow-untyped-defs=False, check-untyped-defs=False

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterator

import numpy as np

from rnn_course.checks.a1 import draw
from rnn_course.checks.case import Case, Mistake
from rnn_course.checks.properties import rows_sum_to_one
from rnn_course.checks.task import Task


def reference(counts: draw.Counts) -> draw.Table:
    """A right answer."""
    totals: Counter[tuple[str, ...]] = Counter()
    for ngram, count in counts.items():
        totals[ngram[:-1]] += count
    table: draw.Table = {context: {} for context in totals}
    for ngram, count in counts.items():
        table[ngram[:-1]][ngram[-1]] = count / totals[ngram[:-1]]
    return table


VISIBLE = (
    Case((draw.TOY_BIGRAMS,)),
    Case((draw.ngrams(draw.TOY, 3),), "trigrams: the context has two tokens"),
    Case(({("a",): 3, ("b",): 1},), "unigrams: the context is empty"),
)


def hidden(rng: np.random.Generator) -> Iterator[Case]:
    for n in (1, 2, 3, 3, 4):
        words = draw.some_words(rng, 3)
        text = [*draw.sentences(rng, 8, words=words), words, words[::-1], [*words[:2], *words[:2]]]
        yield Case((draw.ngrams(text, n),))


def joint(counts):
    total = sum(counts.values())
    table = defaultdict(dict)
    for ngram, count in counts.items():
        table[ngram[:-1]][ngram[-1]] = count / total
    return table


def turned_round(counts):
    totals = Counter()
    for ngram, count in counts.items():
        totals[ngram[-1]] += count
    table = defaultdict(dict)
    for ngram, count in counts.items():
        table[ngram[:-1]][ngram[-1]] = count / totals[ngram[-1]]
    return table


def whole_division(counts):
    totals = Counter()
    for ngram, count in counts.items():
        totals[ngram[:-1]] += count
    table = defaultdict(dict)
    for ngram, count in counts.items():
        table[ngram[:-1]][ngram[-1]] = count // totals[ngram[:-1]]
    return table


def divided_by_types(counts):
    types = Counter(ngram[:-1] for ngram in counts)
    table = defaultdict(dict)
    for ngram, count in counts.items():
        table[ngram[:-1]][ngram[-1]] = count / types[ngram[:-1]]
    return table


def last_word_only(counts):
    totals = Counter()
    for ngram, count in counts.items():
        totals[ngram[:-1][-1:]] += count
    table = defaultdict(dict)
    for ngram, count in counts.items():
        table[ngram[:-1]][ngram[-1]] = count / totals[ngram[:-1][-1:]]
    return table


MISTAKES = (
    Mistake(
        "joint",
        "counts are divided by the number of all n-grams",
        "That is the probability of the whole n-gram. Here the context is given: what does it divide by?",
        joint,
    ),
    Mistake(
        "turned-round",
        "counts are divided by the count of the word instead of that of its context",
        "P(word | context) and P(context | word) are different things. Which one sums to 1 over the words?",
        turned_round,
    ),
    Mistake(
        "whole-division",
        "`//` divides",
        "`//` cuts the fraction off, and almost every probability with it.",
        whole_division,
    ),
    Mistake(
        "divided-by-types",
        "counts are divided by the number of different words that follow the context",
        "Twice the same continuation counts twice, below the fraction line as above it.",
        divided_by_types,
    ),
    Mistake(
        "last-word-only",
        "the denominator knows only the last word of the context",
        "The context of a trigram is its first two tokens; `ngram[:-1]` takes them for every n.",
        last_word_only,
    ),
)

task = Task(
    assignment="a1",
    name="mle",
    label="Task 2a, maximum likelihood",
    points=5,
    function="mle_table",
    arguments=("counts",),
    returns="a dict from contexts to dicts from words to probabilities",
    look='the equation in the text of task 2a; lecture 01, "The assumption: only the last few words matter".',
    reference=reference,
    visible=VISIBLE,
    hidden=hidden,
    mistakes=MISTAKES,
    properties=(rows_sum_to_one,),
)
check, grade, example = task.check, task.grade, task.example
