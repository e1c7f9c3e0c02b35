"""The recurrent language model: its gradients, its memory, and that all its ways of scoring agree."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from recurrent_cases import (
    BOTH_DIRECTIONS,
    LEFT_TO_RIGHT,
    WORDS,
    StepByStep,
    assert_trees_equal,
    random_state,
    random_stream,
)

from rnn_course import lm
from rnn_course.cells.cell import CELLS
from rnn_course.cells.parameters import map_arrays, named_arrays
from rnn_course.cells.stacked import stacked
from rnn_course.errors import CourseError, DataError, ShapeError, VocabularyError
from rnn_course.gradients.check import check_gradients
from rnn_course.models.encoder import Dropout
from rnn_course.models.recurrent import RecurrentLM
from rnn_course.models.scoring import score_stream
from rnn_course.models.trainable import Trainable
from rnn_course.text.batching import Batch, stateful_batches

MEMORIES = ("text", "sentence", "none")
every_cell = pytest.mark.parametrize("name", LEFT_TO_RIGHT)
every_memory = pytest.mark.parametrize("memory", MEMORIES)


def model_of(name: str, rng: np.random.Generator, sizes: tuple[int, int] = (3, 4), **options: Any) -> Any:
    return RecurrentLM.init(WORDS, LEFT_TO_RIGHT[name], *sizes, rng, **options)


def batch_of(rng: np.random.Generator, T: int, B: int) -> Batch:
    """The second batch of a text, which goes on where a first one ended."""
    return list(stateful_batches(random_stream(rng, 2 * T * B), B, T))[1]


@every_memory
@every_cell
def test_is_a_language_model_and_trainable(name: str, memory: Any) -> None:
    model = model_of(name, np.random.default_rng(0), memory=memory)
    assert isinstance(model, lm.LanguageModel)
    assert isinstance(model, Trainable)


@pytest.mark.parametrize(
    ("memory", "sizes"),
    [("text", (7, 3, 3, 4)), ("sentence", (9, 2, 5, 2)), ("sentence", (11, 1, 2, 3)), ("none", (8, 2, 1, 3))],
)
@every_cell
def test_every_gradient_equals_differences(name: str, memory: Any, sizes: tuple) -> None:
    T, B, D, H = sizes
    rng = np.random.default_rng(T)
    model = model_of(name, rng, (D, H), memory=memory)
    model.params.b_2[:] = rng.standard_normal(len(WORDS))
    batch, state = batch_of(rng, T, B), random_state(model, B, rng)
    step = model.loss_and_gradients(batch, state)
    again = model.loss_and_gradients(batch, state)  # nothing may have piled up
    assert step.loss == again.loss == model.loss(batch, state).loss
    assert step.tokens == T * B
    assert_trees_equal(again.gradients, step.gradients)

    def loss(params: Any) -> float:
        return RecurrentLM(WORDS, model.cell, params, memory=memory).loss(batch, state).loss

    report = check_gradients(loss, model.params, step.gradients, max_entries=2, rng=rng)
    report.require()
    assert report.worst_error < 1e-6


@pytest.mark.parametrize("name", ["elman", "2-layer lstm"])
def test_gradients_with_dropout_equal_differences(name: str) -> None:
    rng = np.random.default_rng(3)
    model = model_of(name, rng, dropout=Dropout(0.3, 0.4, 0.2))
    batch, state = batch_of(rng, 8, 3), random_state(model, 3, rng)

    def step(model: Any) -> Any:
        return model.loss_and_gradients(batch, state, rng=np.random.default_rng(7))

    assert abs(step(model).loss - model.loss(batch, state).loss) > 1e-3
    assert step(model).loss != model.loss_and_gradients(batch, state, rng=np.random.default_rng(8)).loss

    def loss(params: Any) -> float:
        return step(RecurrentLM(WORDS, model.cell, params, dropout=model.dropout)).loss

    check_gradients(loss, model.params, step(model).gradients, max_entries=2, rng=rng).require()


@pytest.mark.parametrize("name", ["lstm", "2-layer elman dense"])
def test_tied_embeddings_have_the_gradients_of_both_roles(name: str) -> None:
    rng = np.random.default_rng(4)
    tied = model_of(name, rng, (4, 4), tied=True)
    params = tied.params._replace(U=tied.params.E.copy())
    untied = RecurrentLM(WORDS, tied.cell, params)
    batch, state = batch_of(rng, 9, 2), random_state(tied, 2, rng)
    one, two = tied.loss_and_gradients(batch, state), untied.loss_and_gradients(batch, state)
    assert one.loss == two.loss
    expected = two.gradients._replace(E=two.gradients.E + two.gradients.U, U=None)
    assert_trees_equal(one.gradients, expected, 1e-15)
    assert "U" not in dict(named_arrays(one.gradients))

    def loss(params: Any) -> float:
        return RecurrentLM(WORDS, tied.cell, params).loss(batch, state).loss

    check_gradients(loss, tied.params, one.gradients, max_entries=10, rng=rng).require()


@every_memory
@every_cell
@settings(max_examples=4)
@given(length=st.integers(0, 40), seed=st.integers(0, 2**32 - 1), largest=st.sampled_from([1, 700, 1 << 22]))
def test_vectorised_scores_equal_stepwise_ones(
    name: str, memory: Any, length: int, seed: int, largest: int
) -> None:
    rng = np.random.default_rng(seed)
    model, stream = model_of(name, rng, memory=memory), random_stream(rng, length)
    stepwise = lm.sequence_log_probs(StepByStep(model), stream)
    np.testing.assert_allclose(model.sequence_log_probs(stream), stepwise, rtol=1e-10)
    encoder, readout = model.params.encoder, model.params.readout
    in_pieces = score_stream(model.cell, encoder, readout, stream, memory=memory, largest=largest)
    np.testing.assert_allclose(in_pieces, stepwise, rtol=1e-10)


@every_memory
@every_cell
def test_probabilities_sum_to_one(name: str, memory: Any) -> None:
    rng = np.random.default_rng(5)
    model = model_of(name, rng, memory=memory)
    for context in ([], ["a"], list("abcabc")):
        log_probs = model.next_log_probs(lm.state_after(model, context))
        assert log_probs[WORDS.bos_id] == -np.inf
        assert np.exp(log_probs).sum() == pytest.approx(1, abs=1e-12)


@every_memory
@settings(max_examples=10)
@given(seed=st.integers(0, 2**32 - 1), steps=st.integers(1, 12), batch_size=st.integers(1, 4))
def test_chunks_with_the_state_carried_equal_the_whole(
    memory: Any, seed: int, steps: int, batch_size: int
) -> None:
    rng = np.random.default_rng(seed)
    stream = random_stream(rng, 40)
    for name in ("gru", "2-layer lstm"):
        model = model_of(name, rng, memory=memory)
        (whole,) = stateful_batches(stream, batch_size, len(stream))
        total, tokens, state = 0.0, 0, None
        for batch in stateful_batches(stream, batch_size, steps):
            loss, count, state = model.loss(batch, state)
            total, tokens = total + loss * count, tokens + count
        expected = model.loss(whole)
        assert tokens == expected.tokens
        assert total / tokens == pytest.approx(expected.loss, rel=1e-12)
        if memory != "none":
            assert_trees_equal(state, expected.state, 1e-12)


@every_memory
def test_the_loss_of_one_strand_is_the_models_cross_entropy(memory: Any) -> None:
    rng = np.random.default_rng(6)
    model, stream = model_of("lstm", rng, memory=memory), random_stream(rng, 50)
    (batch,) = stateful_batches(stream, 1, 50)
    assert model.loss(batch).loss == pytest.approx(lm.cross_entropy(model, stream), rel=1e-12)


def test_how_far_each_memory_reaches() -> None:
    """The last word of `a b </s> c d`: what it depends on, found by changing one word at a time."""
    rng = np.random.default_rng(7)
    stream = WORDS.stream([["a", "b"], ["c", "a", "d"]])[:-1]
    reach = {}
    for memory in MEMORIES:
        model = model_of("gru", rng, memory=memory)
        last = model.sequence_log_probs(stream)[-1]
        changed = [np.where(np.arange(6) == t, WORDS.id("d"), stream) for t in (0, 1, 3, 4)]
        reach[memory] = [bool(model.sequence_log_probs(other)[-1] != last) for other in changed]
    assert reach == {
        "text": [True, True, True, True],
        "sentence": [False, False, True, True],
        "none": [False, False, False, True],
    }


def test_another_start_replaces_the_zeros() -> None:
    rng = np.random.default_rng(8)
    plain = model_of("2-layer lstm", rng)
    start, stream = random_state(plain, 1, rng), random_stream(rng, 30)
    for memory in MEMORIES:
        model = RecurrentLM(WORDS, plain.cell, plain.params, memory=memory, start=start)
        stepwise = lm.sequence_log_probs(StepByStep(model), stream)
        np.testing.assert_allclose(model.sequence_log_probs(stream), stepwise, rtol=1e-10)
        (batch,) = stateful_batches(stream, 1, 30)
        assert model.loss(batch).loss == pytest.approx(-stepwise.mean(), rel=1e-12)
        assert abs(stepwise[0] - plain.sequence_log_probs(stream)[0]) > 1e-4


def test_a_stack_of_one_layer_is_the_cell() -> None:
    rng = np.random.default_rng(9)
    plain = model_of("lstm", rng)
    stack = stacked(CELLS["lstm"], 1)
    layer = stack.init(3, 4, rng)._replace(layers=(plain.params.cell,))
    model = RecurrentLM(WORDS, stack, plain.params._replace(cell=layer))
    batch = batch_of(rng, 7, 2)
    one, other = model.loss_and_gradients(batch), plain.loss_and_gradients(batch)
    assert one.loss == other.loss
    assert_trees_equal(one.gradients._replace(cell=one.gradients.cell.layers[0]), other.gradients)


def test_the_state_is_detached_and_keeps_no_batch_alive() -> None:
    rng = np.random.default_rng(10)
    model = model_of("2-layer lstm", rng)
    step = model.loss_and_gradients(batch_of(rng, 20, 3))
    for name, array in named_arrays(step.state):
        assert array.shape == (3, 4), name
        assert array.base is None or array.base.size == array.size, name


def test_a_bidirectional_network_is_refused_or_cheats() -> None:
    rng = np.random.default_rng(11)
    cell = BOTH_DIRECTIONS["bidirectional lstm"]
    for refused in (cell, stacked(cell, 2)):
        with pytest.raises(CourseError, match=r"is no language model.*depends on the tokens that follow"):
            RecurrentLM.init(WORDS, refused, 3, 4, rng)
    model = RecurrentLM.init(WORDS, cell, 3, 4, rng, allow_future=True)
    first, second = WORDS.encode([*"abcdd"]), WORDS.encode([*"abcad"])
    differs = model.sequence_log_probs(first)[:3] != model.sequence_log_probs(second)[:3]
    assert differs.tolist() == [True, True, True]  # the word to come changes the scores of those before it
    with pytest.raises(CourseError, match="one token at a time"):
        lm.sample(model, rng)
    batch = batch_of(rng, 8, 2)
    step = model.loss_and_gradients(batch)
    assert step.state is None

    def loss(params: Any) -> float:
        return RecurrentLM(WORDS, cell, params, allow_future=True).loss(batch).loss

    check_gradients(loss, model.params, step.gradients, max_entries=5, rng=rng).require()


def test_float32_stays_float32() -> None:
    rng = np.random.default_rng(12)
    model = RecurrentLM.init(WORDS, LEFT_TO_RIGHT["2-layer lstm"], 3, 4, rng, dtype=np.float32, dropout=0.5)
    step = model.loss_and_gradients(batch_of(rng, 7, 2), rng=rng)
    kinds = map_arrays(lambda array: array.dtype, (step.gradients, step.state))
    assert {kind for _, kind in named_arrays(kinds)} == {np.dtype(np.float32)}


@pytest.mark.parametrize(
    ("call", "error", "words"),
    [
        (lambda m, p: RecurrentLM(WORDS, m.cell, p._replace(E=p.E[1:])), ShapeError, r"E is \(6, 3\), but"),
        (
            lambda m, p: RecurrentLM(WORDS, m.cell, p._replace(U=p.U[:, 1:])),
            ShapeError,
            "outputs have size 4",
        ),
        (
            lambda m, p: RecurrentLM(WORDS, m.cell, p._replace(U=None)),
            ShapeError,
            "embed_size 3 has to equal",
        ),
        (lambda m, p: RecurrentLM(WORDS, m.cell, p, memory="words"), CourseError, "got 'words'"),
        (lambda m, p: RecurrentLM(WORDS, m.cell, p, dropout=1.0), CourseError, r"\[0, 1\), got 1.0"),
        (
            lambda m, p: RecurrentLM.init(WORDS, m.cell, 0, 4, np.random.default_rng()),
            CourseError,
            "embed_size",
        ),
        (lambda m, p: m.advance(m.initial_state(), 7), VocabularyError, "id 7 is outside"),
        (lambda m, p: m.sequence_log_probs(np.array([3, 9])), VocabularyError, "id 9 at position 1"),
        (
            lambda m, p: m.loss(Batch(np.zeros((3, 2), int), np.ones((2, 2), int))),
            ShapeError,
            "targets has time",
        ),
        (
            lambda m, p: m.loss(Batch(np.zeros((3, 2), int), np.zeros((3, 2), int))),
            DataError,
            "never predicted",
        ),
        (
            lambda m, p: m.loss(Batch(np.full((3, 2), 7), np.ones((3, 2), int))),
            VocabularyError,
            "id 7 has no",
        ),
    ],
)
def test_bad_input_is_named(call: Any, error: type[Exception], words: str) -> None:
    model = model_of("lstm", np.random.default_rng(0))
    with pytest.raises(error, match=words):
        call(model, model.params)


def test_bos_in_a_scored_stream_is_impossible() -> None:
    rng = np.random.default_rng(13)
    stream = np.insert(random_stream(rng, 20), 7, WORDS.bos_id)
    for memory in MEMORIES:
        model = model_of("gru", rng, memory=memory)
        log_probs = model.sequence_log_probs(stream)
        np.testing.assert_allclose(log_probs, lm.sequence_log_probs(StepByStep(model), stream), rtol=1e-10)
        assert np.flatnonzero(np.isinf(log_probs)).tolist() == [7]
