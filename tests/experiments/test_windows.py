"""The experiments of lecture 04."""

from __future__ import annotations

import numpy as np
import pytest

from rnn_course.errors import CourseError
from rnn_course.experiments.windows import fit_window, perplexity_by_window, similarity_of_places
from rnn_course.models.fixed_window import FixedWindowLM
from rnn_course.text.corpus import Corpus
from rnn_course.text.languages import random_chain
from rnn_course.text.sources import language_reference


def chain(sentences: int) -> Corpus:
    return random_chain(np.random.default_rng(1), size=20, followers=3).corpus(
        0, train=sentences, valid=50, test=50
    )


def test_the_network_grows_by_the_window_and_the_counts_by_the_text() -> None:
    small, large = (
        perplexity_by_window(chain(sentences), [1, 2, 3], epochs=1, embed_size=4, hidden_size=8)
        for sentences in (100, 400)
    )
    assert np.diff(small.parameters).tolist() == [small.weights_per_word] * 2 == [32, 32]
    assert small.parameters == large.parameters, "not by the text"
    assert all(a < b for a, b in zip(small.ngram_numbers, large.ngram_numbers, strict=True))


def test_a_model_that_shares_its_places_would_be_seen() -> None:
    model = FixedWindowLM.init(chain(20).vocabulary, 3, 4, 8, np.random.default_rng(0))
    block = np.random.default_rng(1).normal(size=(8, 4))
    model.params.W[:] = np.tile(block, 3)
    np.testing.assert_allclose(similarity_of_places(model), 1, rtol=1e-12)
    with pytest.raises(CourseError, match="no two places"):
        similarity_of_places(FixedWindowLM.init(chain(20).vocabulary, 1, 4, 8, np.random.default_rng(0)))


@pytest.mark.slow
def test_a_longer_window_helps_up_to_a_point_and_shares_nothing() -> None:
    corpus = language_reference()
    table = perplexity_by_window(corpus, [1, 2, 4])
    # lecture 04: a second word helps most; counting is still ahead, and stores far more
    assert table.perplexity[0] > table.perplexity[1] * 1.05
    assert abs(table.perplexity[2] / table.perplexity[1] - 1) < 0.08
    assert table.ngram_perplexity[2] < table.perplexity[2]
    model = fit_window(corpus, 4, seed=0, embed_size=32, hidden_size=64, epochs=4)
    places = similarity_of_places(model)
    assert np.abs(places[~np.eye(4, dtype=bool)]).max() < 0.45
