"""Attention: a translator whose decoder looks at every state of the encoder. The last page of lecture 16.

The decoder gets nothing else from the source: it begins in a state of zeros. Each of its states asks, and the
encoder's states answer by their dot products with it.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import partial
from typing import Any, NamedTuple

import numpy as np
from jaxtyping import Float
from numpy import ndarray

from rnn_course.cells.bidirectional import bidirectional
from rnn_course.cells.cell import CELLS, Cell
from rnn_course.cells.packed import packed
from rnn_course.cells.parameters import parameter_count
from rnn_course.errors import CourseError, DataError
from rnn_course.experiments.uses import write_greedily
from rnn_course.layers import ReadoutParams
from rnn_course.models.encoder import (
    EncoderCache,
    EncoderParams,
    encoder_backward,
    encoder_forward,
    encoder_init,
)
from rnn_course.models.sentence_batches import PairBatch, pair_batches, teacher_forcing
from rnn_course.models.seq2seq import Seq2Seq
from rnn_course.models.softmax_loss import (
    SoftmaxLossCache,
    scores,
    softmax_loss_backward,
    softmax_loss_forward,
)
from rnn_course.models.trainable import Evaluation, Step
from rnn_course.tasks.translation import translation
from rnn_course.text.vocabulary import Vocabulary
from rnn_course.training.config import TrainingConfig
from rnn_course.training.loop import train


class AttentionParams(NamedTuple):
    """Weights of `AttentionTranslator`. The readout reads [context; state], so U is [vocab, 2 H]."""

    encoder: EncoderParams
    decoder: EncoderParams
    U: Float[ndarray, "vocab two_hidden"]
    b_2: Float[ndarray, " vocab"]


class _Pass(NamedTuple):
    loss: float
    tokens: int
    inside: ndarray
    H: ndarray
    s: ndarray
    weights: ndarray
    of_encoder: EncoderCache
    of_decoder: EncoderCache
    of_loss: SoftmaxLossCache


class AttentionTranslator:
    """P(y_t | y_1 .. y_(t-1), x) = softmax(U [a^(t); s^(t)] + b_2),   a^(t) = H^T softmax(H s^(t))

    H holds the encoder's states as rows, one for each source word, from both directions; s^(t) is the
    decoder's state. Of the source, the decoder learns nothing but a^(1), a^(2) ...

    Args:
        source, target: vocabularies.
        hidden_size: units of the decoder; each direction of the encoder has half of them.
        embed_size: numbers in an embedding.
        rng: draws the first weights.
        dtype: of the weights.

    Raises:
        CourseError: if `hidden_size` is odd, or a size is below 1.

    Source: attention: Bahdanau et al. 2015; as a dot product: Luong et al. 2015.
    """

    def __init__(
        self,
        source: Vocabulary,
        target: Vocabulary,
        hidden_size: int,
        embed_size: int,
        rng: np.random.Generator,
        *,
        dtype: Any = np.float32,
    ) -> None:
        if hidden_size < 2 or hidden_size % 2 or embed_size < 1:
            raise CourseError(
                f"AttentionTranslator: hidden_size is even and positive, embed_size positive; "
                f"got {hidden_size} and {embed_size}"
            )
        self.source, self.target = source, target
        two_sided = bidirectional(CELLS["gru"])
        self._reads: Cell = packed(two_sided)
        self._writes: Cell = packed(CELLS["gru"])
        bound = 1 / np.sqrt(2 * hidden_size)
        self.params = AttentionParams(
            encoder_init(two_sided, len(source), embed_size, hidden_size // 2, rng, dtype=dtype),
            encoder_init(CELLS["gru"], len(target), embed_size, hidden_size, rng, dtype=dtype),
            rng.uniform(-bound, bound, (len(target), 2 * hidden_size)).astype(dtype),
            np.zeros(len(target), dtype),
        )

    def loss(self, batch: PairBatch, state: None = None) -> Evaluation:
        """J over all words of the targets and their `</s>`."""
        done = self._forward(batch)
        return Evaluation(done.loss, done.tokens, None)

    def loss_and_gradients(
        self, batch: PairBatch, state: None = None, *, rng: np.random.Generator | None = None
    ) -> Step:
        """J and its gradients. Through the softmax a of scores z: dz = a * (da - sum of a * da)."""
        done = self._forward(batch)
        dreadout, drows = softmax_loss_backward(done.of_loss)
        dread = np.zeros((*done.inside.shape, drows.shape[1]), drows.dtype)
        dread[done.inside] = drows
        dcontext, ds = np.split(dread, 2, axis=-1)
        a = done.weights
        da = np.einsum("tbh,sbh->tbs", dcontext, done.H)
        dz = a * (da - (a * da).sum(axis=-1, keepdims=True))
        dH = np.einsum("tbs,tbh->sbh", a, dcontext) + np.einsum("tbs,tbh->sbh", dz, done.s)
        ds = ds + np.einsum("tbs,sbh->tbh", dz, done.H)
        ddecoder, _ = encoder_backward(self._writes, ds, done.of_decoder)
        dencoder, _ = encoder_backward(self._reads, dH, done.of_encoder)
        gradients = AttentionParams(dencoder, ddecoder, dreadout.U, dreadout.b_2)
        return Step(done.loss, done.tokens, gradients, None)

    def encode(self, source: Sequence[str]) -> Float[ndarray, "words hidden"]:
        """H: the encoder's state at each word of one sentence.

        Raises:
            DataError: if the sentence is empty.
        """
        if not len(source):
            raise DataError("the source is empty: there is nothing to attend to")
        ids = self.source.encode(source)[:, None]
        return encoder_forward(self._reads, self.params.encoder, ids)[0][:, 0]

    def decode(self, written: Sequence[str]) -> Float[ndarray, "words hidden"]:
        """s^(1) .. s^(T): the decoder's state after `<s>` and after each word that it wrote but the last."""
        ids = np.concatenate([[self.target.bos_id], self.target.encode(written)[:-1]]).astype(np.int64)
        return encoder_forward(self._writes, self.params.decoder, ids[:, None])[0][:, 0]

    def translate(self, source: Sequence[str], *, most: int = 15) -> tuple[str, ...]:
        """The most probable word at each step, until `</s>`."""
        H, state, token = self.encode(source), None, self.target.bos_id
        words: list[str] = []
        while len(words) < most:
            s, cache = encoder_forward(self._writes, self.params.decoder, np.array([[token]]), state)
            state = self._writes.states(cache.cell)[-1]
            context = attend(s[0], H)[0]
            row = np.concatenate([context, s[0]], axis=1)
            readout = ReadoutParams(self.params.U, self.params.b_2)
            token = int(scores(readout, row, self.target.bos_id)[0].argmax())
            if token == self.target.eos_id:
                break
            words.append(self.target.tokens[token])
        return tuple(words)

    def _forward(self, batch: PairBatch) -> _Pass:
        ids, lengths, _ = batch.source
        H, of_encoder = encoder_forward(self._reads, self.params.encoder, ids, None, lengths)
        (inputs, targets), target_lengths = teacher_forcing(batch.target)
        s, of_decoder = encoder_forward(self._writes, self.params.decoder, inputs, None, target_lengths)
        z = np.einsum("tbh,sbh->tbs", s, H)
        z[:, np.arange(len(ids))[None, :] >= lengths[:, None]] = -np.inf
        weights = _softmax(z)
        read = np.concatenate([np.einsum("tbs,sbh->tbh", weights, H), s], axis=-1)
        inside = np.arange(len(inputs))[:, None] < target_lengths
        readout = ReadoutParams(self.params.U, self.params.b_2)
        loss, of_loss = softmax_loss_forward(readout, read[inside], targets[inside], self.target.bos_id)
        return _Pass(loss, int(inside.sum()), inside, H, s, weights, of_encoder, of_decoder, of_loss)


