"""a1, task 6: draw sentences from a bigram model."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence

import numpy as np

from rnn_course.checks.a1 import draw
from rnn_course.checks.a1.sampling_mistakes import MISTAKES
from rnn_course.checks.call import Outcome
from rnn_course.checks.case import Case
from rnn_course.checks.compare import Tolerance, kind_of, same, shown
from rnn_course.checks.plain import NotPlain, Plain
from rnn_course.checks.task import Task

HOW_MANY = 1000
# A share of 1000 draws strays by at most sqrt(.25 / 1000) = .016 (one standard deviation).
TOLERANCE = Tolerance(rtol=0.0, atol=0.09)


def reference(table: draw.Table, how_many: int, max_tokens: int, seed: int) -> list[list[str]]:
    """A right answer."""
    rng = np.random.default_rng(seed)
    sentences = []
    for _ in range(how_many):
        sentence: list[str] = []
        previous = "<s>"
        while len(sentence) < max_tokens:
            row = table[(previous,)]
            previous = list(row)[rng.choice(len(row), p=list(row.values()))]
            if previous == "</s>":
                break
            sentence.append(previous)
        sentences.append(sentence)
    return sentences


def shares(table: draw.Table, max_tokens: int) -> dict[str, float]:
    """The probability of every sentence that can come out, reckoned without chance."""
    found: Counter[str] = Counter()
    beginnings: list[tuple[tuple[str, ...], float]] = [((), 1.0)]
    while beginnings:
        words, probability = beginnings.pop()
        if len(words) == max_tokens:
            found[" ".join(words)] += probability  # type: ignore[assignment]
            continue
        for word, p in table[(words[-1] if words else "<s>",)].items():
            if word == "</s>":
                found[" ".join(words)] += probability * p  # type: ignore[assignment]
            else:
                beginnings.append(((*words, word), probability * p))
    return dict(found)


def expected(table: draw.Table, how_many: int, max_tokens: int, seed: int) -> Plain:
    """What `summary` tends to as the number of sentences grows."""
    return {
        "number of sentences": how_many,
        "tokens beyond max_tokens": 0,
        "share of sentences with </s>": 0.0,
        "share of other sentences that cannot come out": 0.0,
        **{f"share of {sentence!r}": p for sentence, p in shares(table, max_tokens).items()},
    }


def summary(arguments: tuple[Plain, ...], value: Plain) -> Plain:
    """The share of each sentence that can come out, and of those that cannot, in what was drawn."""
    table, _, max_tokens, _ = arguments
    if not isinstance(value, (list, tuple)):
        raise NotPlain(f"{kind_of(value)} {shown(value)}")
    drawn: Counter[tuple[str, ...]] = Counter()
    for sentence in value:
        words = sentence.tolist() if isinstance(sentence, np.ndarray) else sentence
        if not isinstance(words, (list, tuple)) or not all(isinstance(word, str) for word in words):
            raise NotPlain(f"a list that holds {kind_of(sentence)} {shown(sentence)}")
        drawn[tuple(words)] += 1
    possible = shares(table, max_tokens)
    longest = max((len(words) for words in drawn), default=0)
    ended = sum(n for words, n in drawn.items() if "</s>" in words)
    impossible = sum(n for words, n in drawn.items() if " ".join(words) not in possible)
    total = max(1, len(value))
    return {
        "number of sentences": len(value),
        # One too many is a slip, more is a loop that knows no limit; how many more is left to chance.
        "tokens beyond max_tokens": min(max(0, longest - max_tokens), 2),
        "share of sentences with </s>": ended / total,
        "share of other sentences that cannot come out": (impossible - ended) / total,
        **{f"share of {sentence!r}": drawn[tuple(sentence.split())] / total for sentence in possible},
    }


def seed_is_used(cases: Sequence[Case], outcomes: Sequence[Outcome]) -> tuple[int, str] | None:
    """Two calls that differ in the seed alone must not give the same thousand sentences."""
    for at in range(1, len(outcomes)):
        *before, first_seed = cases[at - 1].arguments
        *now, second_seed = cases[at].arguments
        if same(before, now) and same(outcomes[at - 1].value, outcomes[at].value):
            return at, f"The seeds {first_seed} and {second_seed} gave the same sentences, one for one."
    return None


TOY_TABLE = draw.conditional(draw.TOY_BIGRAMS)
VERY: draw.Table = {
    ("<s>",): {"very": 0.7, "so": 0.3},
    ("very",): {"very": 0.6, "</s>": 0.4},
    ("so",): {"</s>": 1.0},
}
VISIBLE = (
    Case((TOY_TABLE, HOW_MANY, 5, 1)),
    Case((TOY_TABLE, HOW_MANY, 5, 2), "another seed"),
    Case((VERY, HOW_MANY, 4, 3), "at most 4 tokens, and nearly every fourth sentence is cut"),
)


def telling_seed(rng: np.random.Generator) -> int:
    """A seed whose first number draws a rare word and whose second a common one.

    So a generator that is made anew for each sentence, or for each token, looks neither like the most
    probable words nor like the other one.
    """
    while True:
        seed = int(rng.integers(1, 100_000))
        first, second = np.random.default_rng(seed).random(2)
        if first > 0.85 and second < 0.2:
            return seed


def hidden(rng: np.random.Generator) -> Iterator[Case]:
    for max_tokens in (3, 4):
        a, b, c = draw.some_words(rng, 3)
        high = float(rng.uniform(0.65, 0.8))
        table = {
            ("<s>",): {a: high, b: 1 - high},
            (a,): {b: 0.3, a: 0.7} if max_tokens == 3 else {c: 1 - high, a: high},
            (b,): {"</s>": 0.25, c: 0.75},
            (c,): {"</s>": high, a: 1 - high},
        }
        seed = telling_seed(rng)
        yield Case((table, HOW_MANY, max_tokens, seed))
        yield Case((table, HOW_MANY, max_tokens, seed + 1), "another seed")


task = Task(
    assignment="a1",
    name="sampling",
    label="Task 6, sampling",
    points=10,
    function="sample_sentences",
    arguments=("table", "how_many", "max_tokens", "seed"),
    returns="a list of sentences, each a list of words",
    look='the four steps in the text of task 6; lecture 01, "Writing with it".',
    reference=reference,
    visible=VISIBLE,
    hidden=hidden,
    mistakes=MISTAKES,
    summary=summary,
    expected=expected,
    together=seed_is_used,
    tolerance=TOLERANCE,
)
check, grade, example = task.check, task.grade, task.example
