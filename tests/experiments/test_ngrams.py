"""The experiments of lectures 01 and 02, and the numbers that the lectures state, each inside its band."""

from __future__ import annotations

from itertools import pairwise

import numpy as np
import pytest

from rnn_course.experiments import ngrams as experiments
from rnn_course.lm import perplexity
from rnn_course.models.ngram import MLE
from rnn_course.models.ngram_counts import NgramCounts
from rnn_course.text.corpus import Corpus
from rnn_course.text.sources import language_reference

ORDERS = range(1, 6)


@pytest.fixture(scope="module")
def corpus() -> Corpus:
    return language_reference()


@pytest.fixture(scope="module")
def by_method(corpus: Corpus) -> dict[str, list[float]]:
    return experiments.smoothing_by_order(corpus, ORDERS)


def test_ngrams_of_asks_once_for_each_predicted_token() -> None:
    counts = experiments.ngrams_of([["a", "b"], ["a"]], 3)
    assert counts == {
        ("<s>", "a"): 2,
        ("<s>", "a", "b"): 1,
        ("a", "b", "</s>"): 1,
        ("<s>", "a", "</s>"): 1,
    }


def test_ngrams_of_agrees_with_the_package(corpus: Corpus) -> None:
    ours = experiments.ngrams_of(corpus.vocabulary.sentences(corpus.train), 3)
    theirs = NgramCounts(corpus.train, corpus.vocabulary, 3)
    for ngram in list(ours)[:2000]:
        assert theirs.count(ngram) == ours[ngram]


def test_sparsity_and_storage_grow_with_the_order(corpus: Corpus) -> None:
    growth = experiments.unseen_and_stored(corpus, range(1, 8))
    assert all(a <= b for a, b in pairwise(growth.unseen))
    assert all(a < b for a, b in pairwise(growth.stored))
    assert growth.unseen[0] == 0, "words that training does not hold are <unk>"
    # lecture 01: "more than half of the trigrams", "four in five of the 5-grams"
    assert 0.5 < growth.unseen[2] < 0.65
    assert 0.75 < growth.unseen[4] < 0.9
    # lecture 01: "two thirds as many different trigrams as words"
    assert 0.6 < growth.stored[2] / growth.tokens < 0.75


def test_an_mle_model_copies_its_training_text(corpus: Corpus) -> None:
    shares = experiments.copied_share(corpus, ORDERS, np.random.default_rng(0))
    assert shares[1] < 0.02
    assert shares[2] < 0.05
    # lecture 01: "about half at n = 4, nearly nine tenths at n = 5"
    assert 0.35 < shares[4] < 0.65
    assert 0.75 < shares[5] < 0.97


def test_mle_is_splendid_in_training_and_infinite_outside(corpus: Corpus) -> None:
    model = MLE.fit(corpus.train, corpus.vocabulary, order=3)
    assert perplexity(model, corpus.train) < 8
    assert np.isinf(perplexity(model, corpus.valid))


def test_add_k_gets_worse_from_the_bigram_on(corpus: Corpus) -> None:
    table = experiments.add_k_by_order(corpus, ORDERS, ks=(1.0, 0.1, 0.01, 0.001))
    for k, perplexities in table.items():
        assert all(a < b for a, b in pairwise(perplexities[1:])), f"k = {k}"


def test_kneser_ney_does_not_get_worse_and_wins_at_every_order(by_method: dict[str, list[float]]) -> None:
    kneser_ney = by_method["modified Kneser-Ney"]
    assert all(b < 1.01 * a for a, b in pairwise(kneser_ney))
    for name, perplexities in by_method.items():
        for n, (ours, theirs) in enumerate(zip(kneser_ney, perplexities, strict=True), 1):
            assert n == 1 or ours <= theirs, f"{name} beats Kneser-Ney at order {n}"
    assert all(a < b for a, b in pairwise(by_method["add-k"][1:]))
    # lecture 02: "49 against 104 for the best add-k model of any order"
    assert 42 < min(kneser_ney) < 58
    assert 90 < min(by_method["add-k"]) < 120


def test_held_out_counts_fall_short_by_nearly_the_same(corpus: Corpus) -> None:
    held_out = experiments.held_out_counts(corpus)
    shortfall = (held_out.r - held_out.mean_held_out)[1:7]
    # lecture 02: "between a half and one and a quarter, while r grows sixfold"
    assert shortfall.min() > 0.5
    assert shortfall.max() < 1.35
    assert 0 < held_out.mean_held_out[0] < 0.01


def test_the_francisco_of_the_language_reference(corpus: Corpus) -> None:
    result = experiments.continuations(corpus)
    where = result.words.index("same")
    # lecture 02: "same stands some 90 times, after three different words"
    assert result.frequency[where] > 60
    assert result.contexts[where] < 8
    similar = np.abs(result.frequency - result.frequency[where]) < 25
    assert np.median(result.contexts[similar]) > 4 * result.contexts[where]
