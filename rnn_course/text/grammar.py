"""Grammars whose entropy is known exactly, so that a perplexity can be held against the best possible."""

from __future__ import annotations

from bisect import bisect
from collections.abc import Mapping
from itertools import accumulate

import numpy as np
from jaxtyping import Float
from numpy import ndarray

from rnn_course.errors import DataError
from rnn_course.text.corpus import Corpus
from rnn_course.text.vocabulary import BOS, EOS, UNK, Vocabulary

Rules = Mapping[str, Mapping[str, tuple[float, *tuple[str, ...]]]]
Stack = tuple[int, ...]


class Grammar:
    """A probabilistic grammar whose every rule begins with a word, a different one for each rule of a symbol.

        {"NOUN": {"cat": (0.7,), "writer": (0.3, "OF", "NOUN")}, "OF": {"of": (1.0,)}}

    reads: a NOUN is "cat" with probability 0.7, or "writer" with 0.3, and then an OF and a NOUN follow.
    Since the word tells the rule, each sentence has one derivation, and reading a sentence is following a
    stack: of the symbols that are still to come. So a grammar is a language model, whose state is that
    stack. It can be as deep as the sentence is nested, which is what no n-gram can remember.

    When the stack is empty the sentence ends. A grammar may also write `</s>` itself, as the last word.

    Let n_A be the expected number of A in one sentence, h_A the entropy of the choice among A's rules, and
    M[A, B] the expected number of B on the right of one A. Then n = n_0 + n M, which is linear in n, and

        H(sentence) = sum over A of n_A h_A,   E[length] = sum over A of n_A
        entropy = H(sentence) / E[length]

    because each symbol writes one word. By the law of large numbers, -log P of a long text divided by its
    length tends to `entropy`; no model of the language can do better in the long run.

    Args:
        name: for titles and messages.
        rules: for each symbol, for each first word: its probability and the symbols that follow.
        start: the symbol of a whole sentence; the first of `rules` by default.

    Attributes:
        vocabulary: the words, in the order in which `rules` names them first.
        mean_length: E[length], tokens in a sentence, `</s>` counted.
        sentence_entropy: H(sentence), nats.
        entropy: nats per token; exp(entropy) is the best possible perplexity.

    Raises:
        DataError: if probabilities do not sum to 1, a symbol has no rules, `</s>` stands
            elsewhere than at the end, or sentences are infinitely long on average.

    Source: simple grammars: Korenjak & Hopcroft 1966; the linear system: Grenander 1967, Chi 1999.
    """

    def __init__(self, name: str, rules: Rules, start: str | None = None) -> None:
        self.name = name
        start = next(iter(rules), "") if start is None else start
        _check_rules(name, rules, start)
        begin = [start]
        if not _closing_symbols(name, rules, start):
            rules = {**rules, EOS: {EOS: (1.0,)}}
            begin.append(EOS)
        words = dict.fromkeys(word for choices in rules.values() for word in choices if word != EOS)
        self.vocabulary = Vocabulary(words)
        symbols = {symbol: index for index, symbol in enumerate(rules)}
        self._begin: Stack = tuple(symbols[symbol] for symbol in begin)
        # for each symbol: {word: symbols that follow}, its words, and their cumulated probabilities
        self._follow: list[dict[int, Stack]] = []
        self._words: list[list[int]] = []
        self._cumulated: list[list[float]] = []
        self._log_probs = np.full((len(rules), len(self.vocabulary)), -np.inf)
        leads_to = np.zeros((len(rules), len(rules)))
        for row, choices in enumerate(rules.values()):
            ids = [self.vocabulary.id(word) for word in choices]
            self._follow.append(
                {
                    token: tuple(symbols[symbol] for symbol in right)
                    for token, (_, *right) in zip(ids, choices.values(), strict=True)
                }
            )
            self._words.append(ids)
            probs = [choice[0] for choice in choices.values()]
            self._cumulated.append(list(accumulate(probs)))
            self._log_probs[row, ids] = np.log(probs)
            for token, prob in zip(ids, probs, strict=True):
                for symbol in self._follow[row][token]:
                    leads_to[row, symbol] += prob
        visits = _expected_visits(name, np.bincount(self._begin, minlength=len(rules)), leads_to)
        probs = np.exp(self._log_probs)
        choice_entropy = -(probs * np.where(probs > 0, self._log_probs, 0)).sum(axis=1)
        self.mean_length = float(visits.sum())
        self.sentence_entropy = float(visits @ choice_entropy)
        self.entropy = self.sentence_entropy / self.mean_length

    def initial_state(self) -> Stack:
        """The stack that holds the start symbol, and the end below it."""
        return self._begin

    def advance(self, state: Stack, token: int) -> Stack:
        """Replace the top symbol by what follows `token`. A word that cannot stand here changes nothing."""
        if token == self.vocabulary.eos_id:
            return self.initial_state()
        follow = self._follow[state[0]].get(token)
        return state if follow is None else follow + state[1:]

    def next_log_probs(self, state: Stack) -> Float[ndarray, " vocab"]:
        """log P(next token), nats: those of the rules of the top symbol, and -inf for every other word."""
        return self._log_probs[state[0]]

    def sentence(self, rng: np.random.Generator) -> list[str]:
        """Draw one sentence, without boundaries."""
        drawn: list[int] = []
        stack = list(reversed(self._begin))
        while True:
            top = stack.pop()
            cumulated = self._cumulated[top]
            choice = min(bisect(cumulated, rng.random() * cumulated[-1]), len(cumulated) - 1)
            token = self._words[top][choice]
            if token == self.vocabulary.eos_id:
                return self.vocabulary.decode(drawn)
            drawn.append(token)
            stack.extend(reversed(self._follow[top][token]))

    def corpus(self, seed: int, *, train: int = 10_000, valid: int = 1_000, test: int = 1_000) -> Corpus:
        """Draw so many sentences for each part, over the grammar's own vocabulary: no word is unknown."""
        rng = np.random.default_rng(seed)
        train_ids, valid_ids, test_ids = (
            self.vocabulary.stream(self.sentence(rng) for _ in range(count)) for count in (train, valid, test)
        )
        return Corpus(self.name, self.vocabulary, train_ids, valid_ids, test_ids)


