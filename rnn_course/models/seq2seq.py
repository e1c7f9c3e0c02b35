"""A language model that has read something first: an encoder's last state is where the decoder begins."""

from __future__ import annotations

from typing import Any, NamedTuple, Self

import numpy as np
from numpy import ndarray

from rnn_course.cells.bidirectional import reverse_within_lengths
from rnn_course.cells.cell import Cell, State, state_at, state_at_backward
from rnn_course.cells.packed import packed
from rnn_course.cells.parameters import named_arrays
from rnn_course.errors import CourseError, DataError, ShapeError
from rnn_course.lm import Tokens
from rnn_course.models.encoder import (
    Dropout,
    EncoderCache,
    EncoderParams,
    encoder_backward,
    encoder_forward,
    encoder_init,
)
from rnn_course.models.recurrent import RecurrentLM, RecurrentParams
from rnn_course.models.sentence_batches import PairBatch, check_padded, teacher_forcing
from rnn_course.models.softmax_loss import SoftmaxLossCache, softmax_loss_backward, softmax_loss_forward
from rnn_course.models.trainable import Evaluation, Step
from rnn_course.text.batching import Padded
from rnn_course.text.vocabulary import Vocabulary


class Seq2SeqParams(NamedTuple):
    """Two networks, which share no weights."""

    encoder: EncoderParams
    decoder: RecurrentParams


class _Pass(NamedTuple):
    """One forward pass, with what the backward pass needs."""

    loss: float
    tokens: int
    of_encoder: EncoderCache
    of_decoder: EncoderCache
    of_loss: SoftmaxLossCache
    inside: ndarray
    encoder_outputs: ndarray
    decoder_outputs: ndarray


