"""The encoder-decoder in torch."""

from __future__ import annotations

from copy import copy
from typing import Any, Self

import numpy as np
import torch
from numpy import ndarray
from torch import nn

from rnn_course.cells.bidirectional import reverse_within_lengths
from rnn_course.cells.parameters import map_arrays
from rnn_course.errors import DataError, ShapeError
from rnn_course.lm import Tokens
from rnn_course.models.recurrent import RecurrentLM as NumpyRecurrentLM
from rnn_course.models.sentence_batches import PairBatch, check_padded, teacher_forcing
from rnn_course.models.seq2seq import Seq2Seq as NumpySeq2Seq
from rnn_course.models.seq2seq import Seq2SeqParams
from rnn_course.text.batching import Padded
from rnn_course.torch_models.encoder import Encoder, State
from rnn_course.torch_models.module import LossTensors, check_ids, softmax_loss
from rnn_course.torch_models.recurrent import RecurrentLM


class Seq2Seq(nn.Module):
    """P(y | x) = product over t of P(y_t | y_1 .. y_(t-1), encoder(x)); see `models.seq2seq`.

    Args:
        model: the numpy twin, whose parameters are copied and whose settings are taken over.
        dtype, device, fused: as for `Encoder`.
    """

    def __init__(
        self,
        model: NumpySeq2Seq,
        *,
        dtype: torch.dtype | None = None,
        device: str | torch.device = "cpu",
        fused: bool = False,
    ) -> None:
        super().__init__()
        self.source = model.source
        self.reverse_source = model.reverse_source
        options: Any = {"dtype": dtype, "device": device, "fused": fused}
        self.encoder = Encoder(model.cell, model.params.encoder, dropout=model.dropout, **options)
        decoder = NumpyRecurrentLM(model.target, model.cell, model.params.decoder, dropout=model.dropout)
        self.decoder = RecurrentLM(decoder, **options)

    @classmethod
    def from_numpy(cls, model: NumpySeq2Seq, **options: Any) -> Self:
        """The torch twin of a numpy model, with a copy of its parameters; options as for the class."""
        return cls(model, **options)

    def to_numpy(self) -> Seq2SeqParams:
        """A copy of the parameters as the numpy twin's named tuple."""
        return Seq2SeqParams(self.encoder.to_numpy(), self.decoder.to_numpy())

    def gradients_to_numpy(self) -> Seq2SeqParams:
        """A copy of the gradients as the numpy twin's named tuple."""
        return Seq2SeqParams(self.encoder.gradients_to_numpy(), self.decoder.gradients_to_numpy())

    def numpy_twin(self) -> NumpySeq2Seq:
        """The numpy twin, with a copy of the parameters."""
        return NumpySeq2Seq(
            self.source,
            self.decoder.vocabulary,
            self.encoder.cell_of_twin,
            self.to_numpy(),
            reverse_source=self.reverse_source,
            dropout=self.encoder.dropout,
        )

    def forward(self, batch: PairBatch, state: None = None) -> LossTensors:
        """J over all words of the targets and their `</s>`, by teacher forcing. No state is carried."""
        source, target = batch
        if len(source.lengths) != len(target.lengths):
            raise ShapeError(f"{len(source.lengths)} sources, but {len(target.lengths)} targets")
        decoder = self.decoder
        (inputs, targets), lengths = teacher_forcing(target)
        check_ids(decoder.vocabulary, inputs)
        outputs, _ = decoder.encode(inputs, self._read(source), lengths)
        inside = np.arange(len(inputs))[:, None] < lengths
        h, expected = outputs[decoder.tensor(inside)], targets[inside]
        bos = decoder.vocabulary.bos_id
        loss = softmax_loss(h, decoder.output_weights, decoder.b_2, expected, bos)
        return LossTensors(loss, len(expected), None)

    def _read(self, source: Padded) -> State:
        """The state after each source's last word."""
        check_padded("Seq2Seq", source)
        check_ids(self.source, source.ids)
        ids, lengths, _ = source
        if self.reverse_source:
            ids = reverse_within_lengths(ids, lengths)
        return self.encoder.encode(ids, None, lengths)[1]

    def conditioned_on(self, source: Tokens) -> RecurrentLM:
        """The language model of what is written after `source`; it shares the decoder's parameters.

        Raises:
            DataError: if the source is empty.
            VocabularyError: if an id lies outside the source's vocabulary.
        """
        if not len(source):
            raise DataError("the source is empty: the encoder has nothing to read")
        words: Any = source
        is_text = isinstance(words, str) or any(isinstance(token, str) for token in words)
        ids: ndarray = self.source.encode(words) if is_text else np.asarray(words)
        with self.encoder.scoring():
            start = self._read(Padded(ids[:, None], np.array([len(ids)]), np.zeros(1, np.int64)))
        decoder = copy(self.decoder)
        decoder.start = map_arrays(lambda part: part.detach(), start)
        return decoder
