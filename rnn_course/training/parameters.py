"""Trained weights in a file of their own, to be read into a model of the same sizes."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from rnn_course.cells.parameters import named_arrays
from rnn_course.errors import check_shape
from rnn_course.training.checkpoint import read_arrays, write_arrays
from rnn_course.training.errors import CheckpointError

FORMAT = "rnn-course parameters"


def save_parameters(path: str | Path, params: Any) -> None:
    """Write every array of `params` by its path, so that the file is whole at every moment.

    Args:
        path: of the file; its folder is made where it is missing.
        params: a tree of arrays, as `model.params`, or `model.to_numpy()` of a torch model.
    """
    write_arrays(path, {"format": FORMAT, "version": 1}, dict(named_arrays(params)))


def load_parameters(path: str | Path, params: Any) -> None:
    """Read what `save_parameters` wrote into the arrays of `params`, in place: all of them or none.

    Args:
        params: a tree of arrays of the same paths and shapes; they keep their type.

    Raises:
        CheckpointError: if the file is damaged, is something else, or has other arrays.
    """
    header, saved = read_arrays(path)
    if not isinstance(header, dict) or header.get("format") != FORMAT:
        raise CheckpointError(f"{path} holds no parameters by themselves")
    named = dict(named_arrays(params))
    if set(named) != set(saved):
        raise CheckpointError(f"{path} is of another model: they differ in {sorted(set(named) ^ set(saved))}")
    for name, array in named.items():
        try:
            check_shape(f"{name} in {path}", saved[name], array.shape)
        except ValueError as error:
            raise CheckpointError(str(error)) from None
    for name, array in named.items():
        array[...] = saved[name]
