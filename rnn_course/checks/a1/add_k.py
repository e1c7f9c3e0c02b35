"""a1, task 4a: add-k smoothing."""

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


def reference(counts: draw.Counts, context: Context, k: float, vocabulary: list[str]) -> dict[str, float]:
    """A right answer."""
    words = [word for word in vocabulary if word != "<s>"]
    total = sum(count for ngram, count in counts.items() if ngram[:-1] == context)
    return {word: (counts.get((*context, word), 0) + k) / (total + k * len(words)) for word in words}


TOY_VOCABULARY = draw.vocabulary(["the", "a", "cat", "dog", "sat", "ran"])
TOY_TRIGRAMS = draw.ngrams(draw.TOY, 3)
VISIBLE = (
    Case((draw.TOY_BIGRAMS, ("the",), 1.0, TOY_VOCABULARY)),
    Case((draw.TOY_BIGRAMS, ("cat",), 0.1, TOY_VOCABULARY)),
    Case((draw.TOY_BIGRAMS, ("<unk>",), 0.5, TOY_VOCABULARY), "a context that was never seen"),
    Case((TOY_TRIGRAMS, ("the", "cat"), 0.5, TOY_VOCABULARY), "trigrams: the context has two tokens"),
    Case((TOY_TRIGRAMS, ("<s>", "the"), 0.5, TOY_VOCABULARY), "trigrams, at the beginning of a sentence"),
)


def hidden(rng: np.random.Generator) -> Iterator[Case]:
    for n in (1, 2, 2, 3):
        words = draw.some_words(rng, 5)
        known = words[:3]  # the other two are in the vocabulary, but not in the text
        text = [*draw.sentences(rng, 6, words=known), known, known[::-1]]
        context = ("<s>", *known)[: n - 1]
        for k in (float(rng.uniform(0.01, 0.9)), float(rng.uniform(1.5, 3.0))):
            yield Case((draw.ngrams(text, n), context, k, draw.vocabulary(words)))
        if n > 1:
            yield Case(
                (draw.ngrams(text, n), (words[4],) * (n - 1), 0.3, draw.vocabulary(words)[::-1]),
                "a context that was never seen",
            )


def denominator_without_k(counts, context, k, vocabulary):
    words = [word for word in vocabulary if word != "<s>"]
    total = sum(count for ngram, count in counts.items() if ngram[:-1] == context)
    if total == 0:
        return {word: 1 / len(words) for word in words}
    return {word: (counts.get((*context, word), 0) + k) / total for word in words}


def denominator_with_one_k(counts, context, k, vocabulary):
    words = [word for word in vocabulary if word != "<s>"]
    total = sum(count for ngram, count in counts.items() if ngram[:-1] == context)
    return {word: (counts.get((*context, word), 0) + k) / (total + k) for word in words}


def start_in_vocabulary(counts, context, k, vocabulary):
    total = sum(count for ngram, count in counts.items() if ngram[:-1] == context)
    return {
        word: (counts.get((*context, word), 0) + k) / (total + k * len(vocabulary))
        for word in vocabulary
        if word != "<s>"
    }


def start_predicted(counts, context, k, vocabulary):
    total = sum(count for ngram, count in counts.items() if ngram[:-1] == context)
    return {
        word: (counts.get((*context, word), 0) + k) / (total + k * len(vocabulary)) for word in vocabulary
    }


def only_followers_counted(counts, context, k, vocabulary):
    words = [word for word in vocabulary if word != "<s>"]
    followers = [ngram for ngram in counts if ngram[:-1] == context]
    total = sum(counts[ngram] for ngram in followers)
    size = len(followers) or len(words)
    return {word: (counts.get((*context, word), 0) + k) / (total + k * size) for word in words}


def only_seen_words_get_k(counts, context, k, vocabulary):
    words = [word for word in vocabulary if word != "<s>"]
    total = sum(count for ngram, count in counts.items() if ngram[:-1] == context)
    return {
        word: (counts[(*context, word)] + k) / (total + k * len(words)) if (*context, word) in counts else 0.0
        for word in words
    }


def always_one(counts, context, k, vocabulary):
    words = [word for word in vocabulary if word != "<s>"]
    total = sum(count for ngram, count in counts.items() if ngram[:-1] == context)
    return {word: (counts.get((*context, word), 0) + 1) / (total + len(words)) for word in words}


def all_ngrams_below(counts, context, k, vocabulary):
    words = [word for word in vocabulary if word != "<s>"]
    total = sum(counts.values())
    return {word: (counts.get((*context, word), 0) + k) / (total + k * len(words)) for word in words}


MISTAKES = (
    Mistake(
        "denominator-without-k",
        "k is added above the fraction line and not below",
        "V words get k each. By how much does the total grow?",
        denominator_without_k,
    ),
    Mistake(
        "denominator-with-one-k",
        "k is added below the fraction line only once",
        "V words get k each. By how much does the total grow?",
        denominator_with_one_k,
    ),
    Mistake(
        "start-in-vocabulary",
        "`<s>` is counted in V",
        "V is the number of tokens that can be predicted, and `<s>` is not one of them.",
        start_in_vocabulary,
    ),
    Mistake(
        "start-predicted",
        "`<s>` gets a probability",
        "`<s>` stands before a sentence; no model is ever asked to predict it.",
        start_predicted,
    ),
    Mistake(
        "only-followers-counted",
        "V is the number of words seen after this context",
        "Every word of the vocabulary gets its k, seen here or not.",
        only_followers_counted,
    ),
    Mistake(
        "only-seen-words-get-k",
        "words that never followed the context keep probability 0",
        "They are the ones for whom the smoothing is made.",
        only_seen_words_get_k,
    ),
    Mistake("always-one", "1 is added instead of k", "k is an argument; it need not be 1.", always_one),
    Mistake(
        "all-ngrams-below",
        "the number of all n-grams stands below the fraction line",
        "The context is given: only n-grams that begin with it belong to c(h).",
        all_ngrams_below,
    ),
)

task = Task(
    assignment="a1",
    name="add_k",
    label="Task 4a, add-k",
    points=7,
    function="add_k_distribution",
    arguments=("counts", "context", "k", "vocabulary"),
    returns="a dict from words to probabilities",
    look="the equation in the text of task 4a, and what V is; "
    'lecture 02, "First idea: pretend to have seen everything k times".',
    reference=reference,
    visible=VISIBLE,
    hidden=hidden,
    mistakes=MISTAKES,
    properties=(probabilities, sums_to_one),
)
check, grade, example = task.check, task.grade, task.example
