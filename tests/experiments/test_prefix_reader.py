"""Shown the past alone: an honest language model, whatever the cell."""

from __future__ import annotations

import numpy as np
import pytest

from rnn_course.cells.bidirectional import bidirectional
from rnn_course.cells.cell import CELLS, Cell
from rnn_course.errors import VocabularyError
from rnn_course.experiments.prefix_reader import PrefixReader
from rnn_course.experiments.two_sided import find_leak
from rnn_course.lm import next_token_distribution, sample, sequence_log_probs
from rnn_course.models.recurrent import RecurrentLM
from rnn_course.text.languages import nested_agreement

CORPUS = nested_agreement().corpus(0, train=20, valid=5, test=20)


def model(cell: Cell) -> RecurrentLM:
    return RecurrentLM.init(CORPUS.vocabulary, cell, 5, 4, np.random.default_rng(0), allow_future=True)


@pytest.mark.parametrize("name", ["elman", "lstm", "gru"])
def test_of_a_cell_that_reads_from_the_left_it_is_the_models_own(name: str) -> None:
    own = model(CELLS[name])
    stream = CORPUS.test[:60]
    expected = sequence_log_probs(own, stream)
    np.testing.assert_allclose(sequence_log_probs(PrefixReader(own), stream), expected, atol=1e-12)


def test_of_a_bidirectional_cell_it_does_not_leak() -> None:
    cheat = model(bidirectional(CELLS["gru"]))
    honest = PrefixReader(cheat)
    assert find_leak(cheat, CORPUS.test, trials=10).leaks
    assert not find_leak(honest, CORPUS.test, trials=10).leaks
    np.testing.assert_allclose(next_token_distribution(honest, ["the"]).sum(), 1)
    assert next_token_distribution(honest)[CORPUS.vocabulary.bos_id] == 0


def test_the_last_word_of_a_text_is_read_as_the_model_reads_it() -> None:
    """At the last step there is no future, so there the model itself is honest too."""
    cheat = model(bidirectional(CELLS["lstm"]))
    sentence = CORPUS.test[: 1 + int(np.flatnonzero(CORPUS.test == CORPUS.vocabulary.eos_id)[0])]
    own, shown = (sequence_log_probs(m, sentence) for m in (cheat, PrefixReader(cheat)))
    np.testing.assert_allclose(own[-1], shown[-1])
    assert (np.abs(own[:-1] - shown[:-1]) > 1e-6).all()


def test_it_can_be_sampled_from() -> None:
    words = sample(PrefixReader(model(bidirectional(CELLS["elman"]))), np.random.default_rng(0), max_tokens=5)
    assert len(words) <= 5
    assert all(word in CORPUS.vocabulary for word in words)
    with pytest.raises(VocabularyError):
        PrefixReader(model(CELLS["gru"])).advance((0,), 99)
