"""What can be done with any language model: scoring, distributions, sampling."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from rnn_course import lm
from rnn_course.errors import CourseError, DataError, ShapeError, VocabularyError
from rnn_course.text.vocabulary import Vocabulary

VOCABULARY = Vocabulary(["a", "b"])
BOS, EOS, UNK, A, B = range(5)

# Rows: after <s>, after a, after b. Columns: <s> </s> <unk> a b.
TABLE = np.array([[0, 0.1, 0.1, 0.6, 0.2], [0, 0.5, 0, 0.2, 0.3], [0, 0.25, 0.25, 0.25, 0.25]])


class Bigrams:
    """A bigram table as a language model: the least that the protocol asks for."""

    vocabulary = VOCABULARY

    def initial_state(self) -> int:
        return 0

    def advance(self, state: int, token: int) -> int:
        return {EOS: 0, A: 1, B: 2, UNK: 2}[token]

    def next_log_probs(self, state: int) -> np.ndarray:
        with np.errstate(divide="ignore"):
            return np.log(TABLE[state])


class Vectorised(Bigrams):
    """The same, with a vectorised method that can be told from the stepwise one."""

    def sequence_log_probs(self, stream):
        return np.full(len(stream), -7.0)


model = Bigrams()


def test_protocol():
    assert isinstance(model, lm.LanguageModel)
    assert not isinstance(VOCABULARY, lm.LanguageModel)


def test_tokens_are_strings_or_ids():
    for tokens in (
        ["a", "b", "x"],
        ("a", "b", "x"),
        [A, B, UNK],
        np.array([A, B, UNK]),
        np.uint8([A, B, UNK]),
    ):
        assert lm.as_ids(model, tokens).tolist() == [A, B, UNK]
    for empty in ([], (), np.zeros(0)):
        assert lm.as_ids(model, empty).dtype.kind == "i"
        assert lm.log_prob(model, empty) == pytest.approx(np.log(0.1))


def test_tokens_that_are_refused():
    with pytest.raises(VocabularyError, match="the string 'a b'; split it first"):
        lm.as_ids(model, "a b")
    with pytest.raises(VocabularyError, match="id 5 at position 1 is outside the vocabulary of 5 tokens"):
        lm.log_prob(model, [A, 5])
    with pytest.raises(VocabularyError, match="id -1"):
        lm.perplexity(model, [-1])
    with pytest.raises(VocabularyError, match="float64"):
        lm.as_ids(model, np.array([0.5]))
    with pytest.raises(ShapeError, match=r"tokens is \(1, 2\), expected \(length,\)"):
        lm.as_ids(model, np.array([[A, B]]))


def test_chain_rule():
    # P(a) P(b | a) P(</s> | b)
    assert lm.log_prob(model, ["a", "b"]) == pytest.approx(np.log(0.6 * 0.3 * 0.25))
    assert lm.log_prob(model, ["a", "b"], end=False) == pytest.approx(np.log(0.6 * 0.3))


def test_the_model_starts_afresh_after_every_sentence():
    stream = VOCABULARY.stream([["a", "b"], ["b"]])
    expected = np.log([0.6, 0.3, 0.25, 0.2, 0.25])
    np.testing.assert_allclose(lm.sequence_log_probs(model, stream), expected)
    assert lm.cross_entropy(model, stream) == pytest.approx(-expected.mean())
    assert lm.perplexity(model, stream) == pytest.approx(np.prod([0.6, 0.3, 0.25, 0.2, 0.25]) ** (-1 / 5))


def test_a_vectorised_method_is_used_where_there_is_one():
    assert lm.sequence_log_probs(Vectorised(), [A, B]).tolist() == [-7.0, -7.0]
    assert lm.cross_entropy(Vectorised(), [A]) == 7.0
    with pytest.raises(VocabularyError):
        lm.sequence_log_probs(Vectorised(), [99])


def test_probability_zero_gives_infinity_and_nothing_gives_an_error():
    stream = VOCABULARY.stream([["a", "x"]])  # <unk> after a is impossible
    assert lm.perplexity(model, stream) == np.inf
    assert lm.cross_entropy(model, stream) == np.inf
    for measure in (lm.perplexity, lm.cross_entropy):
        with pytest.raises(DataError, match="empty"):
            measure(model, [])


def test_distributions_after_a_context():
    assert lm.state_after(model, []) == 0
    assert lm.state_after(model, ["a", "b"]) == 2
    np.testing.assert_allclose(lm.next_token_distribution(model, ["a"]), TABLE[1])
    np.testing.assert_allclose(lm.next_token_distribution(model), TABLE[0])


def test_most_probable_first_and_ties_by_id():
    assert lm.most_probable(model, ["a"], k=2) == [("</s>", pytest.approx(0.5)), ("b", pytest.approx(0.3))]
    assert [token for token, _ in lm.most_probable(model, ["b"])] == ["</s>", "<unk>", "a", "b", "<s>"]


distributions = st.lists(st.floats(0.001, 1), min_size=2, max_size=8).map(lambda p: np.array(p) / sum(p))


@given(probs=distributions, temperature=st.floats(0.1, 10))
def test_temperature(probs, temperature):
    got = lm.reshape_distribution(np.log(probs), temperature=temperature)
    powered = probs ** (1 / temperature)
    np.testing.assert_allclose(got, powered / powered.sum(), rtol=1e-9)


@given(probs=distributions)
def test_temperature_zero_keeps_the_best(probs):
    got = lm.reshape_distribution(np.log(probs), temperature=0)
    assert got.tolist() == [float(i == int(np.argmax(probs))) for i in range(len(probs))]


@given(probs=distributions, k=st.integers(1, 10))
def test_top_k(probs, k):
    got = lm.reshape_distribution(np.log(probs), top_k=k)
    kept = got > 0
    assert kept.sum() == min(k, len(probs))
    assert probs[kept].min() >= probs[~kept].max(initial=0)
    np.testing.assert_allclose(got[kept], probs[kept] / probs[kept].sum())


@given(probs=distributions, p=st.floats(0.05, 1))
def test_nucleus_is_the_smallest_set_of_the_best_with_mass_p(probs, p):
    got = lm.reshape_distribution(np.log(probs), top_p=p)
    kept = got > 0
    assert probs[kept].min() >= probs[~kept].max(initial=0)
    assert probs[kept].sum() >= p - 1e-9
    assert kept.sum() == 1 or probs[kept].sum() - probs[kept].min() < p + 1e-9
    np.testing.assert_allclose(got[kept], probs[kept] / probs[kept].sum())


def test_impossible_tokens_stay_impossible():
    for options in ({}, {"temperature": 3.0}, {"top_k": 5}, {"top_p": 1.0}):
        got = lm.reshape_distribution(model.next_log_probs(1), **options)
        assert got[BOS] == got[UNK] == 0
        assert got.sum() == pytest.approx(1)


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"temperature": -0.1}, "temperature is at least 0, got -0.1"),
        ({"top_k": 0}, "top_k is at least 1, got 0"),
        ({"top_p": 0.0}, r"top_p lies in \(0, 1\], got 0.0"),
        ({"top_p": 1.1}, r"top_p lies in \(0, 1\], got 1.1"),
    ],
)
def test_options_out_of_range(options, message):
    with pytest.raises(CourseError, match=message):
        lm.sample(model, np.random.default_rng(0), **options)


def test_the_same_seed_gives_the_same_text():
    drawn = [[lm.sample(model, np.random.default_rng(seed)) for _ in range(2)] for seed in range(20)]
    assert all(first == second for first, second in drawn)
    assert len({tuple(first) for first, _ in drawn}) > 5


def test_samples_end_at_the_end_or_at_the_limit():
    rng = np.random.default_rng(1)
    samples = [lm.sample(model, rng, max_tokens=3) for _ in range(200)]
    assert {len(tokens) for tokens in samples} == {0, 1, 2, 3}
    assert all(token not in ("<s>", "</s>") for tokens in samples for token in tokens)
    assert lm.sample(model, rng, max_tokens=0) == []


def test_samples_follow_the_distribution():
    rng = np.random.default_rng(2)
    firsts = [lm.sample(model, rng, context=["a"], max_tokens=1) for _ in range(4000)]
    shares = [sum(tokens == wanted for tokens in firsts) / 4000 for wanted in ([], ["a"], ["b"], ["<unk>"])]
    # Four standard deviations of a share near one half are 0.032.
    np.testing.assert_allclose(shares, [0.5, 0.2, 0.3, 0], atol=0.032)


def test_temperature_zero_repeats_the_best_and_streaming_is_sampling():
    rng = np.random.default_rng(3)
    assert lm.sample(model, rng, temperature=0) == ["a"]  # a is best after <s>, </s> after a
    streamed = list(lm.stream_tokens(model, np.random.default_rng(4), max_tokens=10))
    assert streamed == lm.sample(model, np.random.default_rng(4), max_tokens=10)
