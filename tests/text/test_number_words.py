"""Numbers of words equal those that `str.split` and a dictionary give."""

from __future__ import annotations

import sys

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from rnn_course.text import number_words as module
from rnn_course.text import word_bytes
from rnn_course.text.number_words import first_equal, number_words
from rnn_course.text.vocabulary import Vocabulary
from rnn_course.text.word_bytes import LONG, OTHER_SPACES
from rnn_course.text.word_index import WordIndex

# Words that differ in one byte only, in their zeros, or behind 8, 16 and LONG bytes; bytes that are part of
# a character; a lone surrogate, as Python keeps undecodable bytes of a file name.
words = st.sampled_from(
    ("a b a\0 abcdefgh abcdefghi abcdefghj é 🙂 жжжжж \udc80 \x1b " + "\0" * 8 + " " + "\0" * 9).split(" ")
) | st.sampled_from(["abcdefgh" * 2, *("abcdefgh" * 8 + end for end in ("", "x", "y")), "y" * (LONG + 9)])
texts = st.lists(st.tuples(words | st.text(max_size=20), st.sampled_from([" ", "  ", "\n", *OTHER_SPACES])))
texts = texts.map(lambda pairs: "".join(word + space for word, space in pairs))


def check(text: str) -> None:
    number_of: dict[str, int] = {}
    expected = [number_of.setdefault(word, len(number_of)) for word in text.split()]
    numbers, distinct = number_words(text)
    assert numbers.tolist() == expected
    assert distinct == list(number_of)


@given(text=texts)
def test_equal_a_dictionary(text):
    check(text)


def test_all_that_python_splits_at():
    spaces = {chr(code) for code in range(sys.maxunicode + 1) if chr(code).isspace()}
    assert {*OTHER_SPACES, " "} == spaces
    for space in spaces:
        check(f"{space}a{space}{space}b{space}a")


@pytest.mark.parametrize("text", ["a b\0 a b\0", "", " ", "a", " a", "a ", "abcdefgh", "abcdefgh" * 30])
def test_small_texts(text):
    check(text)


def test_a_text_of_many_words():
    rng = np.random.default_rng(0)
    check(" ".join(map(str, rng.zipf(1.3, 50_000))))


def test_words_with_the_same_hash_are_told_apart(monkeypatch):
    calls = []
    monkeypatch.setattr(word_bytes, "hashes", same_for_all(calls, until=2))
    check("the cat saw the dog")
    assert len(set(calls)) == 3


def same_for_all(calls, until):
    """Hashes that are 0 for every word in the first calls."""
    hashes = word_bytes.hashes

    def same_at_first(read, multiplier):
        calls.append(multiplier)
        return hashes(read, multiplier) * np.uint64(len(calls) > until)

    return same_at_first


@given(text=texts, known=st.lists(words | st.text(max_size=20), unique=True))
def test_the_index_equals_a_vocabulary(text, known):
    vocabulary = Vocabulary([word for word in known if word not in ("<s>", "</s>", "<unk>")])
    assert vocabulary.word_index.ids(text).tolist() == vocabulary.encode(text.split()).tolist()


def test_known_words_with_the_same_hash_get_another(monkeypatch):
    calls = []
    monkeypatch.setattr(word_bytes, "hashes", same_for_all(calls, until=2))
    index = WordIndex(["the", "cat", "saw"], unknown=7)
    assert len(set(calls)) == 3
    assert index.ids("saw the dog").tolist() == [2, 0, 7]


def test_an_unknown_word_with_the_hash_of_a_known_one_is_unknown(monkeypatch):
    index = WordIndex(["the", "cats", "saw", "abcdefgh" * 2, "y" * (LONG + 9)], unknown=7)
    known = index._keys(index._words)
    impostors = ["abc", "catz", "sa", "abcdefgh" * 2 + "x", "z" * (LONG + 9)]
    monkeypatch.setattr(index, "_keys", lambda read: known[: len(read.lengths)])
    assert index.ids(" ".join(impostors)).tolist() == [7] * 5


@given(keys=st.lists(st.integers(0, 5) | st.integers(0, 2**64 - 1)))
def test_first_equal(keys):
    assert first_equal(np.array(keys, dtype=np.uint64)).tolist() == [keys.index(key) for key in keys]


@given(keys=st.lists(st.integers(0, 5) | st.integers(0, 2**64 - 1)))
def test_first_equal_where_all_choose_one_slot(keys):
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(module, "MULTIPLIER", 0)
        assert first_equal(np.array(keys, dtype=np.uint64)).tolist() == [keys.index(key) for key in keys]
