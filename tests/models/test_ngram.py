"""Maximum likelihood and add-k: by hand, and against NLTK."""

from __future__ import annotations

import numpy as np
import pytest
from ngram_cases import CATS, cats
from nltk.lm import MLE as NltkMLE
from nltk.lm import Lidstone
from nltk.lm.preprocessing import pad_both_ends
from nltk.util import everygrams

from rnn_course import lm
from rnn_course.errors import CourseError
from rnn_course.models.ngram import MLE, AddK
from rnn_course.text.encode import encode_text
from rnn_course.text.vocabulary import Vocabulary

# A probability by hand needs a text that fits in the head: `a` is followed by b, b and c.
TEXT = "a b\na b\na c\n"


def test_mle_by_hand():
    model = MLE.fit(*encode_text(TEXT), order=2)
    vocabulary = model.vocabulary
    after_a = lm.next_token_distribution(model, ["a"])
    assert after_a[vocabulary.id("b")] == pytest.approx(2 / 3)
    assert after_a[vocabulary.id("c")] == pytest.approx(1 / 3)
    assert lm.log_prob(model, ["a", "b"]) == pytest.approx(np.log(1 * 2 / 3 * 1))
    # Each sentence costs log 1, log 2/3 or 1/3, log 1: nine tokens in all.
    expected = np.exp(-(2 * np.log(2 / 3) + np.log(1 / 3)) / 9)
    stream, _ = encode_text(TEXT, vocabulary)
    assert lm.perplexity(model, stream) == pytest.approx(expected)


def test_mle_says_infinity_to_what_it_never_saw_and_uniform_after_it():
    model = MLE.fit(*encode_text(TEXT), order=2)
    assert lm.perplexity(model, model.vocabulary.stream([["b", "a"]])) == np.inf
    unseen = lm.next_token_distribution(model, ["x"])
    assert unseen[0] == 0
    np.testing.assert_allclose(unseen[1:], 1 / 5)  # </s> <unk> a b c


def test_add_k_by_hand():
    model = AddK.fit(*encode_text(TEXT), order=2, k=0.5)
    after_a = lm.next_token_distribution(model, ["a"])
    assert after_a[model.vocabulary.id("b")] == pytest.approx((2 + 0.5) / (3 + 0.5 * 5))
    assert after_a[model.vocabulary.id("a")] == pytest.approx(0.5 / (3 + 0.5 * 5))


def test_add_k_goes_from_mle_to_uniform():
    stream, vocabulary = cats()
    mle, none, much = (
        lm.next_token_distribution(model, ["the"])
        for model in (
            MLE.fit(stream, vocabulary, order=3),
            AddK.fit(stream, vocabulary, order=3, k=0),
            AddK.fit(stream, vocabulary, order=3, k=1e9),
        )
    )
    np.testing.assert_array_equal(none, mle)
    np.testing.assert_allclose(much[1:], 1 / (len(vocabulary) - 1), rtol=1e-6)


@pytest.mark.parametrize("k", [-1.0, float("nan")])
def test_negative_k(k):
    with pytest.raises(CourseError, match="k, which is added to every count, is at least 0"):
        AddK.fit(*cats(), order=2, k=k)


@pytest.mark.parametrize("order", [1, 2])
def test_equals_nltk(order):
    # Bigrams are padded there as here, with one <s> and one </s>. Unigrams are not: NLTK would count the <s>.
    sentences = [line.split() for line in CATS.splitlines()]
    padded = [list(pad_both_ends(s, n=2)) if order == 2 else [*s, "</s>"] for s in sentences]
    words = sorted({word for sentence in sentences for word in sentence})
    vocabulary = Vocabulary(words)
    stream = vocabulary.stream(sentences)
    for k, theirs in {0.0: NltkMLE(order), 0.3: Lidstone(0.3, order)}.items():
        # NLTK predicts the words it is given and <UNK>: as many as here, if <s> is left out.
        theirs.fit([everygrams(sentence, max_len=order) for sentence in padded], [*words, "</s>"])
        ours = AddK.fit(stream, vocabulary, order=order, k=k)
        for context in [["the"], ["cat"], ["sang"]] if order == 2 else [[]]:
            probs = np.exp(ours.next_log_probs(tuple(vocabulary.encode(context))))
            for word in [*words, "</s>"]:
                assert probs[vocabulary.id(word)] == pytest.approx(theirs.score(word, context), abs=1e-12)
