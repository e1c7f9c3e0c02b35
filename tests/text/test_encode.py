"""The fast path from a text to a stream equals the plain one."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from rnn_course.errors import DataError
from rnn_course.text import encode
from rnn_course.text.encode import encode_text
from rnn_course.text.vocabulary import Vocabulary

words = st.sampled_from(["a", "b", "ab", "<unk>", "é", "🙂", "</S>", "x</s>", "0"])
spaces = st.sampled_from([" ", "  ", "\t", " \t ", "\r", "\x0b", "\u3000", "\u2028"])
lines = st.lists(st.tuples(words, spaces), max_size=6).map(lambda pairs: "".join(w + s for w, s in pairs))
texts = st.tuples(st.lists(lines, max_size=8), st.sampled_from(["", "\n", "\n\n"])).map(
    lambda pair: "\n".join(pair[0]) + pair[1]
)


def sentences_of(text: str) -> list[list[str]]:
    """What the docstring says a text's sentences are, done plainly."""
    return [line.split() for line in text.split("\n") if line.split()]


@given(text=texts, min_count=st.integers(1, 3), max_size=st.none() | st.integers(0, 5))
def test_equals_vocabulary_and_stream(text, min_count, max_size):
    sentences = sentences_of(text)
    if not sentences:
        with pytest.raises(DataError, match="empty"):
            encode_text(text)
        return
    expected = Vocabulary.from_sentences(sentences, min_count=min_count, max_size=max_size)
    stream, vocabulary = encode_text(text, min_count=min_count, max_size=max_size)
    assert vocabulary == expected
    np.testing.assert_array_equal(stream, expected.stream(sentences))
    assert stream.dtype == expected.stream(sentences).dtype


@given(text=texts.filter(lambda text: text.split()), known=st.lists(words, unique=True))
def test_equals_stream_in_a_given_vocabulary(text, known):
    vocabulary = Vocabulary(word for word in known if word != "<unk>")
    stream, same = encode_text(text, vocabulary)
    assert same is vocabulary
    np.testing.assert_array_equal(stream, vocabulary.stream(sentences_of(text)))


@given(text=texts.filter(lambda text: text.split()), size=st.integers(1, 9))
def test_size_of_pieces_does_not_matter(text, size):
    whole = encode_text(text)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(encode, "PIECE_SIZE", size)
        stream, vocabulary = encode_text(text)
    assert vocabulary == whole[1]
    np.testing.assert_array_equal(stream, whole[0])


def test_ids_go_by_frequency_then_by_first_appearance():
    stream, vocabulary = encode_text("c b a\nb c a a\n")
    assert vocabulary.tokens == ("<s>", "</s>", "<unk>", "a", "c", "b")
    assert vocabulary.decode(stream) == ["c", "b", "a", "</s>", "b", "c", "a", "a", "</s>"]


@pytest.mark.parametrize("text", ["", " ", "\n", " \n\t\n"])
def test_text_without_tokens(text):
    with pytest.raises(DataError, match="empty"):
        encode_text(text)


def test_marks_in_the_text_are_refused():
    with pytest.raises(DataError, match="ends of its sentences with </s>"):
        encode_text("a b </s> c d </s>")
    with pytest.raises(DataError, match="beginnings of its sentences with <s>"):
        encode_text("<s> a b\n<s> c d\n")
