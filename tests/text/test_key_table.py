"""A hash table finds what a dictionary finds, however its keys collide."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from rnn_course.text import key_table
from rnn_course.text.key_table import KeyTable

LARGEST = 2**63 - 1
few, many = st.integers(0, 30), st.integers(0, LARGEST)


def found_by_a_dictionary(keys, queries):
    places = {key: place for place, key in enumerate(keys)}
    return [places.get(query, -1) for query in queries]


@given(
    keys=st.lists(few | many, unique=True),
    others=st.lists(few | many | st.integers(-5, -1)),
    seed=st.integers(0, 9),
)
def test_finding_equals_a_dictionary(keys, others, seed):
    queries = np.random.default_rng(seed).permutation(np.array(keys + others, dtype=np.int64))
    found = KeyTable(np.array(keys, dtype=np.int64)).find(queries)
    assert found.dtype == np.int64
    assert found.tolist() == found_by_a_dictionary(keys, queries.tolist())


@pytest.mark.parametrize("multiplier", [0, 1, 2**63 + 1])
def test_keys_that_all_choose_few_slots(multiplier, monkeypatch):
    # With 0 all choose the first slot; with 1 the top bits of small keys are 0. The last slot is followed by
    # the first one.
    monkeypatch.setattr(key_table, "MULTIPLIER", np.uint64(multiplier))
    rng = np.random.default_rng(0)
    keys = np.concatenate((rng.permutation(300)[:200], LARGEST - rng.permutation(300)[:200]))
    queries = np.concatenate((np.arange(300), LARGEST - np.arange(300)))
    assert KeyTable(keys).find(queries).tolist() == found_by_a_dictionary(keys.tolist(), queries.tolist())


def test_a_million_keys_in_memory_that_is_told():
    rng = np.random.default_rng(0)
    keys = np.unique(rng.integers(0, 2**40, 1_000_000))
    table = KeyTable(keys)
    queries = np.concatenate((keys[::7], keys[::7] + 1))
    places = np.searchsorted(keys, queries)
    there = keys[np.minimum(places, len(keys) - 1)] == queries
    np.testing.assert_array_equal(table.find(queries), np.where(there, places, -1))
    assert 8 * len(keys) <= table.nbytes <= 16 * len(keys)


def test_no_keys_and_no_queries():
    empty = np.array([], dtype=np.int64)
    assert KeyTable(empty).find(np.array([3, 0])).tolist() == [-1, -1]
    assert KeyTable(np.array([3])).find(empty).tolist() == []
