"""Checkpoints: a run taken up again is the run that was never interrupted, to the last bit."""

from __future__ import annotations

import io
import json
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import training_process
from small_models import SmallModel, text

from rnn_course.cells.parameters import map_arrays, named_arrays
from rnn_course.errors import DataError
from rnn_course.text.batching import stateful_batches
from rnn_course.training.checkpoint import read_arrays, write_arrays
from rnn_course.training.config import TrainingConfig
from rnn_course.training.errors import CheckpointError
from rnn_course.training.history import History
from rnn_course.training.loop import train
from rnn_course.training.schedule import Plateau, Schedule, WarmupCosine


class Interrupted(Exception):
    """The power fails."""


def config(**settings: Any) -> TrainingConfig:
    return TrainingConfig(
        **{"batch_size": 4, "steps": 10, "epochs": 3, "learning_rate": 0.02, "evaluate_every": 7, **settings}
    )


def fit(model: SmallModel, settings: TrainingConfig, path: Path | None = None, **options: Any) -> History:
    return train(model, text(), settings, valid=text(90, seed=3), checkpoint=path, progress=False, **options)


def fit_until(model: SmallModel, settings: TrainingConfig, path: Path, update: int, every: int) -> None:
    """Train, and fail in the course of `update`."""

    def fail(progress: Any) -> None:
        if progress.update == update:
            raise Interrupted

    with pytest.raises(Interrupted):
        fit(model, settings, path, callback=fail, checkpoint_every=every)


def assert_same_run(a: tuple[SmallModel, History], b: tuple[SmallModel, History]) -> None:
    for (name, x), (_, y) in zip(*(named_arrays(model.params) for model, _ in (a, b)), strict=True):
        np.testing.assert_array_equal(x, y, err_msg=name)
    for name in ("loss", "gradient_norm", "learning_rate", "tokens", "valid_update", "valid_loss", "stopped"):
        np.testing.assert_array_equal(getattr(a[1], name), getattr(b[1], name), err_msg=name)


@pytest.mark.parametrize(
    ("optimizer", "schedule", "every"),
    [
        ("adam", WarmupCosine(5, 40), 1),
        ("adam", Plateau(0.9), 4),
        ("sgd", Plateau(0.5), 1),
        ("sgd", WarmupCosine(5, 40), 15),
    ],
)
def test_a_run_taken_up_again_is_the_run_that_was_not_interrupted(
    tmp_path: Path, optimizer: Any, schedule: Schedule, every: int
) -> None:
    """With momentum, dropout, a carried state, a schedule, and the best parameters from before."""
    settings = config(optimizer=optimizer, schedule=schedule, momentum=0.9 * (optimizer == "sgd"))
    whole = SmallModel(dropout=0.3)
    expected = whole, fit(whole, settings)
    for update in (3, 15, 31):
        path = tmp_path / f"{update}.npz"
        fit_until(SmallModel(dropout=0.3), settings, path, update, every)
        # Other weights do not matter if there is a file to take them from.
        again = SmallModel(dropout=0.3, seed=9 if path.exists() else 0)
        assert_same_run((again, fit(again, settings, path)), expected)


def test_the_order_of_shuffled_batches_is_kept(tmp_path: Path) -> None:
    batches = list(stateful_batches(text(), 4, 10))
    settings = config(evaluate_every=None)

    def shuffled(rng: np.random.Generator) -> Any:
        return (batches[k] for k in rng.permutation(len(batches)))

    runs = []
    for path in (None, tmp_path / "run"):
        model = SmallModel()
        if path is not None:
            train(
                model, shuffled, config(evaluate_every=None, max_updates=22), checkpoint=path, progress=False
            )
            model = SmallModel()
        runs.append((model, train(model, shuffled, settings, checkpoint=path, progress=False)))
    assert_same_run(*runs)


def test_a_run_may_be_made_longer(tmp_path: Path) -> None:
    """An evaluation that was made only because the shorter run ended is no part of the longer one."""
    expected = SmallModel()
    history = fit(expected, config())
    model = SmallModel()
    first = fit(model, config(max_updates=18), tmp_path / "run")
    assert first.valid_update.tolist() == [7, 14, 18]
    assert_same_run((model, fit(model, config(), tmp_path / "run")), (expected, history))
    again = SmallModel()
    assert_same_run((again, fit(again, config(), tmp_path / "run")), (expected, history))


