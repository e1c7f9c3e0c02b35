"""Tagger and classifier: gradients, padding that changes nothing, and what each encoding is."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from recurrent_cases import BOTH_DIRECTIONS, LEFT_TO_RIGHT, WORDS, assert_trees_equal
from sentence_cases import more_padding, random_sentences

from rnn_course.cells.cell import CELLS
from rnn_course.cells.parameters import named_arrays
from rnn_course.errors import CourseError, DataError, ShapeError, VocabularyError
from rnn_course.gradients.check import check_gradients
from rnn_course.models.classifier import Classifier
from rnn_course.models.labels import Labels
from rnn_course.models.pooling import ENCODINGS, pool_backward, pool_forward
from rnn_course.models.sentence_batches import labelled_batches, tagged_batches
from rnn_course.models.tagger import Tagger
from rnn_course.models.trainable import Trainable
from rnn_course.text.batching import Padded

CELLS_OF_BOTH = {**LEFT_TO_RIGHT, **BOTH_DIRECTIONS}
every_encoding = pytest.mark.parametrize("encoding", ENCODINGS)
LABELS = Labels(["DET", "NOUN", "VERB"])
LENGTHS = [9, 2, 7, 1]


def batch_of(kind: str, rng: np.random.Generator, lengths: list[int] = LENGTHS) -> Any:
    sentences = random_sentences(rng, lengths, len(WORDS))
    if kind == "tagger":
        tags = [rng.integers(0, len(LABELS), len(sentence)) for sentence in sentences]
        return next(tagged_batches(sentences, tags, len(lengths)))
    return next(labelled_batches(sentences, rng.integers(0, len(LABELS), len(lengths)), len(lengths)))


def model_of(kind: str, name: str, rng: np.random.Generator, **options: Any) -> Any:
    cell = CELLS_OF_BOTH[name]
    if kind == "tagger":
        return Tagger.init(WORDS, LABELS, cell, 3, 2, rng, **options)
    return Classifier.init(WORDS, LABELS, cell, 3, 2, rng, encoding=kind, **options)


def with_params(model: Any, params: Any) -> Any:
    own = {"encoding": model.encoding} if isinstance(model, Classifier) else {}
    return type(model)(WORDS, LABELS, model.cell, params, dropout=model.dropout, **own)


every_kind = pytest.mark.parametrize("kind", ["tagger", *ENCODINGS])
SOME = ("gru", "2-layer elman dense", "bidirectional lstm")
kinds_and_cells = pytest.mark.parametrize(
    ("kind", "name"),
    [*(("tagger", name) for name in CELLS_OF_BOTH), *((e, name) for e in ENCODINGS for name in SOME)],
)


@kinds_and_cells
def test_every_gradient_equals_differences(kind: str, name: str) -> None:
    rng = np.random.default_rng(1)
    model, batch = model_of(kind, name, rng), batch_of(kind, rng)
    model.params.b_2[:] = rng.standard_normal(len(LABELS))
    assert isinstance(model, Trainable)
    step, again = model.loss_and_gradients(batch), model.loss_and_gradients(batch)
    assert step.loss == again.loss == model.loss(batch).loss
    assert step.tokens == (sum(LENGTHS) if kind == "tagger" else len(LENGTHS))
    assert_trees_equal(again.gradients, step.gradients)
    report = check_gradients(
        lambda params: with_params(model, params).loss(batch).loss,
        model.params,
        step.gradients,
        max_entries=2,
        rng=rng,
    )
    report.require()
    assert report.worst_error < 1e-6


@pytest.mark.parametrize("kind", ["tagger", "max"])
def test_gradients_with_dropout_equal_differences(kind: str) -> None:
    rng = np.random.default_rng(2)
    model, batch = model_of(kind, "gru", rng, dropout=0.4), batch_of(kind, rng)

    def step(model: Any) -> Any:
        return model.loss_and_gradients(batch, rng=np.random.default_rng(7))

    assert abs(step(model).loss - model.loss(batch).loss) > 1e-3
    gradients = step(model).gradients
    check_gradients(
        lambda params: step(with_params(model, params)).loss, model.params, gradients, max_entries=4, rng=rng
    ).require()


@kinds_and_cells
@settings(max_examples=5)
@given(
    seed=st.integers(0, 2**32 - 1), extra=st.integers(0, 4), lengths=st.lists(st.integers(1, 6), min_size=1)
)
def test_padding_changes_nothing(kind: str, name: str, seed: int, extra: int, lengths: list[int]) -> None:
    """Neither its ids nor its amount: not a loss, not a gradient, not a prediction."""
    rng = np.random.default_rng(seed)
    model, batch = model_of(kind, name, rng), batch_of(kind, rng, lengths)
    padded = batch._replace(words=more_padding(batch.words, rng, len(WORDS), extra))
    if kind == "tagger":
        tags = more_padding(Padded(batch.tags, *batch.words[1:]), rng, len(LABELS), extra).ids
        padded = padded._replace(tags=tags)
    one, other = model.loss_and_gradients(batch), model.loss_and_gradients(padded)
    assert one.loss == pytest.approx(other.loss, abs=1e-13)
    assert_trees_equal(one.gradients, other.gradients, 1e-13)
    singles = [
        Padded(batch.words.ids[:n, [b]], np.array([n]), np.zeros(1, int)) for b, n in enumerate(lengths)
    ]
    alone = [model.row_log_probs(single) for single in singles]
    if kind == "tagger":
        together = model.log_probs(padded.words)
        for b, n in enumerate(lengths):
            np.testing.assert_allclose(together[:n, b], alone[b], rtol=0, atol=1e-13)
        assert not together[len(batch.words.ids) :].any()
    else:
        np.testing.assert_allclose(model.log_probs(padded.words), np.concatenate(alone), rtol=0, atol=1e-13)


@every_kind
@pytest.mark.parametrize("both_ways", [False, True])
def test_loss_and_gradients_equal_torchs(kind: str, both_ways: bool) -> None:
    """torch.nn's Embedding, LSTM over packed sequences and Linear, by autograd."""
    torch = pytest.importorskip("torch")
    from torch.nn.utils.rnn import pack_padded_sequence, pad_packed_sequence

    from rnn_course.torch_cells import from_torch_nn, to_torch_nn

    rng = np.random.default_rng(3)
    model = model_of(kind, "bidirectional lstm" if both_ways else "lstm", rng)
    batch = batch_of(kind, rng, [9, 7, 2, 1])
    E, cell, U, b_2 = model.params
    lstm = to_torch_nn(list(cell) if both_ways else cell, bidirectional=both_ways)
    of_torch = [torch.tensor(array, requires_grad=True) for array in (E, U, b_2)]
    e = torch.nn.functional.embedding(torch.tensor(batch.words.ids), of_torch[0])
    packed, (last, _) = lstm(pack_padded_sequence(e, torch.tensor(batch.words.lengths)))
    outputs, _ = pad_packed_sequence(packed)
    inside = torch.arange(9)[:, None] < torch.tensor(batch.words.lengths)
    if kind == "tagger":
        vectors, targets = outputs[inside], torch.tensor(batch.tags)[inside]
    else:
        filled = outputs.masked_fill(~inside[..., None], -torch.inf if kind == "max" else 0.0)
        mean = filled.sum(0) / torch.tensor(batch.words.lengths)[:, None]
        vectors = {"max": filled.amax(0), "mean": mean, "final": torch.cat(list(last), dim=1)}[kind]
        targets = torch.tensor(batch.labels)
    loss = torch.nn.functional.cross_entropy(vectors @ of_torch[1].T + of_torch[2], targets)
    loss.backward()
    step = model.loss_and_gradients(batch)
    assert step.loss == pytest.approx(loss.item(), abs=1e-12)
    of_cell: Any = from_torch_nn(lstm, gradients=True)
    if both_ways:
        of_cell = type(cell)(of_cell, from_torch_nn(lstm, reverse=True, gradients=True))
    dE, dU, db_2 = (tensor.grad.numpy() for tensor in of_torch)
    assert_trees_equal(step.gradients, type(step.gradients)(dE, of_cell, dU, db_2), 1e-10)


