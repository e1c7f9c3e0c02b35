"""The GRU in torch: the lecture's, and the one that torch.nn.GRU computes."""

from __future__ import annotations

import torch
from torch import Tensor

from rnn_course.cells.gru import GRUParams, gru_init
from rnn_course.cells.gru_reset_after import GRUResetAfterParams, gru_reset_after_init
from rnn_course.torch_cells.module import TorchCell, at_end


class GRU(TorchCell):
    """h_tilde = tanh(W_h (r * h_prev) + U_h x + b_h), u = 0 keeps; see `rnn_course.cells.gru`."""

    numpy_init = gru_init
    params_type = GRUParams
    W_h: Tensor

    def forward(
        self, x: Tensor, h: Tensor | None = None, lengths: Tensor | None = None
    ) -> tuple[Tensor, Tensor]:
        """h^(1) .. h^(T), [time, batch, hidden], and the last of each sequence; see `TorchCell.forward`."""
        h = self.initial_state(x.shape[1]) if h is None else h
        W = torch.cat([self.get_parameter("W_u"), self.get_parameter("W_r")])
        U, b = (torch.cat([self.get_parameter(f"{letter}_{gate}") for gate in "urh"]) for letter in "Ub")
        outputs = []
        for from_x in x @ U.T + b:  # U x^(t) + b waits for nothing: all steps at once
            x_u, x_r, x_h = from_x.chunk(3, dim=-1)
            h_u, h_r = (h @ W.T).chunk(2, dim=-1)
            u, r = torch.sigmoid(h_u + x_u), torch.sigmoid(h_r + x_r)
            h_tilde = torch.tanh((r * h) @ self.W_h.T + x_h)
            h = (1 - u) * h + u * h_tilde
            outputs.append(h)
        states = torch.stack(outputs)
        return states, at_end(states, lengths)


class GRUResetAfter(TorchCell):
    """h_tilde = tanh(r * (W_h h_prev + b_hr) + U_h x + b_h); see `rnn_course.cells.gru_reset_after`."""

    numpy_init = gru_reset_after_init
    params_type = GRUResetAfterParams
    b_hr: Tensor

    def forward(
        self, x: Tensor, h: Tensor | None = None, lengths: Tensor | None = None
    ) -> tuple[Tensor, Tensor]:
        """h^(1) .. h^(T), [time, batch, hidden], and the last of each sequence; see `TorchCell.forward`."""
        h = self.initial_state(x.shape[1]) if h is None else h
        W, U, b = (torch.cat([self.get_parameter(f"{letter}_{gate}") for gate in "urh"]) for letter in "WUb")
        outputs = []
        for from_x in x @ U.T + b:
            x_u, x_r, x_h = from_x.chunk(3, dim=-1)
            h_u, h_r, recalled = (h @ W.T).chunk(3, dim=-1)
            u, r = torch.sigmoid(h_u + x_u), torch.sigmoid(h_r + x_r)
            h_tilde = torch.tanh(r * (recalled + self.b_hr) + x_h)
            h = (1 - u) * h + u * h_tilde
            outputs.append(h)
        states = torch.stack(outputs)
        return states, at_end(states, lengths)
