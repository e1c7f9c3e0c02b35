"""Character models on their way to the browser: held to what it can run, and rounded to what is sent."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, NamedTuple

import numpy as np
from numpy import ndarray

from rnn_course.cells.parameters import map_arrays, named_arrays
from rnn_course.errors import DataError
from rnn_course.models.recurrent import RecurrentLM
from rnn_course.text.vocabulary import Vocabulary
from rnn_course.widgets.base import MAX_PAYLOAD, WidgetError

CELLS = ("elman", "gru", "lstm")
"""Cells that the browser can step."""


class SentNetworks(NamedTuple):
    """Networks of one form, as they are sent.

    Attributes:
        models: by name, with the weights that the browser has, in float64: Python computes with the same.
        weights: one row for each, float32, or float16 as uint16 where float32 would be too much.
        layout: what stands in a row, one array after another: name and shape.
        precision: "float32" or "float16".
    """

    models: dict[str, RecurrentLM]
    weights: ndarray
    layout: list[tuple[str, list[int]]]
    precision: str

    @property
    def vocabulary(self) -> Vocabulary:
        return next(iter(self.models.values())).vocabulary


def networks(model: RecurrentLM | Mapping[str, RecurrentLM]) -> SentNetworks:
    """One character model, or several stages of one by name.

    Raises:
        WidgetError: if something else is given, a cell is not among `CELLS`, stages differ in vocabulary or
            size, or they are too large for the browser.
        DataError: if a weight is NaN or infinite, or the vocabulary holds words.
    """
    stages = dict(model) if isinstance(model, Mapping) else {"the network": model}
    if not stages:
        raise WidgetError("there is no model: give a RecurrentLM, or several by name")
    for name, stage in stages.items():
        _check_model(name, stage)
    first_name, first = next(iter(stages.items()))
    rows = {name: _arrays(stage) for name, stage in stages.items()}
    layout = _layout(rows[first_name])
    for name, stage in stages.items():
        alike = (stage.cell.name, stage.memory, _layout(rows[name])) == (
            first.cell.name,
            first.memory,
            layout,
        )
        if stage.vocabulary != first.vocabulary or not alike:
            raise WidgetError(
                f"{name!r} is not a stage of the same network as {first_name!r}: vocabulary, cell, sizes and "
                f"memory have to agree"
            )
    flat = np.stack([np.concatenate([a.ravel() for a in row.values()]) for row in rows.values()])
    weights, precision = _rounded(flat, len(stages))
    seen = weights.view(np.float16) if precision == "float16" else weights
    return SentNetworks(
        {
            name: _with_weights(stage, values.astype(np.float64))
            for (name, stage), values in zip(stages.items(), seen, strict=True)
        },
        weights,
        layout,
        precision,
    )


def _check_model(name: str, model: Any) -> None:
    if not isinstance(name, str) or not isinstance(model, RecurrentLM):
        what = f"{name!r}: {type(model).__name__}"
        raise WidgetError(f"expected a RecurrentLM, or several by name, got {what}")
    if model.cell.name not in CELLS:
        raise WidgetError(f"the browser runs {', '.join(CELLS)}; {name!r} has the cell {model.cell.name!r}")
    words = [token for token in model.vocabulary.tokens[3:] if len(token) != 1]
    if words:
        raise DataError(
            f"{name!r} predicts words such as {words[0]!r}; Sampler draws characters: use a model whose "
            f"corpus has unit='characters'"
        )
    for array_name, array in _arrays(model).items():
        if not np.isfinite(array).all():
            raise DataError(f"{name!r}: {array_name} holds NaN or infinity: its training has gone wrong")


def _arrays(model: RecurrentLM) -> dict[str, ndarray]:
    """All that the browser needs, by name; no "U" where it is tied to E, no "start" where it is zeros."""
    tree = {"": model.params, "start": model.start}
    return {name: np.asarray(array) for name, array in named_arrays(tree)}


def _layout(arrays: Mapping[str, ndarray]) -> list[tuple[str, list[int]]]:
    return [(name, list(array.shape)) for name, array in arrays.items()]


def _rounded(flat: ndarray, stages: int) -> tuple[ndarray, str]:
    """The weights as float32 if that is not too much for the browser, else as float16."""
    if 4 * flat.size <= MAX_PAYLOAD:
        return flat.astype(np.float32), "float32"
    if 2 * flat.size > MAX_PAYLOAD:
        raise WidgetError(
            f"{stages} x {flat.shape[1]:,} weights are {2 * flat.size / 1e6:.1f} MB even in half precision, "
            f"and at most {MAX_PAYLOAD / 1e6:g} MB is sent: give fewer stages or a smaller network"
        )
    if np.abs(flat).max() > np.finfo(np.float16).max:
        raise WidgetError("a weight is over 65,504, which half precision cannot hold: give fewer stages")
    return flat.astype(np.float16).view(np.uint16), "float16"


def _with_weights(model: RecurrentLM, values: ndarray) -> RecurrentLM:
    """The same network with other weights, one after another in the order of `_arrays`."""
    taken = 0

    def take(array: ndarray) -> ndarray:
        nonlocal taken
        taken += array.size
        return values[taken - array.size : taken].reshape(array.shape)

    params, start = map_arrays(take, model.params), map_arrays(take, model.start)
    return RecurrentLM(model.vocabulary, model.cell, params, memory=model.memory, start=start)
