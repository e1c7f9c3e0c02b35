"""How near to the best possible perplexity a model comes, on a language whose entropy is known."""

from __future__ import annotations

from collections.abc import Iterable
from typing import NamedTuple

import numpy as np

from rnn_course.errors import DataError
from rnn_course.lm import perplexity
from rnn_course.models.kneser_ney import KneserNey
from rnn_course.text.grammar import Grammar
from rnn_course.text.vocabulary import Vocabulary


class TowardsTheFloor(NamedTuple):
    """Perplexity of n-gram models against the length of the text that they learnt from.

    Attributes:
        tokens: length of the training text, for each size.
        on_test: by order, perplexity on one test text, for each size.
        on_train: by order, perplexity on the training text itself, for each size.
        floor: exp(entropy) of the grammar: in the long run nothing is lower on new text.
        of_the_grammar: perplexity of the grammar itself on the test text: the floor, and chance.
    """

    tokens: list[int]
    on_test: dict[int, list[float]]
    on_train: dict[int, list[float]]
    floor: float
    of_the_grammar: float


def towards_the_floor(
    grammar: Grammar, orders: Iterable[int], sentences: Iterable[int], seed: int, *, test: int = 5000
) -> TowardsTheFloor:
    """Draw a text, and fit n-gram models (modified Kneser-Ney) to longer and longer beginnings of it.

    Args:
        sentences: lengths of the training texts, rising.
        test: sentences of the test text, which is drawn apart.

    Raises:
        DataError: if there are no sizes, or they do not rise from at least 1.
    """
    sizes, orders = list(sentences), list(orders)
    if not sizes or sizes != sorted(set(sizes)) or sizes[0] < 1:
        raise DataError(f"numbers of sentences rise from at least 1, got {sizes}")
    corpus = grammar.corpus(seed, train=sizes[-1], valid=1, test=test)
    ends = np.flatnonzero(corpus.train == Vocabulary.eos_id) + 1
    on_test: dict[int, list[float]] = {n: [] for n in orders}
    on_train: dict[int, list[float]] = {n: [] for n in orders}
    for size in sizes:
        train = corpus.train[: ends[size - 1]]
        for n in orders:
            model = KneserNey.fit(train, corpus.vocabulary, order=n)
            on_test[n].append(perplexity(model, corpus.test))
            on_train[n].append(perplexity(model, train))
    tokens = [int(ends[size - 1]) for size in sizes]
    floor = float(np.exp(grammar.entropy))
    return TowardsTheFloor(tokens, on_test, on_train, floor, perplexity(grammar, corpus.test))
