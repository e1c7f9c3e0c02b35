"""Every smoothed model equals the plain recursion of its equation, and Kneser-Ney equals NLTK's."""

from __future__ import annotations

import itertools

import ngram_oracle as oracle
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from ngram_cases import CATS, texts
from nltk.lm import KneserNeyInterpolated
from nltk.lm.preprocessing import padded_everygram_pipeline

from rnn_course import lm
from rnn_course.errors import OrderError
from rnn_course.models.discounting import AbsoluteDiscounting
from rnn_course.models.interpolation import Interpolated
from rnn_course.models.kneser_ney import KneserNey
from rnn_course.models.stupid_backoff import StupidBackoff
from rnn_course.text.encode import encode_text


def read(text: str, order: int):
    """A text as stream and vocabulary, its counts by dictionary, its tokens, and an order that it allows."""
    sentences = [line.split() for line in text.split("\n")]
    order = min(order, max(map(len, sentences)) + 2)
    return *encode_text(text), oracle.count(sentences, order), oracle.types(sentences), order


def contexts(order: int):
    """Contexts as they come: at most order - 1 words, of which only the first may be <s>."""
    for length in range(order):
        for context in itertools.product(["<s>", "a", "b", "d"], repeat=length):
            if "<s>" not in context[1:]:
                yield context


def compare(model, prob, tokens):
    vocabulary = model.vocabulary
    for context in contexts(model.order):
        state = tuple(vocabulary.encode(context).tolist())
        got = np.exp(model.next_log_probs(state))
        expected = [prob(token, context) for token in tokens]
        np.testing.assert_allclose([got[vocabulary.id(t)] for t in tokens], expected, rtol=1e-9)


@given(text=texts, order=st.integers(1, 3), D=st.floats(0, 1))
def test_absolute_discounting(text, order, D):
    stream, vocabulary, counts, tokens, order = read(text, order)
    model = AbsoluteDiscounting.fit(stream, vocabulary, order=order, discounts=[(D,)] * order)
    compare(model, oracle.discounted(counts, tokens, lambda k, c: D), tokens)


@given(text=texts, order=st.integers(1, 3), modified=st.booleans())
def test_kneser_ney(text, order, modified):
    stream, vocabulary, counts, tokens, order = read(text, order)
    model = KneserNey.fit(stream, vocabulary, order=order, modified=modified)
    numbers = oracle.adjusted(counts)
    for k in range(1, order + 1):
        for ngram, number in numbers[k].items():
            assert model.adjusted_count(ngram) == number

    def discount(k, c):
        return model.discounts[k - 1][min(c, len(model.discounts[k - 1])) - 1]

    compare(model, oracle.discounted(numbers, tokens, discount), tokens)


@given(text=texts, order=st.integers(1, 3), parts=st.lists(st.floats(0.01, 1), min_size=4, max_size=4))
def test_interpolation(text, order, parts):
    stream, vocabulary, counts, tokens, order = read(text, order)
    weights = [part / sum(parts[: order + 1]) for part in parts[: order + 1]]
    model = Interpolated.fit(stream, vocabulary, order=order, weights=weights)
    compare(model, oracle.interpolated(counts, tokens, weights), tokens)


@given(text=texts, order=st.integers(1, 3), alpha=st.floats(0.1, 1))
def test_stupid_backoff(text, order, alpha):
    stream, vocabulary, counts, tokens, order = read(text, order)
    model = StupidBackoff.fit(stream, vocabulary, order=order, alpha=alpha)
    score = oracle.stupid_score(counts, alpha)
    for context in contexts(order):
        state = tuple(vocabulary.encode(context).tolist())
        expected = [score(token, context) for token in tokens]
        scores = model.scores(state)
        np.testing.assert_allclose([scores[vocabulary.id(t)] for t in tokens], expected, rtol=1e-12)
        probs = np.exp(model.next_log_probs(state))
        np.testing.assert_allclose(probs, scores / scores.sum(), rtol=1e-9)
    padded = list(itertools.chain.from_iterable([*line.split(), "</s>"] for line in text.split("\n")))
    before: tuple[str, ...] = ("<s>",)
    expected = []
    for token in padded:
        expected.append(score(token, before[max(0, len(before) - order + 1) :]))
        before = ("<s>",) if token == "</s>" else (*before, token)
    np.testing.assert_allclose(model.sequence_scores(stream), expected, rtol=1e-12)


def test_bigram_kneser_ney_equals_nltk():
    # Comparable: one <s>, one D for bigrams, and D = 0 for unigrams, which NLTK does not interpolate with the
    # uniform distribution.
    sentences = [line.split() for line in CATS.splitlines()]
    theirs = KneserNeyInterpolated(2, discount=0.4)
    theirs.fit(*padded_everygram_pipeline(2, sentences))
    stream, vocabulary = encode_text(CATS)
    ours = KneserNey.fit(stream, vocabulary, order=2, modified=False, discounts=[(0.0,), (0.4,)])
    for context in ["<s>", "the", "cat", "dog", "sang", "to"]:
        probs = np.exp(ours.next_log_probs((vocabulary.id(context),)))
        for word in ["the", "cat", "dog", "a", "bird", "saw", "</s>"]:
            assert probs[vocabulary.id(word)] == pytest.approx(theirs.score(word, [context]), abs=1e-12)


def test_adjusted_count_needs_a_token():
    with pytest.raises(OrderError, match="at least one token"):
        KneserNey.fit(*encode_text(CATS), order=2).adjusted_count(())


def test_francisco_is_frequent_but_a_bad_guess():
    text = "\n".join(["i left san francisco"] * 8 + ["the tea", "hot tea", "i like tea", "more tea"])
    stream, vocabulary = encode_text(text)
    kneser_ney = KneserNey.fit(stream, vocabulary, order=2)
    absolute = AbsoluteDiscounting.fit(stream, vocabulary, order=2)
    assert (kneser_ney.adjusted_count(["francisco"]), kneser_ney.adjusted_count(["tea"])) == (1, 4)

    def after_something_new(model):
        probs = lm.next_token_distribution(model, ["zebra"])
        return probs[vocabulary.id("francisco")] > probs[vocabulary.id("tea")]

    assert after_something_new(absolute)
    assert not after_something_new(kneser_ney)
