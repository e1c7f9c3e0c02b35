"""The loop: what it learns, when it stops, what it keeps, and what it says when numbers run away."""

from __future__ import annotations

import tracemalloc
from typing import Any

import numpy as np
import pytest
from small_models import SmallModel, text

from rnn_course.cells.parameters import map_arrays, named_arrays
from rnn_course.errors import CourseError, DataError
from rnn_course.text.batching import stateful_batches
from rnn_course.training.config import TrainingConfig
from rnn_course.training.errors import NonFiniteError
from rnn_course.training.history import History, Progress
from rnn_course.training.loop import evaluate, train
from rnn_course.training.schedule import Plateau

CONFIG = TrainingConfig(batch_size=4, steps=10, epochs=3, learning_rate=0.02)


def fit(model: Any = None, data: Any = None, config: TrainingConfig = CONFIG, **options: Any) -> History:
    model = SmallModel() if model is None else model
    return train(model, text() if data is None else data, config, progress=False, **options)


def test_the_loop_is_what_one_would_write_by_hand() -> None:
    """Two epochs of plain gradient descent with clipping, the state carried over inside an epoch."""
    model, by_hand, losses, norms = SmallModel(), SmallModel(), [], []
    config = TrainingConfig(
        batch_size=4, steps=10, epochs=2, optimizer="sgd", learning_rate=0.5, max_gradient_norm=0.25
    )
    for _ in range(2):
        state = None
        for batch in stateful_batches(text(), 4, 10):
            step = by_hand.loss_and_gradients(batch, state)
            state = step.state
            norm = np.sqrt(sum((g**2).sum() for _, g in named_arrays(step.gradients)))
            for (_, theta), (_, g) in zip(*map(named_arrays, (by_hand.params, step.gradients)), strict=True):
                theta -= 0.5 * min(1, 0.25 / norm) * g
            losses.append(step.loss)
            norms.append(norm)
    history = fit(model, config=config)
    np.testing.assert_allclose(history.loss, losses, rtol=1e-12)
    np.testing.assert_allclose(history.gradient_norm, norms, rtol=1e-10)
    assert max(norms) > 0.25 > min(norms)
    assert history.stopped == "epochs"
    assert history.tokens.tolist() == [40] * 30
    for (_, a), (_, b) in zip(*map(named_arrays, (model.params, by_hand.params)), strict=True):
        np.testing.assert_allclose(a, b, rtol=1e-10, atol=1e-12)


def test_it_learns() -> None:
    model = SmallModel()
    before = evaluate(model, text(seed=2), batch_size=4, steps=10)
    history = fit(model, config=TrainingConfig(batch_size=4, steps=10, epochs=20, learning_rate=0.02))
    after = evaluate(model, text(seed=2), batch_size=4, steps=10)
    assert before > 2
    assert after < 1.5
    assert history.loss[-15:].mean() < 1.4
    assert history.tokens_per_second > 0


def test_evaluation_is_the_mean_over_tokens_and_not_over_batches() -> None:
    model, stream = SmallModel(), text(99)
    (whole,) = stateful_batches(stream, 1, 99)
    assert evaluate(model, stream, batch_size=1, steps=10) == pytest.approx(model.loss(whole).loss, rel=1e-12)


def test_the_same_seed_gives_the_same_run_and_another_does_not() -> None:
    runs = [
        fit(SmallModel(dropout=0.5), config=TrainingConfig(batch_size=4, steps=10, max_updates=9, seed=seed))
        for seed in (0, 0, 1)
    ]
    np.testing.assert_array_equal(runs[0].loss, runs[1].loss)
    assert not np.array_equal(runs[0].loss, runs[2].loss)


def test_a_function_deals_each_epoch_anew_and_no_state_goes_from_batch_to_batch() -> None:
    batches = list(stateful_batches(text(), 4, 10))
    orders: list[list[int]] = []

    def shuffled(rng: np.random.Generator) -> Any:
        orders.append(rng.permutation(len(batches)).tolist())
        return (batches[k] for k in orders[-1])

    frozen = TrainingConfig(batch_size=4, epochs=2, optimizer="sgd", learning_rate=1e-12)
    history = fit(data=shuffled, config=frozen)
    assert orders[0] != orders[1]
    expected = [SmallModel().loss(batches[k]).loss for order in orders for k in order]
    np.testing.assert_allclose(history.loss, expected, atol=1e-6)
    carried = fit(data=batches, config=frozen, carry_state=True)
    np.testing.assert_allclose(carried.loss, fit(data=text(), config=TrainingConfig(
        batch_size=4, steps=10, epochs=2, optimizer="sgd", learning_rate=1e-12)).loss, atol=1e-9)  # fmt: skip
    assert np.abs(carried.loss[1:15] - [SmallModel().loss(b).loss for b in batches[1:]]).max() > 1e-4


def test_it_stops_early_and_keeps_the_best_parameters() -> None:
    """A few training sentences are soon learnt by heart, and the held-out loss rises."""
    model = SmallModel(size=12)
    config = TrainingConfig(batch_size=2, steps=10, epochs=400, learning_rate=0.05, patience=4)
    history = fit(model, text(80), config, valid=text(300, seed=5))
    assert history.stopped == "patience"
    assert history.best_update == history.valid_update[-5] < len(history.loss)
    best = evaluate(model, text(300, seed=5), batch_size=2, steps=10)
    assert best == history.valid_loss.min() < history.valid_loss[-1]
    assert history.valid_perplexity.min() == np.exp(best)

    last = SmallModel(size=12)
    kept = TrainingConfig(batch_size=2, steps=10, epochs=400, learning_rate=0.05, patience=4, keep_best=False)
    fit(last, text(80), kept, valid=text(300, seed=5))
    assert evaluate(last, text(300, seed=5), batch_size=2, steps=10) == history.valid_loss[-1]