def _check_rules(name: str, rules: Rules, start: str) -> None:
    if start not in rules:
        raise DataError(f"{name}: there are no rules for the start symbol {start!r}")
    for symbol, choices in rules.items():
        probs = [choice[0] for choice in choices.values()]
        if not probs or min(probs) <= 0 or not np.isclose(sum(probs), 1):
            raise DataError(f"{name}: the probabilities of {symbol} are positive and sum to 1, got {probs}")
        for word, (_, *right) in choices.items():
            if word in (BOS, UNK):
                raise DataError(f"{name}: {symbol} writes {word}, which is no word of a language")
            for missing in set(right) - set(rules):
                raise DataError(f"{name}: {symbol} leads to {missing!r}, which has no rules")


def _closing_symbols(name: str, rules: Rules, start: str) -> set[str]:
    """The symbols that write `</s>` themselves; each must always do so, and only at the very end."""
    closing: set[str] = set()
    while True:
        found = {
            symbol
            for symbol, choices in rules.items()
            if symbol not in closing
            and any(word == EOS or (right and right[-1] in closing) for word, (_, *right) in choices.items())
        }
        if not found:
            break
        closing |= found
    for symbol, choices in rules.items():
        for word, (_, *right) in choices.items():
            closes = not right if word == EOS else bool(right) and right[-1] in closing
            if closes != (symbol in closing) or closing & set(right[:-1]) or (word == EOS and right):
                raise DataError(
                    f"{name}: the rule of {symbol} for {word!r} does not fit: </s> ends every "
                    f"sentence, once, or is never written (then it follows when nothing else is to come)"
                )
    if closing and start not in closing:
        raise DataError(f"{name}: {start!r} never leads to </s>, though other symbols do")
    return closing


def _expected_visits(
    name: str, begin: Float[ndarray, " symbols"], leads_to: Float[ndarray, "symbols symbols"]
) -> Float[ndarray, " symbols"]:
    """n = n_0 + n M, the expected number of each symbol in a sentence."""
    try:
        visits = np.linalg.solve(np.eye(len(begin)) - leads_to.T, begin)
    except np.linalg.LinAlgError:
        visits = np.full(len(begin), -1.0)
    # n = n_0 (1 + M + M^2 + ...) has no negative term; where the sum diverges, the solution does
    if visits.min() < -1e-9 or visits.max() > 1e9:
        raise DataError(
            f"{name}: its sentences are infinitely long on average, so it has no entropy per token"
        )
    return visits