@every_encoding
def test_encodings_are_what_they_are_called(encoding: Any) -> None:
    rng = np.random.default_rng(4)
    outputs, lengths = rng.standard_normal((5, 3, 4)), np.array([5, 2, 3])
    pooled, cache = pool_forward(outputs, lengths, encoding)
    for b, n in enumerate(lengths):
        column = outputs[:n, b]
        expected = {"final": column[-1], "max": column.max(axis=0), "mean": column.mean(axis=0)}[encoding]
        np.testing.assert_allclose(pooled[b], expected, rtol=1e-14)
    d = pool_backward(rng.standard_normal((3, 4)), cache)
    assert not d[2:, 1].any()
    assert not d[3:, 2].any()
    outputs[2:, 1] = np.nan  # whatever stands at padding
    np.testing.assert_array_equal(pool_forward(outputs, lengths, encoding)[0], pooled)


def test_the_final_encoding_of_two_directions_is_what_each_has_read_last() -> None:
    rng = np.random.default_rng(5)
    outputs, lengths = rng.standard_normal((5, 2, 6)), np.array([5, 3])
    pooled, _ = pool_forward(outputs, lengths, "final", both_directions=True)
    for b, n in enumerate(lengths):
        np.testing.assert_array_equal(pooled[b], [*outputs[n - 1, b, :3], *outputs[0, b, 3:]])


def test_a_tagger_of_one_direction_does_not_see_what_follows() -> None:
    rng = np.random.default_rng(6)
    sees = {}
    for name in ("gru", "bidirectional lstm"):
        model = model_of("tagger", name, rng)
        one, other = (
            Padded(WORDS.encode([*words])[:, None], np.array([3]), np.zeros(1, int))
            for words in ("abc", "abd")
        )
        sees[name] = not np.array_equal(model.log_probs(one)[0], model.log_probs(other)[0])
    assert sees == {"gru": False, "bidirectional lstm": True}