class Seq2Seq:
    """P(y_1 .. y_m </s> | x) = product over t of P(y_t | y_1 .. y_(t-1), s),   s = encoder(x_1 .. x_n)

    The encoder's last state s, which is all that the decoder learns of the source, is the state in which it
    reads `<s>`. From there on it is a recurrent language model.

    Args:
        source: vocabulary of what is read.
        target: vocabulary of what is written.
        cell: of encoder and decoder; it reads from left to right.
        params: the weights; training changes them in place.
        reverse_source: read the source from its end, so that its first words are the nearest.
        dropout: one rate for all places, or a rate for each; it acts only where an rng is given.

    Raises:
        CourseError: if the cell sees the future.
        ShapeError: if the weights disagree, or the encoder's state is not of the decoder's sizes.

    Source: Cho et al. 2014; Sutskever et al. 2014 (reversed source).
    """

    def __init__(
        self,
        source: Vocabulary,
        target: Vocabulary,
        cell: Cell,
        params: Seq2SeqParams,
        *,
        reverse_source: bool = False,
        dropout: float | Dropout = 0.0,
    ) -> None:
        self.source = source
        self.target = target
        self.cell = cell
        self._reader = packed(cell)
        self.params = params
        self.reverse_source = reverse_source
        self.dropout = Dropout.of(dropout)
        RecurrentLM(target, cell, params.decoder)  # holds the decoder to its vocabulary and its direction
        if len(params.encoder.E) != len(source):
            raise ShapeError(
                f"the encoder's E is {params.encoder.E.shape}, but its vocabulary has {len(source):,} tokens"
            )
        states = [cell.initial_state(half.cell, 1) for half in params]
        sizes = [[(name, array.shape[1]) for name, array in named_arrays(state)] for state in states]
        if sizes[0] != sizes[1]:
            raise ShapeError(
                "the decoder begins in the encoder's last state, so their states have the same sizes; got "
                f"{[size for _, size in sizes[0]]} and {[size for _, size in sizes[1]]}"
            )

    @classmethod
    def init(
        cls,
        source: Vocabulary,
        target: Vocabulary,
        cell: Cell,
        embed_size: int,
        hidden_size: int,
        rng: np.random.Generator,
        *,
        tied: bool = False,
        dtype: Any = np.float64,
        reverse_source: bool = False,
        dropout: float | Dropout = 0.0,
        **options: Any,
    ) -> Self:
        """A model with random weights.

        Args:
            rng: `numpy.random.default_rng(seed)`.
            tied: use the decoder's E as its U.
            options: those of the cell's init, such as `forget_bias`.
        """
        if cell.sees_future:
            raise CourseError(
                f"a {cell.name} encoder ends in two states, one at each end of the source, and a decoder "
                "cannot read in both directions: give a cell that reads from left to right"
            )
        sizes = (embed_size, hidden_size)
        encoder = encoder_init(cell, len(source), *sizes, rng, dtype=dtype, **options)
        decoder = RecurrentLM.init(target, cell, *sizes, rng, tied=tied, dtype=dtype, **options).params
        params = Seq2SeqParams(encoder, decoder)
        return cls(source, target, cell, params, reverse_source=reverse_source, dropout=dropout)

    def loss(self, batch: PairBatch, state: None = None) -> Evaluation:
        """J over all words of the targets and their `</s>`, without dropout. There is no state to carry."""
        done = self._forward(batch, None)
        return Evaluation(done.loss, done.tokens, None)

    def loss_and_gradients(
        self, batch: PairBatch, state: None = None, *, rng: np.random.Generator | None = None
    ) -> Step:
        """J and its gradients, by teacher forcing: the decoder reads the right words, whatever it predicts.

            dJ/ds = dJ/d(the decoder's state before <s>), and from there back through the encoder

        Args:
            rng: draws what dropout leaves out.
        """
        done = self._forward(batch, rng)
        decoder = RecurrentLM(self.target, self.cell, self.params.decoder)
        dreadout, drows = softmax_loss_backward(done.of_loss)
        doutputs = np.zeros_like(done.decoder_outputs)
        doutputs[done.inside] = drows
        ddecoder, dstate = encoder_backward(self._reader, doutputs, done.of_decoder)
        states = self._reader.states(done.of_encoder.cell)
        dstates = state_at_backward(dstate, states, batch.source.lengths)
        nothing = np.zeros_like(done.encoder_outputs)
        dencoder, _ = encoder_backward(self._reader, nothing, done.of_encoder, dstates)
        gradients = Seq2SeqParams(dencoder, decoder.gather(ddecoder, dreadout))
        return Step(done.loss, done.tokens, gradients, None)

    def conditioned_on(self, source: Tokens) -> RecurrentLM:
        """The language model of what is written after `source`: score it, sample from it, search with it.

        Args:
            source: words without boundaries, as strings or ids.

        Raises:
            DataError: if the source is empty.
            VocabularyError: if an id lies outside the source's vocabulary.
        """
        if not len(source):
            raise DataError("the source is empty: the encoder has nothing to read")
        if isinstance(source, str) or any(isinstance(token, str) for token in source):
            ids = self.source.encode(source)  # type: ignore[arg-type]
        else:
            ids = np.asarray(source)
            self.source.check_ids(ids)
        start, _, _ = self._encode(Padded(ids[:, None], np.array([len(ids)]), np.zeros(1, np.int64)), None)
        return RecurrentLM(self.target, self.cell, self.params.decoder, start=start)

    def _encode(self, source: Padded, rng: np.random.Generator | None) -> tuple[State, ndarray, EncoderCache]:
        """The state after each source's last word."""
        check_padded("Seq2Seq", source)
        ids, lengths, _ = source
        if self.reverse_source:
            ids = reverse_within_lengths(ids, lengths)
        outputs, cache = encoder_forward(
            self._reader, self.params.encoder, ids, None, lengths, dropout=self.dropout, rng=rng
        )
        return state_at(self._reader.states(cache.cell), lengths), outputs, cache

    def _forward(self, batch: PairBatch, rng: np.random.Generator | None) -> _Pass:
        source, target = batch
        if len(source.lengths) != len(target.lengths):
            raise ShapeError(f"{len(source.lengths)} sources, but {len(target.lengths)} targets")
        start, encoder_outputs, of_encoder = self._encode(source, rng)
        (inputs, targets), lengths = teacher_forcing(target)
        decoder = self.params.decoder
        outputs, of_decoder = encoder_forward(
            self._reader, decoder.encoder, inputs, start, lengths, dropout=self.dropout, rng=rng
        )
        inside = np.arange(len(inputs))[:, None] < lengths
        rows, expected = outputs[inside], targets[inside]
        loss, of_loss = softmax_loss_forward(decoder.readout, rows, expected, self.target.bos_id)
        return _Pass(loss, len(rows), of_encoder, of_decoder, of_loss, inside, encoder_outputs, outputs)
