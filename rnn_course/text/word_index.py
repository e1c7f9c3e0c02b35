"""Ids of known words, looked up as bytes: a text becomes ids without a string for any of its words.

Each word of the text has a hash, and a table of the hashes of the known words says which of them it may be.
Then the bytes of both are compared, so that an unknown word with the hash of a known one is still unknown.
"""

from __future__ import annotations

from collections.abc import Sequence
from itertools import count

import numpy as np
from jaxtyping import Int
from numpy import ndarray

from rnn_course.text import word_bytes as bytewise
from rnn_course.text.key_table import KeyTable
from rnn_course.text.word_bytes import MULTIPLIER, WordBytes


class WordIndex:
    """Where each word of a text stands among known words.

    Args:
        words: known words, each once. Those that no text can hold, since they are empty or hold a space, are
            never found.
        unknown: what stands for a word that is not among them.
    """

    def __init__(self, words: Sequence[str], unknown: int) -> None:
        kept = [place for place, word in enumerate(words) if word.split() == [word]]
        self._ids = np.array([*kept, unknown], dtype=np.int64)  # its last, at -1, is that of unknown words
        self._long: dict[bytes, int] = {}
        self._words = bytewise.word_bytes(
            " ".join(words[place] for place in kept),
            lambda word: self._long.setdefault(word, len(self._long)),
        )
        for attempt in count():  # until no two words share a hash
            self._multiplier = MULTIPLIER + 2 * attempt
            keys = self._keys(self._words)
            if len(np.unique(keys)) == len(keys):
                break
        self._table = KeyTable(keys)

    def ids(self, text: str) -> Int[ndarray, " words"]:
        """For each word of `text.split()` its place among the known words, or what stands for the unknown."""
        words = bytewise.word_bytes(text, lambda word: self._long.get(word, len(self._long)))
        places = self._table.find(self._keys(words))
        if len(self._words.lengths):
            places[~bytewise.same_bytes(words, self._words, places)] = -1
        return self._ids[places]

    def _keys(self, words: WordBytes) -> Int[ndarray, " words"]:
        found = bytewise.hashes(words, self._multiplier)
        found >>= np.uint64(1)  # keys of a table are not negative
        return found.view(np.int64)
