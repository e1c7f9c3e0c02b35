"""The numbers behind `BpttBars`: each step's part of each loss's gradient, and what truncation leaves."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import NamedTuple

import numpy as np
from jaxtyping import Float, Int
from numpy import ndarray

from rnn_course.cells.cell import Cell, Params
from rnn_course.cells.parameters import map_arrays, named_arrays
from rnn_course.gradients.contributions import contributions
from rnn_course.models.recurrent import RecurrentLM
from rnn_course.models.softmax_loss import softmax_loss_backward, softmax_loss_forward

GROUPS = ("recurrent", "input", "bias")
"""W_h, W_e, b_1 of an Elman network; in an LSTM or GRU each is the arrays of all gates together."""


class Reading(NamedTuple):
    """A model, what it reads, and what it is to predict after each step.

    Attributes:
        model: a language model over any cell that reads from left to right.
        inputs: ids that are read, [time].
        targets: the id to be predicted after each, [time].
    """

    model: RecurrentLM
    inputs: Int[ndarray, " time"]
    targets: Int[ndarray, " time"]


class Bars(NamedTuple):
    """Parts of the gradient of one group of weights. A loss's part at a later step than its own is 0.

    Attributes:
        one_norms: norm of the part of dJ^(t)/dW that comes from step s, [t, s].
        one_cosines: cosine of dJ^(t)/dW, cut off after k steps back, with the full one, [t, k].
        one_lengths: its norm as a share of the full one's, [t, k].
        one_full: norm of the full dJ^(t)/dW, [t].
        all_norms: norm of the part of dJ/dW, J the mean of all losses, that comes from step s if each loss
            looks back k steps, [k, s]; the last row is the full one.
        all_cosines, all_lengths: as above for dJ/dW, [k].
        all_full: norm of the full dJ/dW.

    A cosine or a length is 0 where a gradient is 0 everywhere.
    """

    one_norms: Float[ndarray, "loss step"]
    one_cosines: Float[ndarray, "loss steps"]
    one_lengths: Float[ndarray, "loss steps"]
    one_full: Float[ndarray, " loss"]
    all_norms: Float[ndarray, "steps step"]
    all_cosines: Float[ndarray, " steps"]
    all_lengths: Float[ndarray, " steps"]
    all_full: float


def groups_of(params: Params) -> dict[str, list[str]]:
    """The paths of a cell's arrays by group: those that multiply h, those that multiply the input, biases.

    >>> groups_of(elman_params)
    {'recurrent': ['W_h'], 'input': ['W_e'], 'bias': ['b_1']}
    """
    groups: dict[str, list[str]] = {name: [] for name in GROUPS}
    for path, _ in named_arrays(params):
        name = path.split(".")[-1]
        if name == "W_e" or name.startswith("U_"):
            groups["input"].append(path)
        elif name.startswith("W_") and name != "W_tau":
            groups["recurrent"].append(path)
        elif name.startswith("b_") and name != "b_tau":
            groups["bias"].append(path)
    return groups


def bars(reading: Reading) -> dict[str, Bars]:
    """The parts of every loss's gradient, for each group of weights.

    One backward pass for each loss: the way back from loss t passes the steps t, t - 1, ..., 1, and each
    leaves a part of dJ^(t)/dW. The state before the first step is the model's `start`, else zeros.

    Raises:
        CourseError: if the model sees the future.
        VocabularyError: if an id is outside the vocabulary.
    """
    model = reading.model
    params, start, E = map_arrays(np.float64, (model.params.cell, model.start, model.params.E))
    model.vocabulary.check_ids(reading.inputs)
    x = E[reading.inputs][:, None]
    outputs, _ = model.cell.forward(params, x, start)
    doutputs = output_gradients(model, outputs[:, 0], reading.targets)
    groups = groups_of(params)
    return {group: _bars_of(model.cell, params, x, doutputs, start, names) for group, names in groups.items()}


def output_gradients(
    model: RecurrentLM, outputs: Float[ndarray, "time output"], targets: Int[ndarray, " time"]
) -> Float[ndarray, "time output"]:
    """dJ^(t)/doutput^(t) of each step's own loss, J^(t) = -log softmax(U h^(t) + b_2)[target]."""
    _, cache = softmax_loss_forward(model.params.readout, outputs, targets, model.vocabulary.bos_id)
    return softmax_loss_backward(cache)[1] * len(targets)  # the cache's loss is the mean


def _bars_of(
    cell: Cell,
    params: Params,
    x: Float[ndarray, "time 1 embed"],
    doutputs: Float[ndarray, "time output"],
    start: object,
    names: Sequence[str],
) -> Bars:
    T = len(x)
    size = sum(array.size for name, array in named_arrays(params) if name in names)
    one_norms, one_cosines, one_lengths = np.zeros((3, T, T))
    one_full = np.zeros(T)
    all_norms = np.zeros((T, T))
    of_step = np.zeros((T, size))  # what step s has got from the losses seen so far
    at_lag = np.zeros((T, size))  # what all losses have found so many steps back
    for t in range(T):
        dlast = np.zeros((t + 1, 1, doutputs.shape[1]))
        dlast[t, 0] = doutputs[t]
        parts = _flat(contributions(cell, params, x[: t + 1], dlast, start, names=names))
        one_norms[t, : t + 1] = np.linalg.norm(parts, axis=1)
        one_cosines[t], one_lengths[t], one_full[t] = _cut_off(parts[::-1], T)
        of_step[: t + 1] += parts
        steps = np.arange(t + 1)
        all_norms[t - steps, steps] = np.linalg.norm(of_step[: t + 1], axis=1)
        at_lag[: t + 1] += parts[::-1]
    for s in range(T):  # the losses end before step s + k: looking further back finds nothing more
        all_norms[T - s :, s] = all_norms[T - s - 1, s]
    all_cosines, all_lengths, all_full = _cut_off(at_lag, T)
    return Bars(
        one_norms, one_cosines, one_lengths, one_full, all_norms / T, all_cosines, all_lengths, all_full / T
    )


def _flat(parts: Mapping[str, ndarray]) -> Float[ndarray, "step weights"]:
    """Each step's parts of all arrays as one long vector."""
    return np.concatenate([array.reshape(len(array), -1) for array in parts.values()], axis=1)


def _cut_off(
    by_lag: Float[ndarray, "lag weights"], longest: int
) -> tuple[Float[ndarray, " steps"], Float[ndarray, " steps"], float]:
    """The sum of the first 1, 2, ... rows: its cosine with the sum of all and its share; that sum's norm."""
    kept = np.cumsum(by_lag, axis=0)
    full = kept[-1]
    norm = float(np.linalg.norm(full))
    norms = np.linalg.norm(kept, axis=1)
    cosines, lengths = np.ones((2, longest))
    with np.errstate(divide="ignore", invalid="ignore"):
        ratio = norms / norm
        cosine = np.clip(kept @ full / (norms * norm), -1, 1)
    cosines[: len(kept)] = np.where((norms > 0) & (norm > 0), cosine, 0)
    lengths[: len(kept)] = ratio if norm else 0
    if not norm:
        cosines[:], lengths[:] = 0, 0
    return cosines, lengths, norm
