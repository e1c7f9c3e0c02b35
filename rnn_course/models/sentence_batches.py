"""Batches of whole sentences with what is to be predicted of them: tags, a label, another sentence."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import NamedTuple

import numpy as np
from jaxtyping import Bool, Int
from numpy import ndarray

from rnn_course.errors import DataError, ShapeError, check_sizes
from rnn_course.text.batching import Batch, Padded, padded_batches
from rnn_course.text.vocabulary import Vocabulary

Sentences = Sequence[Sequence[int] | Int[ndarray, " length"]]


class TaggedBatch(NamedTuple):
    """Sentences and a label for each of their words.

    Attributes:
        words: ids and lengths, [time, batch].
        tags: ids of labels, [time, batch]; at padding they mean nothing.
    """

    words: Padded
    tags: Int[ndarray, "time batch"]


class LabelledBatch(NamedTuple):
    """Sentences and a label for each, [batch]."""

    words: Padded
    labels: Int[ndarray, " batch"]


class PairBatch(NamedTuple):
    """Sentences, and the ones that are to be written when these have been read."""

    source: Padded
    target: Padded


def tagged_batches(
    sentences: Sentences, tags: Sentences, batch_size: int, *, rng: np.random.Generator | None = None
) -> Iterator[TaggedBatch]:
    """Sentences of different lengths with their tags. Args and Raises as for `padded_batches`.

    Raises:
        DataError: if a sentence has not as many tags as words.
    """
    for index, (sentence, row) in enumerate(_together(sentences, tags, "sentences of tags")):
        if len(sentence) != len(row):
            raise DataError(f"sentence {index} has {len(sentence)} words, but {len(row)} tags")
    return (
        TaggedBatch(words, _laid_beside(words, tags))
        for words in padded_batches(sentences, batch_size, rng=rng)
    )


def labelled_batches(
    sentences: Sentences,
    labels: Sequence[int] | Int[ndarray, " sentences"],
    batch_size: int,
    *,
    rng: np.random.Generator | None = None,
) -> Iterator[LabelledBatch]:
    """Sentences of different lengths with a label each. Args and Raises as for `padded_batches`."""
    _together(sentences, labels, "labels")
    of_sentence = np.asarray(labels, dtype=np.int64)
    return (
        LabelledBatch(words, of_sentence[words.source])
        for words in padded_batches(sentences, batch_size, rng=rng)
    )


def pair_batches(
    sources: Sentences, targets: Sentences, batch_size: int, *, rng: np.random.Generator | None = None
) -> Iterator[PairBatch]:
    """Pairs of sentences, without boundaries. Args and Raises as for `padded_batches`."""
    _together(sources, targets, "targets")
    return (
        PairBatch(source, Padded(_laid_beside(source, targets), _lengths(source, targets), source.source))
        for source in padded_batches(sources, batch_size, rng=rng)
    )


def teacher_forcing(sentences: Padded) -> tuple[Batch, Int[ndarray, " batch"]]:
    """What a decoder reads and what it is to predict while it is trained on the right words, not on its own.

        inputs = <s> w_1 .. w_n,   targets = w_1 .. w_n </s>

    Returns:
        Inputs and targets [time + 1, batch], and the lengths with `</s>`, n + 1 each.
    """
    check_padded("teacher_forcing", sentences)
    ids, lengths, _ = sentences
    bos, eos = Vocabulary.bos_id, Vocabulary.eos_id
    inputs = np.concatenate([np.full((1, len(lengths)), bos), ids])
    targets = np.concatenate([ids, np.full((1, len(lengths)), eos)])
    targets[lengths, np.arange(len(lengths))] = eos
    return Batch(inputs, targets), lengths + 1


def inside(sentences: Padded) -> Bool[ndarray, "time batch"]:
    """True at the words of each sentence, False at padding."""
    return np.arange(len(sentences.ids))[:, None] < sentences.lengths


def check_padded(function: str, sentences: Padded) -> None:
    """Hold ids [time, batch] and lengths [batch] to each other.

    Raises:
        ShapeError: if their sizes disagree, or a length is not from 1 to time.
    """
    ids, lengths, _ = sentences
    check_sizes(function, ids=(ids, "time batch"), lengths=(lengths, "batch"))
    if lengths.dtype.kind not in "iu" or ((lengths < 1) | (lengths > len(ids))).any():
        raise ShapeError(f"{function}: lengths are integers from 1 to {len(ids)}, got {lengths}")


def _together(first: Sequence, second: Sequence | ndarray, name: str) -> list[tuple]:
    if len(first) != len(second):
        raise DataError(f"{len(first)} sentences, but {len(second)} {name}")
    return list(zip(first, second, strict=True))


def _lengths(batch: Padded, rows: Sentences) -> Int[ndarray, " batch"]:
    lengths = np.array([len(rows[index]) for index in batch.source], dtype=np.int64)
    if not lengths.all():
        raise DataError(f"target {int(batch.source[np.argmin(lengths)])} is empty")
    return lengths


def _laid_beside(batch: Padded, rows: Sentences) -> Int[ndarray, "time batch"]:
    """The rows that belong to a batch's sentences, filled up with `</s>`."""
    lengths = [len(rows[index]) for index in batch.source]
    ids = np.full((max(lengths), len(lengths)), Vocabulary.eos_id, dtype=np.int64)
    for column, index in enumerate(batch.source):
        ids[: lengths[column], column] = rows[index]
    return ids
