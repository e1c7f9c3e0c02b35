"""Weights in a file: they come back, into a model of the same sizes and into no other."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pytest
from small_models import SmallModel, text

from rnn_course.cells.parameters import map_arrays, named_arrays
from rnn_course.training.config import TrainingConfig
from rnn_course.training.errors import CheckpointError
from rnn_course.training.loop import train
from rnn_course.training.parameters import load_parameters, save_parameters


def test_weights_come_back_as_they_were(tmp_path: Path) -> None:
    saved, other = SmallModel(seed=1), SmallModel(seed=2)
    save_parameters(tmp_path / "weights", saved.params)
    arrays = [array for _, array in named_arrays(other.params)]
    load_parameters(tmp_path / "weights", other.params)
    for (name, a), (_, b) in zip(*map(named_arrays, (saved.params, other.params)), strict=True):
        np.testing.assert_array_equal(a, b, err_msg=name)
    assert all(a is b for a, (_, b) in zip(arrays, named_arrays(other.params), strict=True))
    single = SmallModel(dtype=np.float32)
    load_parameters(tmp_path / "weights", single.params)
    assert single.params.E.dtype == np.float32


@pytest.mark.parametrize(
    ("model", "words"),
    [
        (SmallModel(size=7), r"E in .* is \(9, 6\), expected \(9, 7\)"),
        (SmallModel(cell="elman"), r"another model: they differ in \['cell\.U_c'"),
    ],
)
def test_another_models_weights_are_refused_and_nothing_is_changed(
    tmp_path: Path, model: SmallModel, words: str
) -> None:
    save_parameters(tmp_path / "weights", SmallModel().params)
    kept: Any = map_arrays(np.copy, model.params)
    with pytest.raises(CheckpointError, match=words):
        load_parameters(tmp_path / "weights", model.params)
    for (_, a), (_, b) in zip(*map(named_arrays, (model.params, kept)), strict=True):
        np.testing.assert_array_equal(a, b)


def test_a_checkpoint_is_no_file_of_weights(tmp_path: Path) -> None:
    model = SmallModel()
    train(model, text(), TrainingConfig(max_updates=2), checkpoint=tmp_path / "run", progress=False)
    with pytest.raises(CheckpointError, match="holds no parameters by themselves"):
        load_parameters(tmp_path / "run", model.params)
