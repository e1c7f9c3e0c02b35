"""Languages to draw text from: Markov chains, and sentences whose verbs agree over a distance."""

from __future__ import annotations

from collections.abc import Mapping
from itertools import product

import numpy as np

from rnn_course.errors import DataError
from rnn_course.text.grammar import Grammar
from rnn_course.text.vocabulary import BOS, EOS


def markov_chain(name: str, rows: Mapping[str, Mapping[str, float]]) -> Grammar:
    """The grammar whose only symbol is the last word. No model can be better here than a bigram model.

    Args:
        name: for titles and messages.
        rows: P(next | last) for `<s>` and for each word: `{"<s>": {"a": 1.0}, "a": {"a": 0.5, "</s>": 0.5}}`.

    Raises:
        DataError: see `Grammar`.
    """
    rules = {
        last: {word: (prob,) if word == EOS else (prob, word) for word, prob in row.items() if prob}
        for last, row in rows.items()
    }
    return Grammar(name, rules, start=BOS)


def random_chain(
    rng: np.random.Generator, *, size: int = 100, followers: int = 5, end: float = 0.1
) -> Grammar:
    """A Markov chain over made-up words, in which each word has a few possible followers.

    Args:
        rng: draws, for each word, which words follow and (uniformly on the simplex) with what probabilities.
        size: words of the language.
        followers: words that may follow a word.
        end: P(`</s>`) after each word; a sentence has 1 / end words on average.

    Raises:
        DataError: if a number is out of range.
    """
    if not 1 <= followers <= size or size > 60**2 or not 0 < end < 1:
        raise DataError(
            f"needs 1 <= followers <= size <= 3,600 and 0 < end < 1, got followers={followers}, size={size}, "
            f"end={end}"
        )
    syllables = ["".join(pair) for pair in product("bdfgklmnprst", "aeiou")]
    words = rng.permutation(["".join(pair) for pair in product(syllables, repeat=2)])[:size].tolist()

    rows: dict[str, dict[str, float]] = {BOS: {words[0]: 1.0}}
    for index, last in enumerate(words):
        following = (
            index + 1
        ) % size  # one follower is the next word of the list, so that all can be reached
        others = np.delete(np.arange(size), following)
        chosen = [following, *rng.choice(others, followers - 1, replace=False)]
        probs = rng.dirichlet(np.ones(followers)) * (1 - end)
        rows[last] = {words[k]: float(prob) for k, prob in zip(chosen, probs, strict=True)} | {EOS: end}
    return markov_chain(f"random chain of {size} words", rows)


def nested_agreement(*, attractor: float = 0.3, clause: float = 0.1) -> Grammar:
    """Sentences in which a verb agrees with its subject across phrases and clauses that nest without bound.

        the writer of the books that the children see knows .

    After a subject stands "of the NOUN" with probability `attractor` (whose noun may be of the other
    number), or "that the SUBJECT ... VERB" with probability `clause` (whose verb agrees with its own
    subject), again and again, and then its verb. A model reaches the entropy only if it remembers the
    number of every subject whose verb is still to come.

    Args:
        attractor: P(a prepositional phrase comes next).
        clause: P(a relative clause comes next).

    Raises:
        DataError: if a probability is negative, or attractor + 2 clause >= 1: sentences would be infinitely
            long.
    """
    if min(attractor, clause) < 0 or attractor + 2 * clause >= 1:
        raise DataError(
            f"attractor and clause are at least 0 and attractor + 2 clause < 1, got {attractor} and {clause}"
        )
    nouns = {
        "SINGULAR": ("writer", "book", "child", "dog", "key"),
        "PLURAL": ("writers", "books", "children", "dogs", "keys"),
    }
    verbs = {"SINGULAR": ("knows", "sees", "hears", "waits"), "PLURAL": ("know", "see", "hear", "wait")}
    both = [(noun, number) for number in nouns for noun in nouns[number]]
    rules: dict[str, dict[str, tuple[float, *tuple[str, ...]]]] = {
        "SENTENCE": {"the": (1.0, "SUBJECT", "STOP")},
        "THE": {"the": (1.0,)},
        "STOP": {".": (1.0,)},
        "SUBJECT": {noun: (1 / len(both), number) for noun, number in both},
        "NOUN": {noun: (1 / len(both),) for noun, _ in both},
    }
    for number, forms in verbs.items():
        rules[number] = {verb: ((1 - attractor - clause) / len(forms),) for verb in forms}
        if attractor:
            rules[number]["of"] = (attractor, "THE", "NOUN", number)
        if clause:
            rules[number]["that"] = (clause, "THE", "SUBJECT", number)
    return Grammar("nested agreement", rules)
