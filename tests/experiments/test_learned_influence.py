"""What training makes of the way back, in bands; the gradient at the words' vectors, by differences."""

from __future__ import annotations

import numpy as np
import pytest

from rnn_course.cells.bidirectional import bidirectional
from rnn_course.cells.cell import CELLS
from rnn_course.cells.stacked import stacked
from rnn_course.errors import CourseError
from rnn_course.experiments.influence import word_influence
from rnn_course.experiments.learned_influence import BeforeAndAfter, before_and_after, vector_influence
from rnn_course.models.recurrent import RecurrentLM
from rnn_course.text.vocabulary import Vocabulary

WORDS = ("the", "writer", "of", "books", "is", "late")
SENTENCE = ("the", "writer", "of", "the", "books", "is")
NETWORKS = {
    **{name: CELLS[name] for name in ("elman", "lstm", "gru")},
    "2-layer gru": stacked(CELLS["gru"], 2),
}


def model(name: str, **options: object) -> RecurrentLM:
    rng = np.random.default_rng(0)
    return RecurrentLM.init(Vocabulary(WORDS), NETWORKS[name], 3, 4, rng, **options)  # type: ignore[arg-type]


@pytest.mark.parametrize("name", NETWORKS)
def test_the_gradient_at_a_vector_is_what_a_small_change_of_it_does(name: str) -> None:
    network = model(name)
    found = vector_influence(network, SENTENCE)
    ids = np.array([0, *network.vocabulary.encode(SENTENCE)])
    targets = np.append(ids[1:], 1)
    e = network.params.E[ids]

    def losses(e: np.ndarray) -> np.ndarray:
        h, _ = network.cell.forward(network.params.cell, e[:, None])
        z = h[:, 0] @ network.params.readout.U.T + network.params.b_2
        z[:, network.vocabulary.bos_id] = -np.inf
        return np.log(np.exp(z).sum(axis=1)) - z[np.arange(len(ids)), targets]

    np.testing.assert_allclose(found.losses, losses(e))
    norms = np.zeros((len(ids), len(ids)))
    for s, k in np.ndindex(e.shape):
        step = np.zeros_like(e)
        step[s, k] = 1e-5
        norms[:, s] += ((losses(e + step) - losses(e - step)) / 2e-5) ** 2
    np.testing.assert_allclose(found.norms, np.sqrt(norms), atol=1e-9)
    np.testing.assert_allclose(found.shares.sum(axis=1), 1)


def test_what_cannot_be_followed_is_said() -> None:
    with pytest.raises(CourseError, match="0 words"):
        vector_influence(model("gru"), [])
    with pytest.raises(CourseError, match="memory 'none'"):
        vector_influence(model("gru", memory="none"), SENTENCE)
    both = RecurrentLM.init(
        Vocabulary(WORDS), bidirectional(CELLS["gru"]), 3, 4, np.random.default_rng(0), allow_future=True
    )
    with pytest.raises(CourseError, match="bidirectional gru"):
        vector_influence(both, SENTENCE)
    with pytest.raises(CourseError, match="the cells are"):
        before_and_after({"x": ("transformer", {})})
    with pytest.raises(CourseError, match="got none"):
        before_and_after({})


@pytest.fixture(scope="module")
def learned() -> BeforeAndAfter:
    return before_and_after(epochs=8)


def test_before_and_after_begin_with_the_same_weights() -> None:
    found = before_and_after(sentences=60, epochs=1)
    assert list(found.before) == list(found.after) == ["Elman", "LSTM", "GRU"]
    again = before_and_after(sentences=60, epochs=1)
    for name in found.before:
        np.testing.assert_array_equal(found.before[name].params.E, again.before[name].params.E)
        assert not np.array_equal(found.before[name].params.E, found.after[name].params.E)


@pytest.mark.slow
def test_training_makes_a_gru_hold_the_gradient_as_far_as_the_subject(learned: BeforeAndAfter) -> None:
    sentence = ["the", "key", "of", "the", "dogs", "of", "the", "children", "waits", "."]
    verb, subject = sentence.index("waits"), sentence.index("key") + 1  # in what is read, <s> comes first
    shares = {
        stage: {name: word_influence(network, sentence).shares[verb] for name, network in networks.items()}
        for stage, networks in learned._asdict().items()
    }
    for name, before in shares["before"].items():
        assert (np.diff(before[: verb + 1]) > 0).all(), f"{name}: with every step back there is less"
    assert shares["before"]["Elman"][subject] < 0.05
    gru = shares["after"]["GRU"]
    assert gru[subject] > 2 * shares["before"]["GRU"][subject]
    assert gru[subject] > 1.5 * gru[subject - 1], "a step down where the subject was read"
    assert gru[subject] > 0.5 * gru[subject + 3], "level over the nouns in between"
    assert shares["after"]["Elman"][subject] < 0.25 * gru[subject]
