"""The torch tagger, classifier and encoder-decoder are the numpy ones, padding and all."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from rnn_course.beam_search import beam_search
from rnn_course.cells.bidirectional import bidirectional
from rnn_course.cells.cell import CELLS
from rnn_course.cells.parameters import named_arrays
from rnn_course.cells.stacked import stacked
from rnn_course.errors import CourseError, DataError, ShapeError, VocabularyError
from rnn_course.lm import log_prob, sample
from rnn_course.models.classifier import Classifier
from rnn_course.models.labels import Labels
from rnn_course.models.sentence_batches import (
    LabelledBatch,
    PairBatch,
    labelled_batches,
    pair_batches,
    tagged_batches,
)
from rnn_course.models.seq2seq import Seq2Seq
from rnn_course.models.tagger import Tagger
from rnn_course.text.vocabulary import Vocabulary
from rnn_course.training.config import TrainingConfig
from rnn_course.training.loop import train

torch = pytest.importorskip("torch")

from rnn_course import torch_models  # noqa: E402
from rnn_course.training.torch_loop import train_torch  # noqa: E402

WORDS, TARGET = Vocabulary(["a", "b", "c", "d", "e"]), Vocabulary(["x", "y", "z"])
LABELS = Labels(["one", "two", "three"])
CELLS_HERE = {
    "elman": CELLS["elman"],
    "gru": CELLS["gru"],
    "bidirectional lstm": bidirectional(CELLS["lstm"]),
    "2-layer bidirectional gru_reset_after": stacked(bidirectional(CELLS["gru_reset_after"]), 2),
    "2-layer lstm": stacked(CELLS["lstm"], 2),
}
D, H = 4, 5


def some_sentences(count: int = 11, *, vocab: int = len(WORDS), seed: int = 0) -> list[np.ndarray]:
    rng = np.random.default_rng(seed)
    return [rng.integers(3, vocab, rng.integers(1, 9)) for _ in range(count)]


SENTENCES = some_sentences()
TAGS = [sentence % 3 for sentence in SENTENCES]
OF_SENTENCE = [int(sentence.sum() % 3) for sentence in SENTENCES]
TRANSLATED = some_sentences(vocab=len(TARGET), seed=1)


def agree(model: Any, twin: Any, batches: list[Any]) -> None:
    for batch in batches:
        step = model.loss_and_gradients(batch)
        twin.zero_grad()
        got = twin(batch)
        got.loss.backward()
        assert got.loss.item() == pytest.approx(step.loss, abs=1e-10)
        assert got.tokens == step.tokens
        expected = dict(named_arrays(step.gradients))
        for path, gradient in named_arrays(twin.gradients_to_numpy()):
            np.testing.assert_allclose(gradient, expected.pop(path), rtol=0, atol=1e-10, err_msg=path)
        assert not expected
    for params in (twin.to_numpy(), twin.numpy_twin().params):
        for (path, a), (_, b) in zip(named_arrays(params), named_arrays(model.params), strict=True):
            np.testing.assert_array_equal(a, b, err_msg=path)
    paths = [path for path, _ in named_arrays(model.params)]
    assert sorted(name for name, _ in twin.named_parameters()) == sorted(paths)


@pytest.mark.parametrize("name", CELLS_HERE)
def test_a_tagger_is_its_numpy_twin(name: str) -> None:
    model = Tagger.init(WORDS, LABELS, CELLS_HERE[name], D, H, np.random.default_rng(0))
    twin = torch_models.Tagger.from_numpy(model, fused=name != "gru")
    batches = list(tagged_batches(SENTENCES, TAGS, 4))
    agree(model, twin, batches)
    np.testing.assert_allclose(
        twin.row_log_probs(batches[0].words), model.row_log_probs(batches[0].words), atol=1e-10
    )
    assert twin.accuracy(batches) == model.accuracy(batches)
    assert twin.numpy_twin().tag(["a", "b"]) == model.tag(["a", "b"])


@pytest.mark.parametrize("encoding", ["final", "max", "mean"])
@pytest.mark.parametrize("name", CELLS_HERE)
def test_a_classifier_is_its_numpy_twin(name: str, encoding: Any) -> None:
    model = Classifier.init(
        WORDS, LABELS, CELLS_HERE[name], D, H, np.random.default_rng(0), encoding=encoding
    )
    twin = torch_models.Classifier.from_numpy(model, fused=name != "gru")
    batches = list(labelled_batches(SENTENCES, OF_SENTENCE, 4))
    agree(model, twin, batches)
    np.testing.assert_allclose(
        twin.row_log_probs(batches[0].words), model.row_log_probs(batches[0].words), atol=1e-10
    )
    assert twin.accuracy(batches) == model.accuracy(batches)
    assert twin.numpy_twin().classify(["a", "b"]) == model.classify(["a", "b"])


@pytest.mark.parametrize("reverse", [False, True])
@pytest.mark.parametrize("name", ["elman", "gru", "2-layer lstm"])
def test_an_encoder_decoder_is_its_numpy_twin(name: str, reverse: bool) -> None:
    model = Seq2Seq.init(
        WORDS, TARGET, CELLS_HERE[name], D, H, np.random.default_rng(0), reverse_source=reverse
    )
    twin = torch_models.Seq2Seq.from_numpy(model, fused=name != "gru")
    agree(model, twin, list(pair_batches(SENTENCES, TRANSLATED, 4)))
    for source in (["a", "c", "b"], SENTENCES[3]):
        ours, theirs = model.conditioned_on(source), twin.conditioned_on(source)
        assert log_prob(theirs, ["x", "y"]) == pytest.approx(log_prob(ours, ["x", "y"]), abs=1e-10)
        drawn = [sample(lm, np.random.default_rng(0), max_tokens=9) for lm in (ours, theirs)]
        assert drawn[0] == drawn[1]
        found = [[h.tokens for h in beam_search(lm, beam_size=3, max_tokens=6)] for lm in (ours, theirs)]
        assert found[0] == found[1]
    assert twin.decoder.start is None


def test_an_encoder_decoder_learns_to_copy_and_the_search_says_so() -> None:
    """From any order of the batches, in numpy and in torch alike, far below the loss of guessing."""
    rng = np.random.default_rng(0)
    pairs = [rng.integers(3, 6, rng.integers(1, 4)) for _ in range(60)]
    model = Seq2Seq.init(TARGET, TARGET, CELLS["gru"], 8, 16, np.random.default_rng(1))
    twin = torch_models.Seq2Seq.from_numpy(model)
    config = TrainingConfig(epochs=25, learning_rate=0.02)

    def deal(rng: np.random.Generator) -> Any:
        return pair_batches(pairs, pairs, 20, rng=rng)

    runs = [
        train(model, deal, config, progress=False).loss,
        train_torch(twin, deal, config, progress=False).loss,
    ]
    np.testing.assert_allclose(runs[0][:20], runs[1][:20], rtol=0, atol=1e-8)
    assert runs[0][-3:].mean() < 0.4 < runs[0][0]
    words = ["y", "x"]
    assert list(beam_search(twin.conditioned_on(words), beam_size=3)[0].tokens) == words


def test_dropout_is_the_numpy_twins_business_too() -> None:
    (batch,) = labelled_batches(SENTENCES, OF_SENTENCE, 20)
    twin = torch_models.Classifier(
        Classifier.init(WORDS, LABELS, CELLS["lstm"], D, H, np.random.default_rng(0), dropout=0.5)
    )
    assert twin(batch).loss.item() != twin(batch).loss.item()
    twin.eval()
    assert twin(batch).loss.item() == twin(batch).loss.item()
    assert twin.numpy_twin().dropout == twin.dropout


def test_what_cannot_be_read_is_refused() -> None:
    classifier = torch_models.Classifier(
        Classifier.init(WORDS, LABELS, CELLS["lstm"], D, H, np.random.default_rng(0))
    )
    (batch,) = labelled_batches(SENTENCES, OF_SENTENCE, 20)
    words = batch.words
    with pytest.raises(VocabularyError, match="target 3 is none of the 3"):
        classifier(LabelledBatch(words, np.full(len(words.lengths), 3)))
    with pytest.raises(VocabularyError, match="outside the vocabulary"):
        classifier(LabelledBatch(words._replace(ids=words.ids + 5), batch.labels))
    with pytest.raises(ShapeError, match="lengths are integers from 1"):
        classifier(LabelledBatch(words._replace(lengths=words.lengths * 0), batch.labels))
    with pytest.raises(DataError, match="no batches"):
        classifier.accuracy([])
    seq2seq = torch_models.Seq2Seq(Seq2Seq.init(WORDS, TARGET, CELLS["gru"], D, H, np.random.default_rng(0)))
    (pair,) = pair_batches(SENTENCES, TRANSLATED, 20)
    (fewer,) = pair_batches(SENTENCES[:4], TRANSLATED[:4], 20)
    with pytest.raises(ShapeError, match="11 sources, but 4 targets"):
        seq2seq(PairBatch(pair.source, fewer.target))
    with pytest.raises(DataError, match="source is empty"):
        seq2seq.conditioned_on([])
    with pytest.raises(CourseError, match="no kernel for GRU"):
        torch_models.Seq2Seq(seq2seq.numpy_twin(), fused=True)
