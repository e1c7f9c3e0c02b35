"""a1, task 2b: the probability of a sentence by the chain rule."""

# The mistakes below are written as students write them: without types, and with their faults.
# mypy: disallow-untyped-defs=False, check-untyped-defs=False

from __future__ import annotations

import itertools
import math
from collections.abc import Iterator

import numpy as np

from rnn_course.checks.a1 import draw
from rnn_course.checks.case import Case, Mistake
from rnn_course.checks.properties import not_nan
from rnn_course.checks.task import Task


def reference(table: draw.Table, sentence: list[str]) -> float:
    """A right answer."""
    total = 0.0
    previous = "<s>"
    for word in (*sentence, "</s>"):
        probability = table.get((previous,), {}).get(word, 0.0)
        total += math.log(probability) if probability else -math.inf
        previous = word
    return total


TOY_TABLE = draw.conditional(draw.TOY_BIGRAMS)
ON_AND_ON: draw.Table = {(h,): {"go": 0.1, "</s>": 0.9} for h in ("<s>", "go")}
VISIBLE = (
    Case((TOY_TABLE, ["the", "cat", "sat"])),
    Case((TOY_TABLE, ["a", "cat"])),
    Case((TOY_TABLE, ["the", "dog", "ran"]), "this dog never ran"),
    Case((TOY_TABLE, ["ran", "cat"]), "no sentence began so"),
    Case((TOY_TABLE, ["the", "fox", "sat"]), "this context was never seen"),
    Case((ON_AND_ON, ["go"] * 400), "400 words: the product of their probabilities is 0.0 in a computer"),
    Case(({("<s>",): {"go": 0.5, "</s>": 0.5}, ("go",): {"go": 0.5, "</s>": 0.5}}, []), "no word at all"),
)


def hidden(rng: np.random.Generator) -> Iterator[Case]:
    for _ in range(3):
        words = draw.some_words(rng, 4)
        tokens = [*words, "</s>"]
        table = {(h,): draw.distribution(rng, tokens) for h in ("<s>", *words)}
        for sentence in draw.sentences(rng, 2, words=words):
            yield Case((table, sentence))
        yield Case((table, words * 3), "a long sentence")
        yield Case((table, []), "no word at all")
        never_ends = {w: p for w, p in table[(words[0],)].items() if w != "</s>"}
        yield Case(({**table, (words[0],): never_ends}, words[::-1]), "a token that never followed")
        unseen = {h: row for h, row in table.items() if h != (words[1],)}
        yield Case((ON_AND_ON, ["go"] * int(rng.integers(360, 440))), "a very long sentence")
        yield Case((unseen, [words[2], words[1], words[2]]), "a context that was never seen")


def end_not_counted(table, sentence):
    total, previous = 0.0, "<s>"
    for word in sentence:
        probability = table.get((previous,), {}).get(word, 0.0)
        total += math.log(probability) if probability > 0 else -math.inf
        previous = word
    return total


def first_word_skipped(table, sentence):
    tokens = [*sentence, "</s>"]
    total = 0.0
    for previous, word in itertools.pairwise(tokens):
        probability = table.get((previous,), {}).get(word, 0.0)
        total += math.log(probability) if probability > 0 else -math.inf
    return total


def through_the_product(table, sentence):
    product, previous = 1.0, "<s>"
    for word in [*sentence, "</s>"]:
        product *= table.get((previous,), {}).get(word, 0.0)
        previous = word
    return math.log(product) if product > 0 else -math.inf


def base_two(table, sentence):
    total, previous = 0.0, "<s>"
    for word in [*sentence, "</s>"]:
        probability = table.get((previous,), {}).get(word, 0.0)
        total += math.log2(probability) if probability > 0 else -math.inf
        previous = word
    return total


def base_ten(table, sentence):
    total, previous = 0.0, "<s>"
    for word in [*sentence, "</s>"]:
        probability = table.get((previous,), {}).get(word, 0.0)
        total += math.log10(probability) if probability > 0 else -math.inf
        previous = word
    return total


def no_logarithm(table, sentence):
    product, previous = 1.0, "<s>"
    for word in [*sentence, "</s>"]:
        product *= table.get((previous,), {}).get(word, 0.0)
        previous = word
    return product


def mean(table, sentence):
    total, previous = 0.0, "<s>"
    for word in [*sentence, "</s>"]:
        probability = table.get((previous,), {}).get(word, 0.0)
        total += math.log(probability) if probability > 0 else -math.inf
        previous = word
    return total / (len(sentence) + 1)


def log_of_zero(table, sentence):
    total, previous = 0.0, "<s>"
    for word in [*sentence, "</s>"]:
        total += math.log(table.get((previous,), {}).get(word, 0.0))
        previous = word
    return total


def missing_key(table, sentence):
    total, previous = 0.0, "<s>"
    for word in [*sentence, "</s>"]:
        total += math.log(table[(previous,)][word])
        previous = word
    return total


def unseen_skipped(table, sentence):
    total, previous = 0.0, "<s>"
    for word in [*sentence, "</s>"]:
        probability = table.get((previous,), {}).get(word, 0.0)
        if probability > 0:
            total += math.log(probability)
        previous = word
    return total


MISTAKES = (
    Mistake(
        "end-not-counted",
        "`</s>` is not predicted at the end",
        "Without it you have the probability of every sentence that begins so.",
        end_not_counted,
    ),
    Mistake(
        "first-word-skipped",
        "the first word is not predicted",
        "Its context is `<s>`: how likely is it that a sentence begins with this word?",
        first_word_skipped,
    ),
    Mistake(
        "through-the-product",
        "probabilities are multiplied before the logarithm is taken",
        "Multiply 400 small numbers and the computer says 0.0. Add their logarithms instead.",
        through_the_product,
    ),
    Mistake("base-two", "the logarithm is to base 2", "This course reckons in nats: natural logs.", base_two),
    Mistake(
        "base-ten", "the logarithm is to base 10", "This course reckons in nats: natural logs.", base_ten
    ),
    Mistake(
        "no-logarithm",
        "the probability itself is returned",
        "What is asked is its logarithm. The product of a few hundred probabilities is 0.0 in a computer.",
        no_logarithm,
    ),
    Mistake(
        "mean",
        "the sum is divided by the number of tokens",
        "That is a step on the way to perplexity (task 3). The chain rule multiplies, so logs are added.",
        mean,
    ),
    Mistake(
        "log-of-zero",
        "`math.log(0)` is left to itself",
        "Where the probability is 0, its logarithm is -inf; say so before calling `math.log`.",
        log_of_zero,
    ),
    Mistake(
        "missing-key",
        "a context or a word that is not in the table is looked up in it",
        "What is not in the table has probability 0; `.get(key, default)` asks without failing.",
        missing_key,
    ),
    Mistake(
        "unseen-skipped",
        "tokens that never followed their context are skipped",
        "One impossible step makes the whole sentence impossible, not a little shorter.",
        unseen_skipped,
    ),
)

task = Task(
    assignment="a1",
    name="chain_rule",
    label="Task 2b, chain rule",
    points=5,
    function="sentence_log_prob",
    arguments=("table", "sentence"),
    returns="a number, the log-probability in nats",
    look="the equation in the text of task 2b, and which tokens it runs over; "
    'lecture 01, "The probability of a sentence".',
    reference=reference,
    visible=VISIBLE,
    hidden=hidden,
    mistakes=MISTAKES,
    properties=(not_nan,),
)
check, grade, example = task.check, task.grade, task.example
