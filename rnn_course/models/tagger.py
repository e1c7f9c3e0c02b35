"""A label for every word of a sentence."""

from __future__ import annotations

from collections.abc import Iterable

import numpy as np
from jaxtyping import Bool, Float, Int
from numpy import ndarray

from rnn_course.errors import check_sizes
from rnn_course.models.labeller import Labeller
from rnn_course.models.sentence_batches import TaggedBatch, inside
from rnn_course.text.batching import Padded


class Tagger(Labeller):
    """P(tag of word t) = softmax(U h^(t) + b_2), h = the outputs of a cell that reads the sentence

    A cell that reads in one direction sees the words before; a bidirectional one sees those after as well,
    which is no cheating here: the sentence is given, and the tags are not in it. Tags are predicted
    independently of each other. Padding is neither read nor predicted.

    Args, Raises: as for `Labeller`. It is trained on `TaggedBatch`es.
    """

    def tag(self, words: Iterable[str] | Int[ndarray, " length"]) -> list[str]:
        """The most probable tag of each word of one sentence, whose words are strings or ids.

        Raises:
            DataError: if the sentence is empty.
        """
        log_probs = self.row_log_probs(self._one_sentence(words))
        return self.labels.decode(log_probs.argmax(axis=1))

    def log_probs(self, words: Padded) -> Float[ndarray, "time batch labels"]:
        """log P(tag) at each word, in nats; 0 at padding."""
        rows = self.row_log_probs(words)
        log_probs = np.zeros((*words.ids.shape, len(self.labels)), rows.dtype)
        log_probs[inside(words)] = rows
        return log_probs

    def _vectors(self, outputs: ndarray, words: Padded) -> tuple[ndarray, Bool[ndarray, "time batch"]]:
        where = inside(words)
        return outputs[where], where

    def _vectors_backward(self, dvectors: ndarray, cache: Bool[ndarray, "time batch"]) -> ndarray:
        doutputs = np.zeros((*cache.shape, dvectors.shape[1]), dvectors.dtype)
        doutputs[cache] = dvectors
        return doutputs

    def _targets(self, batch: TaggedBatch) -> ndarray:
        check_sizes("Tagger", words=(batch.words.ids, "time batch"), tags=(batch.tags, "time batch"))
        return batch.tags[inside(batch.words)]
