"""The torch language models are the numpy ones: loss, gradients, states, and every log-probability."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from rnn_course.cells.bidirectional import bidirectional
from rnn_course.cells.cell import CELLS
from rnn_course.cells.parameters import map_arrays, named_arrays
from rnn_course.cells.stacked import stacked
from rnn_course.errors import CourseError, DataError, ShapeError, VocabularyError
from rnn_course.lm import LanguageModel, log_prob, perplexity, sample
from rnn_course.models.encoder import Dropout
from rnn_course.models.fixed_window import FixedWindowLM
from rnn_course.models.recurrent import RecurrentLM
from rnn_course.models.windows import Windows, window_batches
from rnn_course.text.batching import Batch, stateful_batches
from rnn_course.text.vocabulary import Vocabulary

torch = pytest.importorskip("torch")

from rnn_course import torch_models  # noqa: E402

VOCABULARY = Vocabulary(["a", "b", "c", "d", "e", "f"])
D, H = 4, 5
CASES: dict[str, tuple[Any, dict[str, Any]]] = {
    "elman": (CELLS["elman"], {}),
    "gru, text": (CELLS["gru"], {"memory": "text"}),
    "lstm, none": (CELLS["lstm"], {"memory": "none"}),
    "gru_reset_after": (CELLS["gru_reset_after"], {}),
    "lstm, tied": (CELLS["lstm"], {"tied": True}),
    "2-layer lstm, text": (stacked(CELLS["lstm"], 2), {"memory": "text"}),
    "3-layer gru residual": (stacked(CELLS["gru"], 3, skip="residual"), {}),
    "3-layer lstm highway": (stacked(CELLS["lstm"], 3, skip="highway"), {}),
    "3-layer elman dense": (stacked(CELLS["elman"], 3, skip="dense"), {"memory": "text"}),
}


def stream(tokens: int = 70, seed: int = 1) -> np.ndarray:
    rng = np.random.default_rng(seed)
    ids = rng.integers(2, len(VOCABULARY), tokens)
    ids[rng.random(tokens) < 0.25] = VOCABULARY.eos_id
    ids[-1] = VOCABULARY.eos_id
    return ids


def make(name: str, **settings: Any) -> RecurrentLM:
    cell, options = CASES[name]
    hidden = D if options.get("tied") else H
    return RecurrentLM.init(VOCABULARY, cell, D, hidden, np.random.default_rng(3), **{**options, **settings})


def assert_close(got: Any, expected: Any, atol: float = 1e-10) -> None:
    arrays, others = dict(named_arrays(got)), dict(named_arrays(expected))
    assert set(arrays) == set(others)
    for path, array in arrays.items():
        np.testing.assert_allclose(array, others[path], rtol=0, atol=atol, err_msg=path)


def as_numpy(state: Any) -> Any:
    return map_arrays(lambda part: part.detach().numpy() if hasattr(part, "detach") else part, state)


def agree(ours: Any, twin: Any, batches: list[Any]) -> None:
    """Over several batches, each begun in the state of the one before."""
    state = twin_state = None
    for batch in batches:
        step = ours.loss_and_gradients(batch, state)
        twin.zero_grad()
        got = twin(batch, twin_state)
        got.loss.backward()
        assert got.loss.item() == pytest.approx(step.loss, abs=1e-10)
        assert got.tokens == step.tokens
        assert_close(twin.gradients_to_numpy(), step.gradients)
        state = step.state
        twin_state = map_arrays(lambda part: part.detach() if hasattr(part, "detach") else part, got.state)
        assert_close(as_numpy(twin_state), state)


@pytest.mark.parametrize("fused", [False, True])
@pytest.mark.parametrize("name", CASES)
def test_a_recurrent_model_is_its_numpy_twin(name: str, fused: bool) -> None:
    model = make(name)
    if fused and "gru" in name and name != "gru_reset_after":
        with pytest.raises(CourseError, match="no kernel for GRU"):
            torch_models.RecurrentLM(model, fused=True)
        return
    twin = torch_models.RecurrentLM(model, fused=fused)
    agree(model, twin, list(stateful_batches(stream(), 3, 8)))
    assert_close(twin.to_numpy(), model.params, atol=0)
    assert_close(twin.numpy_twin().params, model.params, atol=0)
    assert sorted(n for n, _ in twin.named_parameters()) == sorted(n for n, _ in named_arrays(model.params))


def test_a_start_that_is_not_zero_is_taken_over() -> None:
    rng = np.random.default_rng(0)
    model = make("lstm, tied")
    start = map_arrays(lambda s: rng.uniform(-1, 1, s.shape), model.cell.initial_state(model.params.cell, 1))
    model = RecurrentLM(VOCABULARY, model.cell, model.params, start=start)
    twin = torch_models.RecurrentLM(model)
    agree(model, twin, list(stateful_batches(stream(), 3, 8)))
    ids = stream(40)
    np.testing.assert_allclose(twin.sequence_log_probs(ids), model.sequence_log_probs(ids), atol=1e-10)
    assert_close(twin.numpy_twin().start, start, atol=0)


@pytest.mark.parametrize(("window", "direct"), [(1, False), (3, False), (3, True)])
def test_a_fixed_window_is_its_numpy_twin(window: int, direct: bool) -> None:
    model = FixedWindowLM.init(VOCABULARY, window, D, H, np.random.default_rng(0), direct=direct)
    twin = torch_models.FixedWindowLM.from_numpy(model)
    agree(model, twin, list(stateful_batches(stream(), 3, 8)))
    agree(model, twin, list(window_batches(stream(), window, 16, rng=np.random.default_rng(1))))
    assert_close(twin.to_numpy(), model.params, atol=0)
    assert_close(twin.numpy_twin().params, model.params, atol=0)


def every_model() -> list[Any]:
    models: list[Any] = [make(name) for name in CASES]
    window = FixedWindowLM.init(VOCABULARY, 3, D, H, np.random.default_rng(0), direct=True)
    return [*models, window]


@pytest.mark.parametrize("model", every_model(), ids=[*CASES, "fixed window"])
def test_the_twin_is_a_language_model_with_the_same_probabilities(model: Any) -> None:
    twin = getattr(torch_models, type(model).__name__).from_numpy(model)
    assert isinstance(twin, LanguageModel)
    ids = stream(60)
    np.testing.assert_allclose(twin.sequence_log_probs(ids), model.sequence_log_probs(ids), atol=1e-10)
    assert len(twin.sequence_log_probs(ids[:0])) == 0
    state, numpy_state = twin.initial_state(), model.initial_state()
    for token in ids.tolist():
        got = twin.next_log_probs(state)
        np.testing.assert_allclose(got, model.next_log_probs(numpy_state), atol=1e-10)
        assert np.exp(got).sum() == pytest.approx(1, abs=1e-12)
        assert got[VOCABULARY.bos_id] == -np.inf
        state, numpy_state = twin.advance(state, token), model.advance(numpy_state, token)
    assert log_prob(twin, ["a", "b"]) == pytest.approx(log_prob(model, ["a", "b"]), abs=1e-10)
    assert perplexity(twin, ids) == pytest.approx(perplexity(model, ids), abs=1e-9)
    drawn = [sample(m, np.random.default_rng(5), max_tokens=20) for m in (model, twin)]
    assert drawn[0] == drawn[1]


@pytest.mark.parametrize("memory", ["text", "sentence"])
def test_a_stream_is_scored_in_pieces_with_the_same_result(memory: Any) -> None:
    from rnn_course.torch_models.scoring import score_stream

    model = torch_models.RecurrentLM(make("lstm, tied", memory=memory))
    ids = stream(90)
    whole = model.sequence_log_probs(ids)
    for largest in (1, 300, 1000):
        np.testing.assert_allclose(score_stream(model, ids, largest=largest), whole, atol=1e-12)


def test_dropout_acts_in_training_mode_only_and_at_each_place() -> None:
    (batch,) = stateful_batches(stream(), 2, 35)
    plain = make("2-layer lstm, text").loss(batch).loss
    for rates in (Dropout(0.5, 0, 0), Dropout(0, 0.5, 0), Dropout(0, 0, 0.5)):
        twin = torch_models.RecurrentLM(make("2-layer lstm, text", dropout=rates))
        losses = {twin(batch).loss.item() for _ in range(3)}
        assert len(losses) == 3, rates
        assert twin.sequence_log_probs(stream()).sum() == twin.sequence_log_probs(stream()).sum()
        assert twin.training
        twin.eval()
        assert twin(batch).loss.item() == pytest.approx(plain, abs=1e-12)


def test_a_network_that_sees_the_future_has_the_same_leak() -> None:
    model = RecurrentLM.init(
        VOCABULARY, bidirectional(CELLS["gru"]), D, H, np.random.default_rng(0), allow_future=True
    )
    twin = torch_models.RecurrentLM(model)
    agree(model, twin, list(stateful_batches(stream(), 3, 8)))
    ids = stream(40)
    np.testing.assert_allclose(twin.sequence_log_probs(ids), model.sequence_log_probs(ids), atol=1e-10)


def test_a_model_in_float32_draws_the_weights_of_its_twin() -> None:
    rng = np.random.default_rng(7)
    twin = torch_models.RecurrentLM.init(VOCABULARY, CELLS["lstm"], D, H, rng, forget_bias=1.0)
    model = RecurrentLM.init(VOCABULARY, CELLS["lstm"], D, H, np.random.default_rng(7), forget_bias=1.0)
    assert {p.dtype for p in twin.parameters()} == {torch.float32}
    assert_close(twin.to_numpy(), model.params, atol=1e-7)
    assert_close(twin.next_log_probs(twin.initial_state()), model.next_log_probs(model.initial_state()), 1e-5)


@pytest.mark.filterwarnings("error")
def test_a_text_that_is_read_only_is_read_without_a_warning() -> None:
    ids = stream()
    ids.setflags(write=False)
    model = FixedWindowLM.init(VOCABULARY, 2, D, H, np.random.default_rng(0))
    for twin in (torch_models.FixedWindowLM.from_numpy(model), torch_models.RecurrentLM(make("elman"))):
        for batch in stateful_batches(ids, 1, 8):
            twin(batch)
        twin.sequence_log_probs(ids)


def test_ids_that_are_none_are_refused() -> None:
    twin = torch_models.RecurrentLM(make("elman"))
    outside = np.full((3, 2), len(VOCABULARY))
    inside = np.full((3, 2), 4)
    for batch in (Batch(outside, inside), Batch(inside, outside)):
        with pytest.raises(VocabularyError, match="id 9 at position 0"):
            twin(batch)
    with pytest.raises(DataError, match="id 0 is never predicted, but 6 targets are it"):
        twin(Batch(inside, np.zeros((3, 2), int)))
    with pytest.raises(VocabularyError, match="id -1"):
        twin.advance(twin.initial_state(), -1)


def test_batches_that_do_not_fit_are_refused() -> None:
    window = FixedWindowLM.init(VOCABULARY, 2, D, H, np.random.default_rng(0))
    recurrent, fixed = torch_models.RecurrentLM(make("elman")), torch_models.FixedWindowLM.from_numpy(window)
    inside = np.full((3, 2), 4)
    for twin in (recurrent, fixed):
        with pytest.raises(ShapeError, match="targets has time size 2"):
            twin(Batch(inside, inside[:2]))
        with pytest.raises(DataError, match="the batch is empty"):
            twin(Batch(inside[:0], inside[:0]))
    with pytest.raises(ShapeError, match=r"contexts are \(3, 1\), but the window is 2"):
        fixed(Windows(inside[:, :1], inside[:, 0]))


def test_a_network_that_no_twin_is_wired_like_is_refused() -> None:
    odd = bidirectional(stacked(CELLS["gru"], 2, skip="residual"))
    model = RecurrentLM.init(VOCABULARY, odd, D, H, np.random.default_rng(0), allow_future=True)
    with pytest.raises(CourseError, match="has no twin"):
        torch_models.RecurrentLM(model)
