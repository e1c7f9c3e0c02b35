"""From a stream to the arrays that a network is trained on, time-major: [time, batch]."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import NamedTuple

import numpy as np
from jaxtyping import Int
from numpy import ndarray

from rnn_course.errors import DataError
from rnn_course.text.vocabulary import Vocabulary


class Batch(NamedTuple):
    """Inputs and what is to be predicted from them.

    Attributes:
        inputs: ids that the network reads, [time, batch].
        targets: ids one step later, [time, batch].
    """

    inputs: Int[ndarray, "time batch"]
    targets: Int[ndarray, "time batch"]


class Padded(NamedTuple):
    """Sentences of different lengths in one array.

    Attributes:
        ids: [time, batch]; after the end of a sentence stands `pad_id`.
        lengths: tokens of each sentence, [batch].
        source: which of the given sentences each column holds, [batch]; finds its label, undoes the shuffle.
    """

    ids: Int[ndarray, "time batch"]
    lengths: Int[ndarray, " batch"]
    source: Int[ndarray, " batch"]


def stateful_batches(stream: Int[ndarray, " tokens"], batch_size: int, steps: int) -> Iterator[Batch]:
    """Read a stream in `batch_size` places at once, `steps` tokens at a time, each batch after the last.

        targets[t, b] = stream[b * L + i * steps + t]        for batch i, where L = len(stream) // batch_size
        inputs[t, b] = the token before it, or `<s>` where that is `</s>` or where the text begins

    Column b reads its own strand of L tokens and goes on with it in the next batch, so that the state after
    one batch is the state before the next: carry it over. `</s>` is predicted and never read, `<s>` is read
    and never predicted. A network that is to forget at the end of a sentence resets its state wherever it
    reads `<s>`.

    Every token of the first `batch_size` * L is a target exactly once; the up to `batch_size` - 1 tokens
    that are left over are not used. The last batch is shorter where `steps` does not divide L. To count a
    perplexity over every token, use a batch size of 1.

    Args:
        stream: ids, [tokens].
        batch_size: strands that are read side by side.
        steps: tokens of each strand in a batch, which is also how far truncated backpropagation looks back.

    Raises:
        DataError: if a size is under 1, or the stream has fewer than `batch_size` tokens.
    """
    _check_sizes(batch_size=batch_size, steps=steps)
    if len(stream) < batch_size:
        raise DataError(
            f"{len(stream):,} tokens do not fill {batch_size} strands; use a smaller batch or a longer text"
        )
    return _strands(np.asarray(stream), batch_size, steps)


def _strands(stream: Int[ndarray, " tokens"], batch_size: int, steps: int) -> Iterator[Batch]:
    length = len(stream) // batch_size
    before = np.concatenate([[Vocabulary.eos_id], stream[:-1]])
    read = np.where(before == Vocabulary.eos_id, Vocabulary.bos_id, before)
    inputs, targets = (array[: batch_size * length].reshape(batch_size, length).T for array in (read, stream))
    for start in range(0, length, steps):
        yield Batch(inputs[start : start + steps], targets[start : start + steps])


def padded_batches(
    sentences: Sequence[Sequence[int] | Int[ndarray, " length"]],
    batch_size: int,
    *,
    rng: np.random.Generator | None = None,
    pad_id: int = Vocabulary.eos_id,
) -> Iterator[Padded]:
    """Lay whole sentences side by side, filled up to the longest of their batch.

    What stands after a sentence's end is no part of it: mask it with `lengths`. The default fills with
    `</s>`, which every vocabulary has; no result may depend on it.

    Args:
        sentences: ids of each sentence.
        batch_size: sentences in a batch; the last batch may have fewer.
        rng: shuffle with it. Without it, sentences come in their order.
        pad_id: the filling.

    Raises:
        DataError: if `batch_size` is under 1, there are no sentences, or one is empty.
    """
    _check_sizes(batch_size=batch_size)
    lengths = np.array([len(sentence) for sentence in sentences], dtype=np.int64)
    if not len(lengths):
        raise DataError("there are no sentences to make batches of")
    if not lengths.all():
        raise DataError(f"sentence {int(np.argmin(lengths))} is empty: a network has nothing to read there")
    order = np.arange(len(lengths)) if rng is None else rng.permutation(len(lengths))
    return _padded(sentences, lengths, order, batch_size, pad_id)


def _padded(
    sentences: Sequence[Sequence[int] | Int[ndarray, " length"]],
    lengths: Int[ndarray, " sentences"],
    order: Int[ndarray, " sentences"],
    batch_size: int,
    pad_id: int,
) -> Iterator[Padded]:
    for start in range(0, len(order), batch_size):
        index = order[start : start + batch_size]
        ids = np.full((lengths[index].max(), len(index)), pad_id, dtype=np.int64)
        for column, sentence in enumerate(index):
            ids[: lengths[sentence], column] = sentences[sentence]
        yield Padded(ids, lengths[index], index)


def windows(
    stream: Int[ndarray, " tokens"], size: int
) -> tuple[Int[ndarray, "tokens size"], Int[ndarray, " tokens"]]:
    """Every token of a stream with the `size` tokens before it.

        contexts[i] = stream[i - size : i],  targets[i] = stream[i]

    Where a sentence has not begun yet, `<s>` stands: no context reaches over a sentence's start.

    >>> windows(np.array([7, 8, 1, 9]), 2)[0].tolist()
    [[0, 0], [0, 7], [7, 8], [0, 0]]

    Args:
        stream: ids, [tokens], with `</s>` after each sentence.
        size: tokens of context; 0 gives contexts of no columns, which is the unigram.

    Returns:
        contexts [tokens, size], the nearest token last, and targets [tokens].

    Raises:
        DataError: if `size` is negative or the stream is empty.
    """
    if size < 0:
        raise DataError(f"the size of a window is at least 0 tokens, got {size}")
    stream = np.asarray(stream)
    if not len(stream):
        raise DataError("the stream is empty: there are no windows to cut")
    position = np.arange(len(stream))
    starts = np.concatenate([[True], stream[:-1] == Vocabulary.eos_id])
    sentence_start = np.maximum.accumulate(np.where(starts, position, 0))
    source = position[:, None] - np.arange(size, 0, -1)  # where each word of each context stands
    before_start = source < sentence_start[:, None]
    contexts = np.where(before_start, Vocabulary.bos_id, stream[np.maximum(source, 0)])
    return contexts, stream


def _check_sizes(**sizes: int) -> None:
    for name, size in sizes.items():
        if size < 1:
            raise DataError(f"{name} is at least 1, got {size}")
