"""Encoder and decoder: gradients through the state between them, and a language model with a source."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from recurrent_cases import BOTH_DIRECTIONS, LEFT_TO_RIGHT, WORDS, StepByStep, assert_trees_equal
from sentence_cases import more_padding, random_sentences

from rnn_course import lm
from rnn_course.cells.cell import CELLS
from rnn_course.cells.parameters import named_arrays
from rnn_course.errors import CourseError, DataError, ShapeError, VocabularyError
from rnn_course.gradients.check import check_gradients
from rnn_course.models.recurrent import RecurrentLM
from rnn_course.models.sentence_batches import PairBatch, pair_batches, teacher_forcing
from rnn_course.models.seq2seq import Seq2Seq
from rnn_course.models.trainable import Trainable
from rnn_course.text.batching import Padded
from rnn_course.text.vocabulary import Vocabulary

SOURCE = Vocabulary("vwxyz")
SOURCE_LENGTHS, TARGET_LENGTHS = [7, 2, 9, 1], [3, 8, 1, 5]


def batch_of(
    rng: np.random.Generator, sources: list[int] = SOURCE_LENGTHS, targets: list[int] = TARGET_LENGTHS
) -> PairBatch:
    pairs = random_sentences(rng, sources, len(SOURCE)), random_sentences(rng, targets, len(WORDS))
    return next(pair_batches(*pairs, len(sources)))


def model_of(name: str, rng: np.random.Generator, **options: Any) -> Seq2Seq:
    return Seq2Seq.init(SOURCE, WORDS, LEFT_TO_RIGHT[name], 3, 3, rng, **options)


def with_params(model: Seq2Seq, params: Any) -> Seq2Seq:
    return Seq2Seq(
        SOURCE, WORDS, model.cell, params, reverse_source=model.reverse_source, dropout=model.dropout
    )


@pytest.mark.parametrize(
    ("name", "options"),
    [
        *((name, {}) for name in ("taught elman", "gru", "2-layer lstm", "2-layer elman dense")),
        ("lstm", {"tied": True, "reverse_source": True}),
    ],
)
def test_every_gradient_equals_differences(name: str, options: dict[str, Any]) -> None:
    rng = np.random.default_rng(1)
    model, batch = model_of(name, rng, **options), batch_of(rng)
    model.params.decoder.b_2[:] = rng.standard_normal(len(WORDS))
    assert isinstance(model, Trainable)
    step, again = model.loss_and_gradients(batch), model.loss_and_gradients(batch)
    assert step.loss == again.loss == model.loss(batch).loss
    assert step.tokens == sum(TARGET_LENGTHS) + 4
    assert_trees_equal(again.gradients, step.gradients)
    assert all(np.abs(gradient).max() > 1e-6 for _, gradient in named_arrays(step.gradients.encoder))
    report = check_gradients(
        lambda params: with_params(model, params).loss(batch).loss,
        model.params,
        step.gradients,
        max_entries=2,
        rng=rng,
    )
    report.require()
    assert report.worst_error < 1e-6


def test_gradients_with_dropout_equal_differences() -> None:
    rng = np.random.default_rng(2)
    model, batch = model_of("gru", rng, dropout=0.3), batch_of(rng)

    def step(model: Seq2Seq) -> Any:
        return model.loss_and_gradients(batch, rng=np.random.default_rng(7))

    assert abs(step(model).loss - model.loss(batch).loss) > 1e-3
    gradients = step(model).gradients
    check_gradients(
        lambda params: step(with_params(model, params)).loss, model.params, gradients, max_entries=2, rng=rng
    ).require()


@settings(max_examples=12)
@given(
    seed=st.integers(0, 2**32 - 1),
    lengths=st.lists(st.tuples(st.integers(1, 6), st.integers(1, 6)), min_size=1, max_size=4),
    extra=st.integers(0, 4),
    reverse=st.booleans(),
)
def test_padding_changes_nothing(seed: int, lengths: list, extra: int, reverse: bool) -> None:
    rng = np.random.default_rng(seed)
    batch = batch_of(rng, [n for n, _ in lengths], [m for _, m in lengths])
    padded = PairBatch(
        more_padding(batch.source, rng, len(SOURCE), extra),
        more_padding(batch.target, rng, len(WORDS), extra),
    )
    for name in ("gru", "2-layer lstm"):
        model = model_of(name, rng, reverse_source=reverse)
        one, other = model.loss_and_gradients(batch), model.loss_and_gradients(padded)
        assert one.tokens == other.tokens == sum(m + 1 for _, m in lengths)
        assert one.loss == pytest.approx(other.loss, abs=1e-13)
        assert_trees_equal(one.gradients, other.gradients, 1e-13)


def test_loss_and_gradients_equal_torchs() -> None:
    """Two torch.nn.LSTMs, the state of one given to the other, by autograd."""
    torch = pytest.importorskip("torch")
    from torch.nn.utils.rnn import pack_padded_sequence

    from rnn_course.torch_cells import from_torch_nn, to_torch_nn

    rng = np.random.default_rng(3)
    model, batch = model_of("lstm", rng), batch_of(rng)
    encoder, decoder = model.params
    lstm_e, lstm_d = to_torch_nn(encoder.cell), to_torch_nn(decoder.cell)
    E_e, E_d, U, b_2 = (
        torch.tensor(a, requires_grad=True) for a in (encoder.E, decoder.E, decoder.U, decoder.b_2)
    )
    lengths = torch.tensor(batch.source.lengths)
    e = torch.nn.functional.embedding(torch.tensor(batch.source.ids), E_e)
    _, state = lstm_e(pack_padded_sequence(e, lengths, enforce_sorted=False))
    losses = []
    for b, m in enumerate(batch.target.lengths):  # sentence by sentence, so that nothing is padded
        words = batch.target.ids[:m, b].tolist()
        e = torch.nn.functional.embedding(torch.tensor([0, *words]), E_d)[:, None]
        h, _ = lstm_d(e, tuple(part[:, [b]].contiguous() for part in state))
        z = (h[:, 0] @ U.T + b_2).masked_fill(torch.arange(len(WORDS)) == 0, -torch.inf)
        losses.append(torch.nn.functional.cross_entropy(z, torch.tensor([*words, 1]), reduction="none"))
    loss = torch.cat(losses).mean()
    loss.backward()
    step = model.loss_and_gradients(batch)
    assert step.loss == pytest.approx(loss.item(), abs=1e-12)
    of_encoder = type(encoder)(E_e.grad.numpy(), from_torch_nn(lstm_e, gradients=True))
    of_decoder = type(decoder)(
        E_d.grad.numpy(), from_torch_nn(lstm_d, gradients=True), U.grad.numpy(), b_2.grad.numpy()
    )
    assert_trees_equal(step.gradients, type(step.gradients)(of_encoder, of_decoder), 1e-10)


@pytest.mark.parametrize("reverse", [False, True])
@pytest.mark.parametrize("name", ["elman", "2-layer lstm", "3-layer gru residual"])
def test_conditioned_it_is_a_language_model_with_the_trained_loss(name: str, reverse: bool) -> None:
    rng = np.random.default_rng(4)
    model, batch = model_of(name, rng, reverse_source=reverse), batch_of(rng)
    total = 0.0
    for b, (n, m) in enumerate(zip(SOURCE_LENGTHS, TARGET_LENGTHS, strict=True)):
        conditioned = model.conditioned_on(batch.source.ids[:n, b])
        assert isinstance(conditioned, lm.LanguageModel)
        target = batch.target.ids[:m, b]
        stepwise = lm.log_prob(StepByStep(conditioned), target)
        assert lm.log_prob(conditioned, target) == pytest.approx(stepwise, rel=1e-12)
        assert np.exp(conditioned.next_log_probs(conditioned.initial_state())).sum() == pytest.approx(1)
        total += stepwise
    step = model.loss(batch)
    assert step.loss == pytest.approx(-total / step.tokens, rel=1e-12)


def test_what_is_written_depends_on_every_word_of_the_source() -> None:
    rng = np.random.default_rng(5)
    model = model_of("lstm", rng)
    plain = model.conditioned_on([*"vwxy"])
    target = lm.as_ids(plain, ["a", "b", "c"])
    for k in range(4):
        source = [*"vwxy"]
        source[k] = "z"
        assert lm.log_prob(model.conditioned_on(source), target) != lm.log_prob(plain, target)
    assert lm.sample(plain, np.random.default_rng(0)) == lm.sample(plain, np.random.default_rng(0))
    backwards = Seq2Seq(SOURCE, WORDS, model.cell, model.params, reverse_source=True)
    assert lm.log_prob(backwards.conditioned_on([*"yxwv"]), target) == lm.log_prob(plain, target)


def test_teacher_forcing_shifts_by_one() -> None:
    target = Padded(np.array([[3, 5], [4, 1]]), np.array([2, 1]), np.array([0, 1]))
    (inputs, targets), lengths = teacher_forcing(target)
    assert inputs.T.tolist() == [[0, 3, 4], [0, 5, 1]]
    assert targets.T.tolist() == [[3, 4, 1], [5, 1, 1]]
    assert lengths.tolist() == [3, 2]


def test_pairs_stay_together() -> None:
    rng = np.random.default_rng(6)
    sources = random_sentences(rng, [3, 1, 4, 2, 5], len(SOURCE))
    targets = [np.array([3 + len(source), 3]) for source in sources]
    for source, target in pair_batches(sources, targets, 2, rng=rng):
        np.testing.assert_array_equal(target.ids[0], 3 + source.lengths)
        np.testing.assert_array_equal(source.source, target.source)
        assert target.lengths.tolist() == [2] * len(source.lengths)


def swap_encoder_cell(m: Seq2Seq) -> Seq2Seq:
    other = RecurrentLM.init(SOURCE, m.cell, 3, 2, np.random.default_rng(0)).params.encoder
    return with_params(m, m.params._replace(encoder=other))


@pytest.mark.parametrize(
    ("call", "error", "words"),
    [
        (swap_encoder_cell, ShapeError, r"states have the same sizes; got \[2, 2\] and \[3, 3\]"),
        (lambda m: Seq2Seq(WORDS, WORDS, m.cell, m.params), ShapeError, r"encoder's E is \(8, 3\), but"),
        (lambda m: Seq2Seq(SOURCE, SOURCE, m.cell, m.params), ShapeError, r"E is \(7, 3\), but"),
        (lambda m: m.conditioned_on([]), DataError, "source is empty"),
        (lambda m: m.conditioned_on([99]), VocabularyError, "id 99"),
        (lambda m: m.conditioned_on("vw"), VocabularyError, "sequence of tokens"),
        (lambda m: pair_batches([[3]], [[3], [4]], 1), DataError, "1 sentences, but 2 targets"),
        (lambda m: list(pair_batches([[3]], [[]], 1)), DataError, "target 0 is empty"),
        (
            lambda m: Seq2Seq.init(
                SOURCE, WORDS, BOTH_DIRECTIONS["bidirectional lstm"], 3, 3, np.random.default_rng(0)
            ),
            CourseError,
            "ends in two states",
        ),
    ],
)
def test_bad_input_is_named(call: Any, error: type[Exception], words: str) -> None:
    model = Seq2Seq.init(SOURCE, WORDS, CELLS["lstm"], 3, 3, np.random.default_rng(0))
    with pytest.raises(error, match=words):
        call(model)