def test_seconds_add_up_over_the_parts_of_a_run(tmp_path: Path) -> None:
    model = SmallModel()
    first = fit(model, config(epochs=None, max_seconds=0.2), tmp_path / "run")
    second = fit(model, config(epochs=None, max_seconds=0.4), tmp_path / "run")
    assert first.stopped == second.stopped == "max_seconds"
    assert (np.diff(second.seconds) > 0).all()
    assert 0.39 <= second.seconds[-1] < 2  # the clock is read once more before the run stops


def test_arrays_and_header_come_back_as_they_were(tmp_path: Path) -> None:
    arrays = {
        "a/b": np.arange(6, dtype=np.float32).reshape(2, 3),
        "state/0.h": np.zeros((0, 4)),
        "t": np.array(3),
    }
    write_arrays(tmp_path / "new" / "folder" / "run", {"epoch": 3, "words": "naïve"}, arrays)
    header, read = read_arrays(tmp_path / "new" / "folder" / "run")
    assert header == {"epoch": 3, "words": "naïve"}
    assert list(read) == list(arrays)
    for name, array in arrays.items():
        np.testing.assert_array_equal(read[name], array, strict=True)
    assert [path.name for path in (tmp_path / "new" / "folder").iterdir()] == ["run"]


def test_data_that_has_become_shorter_is_told(tmp_path: Path) -> None:
    batches = list(stateful_batches(text(), 4, 10))
    options: dict[str, Any] = {"checkpoint": tmp_path / "run", "progress": False}
    for carry in (False, True):
        shorter, longer = (config(evaluate_every=None, max_updates=updates) for updates in (9, 12))
        train(SmallModel(), lambda rng: batches, shorter, carry_state=carry, **options)
        with pytest.raises((CheckpointError, DataError), match=r"lacks something|fewer than when"):
            train(
                SmallModel(),
                lambda rng: batches[:7],
                longer,
                carry_state=carry,
                **options,
            )
        (tmp_path / "run").unlink()


@pytest.mark.slow
def test_a_process_killed_while_it_saves_leaves_a_whole_file(tmp_path: Path) -> None:
    path = tmp_path / "run"
    rng = np.random.default_rng(0)
    whole_part = 0
    for _ in range(12):
        script = Path(__file__).with_name("saving_process.py")
        process = subprocess.Popen([sys.executable, script, path], stdout=subprocess.PIPE, text=True)
        assert process.stdout is not None
        assert process.stdout.readline() == "0\n"
        time.sleep(rng.uniform(0, 0.15))
        process.kill()
        printed = process.stdout.read().split()
        process.wait()
        header, arrays = read_arrays(path)
        assert header["number"] >= int((printed or ["0"])[-1])
        assert all((array == header["number"]).all() for array in arrays.values())
        whole_part += path.with_name("run.part").exists()
    assert whole_part > 0  # some were killed in the middle of writing


@pytest.mark.slow
def test_a_run_that_is_killed_again_and_again_is_the_run_that_was_not(tmp_path: Path) -> None:
    path = tmp_path / "run"
    script = Path(__file__).with_name("training_process.py")
    rng = np.random.default_rng(0)
    killed, reached = 0, [0]
    for _ in range(4):
        process = subprocess.Popen([sys.executable, script, path], stdout=subprocess.PIPE, text=True)
        assert process.stdout is not None
        assert process.stdout.readline() == "begins\n"
        time.sleep(rng.uniform(0.3, 0.8))
        process.kill()
        process.stdout.close()
        killed += process.wait() != 0
        if path.exists():
            reached.append(len(read_arrays(path)[1]["log/loss"]))
    assert killed > 0
    assert reached == sorted(reached)
    assert reached[-1] > 0
    assert_same_run(training_process.run(str(path)), training_process.run(None))  # type: ignore[arg-type]


