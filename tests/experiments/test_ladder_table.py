"""The ladder's long run, what an update costs, and where counting is good and where it is not."""

from __future__ import annotations

import numpy as np
import pytest

from rnn_course.cells.parameters import parameter_count
from rnn_course.errors import CourseError
from rnn_course.experiments.ladder import NETWORKS, RUNGS, network, protocol
from rnn_course.experiments.ladder_table import long_run, loss_by_seen_context, update_costs
from rnn_course.text.corpus import Corpus
from rnn_course.text.languages import random_chain


@pytest.fixture(scope="module")
def corpus() -> Corpus:
    grammar = random_chain(np.random.default_rng(1), size=12, followers=3)
    return grammar.corpus(0, train=300, valid=20, test=20)


def test_the_long_run_has_every_model_in_the_ladders_order() -> None:
    table = long_run()
    assert [rung.name for rung in table.rungs] == list(RUNGS)
    assert {"python", "numpy", "machine"} == set(table.made_with)
    for rung in table.rungs:
        assert 30 < rung.perplexity < 130, rung
        assert rung.seconds <= table.max_seconds * 1.05
        assert (rung.limit != "") == (rung.name in NETWORKS)


def test_the_long_runs_order() -> None:
    by_name = {rung.name: rung.perplexity for rung in long_run().rungs}
    # lecture 16: Kneser-Ney is ahead of the window and of Elman, and the GRU of the LSTM
    order = [
        "LSTM, 2 layers",
        "GRU",
        "LSTM, forget bias 1",
        "LSTM",
        "5-gram, Kneser-Ney",
        "Elman",
        "fixed window of 4",
        "bigram, add-k",
    ]
    assert sorted(by_name, key=lambda name: by_name[name]) == order


def test_costs_of_an_update(corpus: Corpus) -> None:
    elman, lstm = update_costs(corpus, ["Elman", "LSTM"], updates=2)
    for cost in (elman, lstm):
        assert cost.parameters == parameter_count(network(cost.name, corpus).params)
        # the weights, their gradient and two means of Adam's, in float32, and the activations besides
        assert cost.megabytes > 4 * 4 * cost.parameters / 1e6
        assert 0 < cost.milliseconds < 5000
    assert lstm.parameters > 2 * elman.parameters
    assert lstm.megabytes > elman.megabytes


def test_tokens_are_parted_by_the_context_that_was_seen() -> None:
    train, test = ["a b c d", "a b d"], ["a b c a", "c b c"]
    corpus = Corpus.from_sentences(
        "t", [text.split() for text in train], [["a"]], [text.split() for text in test]
    )
    values = np.linspace(-1, -2, len(corpus.test))
    parts = loss_by_seen_context(corpus, {"m": values}, most=3)
    # <s> | <s> a | <s> a b | a b c | nothing of "c a" but "a"  ||  <s> | c ("<s> c" is new) | b | "b c"
    lengths = np.array([1, 2, 3, 3, 1, 1, 1, 1, 2])
    np.testing.assert_array_equal(parts.seen, [1, 2, 3])
    np.testing.assert_allclose(parts.share, [np.mean(lengths == n) for n in (1, 2, 3)])
    np.testing.assert_allclose(parts.loss["m"], [-values[lengths == n].mean() for n in (1, 2, 3)])


def test_shares_and_losses_make_up_the_whole(corpus: Corpus) -> None:
    values = np.random.default_rng(0).uniform(-3, 0, len(corpus.test))
    parts = loss_by_seen_context(corpus, {"m": values})
    assert parts.share.sum() == pytest.approx(1)
    assert parts.share @ parts.loss["m"] == pytest.approx(-values.mean())


def test_errors(corpus: Corpus) -> None:
    with pytest.raises(CourseError, match="no network 'bigram, add-k' in the ladder; it has fixed window"):
        network("bigram, add-k", corpus)
    with pytest.raises(CourseError, match="no network"):
        protocol("transformer")
    with pytest.raises(CourseError, match="no network 'x'"):
        update_costs(corpus, ["x"])
    with pytest.raises(CourseError, match="at least one update"):
        update_costs(corpus, updates=0)
    with pytest.raises(CourseError, match=r"got \{'m': 3\}"):
        loss_by_seen_context(corpus, {"m": np.zeros(3)})
    with pytest.raises(CourseError, match="needs"):
        loss_by_seen_context(corpus, {})
