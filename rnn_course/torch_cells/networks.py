"""Bidirectional and stacked networks of the torch cells."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import torch
from torch import Tensor, nn

from rnn_course.cells.bidirectional import BidirectionalParams, BidirectionalState
from rnn_course.cells.highway import HighwayParams
from rnn_course.cells.stacked import Skip, StackedParams
from rnn_course.torch_cells.elman import Elman
from rnn_course.torch_cells.gru import GRU, GRUResetAfter
from rnn_course.torch_cells.lstm import LSTM
from rnn_course.torch_cells.module import State, TorchCell

TWINS: dict[type, type[TorchCell]] = {cls.params_type: cls for cls in (Elman, LSTM, GRU, GRUResetAfter)}


def reverse_within_lengths(x: Tensor, lengths: Tensor | None = None) -> Tensor:
    """Each sequence of x [time, batch, ...] from its last token to its first; its padding stays behind it."""
    if lengths is None:
        return x.flip(0)
    t = torch.arange(len(x), device=x.device)[:, None]
    return x[torch.where(t < lengths, lengths - 1 - t, t), torch.arange(x.shape[1], device=x.device)]


class Bidirectional(nn.Module):
    """h^(t) = [l^(t); r^(t)], see `rnn_course.cells.bidirectional`.

    Args:
        left_to_right, right_to_left: the modules of the two directions, which share no weights.
    """

    def __init__(self, left_to_right: nn.Module, right_to_left: nn.Module) -> None:
        super().__init__()
        self.left_to_right = left_to_right
        self.right_to_left = right_to_left

    def _directions(self) -> tuple[Any, Any]:
        return self.left_to_right, self.right_to_left

    def to_numpy(self) -> BidirectionalParams:
        """A copy of the parameters as the numpy twin's named tuple."""
        return BidirectionalParams(*(cell.to_numpy() for cell in self._directions()))

    def gradients_to_numpy(self) -> BidirectionalParams:
        """A copy of the gradients as the numpy twin's named tuple."""
        return BidirectionalParams(*(cell.gradients_to_numpy() for cell in self._directions()))

    def initial_state(self, batch_size: int) -> BidirectionalState:
        """Zeros for each direction."""
        return BidirectionalState(*(cell.initial_state(batch_size) for cell in self._directions()))

    def forward(
        self, x: Tensor, state: BidirectionalState | None = None, lengths: Tensor | None = None
    ) -> tuple[Tensor, BidirectionalState]:
        """Outputs [time, batch, 2 * hidden] and the last state of each direction.

        Args:
            x: [time, batch, embed].
            state: what each direction starts from; zeros if left out.
            lengths: tokens in each sequence, [batch]. With them, padding changes nothing, outputs are 0
                at padding, and the last state of a direction is that after its last token.
        """
        start, end = (None, None) if state is None else state
        left, last_left = self.left_to_right(x, start, lengths)
        right, last_right = self.right_to_left(reverse_within_lengths(x, lengths), end, lengths)
        h = torch.cat([left, reverse_within_lengths(right, lengths)], dim=-1)
        if lengths is not None:
            inside = torch.arange(len(x), device=x.device)[:, None] < lengths
            h = h * inside[..., None]
        return h, BidirectionalState(last_left, last_right)


class Highway(nn.Module):
    """A layer with a gate beside it, see `rnn_course.cells.highway`.

    Args:
        W_tau, b_tau: weights of the gate.
        cell: the layer.
    """

    def __init__(self, W_tau: Tensor, b_tau: Tensor, cell: nn.Module) -> None:
        super().__init__()
        self.W_tau = nn.Parameter(W_tau)
        self.b_tau = nn.Parameter(b_tau)
        self.cell: Any = cell

    def to_numpy(self) -> HighwayParams:
        """A copy of the parameters as the numpy twin's named tuple."""
        W_tau, b_tau = (parameter.detach().cpu().numpy().copy() for parameter in (self.W_tau, self.b_tau))
        return HighwayParams(W_tau, b_tau, self.cell.to_numpy())

    def gradients_to_numpy(self) -> HighwayParams:
        """A copy of the gradients as the numpy twin's named tuple; 0 where there is none."""
        gate = (self.W_tau, self.b_tau)
        grads = (torch.zeros_like(p) if p.grad is None else p.grad for p in gate)
        dW_tau, db_tau = (grad.detach().cpu().numpy().copy() for grad in grads)
        return HighwayParams(dW_tau, db_tau, self.cell.gradients_to_numpy())

    def initial_state(self, batch_size: int) -> State:
        """That of the layer."""
        return self.cell.initial_state(batch_size)

    def forward(self, x: Tensor, state: State | None = None, lengths: Tensor | None = None) -> Any:
        """The layer's own outputs and last state; `past` mixes them with what it read."""
        return self.cell(x, state, lengths)

    def past(self, output: Tensor, below: Tensor) -> Tensor:
        """tau * output + (1 - tau) * below, tau = sigmoid(W_tau below + b_tau)"""
        tau = torch.sigmoid(below @ self.W_tau.T + self.b_tau)
        return tau * output + (1 - tau) * below


