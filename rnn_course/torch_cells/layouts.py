"""From torch.nn's layout of weights to the course's, and back.

    torch.nn                                      here
    weight_hh, weight_ih, bias_ih + bias_hh       W, U, b (of the Elman cell: W_h, W_e, b_1)
    LSTM: rows i, f, g, o                         f, i, o, c
    GRU: rows r, z, n, z = 1 - u                  u, r, h; z is a sigmoid, so u has the weights of z, negated
    GRU: r * (weight_hh_n h + bias_hh_n)          GRUResetAfterParams, b_hr = bias_hh_n

torch.nn has two biases where one would do. On the way there, the second is 0; both have the gradient of ours.
The lecture's GRU (reset gate before the product) has no counterpart in torch.nn.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
import torch
from numpy import ndarray
from torch import nn

from rnn_course.cells.elman import ElmanParams
from rnn_course.cells.gru import GRUParams
from rnn_course.cells.gru_reset_after import GRUResetAfterParams
from rnn_course.cells.lstm import LSTMParams
from rnn_course.errors import CourseError

Blocks = tuple[ndarray, ndarray, ndarray, ndarray]  # weight_hh, weight_ih, bias_ih, bias_hh of one layer


def from_torch_nn(
    module: nn.RNNBase, *, layer: int = 0, reverse: bool = False, gradients: bool = False
) -> ElmanParams | LSTMParams | GRUResetAfterParams:
    """One layer and direction of a torch.nn.RNN, LSTM or GRU, as the course's parameters (copies).

    Args:
        layer: counted from 0.
        reverse: the backward direction of a bidirectional module.
        gradients: convert the parameters' gradients instead.

    Raises:
        CourseError: if the module computes what no cell of the course does (relu, projections), has no such
            layer or direction, or has no gradients yet.
    """
    if getattr(module, "nonlinearity", "tanh") != "tanh" or module.proj_size:
        raise CourseError(f"the course has no cell with relu or projections, got {module}")
    suffix = f"_l{layer}" + ("_reverse" if reverse else "")
    if not hasattr(module, "weight_hh" + suffix):
        raise CourseError(f"there is no weight_hh{suffix} in {module}")
    arrays: list[ndarray] = []
    for name in ("weight_hh", "weight_ih", "bias_ih", "bias_hh"):
        tensor = getattr(module, name + suffix, None)
        if tensor is not None and gradients:
            if tensor.grad is None:
                raise CourseError(f"{name}{suffix} has no gradient yet: call backward() first")
            tensor = tensor.grad
        if tensor is None:  # bias=False
            arrays.append(np.zeros_like(arrays[0][:, 0]))
        else:
            arrays.append(tensor.detach().cpu().numpy().copy())
    W, U, b_ih, b_hh = arrays
    b = b_ih if gradients else b_ih + b_hh
    if isinstance(module, nn.LSTM):
        return _lstm_from(W, U, b)
    if isinstance(module, nn.GRU):
        return _gru_from(W, U, b, b_ih, b_hh)
    return ElmanParams(W, U, b)


def _lstm_from(W: ndarray, U: ndarray, b: ndarray) -> LSTMParams:
    i, f, c, o = zip(*(np.split(array, 4) for array in (W, U, b)), strict=True)
    return LSTMParams(*f, *i, *o, *c)


def _gru_from(W: ndarray, U: ndarray, b: ndarray, b_ih: ndarray, b_hh: ndarray) -> GRUResetAfterParams:
    r, z, (W_n, U_n, _) = zip(*(np.split(array, 3) for array in (W, U, b)), strict=True)
    u = [-array for array in z]  # 1 - sigmoid(a) = sigmoid(-a)
    b_n, b_hn = (np.split(array, 3)[2] for array in (b_ih, b_hh))
    return GRUResetAfterParams(*u, *r, W_n, U_n, b_n, b_hn)  # type: ignore[call-arg]


def to_torch_nn(
    layers: Any, *, bidirectional: bool = False, dtype: torch.dtype | None = None
) -> nn.RNN | nn.LSTM | nn.GRU:
    """The torch.nn module that computes the same, time first.

    Args:
        layers: parameters of one cell, or a list of such, lowest layer first; where `bidirectional`, the
            forward and the backward direction of each layer in turn.
        bidirectional: whether every second entry is a backward direction.
        dtype: of the module; that of the arrays if left out.

    Raises:
        CourseError: for the lecture's GRU, which torch.nn does not compute, or for layers that do not match.
    """
    cells: Sequence[Any] = [layers] if hasattr(layers, "_fields") else list(layers)
    kinds = {type(cell) for cell in cells}
    if GRUParams in kinds:
        raise CourseError(
            "torch.nn.GRU applies the reset gate after the product with W_h, the lecture's GRU before it, so "
            "that no weights make them equal; cells.gru_reset_after is the one that converts"
        )
    if len(kinds) != 1 or len(cells) % (1 + bidirectional):
        names = ", ".join(type(cell).__name__ for cell in cells)
        raise CourseError(f"layers are of one kind, in pairs if bidirectional={bidirectional}; got {names}")
    blocks = [_blocks(cell) for cell in cells]
    weight_hh, weight_ih, _, _ = blocks[0]
    make: Any = {ElmanParams: nn.RNN, LSTMParams: nn.LSTM, GRUResetAfterParams: nn.GRU}[kinds.pop()]
    module = make(
        weight_ih.shape[1],
        weight_hh.shape[1],
        num_layers=len(cells) // (1 + bidirectional),
        bidirectional=bidirectional,
        dtype=dtype or torch.from_numpy(weight_hh).dtype,
    )
    with torch.no_grad():
        for k, arrays in enumerate(blocks):
            layer, reverse = divmod(k, 1 + bidirectional)
            suffix = f"_l{layer}" + ("_reverse" if reverse else "")
            for name, array in zip(("weight_hh", "weight_ih", "bias_ih", "bias_hh"), arrays, strict=True):
                parameter = getattr(module, name + suffix)
                if parameter.shape != array.shape:
                    expected = tuple(parameter.shape)
                    raise CourseError(f"layer {layer}: {name} is {array.shape}, expected {expected}")
                parameter.copy_(torch.from_numpy(np.ascontiguousarray(array)))
    return module


def _blocks(params: Any) -> Blocks:
    """weight_hh, weight_ih, bias_ih, bias_hh, with the rows in torch.nn's order."""
    if isinstance(params, ElmanParams):
        return (*params, np.zeros_like(params.b_1))
    p: Any = params
    if isinstance(params, LSTMParams):
        gates = [(p.W_i, p.U_i, p.b_i), (p.W_f, p.U_f, p.b_f), (p.W_c, p.U_c, p.b_c), (p.W_o, p.U_o, p.b_o)]
    else:
        gates = [(p.W_r, p.U_r, p.b_r), (-p.W_u, -p.U_u, -p.b_u), (p.W_h, p.U_h, p.b_h)]
    W, U, b = (np.concatenate(arrays) for arrays in zip(*gates, strict=True))
    b_hh = np.zeros_like(b)
    if isinstance(params, GRUResetAfterParams):
        b_hh[-len(params.b_hr) :] = params.b_hr
    return W, U, b, b_hh
