"""a1, task 5a: continuation probabilities, the first idea of Kneser and Ney."""

# The mistakes below are written as students write them: without types, and with their faults.
# mypy: disallow-untyped-defs=False, check-untyped-defs=False

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterator

import numpy as np

from rnn_course.checks.a1 import draw
from rnn_course.checks.case import Case, Mistake
from rnn_course.checks.properties import probabilities, sums_to_one
from rnn_course.checks.task import Task


def reference(bigram_counts: draw.Counts) -> dict[str, float]:
    """A right answer: every bigram type is one left neighbour of its second word."""
    neighbours = Counter(word for _, word in bigram_counts)
    return {word: number / len(bigram_counts) for word, number in neighbours.items()}


VISIBLE = (
    Case((draw.TOY_BIGRAMS,)),
    Case(
        ({("<s>", "hong"): 5, ("hong", "kong"): 9, ("kong", "</s>"): 4, ("<s>", "a"): 1, ("a", "</s>"): 1},)
    ),
)


def hidden(rng: np.random.Generator) -> Iterator[Case]:
    for how_many in (4, 6, 10):
        words = draw.some_words(rng, 4)
        text = draw.sentences(rng, how_many, words=words)
        # words[0] is frequent after one word only; words[1] comes after several, also after itself
        text += [[words[2], "kong"]] * 4 + [[words[1], words[1], words[0], words[1]]]
        yield Case((draw.ngrams(text, 2),))


def raw_counts(bigram_counts):
    counts = Counter()
    for (_, word), count in bigram_counts.items():
        counts[word] += count
    total = sum(counts.values())
    return {word: count / total for word, count in counts.items()}


def divided_by_words(bigram_counts):
    neighbours = Counter(word for _, word in bigram_counts)
    return {word: number / len(neighbours) for word, number in neighbours.items()}


def divided_by_tokens(bigram_counts):
    neighbours = Counter(word for _, word in bigram_counts)
    total = sum(bigram_counts.values())
    return {word: number / total for word, number in neighbours.items()}


def right_neighbours(bigram_counts):
    neighbours = Counter(previous for previous, _ in bigram_counts)
    return {word: number / len(bigram_counts) for word, number in neighbours.items()}


def start_is_no_neighbour(bigram_counts):
    types = [(previous, word) for previous, word in bigram_counts if previous != "<s>"]
    neighbours = Counter(word for _, word in types)
    return {word: neighbours[word] / len(types) for _, word in bigram_counts}


def not_normalised(bigram_counts):
    neighbours = defaultdict(set)
    for previous, word in bigram_counts:
        neighbours[word].add(previous)
    return {word: len(lefts) for word, lefts in neighbours.items()}


MISTAKES = (
    Mistake(
        "raw-counts",
        "a word is counted as often as it occurs",
        "That is the ordinary unigram. Here it counts after how many different words it occurs.",
        raw_counts,
    ),
    Mistake(
        "divided-by-words",
        "the number of different words stands below the fraction line",
        "The probabilities have to sum to 1: what is the sum of all the numerators?",
        divided_by_words,
    ),
    Mistake(
        "divided-by-tokens",
        "repeated bigrams are counted below the fraction line as often as they occur",
        "Above the line, a bigram counts once however often it occurs. So it does below.",
        divided_by_tokens,
    ),
    Mistake(
        "right-neighbours",
        "words that follow are counted instead of words that precede",
        "The dot in N1+(. w) stands before w.",
        right_neighbours,
    ),
    Mistake(
        "start-is-no-neighbour",
        "`<s>` is not taken for a left neighbour",
        "`<s>` is a context like any other: being able to begin a sentence is one way to continue a text.",
        start_is_no_neighbour,
    ),
    Mistake(
        "not-normalised",
        "numbers of neighbours are returned instead of probabilities",
        "Divide by the sum of the numerators.",
        not_normalised,
    ),
)

task = Task(
    assignment="a1",
    name="continuation",
    label="Task 5a, continuation",
    points=10,
    function="continuation_distribution",
    arguments=("bigram_counts",),
    returns="a dict from words to probabilities",
    look='the equation in the text of task 5a; lecture 02, "To whom should it go? The word Francisco".',
    reference=reference,
    visible=VISIBLE,
    hidden=hidden,
    mistakes=MISTAKES,
    properties=(probabilities, sums_to_one),
)
check, grade, example = task.check, task.grade, task.example
