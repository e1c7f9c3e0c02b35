"""The Elman cell in torch."""

from __future__ import annotations

import torch
from torch import Tensor

from rnn_course.cells.elman import ElmanParams, elman_init
from rnn_course.torch_cells.module import TorchCell


class Elman(TorchCell):
    """h^(t) = tanh(W_h h^(t-1) + W_e e^(t) + b_1); see `rnn_course.cells.elman`."""

    numpy_init = elman_init
    params_type = ElmanParams
    W_h: Tensor
    W_e: Tensor
    b_1: Tensor

    def forward(self, e: Tensor, h: Tensor | None = None) -> tuple[Tensor, Tensor]:
        """Outputs h^(1) .. h^(T), [time, batch, hidden], and h^(T).

        Args:
            e: embeddings, [time, batch, embed].
            h: h^(0), [batch, hidden]; zeros if left out.
        """
        h = self.initial_state(e.shape[1]) if h is None else h
        outputs = []
        for from_e in e @ self.W_e.T + self.b_1:  # W_e e^(t) + b_1 waits for nothing: all steps at once
            h = torch.tanh(h @ self.W_h.T + from_e)
            outputs.append(h)
        return torch.stack(outputs), h
