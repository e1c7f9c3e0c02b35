"""A translator with attention: its gradients, its weights, and what they spare it."""

from __future__ import annotations

import numpy as np
import pytest

from rnn_course.cells.parameters import map_arrays
from rnn_course.errors import CourseError, DataError
from rnn_course.experiments.attention import AttentionTranslator, attend, bottleneck
from rnn_course.gradients.check import check_gradients
from rnn_course.models.sentence_batches import PairBatch, pair_batches
from rnn_course.text.vocabulary import Vocabulary

SOURCE = [["a", "b", "c", "a"], ["b", "c"], ["c"]]
TARGET = [["x", "y"], ["y", "x", "x"], ["y"]]


@pytest.fixture
def model() -> AttentionTranslator:
    source, target = Vocabulary.from_sentences(SOURCE), Vocabulary.from_sentences(TARGET)
    return AttentionTranslator(source, target, 4, 3, np.random.default_rng(0), dtype=np.float64)


@pytest.fixture
def batch(model: AttentionTranslator) -> PairBatch:
    sources = [model.source.encode(words) for words in SOURCE]
    return next(pair_batches(sources, [model.target.encode(words) for words in TARGET], 3))


def test_gradients(model: AttentionTranslator, batch: PairBatch) -> None:
    model.params = map_arrays(lambda array: 2 * array, model.params)  # so that attention is not even

    def loss(params: object) -> float:
        model.params = params  # type: ignore[assignment]
        return model.loss(batch).loss

    check_gradients(loss, model.params, model.loss_and_gradients(batch).gradients)


def test_padding_changes_nothing(model: AttentionTranslator, batch: PairBatch) -> None:
    alone = []
    for source, target in zip(SOURCE, TARGET, strict=True):
        one = next(pair_batches([model.source.encode(source)], [model.target.encode(target)], 1))
        alone.append(model.loss(one))
    together = sum(e.loss * e.tokens for e in alone) / sum(e.tokens for e in alone)
    assert model.loss(batch).loss == pytest.approx(together, abs=1e-12)


def test_attend_is_a_mean_of_the_rows() -> None:
    rng = np.random.default_rng(0)
    s, H = rng.normal(size=(2, 3)), rng.normal(size=(4, 3))
    read, weights = attend(s, H)
    for t in range(2):
        powers = np.exp([s[t] @ row for row in H])
        np.testing.assert_allclose(weights[t], powers / powers.sum())
        np.testing.assert_allclose(read[t], sum(w * row for w, row in zip(weights[t], H, strict=True)))
    # a query that fits one row far better than the others reads that row
    np.testing.assert_allclose(attend(100 * np.eye(3)[:1], np.eye(3))[0], np.eye(3)[:1], atol=1e-12)


def test_what_is_written_is_the_most_probable_word_of_each_step(model: AttentionTranslator) -> None:
    words = model.translate(["a", "b", "c"])
    H, s = model.encode(["a", "b", "c"]), model.decode([*words, "x"])
    read, _ = attend(s, H)
    z = np.concatenate([read, s], axis=1) @ model.params.U.T + model.params.b_2
    z[:, model.target.bos_id] = -np.inf
    best = [model.target.tokens[i] for i in z.argmax(axis=1)]
    assert best[: len(words)] == list(words)
    assert len(words) == 15 or best[len(words)] == "</s>"


@pytest.mark.slow
def test_attention_spares_the_one_vector() -> None:
    found = bottleneck()
    # lecture 16: "every one of 150 new sentences", "hardly one"
    assert found.by_attention > 0.95
    assert found.through_one_vector < 0.2
    assert found.with_patience < 0.4
    assert abs(found.parameters[0] / found.parameters[1] - 1) < 0.02
    source = ["the", "small", "girls", "have", "the", "red", "book"]
    written = found.model.translate(source)
    assert written == ("las", "chicas", "pequeñas", "tienen", "el", "libro", "rojo")
    _, weights = attend(found.model.decode(written), found.model.encode(source))
    looked = [source[i] for i in weights.argmax(axis=1)]
    assert looked[1] == "girls"


def test_errors(model: AttentionTranslator) -> None:
    rng = np.random.default_rng(0)
    with pytest.raises(CourseError, match="hidden_size is even"):
        AttentionTranslator(model.source, model.target, 3, 3, rng)
    with pytest.raises(DataError, match="source is empty"):
        model.encode([])
    with pytest.raises(CourseError, match=r"s is \(1, 3\) and H is \(2, 4\)"):
        attend(np.zeros((1, 3)), np.zeros((2, 4)))
