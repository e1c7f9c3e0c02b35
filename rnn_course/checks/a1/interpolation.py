"""a1, task 4b: interpolation of several orders."""

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


def reference(tables: list[draw.Table], weights: list[float], context: Context) -> dict[str, float]:
    """A right answer."""
    mixed: dict[str, float] = {}
    used = 0.0
    for n, (table, weight) in enumerate(zip(tables, weights, strict=True), start=1):
        row = table.get(context[len(context) - (n - 1) :])
        if row is not None:
            used += weight
            for word, probability in row.items():
                mixed[word] = mixed.get(word, 0.0) + weight * probability
    return {word: probability / used for word, probability in mixed.items()}


TOY_TABLES = [draw.conditional(draw.ngrams(draw.TOY, n)) for n in (1, 2, 3)]
VISIBLE = (
    Case((TOY_TABLES, [0.2, 0.3, 0.5], ("the", "dog"))),
    Case((TOY_TABLES, [0.2, 0.3, 0.5], ("a", "dog")), "no trigram begins so"),
    Case((TOY_TABLES, [0.2, 0.3, 0.5], ("the", "fox")), "no trigram and no bigram begins so"),
    Case((TOY_TABLES[:2], [0.6, 0.4], ("cat",)), "two orders"),
)


def hidden(rng: np.random.Generator) -> Iterator[Case]:
    for orders in (1, 2, 3, 3, 4):
        words = draw.some_words(rng, 4)
        known = words[:3]
        text = [*draw.sentences(rng, 6, words=known), [known[0], known[1], known[2], known[0]]]
        tables = [draw.conditional(draw.ngrams(text, n)) for n in range(1, orders + 1)]
        shares = 1.0 + 3.0 * rng.permutation(orders) + rng.uniform(0, 1, size=orders)  # clearly different
        weights = [float(w) for w in shares / shares.sum()]
        yield Case((tables, weights, tuple([known[0], known[1], known[2]][: orders - 1])))
        if orders > 1:
            unseen = (*(*known, *known)[: orders - 2], words[3])
            yield Case((tables, weights, unseen), "a context of which no order knows more than ()")
        if orders > 2:
            yield Case((tables, weights, (words[3], *known)[: orders - 1]), "its longest form is unseen")


def weights_turned_round(tables, weights, context):
    mixed, used = {}, 0.0
    for n, (table, weight) in enumerate(zip(tables, reversed(weights), strict=True), start=1):
        row = table.get(context[len(context) - (n - 1) :])
        if row is not None:
            used += weight
            for word in row:
                mixed[word] = mixed.get(word, 0.0) + weight * row[word]
    return {word: p / used for word, p in mixed.items()}


def weight_lost(tables, weights, context):
    mixed = {}
    for n, (table, weight) in enumerate(zip(tables, weights, strict=True), start=1):
        row = table.get(context[len(context) - (n - 1) :], {})
        for word in row:
            mixed[word] = mixed.get(word, 0.0) + weight * row[word]
    return mixed


def context_from_the_left(tables, weights, context):
    mixed, used = {}, 0.0
    for n, (table, weight) in enumerate(zip(tables, weights, strict=True), start=1):
        row = table.get(context[: n - 1])
        if row is not None:
            used += weight
            for word in row:
                mixed[word] = mixed.get(word, 0.0) + weight * row[word]
    return {word: p / used for word, p in mixed.items()}


def minus_zero(tables, weights, context):
    mixed, used = {}, 0.0
    for n, (table, weight) in enumerate(zip(tables, weights, strict=True), start=1):
        row = table.get(context[-(n - 1) :])
        if row is not None:
            used += weight
            for word in row:
                mixed[word] = mixed.get(word, 0.0) + weight * row[word]
    return {word: p / used for word, p in mixed.items()}


def longest_only(tables, weights, context):
    for n in range(len(tables), 0, -1):
        row = tables[n - 1].get(context[len(context) - (n - 1) :])
        if row is not None:
            return dict(row)
    return {}


def even_weights(tables, weights, context):
    mixed, used = {}, 0
    for n, table in enumerate(tables, start=1):
        row = table.get(context[len(context) - (n - 1) :])
        if row is not None:
            used += 1
            for word in row:
                mixed[word] = mixed.get(word, 0.0) + row[word]
    return {word: p / used for word, p in mixed.items()}


def only_words_of_the_longest(tables, weights, context):
    rows = []
    for n, (table, weight) in enumerate(zip(tables, weights, strict=True), start=1):
        row = table.get(context[len(context) - (n - 1) :])
        if row is not None:
            rows.append((weight, row))
    used = sum(weight for weight, _ in rows)
    return {word: sum(weight * row.get(word, 0.0) for weight, row in rows) / used for word in rows[-1][1]}


MISTAKES = (
    Mistake(
        "weights-turned-round",
        "the weights are taken in the opposite order",
        "weights[0] belongs to tables[0], the unigrams.",
        weights_turned_round,
    ),
    Mistake(
        "weight-lost",
        "the weight of an order that never saw the context is lost",
        "Divide by the sum of the weights that were used.",
        weight_lost,
    ),
    Mistake(
        "context-from-the-left",
        "a shorter context is cut from the wrong end",
        "The word is predicted from what stands next to it: keep the last n - 1 tokens of the context.",
        context_from_the_left,
    ),
    Mistake(
        "minus-zero",
        "`context[-(n - 1):]` takes the whole context for n = 1",
        "-0 is 0, and context[0:] is everything. Count from the front: context[len(context) - (n - 1):].",
        minus_zero,
    ),
    Mistake(
        "longest-only",
        "only the longest order that knows the context speaks",
        "That is backoff. In interpolation all orders that know it are mixed.",
        longest_only,
    ),
    Mistake(
        "even-weights",
        "all orders weigh the same",
        "Each order's probabilities are multiplied by its own weight.",
        even_weights,
    ),
    Mistake(
        "only-words-of-the-longest",
        "only words that the longest context has seen get a probability",
        "Give every word its probability that any of the orders gives one.",
        only_words_of_the_longest,
    ),
)

task = Task(
    assignment="a1",
    name="interpolation",
    label="Task 4b, interpolation",
    points=8,
    function="interpolated_distribution",
    arguments=("tables", "weights", "context"),
    returns="a dict from words to probabilities",
    look="the equation in the text of task 4b, and which orders S holds; "
    'lecture 02, "Second idea: ask several orders, and mix".',
    reference=reference,
    visible=VISIBLE,
    hidden=hidden,
    mistakes=MISTAKES,
    properties=(probabilities, sums_to_one),
)
check, grade, example = task.check, task.grade, task.example
