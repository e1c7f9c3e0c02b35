"""Tokens and their ids: the one place where text becomes numbers and numbers become text."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from functools import cached_property

import numpy as np
from jaxtyping import Int
from numpy import ndarray

from rnn_course.errors import VocabularyError
from rnn_course.text.word_index import WordIndex

BOS = "<s>"
EOS = "</s>"
UNK = "<unk>"


class Vocabulary:
    """An ordered set of tokens. Ids 0, 1 and 2 are `<s>`, `</s>` and `<unk>`; words follow.

    A *stream* is the form in which this course keeps text: one array of ids in which `</s>` ends every
    sentence. `<s>` never stands in a stream, because no model is ever asked to predict it.

    Args:
        words: the tokens after the three special ones, each once, in the order of their ids.

    Raises:
        VocabularyError: if a word stands twice or is not a string.
    """

    bos_id = 0
    eos_id = 1
    unk_id = 2

    def __init__(self, words: Iterable[str]) -> None:
        self.tokens: tuple[str, ...] = (BOS, EOS, UNK, *words)
        self._ids = {token: index for index, token in enumerate(self.tokens)}
        if len(self._ids) != len(self.tokens):
            repeated = [token for token, count in Counter(self.tokens).items() if count > 1]
            raise VocabularyError(f"each token has one id, but these stand more than once: {repeated[:5]}")
        for token in self.tokens:
            if not isinstance(token, str):
                raise VocabularyError(f"tokens are strings, got {token!r} ({type(token).__name__})")

    @classmethod
    def from_sentences(
        cls, sentences: Iterable[Sequence[str]], *, min_count: int = 1, max_size: int | None = None
    ) -> Vocabulary:
        """Collect the words of `sentences`, the most frequent first.

        Args:
            sentences: tokens without boundaries.
            min_count: rarer words are left out, so that they become `<unk>`.
            max_size: keep at most so many words (the special tokens not counted).
        """
        counts = Counter(token for sentence in sentences for token in sentence)
        for special in (BOS, EOS, UNK):
            counts.pop(special, None)
        words = [token for token, count in counts.most_common(max_size) if count >= min_count]
        return cls(words)

    def __len__(self) -> int:
        return len(self.tokens)

    def __contains__(self, token: object) -> bool:
        return token in self._ids

    def __repr__(self) -> str:
        return f"Vocabulary({len(self):,} tokens: {' '.join(self.tokens[:8])} ...)"

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Vocabulary) and self.tokens == other.tokens

    def __hash__(self) -> int:
        return hash(self.tokens)

    @cached_property
    def word_index(self) -> WordIndex:
        """Ids of the words of a whole text at once, for those who encode much of it."""
        return WordIndex(self.tokens, self.unk_id)

    def id(self, token: str) -> int:
        """The id of `token`, or that of `<unk>` if the vocabulary does not hold it."""
        return self._ids.get(token, self.unk_id)

    def encode(self, tokens: Iterable[str]) -> Int[ndarray, " length"]:
        """Ids of `tokens` as they stand, without boundaries. Unknown tokens become `<unk>`.

        Raises:
            VocabularyError: if `tokens` is one string, whose letters would be taken for words.
        """
        if isinstance(tokens, str):
            raise VocabularyError(
                f"encode takes a sequence of tokens, got the string {tokens[:40]!r}; split it first"
            )
        return np.array([self._ids.get(token, self.unk_id) for token in tokens], dtype=np.int64)

    def decode(self, ids: Iterable[int]) -> list[str]:
        """Tokens of `ids`.

        Raises:
            VocabularyError: if an id lies outside [0, len(self)).
        """
        ids = np.asarray(list(ids) if not isinstance(ids, ndarray) else ids)
        self.check_ids(ids)
        return [self.tokens[index] for index in ids]

    def check_id(self, token: int) -> None:
        """Hold one id to this vocabulary.

        Raises:
            VocabularyError: `id 912 is outside the vocabulary of 912 tokens`.
        """
        if not 0 <= token < len(self):
            raise VocabularyError(f"id {token} is outside the vocabulary of {len(self):,} tokens")

    def check_ids(self, ids: Int[ndarray, " length"]) -> None:
        """Hold `ids` to this vocabulary.

        Raises:
            VocabularyError: `id 912 at position 4 is outside the vocabulary of 912 tokens (0 to 911)`.
        """
        if ids.size and ids.dtype.kind not in "iu":
            raise VocabularyError(f"token ids are integers, got an array of {ids.dtype}")
        outside = np.flatnonzero((ids < 0) | (ids >= len(self)))
        if outside.size:
            where = int(outside[0])
            raise VocabularyError(
                f"id {int(ids[where])} at position {where} is outside the vocabulary of "
                f"{len(self):,} tokens (0 to {len(self) - 1})"
            )

    def stream(self, sentences: Iterable[Sequence[str]]) -> Int[ndarray, " length"]:
        """Ids of all sentences in a row, each ended by `</s>`."""
        get, unk, eos = self._ids.get, self.unk_id, self.eos_id
        ids: list[int] = []
        for sentence in sentences:
            ids.extend(get(token, unk) for token in sentence)
            ids.append(eos)
        return np.array(ids, dtype=np.int64)

    def sentences(self, stream: Int[ndarray, " length"]) -> list[list[str]]:
        """The inverse of `stream`; a last sentence without its `</s>` counts as one."""
        ends = np.flatnonzero(np.asarray(stream) == self.eos_id)
        pieces = np.split(np.asarray(stream), ends + 1)
        return [[t for t in self.decode(piece) if t != EOS] for piece in pieces if piece.size]
