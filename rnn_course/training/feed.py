"""Where batches come from: a stream that is read on and on, or a function that deals out an epoch."""

from __future__ import annotations

import zlib
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy import ndarray

from rnn_course.errors import CourseError, DataError, check_shape
from rnn_course.text.batching import stateful_batches

Data = ndarray | Sequence[Any] | Callable[[np.random.Generator], Iterable[Any]]


@dataclass(frozen=True)
class Feed:
    """Batches by the epoch.

    Args:
        deal: (rng) -> the batches of one epoch.
        carries_state: whether a batch goes on where the one before it ended.
        length: batches in an epoch; None if only reading them tells.
        mark: tells this text from another one, where that is possible.
    """

    deal: Callable[[np.random.Generator], Iterable[Any]]
    carries_state: bool
    length: int | None = None
    mark: str | None = None

    def epoch(self, seed: int, epoch: int) -> Iterator[Any]:
        """The batches of an epoch, the same ones whenever it is asked for again."""
        return iter(self.deal(np.random.default_rng((seed, 0, epoch))))


def as_feed(data: Data | Feed, batch_size: int, steps: int, *, carry_state: bool | None = None) -> Feed:
    """A feed from any form in which data is given.

    Args:
        data: a stream of ids, [tokens], which `stateful_batches` cuts and whose batches carry the state over;
            or a list of batches; or a function (rng) -> batches of one epoch.
        batch_size, steps: for a stream.
        carry_state: whether the state after a batch is the state before the next; by default, for a stream
            only.

    Raises:
        DataError: if a stream is too short, or the list is empty.
        CourseError: if `data` is none of these.
    """
    if isinstance(data, Feed):
        return data
    if isinstance(data, ndarray):
        check_shape("the stream", data, ("tokens",))
        stateful_batches(data, batch_size, steps)  # raises now what it would raise later
        length = -(-(len(data) // batch_size) // steps)
        mark = f"{len(data)} tokens, checksum {zlib.crc32(data.tobytes()):08x}"

        def strands(rng: np.random.Generator) -> Iterable[Any]:
            return stateful_batches(data, batch_size, steps)

        return Feed(strands, carry_state is not False, length, mark)
    if isinstance(data, Sequence) and not isinstance(data, str):
        if not len(data):
            raise DataError("the list of batches is empty")
        return Feed(lambda rng: data, bool(carry_state), len(data), f"{len(data)} batches")
    if callable(data):
        return Feed(data, bool(carry_state))
    raise CourseError(
        "data is a stream of ids, a list of batches, or a function (rng) -> batches; "
        f"got {type(data).__name__}"
    )
