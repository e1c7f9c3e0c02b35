"""What holds for every n-gram model: it is a language model, and its two ways of scoring agree."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from ngram_cases import FITS, IN_BACKOFF_FORM, cats, other_texts, texts

from rnn_course import lm
from rnn_course.errors import DataError, OrderError, VocabularyError
from rnn_course.models import backoff
from rnn_course.text.encode import encode_text
from rnn_course.text.vocabulary import Vocabulary

every_model = pytest.mark.parametrize("fit", FITS.values(), ids=FITS.keys())
orders = pytest.mark.parametrize("order", [1, 2, 3, 4])


class StepByStep:
    """A model without its vectorised scoring."""

    def __init__(self, model):
        self.vocabulary = model.vocabulary
        self.initial_state, self.advance = model.initial_state, model.advance
        self.next_log_probs = model.next_log_probs


@every_model
@orders
def test_is_a_language_model(fit, order):
    model = fit(*cats(), order)
    assert isinstance(model, lm.LanguageModel)
    assert model.order == order


@every_model
@settings(max_examples=40)
@given(text=texts, other=other_texts, order=st.integers(1, 4))
def test_vectorised_scores_equal_stepwise_ones(fit, text, other, order):
    stream, vocabulary = encode_text(text)
    order = min(order, longest_ngram(text))
    model = fit(stream, vocabulary, order)
    for scored in (stream, encode_text(other, vocabulary)[0], stream[:-1]):
        stepwise = lm.sequence_log_probs(StepByStep(model), scored)
        np.testing.assert_allclose(model.sequence_log_probs(scored), stepwise, rtol=1e-10)


@settings(max_examples=40)
@given(text=texts, size=st.integers(1, 9), order=st.integers(1, 4))
def test_size_of_pieces_does_not_matter(text, size, order):
    stream, vocabulary = encode_text(text)
    model = FITS["KneserNey"](stream, vocabulary, min(order, longest_ngram(text)))
    whole = model.sequence_log_probs(stream)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(backoff, "PIECE_SIZE", size)
        np.testing.assert_array_equal(model.sequence_log_probs(stream), whole)


@every_model
@settings(max_examples=40)
@given(text=texts, context=st.lists(st.sampled_from("abcdx"), max_size=5), order=st.integers(1, 4))
def test_distributions_sum_to_one_after_any_context(fit, text, context, order):
    stream, vocabulary = encode_text(text)
    model = fit(stream, vocabulary, min(order, longest_ngram(text)))
    log_probs = model.next_log_probs(lm.state_after(model, context))
    assert log_probs.shape == (len(vocabulary),)
    assert log_probs[vocabulary.bos_id] == -np.inf
    assert not np.isnan(log_probs).any()
    assert np.exp(log_probs).sum() == pytest.approx(1, abs=1e-12)


@every_model
@settings(max_examples=40)
@given(text=texts, state=st.lists(st.integers(0, 6), max_size=3).map(tuple))
def test_any_tuple_of_ids_is_a_state(fit, text, state):
    stream, vocabulary = encode_text(text)
    model = fit(stream, vocabulary, min(3, longest_ngram(text)))
    state = tuple(token % len(vocabulary) for token in state)
    probs = np.exp(model.next_log_probs(state))
    assert probs.sum() == pytest.approx(1, abs=1e-12)
    np.testing.assert_allclose(probs, np.exp(model.next_log_probs(state[-model.order + 1 or 3 :])))


@every_model
@orders
def test_state_is_the_last_words_and_begins_anew_after_the_end(fit, order):
    stream, vocabulary = cats()
    model = fit(stream, vocabulary, order)
    bos, eos = vocabulary.bos_id, vocabulary.eos_id
    read = [bos, *vocabulary.encode(["the", "cat", "saw", "the"]).tolist()]
    state = model.initial_state()
    for length in range(1, len(read) + 1):
        expected = tuple(read[max(0, length - order + 1) : length]) if order > 1 else ()
        assert state == expected
        if length < len(read):
            state = model.advance(state, read[length])
    assert model.advance(state, eos) == model.initial_state()
    assert model.advance(state, bos) == model.initial_state()


@every_model
def test_unigram_perplexity_of_a_uniform_text_is_its_number_of_tokens(fit):
    # Eight tokens, `</s>` among them, each equally often. `<unk>` was not seen, so the models that keep some
    # mass for unseen tokens are above 8 a little, and those that do not are at 8 exactly.
    text = "\n".join(["a b c d e f g"] * 500)
    stream, vocabulary = encode_text(text)
    value = lm.perplexity(fit(stream, vocabulary, 1), stream)
    keeps_nothing = fit in (FITS["MLE"], FITS["StupidBackoff"])
    if keeps_nothing:
        assert value == pytest.approx(8, rel=1e-12)
    elif fit is not FITS["Interpolated"]:
        assert 8 <= value < 8.02
    else:  # a third of the mass is uniform over nine tokens, by the weights in `ngram_cases`
        assert value == pytest.approx(1 / (1 / 3 / 9 + 2 / 3 / 8), rel=1e-12)


@every_model
def test_bad_input_is_named(fit):
    stream, vocabulary = cats()
    with pytest.raises(OrderError, match="at least 1, got 0"):
        fit(stream, vocabulary, 0)
    with pytest.raises(OrderError, match="order 15, but the longest sentence has 13 tokens"):
        fit(stream, vocabulary, 15)
    fit(stream, vocabulary, 14)
    with pytest.raises(DataError, match="empty"):
        fit(stream[:0], vocabulary, 2)
    with pytest.raises(VocabularyError, match=f"id {len(vocabulary)} at position 1"):
        fit(np.array([3, len(vocabulary), 1]), vocabulary, 2)
    with pytest.raises(DataError, match="<s> stands at position 2"):
        fit(np.array([3, 1, 0, 3, 1]), vocabulary, 2)
    model = fit(stream, vocabulary, 2)
    with pytest.raises(VocabularyError, match="id -1"):
        model.sequence_log_probs(np.array([3, -1]))
    with pytest.raises(VocabularyError, match="id 99"):
        model.advance(model.initial_state(), 99)


@every_model
def test_one_word_text(fit):
    stream, vocabulary = encode_text("word")
    model = fit(stream, vocabulary, 2)
    assert np.isfinite(lm.perplexity(model, stream))
    with pytest.raises(OrderError, match="longest sentence has 2 tokens"):
        fit(stream, vocabulary, 4)


@every_model
def test_bos_in_a_scored_stream_is_impossible(fit):
    stream, vocabulary = cats()
    model = fit(stream, vocabulary, 3)
    scored = np.insert(stream, 4, vocabulary.bos_id)
    stepwise = lm.sequence_log_probs(StepByStep(model), scored)
    vectorised = model.sequence_log_probs(scored)
    assert vectorised[4] == stepwise[4] == -np.inf
    np.testing.assert_allclose(vectorised, stepwise)


@pytest.mark.parametrize("fit", [FITS[name] for name in IN_BACKOFF_FORM], ids=IN_BACKOFF_FORM)
@settings(max_examples=40)
@given(text=texts, order=st.integers(2, 4))
def test_backoff_form_stores_what_the_model_says(fit, text, order):
    stream, vocabulary = encode_text(text)
    model = fit(stream, vocabulary, min(order, longest_ngram(text)))
    for k in range(2, model.order + 1):
        for ngram, prob in zip(model.index.ngrams(k).tolist(), model.probs[k - 1], strict=True):
            said = np.exp(model.next_log_probs(tuple(ngram[:-1]))[ngram[-1]])
            assert said == pytest.approx(prob)


def test_vocabulary_may_hold_words_that_the_text_does_not():
    vocabulary = Vocabulary(["a", "b", "never"])
    stream = vocabulary.stream([["a", "b", "a"]])
    for name, fit in FITS.items():
        probs = np.exp(fit(stream, vocabulary, 2).next_log_probs((vocabulary.id("never"),)))
        assert probs.sum() == pytest.approx(1), name


def longest_ngram(text: str) -> int:
    """The highest order that a text has n-grams of: its longest sentence between `<s>` and `</s>`."""
    return max(len(line.split()) for line in text.split("\n")) + 2
