"""N-grams as numbers: how the distinct n-grams of a text are kept and found again.

An n-gram's *id* says which of the distinct n-grams of its order it is. The id of a 1-gram is the word's id in
the vocabulary. From there on, an n-gram is its prefix (an (n-1)-gram, hence one number) and its last word:

    key = id(prefix) * V + word

The keys of an order stand sorted, and an n-gram's id is its place among them. So an n-gram of any order is
found by looking up n - 1 integers, no string is touched, and all n-grams that share a prefix stand side by
side. With V = 10 and the bigrams (3 4), (3 7), (5 3):

    keys of order 2    34 37 53          ids 0 1 2
    the trigram 3 7 5  prefix (3 7) has id 1, so its key is 1 * 10 + 5 = 15

One n-gram is looked up by binary search. For a whole text a hash table of the keys is made once (see
`text.key_table`), in which a look-up costs the same however many n-grams there are.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from functools import cached_property
from typing import NamedTuple

import numpy as np
from jaxtyping import Int
from numpy import ndarray

from rnn_course.text.key_table import KeyTable
from rnn_course.text.vocabulary import Vocabulary


class Match(NamedTuple):
    """Which n-grams of one order end where in a stream. All arrays have one entry a place, in order."""

    order: int
    places: Int[ndarray, " places"]  # t, wherever the n-gram's context (its prefix) is known
    contexts: Int[ndarray, " places"]  # id of the context, an (order-1)-gram that ends at t - 1
    ngrams: Int[ndarray, " places"]  # id of the n-gram that ends at t, -1 if it is unknown


class NgramIndex:
    """The distinct n-grams of orders 1 to n.

    Args:
        keys: keys[k-1] are the sorted keys of order k; keys[0] is 0 .. V-1.
    """

    def __init__(self, keys: Sequence[Int[ndarray, " ngrams"]]) -> None:
        self.keys = list(keys)
        self.vocabulary_size = len(keys[0])

    @cached_property
    def tables(self) -> list[KeyTable]:
        """tables[k-2] finds the keys of order k; they are made when a stream is first looked up."""
        return [KeyTable(keys) for keys in self.keys[1:]]

    @property
    def order(self) -> int:
        return len(self.keys)

    def prefixes(self, k: int) -> Int[ndarray, " ngrams"]:
        """For each k-gram (k >= 2) the id of its prefix, a (k-1)-gram; never falling."""
        return self.keys[k - 1] // self.vocabulary_size

    def last_words(self, k: int) -> Int[ndarray, " ngrams"]:
        """For each k-gram its last word."""
        return self.keys[k - 1] % self.vocabulary_size

    def ngrams(self, k: int) -> Int[ndarray, "ngrams k"]:
        """All k-grams written out, in the order of their ids."""
        rows = np.empty((len(self.keys[k - 1]), k), dtype=np.int64)
        ids = np.arange(len(rows))
        for column in range(k - 1, 0, -1):
            ids, rows[:, column] = np.divmod(self.keys[column][ids], self.vocabulary_size)
        rows[:, 0] = ids
        return rows

    def find(self, ngram: Sequence[int]) -> int | None:
        """The id of an n-gram (at least one word, at most n), or None if it is unknown."""
        found = int(ngram[0])
        for keys, word in zip(self.keys[1:], ngram[1:], strict=False):
            key = found * self.vocabulary_size + word
            found = int(np.searchsorted(keys, key))
            if found == len(keys) or keys[found] != key:
                return None
        return found

    def followers(self, context: Sequence[int]) -> slice:
        """Ids of the n-grams whose prefix is `context` (at most n - 1 words; the empty one has all words)."""
        if not len(context):
            return slice(0, self.vocabulary_size)
        prefix = self.find(context)
        if prefix is None:
            return slice(0, 0)
        row = np.array([prefix, prefix + 1]) * self.vocabulary_size
        start, stop = np.searchsorted(self.keys[len(context)], row)
        return slice(int(start), int(stop))

    def match(self, stream: Int[ndarray, " length"]) -> Iterator[Match]:
        """Find the n-grams of orders 2 to n that end at each place of a stream, one order after another.

        The context of a sentence's first word is `<s>` alone, so that no n-gram reaches across `</s>`.
        """
        stream = stream.astype(np.int64, copy=False)
        starts = sentence_starts(stream)
        goes_on = np.ones(len(stream), dtype=bool)  # the next place belongs to the same sentence
        goes_on[starts - 1] = False  # a start at 0 marks the last place, [-1], behind which there is nothing
        places = np.arange(len(stream))
        contexts = previous(stream, starts, at_start=Vocabulary.bos_id)
        for k, table in enumerate(self.tables, 2):
            queries = contexts * self.vocabulary_size
            queries += stream.take(places)
            ngrams = table.find(queries)
            yield Match(k, places, contexts, ngrams)
            # A k-gram that was found is the context of the (k+1)-gram that ends one place later.
            longer = np.flatnonzero((ngrams >= 0) & goes_on.take(places))
            places, contexts = places[longer] + 1, ngrams[longer]


def sentence_starts(stream: Int[ndarray, " length"]) -> Int[ndarray, " sentences"]:
    """Where sentences begin: at 0, after every `</s>`, and after `<s>` should one stand there."""
    starts = np.flatnonzero(stream[:-1] <= Vocabulary.eos_id) + 1
    return np.insert(starts, 0, 0) if len(stream) else starts


def whole_sentences(stream: Int[ndarray, " length"], size: int) -> Iterator[slice]:
    """Slices that cover a stream and end where sentences end, each of `size` tokens or a little more."""
    starts = sentence_starts(stream)
    begin = 0
    while begin < len(stream):
        at = int(np.searchsorted(starts, begin + size))
        end = int(starts[at]) if at < len(starts) else len(stream)
        yield slice(begin, end)
        begin = end


def context_lengths(stream: Int[ndarray, " length"], longest: int) -> Int[ndarray, " length"]:
    """How many tokens each place can look back on, `<s>` included, counted up to `longest`."""
    starts = sentence_starts(stream)
    in_sentence = np.arange(len(stream)) - np.repeat(starts, np.diff(starts, append=len(stream)))
    return np.minimum(in_sentence + 1, longest)


def previous(
    ids: Int[ndarray, " length"], starts: Int[ndarray, " sentences"], *, at_start: int
) -> Int[ndarray, " length"]:
    """ids[t - 1] for every t, and `at_start` where a sentence begins."""
    shifted = np.empty(len(ids), dtype=np.int64)
    shifted[1:] = ids[:-1]
    shifted[starts] = at_start
    return shifted


def sort_with_places(
    keys: Int[ndarray, " length"], places: Int[ndarray, " length"]
) -> Int[ndarray, " length"]:
    """Sort keys in place, and return their places in the same order. Neither is below 0.

    Sorting is several times quicker than finding the order (argsort) and applying it. So where 63 bits hold
    both, the place is packed behind the key, and one plain sort does it: 53|0 34|1 37|2 -> 34|1 37|2 53|0.
    """
    place_bits = int(places.max(initial=0)).bit_length()
    if int(keys.max(initial=0)).bit_length() + place_bits > 63:
        order = np.argsort(keys, kind="stable")
        keys[:] = keys[order]
        return places[order]
    keys <<= place_bits
    keys |= places
    keys.sort()
    places = keys & ((1 << place_bits) - 1)
    keys >>= place_bits
    return places


def run_edges(in_order: Int[ndarray, " length"]) -> Int[ndarray, " edges"]:
    """Where runs of equal numbers begin in a sorted array, and its length: 5 5 7 9 9 9 -> 0 2 3 6."""
    begins = np.ones(len(in_order) + 1, dtype=bool)
    np.not_equal(in_order[1:], in_order[:-1], out=begins[1:-1])
    return np.flatnonzero(begins)
