"""The neural language model with a fixed window, in torch."""

from __future__ import annotations

from typing import Any, Self

import numpy as np
import torch
from jaxtyping import Float, Int
from numpy import ndarray
from torch import Tensor
from torch.nn import functional as F

from rnn_course.errors import ShapeError, check_sizes
from rnn_course.models.encoder import Dropout
from rnn_course.models.fixed_window import FixedWindowLM as NumpyFixedWindowLM
from rnn_course.models.fixed_window import FixedWindowParams
from rnn_course.models.markov import Context
from rnn_course.models.scoring import LARGEST, read_before
from rnn_course.models.windows import Windows, contexts_of
from rnn_course.text.batching import Batch
from rnn_course.text.vocabulary import Vocabulary
from rnn_course.torch_models.module import (
    LossTensors,
    TorchModel,
    check_batch,
    check_ids,
    readout,
    softmax_loss,
    to_array,
)


class FixedWindowLM(TorchModel):
    """P(next token | the last k) = softmax(U tanh(W e + b_1) + b_2); see `models.fixed_window`.

    Args:
        vocabulary: V tokens.
        params: the numpy twin's, which are copied.
        dropout: of the embeddings and of h, while the module is in training mode.
        dtype: of the parameters; that of the arrays if left out.
        device: of the parameters, such as "cpu" or "cuda".
    """

    E: Tensor
    W: Tensor
    b_1: Tensor
    U: Tensor
    b_2: Tensor
    W_direct: Tensor | None

    def __init__(
        self,
        vocabulary: Vocabulary,
        params: FixedWindowParams,
        *,
        dropout: float | Dropout = 0.0,
        dtype: torch.dtype | None = None,
        device: str | torch.device = "cpu",
    ) -> None:
        super().__init__()
        self.vocabulary = vocabulary
        self.dropout = Dropout.of(dropout)
        self.window = NumpyFixedWindowLM(vocabulary, params).window  # which checks the sizes
        self.register(params._asdict(), dtype, device)

    @classmethod
    def from_numpy(
        cls,
        model: NumpyFixedWindowLM,
        *,
        dtype: torch.dtype | None = None,
        device: str | torch.device = "cpu",
    ) -> Self:
        """The torch twin of a numpy model, with a copy of its parameters."""
        return cls(model.vocabulary, model.params, dropout=model.dropout, dtype=dtype, device=device)

    def numpy_twin(self) -> NumpyFixedWindowLM:
        """The numpy twin, with a copy of the parameters."""
        return NumpyFixedWindowLM(self.vocabulary, self.to_numpy(), dropout=self.dropout)

    def to_numpy(self) -> FixedWindowParams:
        """A copy of the parameters as the numpy twin's named tuple."""
        return FixedWindowParams(*(to_array(getattr(self, name)) for name in FixedWindowParams._fields))

    def gradients_to_numpy(self) -> FixedWindowParams:
        """A copy of the gradients as the numpy twin's named tuple."""
        names = FixedWindowParams._fields
        return FixedWindowParams(*(to_array(getattr(self, name), gradient=True) for name in names))

    def forward(self, batch: Batch | Windows, state: ndarray | None = None) -> LossTensors:
        """J over all targets; batch and state as for the numpy twin."""
        if isinstance(batch, Windows):
            sizes = {"contexts": (batch.contexts, "rows window"), "targets": (batch.targets, "rows")}
            check_sizes("FixedWindowLM", **sizes)
            if batch.contexts.shape[1] != self.window:
                raise ShapeError(f"contexts are {batch.contexts.shape}, but the window is {self.window}")
            contexts, targets, state = batch.contexts, batch.targets, None
        else:
            inputs, targets = batch
            check_batch(self.vocabulary, inputs=inputs, targets=targets)
            contexts, state = contexts_of(inputs, self.window, state)
            contexts, targets = contexts.reshape(-1, self.window), targets.ravel()
        check_ids(self.vocabulary, contexts, targets)
        h, U = self._hidden(contexts)
        return LossTensors(softmax_loss(h, U, self.b_2, targets, self.vocabulary.bos_id), len(targets), state)

    def _hidden(self, contexts: Int[ndarray, "rows k"]) -> tuple[Tensor, Tensor]:
        """What the readout reads, and its weights: U [W_direct] for h [e]."""
        e = F.embedding(self.tensor(contexts), self.E).flatten(1)
        e = F.dropout(e, self.dropout.embeddings, self.training)
        h = F.dropout(torch.tanh(F.linear(e, self.W, self.b_1)), self.dropout.outputs, self.training)
        if self.W_direct is None:
            return h, self.U
        return torch.cat([h, e], dim=1), torch.cat([self.U, self.W_direct], dim=1)

    # The language model

    def initial_state(self) -> Context:
        """k times `<s>`."""
        return (self.vocabulary.bos_id,) * self.window

    def advance(self, state: Context, token: int) -> Context:
        """The last k tokens after one more; `</s>` begins anew."""
        check_ids(self.vocabulary, token)
        if token in (self.vocabulary.bos_id, self.vocabulary.eos_id):
            return self.initial_state()
        return (*state[1:], int(token))

    def next_log_probs(self, state: Context) -> Float[ndarray, " vocab"]:
        """log P(next token | state) for every id, in nats; -inf for `<s>`."""
        return self._log_probs(np.array([state])).cpu().numpy()[0]

    def sequence_log_probs(self, stream: Int[ndarray, " length"]) -> Float[ndarray, " length"]:
        """log P(w_t | the k tokens before it) for every token of a stream, in nats; memory stays bounded."""
        check_ids(self.vocabulary, stream)
        log_probs = np.empty(len(stream))
        rows = max(1, LARGEST // len(self.vocabulary))
        state, read = None, read_before(stream)[:, None]
        for t in range(0, len(stream), rows):
            piece = slice(t, t + rows)
            contexts, state = contexts_of(read[piece], self.window, state)
            of_targets = self._log_probs(contexts[:, 0]).gather(1, self.tensor(stream[piece])[:, None])
            log_probs[piece] = of_targets[:, 0].cpu().numpy()
        return log_probs

    def _log_probs(self, contexts: Int[ndarray, "rows k"]) -> Any:
        with self.scoring():
            h, U = self._hidden(contexts)
            return readout(h, U, self.b_2, self.vocabulary.bos_id).double().log_softmax(-1)
