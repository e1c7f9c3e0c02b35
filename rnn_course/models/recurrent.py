"""A language model over any recurrent cell: embedding, cell, readout, softmax."""

from __future__ import annotations

from typing import Any, NamedTuple, Self

import numpy as np
from jaxtyping import Float, Int
from numpy import ndarray

from rnn_course.cells.cell import Cell, Params, State, state_at
from rnn_course.cells.initialization import uniform
from rnn_course.cells.packed import packed
from rnn_course.cells.parameters import map_arrays
from rnn_course.errors import CourseError, DataError, check_sizes
from rnn_course.layers import ReadoutParams, log_softmax
from rnn_course.models.encoder import (
    Dropout,
    EncoderParams,
    encoder_backward,
    encoder_forward,
    encoder_init,
)
from rnn_course.models.recurrent_checks import check_state, check_weights
from rnn_course.models.scoring import repeat_state, score_stream
from rnn_course.models.segments import Memory, Segments, cut, lay_out
from rnn_course.models.softmax_loss import (
    SoftmaxLossCache,
    scores,
    softmax_loss_backward,
    softmax_loss_forward,
)
from rnn_course.models.trainable import Evaluation, Step
from rnn_course.text.batching import Batch
from rnn_course.text.vocabulary import Vocabulary


class RecurrentParams(NamedTuple):
    """Embeddings, cell and readout. U is None where it is tied to E: one array, hence one gradient."""

    E: Float[ndarray, "vocab embed"]
    cell: Params
    U: Float[ndarray, "vocab output"] | None
    b_2: Float[ndarray, " vocab"]

    @property
    def encoder(self) -> EncoderParams:
        return EncoderParams(self.E, self.cell)

    @property
    def readout(self) -> ReadoutParams:
        return ReadoutParams(self.E if self.U is None else self.U, self.b_2)


class Read(NamedTuple):
    """What a model has read: the cell's state and its last output, each for a batch of one."""

    state: State
    output: Float[ndarray, "1 output"]


class _Pass(NamedTuple):
    """One forward pass over a batch, with what the backward pass and the next batch need."""

    loss: float
    tokens: int
    state: State
    outputs: ndarray
    inside: ndarray
    of_encoder: Any
    of_loss: SoftmaxLossCache


