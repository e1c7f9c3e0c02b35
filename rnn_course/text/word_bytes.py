"""The words of a text as bytes in arrays: no string is made for any of them.

    bytes      the cat saw the dog           words lie between spaces
    blocks     "the" "cat" "saw" "the" "dog" eight bytes of each word as one number, in one operation
    hashes     h1    h2    h3    h1    h4    64 bits each, computed from its blocks and its length

Words longer than eight bytes have a second block, those longer than sixteen a third, and so on. A number for
each word comes from `number_words`, its id in a vocabulary from `WordIndex`.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import NamedTuple

import numpy as np
from jaxtyping import Bool, Int, UInt
from numpy import ndarray

OTHER_SPACES = [c for c in map(chr, range(0x3001)) if c.isspace() and c != " "]  # U+3000 is the last
MULTIPLIER = 0x9E3779B97F4A7C15  # odd, and close to 2^64 / golden ratio: its products spread over all bits
LONG = 64  # bytes; longer words, such as addresses, are numbered by a dictionary
BEGIN_OF_BYTES = np.array([(1 << 8 * k) - 1 for k in range(9)], dtype=np.uint64)  # its k first of eight bytes

Places = Int[ndarray, " places"]


class Block(NamedTuple):
    """Eight bytes of each word that is long enough to have them."""

    words: slice | Places  # which words these are: all, or their places
    values: UInt[ndarray, " some"]  # the bytes as a number, 0 where the word has ended


class WordBytes(NamedTuple):
    """The words of a text.

    Attributes:
        raw: the text's bytes, and some more.
        starts, ends: where each word begins and ends in them.
        lengths: its bytes.
        blocks: their contents, of all words, of those over 8 bytes, of those over 16, ...
    """

    raw: bytes
    starts: Places
    ends: Places
    lengths: Places
    blocks: list[Block]


def word_bytes(text: str, number_of_long: Callable[[bytes], int]) -> WordBytes:
    """Split a text as `text.split()` would.

    Args:
        number_of_long: a number for a word of more than LONG bytes, the same for the same word only.
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
    return WordBytes(raw, starts, ends, lengths, _blocks(raw, starts, lengths, number_of_long))


def hashes(words: WordBytes, multiplier: int) -> UInt[ndarray, " words"]:
    """64 bits for each word: every block is mixed into what came before it."""
    # Lengths are multiplied, too: else "a" and "b\0" would meet with every multiplier: 1 ^ 97 = 2 ^ 98.
    found = words.lengths.astype(np.uint64) * np.uint64(multiplier)
    for places, values in words.blocks:
        mixed = found[places]
        mixed ^= values
        mixed *= np.uint64(multiplier)
        mixed ^= mixed >> np.uint64(32)
        found[places] = mixed
    return found


def same_bytes(words: WordBytes, others: WordBytes, of: Places) -> Bool[ndarray, " words"]:
    """Whether each word has the bytes of the other at the place `of`; any place will do, -1 too."""
    same = at(others.lengths, of) == words.lengths
    for (places, values), (other_places, other_values) in zip(words.blocks, others.blocks, strict=False):
        if isinstance(places, slice) or isinstance(other_places, slice):  # the first block, that of all words
            same &= at(other_values, of) == values
            continue
        behind = np.zeros(len(others.lengths), dtype=np.int64)  # where a word's bytes stand in the block
        behind[other_places] = np.arange(len(other_values))
        same[places] &= at(other_values, at(behind, of[places])) == values
    return same  # a word with more blocks than any of the others has another length, too


def at(values: ndarray, places: Places) -> ndarray:
    """values[places] for places from 0: "clip" saves the check, which takes as long again."""
    return values.take(places, mode="clip")


def _blocks(
    raw: bytes, starts: Places, lengths: Places, number_of_long: Callable[[bytes], int]
) -> list[Block]:
    """All bytes of all words. A long word has one block, its number among the long words."""
    from_each_byte = np.ndarray(len(raw) - 7, dtype="<u8", buffer=raw, strides=(1,))
    values = _eight_bytes(from_each_byte, starts, lengths)
    has_more = lengths > 8
    for i in np.flatnonzero(lengths > LONG).tolist():
        values[i] = number_of_long(raw[starts[i] : starts[i] + lengths[i]])
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
    from_each_byte: UInt[ndarray, " bytes"], starts: Places, lengths: Places
) -> UInt[ndarray, " words"]:
    """The eight bytes from each start as a number; those behind a word's end are cleared."""
    values = from_each_byte[starts]
    values &= at(BEGIN_OF_BYTES, lengths)  # all eight, where more follow
    return values
