"""Reading an ARPA file line by line: see `arpa` for what it holds."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import islice
from typing import NoReturn

import numpy as np
from jaxtyping import Float, Int
from numpy import ndarray

from rnn_course.errors import DataError
from rnn_course.models.ngram_index import NgramIndex, find_sorted
from rnn_course.text.vocabulary import BOS, EOS, UNK, Vocabulary

LOG10_ZERO = -99.0
"""What stands in a file for log10 0."""


class ArpaReader:
    """An open ARPA file, and the number of the line that was read last.

    Attributes:
        vocabulary, index, probs, backoffs: what `BackoffModel` takes; there once `read` is done.
    """

    vocabulary: Vocabulary

    def __init__(self, lines: Iterator[str], name: str) -> None:
        self.lines = lines
        self.name = name
        self.number = 0
        self.keys: list[Int[ndarray, " ngrams"]] = []
        self.probs: list[Float[ndarray, " ngrams"]] = []
        self.backoffs: list[Float[ndarray, " ngrams"]] = []

    @property
    def index(self) -> NgramIndex:
        return NgramIndex(self.keys)

    def read(self) -> None:
        """Read the whole file.

        Raises:
            DataError: at the first line that is wrong.
        """
        sizes = self._header()
        for k, size in enumerate(sizes, 1):
            if k > 1:
                self._expect(f"\\{k}-grams:")
            first = self.number + 1
            rows = self._rows(k, size)
            log10 = self._numbers([row[0] for row in rows], first)
            if (log10 > 0).any():
                self._fail("a log10 probability is at most 0", first + int(np.argmax(log10 > 0)))
            weights = self._numbers([row[k + 1] if len(row) > k + 1 else "0" for row in rows], first)
            words = [row[1 : k + 1] for row in rows]
            if k == 1:
                self._add_unigrams([word for (word,) in words], log10, weights, first)
            else:
                self._add_ngrams(words, log10, weights, first)
        self.backoffs.pop()  # the longest n-grams are nobody's context
        self._expect("\\end\\")

    def _header(self) -> list[int]:
        """How many n-grams of each order the file promises."""
        while self._line() != "\\data\\":
            pass
        sizes: list[int] = []
        while (line := self._text_line()).startswith("ngram "):
            order, _, size = line.removeprefix("ngram ").partition("=")
            if order.strip() != str(len(sizes) + 1) or not size.strip().isdecimal():
                self._fail(f"expected `ngram {len(sizes) + 1}=` and a number, got {line!r}")
            sizes.append(int(size))
        if not sizes or line != "\\1-grams:":
            self._fail(f"expected `ngram {len(sizes) + 1}=` or `\\1-grams:`, got {line!r}")
        return sizes

    def _rows(self, k: int, size: int) -> list[list[str]]:
        """The fields of the next `size` lines: log10 p, k words, and perhaps log10 gamma."""
        first = self.number + 1
        rows = [line.rstrip("\r\n").replace("\t", " ").split(" ") for line in islice(self.lines, size)]
        self.number += len(rows)
        for number, row in enumerate(rows, first):
            if not k + 1 <= len(row) <= k + 2:
                wanted = f"log10 p, {k} words and perhaps log10 gamma"
                self._fail(f"expected {wanted}, got {' '.join(row)!r}", number)
        if len(rows) < size:
            self._fail(f"the file ends after {len(rows):,} of {size:,} {k}-grams")
        return rows

    def _numbers(self, fields: list[str], first: int) -> Float[ndarray, " lines"]:
        try:
            numbers = np.array(list(map(float, fields)))
        except ValueError:
            for number, field in enumerate(fields, first):
                if not _is_number(field):
                    self._fail(f"{field!r} is not a number", number)
            raise
        if np.isnan(numbers).any():
            self._fail("nan is not a logarithm", first + int(np.argmax(np.isnan(numbers))))
        return numbers

    def _add_unigrams(self, words: list[str], log10: ndarray, weights: ndarray, first: int) -> None:
        known: set[str] = set()
        for number, word in enumerate(words, first):
            if word in known:
                self._fail(f"the 1-gram {word!r} stands twice", number)
            known.add(word)
        if not {BOS, EOS} <= known:
            self._fail(f"{BOS} and {EOS} must be among the 1-grams")
        self.vocabulary = Vocabulary(word for word in words if word not in (BOS, EOS, UNK))
        ids = self.vocabulary.encode(words)
        probs, backoffs = np.zeros(len(self.vocabulary)), np.ones(len(self.vocabulary))
        probs[ids], backoffs[ids] = _powers(log10), _powers(weights)
        probs[self.vocabulary.bos_id] = 0  # never predicted, whatever stands in the file (KenLM writes 0)
        self.keys.append(np.arange(len(self.vocabulary)))
        self.probs.append(probs)
        self.backoffs.append(backoffs)

    def _add_ngrams(self, words: list[list[str]], log10: ndarray, weights: ndarray, first: int) -> None:
        V = len(self.vocabulary)
        columns = [self.vocabulary.encode([row[c] for row in words]) for c in range(len(self.keys) + 1)]
        for column, ids in enumerate(columns):
            for i in np.flatnonzero(ids == self.vocabulary.unk_id):
                if words[i][column] != UNK:
                    self._fail(f"{words[i][column]!r} is not among the 1-grams", first + int(i))
        prefixes = columns[0]
        for keys, ids in zip(self.keys[1:], columns[1:-1], strict=True):
            prefixes = _find(keys, prefixes * V + ids)
        if (prefixes < 0).any():
            at = int(np.argmax(prefixes < 0))
            *beginning, last = words[at]
            self._fail(f"{last!r} stands after {' '.join(beginning)!r}, which is no n-gram here", first + at)
        keys = prefixes * V + columns[-1]
        order = np.argsort(keys, kind="stable")
        keys = keys[order]
        twice = np.flatnonzero(keys[1:] == keys[:-1])
        if twice.size:
            at = int(order[twice + 1].min())
            self._fail(f"the n-gram {' '.join(words[at])!r} stands twice", first + at)
        self.keys.append(keys)
        self.probs.append(_powers(log10[order]))
        self.backoffs.append(_powers(weights[order]))

    def _line(self) -> str:
        line = next(self.lines, None)
        if line is None:
            self._fail("the file ends too early")
        self.number += 1
        return line.strip()

    def _text_line(self) -> str:
        """The next line that is not empty."""
        while not (line := self._line()):
            pass
        return line

    def _expect(self, wanted: str) -> None:
        line = self._text_line()
        if line != wanted:
            self._fail(
                f"expected {wanted!r}, got {line[:60]!r}; does the number of n-grams in the header agree?"
            )

    def _fail(self, problem: str, number: int | None = None) -> NoReturn:
        raise DataError(f"{self.name}, line {self.number if number is None else number}: {problem}")


def _find(keys: Int[ndarray, " ngrams"], queries: Int[ndarray, " queries"]) -> Int[ndarray, " queries"]:
    """The place of each query among sorted keys, -1 where it is not among them, as is none below 0."""
    order = np.argsort(queries, kind="stable")
    found = np.empty_like(queries)
    found[order] = find_sorted(keys, queries[order])
    return found


def _powers(log10: Float[ndarray, " lines"]) -> Float[ndarray, " lines"]:
    return np.where(log10 <= LOG10_ZERO, 0.0, np.power(10.0, log10))


def _is_number(text: str) -> bool:
    try:
        float(text)
    except ValueError:
        return False
    return True