class Stacked(nn.Module):
    """Layers on top of each other, see `rnn_course.cells.stacked`.

    Args:
        layers: modules, lowest first, made for the sizes that `skip` gives them to read.
        skip: None, "residual", "dense" or "highway"; for the last, layers with a gate are `Highway`s.
        dropout: share of the outputs set to 0 while training, in all layers but the top one.
    """

    def __init__(self, layers: Sequence[nn.Module], *, skip: Skip = None, dropout: float = 0.0) -> None:
        super().__init__()
        self.layers: Any = nn.ModuleList(layers)
        self.skip = skip
        self.dropout = nn.Dropout(dropout)

    def to_numpy(self) -> StackedParams:
        """A copy of the parameters as the numpy twin's named tuple."""
        return StackedParams(tuple(layer.to_numpy() for layer in self.layers))

    def gradients_to_numpy(self) -> StackedParams:
        """A copy of the gradients as the numpy twin's named tuple."""
        return StackedParams(tuple(layer.gradients_to_numpy() for layer in self.layers))

    def initial_state(self, batch_size: int) -> tuple[State, ...]:
        """Zeros for each layer."""
        return tuple(layer.initial_state(batch_size) for layer in self.layers)

    def step(self, state: tuple[State, ...], x_t: Tensor) -> tuple[Tensor, tuple[State, ...]]:
        """The top level and the states after one more token, x_t [batch, embed]."""
        outputs, state = self.forward(x_t[None], state)
        return outputs[0], state

    def forward(
        self, x: Tensor, state: tuple[State, ...] | None = None, lengths: Tensor | None = None
    ) -> tuple[Tensor, tuple[State, ...]]:
        """The top level [time, batch, output] and each layer's last state; see `Bidirectional`."""
        levels, last = [x], []
        states = (None,) * len(self.layers) if state is None else state
        for index, (layer, layer_state) in enumerate(zip(self.layers, states, strict=True)):
            below = torch.cat(levels, dim=-1) if self.skip == "dense" else levels[-1]
            output, layer_last = layer(below, layer_state, lengths)
            if index < len(self.layers) - 1:
                output = self.dropout(output)
            if isinstance(layer, Highway):
                level = layer.past(output, below)
            else:
                residual = self.skip == "residual" and output.shape == below.shape
                level = output + below if residual else output
            levels.append(level)
            last.append(layer_last)
        return levels[-1], tuple(last)


def from_numpy(params: Any, *, skip: Skip = None, dropout: float = 0.0, **options: Any) -> Any:
    """The torch twin of any of the course's parameters: of a cell, of two directions, of a stack.

    Args:
        params: as in numpy.
        skip, dropout: of a stack, see `Stacked`.
        options: dtype and device, see `TorchCell.from_numpy`.
    """
    if isinstance(params, StackedParams):
        layers = [from_numpy(layer, **options) for layer in params.layers]
        return Stacked(layers, skip=skip, dropout=dropout)
    if isinstance(params, HighwayParams):
        cell = from_numpy(params.cell, **options)
        first = next(cell.parameters())
        W_tau, b_tau = (torch.tensor(a, dtype=first.dtype, device=first.device) for a in params[:2])
        return Highway(W_tau, b_tau, cell)
    if isinstance(params, BidirectionalParams):
        return Bidirectional(*(from_numpy(direction, **options) for direction in params))
    return TWINS[type(params)].from_numpy(params, **options)
