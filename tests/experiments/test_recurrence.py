"""The experiments of lecture 05."""

from __future__ import annotations

import numpy as np
import pytest

from rnn_course.cells.cell import CELLS
from rnn_course.experiments.recurrence import (
    FreeRunning,
    recurrent_against_bigram,
    teacher_forcing_on_and_off,
)
from rnn_course.lm import perplexity
from rnn_course.models.recurrent import RecurrentLM
from rnn_course.models.trainable import Trainable
from rnn_course.text.batching import Batch, stateful_batches
from rnn_course.text.languages import random_chain
from rnn_course.text.sources import language_reference


def test_a_frozen_network_is_a_markov_model() -> None:
    corpus = random_chain(np.random.default_rng(1), size=20, followers=3).corpus(
        0, train=200, valid=40, test=40
    )
    result = recurrent_against_bigram(corpus, epochs=1)
    assert result.frozen_is_markov == 0
    assert result.recurrent > 1
    for name, at_test in (("recurrent", result.recurrent), ("frozen", result.frozen)):
        model = result.models[name]
        assert perplexity(model, corpus.test) == at_test
        assert result.by_epoch[name] == pytest.approx(
            [perplexity(model, corpus.valid)], rel=0.03
        )  # read in 16 strands
    assert [model.memory for model in result.models.values()] == ["sentence", "none"]


@pytest.mark.slow
def test_without_its_state_the_network_is_a_bigram() -> None:
    result = recurrent_against_bigram(language_reference(), epochs=8)
    assert result.frozen_is_markov == 0
    assert abs(result.frozen / result.bigram - 1) < 0.12, "as good as a bigram, and no better"
    assert result.recurrent < 0.95 * result.frozen


def test_its_own_words_do_not_help_a_network_to_learn() -> None:
    language = random_chain(np.random.default_rng(1), size=20, followers=3)
    corpus = language.corpus(0, train=800, valid=100, test=100)
    result = teacher_forcing_on_and_off(corpus, language, epochs=5)
    assert result.best < result.forced[-1] < 1.25 * result.best
    assert result.free[-1] > 2 * result.forced[-1]
    assert result.free[-1] < 1.1 * result.unigram


def test_free_running_reads_its_own_words_and_keeps_boundaries() -> None:
    corpus = random_chain(np.random.default_rng(1), size=8, followers=2).corpus(
        0, train=60, valid=10, test=10
    )
    model = RecurrentLM.init(corpus.vocabulary, CELLS["elman"], 4, 6, np.random.default_rng(0))
    read: list[Batch] = []
    original = model.loss_and_gradients

    def spy(batch: Batch, *args: object, **kwargs: object) -> object:
        read.append(batch)
        return original(batch, *args, **kwargs)  # type: ignore[arg-type]

    model.loss_and_gradients = spy  # type: ignore[method-assign, assignment]
    free = FreeRunning(model)
    assert isinstance(free, Trainable)
    batch = next(stateful_batches(corpus.train, 4, 30))
    free.loss_and_gradients(batch, rng=np.random.default_rng(0))
    own = read[0]
    begins = batch.inputs == corpus.vocabulary.bos_id
    assert (own.inputs[0] == batch.inputs[0]).all()
    assert (own.inputs[begins] == corpus.vocabulary.bos_id).all()
    assert (own.inputs[~begins] != corpus.vocabulary.bos_id).all()
    assert (own.inputs != batch.inputs).mean() > 0.3
    assert (own.targets == batch.targets).all()
