"""The words of a text as numbers, found without making a string of every word.

A text of a million words has some ten thousand different ones. So the words stay bytes in one array, and only
the different ones become strings:

    bytes      the cat saw the dog           see `word_bytes`
    hashes     h1  h2  h3  h1  h4            64 bits each
    first      0   1   2   0   4             where a word with the same hash stands first, by a hash table
    numbers    0   1   2   0   3             in the order of first appearance

Then every word is compared with the first one of its number, byte by byte. Should two different words have
had the same hash, which happens in one of some billions of texts, all is done once more with other hashes.
"""

from __future__ import annotations

from itertools import count

import numpy as np
from jaxtyping import Int, UInt
from numpy import ndarray

from rnn_course.text import word_bytes as bytewise
from rnn_course.text.word_bytes import MULTIPLIER, at


def number_words(text: str) -> tuple[Int[ndarray, " words"], list[str]]:
    """Numbers of the words of a text, and the different words in the order of their numbers.

    Args:
        text: what `text.split()` would split.

    Returns:
        numbers and words, so that [words[i] for i in numbers] is text.split(), and each new word in it has
        the next number.
    """
    long: dict[bytes, int] = {}
    read = bytewise.word_bytes(text, lambda word: long.setdefault(word, len(long)))
    for attempt in count():
        first = first_equal(bytewise.hashes(read, MULTIPLIER + 2 * attempt))
        if bytewise.same_bytes(read, read, first).all():
            break
    firsts = np.flatnonzero(first == np.arange(len(first)))
    number_of_first = np.empty(len(first), dtype=np.int64)
    number_of_first[firsts] = np.arange(len(firsts))
    spans = zip(read.starts[firsts].tolist(), read.ends[firsts].tolist(), strict=True)
    words = b" ".join([read.raw[start:end] for start, end in spans]).decode("utf-8", "surrogatepass")
    return at(number_of_first, first), words.split(" ") if words else []


def first_equal(keys: UInt[ndarray, " keys"]) -> Int[ndarray, " keys"]:
    """For each key the place where it stands first: 5 3 5 5 3 8 -> 0 1 0 0 1 5.

    By a hash table: each key has a slot of its own choice, in which the earliest place of those that chose it
    is written. Whoever finds an equal key there is done; the others go on to the next slot that is free or
    holds an equal key.
    """
    bits = max(1, (2 * len(keys) - 1).bit_length())
    slots = ((keys * np.uint64(MULTIPLIER)) >> np.uint64(64 - bits)).view(np.int64)
    table: Int[ndarray, " slots"] = np.full(1 << bits, -1, dtype=np.int32 if len(keys) < 2**31 else np.int64)
    table[slots[::-1]] = np.arange(len(keys), dtype=table.dtype)[::-1]  # the last one written stays
    first = at(table, slots).astype(np.int64)
    waiting = np.flatnonzero(at(keys, first) != keys)
    slots = slots[waiting]
    while len(waiting):
        slots = (slots + 1) & ((1 << bits) - 1)
        empty = table[slots] < 0
        table[slots[empty][::-1]] = waiting[empty][::-1]
        first[waiting] = table[slots]
        others = np.flatnonzero(keys[first[waiting]] != keys[waiting])
        waiting, slots = waiting[others], slots[others]
    return first
