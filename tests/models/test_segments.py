"""Where a model forgets: pieces of a batch, against a loop over columns and steps."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from rnn_course.errors import CourseError
from rnn_course.models.segments import MEMORIES, cut, lay_out

batches = st.tuples(st.integers(1, 8), st.integers(1, 4)).flatmap(
    lambda size: st.lists(st.integers(0, 3), min_size=size[0] * size[1], max_size=size[0] * size[1]).map(
        lambda ids: np.array(ids).reshape(size)
    )
)


@given(inputs=batches, memory=st.sampled_from(MEMORIES), cut_off=st.integers(0, 5))
def test_pieces_are_those_of_a_loop(inputs: np.ndarray, memory, cut_off: int) -> None:
    T, B = inputs.shape
    tokens = np.maximum(1, T - cut_off * np.arange(B) % T)
    expected = []
    for b in range(B):
        pieces: list[list[int]] = []
        for t in range(tokens[b]):
            begins = memory == "none" or (memory == "sentence" and inputs[t, b] == 0)
            if begins or not pieces:
                pieces.append([])
                expected.append((b, t, not begins))
            pieces[-1].append(t)
    segments = cut(inputs, memory, tokens)
    assert (
        list(zip(*map(np.ndarray.tolist, segments[:2]), segments.continues.tolist(), strict=True)) == expected
    )
    assert segments.lengths.sum() == tokens.sum()
    places, inside = lay_out(segments, B)
    assert sorted(places[inside].tolist()) == [t * B + b for t in range(T) for b in range(B) if t < tokens[b]]
    for s, (b, start, _) in enumerate(expected):
        length = segments.lengths[s]
        np.testing.assert_array_equal(inputs.ravel()[places[:length, s]], inputs[start : start + length, b])
    assert segments.columns[segments.last()].tolist() == list(range(B))


def test_a_memory_that_is_none_of_the_three_is_refused() -> None:
    with pytest.raises(CourseError, match="got 'word'"):
        cut(np.zeros((2, 2), int), "word")
