"""The neural language model of Bengio et al. (2003): the last k tokens, concatenated, through one layer."""

from __future__ import annotations

from typing import Any, NamedTuple, Self

import numpy as np
from jaxtyping import Float, Int
from numpy import ndarray

from rnn_course.cells.initialization import uniform
from rnn_course.errors import ShapeError, check_sizes
from rnn_course.layers import (
    EmbeddingCache,
    ReadoutParams,
    dropout_backward,
    dropout_forward,
    embedding_backward,
    embedding_forward,
    log_softmax,
)
from rnn_course.models.encoder import Dropout, check_positive
from rnn_course.models.markov import Context
from rnn_course.models.scoring import LARGEST, read_before
from rnn_course.models.softmax_loss import (
    SoftmaxLossCache,
    scores,
    softmax_loss_backward,
    softmax_loss_forward,
    target_log_probs,
)
from rnn_course.models.trainable import Evaluation, Step
from rnn_course.models.windows import Windows, contexts_of
from rnn_course.text.batching import Batch
from rnn_course.text.vocabulary import Vocabulary


class FixedWindowParams(NamedTuple):
    """Weights of h = tanh(W e + b_1) and z = U h + b_2 (+ W_direct e), where e = [e^(1); ...; e^(k)]."""

    E: Float[ndarray, "vocab embed"]
    W: Float[ndarray, "hidden k*embed"]
    b_1: Float[ndarray, " hidden"]
    U: Float[ndarray, "vocab hidden"]
    b_2: Float[ndarray, " vocab"]
    W_direct: Float[ndarray, "vocab k*embed"] | None = None


class _Pass(NamedTuple):
    """One forward pass, with what the backward pass needs."""

    h: ndarray
    e: ndarray
    of_embedding: EmbeddingCache
    mask_of_embeddings: ndarray | None
    mask_of_outputs: ndarray | None


