"""a2, task 1c: from ids back to sentences."""

# The mistakes below are written as students write them: without types, and with their faults.
# mypy: disallow-untyped-defs=False, check-untyped-defs=False

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
from numpy import ndarray

from rnn_course.checks.a2 import draw
from rnn_course.checks.case import Case, Mistake
from rnn_course.checks.task import Task


def reference(tokens: list[str], stream: ndarray) -> list[list[str]]:
    """A right answer."""
    sentences: list[list[str]] = []
    sentence: list[str] = []
    for number in stream:
        if number == draw.EOS:
            sentences.append(sentence)
            sentence = []
        else:
            sentence.append(tokens[number])
    return [*sentences, sentence] if sentence else sentences


VISIBLE = (
    Case((draw.TOKENS, np.array([3, 5, 6, 1, 1, 2]))),
    Case((draw.TOKENS, draw.STREAM), "the whole text"),
    Case((draw.TOKENS, np.array([4, 5, 1, 3, 6])), "the last sentence has no end yet"),
)


def hidden(rng: np.random.Generator) -> Iterator[Case]:
    for ends in (True, False):
        tokens = [*draw.SPECIAL, *draw.some_words(rng, 6)]
        pieces = [[*rng.integers(2, 9, size=length), draw.EOS] for length in (3, 0, 1, 4)]
        pieces[0][1] = draw.UNK
        stream = [int(number) for piece in pieces for number in piece]
        yield Case((tokens, np.array(stream if ends else stream[:-1])))
    yield Case((tokens, np.array([], dtype=np.int64)), "nothing")
    yield Case((tokens, np.array([draw.EOS])), "one sentence without words")


def end_kept(tokens, stream):
    sentences, sentence = [], []
    for number in stream:
        sentence.append(tokens[number])
        if number == 1:
            sentences.append(sentence)
            sentence = []
    return [*sentences, sentence] if sentence else sentences


def unfinished_lost(tokens, stream):
    sentences, sentence = [], []
    for number in stream:
        if number == 1:
            sentences.append(sentence)
            sentence = []
        else:
            sentence.append(tokens[number])
    return sentences


def one_too_many(tokens, stream):
    sentences, sentence = [], []
    for number in stream:
        if number == 1:
            sentences.append(sentence)
            sentence = []
        else:
            sentence.append(tokens[number])
    return [*sentences, sentence]


def empty_lost(tokens, stream):
    sentences, sentence = [], []
    for number in stream:
        if number != 1:
            sentence.append(tokens[number])
        elif sentence:
            sentences.append(sentence)
            sentence = []
    return [*sentences, sentence] if sentence else sentences


def flat(tokens, stream):
    return [tokens[number] for number in stream if number != 1]


def never_emptied(tokens, stream):
    sentences, sentence = [], []
    for number in stream:
        if number == 1:
            sentences.append(list(sentence))
        else:
            sentence.append(tokens[number])
    return sentences


def special_shifted(tokens, stream):
    sentences, sentence = [], []
    for number in stream:
        if number == 1:
            sentences.append(sentence)
            sentence = []
        else:
            sentence.append(tokens[number - 1])
    return [*sentences, sentence] if sentence else sentences


def unknown_left_out(tokens, stream):
    sentences, sentence = [], []
    for number in stream:
        if number == 1:
            sentences.append(sentence)
            sentence = []
        elif number != 2:
            sentence.append(tokens[number])
    return [*sentences, sentence] if sentence else sentences


MISTAKES = (
    Mistake(
        "end-kept",
        "`</s>` is kept as a word of its sentence",
        "It says where to cut, and is not part of what is cut.",
        end_kept,
    ),
    Mistake(
        "unfinished-lost",
        "what follows the last `</s>` is thrown away",
        "A sentence that has no end yet is a sentence all the same.",
        unfinished_lost,
    ),
    Mistake(
        "one-too-many",
        "an empty sentence is added after the last `</s>`",
        "Is there anything left to be returned when the stream is over?",
        one_too_many,
    ),
    Mistake(
        "empty-lost",
        "a sentence without words is passed over",
        "Two `</s>` in a row: one sentence ends, and so does the next, at once.",
        empty_lost,
    ),
    Mistake(
        "flat",
        "all words are put into one list",
        "`</s>` tells where one sentence ends and the next begins.",
        flat,
    ),
    Mistake(
        "never-emptied",
        "each sentence begins with all those before it",
        "Start a new list after each `</s>`.",
        never_emptied,
    ),
    Mistake(
        "special-shifted",
        "ids are taken to begin with 1",
        "The id of a token is its place in the list, and lists count from 0.",
        special_shifted,
    ),
    Mistake(
        "unknown-left-out",
        "`<unk>` is left out",
        "The word is lost, but not that there was one.",
        unknown_left_out,
    ),
)

task = Task(
    assignment="a2",
    name="decode",
    label="Task 1c, ids to words",
    points=3,
    function="decode",
    arguments=("tokens", "stream"),
    returns="a list of sentences, each a list of words",
    look='the text of task 1c; lecture 01, "The task: say what comes next".',
    reference=reference,
    visible=VISIBLE,
    hidden=hidden,
    mistakes=MISTAKES,
)
check, grade, example = task.check, task.grade, task.example
