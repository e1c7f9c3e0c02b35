"""A whole text at once to ids: the fast path from a file's contents to a stream.

`Vocabulary.from_sentences` and `Vocabulary.stream` look at every token twice and keep a Python list for every
sentence. Here a token's number is the order in which it was first seen, so that no vocabulary is needed yet:

    the cat saw the dog </s>   ->   0 1 2 0 3 4

`number_words` finds these numbers with a few operations on whole arrays. The distinct tokens are few. Only
they become strings, are counted, ordered and given their final ids; one table turns the first numbers into
those. Where a vocabulary is given, its `word_index` finds the ids themselves.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator
from itertools import count

import numpy as np
from jaxtyping import Int
from numpy import ndarray

from rnn_course.errors import DataError
from rnn_course.text.number_words import number_words
from rnn_course.text.vocabulary import BOS, EOS, UNK, Vocabulary

# So many characters are numbered at a time. Larger arrays leave the cache, and go back to the operating
# system when they are freed, so that every page of the next ones must be cleared.
PIECE_SIZE = 1 << 20


def encode_text(
    text: str, vocabulary: Vocabulary | None = None, *, min_count: int = 1, max_size: int | None = None
) -> tuple[Int[ndarray, " length"], Vocabulary]:
    """The stream of a text, and the vocabulary it is written in.

    The result equals that of `Vocabulary.from_sentences` and `vocabulary.stream` on the text's sentences.

    Args:
        text: one sentence a line, tokens separated by spaces. Blank lines hold no sentence.
        vocabulary: the ids to use; without it, one is built from the text, the most frequent word first.
        min_count: rarer words become `<unk>` (only where the vocabulary is built).
        max_size: keep at most so many words (only where the vocabulary is built).

    Returns:
        The ids, `</s>` after each sentence, and the vocabulary.

    Raises:
        DataError: if the text holds no token, or marks `<s>` or `</s>` itself.
    """
    if EOS in text and EOS in text.split():
        raise DataError(
            f"the text marks the ends of its sentences with {EOS}; give it one sentence a line instead"
        )
    if BOS in text and BOS in text.split():
        raise DataError(f"the text marks the beginnings of its sentences with {BOS}; remove the marks")
    if vocabulary is None:
        numbers, distinct = _number_tokens(text)
        vocabulary = _vocabulary_by_frequency(np.bincount(numbers), distinct, min_count, max_size)
        stream = vocabulary.encode(distinct)[numbers]
    else:
        stream = np.concatenate([vocabulary.word_index.ids(piece) for piece in _pieces(text)])

    # A blank line has left a `</s>` at the beginning or behind another one.
    is_end = stream == vocabulary.eos_id
    if is_end.all():
        raise DataError(f"the text is empty: {len(text)} characters, and no token among them")
    blank = is_end & np.concatenate(([True], is_end[:-1]))
    return (stream[~blank] if blank.any() else stream), vocabulary


def _number_tokens(text: str) -> tuple[Int[ndarray, " length"], list[str]]:
    """Tokens as numbers in order of first appearance, and the distinct tokens in that order."""
    number_of: defaultdict[str, int] = defaultdict(count().__next__)
    numbers = []
    for piece in _pieces(text):
        in_piece, words = number_words(piece)
        of_words = np.array([number_of[word] for word in words], dtype=np.int64)
        numbers.append(of_words.take(in_piece))
    return np.concatenate(numbers), list(number_of)


def _pieces(text: str) -> Iterator[str]:
    """A text with marks for the ends of its lines, about a million characters at a time, cut at spaces."""
    text = text.replace("\n", f" {EOS} ") + f" {EOS} "
    start = 0
    while start < len(text):
        end = text.find(" ", start + PIECE_SIZE)
        end = len(text) if end < 0 else end
        yield text[start:end]
        start = end


def _vocabulary_by_frequency(
    counts: Int[ndarray, " distinct"], distinct: list[str], min_count: int, max_size: int | None
) -> Vocabulary:
    """Words by falling frequency; equally frequent ones in order of first appearance."""
    by_frequency = np.argsort(-counts, kind="stable")
    words = [distinct[i] for i in by_frequency[counts[by_frequency] >= min_count]]
    return Vocabulary([word for word in words if word not in (EOS, UNK)][:max_size])
