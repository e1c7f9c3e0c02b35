"""What a model with a fixed window reads: the last k tokens before each one that is to be predicted."""

from __future__ import annotations

from collections.abc import Iterator
from typing import NamedTuple

import numpy as np
from jaxtyping import Int
from numpy import ndarray

from rnn_course.errors import ShapeError
from rnn_course.models.encoder import check_positive
from rnn_course.text.batching import windows
from rnn_course.text.vocabulary import Vocabulary


class Windows(NamedTuple):
    """Tokens to be predicted, each with the k tokens before it, in any order.

    Attributes:
        contexts: ids, [rows, k], the nearest last.
        targets: ids, [rows].
    """

    contexts: Int[ndarray, "rows k"]
    targets: Int[ndarray, " rows"]


def contexts_of(
    inputs: Int[ndarray, "time batch"], window: int, state: Int[ndarray, "before batch"] | None = None
) -> tuple[Int[ndarray, "time batch window"], Int[ndarray, "before batch"]]:
    """The last `window` tokens that were read at each step, with `<s>` in place of what stands before one.

    Args:
        inputs: ids that are read, [time, batch]; `<s>` begins each sentence.
        window: k, at least 1.
        state: the k - 1 tokens read before; `<s>` if left out.

    Returns:
        Contexts [time, batch, k], the nearest token last, and the last k - 1 tokens read.

    Raises:
        ShapeError: if `state` has not k - 1 tokens for each column.
    """
    bos, before = Vocabulary.bos_id, window - 1
    if state is None:
        state = np.full((before, inputs.shape[1]), bos)
    if state.shape != (before, inputs.shape[1]):
        raise ShapeError(f"contexts_of: state is {state.shape}, expected {(before, inputs.shape[1])}")
    read = np.concatenate([state, inputs])
    step = np.arange(len(read))[:, None]
    begin = np.maximum.accumulate(np.where(read == bos, step, 0))  # where the sentence of each token begins
    source = step[before:, :, None] - np.arange(window)[::-1]  # [time, 1, window]
    columns = np.arange(inputs.shape[1])[None, :, None]
    contexts = np.where(source < begin[before:, :, None], bos, read[source, columns])
    return contexts, read[len(read) - before :]


def window_batches(
    stream: Int[ndarray, " tokens"], window: int, batch_size: int, *, rng: np.random.Generator | None = None
) -> Iterator[Windows]:
    """Every token of a stream with its context, in batches; in any order, since no state is carried.

    Args:
        window: k, tokens of context.
        batch_size: tokens to be predicted in a batch; the last one may have fewer.
        rng: shuffle with it. Without it, tokens come in their order.

    Raises:
        DataError: if the stream is empty.
        CourseError: if a size is under 1.
    """
    check_positive(window=window, batch_size=batch_size)
    contexts, targets = windows(stream, window)
    order = np.arange(len(targets)) if rng is None else rng.permutation(len(targets))
    chunks = (order[start : start + batch_size] for start in range(0, len(order), batch_size))
    return (Windows(contexts[rows], targets[rows]) for rows in chunks)
