"""Weights of interpolation: given, or found by expectation maximisation."""

from __future__ import annotations

import itertools

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from ngram_cases import cats, other_texts, texts

from rnn_course import lm
from rnn_course.errors import CourseError, DataError, VocabularyError
from rnn_course.models.interpolation import Interpolated, stick_lengths, weights_by_em, weights_from_sticks
from rnn_course.models.ngram_counts import NgramCounts
from rnn_course.text.encode import encode_text

HELD_OUT = "the bird saw the cat\na dog sang to the bird\nthe dog sang\n"


def test_mixture_by_hand():
    stream, vocabulary = encode_text("a b\na c\n")
    model = Interpolated.fit(stream, vocabulary, order=2, weights=[0.1, 0.3, 0.6])
    # Five tokens can be predicted; b is one of six tokens, and one of two after a.
    after_a = lm.next_token_distribution(model, ["a"])
    assert after_a[vocabulary.id("b")] == pytest.approx(0.1 / 5 + 0.3 / 6 + 0.6 / 2)
    # After a word that was never seen, the uniform and unigram weights keep their proportion.
    after_x = lm.next_token_distribution(model, ["x"])
    assert after_x[vocabulary.id("b")] == pytest.approx((0.1 / 5 + 0.3 / 6) / 0.4)


@given(parts=st.lists(st.floats(0, 1), min_size=1, max_size=6).filter(lambda parts: sum(parts) > 0.1))
def test_weights_and_sticks_are_inverse(parts):
    weights = np.array(parts) / sum(parts)
    np.testing.assert_allclose(weights_from_sticks(stick_lengths(weights)), weights, atol=1e-12)


@given(text=texts, held_out=other_texts)
def test_each_step_of_em_makes_held_out_text_more_probable(text, held_out):
    stream, vocabulary = encode_text(text)
    held_out_stream, _ = encode_text(held_out, vocabulary)
    counts = NgramCounts(stream, vocabulary, 2)
    likelihoods = []
    for steps in range(1, 8):
        weights = weights_by_em(counts, held_out_stream, max_steps=steps, tolerance=0)
        assert weights.sum() == pytest.approx(1)
        likelihoods.append(-lm.cross_entropy(Interpolated(counts, weights), held_out_stream))
    assert all(after >= before - 1e-12 for before, after in itertools.pairwise(likelihoods))


def test_em_finds_the_best_weights_of_a_grid():
    stream, vocabulary = cats()
    held_out, _ = encode_text(HELD_OUT, vocabulary)
    counts = NgramCounts(stream, vocabulary, 2)
    found = Interpolated.fit(stream, vocabulary, order=2, held_out=held_out)
    best = lm.cross_entropy(found, held_out)
    steps = np.linspace(0, 1, 21)
    for uniform, unigram in itertools.product(steps, steps):
        if uniform + unigram <= 1:
            weights = [uniform, unigram, 1 - uniform - unigram]
            assert best <= lm.cross_entropy(Interpolated(counts, np.abs(weights)), held_out) + 1e-5


def test_em_on_the_counted_text_trusts_the_highest_order_alone():
    stream, vocabulary = cats()
    weights = weights_by_em(NgramCounts(stream, vocabulary, 3), stream)
    assert weights[-1] > 0.9


def test_what_cannot_be_interpolated():
    stream, vocabulary = cats()
    for given_both in ({}, {"weights": [0.5, 0.5, 0], "held_out": stream}):
        with pytest.raises(CourseError, match="either weights or held_out"):
            Interpolated.fit(stream, vocabulary, order=2, **given_both)
    with pytest.raises(CourseError, match="order 2 takes 3 weights, the uniform distribution's first; got 2"):
        Interpolated.fit(stream, vocabulary, order=2, weights=[0.5, 0.5])
    with pytest.raises(CourseError, match="sum to 1"):
        Interpolated.fit(stream, vocabulary, order=2, weights=[0.5, 0.5, 0.5])
    with pytest.raises(CourseError, match="at least 0"):
        Interpolated.fit(stream, vocabulary, order=2, weights=[1.5, -0.5, 0])
    with pytest.raises(DataError, match="held-out text is empty"):
        Interpolated.fit(stream, vocabulary, order=2, held_out=stream[:0])
    with pytest.raises(VocabularyError, match="outside"):
        Interpolated.fit(stream, vocabulary, order=2, held_out=stream + 50)
