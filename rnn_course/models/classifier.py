"""One label for a whole sentence."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from jaxtyping import Float, Int
from numpy import ndarray

from rnn_course.cells.cell import Cell
from rnn_course.errors import CourseError, check_sizes
from rnn_course.models.encoder import Dropout
from rnn_course.models.labeller import Labeller, LabellerParams
from rnn_course.models.labels import Labels
from rnn_course.models.pooling import ENCODINGS, Encoding, PoolingCache, pool_backward, pool_forward
from rnn_course.models.sentence_batches import LabelledBatch
from rnn_course.text.batching import Padded
from rnn_course.text.vocabulary import Vocabulary


class Classifier(Labeller):
    """P(label) = softmax(U v + b_2), v = one vector for the sentence: final state, maximum or mean

    Args:
        vocabulary, labels, cell, params, dropout: as for `Labeller`.
        encoding: "final", "max" or "mean", see `pool_forward`. It respects the lengths: padding changes
            neither an encoding nor a gradient.

    Raises:
        CourseError: if `encoding` is none of the three.
        ShapeError: as for `Labeller`.
    """

    def __init__(
        self,
        vocabulary: Vocabulary,
        labels: Labels,
        cell: Cell,
        params: LabellerParams,
        *,
        encoding: Encoding = "final",
        dropout: float | Dropout = 0.0,
    ) -> None:
        if encoding not in ENCODINGS:
            raise CourseError(f'an encoding is "final", "max" or "mean", got {encoding!r}')
        super().__init__(vocabulary, labels, cell, params, dropout=dropout)
        self.encoding: Encoding = encoding

    @classmethod
    def _own_options(cls) -> tuple[str, ...]:
        return ("encoding",)

    def classify(self, words: Iterable[str] | Int[ndarray, " length"]) -> str:
        """The most probable label of one sentence, whose words are strings or ids.

        Raises:
            DataError: if the sentence is empty.
        """
        return self.labels.names[int(self.row_log_probs(self._one_sentence(words)).argmax())]

    def log_probs(self, words: Padded) -> Float[ndarray, "batch labels"]:
        """log P(label) of each sentence, in nats."""
        return self.row_log_probs(words)

    def encodings(self, words: Padded) -> Float[ndarray, "batch output"]:
        """The vector that stands for each sentence."""
        return self._read(words, None)[0]

    def _vectors(self, outputs: ndarray, words: Padded) -> tuple[ndarray, PoolingCache]:
        return pool_forward(outputs, words.lengths, self.encoding, both_directions=self.cell.sees_future)

    def _vectors_backward(self, dvectors: ndarray, cache: Any) -> ndarray:
        return pool_backward(dvectors, cache)

    def _targets(self, batch: LabelledBatch) -> ndarray:
        check_sizes("Classifier", words=(batch.words.ids, "time batch"), labels=(batch.labels, "batch"))
        return batch.labels
