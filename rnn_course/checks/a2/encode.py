"""a2, task 1b: from words to ids."""

# The mistakes below are written as students write them: without types, and with their faults.
# mypy: disallow-untyped-defs=False, check-untyped-defs=False

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
from numpy import ndarray

from rnn_course.checks.a2 import draw
from rnn_course.checks.case import Case, Mistake
from rnn_course.checks.task import Task


def reference(tokens: list[str], sentences: list[list[str]]) -> ndarray:
    """A right answer."""
    id_of = {token: number for number, token in enumerate(tokens)}
    stream: list[int] = []
    for sentence in sentences:
        stream += [id_of.get(word, draw.UNK) for word in sentence]
        stream.append(draw.EOS)
    return np.array(stream, dtype=np.int64)


VISIBLE = (
    Case((draw.TOKENS, draw.TEXT[:1])),
    Case((draw.TOKENS, draw.TEXT), "the whole text"),
    Case((draw.TOKENS, [["dog", "<unk>", "cat"], ["fox"]]), "an unknown word, and `<unk>` itself"),
    Case((draw.TOKENS, [["sat"], [], ["the"]]), "the second sentence has no words"),
)


def hidden(rng: np.random.Generator) -> Iterator[Case]:
    for known, unknown in ((6, 3), (4, 2), (9, 1)):
        words = draw.some_words(rng, known + unknown)
        tokens = [*draw.SPECIAL, *words[:known]]
        text = [[words[i] for i in rng.integers(0, len(words), size=length)] for length in (4, 1, 0, 5)]
        text[0][1:3] = words[0], words[-1]  # a known one and one that is not
        yield Case((tokens, text))
    yield Case((tokens, []), "no text")
    yield Case((tokens, [[]]), "one sentence without words")


def unknown_dropped(tokens, sentences):
    ids = []
    for sentence in sentences:
        ids += [tokens.index(word) for word in sentence if word in tokens] + [1]
    return np.array(ids)


def unknown_is_zero(tokens, sentences):
    id_of = {token: number for number, token in enumerate(tokens)}
    ids = []
    for sentence in sentences:
        ids += [id_of.get(word, 0) for word in sentence] + [1]
    return np.array(ids)


def unknown_fails(tokens, sentences):
    id_of = {token: number for number, token in enumerate(tokens)}
    ids = []
    for sentence in sentences:
        ids += [id_of[word] for word in sentence] + [1]
    return np.array(ids)


def end_missing(tokens, sentences):
    id_of = {token: number for number, token in enumerate(tokens)}
    return np.array([id_of.get(word, 2) for sentence in sentences for word in sentence])


def one_end(tokens, sentences):
    id_of = {token: number for number, token in enumerate(tokens)}
    return np.array([id_of.get(word, 2) for sentence in sentences for word in sentence] + [1])


def between_only(tokens, sentences):
    id_of = {token: number for number, token in enumerate(tokens)}
    ids = []
    for sentence in sentences:
        ids += [id_of.get(word, 2) for word in sentence] + [1]
    return np.array(ids[:-1])


def begin_marked(tokens, sentences):
    id_of = {token: number for number, token in enumerate(tokens)}
    ids = []
    for sentence in sentences:
        ids += [0] + [id_of.get(word, 2) for word in sentence] + [1]
    return np.array(ids)


def from_one(tokens, sentences):
    id_of = {token: number for number, token in enumerate(tokens, 1)}
    ids = []
    for sentence in sentences:
        ids += [id_of.get(word, id_of["<unk>"]) for word in sentence] + [id_of["</s>"]]
    return np.array(ids)


def nested(tokens, sentences):
    id_of = {token: number for number, token in enumerate(tokens)}
    return [[id_of.get(word, 2) for word in sentence] + [1] for sentence in sentences]


def empty_skipped(tokens, sentences):
    id_of = {token: number for number, token in enumerate(tokens)}
    ids = []
    for sentence in sentences:
        if sentence:
            ids += [id_of.get(word, 2) for word in sentence] + [1]
    return np.array(ids)


MISTAKES = (
    Mistake(
        "unknown-dropped",
        "words without an id are left out",
        "Without its hardest words a text is easier than everybody else's. `<unk>` holds their place.",
        unknown_dropped,
    ),
    Mistake(
        "unknown-is-zero",
        "words without an id get 0",
        "0 is `<s>`. Which id has `<unk>`?",
        unknown_is_zero,
    ),
    Mistake(
        "unknown-fails",
        "a word that is not in the list is looked up like the others",
        "`dict.get` takes a second argument: what to give if there is no such key.",
        unknown_fails,
    ),
    Mistake(
        "end-missing",
        "`</s>` is never written",
        "Without it nobody can tell where a sentence ends, and no model can learn to stop.",
        end_missing,
    ),
    Mistake(
        "one-end",
        "`</s>` is written once, at the end of the text",
        "Every sentence ends.",
        one_end,
    ),
    Mistake(
        "between-only",
        "`</s>` stands between the sentences, and not after the last one",
        "The last sentence ends too.",
        between_only,
    ),
    Mistake(
        "begin-marked",
        "each sentence begins with `<s>`",
        "A stream holds what is to be predicted, and nobody predicts `<s>`. It comes in with task 2.",
        begin_marked,
    ),
    Mistake(
        "from-one",
        "ids begin with 1",
        "The id of a token is its place in the list, and lists count from 0.",
        from_one,
    ),
    Mistake(
        "nested",
        "there is a list for each sentence",
        "One stream for the whole text: `extend`, not `append`.",
        nested,
    ),
    Mistake(
        "empty-skipped",
        "a sentence without words is passed over",
        "It has an end, and that is to be predicted like any other.",
        empty_skipped,
    ),
)

task = Task(
    assignment="a2",
    name="encode",
    label="Task 1b, words to ids",
    points=3,
    function="encode",
    arguments=("tokens", "sentences"),
    returns="a list or an array of ids",
    look='the text of task 1b; lecture 01, "The task: say what comes next".',
    reference=reference,
    visible=VISIBLE,
    hidden=hidden,
    mistakes=MISTAKES,
)
check, grade, example = task.check, task.grade, task.example
