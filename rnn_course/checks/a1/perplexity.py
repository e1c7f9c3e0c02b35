"""a1, task 3: perplexity."""

# The mistakes below are written as students write them: without types, and with their faults.
# mypy: disallow-untyped-defs=False, check-untyped-defs=False

from __future__ import annotations

import math
from collections.abc import Iterator

import numpy as np

from rnn_course.checks.case import Case, Mistake
from rnn_course.checks.properties import not_nan
from rnn_course.checks.task import Task


def reference(log_probs: list[list[float]]) -> float:
    """A right answer."""
    tokens = [value for sentence in log_probs for value in sentence]
    return math.exp(-sum(tokens) / len(tokens))


def logs(*sentences: list[float]) -> list[list[float]]:
    """Log-probabilities of sentences of probabilities."""
    return [[math.log(p) if p else -math.inf for p in sentence] for sentence in sentences]


VISIBLE = (
    Case((logs([1 / 2, 1 / 2, 1 / 2], [1 / 32]),)),
    Case((logs([0.1, 0.1, 0.1, 0.1], [0.1, 0.1]),), "each token was one of ten, all alike"),
    Case((logs([0.5, 0.25, 0.9], [0.2, 0.6], [0.7]),)),
    Case((logs([0.5, 0.0], [0.5, 0.5]),), "one token had probability 0"),
    Case((logs([1.0, 1.0], [1.0]),), "every token was certain"),
    Case((logs([0.001] * 150, [0.002]),), "150 tokens of one in a thousand: their product is 0.0"),
)


def hidden(rng: np.random.Generator) -> Iterator[Case]:
    for how_many in (1, 2, 5, 9):
        lengths = [2 + (i * 3) % 7 for i in range(how_many)]
        text = [[float(p) for p in rng.uniform(0.02, 0.9, size=length)] for length in lengths]
        yield Case((logs(*text),))
    yield Case((logs([float(rng.uniform(0.1, 0.9)), 0.0], [0.3]),), "one token had probability 0")
    long = rng.uniform(0.001, 0.01, size=400)
    yield Case(
        ([np.log(long).tolist(), [-0.5, -0.25]],), "a long sentence: the product of its probabilities is 0.0"
    )


def base_two(log_probs):
    tokens = [value for sentence in log_probs for value in sentence]
    return 2 ** (-sum(tokens) / len(tokens))


def sign_lost(log_probs):
    tokens = [value for sentence in log_probs for value in sentence]
    return math.exp(sum(tokens) / len(tokens))


def cross_entropy_only(log_probs):
    tokens = [value for sentence in log_probs for value in sentence]
    return -sum(tokens) / len(tokens)


def per_sentence(log_probs):
    tokens = [value for sentence in log_probs for value in sentence]
    exponent = -sum(tokens) / len(log_probs)
    return math.exp(exponent) if exponent < 700 else math.inf


def averaged_perplexities(log_probs):
    each = [math.exp(-sum(sentence) / len(sentence)) for sentence in log_probs]
    return sum(each) / len(each)


def averaged_cross_entropies(log_probs):
    each = [-sum(sentence) / len(sentence) for sentence in log_probs]
    return math.exp(sum(each) / len(each))


def end_not_in_length(log_probs):
    tokens = [value for sentence in log_probs for value in sentence]
    words = len(tokens) - len(log_probs)
    return math.exp(-sum(tokens) / words)


def end_dropped(log_probs):
    tokens = [value for sentence in log_probs for value in sentence[:-1]]
    return math.exp(-sum(tokens) / len(tokens))


def arithmetic_mean(log_probs):
    tokens = [math.exp(value) for sentence in log_probs for value in sentence]
    return len(tokens) / sum(tokens)


def mean_of_inverses(log_probs):
    tokens = [math.exp(-value) for sentence in log_probs for value in sentence]
    return sum(tokens) / len(tokens)


def zeros_left_out(log_probs):
    tokens = [value for sentence in log_probs for value in sentence if value > -math.inf]
    return math.exp(-sum(tokens) / len(tokens))


def through_the_product(log_probs):
    product, length = 1.0, 0
    for sentence in log_probs:
        for value in sentence:
            product *= math.exp(value)
            length += 1
    return product ** (-1 / length) if product > 0 else math.inf


MISTAKES = (
    Mistake(
        "base-two",
        "2 is raised to a cross-entropy in nats",
        "Logs and power must have the same base: log2 with 2, or the natural log with e.",
        base_two,
    ),
    Mistake(
        "sign-lost",
        "the minus sign is lost",
        "Logs of probabilities are negative, cross-entropy is positive, perplexity is at least 1.",
        sign_lost,
    ),
    Mistake(
        "cross-entropy-only",
        "the cross-entropy J is returned",
        "Perplexity is exp(J). A model that guesses evenly among 10 words has 10, not 2.3.",
        cross_entropy_only,
    ),
    Mistake(
        "per-sentence",
        "the sum is divided by the number of sentences",
        "The mean runs over tokens: every token is one prediction.",
        per_sentence,
    ),
    Mistake(
        "averaged-perplexities",
        "the perplexities of the sentences are averaged",
        "Perplexity is the exponential of a mean, and the mean runs over all tokens of the text at once.",
        averaged_perplexities,
    ),
    Mistake(
        "averaged-cross-entropies",
        "the cross-entropies of the sentences are averaged, long and short ones alike",
        "A sentence of 20 tokens holds 20 predictions. Should it weigh no more than one of 2?",
        averaged_cross_entropies,
    ),
    Mistake(
        "end-not-in-length",
        "`</s>` is scored, but not counted in the length T",
        "The last number of every sentence belongs to `</s>`. What is summed must also be counted.",
        end_not_in_length,
    ),
    Mistake(
        "end-dropped",
        "the last prediction of every sentence, that of `</s>`, is dropped",
        "To know when to stop is part of the task.",
        end_dropped,
    ),
    Mistake(
        "arithmetic-mean",
        "1 is divided by the arithmetic mean of the probabilities",
        "It is the geometric mean: take the mean of the logarithms.",
        arithmetic_mean,
    ),
    Mistake(
        "mean-of-inverses",
        "the mean of 1/P is taken",
        "It is the geometric mean: take the mean of the logarithms, then exp.",
        mean_of_inverses,
    ),
    Mistake(
        "zeros-left-out",
        "tokens of probability 0 are left out",
        "A model that calls impossible what happened has perplexity inf. That is no accident of arithmetic.",
        zeros_left_out,
    ),
    Mistake(
        "through-the-product",
        "probabilities are multiplied before the root is taken",
        "Multiply 400 small numbers and the computer says 0.0. Add their logarithms instead.",
        through_the_product,
    ),
)

task = Task(
    assignment="a1",
    name="perplexity",
    label="Task 3, perplexity",
    points=15,
    function="perplexity",
    arguments=("log_probs",),
    returns="a number",
    look="the equation in the text of task 3, and what T counts; "
    'lecture 02, "One number to compare models by".',
    reference=reference,
    visible=VISIBLE,
    hidden=hidden,
    mistakes=MISTAKES,
    properties=(not_nan,),
)
check, grade, example = task.check, task.grade, task.example
