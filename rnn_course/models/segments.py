"""Where a recurrent model forgets: a batch cut into the sequences that it reads from a fresh state.

A batch of four steps and two columns, in which 0 is `<s>`:

    5 0        column 0 is one segment, 5 7 0 | 8 where sentences are told apart: two
    7 6        column 1 begins anew anyway, 0 6 4 4
    0 4
    8 4

Laid side by side as if each were a column of its own, all segments are read in one pass of the cell.
"""

from __future__ import annotations

from typing import Literal, NamedTuple

import numpy as np
from jaxtyping import Bool, Int
from numpy import ndarray

from rnn_course.errors import CourseError
from rnn_course.text.vocabulary import Vocabulary

Memory = Literal["text", "sentence", "none"]
MEMORIES = ("text", "sentence", "none")


class Segments(NamedTuple):
    """Pieces of a batch's columns, each read on its own. They stand in the order of columns, then of time.

    Attributes:
        columns: which column each is cut from.
        starts: the step at which it begins.
        lengths: its tokens, at least 1.
        continues: whether it goes on from the state that its column had before this batch.
    """

    columns: Int[ndarray, " segments"]
    starts: Int[ndarray, " segments"]
    lengths: Int[ndarray, " segments"]
    continues: Bool[ndarray, " segments"]

    def last(self) -> Int[ndarray, " columns"]:
        """The last segment of each column, whose end is where the next batch goes on."""
        return np.flatnonzero(np.append(self.columns[1:] != self.columns[:-1], True))

    def take(self, index: Int[ndarray, " chosen"]) -> Segments:
        """Some of the segments."""
        return Segments(*(array[index] for array in self))


class Layout(NamedTuple):
    """Segments side by side.

    Attributes:
        places: for each step and segment, where in `batch.ravel()` its token stands, [time, segments].
        inside: False after a segment's end, where `places` means nothing.
    """

    places: Int[ndarray, "time segments"]
    inside: Bool[ndarray, "time segments"]


def cut(
    inputs: Int[ndarray, "time batch"], memory: Memory, lengths: Int[ndarray, " batch"] | None = None
) -> Segments:
    """Cut a batch where the model forgets.

    Args:
        inputs: ids that are read, [time, batch]; `<s>` begins each sentence.
        memory: "text" cuts nowhere, "sentence" before every `<s>`, "none" before every token.
        lengths: tokens of each column without its padding, at least 1; all of full length if left out.

    Raises:
        CourseError: if `memory` is none of the three.
    """
    if memory not in MEMORIES:
        raise CourseError(f'memory is "text", "sentence" or "none", got {memory!r}')
    T, B = inputs.shape
    tokens = np.full(B, T) if lengths is None else lengths
    begins = np.full((B, T), memory == "none")
    if memory == "sentence":
        begins |= (inputs == Vocabulary.bos_id).T
    fresh = begins[:, 0].copy()
    begins[:, 0] = True
    begins &= np.arange(T) < tokens[:, None]
    columns, starts = np.nonzero(begins)
    ends = np.append(starts[1:], 0)
    last = np.append(columns[1:] != columns[:-1], True)
    ends[last] = tokens[columns[last]]
    return Segments(columns, starts, ends - starts, (starts == 0) & ~fresh[columns])


def lay_out(segments: Segments, batch_size: int) -> Layout:
    """Lay segments of a batch of `batch_size` columns side by side, filled up to the longest."""
    t = np.arange(segments.lengths.max())[:, None]
    inside = t < segments.lengths
    steps = segments.starts + np.where(inside, t, 0)
    return Layout(steps * batch_size + segments.columns, inside)
