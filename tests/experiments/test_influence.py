"""Which words matter: against torch's autograd, on models over several cells."""

from __future__ import annotations

import numpy as np
import pytest
import torch
from torch.nn.functional import cross_entropy

from rnn_course.cells.bidirectional import bidirectional
from rnn_course.cells.cell import CELLS
from rnn_course.cells.stacked import stacked
from rnn_course.errors import CourseError
from rnn_course.experiments.influence import word_influence
from rnn_course.lm import log_prob
from rnn_course.models.recurrent import RecurrentLM
from rnn_course.text.vocabulary import Vocabulary

WORDS = ("the", "writer", "of", "books", "is", "late")
SENTENCE = ("the", "writer", "of", "the", "books", "is", "late")
NETWORKS = {
    **{name: CELLS[name] for name in ("elman", "lstm", "gru")},
    "2-layer lstm": stacked(CELLS["lstm"], 2),
}


def model(name: str, **options: object) -> RecurrentLM:
    rng = np.random.default_rng(0)
    return RecurrentLM.init(Vocabulary(WORDS), NETWORKS[name], 4, 5, rng, **options)  # type: ignore[arg-type]


def test_the_norms_are_autograds() -> None:
    """An Elman network in torch, the gradient of each loss at each state; `<s>` is never predicted."""
    network = model("elman")
    found = word_influence(network, SENTENCE)
    assert found.read == ("<s>", *SENTENCE)
    assert found.predicted == (*SENTENCE, "</s>")
    ids = [0, *network.vocabulary.encode(SENTENCE), 1]
    E, U, b_2 = (torch.tensor(array) for array in (network.params.E, *network.params.readout))
    W_h, W_e, b_1 = map(torch.tensor, network.params.cell)
    for t in range(len(found.read)):
        h, states = torch.zeros(5, dtype=torch.float64), []
        for token in ids[: t + 1]:
            h = torch.tanh(W_h @ h + W_e @ E[token] + b_1).requires_grad_()
            h.retain_grad()
            states.append(h)
        z = U @ h + b_2
        J = cross_entropy(z[1:][None], torch.tensor([ids[t + 1] - 1]))
        J.backward()
        np.testing.assert_allclose(found.losses[t], J.item(), rtol=1e-12)
        expected = [float(state.grad.norm()) for state in states]
        np.testing.assert_allclose(found.norms[t, : t + 1], expected, rtol=1e-10)
        assert not found.norms[t, t + 1 :].any()


@pytest.mark.parametrize("name", NETWORKS)
def test_the_losses_are_the_models(name: str) -> None:
    network = model(name)
    found = word_influence(network, SENTENCE)
    assert found.losses.sum() == pytest.approx(-log_prob(network, SENTENCE))
    assert (np.diag(found.shares) == 1).all()
    assert (found.norms[np.tril_indices(len(found.read))] > 0).all()
    by_lag = found.by_lag()
    assert by_lag[0] == 1
    assert by_lag[2] == pytest.approx(np.mean([found.shares[t, t - 2] for t in range(2, len(found.read))]))


def test_a_network_that_keeps_hands_all_of_it_back() -> None:
    """The lower the forget bias, the less is left of the first word at the last one."""
    left = [word_influence(model("lstm", forget_bias=b), SENTENCE).shares[-1, 0] for b in (-2.0, 0.0, 3.0)]
    assert left[0] < 0.1 * left[1] < 0.1 * left[2]


def test_what_cannot_be_followed_is_said() -> None:
    with pytest.raises(CourseError, match="0 words"):
        word_influence(model("elman"), [])
    with pytest.raises(CourseError, match="memory 'none'"):
        word_influence(model("elman", memory="none"), SENTENCE)
    both = RecurrentLM.init(
        Vocabulary(WORDS), bidirectional(CELLS["gru"]), 4, 5, np.random.default_rng(0), allow_future=True
    )
    with pytest.raises(CourseError, match="from both sides"):
        word_influence(both, SENTENCE)
