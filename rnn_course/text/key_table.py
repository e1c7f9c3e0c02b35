"""A hash table of numbers: finds many keys at once, each with about one look into memory.

Each key has a slot of its own choice, the top bits of key * MULTIPLIER (Fibonacci hashing: the odd number
nearest to 2^64 / golden ratio, which spreads neighbouring keys evenly). The slot holds the key's place among
the keys. If it is taken by another key, the next one is tried, and so on (linear probing):

    keys 34 37 53 of which 34 and 53 choose slot 2, and 37 chooses slot 6 of 8

    slot     0   1   2   3   4   5   6   7
    place   -1  -1   0   2  -1  -1   1  -1         53 stands in slot 3, since 34 was first

A query looks into its slot and goes on until it meets itself (it is there) or an empty slot (it is not). In
numpy, all queries take one step together, and the few that met a stranger take another. Binary search would
take 20 steps for a million keys, and nearly each would fetch its own line of memory.

Source: Knuth 1973, section 6.4; for n-gram models, Heafield 2011.
"""

from __future__ import annotations

import numpy as np
from jaxtyping import Int
from numpy import ndarray

MULTIPLIER = np.uint64(0x9E3779B97F4A7C15)
SLOTS_PER_KEY = 2  # at least; the number of slots is the next power of two


class KeyTable:
    """Where each key stands in an array of keys.

    Args:
        keys: distinct numbers from 0 to 2^63 - 1, in any order. They are kept, not copied.
    """

    def __init__(self, keys: Int[ndarray, " keys"]) -> None:
        self.keys = keys
        bits = max(1, (SLOTS_PER_KEY * len(keys) - 1).bit_length())
        self._shift = np.uint64(64 - bits)
        self._last = (1 << bits) - 1
        self._places = np.full(1 << bits, -1, dtype=np.int32 if len(keys) < 2**31 else np.int64)
        waiting = np.arange(len(keys), dtype=self._places.dtype)
        slots = self._chosen_slots(keys)
        while len(waiting):
            empty = self._places[slots] < 0
            self._places[slots[empty]] = waiting[empty]  # of several for one slot, the last stays in it
            left = self._places[slots] != waiting
            waiting, slots = waiting[left], (slots[left] + 1) & self._last

    def _chosen_slots(self, keys: Int[ndarray, " keys"]) -> Int[ndarray, " keys"]:
        slots = keys.view(np.uint64) * MULTIPLIER
        slots >>= self._shift
        return slots.view(np.int64)

    def find(self, queries: Int[ndarray, " queries"]) -> Int[ndarray, " queries"]:
        """The place of each query among the keys, -1 where it is not among them.

        Args:
            queries: numbers from 0 to 2^63 - 1, as int64.
        """
        if not len(self.keys):
            return np.full(len(queries), -1)
        slots = self._chosen_slots(queries)
        # mode="clip" saves the check of bounds; a place of -1 becomes 0, and is sorted out behind it.
        found = self._places.take(slots, mode="clip").astype(np.int64, copy=False)
        others = np.flatnonzero((self.keys.take(found, mode="clip") != queries) & (found >= 0))
        slots = slots[others]
        while len(others):
            slots = (slots + 1) & self._last
            found[others] = there = self._places[slots]
            go_on = np.flatnonzero((self.keys[there] != queries[others]) & (there >= 0))
            others, slots = others[go_on], slots[go_on]
        return found

    @property
    def nbytes(self) -> int:
        """Bytes of the slots; the keys are counted where they belong."""
        return self._places.nbytes