def attend(
    s: Float[ndarray, "queries hidden"], H: Float[ndarray, "words hidden"]
) -> tuple[Float[ndarray, "queries hidden"], Float[ndarray, "queries words"]]:
    """a = softmax(s H^T) H: what each query reads, and how much of it from each row of H.

    Raises:
        CourseError: if queries and rows differ in their size.
    """
    if s.ndim != 2 or H.ndim != 2 or s.shape[1] != H.shape[1]:
        raise CourseError(f"attend: s is {s.shape} and H is {H.shape}; expected rows of one size")
    weights = _softmax(s @ H.T)
    return weights @ H, weights


def _softmax(z: ndarray) -> ndarray:
    powers = np.exp(z - z.max(axis=-1, keepdims=True))
    return powers / powers.sum(axis=-1, keepdims=True)


@dataclass(frozen=True)
class Bottleneck:
    """Translators with and without attention.

    Attributes:
        through_one_vector: share of new sentences without a fault, if the decoder gets the last state alone.
        with_patience: the same after more epochs.
        by_attention: the same, if it looks at all states, after the fewer epochs.
        model: the one with attention.
        parameters: numbers in each of the two, without attention first.
    """

    through_one_vector: float
    with_patience: float
    by_attention: float
    model: AttentionTranslator
    parameters: tuple[int, int]


def bottleneck(
    *,
    seed: int = 0,
    hidden_size: int = 32,
    sentences: int = 2000,
    test: int = 150,
    epochs: int = 8,
    patience: int = 24,
) -> Bottleneck:
    """Translate through one vector, and by attention; words are written greedily.

    Shows: of the same size and after the same epochs, the translator that looks back at all states is right
    where the other one is not yet; with three times as many epochs that one follows.

    Args:
        seed: of sentences, weights and batches.
        hidden_size: units of encoder and decoder.
        sentences, test: to learn from, and new ones.
        epochs: for both.
        patience: epochs for the one without attention, once more from its first weights.

    Source: the comparison: Bahdanau et al. 2015.
    """
    rng = np.random.default_rng(seed)
    pairs = list(dict.fromkeys(translation(rng) for _ in range(3 * (sentences + test))))[: sentences + test]
    held_out, data = pairs[:test], pairs[test:]
    source = Vocabulary.from_sentences([pair.source for pair in data])
    target = Vocabulary.from_sentences([pair.target for pair in data])
    sources = [source.encode(pair.source) for pair in data]
    targets = [target.encode(pair.target) for pair in data]
    deal = partial(pair_batches, sources, targets, 32)

    def plain(epochs: int) -> Seq2Seq:
        first = np.random.default_rng(seed)
        model = Seq2Seq.init(source, target, CELLS["gru"], 32, hidden_size, first, dtype=np.float32)
        _train(model, deal, epochs, seed)
        return model

    quick, slow = plain(epochs), plain(patience)
    attentive = AttentionTranslator(source, target, hidden_size, 32, np.random.default_rng(seed))
    _train(attentive, deal, epochs, seed)
    shares = [
        float(np.mean([write(pair.source) == pair.target for pair in held_out]))
        for write in (partial(write_greedily, quick), partial(write_greedily, slow), attentive.translate)
    ]
    sizes = parameter_count(quick.params), parameter_count(attentive.params)
    return Bottleneck(shares[0], shares[1], shares[2], attentive, sizes)


def _train(model: Any, deal: Callable[..., Any], epochs: int, seed: int) -> None:
    config = TrainingConfig(epochs=epochs, learning_rate=5e-3, max_gradient_norm=1.0, seed=seed)
    train(model, lambda rng: deal(rng=rng), config, progress=False)
