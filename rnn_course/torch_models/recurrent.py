"""A language model over any torch cell: embedding, cell, readout, softmax."""

from __future__ import annotations

from typing import Any, Self

import numpy as np
import torch
from jaxtyping import Float, Int
from numpy import ndarray
from torch import Tensor

from rnn_course.cells.cell import Cell
from rnn_course.cells.parameters import map_arrays
from rnn_course.models.encoder import Dropout
from rnn_course.models.recurrent import Read, RecurrentParams
from rnn_course.models.recurrent import RecurrentLM as NumpyRecurrentLM
from rnn_course.models.segments import Memory, Segments, cut, lay_out
from rnn_course.text.batching import Batch
from rnn_course.text.vocabulary import Vocabulary
from rnn_course.torch_models.encoder import Encoder, State
from rnn_course.torch_models.module import (
    LossTensors,
    check_batch,
    check_ids,
    readout,
    softmax_loss,
    to_array,
)
from rnn_course.torch_models.scoring import score_stream


class RecurrentLM(Encoder):
    """P(next token | all tokens before it) = softmax(U h^(t) + b_2); see `models.recurrent`.

    Args:
        model: the numpy twin, whose parameters are copied and whose settings are taken over.
        dtype: of the parameters; that of the arrays if left out.
        device: of the parameters, such as "cpu" or "cuda".
        fused: run the cell over torch's own kernels, which gives the same numbers faster. Not for the
            lecture's GRU.

    Raises:
        CourseError: if `fused`, and torch has no kernel for the cell.
    """

    U: Tensor | None
    b_2: Tensor

    def __init__(
        self,
        model: NumpyRecurrentLM,
        *,
        dtype: torch.dtype | None = None,
        device: str | torch.device = "cpu",
        fused: bool = False,
    ) -> None:
        settings: Any = {"dtype": dtype, "device": device}
        super().__init__(model.cell, model.params.encoder, dropout=model.dropout, fused=fused, **settings)
        self.vocabulary: Vocabulary = model.vocabulary
        self.memory: Memory = model.memory
        self.register({"U": model.params.U, "b_2": model.params.b_2}, **settings)
        self.start: State = None
        if model.start is not None:
            self.start = map_arrays(lambda array: self.tensor(array).to(self.E.dtype), model.start)

    @classmethod
    def init(
        cls,
        vocabulary: Vocabulary,
        cell: Cell,
        embed_size: int,
        hidden_size: int,
        rng: np.random.Generator,
        *,
        tied: bool = False,
        memory: Memory = "sentence",
        dropout: float | Dropout = 0.0,
        dtype: torch.dtype = torch.float32,
        device: str | torch.device = "cpu",
        fused: bool = False,
        **options: Any,
    ) -> Self:
        """A model with the random weights that the numpy twin's `init` draws from the same rng."""
        twin = NumpyRecurrentLM.init(
            vocabulary,
            cell,
            embed_size,
            hidden_size,
            rng,
            tied=tied,
            memory=memory,
            dropout=dropout,
            **options,
        )
        return cls(twin, dtype=dtype, device=device, fused=fused)

    @classmethod
    def from_numpy(cls, model: NumpyRecurrentLM, **options: Any) -> Self:
        """The torch twin of a numpy model, with a copy of its parameters; options as for the class."""
        return cls(model, **options)

    def numpy_twin(self) -> NumpyRecurrentLM:
        """The numpy twin, with a copy of the parameters."""
        return NumpyRecurrentLM(
            self.vocabulary,
            self.cell_of_twin,
            self.to_numpy(),
            memory=self.memory,
            dropout=self.dropout,
            start=map_arrays(to_array, self.start),
            allow_future=self.cell_of_twin.sees_future,
        )

    def to_numpy(self) -> RecurrentParams:
        """A copy of the parameters as the numpy twin's named tuple."""
        E, cell = super().to_numpy()
        return RecurrentParams(E, cell, to_array(self.U), to_array(self.b_2))

    def gradients_to_numpy(self) -> RecurrentParams:
        """A copy of the gradients as the numpy twin's named tuple."""
        E, cell = super().gradients_to_numpy()
        U, b_2 = (to_array(tensor, gradient=True) for tensor in (self.U, self.b_2))
        return RecurrentParams(E, cell, U, b_2)

    def forward(self, batch: Batch, state: State = None) -> LossTensors:
        """J over all targets of a batch of `stateful_batches`; see the numpy twin's `loss`.

        Args:
            batch: inputs and targets, [time, batch].
            state: what the batch before this one returned, detached; None at the beginning of a text.
        """
        inputs, targets = batch
        check_batch(self.vocabulary, inputs=inputs, targets=targets)
        segments = cut(inputs, self.memory)
        places, inside = lay_out(segments, inputs.shape[1])
        whole = bool(inside.all())
        outputs, last = self.encode(
            inputs.ravel()[places],
            self._states_before(segments, state),
            None if whole else segments.lengths,
        )
        h = outputs.flatten(0, 1) if whole else outputs[self.tensor(inside)]
        targets = targets.ravel()[places[inside]]
        loss = softmax_loss(h, self.output_weights, self.b_2, targets, self.vocabulary.bos_id)
        after = None
        if self.memory != "none" and not self.cell_of_twin.sees_future:
            columns = self.tensor(segments.last())
            after = map_arrays(lambda part: part[columns], last)
        return LossTensors(loss, len(targets), after)

    @property
    def output_weights(self) -> Tensor:
        """U, or E where it is tied."""
        return self.E if self.U is None else self.U

    def beginning(self, batch_size: int) -> State:
        """The state before the first `<s>`."""
        if self.start is None:
            return self.cell.initial_state(batch_size)
        return map_arrays(lambda part: part.to(self.E).expand(batch_size, -1), self.start)

    def _states_before(self, segments: Segments, state: State) -> State:
        """The state that each segment is read from: the carried one, or that of the beginning."""
        continues = segments.continues
        if self.cell_of_twin.sees_future:
            return None
        states = self.beginning(len(continues))
        if state is None or not continues.any():
            return states
        where, columns = self.tensor(continues.nonzero()[0]), self.tensor(segments.columns[continues])
        return map_arrays(lambda part, carried: part.index_copy(0, where, carried[columns]), states, state)

    # The language model

    def initial_state(self) -> Read:
        """The state after `<s>`, read from `start`."""
        return self._step(self.beginning(1), self.vocabulary.bos_id)

    def advance(self, state: Read, token: int) -> Read:
        """The state after one token more; as the numpy twin's."""
        check_ids(self.vocabulary, token)
        ends = token in (self.vocabulary.bos_id, self.vocabulary.eos_id)
        anew = self.memory == "none" or (ends and self.memory == "sentence")
        before = self.beginning(1) if anew else state.state
        return self._step(before, self.vocabulary.bos_id if ends else token)

    def next_log_probs(self, state: Read) -> Float[ndarray, " vocab"]:
        """log P(next token | what was read) for every id, in nats; -inf for `<s>`."""
        with self.scoring():
            z = readout(state.output, self.output_weights, self.b_2, self.vocabulary.bos_id)  # type: ignore[arg-type]
            return z.double().log_softmax(-1)[0].cpu().numpy()

    def sequence_log_probs(self, stream: Int[ndarray, " length"]) -> Float[ndarray, " length"]:
        """log P(w_t | w_1 .. w_(t-1)) for every token of a stream, in nats; memory stays bounded."""
        check_ids(self.vocabulary, stream)
        return score_stream(self, stream)

    def _step(self, state: State, token: int) -> Read:
        with self.scoring():
            outputs, state = self.encode(np.array([[token]]), state, None)
            return Read(state, outputs[0])  # type: ignore[arg-type]
