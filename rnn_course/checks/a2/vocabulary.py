"""a2, task 1a: the list of tokens, in the order of their ids."""

# The mistakes below are written as students write them: without types, and with their faults.
# mypy: disallow-untyped-defs=False, check-untyped-defs=False

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator

import numpy as np

from rnn_course.checks.a2 import draw
from rnn_course.checks.case import Case, Mistake
from rnn_course.checks.task import Task


def reference(sentences: list[list[str]], min_count: int) -> list[str]:
    """A right answer."""
    counts = Counter(word for sentence in sentences for word in sentence)
    words = [word for word, count in counts.most_common() if count >= min_count]
    return draw.SPECIAL + [word for word in words if word not in draw.SPECIAL]


VISIBLE = (
    Case((draw.TEXT, 2)),
    Case((draw.TEXT, 1)),
    Case(([["b", "b", "b", "<unk>"], ["a", "<unk>"], ["a", "c"]], 2), "somebody has put `<unk>` in already"),
    Case(([], 1), "no text"),
)


def hidden(rng: np.random.Generator) -> Iterator[Case]:
    for min_count in (1, 2, 3):
        rare, b, c, d, e, once, often = draw.some_words(rng, 7)
        b, c = max(b, c), min(b, c)  # as frequent as one another, and seen first is not first by alphabet
        d, e = min(d, e), max(d, e)
        text = [[rare, b, "<unk>"], [c, b, b, d], [], [c, e, "<unk>", c], [d, once, e], [often] * 5]
        text.append(["<unk>"] * int(rng.integers(2, 5)))
        yield Case((text, min_count))
    yield Case(([draw.some_words(rng, 4)], 2), "every word stands once")


def special_missing(sentences, min_count):
    counts = Counter(word for sentence in sentences for word in sentence if word != "<unk>")
    return [word for word, count in counts.most_common() if count >= min_count]


def special_last(sentences, min_count):
    counts = Counter(word for sentence in sentences for word in sentence if word != "<unk>")
    return [word for word, count in counts.most_common() if count >= min_count] + ["<s>", "</s>", "<unk>"]


def unknown_first(sentences, min_count):
    counts = Counter(word for sentence in sentences for word in sentence if word != "<unk>")
    return ["<unk>", "<s>", "</s>"] + [word for word, count in counts.most_common() if count >= min_count]


def more_than_min_count(sentences, min_count):
    counts = Counter(word for sentence in sentences for word in sentence if word != "<unk>")
    return ["<s>", "</s>", "<unk>"] + [word for word, count in counts.most_common() if count > min_count]


def min_count_ignored(sentences, min_count):
    counts = Counter(word for sentence in sentences for word in sentence if word != "<unk>")
    return ["<s>", "</s>", "<unk>"] + [word for word, count in counts.most_common()]


def not_by_count(sentences, min_count):
    counts = Counter(word for sentence in sentences for word in sentence if word != "<unk>")
    return ["<s>", "</s>", "<unk>"] + [word for word in counts if counts[word] >= min_count]


def rare_first(sentences, min_count):
    counts = Counter(word for sentence in sentences for word in sentence if word != "<unk>")
    words = sorted(counts, key=lambda word: counts[word])
    return ["<s>", "</s>", "<unk>"] + [word for word in words if counts[word] >= min_count]


def ties_by_alphabet(sentences, min_count):
    counts = Counter(word for sentence in sentences for word in sentence if word != "<unk>")
    words = sorted(counts, key=lambda word: (-counts[word], word))
    return ["<s>", "</s>", "<unk>"] + [word for word in words if counts[word] >= min_count]


def ties_reversed(sentences, min_count):
    counts = Counter(word for sentence in sentences for word in sentence if word != "<unk>")
    words = sorted(counts, key=lambda word: counts[word])[::-1]
    return ["<s>", "</s>", "<unk>"] + [word for word in words if counts[word] >= min_count]


def unknown_twice(sentences, min_count):
    counts = Counter(word for sentence in sentences for word in sentence)
    return ["<s>", "</s>", "<unk>"] + [word for word, count in counts.most_common() if count >= min_count]


def sentences_counted(sentences, min_count):
    counts = Counter(word for sentence in sentences for word in dict.fromkeys(sentence) if word != "<unk>")
    return ["<s>", "</s>", "<unk>"] + [word for word, count in counts.most_common() if count >= min_count]


MISTAKES = (
    Mistake(
        "special-missing",
        "the three special tokens are left out",
        "A network that cannot say `</s>` never stops, and a word without an id needs `<unk>`.",
        special_missing,
    ),
    Mistake(
        "special-last",
        "the special tokens stand behind the words",
        "Their ids are 0, 1 and 2 whatever the text is, so that other code may rely on them.",
        special_last,
    ),
    Mistake(
        "unknown-first",
        "`<unk>` comes before `<s>` and `</s>`",
        "The order of the three is fixed: look at the first line of the text.",
        unknown_first,
    ),
    Mistake(
        "more-than-min-count",
        "words that stand exactly min_count times are left out",
        "min_count is the smallest count that is still enough.",
        more_than_min_count,
    ),
    Mistake(
        "min-count-ignored",
        "min_count is not used",
        "Rare words are to become `<unk>`, and so must not be in the list.",
        min_count_ignored,
    ),
    Mistake(
        "not-by-count",
        "the words stand in the order in which they were first seen",
        "Sort them: the most frequent word comes first.",
        not_by_count,
    ),
    Mistake(
        "rare-first",
        "the rarest word comes first",
        "`sorted` begins with the smallest key.",
        rare_first,
    ),
    Mistake(
        "ties-by-alphabet",
        "words with the same count are put in alphabetical order",
        "Which of them was seen first in the text?",
        ties_by_alphabet,
    ),
    Mistake(
        "ties-reversed",
        "of two words with the same count the one that was seen later comes first",
        "Turning a sorted list round turns the ties round too. What do `reverse=True` and a minus sign do?",
        ties_reversed,
    ),
    Mistake(
        "unknown-twice",
        "`<unk>` in the text is taken for a word like others",
        "It has its id already. What would its second id be good for?",
        unknown_twice,
    ),
    Mistake(
        "sentences-counted",
        "a word counts once for each sentence, however often it stands there",
        "Count tokens: `the the` has two.",
        sentences_counted,
    ),
)

task = Task(
    assignment="a2",
    name="vocabulary",
    label="Task 1a, vocabulary",
    points=4,
    function="build_vocabulary",
    arguments=("sentences", "min_count"),
    returns="a list of tokens",
    look='the three rules in the text of task 1a; lecture 01, "The task: say what comes next".',
    reference=reference,
    visible=VISIBLE,
    hidden=hidden,
    mistakes=MISTAKES,
)
check, grade, example = task.check, task.grade, task.example