def test_evaluations_come_when_they_are_due_and_at_the_end() -> None:
    every = TrainingConfig(batch_size=4, steps=10, max_updates=20, epochs=None, evaluate_every=8)
    assert fit(config=every, valid=text(90)).valid_update.tolist() == [8, 16, 20]
    by_epoch = TrainingConfig(batch_size=4, steps=10, max_updates=32, epochs=None)
    assert fit(config=by_epoch, valid=text(90)).valid_update.tolist() == [15, 30, 32]
    assert fit(config=by_epoch).valid_update.tolist() == []
    assert fit(config=by_epoch).best_update is None


def test_a_plateau_lowers_the_learning_rate() -> None:
    config = TrainingConfig(
        batch_size=2, steps=10, epochs=40, learning_rate=0.05, schedule=Plateau(decay=0.5)
    )
    history = fit(SmallModel(size=12), text(80), config, valid=text(300, seed=5))
    expected = [0.05 * Plateau(0.5).factor(0, history.valid_loss[: k // 4].tolist()) for k in range(160)]
    assert history.learning_rate.tolist() == expected
    assert expected[-1] < 0.05


def test_the_rules_for_stopping() -> None:
    model = SmallModel()
    assert fit(model, config=TrainingConfig(batch_size=4, max_updates=3)).update.tolist() == [1, 2, 3]
    timed = fit(model, config=TrainingConfig(batch_size=4, epochs=None, max_seconds=0.2))
    assert timed.stopped == "max_seconds"
    assert 0.19 <= timed.seconds[-1] < 2  # the clock is read once more before the run stops
    seen: list[Progress] = []

    def enough(progress: Progress) -> bool:
        seen.append(progress)
        return progress.update == 5

    called = fit(model, callback=enough, valid=text(90), config=TrainingConfig(batch_size=4, steps=50))
    assert called.stopped == "callback"
    assert [p.loss for p in seen] == called.loss.tolist()
    assert [p.epoch for p in seen] == [0, 0, 0, 1, 1]
    assert [p.valid_loss is None for p in seen] == [True, True, False, True, True]


@pytest.mark.parametrize("clipping", [None, 5.0])
def test_numbers_that_run_away_stop_the_run_and_leave_finite_parameters(clipping: float | None) -> None:
    model = SmallModel()
    config = TrainingConfig(
        batch_size=4, steps=10, optimizer="sgd", learning_rate=1.5e308, max_gradient_norm=clipping
    )
    with np.errstate(all="ignore"), pytest.raises(NonFiniteError) as raised:
        fit(model, config=config)
    words = str(raised.value)
    assert words.startswith("update ")
    assert "gradient's norm is" in words
    assert "learning_rate (now 1.5e+308)" in words
    assert ("there is no clipping" in words) == (clipping is None)
    assert all(np.isfinite(array).all() for _, array in named_arrays(model.params))


def test_a_gradient_that_is_not_finite_changes_nothing() -> None:
    model = SmallModel()
    before = map_arrays(np.copy, model.params)
    honest = model.loss_and_gradients

    def broken(batch: Any, state: Any = None, *, rng: Any = None) -> Any:
        step = honest(batch, state, rng=rng)
        step.gradients.E[0, 0] = np.nan
        return step

    model.loss_and_gradients = broken  # type: ignore[method-assign]
    with pytest.raises(NonFiniteError, match=r"update 1: the loss is 2\.\d+, the gradient's norm is nan\. "):
        fit(model)
    for (_, a), (_, b) in zip(*map(named_arrays, (model.params, before)), strict=True):
        np.testing.assert_array_equal(a, b)


def test_memory_does_not_grow_with_updates() -> None:
    """Beyond the log: seven numbers of eight bytes for an update, in arrays that grow by an eighth."""
    marks: dict[int, int] = {}

    def note(progress: Progress) -> None:
        if progress.update in (60, 260):
            marks[progress.update] = tracemalloc.get_traced_memory()[0]

    tracemalloc.start()
    try:
        fit(config=TrainingConfig(batch_size=4, steps=5, epochs=None, max_updates=261), callback=note)
    finally:
        tracemalloc.stop()
    assert marks[260] - marks[60] < 200 * 160


def test_the_bar_shows_loss_perplexity_and_speed(capsys: pytest.CaptureFixture[str]) -> None:
    train(SmallModel(), text(), CONFIG, valid=text(90))
    shown = capsys.readouterr().err
    for words in ("45/45", "loss 1.", "perplexity", "tokens/s", "held-out perplexity"):
        assert words in shown
    fit()
    assert capsys.readouterr().err == ""


@pytest.mark.parametrize(
    ("data", "options", "error", "words"),
    [
        (text(3), {}, DataError, "3 tokens do not fill 4 strands"),
        ([], {}, DataError, "list of batches is empty"),
        (lambda rng: iter(()), {}, DataError, "no batches"),
        (None, {"valid": lambda rng: iter(())}, DataError, "no batches to evaluate"),
        (7, {}, CourseError, "a function .* got int"),
        ("text", {}, CourseError, "got str"),
        (None, {"checkpoint_every": 3}, CourseError, "needs a checkpoint"),
    ],
)
def test_data_that_is_none_is_refused(data: Any, options: Any, error: Any, words: str) -> None:
    with pytest.raises(error, match=words):
        fit(data=data, **options)
