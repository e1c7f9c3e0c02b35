"""The Elman cell in torch."""

from __future__ import annotations

import torch
from torch import Tensor

from rnn_course.cells.elman import ElmanParams, elman_init
from rnn_course.torch_cells.module import TorchCell, at_end


class Elman(TorchCell):
    """h^(t) = tanh(W_h h^(t-1) + W_e e^(t) + b_1); see `rnn_course.cells.elman`."""

    numpy_init = elman_init
    params_type = ElmanParams
    W_h: Tensor
    W_e: Tensor
    b_1: Tensor

    def forward(
        self, e: Tensor, h: Tensor | None = None, lengths: Tensor | None = None
    ) -> tuple[Tensor, Tensor]:
        """h^(1) .. h^(T), [time, batch, hidden], and the last of each sequence; see `TorchCell.forward`."""
        h = self.initial_state(e.shape[1]) if h is None else h
        outputs = []
        for from_e in e @ self.W_e.T + self.b_1:  # W_e e^(t) + b_1 waits for nothing: all steps at once
            h = torch.tanh(h @ self.W_h.T + from_e)
            outputs.append(h)
        states = torch.stack(outputs)
        return states, at_end(states, lengths)
