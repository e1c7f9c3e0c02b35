"""Reading an ARPA file line by line: see `arpa` for what it holds."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import islice
from typing import NamedTuple, NoReturn

import numpy as np
from jaxtyping import Float, Int
from numpy import ndarray

from rnn_course.errors import DataError
from rnn_course.models.ngram_index import NgramIndex
from rnn_course.text.key_table import KeyTable
from rnn_course.text.vocabulary import BOS, EOS, UNK, Vocabulary

LOG10_ZERO = -99.0
"""What stands in a file for log10 0."""

BLOCK = 1 << 14
"""So many lines are taken apart at a time, which bounds the memory for their strings."""


class Block(NamedTuple):
    """Some lines of one order."""

    words: ndarray  # [lines, k]
    probs: Float[ndarray, " lines"]
    backoffs: Float[ndarray, " lines"]


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
        self.tables: list[KeyTable] = []  # of orders 2 and above
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
        for k, size in enumerate(self._header(), 1):
            if k > 1:
                self._expect(f"\\{k}-grams:")
            first = self.number + 1
            blocks = [self._block(k, min(BLOCK, size - start)) for start in range(0, size, BLOCK)]
            words = np.concatenate([np.empty((0, k), dtype=np.int64), *(block.words for block in blocks)])
            probs = np.concatenate([np.empty(0), *(block.probs for block in blocks)])
            backoffs = np.concatenate([np.empty(0), *(block.backoffs for block in blocks)])
            if k == 1:
                self._add_unigrams(words[:, 0].tolist(), probs, backoffs, first)
            else:
                self._add_ngrams(words, probs, backoffs, first)
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
                self._fail(f"expected `ngram {len(sizes) + 1}=` and a number, got `{line}`")
            sizes.append(int(size))
        if not sizes or line != "\\1-grams:":
            self._fail(f"expected `ngram {len(sizes) + 1}=` or `\\1-grams:`, got `{line}`")
        return sizes

    def _block(self, k: int, size: int) -> Block:
        """The next `size` lines. Words of 1-grams are strings, words of others ids."""
        first = self.number + 1
        lines = [line.rstrip("\r\n").replace("\t", " ") for line in islice(self.lines, size)]
        self.number += len(lines)
        spaces = np.array([line.count(" ") for line in lines], dtype=np.int64)
        wrong = np.flatnonzero((spaces != k) & (spaces != k + 1))
        if wrong.size:
            at = int(wrong[0])
            wanted = f"log10 p, {k} words and perhaps log10 gamma"
            self._fail(f"expected {wanted}, got `{lines[at]}`", first + at)
        if len(lines) < size:
            self._fail(f"the file ends after {len(lines):,} of these {size:,} {k}-grams")

        fields = np.array(" ".join(lines).split(" "), dtype=object)
        starts = np.cumsum(spaces + 1) - (spaces + 1)
        log10_p = self._numbers(fields[starts], first)
        if (log10_p > 0).any():
            self._fail("a log10 probability is at most 0", first + int(np.argmax(log10_p > 0)))
        words = fields[starts[:, None] + np.arange(1, k + 1)]
        log10_gamma = np.zeros(size)
        given = np.flatnonzero(spaces == k + 1)
        log10_gamma[given] = self._numbers(fields[starts[given] + k + 1], first + given)
        return Block(self._ids(words, first) if k > 1 else words, _powers(log10_p), _powers(log10_gamma))

    def _numbers(self, fields: ndarray, lines: int | ndarray) -> Float[ndarray, " lines"]:
        """Fields as floats; `lines` are the numbers of their lines, or that of the first."""
        try:
            numbers = fields.astype(float)
            wrong = ~(numbers < np.inf)  # inf and nan
        except ValueError:
            wrong = np.array([not _is_number(field) for field in fields])
        if wrong.any():
            at = int(np.argmax(wrong))
            number = lines + at if isinstance(lines, int) else int(lines[at])
            self._fail(f"`{fields[at]}` is not the logarithm of a number", number)
        return numbers

    def _ids(self, words: ndarray, first: int) -> Int[ndarray, "lines k"]:
        ids = self.vocabulary.encode(words.ravel()).reshape(words.shape)
        unknown = (ids == self.vocabulary.unk_id) & (words != UNK)
        if unknown.any():
            at, column = np.argwhere(unknown)[0].tolist()
            self._fail(f"`{words[at, column]}` is not among the 1-grams", first + at)
        return ids

    def _add_unigrams(self, words: list[str], probs: ndarray, backoffs: ndarray, first: int) -> None:
        known: set[str] = set()
        for number, word in enumerate(words, first):
            if word in known:
                self._fail(f"the 1-gram `{word}` stands twice", number)
            known.add(word)
        if not {BOS, EOS} <= known:
            self._fail(f"{BOS} and {EOS} must be among the 1-grams")
        self.vocabulary = Vocabulary(word for word in words if word not in (BOS, EOS, UNK))
        ids = self.vocabulary.encode(words)
        self.keys.append(np.arange(len(self.vocabulary)))
        self.probs.append(np.zeros(len(self.vocabulary)))
        self.backoffs.append(np.ones(len(self.vocabulary)))
        self.probs[0][ids], self.backoffs[0][ids] = probs, backoffs
        self.probs[0][self.vocabulary.bos_id] = 0  # never predicted, whatever the file says (KenLM writes 1)

    def _add_ngrams(
        self, words: Int[ndarray, "lines k"], probs: ndarray, backoffs: ndarray, first: int
    ) -> None:
        V = len(self.vocabulary)
        prefixes = words[:, 0]
        for table, ids in zip(self.tables, words.T[1:-1], strict=True):
            prefixes = table.find(prefixes * V + ids)
        if (prefixes < 0).any():
            at = int(np.argmax(prefixes < 0))
            *beginning, last = self.vocabulary.decode(words[at])
            self._fail(f"`{last}` stands after `{' '.join(beginning)}`, which is no n-gram here", first + at)
        keys = prefixes * V + words[:, -1]
        order = np.argsort(keys, kind="stable")
        keys = keys[order]
        twice = np.flatnonzero(keys[1:] == keys[:-1])
        if twice.size:
            at = int(order[twice + 1].min())
            self._fail(f"the n-gram `{' '.join(self.vocabulary.decode(words[at]))}` stands twice", first + at)
        self.keys.append(keys)
        self.tables.append(KeyTable(keys))
        self.probs.append(probs[order])
        self.backoffs.append(backoffs[order])

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
            self._fail(f"expected {wanted}, got `{line[:60]}`; are there as many n-grams as promised?")

    def _fail(self, problem: str, number: int | None = None) -> NoReturn:
        raise DataError(f"{self.name}, line {self.number if number is None else number}: {problem}")


def _powers(log10: Float[ndarray, " lines"]) -> Float[ndarray, " lines"]:
    return np.where(log10 <= LOG10_ZERO, 0.0, np.power(10.0, log10))


def _is_number(text: str) -> bool:
    try:
        float(text)
    except ValueError:
        return False
    return True
