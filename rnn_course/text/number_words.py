"""The words of a text as numbers, found without making a string of every word.

A text of a million words has some ten thousand different ones. So the words stay bytes in one array, and only
the different ones become strings:

    bytes      the cat saw the dog           words lie between spaces
    hashes     h1  h2  h3  h1  h4            64 bits each, computed from eight bytes at a time
    first      0   1   2   0   4             where a word with the same hash stands first, by a hash table
    numbers    0   1   2   0   3             in the order of first appearance

Then every word is compared with the first one of its number, byte by byte. Should two different words have
had the same hash, which happens in one of some billions of texts, all is done once more with other hashes.
"""

from __future__ import annotations

from itertools import count
from typing import NamedTuple

import numpy as np
from jaxtyping import Int, UInt
from numpy import ndarray

OTHER_SPACES = [c for c in map(chr, range(0x3001)) if c.isspace() and c != " "]  # U+3000 is the last
MULTIPLIER = 0x9E3779B97F4A7C15  # odd, and close to 2^64 / golden ratio: its products spread over all bits
LONG = 64  # bytes; longer words, such as addresses, are numbered by a dictionary
BEGIN_OF_BYTES = np.array([(1 << 8 * k) - 1 for k in range(9)], dtype=np.uint64)  # its k first of eight bytes


class Block(NamedTuple):
    """Eight bytes of each word that is long enough to have them."""

    words: slice | Int[ndarray, " some"]  # which words these are: all, or their places
    values: UInt[ndarray, " some"]  # the bytes as a number, 0 where the word has ended


def number_words(text: str) -> tuple[Int[ndarray, " words"], list[str]]:
    """Numbers of the words of a text, and the different words in the order of their numbers.

    Args:
        text: what `text.split()` would split.

    Returns:
        numbers and words, so that [words[i] for i in numbers] is text.split(), and each new word in it has
        the next number.
    """
    for space in OTHER_SPACES:
        if space in text:
            text = text.replace(space, " ")
    raw = text.encode("utf-8", "surrogatepass") + b" " + bytes(8)  # so that eight bytes follow each word
    ends = np.flatnonzero(np.frombuffer(raw, dtype=np.uint8) == ord(" "))
    starts = np.concatenate(([0], ends[:-1] + 1))
    if not (ends > starts).all():  # a space behind a space, or at the beginning
        starts, ends = starts[ends > starts], ends[ends > starts]
    lengths = ends - starts

    blocks = _blocks(raw, starts, lengths)
    for attempt in count():
        first = first_equal(_hashes(blocks, lengths, MULTIPLIER + 2 * attempt))
        if _are_equal(blocks, lengths, first):
            break
    firsts = np.flatnonzero(first == np.arange(len(first)))
    number_of_first = np.empty(len(first), dtype=np.int64)
    number_of_first[firsts] = np.arange(len(firsts))
    spans = zip(starts[firsts].tolist(), ends[firsts].tolist(), strict=True)
    words = b" ".join([raw[start:end] for start, end in spans]).decode("utf-8", "surrogatepass")
    return _at(number_of_first, first), words.split(" ") if words else []


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
    first = _at(table, slots).astype(np.int64)
    waiting = np.flatnonzero(_at(keys, first) != keys)
    slots = slots[waiting]
    while len(waiting):
        slots = (slots + 1) & ((1 << bits) - 1)
        empty = table[slots] < 0
        table[slots[empty][::-1]] = waiting[empty][::-1]
        first[waiting] = table[slots]
        others = np.flatnonzero(keys[first[waiting]] != keys[waiting])
        waiting, slots = waiting[others], slots[others]
    return first


def _at(values: ndarray, places: Int[ndarray, " places"]) -> ndarray:
    """values[places] for places from 0: "clip" saves the check, which takes as long again."""
    return values.take(places, mode="clip")


def _blocks(raw: bytes, starts: Int[ndarray, " words"], lengths: Int[ndarray, " words"]) -> list[Block]:
    """All bytes of all words. A long word has one block, its number among the long words."""
    from_each_byte = np.ndarray(len(raw) - 7, dtype="<u8", buffer=raw, strides=(1,))
    values = _eight_bytes(from_each_byte, starts, lengths)
    has_more = lengths > 8
    number_of: dict[bytes, int] = {}
    for i in np.flatnonzero(lengths > LONG).tolist():
        word = raw[starts[i] : starts[i] + lengths[i]]
        values[i] = number_of.setdefault(word, len(number_of))
        has_more[i] = False
    blocks = [Block(slice(None), values)]
    words = np.flatnonzero(has_more)
    starts, lengths = starts[words] + 8, lengths[words] - 8
    while len(words):
        blocks.append(Block(words, _eight_bytes(from_each_byte, starts, lengths)))
        longer = np.flatnonzero(lengths > 8)
        words, starts, lengths = words[longer], starts[longer] + 8, lengths[longer] - 8
    return blocks


def _eight_bytes(
    from_each_byte: UInt[ndarray, " bytes"], starts: Int[ndarray, " words"], lengths: Int[ndarray, " words"]
) -> UInt[ndarray, " words"]:
    """The eight bytes from each start as a number; those behind a word's end are cleared."""
    values = from_each_byte[starts]
    values &= _at(BEGIN_OF_BYTES, lengths)  # all eight, where more follow
    return values


def _hashes(blocks: list[Block], lengths: Int[ndarray, " words"], multiplier: int) -> UInt[ndarray, " words"]:
    """64 bits for each word: every block is mixed into what came before it."""
    # Lengths are multiplied, too: else "a" and "b\0" would meet with every multiplier: 1 ^ 97 = 2 ^ 98.
    hashes = lengths.astype(np.uint64) * np.uint64(multiplier)
    for words, values in blocks:
        mixed = hashes[words]
        mixed ^= values
        mixed *= np.uint64(multiplier)
        mixed ^= mixed >> np.uint64(32)
        hashes[words] = mixed
    return hashes


def _are_equal(blocks: list[Block], lengths: Int[ndarray, " words"], first: Int[ndarray, " words"]) -> bool:
    """Whether every word has the bytes of the word at `first`."""
    if not (_at(lengths, first) == lengths).all():
        return False
    place = np.empty(len(first), dtype=np.int64)
    for words, values in blocks:
        place[words] = np.arange(len(values))
        values_of_first = _at(values, _at(place, first[words]))
        if not (values_of_first == values).all():
            return False
    return True
