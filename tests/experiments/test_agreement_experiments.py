"""Agreement by number of attractors, on generated sentences and on Wikipedia's; and the tickets."""

from __future__ import annotations

import numpy as np
import pytest

from rnn_course.errors import CourseError, DataError
from rnn_course.experiments.agreement import (
    agreement_by_attractors,
    agreement_on_wikipedia,
    more_probable,
    tickets,
)
from rnn_course.models.kneser_ney import KneserNey
from rnn_course.tasks.agreement import agreement_accuracy, agreement_set, number_of
from rnn_course.text import datasets
from rnn_course.text.annotated import AgreementPair, TaggedSentence, agreement_pairs, tagged_sentences
from rnn_course.text.languages import nested_agreement


def test_the_language_itself_always_agrees() -> None:
    pairs = agreement_set(10, np.random.default_rng(0))
    found = agreement_accuracy(pairs, more_probable(nested_agreement()))
    assert set(found.accuracy.values()) == {1.0}


def test_a_small_table() -> None:
    table = agreement_by_attractors(sentences=300, per_attractors=10, most=2, hidden_size=8, epochs=1)
    assert table.names == ("nearest noun", "3-gram", "5-gram", "Elman", "LSTM")
    assert table.attractors == (0, 1, 2)
    assert table.accuracy.shape == (5, 3)
    assert table.accuracy[0].tolist() == [1, 0, 0]
    assert table.pairs == {0: 10, 1: 10, 2: 10}
    assert all(value > table.best_perplexity for value in table.perplexity.values())


@pytest.mark.slow
def test_gates_reach_the_subject_past_its_attractors() -> None:
    table = agreement_by_attractors()
    of = dict(zip(table.names, table.accuracy, strict=True))
    assert of["3-gram"][0] > 0.9
    assert of["3-gram"][1:].max() < 0.2
    assert of["5-gram"][1] > 0.7, "a window of four words reaches past one attractor"
    assert of["5-gram"][2:].max() < 0.5
    assert of["Elman"][1] > 0.8
    assert of["LSTM"].min() > 0.85
    assert table.best_perplexity < table.perplexity["LSTM"] < table.perplexity["5-gram"]


def test_on_wikipedia_takes_the_nearest_noun() -> None:
    words = ("The", "keys", "of", "the", "box", "are", "here")
    tagged = [TaggedSentence(words, ("DET", "NOUN", "ADP", "DET", "NOUN", "AUX", "ADV"))]
    pairs = [
        AgreementPair(("the", "keys"), "are", "is", 0),
        AgreementPair(("the", "keys", "of", "the", "box"), "are", "is", 1),
        AgreementPair(("the", "box"), "holds", "hold", 0),
        AgreementPair(("it",), "is", "are", 0),
    ]
    table = agreement_on_wikipedia({}, pairs, tagged)
    assert table.names == ("nearest noun",)
    assert table.pairs == {0: 2, 1: 1}
    assert table.accuracy.tolist() == [[1, 0]]
    with pytest.raises(DataError, match="no pair is left"):
        agreement_on_wikipedia({}, pairs[-1:], tagged)


@pytest.mark.realdata
def test_on_wikipedia(real_data: object) -> None:
    for name in ("linzen", "ud-ewt", "ptb"):
        real_data(name)  # type: ignore[operator]
    corpus = datasets.load("ptb")
    model = KneserNey.fit(corpus.train, corpus.vocabulary, order=5)
    table = agreement_on_wikipedia({"5-gram": model}, agreement_pairs()[:1500], tagged_sentences("train"))
    nearest, counted = table.accuracy
    assert nearest[0] > 0.75
    assert nearest[1] < 0.5
    assert counted[0] > counted[1]


def test_tickets_in_small() -> None:
    table = tickets((0, 1), stories=60, questions=10, hidden_size=8, epochs=1)
    assert table.names == ("5-gram", "Elman", "GRU")
    assert table.accuracy.shape == (3, 2)
    assert table.lags[0] == 6
    assert table.lags[1] > table.lags[0]
    with pytest.raises(CourseError, match="needs numbers of events"):
        tickets(())
    with pytest.raises(CourseError, match="some of 5-gram, Elman, GRU"):
        tickets((0,), readers=("LSTM",))


def test_who_is_asked_changes_no_answer() -> None:
    all_of_them = tickets((0, 1), stories=60, questions=10, hidden_size=8, epochs=1)
    one = tickets((0, 1), readers=("Elman",), stories=60, questions=10, hidden_size=8, epochs=1)
    assert one.names == ("Elman",)
    np.testing.assert_array_equal(one.accuracy[0], all_of_them.accuracy[1])


@pytest.mark.slow
def test_the_tickets_are_remembered_behind_gates() -> None:
    table = tickets()
    of = dict(zip(table.names, table.accuracy, strict=True))
    assert of["5-gram"].max() < 0.35, "the window never holds the thing"
    assert of["Elman"].max() < 0.5, "it could, and does not learn to"
    assert of["GRU"].min() > 0.9


@pytest.mark.slow
@pytest.mark.parametrize("seed", range(2))
def test_a_plain_network_names_it_over_six_steps_if_all_stories_are_short(seed: int) -> None:
    # lecture 10: it can, where the gradient is not too faint; one event more, and the same effort fails
    near, far = (tickets((events,), readers=("Elman",), seed=seed).accuracy[0, 0] for events in (0, 1))
    assert near > 0.9
    assert far < 0.5


def test_the_questions_are_of_the_language() -> None:
    words = set(nested_agreement().vocabulary.tokens)
    for pair in agreement_set(4, np.random.default_rng(1)):
        assert words.issuperset((*pair.context, pair.right, pair.wrong))
        assert number_of(pair.right) != number_of(pair.wrong)
