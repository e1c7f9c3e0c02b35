"""Tickets one lag at a time: stories, what is heard of them, and who still names the thing."""

from __future__ import annotations

import numpy as np
import pytest

from rnn_course.cells.cell import CELLS
from rnn_course.errors import CourseError
from rnn_course.experiments.influence import word_influence
from rnn_course.experiments.tickets_by_lag import (
    STARTS,
    Readers,
    heard,
    named_by_lag,
    readers_of_stories,
    story,
)
from rnn_course.lm import next_token_distribution
from rnn_course.models.recurrent import RecurrentLM
from rnn_course.tasks.printing import EVENTS, THINGS


@pytest.fixture(scope="module")
def small() -> Readers:
    return readers_of_stories(tuple(STARTS), hidden_size=6, stories=40, epochs=1)


def test_a_story_has_the_lag_that_it_says() -> None:
    told = story("maps", 2)
    assert told.context[5] == told.answer == "maps"
    assert told.lag == len(told.context) - 6
    assert told.context[:7] == ("she", "wanted", "to", "print", "her", "maps", ",")
    assert " ".join(EVENTS[1]) in " ".join(told.context)
    assert told.context.count("maps") == 1


@pytest.mark.parametrize("name", STARTS)
def test_what_is_heard_is_the_last_row_of_all_influences(small: Readers, name: str) -> None:
    model, told = small.trained[name], story("poems", 1)
    found = heard(model, [story("maps", 1), told])
    influence = word_influence(model, told.sentence())
    last = len(told.context)  # the state after the last word of the context, <s> first
    np.testing.assert_allclose(found.shares[1], influence.shares[last, 1 : last + 1], rtol=1e-5)
    p = next_token_distribution(model, model.vocabulary.encode(told.context))
    np.testing.assert_allclose(found.probabilities[1], p[model.vocabulary.encode(THINGS)], rtol=1e-5)
    assert (found.shares[:, -1] == 1).all()


def test_training_begins_where_the_new_network_is(small: Readers) -> None:
    for name in STARTS:
        assert not np.array_equal(small.new[name].params.E, small.trained[name].params.E)
        assert small.new[name].vocabulary == small.trained[name].vocabulary
    again = readers_of_stories(("GRU",), hidden_size=6, stories=40, epochs=1)
    assert np.array_equal(again.new["GRU"].params.E, small.new["GRU"].params.E)


def test_who_answers_always_the_same_is_right_one_time_in_eight() -> None:
    vocabulary = readers_of_stories(("Elman",), hidden_size=2, stories=40, epochs=1).new["Elman"].vocabulary
    model = RecurrentLM.init(vocabulary, CELLS["elman"], 2, 2, np.random.default_rng(0))
    model.params.U[:] = 0
    model.params.b_2[vocabulary.encode(["maps"])] = 5
    found = named_by_lag({"stubborn": model}, (0, 3), questions=400)
    np.testing.assert_allclose(found.accuracy, 1 / 8, atol=0.05)


def test_what_cannot_be_is_named(small: Readers) -> None:
    with pytest.raises(CourseError, match="names are some of Elman, LSTM, GRU"):
        readers_of_stories(("RNN",))
    with pytest.raises(CourseError, match="needs stories"):
        readers_of_stories(stories=0)
    with pytest.raises(CourseError, match="a thing is one of"):
        story("toner", 1)
    with pytest.raises(CourseError, match="needs models"):
        named_by_lag({}, (0,))
    with pytest.raises(CourseError, match=r"stories have one length, got \[12, 17\]"):
        heard(small.new["GRU"], [story("maps", 0), story("maps", 1)])
    with pytest.raises(CourseError, match="events"):
        named_by_lag(small.new, ())


@pytest.mark.slow
def test_elman_loses_the_thing_and_the_gru_does_not() -> None:
    readers = readers_of_stories()
    elman, gru = named_by_lag(readers.trained, (0, 1, 4, 6), questions=100).accuracy
    assert elman[0] > 0.6
    assert elman[1] < elman[0] - 0.2
    assert elman[2:].max() < 0.45
    assert gru.min() > 0.9
    fresh = [heard(readers.new["Elman"], [story("tickets", k)]).shares[0, 5] for k in (0, 4)]
    assert fresh[1] < 1e-5 < 0.01 < fresh[0]