class FixedWindowLM:
    """P(next token | the last k) = softmax(U tanh(W [e^(1); ...; e^(k)] + b_1) + b_2)

    A Markov model as the n-grams are, of order k + 1, but without counts: similar words have similar
    embeddings, so what was learned of one holds for the other. W has a block of columns for each place in
    the window. It grows with k, and what it learns of a word at one place it does not know at another.

    Args:
        vocabulary: V tokens.
        params: the weights; training changes them in place. Their sizes tell k.
        dropout: of the embeddings and of h; it acts only where an rng is given.

    Raises:
        ShapeError: if the weights disagree with each other or with the vocabulary.

    Source: Bengio et al. 2003 (with W_direct, their direct connections).
    """

    def __init__(
        self, vocabulary: Vocabulary, params: FixedWindowParams, *, dropout: float | Dropout = 0.0
    ) -> None:
        self.vocabulary = vocabulary
        self.params = params
        self.dropout = Dropout.of(dropout)
        E, W, b_1, U, b_2, W_direct = params
        if len(E) != len(vocabulary):
            raise ShapeError(f"E is {E.shape}, but the vocabulary has {len(vocabulary):,} tokens")
        check_sizes(
            "FixedWindowLM",
            E=(E, "vocab embed"),
            W=(W, "hidden window"),
            b_1=(b_1, "hidden"),
            U=(U, "vocab hidden"),
            b_2=(b_2, "vocab"),
            W_direct=(W_direct, "vocab window"),
        )
        if W.shape[1] % E.shape[1]:
            raise ShapeError(f"W is {W.shape}: its columns are no multiple of the embeddings' {E.shape[1]}")
        self.window = W.shape[1] // E.shape[1]

    @classmethod
    def init(
        cls,
        vocabulary: Vocabulary,
        window: int,
        embed_size: int,
        hidden_size: int,
        rng: np.random.Generator,
        *,
        direct: bool = False,
        dtype: Any = np.float64,
        dropout: float | Dropout = 0.0,
    ) -> Self:
        """A model with random weights, uniform in [-1/sqrt(n), 1/sqrt(n)] for n inputs; biases are 0.

        Args:
            window: k, tokens of context.
            rng: `numpy.random.default_rng(seed)`.
            direct: with connections from the embeddings to the scores, past h.
        """
        check_positive(window=window, embed_size=embed_size, hidden_size=hidden_size)
        V, H, inputs = len(vocabulary), hidden_size, window * embed_size
        params = FixedWindowParams(
            E=uniform((V, embed_size), embed_size, rng, dtype),
            W=uniform((H, inputs), inputs, rng, dtype),
            b_1=np.zeros(H, dtype),
            U=uniform((V, H), H, rng, dtype),
            b_2=np.zeros(V, dtype),
            W_direct=uniform((V, inputs), inputs, rng, dtype) if direct else None,
        )
        return cls(vocabulary, params, dropout=dropout)

    # Training

    def loss(self, batch: Batch | Windows, state: ndarray | None = None) -> Evaluation:
        """J over all targets of a batch, without dropout.

        Args:
            batch: of `stateful_batches`, as a recurrent model reads it, or of `window_batches`.
            state: the last k - 1 tokens that each strand has read, [k - 1, batch], as the batch before
                returned them. None at the beginning of a text, and for `Windows`, which need none.
        """
        contexts, targets, state = self._contexts(batch, state)
        loss, _ = self._forward(contexts, targets, None)[:2]
        return Evaluation(loss, len(targets), state)

    def loss_and_gradients(
        self,
        batch: Batch | Windows,
        state: ndarray | None = None,
        *,
        rng: np.random.Generator | None = None,
    ) -> Step:
        """J and its gradients. Args as for `loss`; rng draws what dropout leaves out.

        dz_1 = dh * (1 - h^2),   dW = dz_1 e^T,   de = W^T dz_1 (+ W_direct^T dz)
        """
        contexts, targets, state = self._contexts(batch, state)
        loss, of_loss, done = self._forward(contexts, targets, rng)
        params = self.params
        dreadout, dinputs = softmax_loss_backward(of_loss)
        H = len(params.b_1)
        dh, de = dinputs[:, :H], dinputs[:, H:]
        if done.mask_of_outputs is not None:
            dh = dropout_backward(dh, done.mask_of_outputs)
        dz = dh * (1 - done.h**2)
        de = dz @ params.W + de if params.W_direct is not None else dz @ params.W
        dW, db_1 = dz.T @ done.e, dz.sum(axis=0)
        if done.mask_of_embeddings is not None:
            de = dropout_backward(de, done.mask_of_embeddings)
        dE = embedding_backward(de.reshape(*contexts.shape, -1), done.of_embedding)
        dW_direct = None if params.W_direct is None else dreadout.U[:, H:]
        gradients = FixedWindowParams(dE, dW, db_1, dreadout.U[:, :H], dreadout.b_2, dW_direct)
        return Step(loss, len(targets), gradients, state)

    def _contexts(
        self, batch: Batch | Windows, state: ndarray | None
    ) -> tuple[ndarray, ndarray, ndarray | None]:
        """Contexts [rows, k], targets [rows] and the state after the batch."""
        if isinstance(batch, Windows):
            sizes = {"contexts": (batch.contexts, "rows window"), "targets": (batch.targets, "rows")}
            check_sizes("FixedWindowLM", **sizes)
            if batch.contexts.shape[1] != self.window:
                raise ShapeError(f"contexts are {batch.contexts.shape}, but the window is {self.window}")
            return batch.contexts, batch.targets, None
        inputs, targets = batch
        check_sizes("FixedWindowLM", inputs=(inputs, "time batch"), targets=(targets, "time batch"))
        contexts, state = contexts_of(inputs, self.window, state)
        return contexts.reshape(-1, self.window), targets.ravel(), state

    def _hidden(
        self, contexts: Int[ndarray, "rows k"], rng: np.random.Generator | None
    ) -> tuple[Float[ndarray, "rows inputs"], _Pass]:
        """What the readout reads: h, and e beside it where there are direct connections."""
        params, rates = self.params, self.dropout
        mask_of_embeddings = mask_of_outputs = None
        e, of_embedding = embedding_forward(params.E, contexts)
        e = e.reshape(len(contexts), -1)
        if rng is not None and rates.embeddings:
            e, mask_of_embeddings = dropout_forward(e, rates.embeddings, rng)
        h = outputs = np.tanh(e @ params.W.T + params.b_1)
        if rng is not None and rates.outputs:
            outputs, mask_of_outputs = dropout_forward(h, rates.outputs, rng)
        inputs = outputs if params.W_direct is None else np.concatenate([outputs, e], axis=1)
        return inputs, _Pass(h, e, of_embedding, mask_of_embeddings, mask_of_outputs)

    def _readout(self) -> ReadoutParams:
        """U h + W_direct e = [U W_direct] [h; e]"""
        U, b_2, W_direct = self.params[3:]
        return ReadoutParams(U if W_direct is None else np.concatenate([U, W_direct], axis=1), b_2)

    def _forward(
        self, contexts: ndarray, targets: ndarray, rng: np.random.Generator | None
    ) -> tuple[float, SoftmaxLossCache, _Pass]:
        inputs, done = self._hidden(contexts, rng)
        loss, of_loss = softmax_loss_forward(self._readout(), inputs, targets, self.vocabulary.bos_id)
        return loss, of_loss, done

    # The language model

    def initial_state(self) -> Context:
        """k times `<s>`."""
        return (self.vocabulary.bos_id,) * self.window

    def advance(self, state: Context, token: int) -> Context:
        """The last k tokens after one more; `</s>` begins anew.

        Raises:
            VocabularyError: if the id lies outside the vocabulary.
        """
        self.vocabulary.check_id(token)
        if token in (self.vocabulary.bos_id, self.vocabulary.eos_id):
            return self.initial_state()
        return (*state[1:], int(token))

    def next_log_probs(self, state: Context) -> Float[ndarray, " vocab"]:
        """log P(next token | state) for every id, in nats; -inf for `<s>`."""
        inputs, _ = self._hidden(np.array([state]), None)
        return log_softmax(scores(self._readout(), inputs, self.vocabulary.bos_id)[0])[0]

    def sequence_log_probs(self, stream: Int[ndarray, " length"]) -> Float[ndarray, " length"]:
        """log P(w_t | the k tokens before it) for every token of a stream, in nats; memory stays bounded."""
        self.vocabulary.check_ids(stream)
        log_probs = np.empty(len(stream))
        rows = max(1, LARGEST // len(self.vocabulary))
        state, readout, read = None, self._readout(), read_before(stream)[:, None]
        for t in range(0, len(stream), rows):
            piece = slice(t, t + rows)
            contexts, state = contexts_of(read[piece], self.window, state)
            inputs, _ = self._hidden(contexts[:, 0], None)
            log_probs[piece] = target_log_probs(readout, inputs, stream[piece], self.vocabulary.bos_id)
        return log_probs
