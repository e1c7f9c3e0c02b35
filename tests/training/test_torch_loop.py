"""The same run in numpy and in torch, and what only the torch loop can do."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pytest

from rnn_course.cells.cell import CELLS
from rnn_course.cells.parameters import named_arrays
from rnn_course.cells.stacked import stacked
from rnn_course.errors import CourseError
from rnn_course.models.fixed_window import FixedWindowLM
from rnn_course.models.recurrent import RecurrentLM
from rnn_course.text.vocabulary import Vocabulary
from rnn_course.training.config import TrainingConfig
from rnn_course.training.errors import CheckpointError, NonFiniteError
from rnn_course.training.loop import evaluate, train
from rnn_course.training.schedule import Plateau, WarmupCosine
from rnn_course.training.torch_loop import train_torch

torch = pytest.importorskip("torch")
from small_models import text  # noqa: E402

from rnn_course import torch_models  # noqa: E402

VOCABULARY = Vocabulary(["a", "b", "c", "d", "e", "f"])
MODELS: dict[str, Any] = {
    "lstm": lambda: RecurrentLM.init(VOCABULARY, CELLS["lstm"], 6, 6, np.random.default_rng(0)),
    "gru, tied, text": lambda: RecurrentLM.init(
        VOCABULARY, CELLS["gru"], 6, 6, np.random.default_rng(0), tied=True, memory="text"
    ),
    "2-layer elman": lambda: RecurrentLM.init(
        VOCABULARY, stacked(CELLS["elman"], 2), 6, 6, np.random.default_rng(0), memory="text"
    ),
    "fixed window": lambda: FixedWindowLM.init(VOCABULARY, 3, 6, 6, np.random.default_rng(0)),
}


def config(**settings: Any) -> TrainingConfig:
    return TrainingConfig(
        **{"batch_size": 4, "steps": 10, "max_updates": 20, "learning_rate": 0.02, **settings}
    )


def twin_of(model: Any, **options: Any) -> Any:
    return getattr(torch_models, type(model).__name__).from_numpy(model, **options)


@pytest.mark.parametrize(
    "settings",
    [
        {"schedule": WarmupCosine(5, 20), "max_gradient_norm": 0.3},
        {"optimizer": "sgd", "learning_rate": 0.5, "momentum": 0.9, "schedule": Plateau(0.5)},
    ],
    ids=["adam", "sgd"],
)
@pytest.mark.parametrize("name", MODELS)
def test_numpy_and_torch_make_the_same_run(name: str, settings: dict[str, Any]) -> None:
    model = MODELS[name]()
    twin = twin_of(model)
    options: dict[str, Any] = {"valid": text(90, seed=3), "progress": False}
    by_hand = train(model, text(), config(evaluate_every=6, **settings), **options)
    with_torch = train_torch(twin, text(), config(evaluate_every=6, **settings), **options)
    for column in ("loss", "gradient_norm", "learning_rate", "tokens", "valid_update", "valid_loss"):
        np.testing.assert_allclose(
            getattr(with_torch, column), getattr(by_hand, column), rtol=0, atol=1e-8, err_msg=column
        )
    assert with_torch.stopped == by_hand.stopped
    for (path, a), (_, b) in zip(named_arrays(twin.to_numpy()), named_arrays(model.params), strict=True):
        np.testing.assert_allclose(a, b, rtol=0, atol=1e-8, err_msg=path)
    assert not twin.training


def test_torch_kernels_make_the_same_run() -> None:
    losses = [
        train_torch(twin_of(MODELS["lstm"](), fused=fused), text(), config(), progress=False).loss
        for fused in (False, True)
    ]
    np.testing.assert_allclose(losses[1], losses[0], rtol=0, atol=1e-8)


@pytest.mark.parametrize("optimizer", ["adam", "sgd"])
def test_a_run_taken_up_again_is_the_run_that_was_not_interrupted(tmp_path: Path, optimizer: Any) -> None:
    def fit(seed: int, path: Path | None = None, **settings: Any) -> tuple[Any, Any]:
        model = RecurrentLM.init(
            VOCABULARY,
            stacked(CELLS["lstm"], 2),
            6,
            6,
            np.random.default_rng(seed),
            dropout=0.3,
            memory="text",
        )
        twin = torch_models.RecurrentLM(model, dtype=torch.float32, fused=True)
        settings = {
            "optimizer": optimizer,
            "momentum": 0.9 * (optimizer == "sgd"),
            "max_updates": 34,
            **settings,
        }
        options: dict[str, Any] = {"valid": text(90, seed=3), "checkpoint": path, "progress": False}
        return twin.to_numpy, train_torch(twin, text(), config(evaluate_every=7, **settings), **options)

    expected, history = fit(0)
    for updates in (3, 15):
        path = tmp_path / f"{updates}"
        fit(0, path, max_updates=updates)
        torch.manual_seed(updates)  # the state of torch's own generator does not matter
        parameters, again = fit(1, path)
        for column in ("loss", "gradient_norm", "valid_loss", "valid_update"):
            np.testing.assert_array_equal(getattr(again, column), getattr(history, column))
        for (name, a), (_, b) in zip(named_arrays(parameters()), named_arrays(expected()), strict=True):
            np.testing.assert_array_equal(a, b, err_msg=name)


def test_training_leaves_torchs_generator_alone() -> None:
    torch.manual_seed(3)
    expected = torch.rand(4)
    torch.manual_seed(3)
    train_torch(twin_of(MODELS["lstm"]()), text(), config(max_updates=3), progress=False)
    torch.testing.assert_close(torch.rand(4), expected, rtol=0, atol=0)


def test_a_numpy_models_checkpoint_is_not_taken_for_a_torch_models(tmp_path: Path) -> None:
    model = MODELS["lstm"]()
    twin = twin_of(model)
    train(model, text(), config(), checkpoint=tmp_path / "run", progress=False)
    before = twin.to_numpy()
    with pytest.raises(CheckpointError):
        train_torch(twin, text(), config(), checkpoint=tmp_path / "run", progress=False)
    for (_, a), (_, b) in zip(named_arrays(twin.to_numpy()), named_arrays(before), strict=True):
        np.testing.assert_array_equal(a, b)


def test_bfloat16_learns_nearly_the_same() -> None:
    whole, half = (
        train_torch(
            twin_of(MODELS["lstm"](), dtype=torch.float32), text(), config(), bfloat16=flag, progress=False
        )
        for flag in (False, True)
    )
    assert 0 < np.abs(half.loss - whole.loss).max() < 0.05
    assert half.loss[-1] < half.loss[0] - 0.1


def test_devices_and_types_that_are_not_there_are_named() -> None:
    twin = twin_of(MODELS["lstm"]())
    with pytest.raises(CourseError, match=r"parameters of torch\.float32, got torch\.float64"):
        train_torch(twin, text(), config(), bfloat16=True, progress=False)
    with pytest.raises(CourseError, match=r"device 'abacus' cannot be used here: .* Use device="):
        train_torch(twin, text(), config(), device="abacus", progress=False)
    if not torch.cuda.is_available():
        with pytest.raises(CourseError, match="device 'cuda' cannot be used here"):
            train_torch(twin, text(), config(), device="cuda", progress=False)


def test_numbers_that_run_away_stop_the_run() -> None:
    twin = twin_of(MODELS["lstm"](), dtype=torch.float32)
    settings = config(optimizer="sgd", learning_rate=1e38, max_gradient_norm=None, max_updates=200)
    with pytest.raises(NonFiniteError, match=r"update \d+: the loss is"):
        train_torch(twin, text(), settings, progress=False)


@pytest.mark.slow
@pytest.mark.skipif(not torch.cuda.is_available(), reason="no CUDA device")
@pytest.mark.parametrize("bfloat16", [False, True])
def test_a_gpu_makes_the_same_run(bfloat16: bool) -> None:
    runs = []
    for device in ("cpu", "cuda"):
        twin = twin_of(MODELS["lstm"](), dtype=torch.float32, fused=True)
        flags = {"device": device, "bfloat16": bfloat16 and device == "cuda"}
        runs.append(train_torch(twin, text(), config(), progress=False, **flags))  # type: ignore[arg-type]
        assert twin.E.device.type == device
    np.testing.assert_allclose(runs[0].loss, runs[1].loss, atol=0.05 if bfloat16 else 1e-4)


def test_a_trained_twin_goes_back_to_numpy() -> None:
    twin = twin_of(MODELS["lstm"](), dtype=torch.float32)
    history = train_torch(twin, text(), config(max_updates=60), valid=text(90, seed=3), progress=False)
    back = twin.numpy_twin()
    assert evaluate(back, text(90, seed=3), batch_size=4, steps=10) == pytest.approx(
        history.valid_loss.min(), abs=1e-5
    )
