"""a7, task 1: from documents to three streams of ids, without a leak between them."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator

import numpy as np

from rnn_course.checks.a7.protocol_mistakes import MISTAKES
from rnn_course.checks.case import Case
from rnn_course.checks.task import Task

Document = list[list[str]]
Prepared = dict[str, list[str] | list[int]]
WORDS = ("ash", "bay", "cod", "dew", "elm", "fog", "gum", "hay", "ivy", "jay", "kit", "log")


def reference(documents: list[Document], every: int, min_count: int) -> Prepared:
    """A right answer."""
    parts: dict[str, list[list[str]]] = {"train": [], "valid": [], "test": []}
    for number, document in enumerate(documents):
        place = number % every
        parts["test" if place == every - 1 else "valid" if place == every - 2 else "train"] += document
    seen = {tuple(sentence) for sentence in parts["train"]}
    for name in ("valid", "test"):
        parts[name] = [sentence for sentence in parts[name] if tuple(sentence) not in seen]
        seen |= {tuple(sentence) for sentence in parts[name]}
    counts = Counter(word for sentence in parts["train"] for word in sentence)
    words = sorted((w for w in counts if counts[w] >= min_count), key=lambda w: (-counts[w], w))
    vocabulary = ["<s>", "</s>", "<unk>", *words]
    ids = {word: number for number, word in enumerate(vocabulary)}
    streams = {
        name: [i for sentence in part for i in (*(ids.get(word, 2) for word in sentence), 1)]
        for name, part in parts.items()
    }
    return {"vocabulary": vocabulary, **streams}


DIARY: list[Document] = [
    [["the", "fog", "is", "back"], ["good", "night"]],
    [["the", "cat", "is", "ill"], ["good", "night"]],
    [["the", "cat", "is", "back"], ["good", "night"], ["sleep", "well"]],
    [["no", "fog"], ["good", "night"]],
    [["the", "sun"], ["sleep", "well"]],
    [["the", "cat", "is", "well"], ["sleep", "well"]],
]
VISIBLE = (
    Case((DIARY, 3, 1)),
    Case((DIARY, 3, 2), "a word that train holds once is unknown"),
    Case((DIARY[:4], 4, 2)),
    Case(([[["a"], []], [["b", "a"]], [["b"], ["a"]], [[], ["c"]]], 3, 1), "a sentence without words"),
)


def hidden(rng: np.random.Generator) -> Iterator[Case]:
    for every, how_many, min_count in ((3, 10, 2), (4, 13, 3), (5, 16, 1), (10, 31, 2)):
        words = [str(word) for word in rng.permutation(WORDS)]
        yield Case((_documents(rng, words, how_many, every), every, min_count))


def _documents(rng: np.random.Generator, words: list[str], how_many: int, every: int) -> list[Document]:
    """Documents of two to four sentences in which every mistake of the catalogue shows."""
    common, later, last = words[:6], words[6:8], words[8:]

    def sentence() -> list[str]:
        return [str(word) for word in rng.choice(common, size=int(rng.integers(2, 6)))]

    documents = [[sentence() for _ in range(int(rng.integers(2, 5)))] for _ in range(how_many)]
    greeting, farewell = sentence(), sentence()
    for document in documents:  # all documents begin alike: valid and test repeat train
        document.insert(0, list(greeting))
    documents[every - 2] += [list(farewell), [later[0], common[0]], [later[0], *later] * 2]
    documents[every - 1] += [[later[0], common[0]], [last[0], common[1], last[1], last[0]]]
    ties = [last[2], last[3]]  # two words of one frequency, the later one of the alphabet first
    documents[0] += [[max(ties), max(ties), max(ties)], [min(ties), min(ties), min(ties)], [words[9]]]
    return documents


task = Task(
    assignment="a7",
    name="protocol",
    label="Task 1, protocol",
    points=10,
    function="prepare",
    arguments=("documents", "every", "min_count"),
    returns="a dict with vocabulary, train, valid and test",
    look='the four rules in the text of task 1, in their order; lecture 16, "The rules".',
    reference=reference,
    visible=VISIBLE,
    hidden=hidden,
    mistakes=MISTAKES,
)
check, grade, example = task.check, task.grade, task.example
