"""Labels and their ids: what a tagger and a classifier predict."""

from __future__ import annotations

from collections.abc import Iterable

import numpy as np
from jaxtyping import Bool, Int
from numpy import ndarray

from rnn_course.errors import DataError, VocabularyError


def share_of_hits(hits: Iterable[Bool[ndarray, " rows"]]) -> float:
    """The share of answers that are right, over all batches.

    Raises:
        DataError: if there are no batches.
    """
    right = total = 0
    for of_batch in hits:
        right, total = right + int(of_batch.sum()), total + len(of_batch)
    if not total:
        raise DataError("there are no batches to measure an accuracy on")
    return right / total


class Labels:
    """An ordered set of labels. There is no unknown one: a model can only choose among these.

    Args:
        names: each label once, in the order of their ids.

    Raises:
        DataError: if there are none, one is no string, or one stands twice.
    """

    def __init__(self, names: Iterable[str]) -> None:
        self.names = tuple(names)
        if not self.names or not all(isinstance(name, str) for name in self.names):
            raise DataError(f"labels are strings, at least one; got {self.names[:5]}")
        self._ids = {name: index for index, name in enumerate(self.names)}
        if len(self._ids) < len(self.names):
            raise DataError(f"each label has one id, but these stand more than once: {self._repeated()}")

    @classmethod
    def of(cls, names: Iterable[str]) -> Labels:
        """The labels that stand in some data, in alphabetical order."""
        return cls(sorted(set(names)))

    def __len__(self) -> int:
        return len(self.names)

    def __repr__(self) -> str:
        return f"Labels({len(self)}: {' '.join(self.names[:8])}{' ...' if len(self) > 8 else ''})"

    def encode(self, names: Iterable[str]) -> Int[ndarray, " length"]:
        """Ids of labels.

        Raises:
            VocabularyError: if one is not among them.
        """
        names = list(names)
        unknown = [name for name in names if name not in self._ids]
        if unknown:
            raise VocabularyError(f"{unknown[0]!r} is no label; there are {', '.join(self.names)}")
        return np.array([self._ids[name] for name in names], dtype=np.int64)

    def decode(self, ids: Iterable[int]) -> list[str]:
        """Labels of ids."""
        return [self.names[index] for index in ids]

    def _repeated(self) -> list[str]:
        return [name for name in self._ids if self.names.count(name) > 1][:5]