def test_a_damaged_file_is_told_from_a_whole_one(tmp_path: Path) -> None:
    """Any byte changed, any end cut off: an error, or, where the byte means nothing, the same arrays."""
    path = tmp_path / "run"
    arrays = {"a": np.arange(20.0), "b": np.ones((3, 2), np.float32)}
    write_arrays(path, {"epoch": 1}, arrays)
    whole = path.read_bytes()
    rng = np.random.default_rng(0)
    errors = 0
    for k in range(300):
        damaged = bytearray(whole)
        if k % 3:
            damaged[rng.integers(len(whole))] ^= 1 << rng.integers(8)
        else:
            del damaged[rng.integers(len(whole)) :]
        path.write_bytes(damaged)
        try:
            header, read = read_arrays(path)
        except CheckpointError:
            errors += 1
        else:
            assert header == {"epoch": 1}
            assert list(read) == list(arrays)
            assert all(np.array_equal(read[name], array) for name, array in arrays.items())
    assert errors > 200


def test_what_is_no_checkpoint_is_refused_and_nothing_in_it_is_run(tmp_path: Path) -> None:
    class Trap:
        def __reduce__(self) -> Any:
            return exec, ("raise SystemExit('run')",)

    with pytest.raises(CheckpointError, match="does not exist"):
        read_arrays(tmp_path / "nowhere")
    with pytest.raises(CheckpointError, match="cannot be read: Is a directory"):
        read_arrays(tmp_path)
    np.savez(tmp_path / "trap.npz", header=np.array([Trap()], dtype=object))
    np.save(tmp_path / "array.npy", np.zeros(3))
    np.savez(tmp_path / "other.npz", a=np.zeros(3))
    (tmp_path / "text").write_text("loss 1.3", encoding="utf-8")
    for name in ("trap.npz", "array.npy", "other.npz", "text"):
        with pytest.raises(CheckpointError, match=name):
            read_arrays(tmp_path / name)
    write_arrays(tmp_path / "else", {"format": "something else"}, {})
    with pytest.raises(CheckpointError, match="no checkpoint of a training run"):
        fit(SmallModel(), config(), tmp_path / "else")


def test_another_models_checkpoint_is_refused_and_the_model_left_alone(tmp_path: Path) -> None:
    path = tmp_path / "run"
    fit(SmallModel(), config(epochs=1), path)
    before = path.read_bytes()
    for model, settings, words in (
        (SmallModel(size=7), config(), r"parameters E was float64 \(9, 6\) and is float64 \(9, 7\) now"),
        (SmallModel(cell="gru"), config(), "settings cell was lstm and is gru now"),
        (SmallModel(dtype=np.float32), config(), "parameters E was float64 .* and is float32"),
        (SmallModel(dropout=0.1), config(), r"settings dropout was 0\.0 and is 0\.1 now"),
        (SmallModel(), config(learning_rate=0.03), "config learning_rate was 0.02 and is 0.03 now"),
        (SmallModel(), config(optimizer="sgd"), "config optimizer was adam and is sgd now"),
        (SmallModel(), config(schedule=Plateau()), "config schedule"),
    ):
        kept = map_arrays(np.copy, model.params)
        with pytest.raises(CheckpointError, match=words):
            fit(model, settings, path)
        for (_, a), (_, b) in zip(*map(named_arrays, (model.params, kept)), strict=True):
            np.testing.assert_array_equal(a, b)
    with pytest.raises(CheckpointError, match=r"data was 600 tokens, .* and is 500 tokens"):
        train(SmallModel(), text(500), config(), checkpoint=path, progress=False)
    assert path.read_bytes() == before


def test_a_checkpoint_of_which_a_part_is_missing_or_of_another_version_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "run"
    fit(SmallModel(), config(epochs=1), path)
    header, arrays = read_arrays(path)
    for missing in ("parameters/E", "memory/m.E", "log/loss"):
        write_arrays(path, header, {name: a for name, a in arrays.items() if name != missing})
        model = SmallModel(seed=4)
        kept = map_arrays(np.copy, model.params)
        with pytest.raises(CheckpointError, match="lacks something"):
            fit(model, config(), path)
        for (_, a), (_, b) in zip(*map(named_arrays, (model.params, kept)), strict=True):
            np.testing.assert_array_equal(a, b)
    write_arrays(path, {**header, "version": 99}, arrays)
    with pytest.raises(CheckpointError, match="version was 99 and is 1 now"):
        fit(SmallModel(), config(), path)
    words = io.BytesIO()
    np.savez(words, header=np.frombuffer(json.dumps([[1], []]).encode(), np.uint8))
    path.write_bytes(words.getvalue())
    with pytest.raises(CheckpointError, match="no checkpoint of a training run"):
        fit(SmallModel(), config(), path)
