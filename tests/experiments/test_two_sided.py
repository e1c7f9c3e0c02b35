"""Both directions: what the word after tells, and how a cheat is found out."""

from __future__ import annotations

import numpy as np
import pytest

from rnn_course.cells.bidirectional import bidirectional
from rnn_course.cells.cell import CELLS
from rnn_course.cells.stacked import stacked
from rnn_course.errors import CourseError, DataError
from rnn_course.experiments.two_sided import find_leak, misused_as_language_model, terribly_exciting
from rnn_course.models.kneser_ney import KneserNey
from rnn_course.models.recurrent import RecurrentLM
from rnn_course.text.corpus import Corpus
from rnn_course.text.languages import nested_agreement


@pytest.fixture(scope="module")
def corpus() -> Corpus:
    return nested_agreement().corpus(0, train=200, valid=20, test=40)


def test_one_way_the_word_is_the_same_whatever_follows() -> None:
    found = terribly_exciting((1,), sentences=500, test=60, epochs=5)
    assert found.distance_one_way == 0
    assert found.distance_two_way > 0.3
    assert 0.25 < found.one_way[0] < 0.75
    assert found.two_way[0] > 0.9
    with pytest.raises(CourseError, match="counts of adverbs"):
        terribly_exciting(())


@pytest.mark.parametrize("name", ["elman", "lstm", "gru"])
def test_no_cell_that_reads_from_the_left_leaks(corpus: Corpus, name: str) -> None:
    cell = stacked(CELLS[name], 2, skip="residual")
    model = RecurrentLM.init(corpus.vocabulary, cell, 6, 6, np.random.default_rng(0))
    leak = find_leak(model, corpus.test, trials=20)
    assert not leak.leaks
    assert leak.random_word < 0.2


def test_the_language_and_its_n_grams_do_not_leak(corpus: Corpus) -> None:
    for model in (nested_agreement(), KneserNey.fit(corpus.train, corpus.vocabulary, order=3)):
        assert not find_leak(model, corpus.test, trials=20).leaks  # type: ignore[arg-type]


def test_an_untrained_bidirectional_network_leaks_at_every_distance(corpus: Corpus) -> None:
    rng = np.random.default_rng(0)
    model = RecurrentLM.init(corpus.vocabulary, bidirectional(CELLS["gru"]), 6, 6, rng, allow_future=True)
    leak = find_leak(model, corpus.test, trials=40, distances=3)
    assert leak.leaks
    assert (leak.change > 0).all()
    assert leak.change[0] > leak.change[2], "less from further away"


def test_a_leak_of_one_place_is_found() -> None:
    """A model that peeks at the one next word, and at nothing else."""
    corpus = nested_agreement().corpus(0, train=200, valid=20, test=40)
    honest = nested_agreement()

    class Peeks:
        vocabulary = corpus.vocabulary

        def sequence_log_probs(self, stream: np.ndarray) -> np.ndarray:
            following = np.append(stream[1:], 0)
            return -1.0 - 0.01 * following

    assert not find_leak(honest, corpus.test, trials=5).leaks  # type: ignore[arg-type]
    leak = find_leak(Peeks(), corpus.test, trials=30, distances=3)  # type: ignore[arg-type]
    assert leak.change[0] > 0
    assert leak.change[1:].tolist() == [0, 0]


def test_what_cannot_be_is_named(corpus: Corpus) -> None:
    model = nested_agreement()
    with pytest.raises(DataError, match="no sentence of two words"):
        find_leak(model, corpus.test[:1])  # type: ignore[arg-type]
    with pytest.raises(CourseError, match="at least 1"):
        find_leak(model, corpus.test, trials=0)  # type: ignore[arg-type]


@pytest.mark.slow
def test_a_perplexity_that_is_too_good_to_be_true() -> None:
    found = misused_as_language_model()
    assert found.one_way > found.best
    assert found.two_way < 1.15 < found.best
    assert not found.leak_one_way.leaks
    assert found.leak_two_way.leaks
    assert found.leak_two_way.random_word > 0.2, "it knows a word that nobody could guess"
    assert found.leak_one_way.random_word < 0.1