class RecurrentLM:
    """P(next token | all tokens before it) = softmax(U h^(t) + b_2), h^(t) = cell(h^(t-1), E[x^(t)])

    `<s>` is read and never predicted: its probability is held at 0, in training as well.

    Args:
        vocabulary: V tokens.
        cell: any cell or network of cells that reads from left to right.
        params: its weights; training changes them in place.
        memory: how long the state lasts. "sentence": it begins anew at every `<s>`, as the n-gram models do.
            "text": it is carried over into the next sentence. "none": it begins anew at every token. Such a
            network trains happily, and is a bigram model.
        dropout: one rate for all places, or a rate for each; it acts only where an rng is given.
        start: the state before the first `<s>` and wherever the state begins anew; zeros if left out.
        allow_future: take a bidirectional cell all the same. Its loss means nothing: each prediction is
            made by a network that has read the answer. It can be scored, and it cannot be sampled from.

    Raises:
        CourseError: if the cell sees the future and this is not allowed.
        ShapeError: if the weights disagree with each other or with the vocabulary.

    Source: Elman 1990; as a language model: Mikolov et al. 2010; tied embeddings: Press & Wolf 2017.
    """

    def __init__(
        self,
        vocabulary: Vocabulary,
        cell: Cell,
        params: RecurrentParams,
        *,
        memory: Memory = "sentence",
        dropout: float | Dropout = 0.0,
        start: State = None,
        allow_future: bool = False,
    ) -> None:
        if cell.sees_future and not allow_future:
            raise CourseError(
                f"a {cell.name} network is no language model: its output at a token depends on the tokens "
                "that follow, which are those to be predicted. To see the leak, give allow_future=True"
            )
        self.vocabulary = vocabulary
        self.cell = cell
        self._reader = packed(cell)
        self.params = params
        self.memory: Memory = memory
        self.dropout = Dropout.of(dropout)
        self.start = start
        check_weights(vocabulary, cell, params.cell, params.E, params.U, params.b_2)
        cut(np.zeros((1, 1), np.int64), memory)

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
        dtype: Any = np.float64,
        memory: Memory = "sentence",
        dropout: float | Dropout = 0.0,
        allow_future: bool = False,
        **options: Any,
    ) -> Self:
        """A model with random weights.

        Args:
            rng: `numpy.random.default_rng(seed)`.
            tied: use E as U, which takes V times `embed_size` weights less; sizes have to agree.
            dtype: numpy.float32 is about twice as fast, float64 is for gradient checks.
            options: those of the cell's init, such as `forget_bias`.
        """
        V = len(vocabulary)
        encoder = encoder_init(cell, V, embed_size, hidden_size, rng, dtype=dtype, **options)
        output_size = cell.output_size(encoder.cell)
        U = None if tied else uniform((V, output_size), output_size, rng, dtype)
        params = RecurrentParams(*encoder, U, np.zeros(V, dtype))
        return cls(vocabulary, cell, params, memory=memory, dropout=dropout, allow_future=allow_future)

    # Training

    def loss(self, batch: Batch, state: State = None) -> Evaluation:
        """J over all targets of a batch of `stateful_batches`, without dropout.

        Args:
            batch: inputs and targets, [time, batch].
            state: what the batch before this one returned; None at the beginning of a text.

        Raises:
            ShapeError: if inputs, targets and state disagree on a size.
            VocabularyError: if an id lies outside the vocabulary.
            DataError: if the batch is empty, or `<s>` is to be predicted.
        """
        done = self._forward(batch, state, None)
        return Evaluation(done.loss, done.tokens, done.state)

    def loss_and_gradients(
        self, batch: Batch, state: State = None, *, rng: np.random.Generator | None = None
    ) -> Step:
        """J and its gradients, by backpropagation through all steps of the batch and no further.

        Args:
            batch, state: as for `loss`.
            rng: draws what dropout leaves out.
        """
        done = self._forward(batch, state, rng)
        dreadout, drows = softmax_loss_backward(done.of_loss)
        if done.inside.all():
            doutputs = drows.reshape(done.outputs.shape)
        else:
            doutputs = np.zeros_like(done.outputs)
            doutputs[done.inside] = drows
        dencoder, _ = encoder_backward(self._reader, doutputs, done.of_encoder)
        return Step(done.loss, done.tokens, self.gather(dencoder, dreadout), done.state)

    def gather(self, dencoder: EncoderParams, dreadout: ReadoutParams) -> RecurrentParams:
        """The gradients of both halves in one tree. Tied embeddings have two roles: they add up."""
        if self.params.U is None:
            return RecurrentParams(dencoder.E + dreadout.U, dencoder.cell, None, dreadout.b_2)
        return RecurrentParams(*dencoder, *dreadout)

    def _forward(self, batch: Batch, state: State, rng: np.random.Generator | None) -> _Pass:
        inputs, targets = batch
        check_sizes("RecurrentLM", inputs=(inputs, "time batch"), targets=(targets, "time batch"))
        if not inputs.size:
            raise DataError(f"the batch is empty: its inputs are {inputs.shape}")
        if state is not None:
            check_state(state, self.cell.initial_state(self.params.cell, inputs.shape[1]))
        segments = cut(inputs, self.memory)
        places, inside = lay_out(segments, inputs.shape[1])
        state_0 = None if self.cell.sees_future else self._states_before(segments, state)
        outputs, of_encoder = encoder_forward(
            self._reader,
            self.params.encoder,
            inputs.ravel()[places],
            state_0,
            segments.lengths,
            dropout=self.dropout,
            rng=rng,
        )
        everywhere = inside.all()  # then there is no padding to leave out
        rows = outputs.reshape(-1, outputs.shape[-1]) if everywhere else outputs[inside]
        targets = targets.ravel()[places[inside]]
        loss, of_loss = softmax_loss_forward(self.params.readout, rows, targets, self.vocabulary.bos_id)
        after = None
        if self.memory != "none" and not self.cell.sees_future:
            ends = state_at(self._reader.states(of_encoder.cell), segments.lengths)
            after = map_arrays(lambda array: array[segments.last()], ends)
        return _Pass(loss, len(targets), after, outputs, inside, of_encoder, of_loss)

    def _states_before(self, segments: Segments, state: State) -> State:
        """The state that each segment is read from: the carried one, or that of the beginning."""
        continues = segments.continues
        if self.start is None and (state is None or not continues.any()):
            return None
        fresh = self.cell.initial_state(self.params.cell, 1) if self.start is None else self.start
        states = repeat_state(fresh, len(continues))
        if state is not None:

            def carry(array: ndarray, carried: ndarray) -> None:
                array[continues] = carried[segments.columns[continues]]

            map_arrays(carry, states, state)
        return states

    # The language model

    def initial_state(self) -> Read:
        """The state after `<s>`, read from `start`."""
        return self._step(self._fresh(), self.vocabulary.bos_id)

    def advance(self, state: Read, token: int) -> Read:
        """The state after one token more. In place of `</s>`, the `<s>` of the next sentence is read.

        With memory "text", that `<s>` is read in the state that the sentence left, and else in `start`.

        Raises:
            VocabularyError: if the id lies outside the vocabulary.
        """
        self.vocabulary.check_id(token)
        ends = token in (self.vocabulary.bos_id, self.vocabulary.eos_id)
        anew = self.memory == "none" or (ends and self.memory == "sentence")
        return self._step(self._fresh() if anew else state.state, self.vocabulary.bos_id if ends else token)

    def next_log_probs(self, state: Read) -> Float[ndarray, " vocab"]:
        """log P(next token | what was read) for every id, in nats; -inf for `<s>`."""
        return log_softmax(scores(self.params.readout, state.output, self.vocabulary.bos_id)[0])[0]

    def sequence_log_probs(self, stream: Int[ndarray, " length"]) -> Float[ndarray, " length"]:
        """log P(w_t | w_1 .. w_(t-1)) for every token of a stream, in nats; memory stays bounded."""
        self.vocabulary.check_ids(stream)
        params = self.params
        return score_stream(
            self.cell, params.encoder, params.readout, stream, memory=self.memory, start=self.start
        )

    def _fresh(self) -> State:
        return self.cell.initial_state(self.params.cell, 1) if self.start is None else self.start

    def _step(self, state: State, token: int) -> Read:
        output, state = self.cell.step(self.params.cell, state, self.params.E[[token]])
        return Read(state, output)
