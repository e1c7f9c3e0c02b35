"""a1, task 1: count n-grams, with the boundaries of sentences."""

# The mistakes below are written as students write them: without types, and with their faults.
# mypy: disallow-untyped-defs=False, check-untyped-defs=False
# ruff: noqa: B006

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator

import numpy as np

from rnn_course.checks.a1 import draw
from rnn_course.checks.case import Case, Mistake
from rnn_course.checks.task import Task


def reference(sentences: list[list[str]], n: int) -> dict[tuple[str, ...], int]:
    """A right answer."""
    counts: dict[tuple[str, ...], int] = {}
    for sentence in sentences:
        tokens = ("<s>", *sentence, "</s>")
        for end in range(1, len(tokens)):  # tokens[end] is the token that is predicted
            if end + 1 >= n:
                ngram = tokens[end + 1 - n : end + 1]
                counts[ngram] = counts.get(ngram, 0) + 1
    return counts


VISIBLE = (
    Case((draw.TOY, 2)),
    Case(([["a", "b", "a", "b"], ["b"]], 1)),
    Case(([["a", "b", "a"], ["a", "b"]], 3)),
    Case(([["a", "a", "a"], [], ["a"]], 2), "a sentence may be empty"),
    Case(([["a"], ["b", "c"]], 4), "a sentence may be too short for any n-gram"),
)


def hidden(rng: np.random.Generator) -> Iterator[Case]:
    for n in (1, 2, 3, 4):
        words = draw.some_words(rng, 3)
        text = draw.sentences(rng, 6, words=words)
        # each kind of boundary is in every case, wherever chance puts it
        text += [[], [words[0]], [words[1]] * 5, [words[0], words[1], words[0], words[1]]]
        yield Case(([text[i] for i in rng.permutation(len(text))], n))
    yield Case(([], 2), "no sentence at all")


def end_not_counted(sentences, n):
    counts = Counter()
    for sentence in sentences:
        tokens = ["<s>", *sentence]
        for i in range(len(tokens) - n + 1):
            counts[tuple(tokens[i : i + n])] += 1
    del counts[("<s>",)]
    return counts


def start_missing(sentences, n):
    counts = Counter()
    for sentence in sentences:
        tokens = [*sentence, "</s>"]
        for i in range(len(tokens) - n + 1):
            counts[tuple(tokens[i : i + n])] += 1
    return counts


def start_counted(sentences, n):
    counts = Counter()
    for sentence in sentences:
        tokens = ["<s>", *sentence, "</s>"]
        for i in range(len(tokens) - n + 1):
            counts[tuple(tokens[i : i + n])] += 1
    return counts


def no_boundaries(sentences, n):
    counts = Counter()
    for sentence in sentences:
        for i in range(len(sentence) - n + 1):
            counts[tuple(sentence[i : i + n])] += 1
    return counts


def across_sentences(sentences, n):
    tokens = []
    for sentence in sentences:
        tokens += ["<s>", *sentence, "</s>"]
    counts = Counter(tuple(tokens[i : i + n]) for i in range(len(tokens) - n + 1))
    return {ngram: count for ngram, count in counts.items() if ngram[-1] != "<s>"}


def padded(sentences, n):
    counts = Counter()
    for sentence in sentences:
        tokens = ["<s>"] * (n - 1) + [*sentence, "</s>"]
        for i in range(len(tokens) - n + 1):
            counts[tuple(tokens[i : i + n])] += 1
    return counts


def words_as_keys(sentences, n):
    counts = Counter()
    for sentence in sentences:
        tokens = ["<s>", *sentence, "</s>"]
        for i in range(len(tokens) - n + 1):
            ngram = tuple(tokens[i : i + n])
            if ngram != ("<s>",):
                counts[ngram if n > 1 else ngram[0]] += 1
    return counts


def inserted(sentences, n):
    counts = Counter()
    for tokens in sentences:
        tokens.insert(0, "<s>")
        tokens.append("</s>")
        for i in range(len(tokens) - n + 1):
            counts[tuple(tokens[i : i + n])] += 1
    del counts[("<s>",)]
    return counts


def kept_between_calls(sentences, n, counts={}):
    for sentence in sentences:
        tokens = ["<s>", *sentence, "</s>"]
        for i in range(len(tokens) - n + 1):
            ngram = tuple(tokens[i : i + n])
            if ngram != ("<s>",):
                counts[ngram] = counts.get(ngram, 0) + 1
    return counts


MISTAKES = (
    Mistake(
        "no-boundaries",
        "sentences are counted without `<s>` and `</s>`",
        "How would the model know which words begin a sentence, or when to stop?",
        no_boundaries,
    ),
    Mistake(
        "end-not-counted",
        "`</s>` is not counted",
        "The end of a sentence is an event like any other: the model has to predict it. If you did put "
        "`</s>` there, count your windows: L tokens have L - n + 1 of length n.",
        end_not_counted,
    ),
    Mistake(
        "start-missing",
        "`<s>` is left out",
        "The first word needs a context too, or nothing is known of how sentences begin.",
        start_missing,
    ),
    Mistake(
        "start-counted",
        "`<s>` is counted as a word of its own, in the unigrams",
        "An n-gram is counted for its last token, the one that is predicted. Who ever predicts `<s>`?",
        start_counted,
    ),
    Mistake(
        "across-sentences",
        "n-grams reach over the boundary from one sentence into the next",
        "Begin the windows afresh in every sentence.",
        across_sentences,
    ),
    Mistake(
        "padded",
        "n - 1 copies of `<s>` are put before a sentence",
        "Some books do that. Here every sentence has one `<s>`, whatever n is.",
        padded,
    ),
    Mistake(
        "words-as-keys",
        "the keys for n = 1 are words instead of tuples of one word",
        '("cat",) is a tuple; ("cat") and "cat" are not.',
        words_as_keys,
    ),
    Mistake(
        "inserted",
        "`<s>` and `</s>` are put into the caller's own lists",
        "`insert`, `append` and `+=` alter a list. `[..., *sentence, ...]` makes a new one.",
        inserted,
    ),
    Mistake(
        "kept-between-calls",
        "the counts of earlier calls are still there",
        "A default argument such as `counts={}` is made once, and all calls share it.",
        kept_between_calls,
    ),
)

task = Task(
    assignment="a1",
    name="counts",
    label="Task 1, counts",
    points=15,
    function="count_ngrams",
    arguments=("sentences", "n"),
    returns="a dict from n-grams (tuples) to counts",
    look="the three rules in the text of task 1; "
    'lecture 01, "The assumption: only the last few words matter".',
    reference=reference,
    visible=VISIBLE,
    hidden=hidden,
    mistakes=MISTAKES,
)
check, grade, example = task.check, task.grade, task.example
