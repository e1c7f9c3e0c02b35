"""What may be compared: the floor of a known language, and vocabularies of several sizes."""

from __future__ import annotations

from itertools import pairwise

import numpy as np
import pytest

from rnn_course.errors import DataError
from rnn_course.experiments.floor import TowardsTheFloor, towards_the_floor
from rnn_course.experiments.vocabulary_size import ByVocabulary, perplexity_by_vocabulary
from rnn_course.lm import perplexity
from rnn_course.models.kneser_ney import KneserNey
from rnn_course.text.languages import markov_chain, nested_agreement
from rnn_course.text.sources import language_reference


@pytest.fixture(scope="module")
def floor() -> TowardsTheFloor:
    return towards_the_floor(nested_agreement(), [2, 5], [30, 300, 3000, 10_000], seed=0)


def test_nothing_gets_below_the_floor_on_new_text(floor: TowardsTheFloor) -> None:
    assert floor.of_the_grammar == pytest.approx(floor.floor, rel=0.02)
    for n, values in floor.on_test.items():
        assert min(values) > 1.05 * floor.of_the_grammar, n
        assert all(a > b for a, b in pairwise(values)), n


def test_a_bigram_stops_learning_and_a_longer_one_does_not(floor: TowardsTheFloor) -> None:
    gain = {n: values[-2] / values[-1] for n, values in floor.on_test.items()}
    assert gain[2] < 1.015 < gain[5]
    assert floor.on_test[5][0] > floor.on_test[2][0], "on a short text the longer one is worse"
    assert floor.on_test[5][-1] < 0.97 * floor.on_test[2][-1]


def test_below_the_floor_means_that_the_text_was_seen(floor: TowardsTheFloor) -> None:
    assert floor.on_train[5][0] < 0.75 * floor.floor


def test_a_bigram_model_reaches_the_floor_of_a_markov_chain() -> None:
    chain = markov_chain(
        "two words", {"<s>": {"a": 1.0}, "a": {"a": 0.5, "b": 0.4, "</s>": 0.1}, "b": {"a": 1.0}}
    )
    found = towards_the_floor(chain, [2], [2000], seed=1, test=2000)
    assert found.on_test[2][0] == pytest.approx(found.floor, rel=0.02)


def test_the_floor_says_what_it_needs() -> None:
    with pytest.raises(DataError, match="rise from at least 1, got"):
        towards_the_floor(nested_agreement(), [2], [10, 5], seed=0)


@pytest.fixture(scope="module")
def by_size() -> ByVocabulary:
    corpus = language_reference()
    return perplexity_by_vocabulary(corpus, [3, 30, 300, len(corpus.vocabulary) - 3], order=3)


def test_fewer_words_flatter_until_they_are_paid_for(by_size: ByVocabulary) -> None:
    assert all(a < b for a, b in pairwise(by_size.perplexity))
    assert all(a > b for a, b in pairwise(by_size.paid))
    assert all(a > b for a, b in pairwise(by_size.unknown))
    assert by_size.perplexity[0] < 3
    assert by_size.paid[0] > 300


def test_the_full_vocabulary_is_the_corpus_itself(by_size: ByVocabulary) -> None:
    corpus = language_reference()
    model = KneserNey.fit(corpus.train, corpus.vocabulary, order=3)
    assert by_size.perplexity[-1] == pytest.approx(perplexity(model, corpus.test))
    assert by_size.paid[-1] == pytest.approx(by_size.perplexity[-1])
    assert by_size.unknown[-1] == pytest.approx(np.mean(corpus.test == 2))


def test_sizes_are_words_of_the_corpus() -> None:
    with pytest.raises(DataError, match="from 1 to the corpus's"):
        perplexity_by_vocabulary(language_reference(), [0])
