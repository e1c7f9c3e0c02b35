"""The fixed-window model: its gradients, its contexts, and that it looks at k tokens and no further."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from recurrent_cases import WORDS, StepByStep, assert_trees_equal, random_stream

from rnn_course import lm
from rnn_course.cells.parameters import named_arrays, parameter_count
from rnn_course.errors import CourseError, DataError, ShapeError, VocabularyError
from rnn_course.gradients.check import check_gradients
from rnn_course.models import fixed_window
from rnn_course.models.fixed_window import FixedWindowLM
from rnn_course.models.trainable import Trainable
from rnn_course.models.windows import Windows, contexts_of, window_batches
from rnn_course.text.batching import Batch, stateful_batches, windows

direct_or_not = pytest.mark.parametrize("direct", [False, True])
seeds = st.integers(0, 2**32 - 1)


def model_of(rng: np.random.Generator, window: int = 3, **options: Any) -> FixedWindowLM:
    return FixedWindowLM.init(WORDS, window, 2, 4, rng, **options)


@direct_or_not
@pytest.mark.parametrize(("window", "T", "B"), [(1, 7, 2), (3, 9, 3), (5, 8, 1)])
def test_every_gradient_equals_differences(window: int, T: int, B: int, direct: bool) -> None:
    rng = np.random.default_rng(T)
    model = model_of(rng, window, direct=direct)
    model.params.b_2[:] = rng.standard_normal(len(WORDS))
    first, second = stateful_batches(random_stream(rng, 2 * T * B), B, T)
    _, _, state = model.loss(first)
    step = model.loss_and_gradients(second, state)
    again = model.loss_and_gradients(second, state)
    assert step.loss == again.loss == model.loss(second, state).loss
    assert step.tokens == T * B
    assert_trees_equal(again.gradients, step.gradients)

    def loss(params: Any) -> float:
        return FixedWindowLM(WORDS, params).loss(second, state).loss

    report = check_gradients(loss, model.params, step.gradients)
    report.require()
    assert report.worst_error < 1e-6


@direct_or_not
def test_gradients_with_dropout_equal_differences(direct: bool) -> None:
    rng = np.random.default_rng(3)
    model = model_of(rng, direct=direct, dropout=0.4)
    (batch,) = window_batches(random_stream(rng, 20), 3, 20)

    def step(model: FixedWindowLM) -> Any:
        return model.loss_and_gradients(batch, rng=np.random.default_rng(7))

    assert abs(step(model).loss - model.loss(batch).loss) > 1e-3

    def loss(params: Any) -> float:
        return step(FixedWindowLM(WORDS, params, dropout=0.4)).loss

    check_gradients(loss, model.params, step(model).gradients).require()


@direct_or_not
def test_loss_and_gradients_equal_torchs(direct: bool) -> None:
    torch = pytest.importorskip("torch")
    rng = np.random.default_rng(4)
    model = model_of(rng, direct=direct)
    (batch,) = window_batches(random_stream(rng, 40), 3, 40)
    tensors = {name: torch.tensor(a, requires_grad=True) for name, a in named_arrays(model.params)}
    e = torch.nn.functional.embedding(torch.tensor(batch.contexts), tensors["E"]).flatten(1)
    z = torch.tanh(e @ tensors["W"].T + tensors["b_1"]) @ tensors["U"].T + tensors["b_2"]
    if direct:
        z = z + e @ tensors["W_direct"].T
    masked = z.masked_fill(torch.arange(len(WORDS)) == WORDS.bos_id, -torch.inf)
    loss = torch.nn.functional.cross_entropy(masked, torch.tensor(batch.targets))
    loss.backward()
    step = model.loss_and_gradients(batch)
    assert step.loss == pytest.approx(loss.item(), abs=1e-12)
    for name, gradient in named_arrays(step.gradients):
        np.testing.assert_allclose(gradient, tensors[name].grad.numpy(), rtol=0, atol=1e-10, err_msg=name)


@settings(max_examples=60)
@given(seed=seeds, window=st.integers(1, 5), length=st.integers(1, 30), steps=st.integers(1, 30))
def test_contexts_are_those_of_windows_however_the_stream_is_cut(
    seed: int, window: int, length: int, steps: int
) -> None:
    stream = random_stream(np.random.default_rng(seed), length)
    expected, _ = windows(stream, window)
    state, got = None, []
    for batch in stateful_batches(stream, 1, steps):
        contexts, state = contexts_of(batch.inputs, window, state)
        assert state.shape == (window - 1, 1)
        got.append(contexts[:, 0])
    np.testing.assert_array_equal(np.concatenate(got), expected)


@direct_or_not
@settings(max_examples=30)
@given(
    seed=seeds, length=st.integers(0, 40), window=st.integers(1, 4), largest=st.sampled_from([1, 50, 1 << 22])
)
def test_vectorised_scores_equal_stepwise_ones(
    direct: bool, seed: int, length: int, window: int, largest: int
) -> None:
    rng = np.random.default_rng(seed)
    model = model_of(rng, window, direct=direct)
    stream = random_stream(rng, length)
    stream[rng.random(length) < 0.05] = WORDS.bos_id
    stepwise = lm.sequence_log_probs(StepByStep(model), stream)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(fixed_window, "LARGEST", largest)
        np.testing.assert_allclose(model.sequence_log_probs(stream), stepwise, rtol=1e-10)


def test_both_kinds_of_batches_have_the_models_cross_entropy() -> None:
    rng = np.random.default_rng(5)
    model, stream = model_of(rng), random_stream(rng, 60)
    J = lm.cross_entropy(model, stream)
    (strand,) = stateful_batches(stream, 1, 60)
    assert model.loss(strand).loss == pytest.approx(J, rel=1e-12)
    shuffled = list(window_batches(stream, 3, 7, rng=rng))
    assert not np.array_equal(np.concatenate([batch.targets for batch in shuffled]), stream)
    evaluations = [model.loss(batch) for batch in shuffled]
    assert sum(e.tokens for e in evaluations) == 60
    assert sum(e.loss * e.tokens for e in evaluations) / 60 == pytest.approx(J, rel=1e-12)
    one, other = (
        model.loss_and_gradients(strand),
        model.loss_and_gradients(next(window_batches(stream, 3, 60))),
    )
    assert_trees_equal(one.gradients, other.gradients, 1e-15)


def test_it_looks_back_k_tokens_and_no_further() -> None:
    model = model_of(np.random.default_rng(6))
    base = WORDS.encode([*"abcdab"])
    for back, changes in ((1, True), (2, True), (3, True), (4, False), (5, False)):
        other = base.copy()
        other[5 - back] = WORDS.unk_id
        assert (model.sequence_log_probs(other)[5] != model.sequence_log_probs(base)[5]) == changes


def test_is_a_language_model_that_sums_to_one_and_starts_anew() -> None:
    model = model_of(np.random.default_rng(7), direct=True)
    assert isinstance(model, lm.LanguageModel)
    assert isinstance(model, Trainable)
    for context in ([], ["a"], list("abcabc")):
        log_probs = model.next_log_probs(lm.state_after(model, context))
        assert log_probs[WORDS.bos_id] == -np.inf
        assert np.exp(log_probs).sum() == pytest.approx(1, abs=1e-12)
    assert model.advance(lm.state_after(model, ["a", "b"]), WORDS.eos_id) == model.initial_state()


def test_weights_grow_with_the_window_by_one_block_each() -> None:
    rng = np.random.default_rng(8)
    counts = [parameter_count(model_of(rng, window).params) for window in (1, 2, 3, 4)]
    assert np.diff(counts).tolist() == [4 * 2] * 3


def test_float32_stays_float32() -> None:
    rng = np.random.default_rng(9)
    model = model_of(rng, direct=True, dtype=np.float32, dropout=0.5)
    step = model.loss_and_gradients(next(window_batches(random_stream(rng, 20), 3, 20)), rng=rng)
    assert {array.dtype for _, array in named_arrays(step.gradients)} == {np.dtype(np.float32)}


@pytest.mark.parametrize(
    ("call", "error", "words"),
    [
        (lambda m, p: FixedWindowLM(WORDS, p._replace(E=p.E[1:])), ShapeError, r"E is \(6, 2\), but"),
        (lambda m, p: FixedWindowLM(WORDS, p._replace(W=p.W[:, 1:])), ShapeError, "no multiple of"),
        (lambda m, p: FixedWindowLM(WORDS, p._replace(b_1=p.b_1[1:])), ShapeError, "b_1 has hidden size 3"),
        (lambda m, p: model_of(np.random.default_rng(), 0), CourseError, "window is at least 1, got 0"),
        (lambda m, p: m.advance(m.initial_state(), 7), VocabularyError, "id 7 is outside"),
        (lambda m, p: m.sequence_log_probs(np.array([3, 9])), VocabularyError, "id 9 at position 1"),
        (lambda m, p: m.loss(Windows(np.zeros((2, 2), int), np.ones(2, int))), ShapeError, "window is 3"),
        (
            lambda m, p: m.loss(Windows(np.zeros((2, 3), int), np.ones(3, int))),
            ShapeError,
            "targets has rows",
        ),
        (
            lambda m, p: m.loss(Batch(np.zeros((3, 2), int), np.zeros((3, 2), int))),
            DataError,
            "never predicted",
        ),
        (lambda m, p: m.loss(Batch(*np.ones((2, 3, 2), int)), np.ones((3, 2), int)), ShapeError, "state is"),
        (lambda m, p: window_batches(np.ones(3, int), 2, 0), CourseError, "batch_size is at least 1"),
        (lambda m, p: window_batches(np.ones(0, int), 2, 4), DataError, "empty"),
    ],
)
def test_bad_input_is_named(call: Any, error: type[Exception], words: str) -> None:
    model = model_of(np.random.default_rng(0))
    with pytest.raises(error, match=words):
        call(model, model.params)
