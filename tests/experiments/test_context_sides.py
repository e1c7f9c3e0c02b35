"""Reading from the right, and which words reach a vector: by small changes, and in bands after training."""

from __future__ import annotations

import numpy as np
import pytest

from rnn_course.cells.bidirectional import bidirectional
from rnn_course.cells.cell import CELLS
from rnn_course.errors import CourseError
from rnn_course.experiments.context_sides import from_the_right, three_readers, what_reaches
from rnn_course.models.labels import Labels
from rnn_course.models.tagger import Tagger
from rnn_course.text.vocabulary import Vocabulary

WORDS = ("the", "movie", "was", "terribly", "exciting")


@pytest.mark.parametrize("name", ["elman", "lstm", "gru"])
def test_from_the_right_is_the_right_half_of_a_bidirectional_network(name: str) -> None:
    rng = np.random.default_rng(0)
    both, right = bidirectional(CELLS[name]), from_the_right(CELLS[name])
    params = both.init(3, 4, rng)
    x, lengths = rng.standard_normal((6, 3, 3)), np.array([6, 4, 1])
    inside = np.arange(6)[:, None] < lengths
    outputs, cache = both.forward(params, x, None, lengths)
    alone, cache_alone = right.forward(params.right_to_left, x, None, lengths)
    np.testing.assert_allclose(alone[inside], outputs[inside][:, 4:])
    dh = rng.standard_normal(outputs.shape) * inside[..., None]
    dh[..., :4] = 0
    dparams, dx, _ = both.backward(dh, cache)
    dparams_alone, dx_alone, _ = right.backward(dh[..., 4:], cache_alone)
    np.testing.assert_allclose(dx_alone, dx, atol=1e-12)
    for expected, found in zip(dparams.right_to_left, dparams_alone, strict=True):
        np.testing.assert_allclose(found, expected, atol=1e-12)
    assert right.sees_future
    with pytest.raises(CourseError, match="cannot begin before"):
        right.step(params.right_to_left, None, x[0])


def tagger(kind: str) -> Tagger:
    cell = {
        "left": CELLS["gru"],
        "right": from_the_right(CELLS["lstm"]),
        "both": bidirectional(CELLS["elman"]),
    }[kind]
    return Tagger.init(Vocabulary(WORDS), Labels("ab"), cell, 3, 4, np.random.default_rng(0))


@pytest.mark.parametrize("kind", ["left", "right", "both"])
def test_the_norms_are_those_of_the_jacobian(kind: str) -> None:
    model = tagger(kind)
    found = what_reaches(model, WORDS)
    e = model.params.E[model.vocabulary.encode(WORDS)]

    def vectors(e: np.ndarray) -> np.ndarray:
        return model.cell.forward(model.params.cell, e[:, None])[0][:, 0]

    np.testing.assert_allclose(found.outputs, vectors(e))
    squares = np.zeros((5, 5))
    for s, k in np.ndindex(e.shape):
        step = np.zeros_like(e)
        step[s, k] = 1e-5
        squares[:, s] += (((vectors(e + step) - vectors(e - step)) / 2e-5) ** 2).sum(axis=1)
    np.testing.assert_allclose(found.norms, np.sqrt(squares), atol=1e-9)
    reached = {"left": np.tri(5), "right": np.tri(5).T, "both": np.ones((5, 5))}[kind]
    np.testing.assert_array_equal(found.norms > 0, reached == 1)
    np.testing.assert_allclose(found.shares.sum(axis=1), 1)


def test_what_cannot_be_is_named() -> None:
    with pytest.raises(CourseError, match="at least one word"):
        what_reaches(tagger("left"), ())
    with pytest.raises(CourseError, match="the cells are"):
        three_readers(cell_name="transformer")


def test_only_who_has_read_the_adjective_knows_the_adverb() -> None:
    readers = three_readers()
    sentence, other = (("the", "movie", "was", "terribly", word, "!") for word in ("exciting", "boring"))
    left, right, both = readers.values()
    for model in (right, both):
        assert model.tag(sentence)[3] == "PRAISE"
        assert model.tag(other)[3] == "BLAME"
    assert left.tag(sentence)[3] == left.tag(other)[3]
    vectors = [
        [what_reaches(model, words).outputs[3] for words in (sentence, other)] for model in readers.values()
    ]
    np.testing.assert_array_equal(*vectors[0])
    for first, second in vectors[1:]:
        assert np.linalg.norm(first - second) > 0.3 * np.linalg.norm(first)
