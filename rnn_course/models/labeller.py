"""What a tagger and a classifier share: words in, and a softmax over labels out."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any, NamedTuple, Self

import numpy as np
from jaxtyping import Float, Int
from numpy import ndarray

from rnn_course.cells.cell import Cell, Params
from rnn_course.cells.initialization import uniform
from rnn_course.cells.packed import packed
from rnn_course.errors import DataError, ShapeError, check_sizes
from rnn_course.layers import ReadoutParams, log_softmax
from rnn_course.models.encoder import (
    Dropout,
    EncoderCache,
    EncoderParams,
    encoder_backward,
    encoder_forward,
    encoder_init,
)
from rnn_course.models.labels import Labels, share_of_hits
from rnn_course.models.sentence_batches import check_padded
from rnn_course.models.softmax_loss import scores, softmax_loss_backward, softmax_loss_forward
from rnn_course.models.trainable import Evaluation, Step
from rnn_course.text.batching import Padded
from rnn_course.text.vocabulary import Vocabulary


class LabellerParams(NamedTuple):
    """Embeddings, cell, and a readout with one row for each label."""

    E: Float[ndarray, "vocab embed"]
    cell: Params
    U: Float[ndarray, "labels output"]
    b_2: Float[ndarray, " labels"]

    @property
    def encoder(self) -> EncoderParams:
        return EncoderParams(self.E, self.cell)

    @property
    def readout(self) -> ReadoutParams:
        return ReadoutParams(self.U, self.b_2)


class Labeller:
    """softmax(U v + b_2) over labels, for vectors v that a subclass takes from a cell's outputs.

    Args:
        vocabulary: of the words.
        labels: what can be predicted.
        cell: any cell or network of cells, in one direction or both.
        params: the weights; training changes them in place.
        dropout: one rate for all places, or a rate for each; it acts only where an rng is given.

    Raises:
        ShapeError: if the weights disagree with each other, the vocabulary or the labels.
    """

    def __init__(
        self,
        vocabulary: Vocabulary,
        labels: Labels,
        cell: Cell,
        params: LabellerParams,
        *,
        dropout: float | Dropout = 0.0,
    ) -> None:
        self.vocabulary = vocabulary
        self.labels = labels
        self.cell = cell
        self._reader = packed(cell)
        self.params = params
        self.dropout = Dropout.of(dropout)
        name, output_size = type(self).__name__, cell.output_size(params.cell)
        E, _, U, b_2 = params
        check_sizes(name, E=(E, "vocab embed"), U=(U, "labels output"), b_2=(b_2, "labels"))
        if len(E) != len(vocabulary):
            raise ShapeError(f"E is {E.shape}, but the vocabulary has {len(vocabulary):,} tokens")
        if U.shape != (len(labels), output_size):
            raise ShapeError(
                f"U is {U.shape}, expected {(len(labels), output_size)}: a row for each label, a column for "
                "each output of the cell"
            )

    @classmethod
    def init(
        cls,
        vocabulary: Vocabulary,
        labels: Labels,
        cell: Cell,
        embed_size: int,
        hidden_size: int,
        rng: np.random.Generator,
        *,
        dtype: Any = np.float64,
        dropout: float | Dropout = 0.0,
        **options: Any,
    ) -> Self:
        """A model with random weights.

        Args:
            rng: `numpy.random.default_rng(seed)`.
            options: those of the cell's init, such as `forget_bias`; of the classifier, `encoding`.
        """
        own = {name: options.pop(name) for name in cls._own_options() if name in options}
        encoder = encoder_init(cell, len(vocabulary), embed_size, hidden_size, rng, dtype=dtype, **options)
        output_size = cell.output_size(encoder.cell)
        U = uniform((len(labels), output_size), output_size, rng, dtype)
        params = LabellerParams(*encoder, U, np.zeros(len(labels), dtype))
        return cls(vocabulary, labels, cell, params, dropout=dropout, **own)

    @classmethod
    def _own_options(cls) -> tuple[str, ...]:
        return ()

    # What the subclasses say

    def _vectors(self, outputs: ndarray, words: Padded) -> tuple[ndarray, Any]:
        """The vectors [rows, output] of which labels are predicted, and what the way back needs."""
        raise NotImplementedError

    def _vectors_backward(self, dvectors: ndarray, cache: Any) -> ndarray:
        """The gradient at the outputs, 0 at padding."""
        raise NotImplementedError

    def _targets(self, batch: Any) -> ndarray:
        """The right label of each vector."""
        raise NotImplementedError

    # Training

    def loss(self, batch: Any, state: None = None) -> Evaluation:
        """J, the mean over all labels of a batch, without dropout. There is no state: sentences are whole."""
        vectors, _, _ = self._read(batch.words, None)
        targets = self._targets(batch)
        J, _ = softmax_loss_forward(self.params.readout, vectors, targets)
        return Evaluation(J, len(targets), None)

    def loss_and_gradients(
        self, batch: Any, state: None = None, *, rng: np.random.Generator | None = None
    ) -> Step:
        """J and its gradients; rng draws what dropout leaves out."""
        vectors, of_encoder, of_vectors = self._read(batch.words, rng)
        targets = self._targets(batch)
        J, of_loss = softmax_loss_forward(self.params.readout, vectors, targets)
        dreadout, dvectors = softmax_loss_backward(of_loss)
        doutputs = self._vectors_backward(dvectors, of_vectors)
        dencoder, _ = encoder_backward(self._reader, doutputs, of_encoder)
        return Step(J, len(targets), LabellerParams(*dencoder, *dreadout), None)

    def _read(self, words: Padded, rng: np.random.Generator | None) -> tuple[ndarray, EncoderCache, Any]:
        check_padded(type(self).__name__, words)
        outputs, of_encoder = encoder_forward(
            self._reader, self.params.encoder, words.ids, None, words.lengths, dropout=self.dropout, rng=rng
        )
        vectors, of_vectors = self._vectors(outputs, words)
        return vectors, of_encoder, of_vectors

    # Prediction

    def row_log_probs(self, words: Padded) -> Float[ndarray, "rows labels"]:
        """log P(label) of each vector, in nats."""
        vectors, _, _ = self._read(words, None)
        return log_softmax(scores(self.params.readout, vectors)[0])

    def accuracy(self, batches: Iterable[Any]) -> float:
        """The share of labels that are right, over all batches.

        Raises:
            DataError: if there are no batches.
        """
        return share_of_hits(
            self.row_log_probs(batch.words).argmax(axis=1) == self._targets(batch) for batch in batches
        )

    def _one_sentence(self, words: Iterable[str] | Int[ndarray, " length"]) -> Padded:
        """A batch of one, of words as strings or as ids."""
        ids = np.asarray(words) if isinstance(words, ndarray) else self.vocabulary.encode(words)
        if ids.ndim != 1 or not ids.size:
            raise DataError("the sentence is empty: there is nothing to label")
        return Padded(ids[:, None], np.array([len(ids)]), np.zeros(1, dtype=np.int64))
