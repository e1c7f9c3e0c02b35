"""The cells over torch's own kernels: the same weights under the same names, all steps in one call.

torch.nn's modules keep the gates' matrices one below another, and two biases. Here the weights stay as the
equations name them, and are put together anew for each call. So gradients arrive at the named parameters,
an optimizer takes the same steps as with the cell written out, and only the time differs.

The lecture's GRU has no such kernel: torch computes the one that resets after the product.
"""

from __future__ import annotations

from typing import Any, TypeVar

import torch
from torch import Tensor, nn
from torch.nn.utils.rnn import PackedSequence, pack_padded_sequence, pad_packed_sequence

from rnn_course.errors import CourseError
from rnn_course.torch_cells import LSTM, Elman, GRUResetAfter, LSTMTensors, TorchCell

Network = TypeVar("Network", bound=nn.Module)


def _run(
    kernel: Any, x: Tensor, state: Any, lengths: Tensor | None, weights: list[Tensor], training: bool
) -> Any:
    """Outputs [time, batch, hidden] and what else the kernel returns, for one layer in one direction."""
    options = True, 1, 0.0, training, False  # has biases, layers, dropout, training, bidirectional
    if lengths is None:
        outputs, *last = kernel(x, state, weights, *options, False)  # time comes first
        return outputs, last
    packed = pack_padded_sequence(x, lengths.cpu(), enforce_sorted=False)
    order, back = packed.sorted_indices, packed.unsorted_indices
    states = state if isinstance(state, tuple) else (state,)
    in_order = tuple(part.index_select(1, order) for part in states)
    given = in_order if isinstance(state, tuple) else in_order[0]
    data, *last = kernel(packed.data, packed.batch_sizes, given, weights, *options)
    result = PackedSequence(data, packed.batch_sizes, order, back)
    outputs, _ = pad_packed_sequence(result, total_length=len(x))
    return outputs, [part.index_select(1, back) for part in last]


class FusedElman(Elman):
    """`Elman` over torch.rnn_tanh."""

    def forward(
        self, e: Tensor, h: Tensor | None = None, lengths: Tensor | None = None
    ) -> tuple[Tensor, Tensor]:
        """See `TorchCell.forward`; outputs are 0 at padding."""
        h = self.initial_state(e.shape[1]) if h is None else h
        weights = [self.W_e, self.W_h, self.b_1, torch.zeros_like(self.b_1)]
        outputs, (last,) = _run(torch.rnn_tanh, e, h[None], lengths, weights, self.training)
        return outputs, last[0]


class FusedLSTM(LSTM):
    """`LSTM` over torch.lstm."""

    def forward(
        self, x: Tensor, state: LSTMTensors | None = None, lengths: Tensor | None = None
    ) -> tuple[Tensor, LSTMTensors]:
        """See `TorchCell.forward`; outputs are 0 at padding."""
        h, c = self.initial_state(x.shape[1]) if state is None else state
        U, W, b = (torch.cat([self.get_parameter(f"{letter}_{gate}") for gate in "ifco"]) for letter in "UWb")
        weights = [U, W, b, torch.zeros_like(b)]
        outputs, (last_h, last_c) = _run(torch.lstm, x, (h[None], c[None]), lengths, weights, self.training)
        return outputs, LSTMTensors(last_h[0], last_c[0])


class FusedGRUResetAfter(GRUResetAfter):
    """`GRUResetAfter` over torch.gru, whose z is 1 - u."""

    def forward(
        self, x: Tensor, h: Tensor | None = None, lengths: Tensor | None = None
    ) -> tuple[Tensor, Tensor]:
        """See `TorchCell.forward`; outputs are 0 at padding."""
        h = self.initial_state(x.shape[1]) if h is None else h
        p = self.get_parameter
        U, W, b = (torch.cat([p(f"{k}_r"), -p(f"{k}_u"), p(f"{k}_h")]) for k in "UWb")
        zero = torch.zeros_like(self.b_hr)
        weights = [U, W, b, torch.cat([zero, zero, self.b_hr])]
        outputs, (last,) = _run(torch.gru, x, h[None], lengths, weights, self.training)
        return outputs, last[0]


FUSED: dict[type, type[TorchCell]] = {Elman: FusedElman, LSTM: FusedLSTM, GRUResetAfter: FusedGRUResetAfter}


def fuse(network: Network) -> Network:
    """Put every cell of a network over torch's kernel, in place; parameters and their names stay.

    Args:
        network: a cell of `torch_cells`, two directions, a stack, or a model over one of them.

    Returns:
        The network; where it is a single cell, the cell that takes its place.

    Raises:
        CourseError: if it holds a cell that torch has no kernel for, or no cell at all.
    """
    cells = [(path, part) for path, part in network.named_modules() if isinstance(part, TorchCell)]
    for _, cell in cells:
        if type(cell) not in FUSED and not isinstance(cell, tuple(FUSED.values())):
            names = ", ".join(cls.__name__ for cls in FUSED)
            raise CourseError(f"torch has no kernel for {type(cell).__name__}, only for {names}")
    if not cells:
        raise CourseError(f"there is no cell to put over a kernel in {type(network).__name__}")
    for path, cell in cells:
        if type(cell) in FUSED and not path:
            return _fused(cell)  # type: ignore[return-value]
        if type(cell) in FUSED:
            network.set_submodule(path, _fused(cell))
    return network


def _fused(cell: TorchCell) -> TorchCell:
    fused = FUSED[type(cell)].__new__(FUSED[type(cell)])
    nn.Module.__init__(fused)
    for name, parameter in cell.named_parameters():
        fused.register_parameter(name, parameter)
    return fused.train(cell.training)
