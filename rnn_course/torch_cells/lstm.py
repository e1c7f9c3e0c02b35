"""The LSTM in torch."""

from __future__ import annotations

from typing import NamedTuple

import torch
from torch import Tensor

from rnn_course.cells.lstm import LSTMParams, lstm_init
from rnn_course.torch_cells.module import TorchCell, at_end


class LSTMTensors(NamedTuple):
    """The state (h, c), each [batch, hidden]."""

    h: Tensor
    c: Tensor


class LSTM(TorchCell):
    """c = f * c_prev + i * c_tilde, h = o * tanh(c); see `rnn_course.cells.lstm`."""

    numpy_init = lstm_init
    params_type = LSTMParams

    def initial_state(self, batch_size: int) -> LSTMTensors:
        zero = super().initial_state(batch_size)
        return LSTMTensors(zero, zero)

    def forward(
        self, x: Tensor, state: LSTMTensors | None = None, lengths: Tensor | None = None
    ) -> tuple[Tensor, LSTMTensors]:
        """h^(1) .. h^(T), [time, batch, hidden], and the last (h, c); see `TorchCell.forward`."""
        h, c = self.initial_state(x.shape[1]) if state is None else state
        W, U, b = (torch.cat([self.get_parameter(f"{letter}_{gate}") for gate in "fioc"]) for letter in "WUb")
        hs, cs = [], []
        for from_x in x @ U.T + b:  # U x^(t) + b waits for nothing: all steps at once
            z_f, z_i, z_o, z_c = (h @ W.T + from_x).chunk(4, dim=-1)
            c = torch.sigmoid(z_f) * c + torch.sigmoid(z_i) * torch.tanh(z_c)
            h = torch.sigmoid(z_o) * torch.tanh(c)
            hs.append(h)
            cs.append(c)
        outputs = torch.stack(hs)
        return outputs, LSTMTensors(at_end(outputs, lengths), at_end(torch.stack(cs), lengths))
