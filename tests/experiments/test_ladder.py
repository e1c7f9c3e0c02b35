"""The ladder: one protocol, and the order of its lower rungs (`rnn-course reproduce` runs it whole)."""

from __future__ import annotations

import numpy as np
import pytest

from rnn_course.errors import CourseError
from rnn_course.experiments.ladder import RUNGS, Rung, ladder
from rnn_course.lm import perplexity
from rnn_course.models.kneser_ney import KneserNey
from rnn_course.text.corpus import Corpus
from rnn_course.text.languages import random_chain
from rnn_course.text.sources import language_reference


@pytest.fixture(scope="module")
def corpus() -> Corpus:
    return language_reference()


def test_the_counting_models(corpus: Corpus) -> None:
    seen: list[Rung] = []
    bigram, five = ladder(corpus, ["bigram, add-k", "5-gram, Kneser-Ney"], on_rung=seen.append)
    assert seen == [bigram, five]
    model = KneserNey.fit(corpus.train, corpus.vocabulary, order=5)
    assert five.perplexity == perplexity(model, corpus.test)
    assert five.numbers == sum(model.counts.num_distinct)
    # lecture 16: "about 100 and about 50"
    assert 85 < bigram.perplexity < 125
    assert 42 < five.perplexity < 57


@pytest.mark.slow
def test_every_network_learns_a_language_whose_perplexity_is_known() -> None:
    grammar = random_chain(np.random.default_rng(1), size=12, followers=3)
    corpus = grammar.corpus(0, train=1000, valid=100, test=100)
    best = perplexity(grammar, corpus.test)
    for rung in ladder(corpus, [name for name in RUNGS if name != "LSTM, 2 layers"], max_seconds=4):
        assert best * 0.99 < rung.perplexity < best * 1.15, rung
        assert rung.numbers > 0
        assert rung.seconds < 8


@pytest.mark.slow
def test_the_same_seed_gives_the_same_network() -> None:
    grammar = random_chain(np.random.default_rng(1), size=8, followers=2)
    corpus = grammar.corpus(0, train=30, valid=20, test=20)
    first, second = (ladder(corpus, ["Elman"], seed=3, max_seconds=1e9)[0] for _ in range(2))
    assert first._replace(seconds=0) == second._replace(seconds=0)


def test_an_unknown_model_is_named(corpus: Corpus) -> None:
    with pytest.raises(CourseError, match="no model 'trigram' in the ladder; it has bigram"):
        ladder(corpus, ["trigram"])
