"""What students get wrong in task 6 of a1, drawing sentences."""

# Written as students write them: without types, and with their faults.
# mypy: disallow-untyped-defs=False, check-untyped-defs=False

from __future__ import annotations

import numpy as np

from rnn_course.checks.case import Mistake


def argmax(table, how_many, max_tokens, seed):
    sentences = []
    for _ in range(how_many):
        sentence, previous = [], "<s>"
        while len(sentence) < max_tokens:
            row = table[(previous,)]
            previous = max(row, key=row.get)
            if previous == "</s>":
                break
            sentence.append(previous)
        sentences.append(sentence)
    return sentences


def evenly(table, how_many, max_tokens, seed):
    rng = np.random.default_rng(seed)
    sentences = []
    for _ in range(how_many):
        sentence, previous = [], "<s>"
        while len(sentence) < max_tokens:
            previous = str(rng.choice(list(table[(previous,)])))
            if previous == "</s>":
                break
            sentence.append(previous)
        sentences.append(sentence)
    return sentences


def seeded_per_sentence(table, how_many, max_tokens, seed):
    sentences = []
    for _ in range(how_many):
        rng = np.random.default_rng(seed)
        sentence, previous = [], "<s>"
        while len(sentence) < max_tokens:
            row = table[(previous,)]
            previous = str(rng.choice(list(row), p=list(row.values())))
            if previous == "</s>":
                break
            sentence.append(previous)
        sentences.append(sentence)
    return sentences


def seeded_per_token(table, how_many, max_tokens, seed):
    sentences = []
    for _ in range(how_many):
        sentence, previous = [], "<s>"
        while len(sentence) < max_tokens:
            rng = np.random.default_rng(seed)
            row = table[(previous,)]
            previous = str(rng.choice(list(row), p=list(row.values())))
            if previous == "</s>":
                break
            sentence.append(previous)
        sentences.append(sentence)
    return sentences


def unseeded(table, how_many, max_tokens, seed):
    rng = np.random.default_rng()
    sentences = []
    for _ in range(how_many):
        sentence, previous = [], "<s>"
        while len(sentence) < max_tokens:
            row = table[(previous,)]
            previous = str(rng.choice(list(row), p=list(row.values())))
            if previous == "</s>":
                break
            sentence.append(previous)
        sentences.append(sentence)
    return sentences


def seed_fixed(table, how_many, max_tokens, seed):
    rng = np.random.default_rng(0)
    sentences = []
    for _ in range(how_many):
        sentence, previous = [], "<s>"
        while len(sentence) < max_tokens:
            row = table[(previous,)]
            previous = str(rng.choice(list(row), p=list(row.values())))
            if previous == "</s>":
                break
            sentence.append(previous)
        sentences.append(sentence)
    return sentences


def stays_at_start(table, how_many, max_tokens, seed):
    rng = np.random.default_rng(seed)
    sentences = []
    for _ in range(how_many):
        sentence, previous = [], "<s>"
        while len(sentence) < max_tokens:
            row = table[(previous,)]
            word = str(rng.choice(list(row), p=list(row.values())))
            if word == "</s>":
                break
            sentence.append(word)
        sentences.append(sentence)
    return sentences


def end_kept(table, how_many, max_tokens, seed):
    rng = np.random.default_rng(seed)
    sentences = []
    for _ in range(how_many):
        sentence, previous = [], "<s>"
        while len(sentence) < max_tokens:
            row = table[(previous,)]
            previous = str(rng.choice(list(row), p=list(row.values())))
            sentence.append(previous)
            if previous == "</s>":
                break
        sentences.append(sentence)
    return sentences


def end_is_no_stop(table, how_many, max_tokens, seed):
    rng = np.random.default_rng(seed)
    sentences = []
    for _ in range(how_many):
        sentence, previous = [], "<s>"
        while len(sentence) < max_tokens:
            row = table[(previous,)]
            previous = str(rng.choice(list(row), p=list(row.values())))
            sentence.append(previous)
        sentences.append(sentence)
    return sentences


def no_limit(table, how_many, max_tokens, seed):
    rng = np.random.default_rng(seed)
    sentences = []
    for _ in range(how_many):
        sentence, previous = [], "<s>"
        while True:
            row = table[(previous,)]
            previous = str(rng.choice(list(row), p=list(row.values())))
            if previous == "</s>":
                break
            sentence.append(previous)
        sentences.append(sentence)
    return sentences


def one_too_many(table, how_many, max_tokens, seed):
    rng = np.random.default_rng(seed)
    sentences = []
    for _ in range(how_many):
        sentence, previous = [], "<s>"
        while len(sentence) <= max_tokens:
            row = table[(previous,)]
            previous = str(rng.choice(list(row), p=list(row.values())))
            if previous == "</s>":
                break
            sentence.append(previous)
        sentences.append(sentence)
    return sentences


MISTAKES = (
    Mistake(
        "unseeded",
        "the generator is made without the seed",
        "The same seed has to give the same sentences: np.random.default_rng(seed).",
        unseeded,
    ),
    Mistake(
        "argmax",
        "the most probable word is taken every time",
        "Draw: a word of probability 1/4 is to come out once in four times.",
        argmax,
    ),
    Mistake(
        "evenly",
        "all words that can follow are equally likely",
        "`rng.choice` draws evenly unless it is given the probabilities, as p=...",
        evenly,
    ),
    Mistake(
        "seeded-per-sentence",
        "a new generator is made for every sentence",
        "The same seed begins the same numbers. Make the generator once, before the loop.",
        seeded_per_sentence,
    ),
    Mistake(
        "seeded-per-token",
        "a new generator is made for every token",
        "The same seed begins the same numbers. Make the generator once, before the loops.",
        seeded_per_token,
    ),
    Mistake(
        "seed-fixed",
        "the generator is made from a fixed number instead of the seed",
        "Another seed has to give other sentences: np.random.default_rng(seed).",
        seed_fixed,
    ),
    Mistake(
        "stays-at-start",
        "every word is drawn as if it were the first",
        "After a word is drawn it becomes the context of the next one.",
        stays_at_start,
    ),
    Mistake(
        "end-kept",
        "`</s>` stays in the sentence",
        "`</s>` says that the sentence is over; it is no word of it.",
        end_kept,
    ),
    Mistake(
        "end-is-no-stop",
        "drawing goes on after `</s>`",
        "Nothing follows `</s>`: the table has no such context.",
        end_is_no_stop,
    ),
    Mistake(
        "no-limit",
        "max_tokens is not heeded",
        "A model may never say `</s>`. The loop needs a second way to end.",
        no_limit,
    ),
    Mistake(
        "one-too-many",
        "a sentence may become max_tokens + 1 long",
        "Look at the comparison in your loop, at the moment when max_tokens words are there.",
        one_too_many,
    ),
)
