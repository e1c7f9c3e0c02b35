"""Counts by sorting numbers equal counts by a dictionary."""

from __future__ import annotations

import ngram_oracle as oracle
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from ngram_cases import cats, texts

from rnn_course.errors import OrderError, VocabularyError
from rnn_course.models.ngram_counts import NgramCounts
from rnn_course.models.ngram_index import run_edges, sort_with_places, whole_sentences
from rnn_course.text.encode import encode_text


def counted(text: str, order: int) -> tuple[NgramCounts, list]:
    sentences = [line.split() for line in text.split("\n")]
    stream, vocabulary = encode_text(text)
    order = min(order, max(map(len, sentences)) + 2)
    return NgramCounts(stream, vocabulary, order), oracle.count(sentences, order)


@given(text=texts, order=st.integers(1, 6))
def test_counts_equal_a_dictionary(text, order):
    counts, expected = counted(text, order)
    for k in range(1, counts.order + 1):
        tokens = np.array(counts.vocabulary.tokens)[counts.index.ngrams(k)]
        got = dict(zip(map(tuple, tokens.tolist()), counts.counts[k - 1].tolist(), strict=True))
        got = {ngram: number for ngram, number in got.items() if number}  # words that never stand there
        assert got == dict(expected[k])
        assert counts.num_distinct[k - 1] == len(expected[k])
        for ngram, number in expected[k].items():
            assert counts.count(ngram) == number
    assert counts.num_tokens == counts.count(()) == expected[0][()]


@given(text=texts, context=st.lists(st.sampled_from(["<s>", "a", "b", "c"]), max_size=3))
def test_followers_equal_a_dictionary(text, context):
    counts, expected = counted(text, 4)
    context = tuple(context[: counts.order - 1])
    followers = {n[-1]: c for n, c in expected[len(context) + 1].items() if n[:-1] == context}
    if set(context) - set(
        counts.vocabulary.tokens
    ):  # a word that the text lacks is `<unk>`, which it lacks too
        followers = {}
    got = counts.followers(context)
    assert dict(got) == followers
    assert [c for _, c in got] == sorted(followers.values(), reverse=True)
    assert counts.context_count(context) == sum(followers.values())


@given(text=texts, order=st.integers(2, 5))
def test_suffixes_and_beginnings(text, order):
    counts, _ = counted(text, order)
    for k in range(2, counts.order + 1):
        ngrams, shorter = counts.index.ngrams(k), counts.index.ngrams(k - 1)
        np.testing.assert_array_equal(shorter[counts.suffixes[k - 1]], ngrams[:, 1:])
        np.testing.assert_array_equal(shorter[counts.index.prefixes(k)], ngrams[:, :-1])
        np.testing.assert_array_equal(np.arange(len(ngrams)) < counts.first_ids[k - 1], ngrams[:, 0] == 0)
        for i, ngram in enumerate(ngrams.tolist()):
            assert counts.index.find(ngram) == i


def test_counts_of_a_text_by_hand():
    stream, vocabulary = encode_text("the cat saw the dog\nthe cat sang\n")
    counts = NgramCounts(stream, vocabulary, 3)
    assert counts.num_sentences == counts.count(["<s>"]) == counts.count(["</s>"]) == 2
    assert counts.num_tokens == 10
    assert counts.count(["the", "cat"]) == 2
    assert counts.count(["<s>", "the", "cat"]) == 2
    assert counts.count(["dog", "</s>"]) == 1
    assert counts.count(["</s>", "the"]) == counts.count(["bird"]) == 0
    assert counts.followers(["the"]) == [("cat", 2), ("dog", 1)]
    assert counts.context_count(["the"]) == 3
    assert counts.context_count(["</s>"]) == 0
    assert counts.num_distinct == (6, 8, 7)
    assert counts.followers(()) == [("the", 3), ("</s>", 2), ("cat", 2), ("saw", 1), ("dog", 1), ("sang", 1)]


def test_ids_and_strings_are_the_same_question():
    stream, vocabulary = cats()
    counts = NgramCounts(stream, vocabulary, 3)
    words = ["the", "cat"]
    ids = vocabulary.encode(words)
    assert counts.count(words) == counts.count(ids) == counts.count(ids.tolist())
    assert counts.followers(words) == counts.followers(ids)


def test_questions_that_cannot_be_answered():
    counts = NgramCounts(*cats(), 2)
    with pytest.raises(OrderError, match="3 tokens given, but with order 2 at most 2"):
        counts.count(["a", "b", "c"])
    with pytest.raises(OrderError, match="2 tokens given, but with order 2 at most 1"):
        counts.followers(["a", "b"])
    with pytest.raises(VocabularyError, match="the string 'the'"):
        counts.count("the")
    with pytest.raises(VocabularyError, match="outside"):
        counts.count([99])


def test_a_last_sentence_may_lack_its_end():
    stream, vocabulary = encode_text("a b\na b\n")
    counts = NgramCounts(stream[:-1], vocabulary, 2)
    assert counts.count(["b"]) == 2
    assert counts.followers(["b"]) == [("</s>", 1)]


def test_the_stream_is_left_alone_and_any_integers_do():
    stream, vocabulary = cats()
    stream.setflags(write=False)
    expected = NgramCounts(stream, vocabulary, 3)
    for dtype in (np.int32, np.uint16, np.uint64):
        counts = NgramCounts(stream.astype(dtype), vocabulary, 3)
        for k in range(3):
            np.testing.assert_array_equal(counts.index.keys[k], expected.index.keys[k])
            np.testing.assert_array_equal(counts.counts[k], expected.counts[k])


@given(numbers=st.lists(st.integers(0, 2**62), max_size=20) | st.lists(st.integers(0, 5), max_size=20))
def test_sorting_keys_with_their_places(numbers):
    # Up to 2^62 there is no room to pack a place behind the key, and the other way is taken.
    keys = np.array(numbers, dtype=np.int64)
    in_order = keys.copy()
    places = sort_with_places(in_order, np.arange(len(keys)))
    np.testing.assert_array_equal(in_order, np.sort(keys))
    np.testing.assert_array_equal(places, np.argsort(keys, kind="stable"))


def test_edges_of_runs():
    assert run_edges(np.array([5, 5, 7, 9, 9, 9])).tolist() == [0, 2, 3, 6]
    assert run_edges(np.array([4])).tolist() == [0, 1]


@given(lengths=st.lists(st.integers(0, 5)), rest=st.integers(0, 3), size=st.integers(1, 20))
def test_pieces_of_whole_sentences(lengths, rest, size):
    stream = np.array(
        [token for length in lengths for token in [3] * length + [1]] + [3] * rest, dtype=np.int64
    )
    pieces = list(whole_sentences(stream, size))
    assert [t for piece in pieces for t in range(piece.start, piece.stop)] == list(range(len(stream)))
    for piece in pieces[:-1]:
        assert stream[piece.stop - 1] == 1
        ends = np.flatnonzero(stream[piece] == 1) + 1
        assert ends[-1] >= size
        assert (ends[:-1] < size).all()