def test_prediction_and_accuracy() -> None:
    rng = np.random.default_rng(7)
    tagger, classifier = model_of("tagger", "gru", rng), model_of("mean", "gru", rng)
    batch, labelled = batch_of("tagger", rng), batch_of("mean", rng)
    tags = tagger.tag([*"abca"])
    assert len(tags) == 4
    assert set(tags) <= set(LABELS.names)
    assert tags == tagger.tag(WORDS.encode([*"abca"]))
    assert classifier.classify(["a", "b"]) in LABELS.names
    hits = [
        tagger.tag(batch.words.ids[:n, b]) == LABELS.decode(batch.tags[:n, b]) for b, n in enumerate(LENGTHS)
    ]
    assert tagger.accuracy([batch]) >= np.mean(hits)
    right = [
        classifier.classify(labelled.words.ids[:n, b]) == LABELS.names[labelled.labels[b]]
        for b, n in enumerate(LENGTHS)
    ]
    assert classifier.accuracy([labelled]) == np.mean(right)
    np.testing.assert_allclose(np.exp(tagger.row_log_probs(batch.words)).sum(axis=1), 1)
    assert classifier.encodings(labelled.words).shape == (4, 2)


def test_batches_keep_each_sentence_with_its_labels() -> None:
    rng = np.random.default_rng(8)
    sentences = random_sentences(rng, [3, 1, 4, 2, 5], len(WORDS))
    tags, labels = [sentence + 10 for sentence in sentences], [int(sentence.sum()) for sentence in sentences]
    for batch in tagged_batches(sentences, tags, 2, rng=rng):
        for b, n in enumerate(batch.words.lengths):
            np.testing.assert_array_equal(batch.tags[:n, b], batch.words.ids[:n, b] + 10)
    for labelled in labelled_batches(sentences, labels, 2, rng=rng):
        for b, n in enumerate(labelled.words.lengths):
            assert labelled.labels[b] == labelled.words.ids[:n, b].sum()


def test_labels() -> None:
    labels = Labels.of(["VERB", "DET", "VERB", "NOUN"])
    assert labels.names == LABELS.names
    assert labels.decode(labels.encode(["VERB", "DET"])) == ["VERB", "DET"]
    with pytest.raises(VocabularyError, match="'ADJ' is no label; there are DET, NOUN, VERB"):
        labels.encode(["ADJ"])
    for bad in ([], ["a", "a"], [1]):
        with pytest.raises(DataError):
            Labels(bad)


@pytest.mark.parametrize(
    ("call", "error", "words"),
    [
        (lambda m, b: with_params(m, m.params._replace(E=m.params.E[1:])), ShapeError, r"E is \(6, 3\), but"),
        (lambda m, b: Tagger(WORDS, Labels("ab"), m.cell, m.params), ShapeError, r"expected \(2, 2\)"),
        (lambda m, b: Classifier(WORDS, LABELS, m.cell, m.params, encoding="min"), CourseError, "'min'"),
        (lambda m, b: pool_forward(np.zeros((2, 1, 1)), np.array([1]), "min"), CourseError, "got 'min'"),
        (lambda m, b: pool_forward(np.zeros((2, 1, 1)), np.array([3]), "max"), ShapeError, "from 1 to 2"),
        (lambda m, b: m.loss(b._replace(tags=b.tags[1:])), ShapeError, "tags has time size 8"),
        (
            lambda m, b: m.loss(b._replace(words=b.words._replace(lengths=np.array([9, 0, 7, 1])))),
            ShapeError,
            "from 1",
        ),
        (lambda m, b: m.tag([]), DataError, "empty"),
        (lambda m, b: m.accuracy([]), DataError, "no batches"),
        (lambda m, b: tagged_batches([[3, 4]], [[0]], 1), DataError, "2 words, but 1 tags"),
        (lambda m, b: labelled_batches([[3, 4]], [0, 1], 1), DataError, "1 sentences, but 2 labels"),
    ],
)
def test_bad_input_is_named(call: Any, error: type[Exception], words: str) -> None:
    rng = np.random.default_rng(0)
    model = Tagger.init(WORDS, LABELS, CELLS["gru"], 3, 2, rng)
    with pytest.raises(error, match=words):
        call(model, batch_of("tagger", rng))


def test_float32_stays_float32() -> None:
    rng = np.random.default_rng(9)
    for kind in ("tagger", *ENCODINGS):
        model = model_of(kind, "bidirectional lstm", rng, dtype=np.float32, dropout=0.5)
        step = model.loss_and_gradients(batch_of(kind, rng), rng=rng)
        assert {array.dtype for _, array in named_arrays(step.gradients)} == {np.dtype(np.float32)}
