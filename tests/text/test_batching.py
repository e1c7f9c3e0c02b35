import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from numpy import ndarray

from rnn_course.errors import DataError
from rnn_course.text.batching import padded_batches, stateful_batches, windows
from rnn_course.text.vocabulary import Vocabulary

SENTENCES = st.lists(st.lists(st.integers(3, 9), max_size=6), min_size=1, max_size=12)
EOS, BOS = Vocabulary.eos_id, Vocabulary.bos_id


def stream_of(sentences: list[list[int]]) -> ndarray:
    return np.array([token for sentence in sentences for token in [*sentence, EOS]])


def test_stateful_batches_by_hand() -> None:
    batches = list(stateful_batches(np.arange(10, 21), batch_size=2, steps=3))
    assert [batch.inputs.tolist() for batch in batches] == [
        [[BOS, 14], [10, 15], [11, 16]],
        [[12, 17], [13, 18]],
    ]
    assert [batch.targets.tolist() for batch in batches] == [
        [[10, 15], [11, 16], [12, 17]],
        [[13, 18], [14, 19]],
    ]


@given(length=st.integers(1, 120), batch_size=st.integers(1, 12), steps=st.integers(1, 15))
def test_every_token_is_predicted_once_and_batches_join_up(length: int, batch_size: int, steps: int) -> None:
    stream = np.arange(100, 100 + length)  # all tokens differ, so that each can be followed
    if length < batch_size:
        with pytest.raises(DataError, match="do not fill"):
            stateful_batches(stream, batch_size, steps)
        return
    batches = list(stateful_batches(stream, batch_size, steps))
    strand = length // batch_size
    targets = np.concatenate([batch.targets for batch in batches])
    inputs = np.concatenate([batch.inputs for batch in batches])
    np.testing.assert_array_equal(targets.T.ravel(), stream[: batch_size * strand])
    np.testing.assert_array_equal(inputs[1:], targets[:-1])  # across the edges of batches too
    np.testing.assert_array_equal(inputs[0], [BOS, *targets[-1, :-1]])
    assert all(len(batch.inputs) == steps for batch in batches[:-1])
    assert 1 <= len(batches[-1].inputs) <= steps


def test_a_sentence_begins_with_s_and_its_end_is_never_read() -> None:
    (batch,) = stateful_batches(np.array([5, 6, EOS, 7, EOS, EOS]), 1, 6)
    assert batch.inputs[:, 0].tolist() == [BOS, 5, 6, BOS, 7, BOS]
    assert batch.targets[:, 0].tolist() == [5, 6, EOS, 7, EOS, EOS]


@given(SENTENCES.filter(all), st.integers(1, 5), st.none() | st.integers(0, 9))
def test_padding_keeps_every_sentence(sentences: list[list[int]], batch_size: int, seed: int | None) -> None:
    rng = None if seed is None else np.random.default_rng(seed)
    seen = []
    for ids, lengths, source in padded_batches(sentences, batch_size, rng=rng, pad_id=-7):
        assert ids.shape == (max(lengths), len(lengths))
        assert len(source) <= batch_size
        for column, (length, which) in enumerate(zip(lengths, source, strict=True)):
            assert ids[:length, column].tolist() == sentences[which]
            assert (ids[length:, column] == -7).all()
        seen += source.tolist()
    assert sorted(seen) == list(range(len(sentences)))
    if seed is None:
        assert seen == sorted(seen)


def test_shuffling_depends_on_the_rng_alone() -> None:
    sentences = [[3] * n for n in range(1, 40)]
    first, again, other = (
        [batch.source.tolist() for batch in padded_batches(sentences, 8, rng=np.random.default_rng(seed))]
        for seed in (0, 0, 1)
    )
    assert first == again
    assert first != other


@given(SENTENCES, st.integers(0, 5))
def test_windows_equal_a_walk_through_each_sentence(sentences: list[list[int]], size: int) -> None:
    contexts, targets = windows(stream_of(sentences), size)
    expected = []
    for sentence in sentences:
        history = [BOS] * size
        for token in [*sentence, EOS]:
            expected.append((history[len(history) - size :], token))
            history.append(token)
    assert contexts.tolist() == [context for context, _ in expected]
    assert targets.tolist() == [token for _, token in expected]
    assert contexts.shape == (len(targets), size)


def test_a_window_longer_than_the_text_is_filled_with_starts() -> None:
    contexts, _ = windows(np.array([5, 1]), 4)
    assert contexts.tolist() == [[0, 0, 0, 0], [0, 0, 0, 5]]


@pytest.mark.parametrize(
    ("call", "message"),
    [
        (lambda: stateful_batches(np.arange(9), 0, 3), "batch_size is at least 1, got 0"),
        (lambda: stateful_batches(np.arange(9), 3, -1), "steps is at least 1, got -1"),
        (lambda: stateful_batches(np.arange(2), 3, 1), "2 tokens do not fill 3 strands"),
        (lambda: padded_batches([[3]], 0), "batch_size is at least 1, got 0"),
        (lambda: padded_batches([], 2), "no sentences"),
        (lambda: padded_batches([[3], []], 2), "sentence 1 is empty"),
        (lambda: windows(np.array([3, 1]), -1), "at least 0 tokens, got -1"),
        (lambda: windows(np.array([], dtype=int), 2), "the stream is empty"),
    ],
)
def test_silly_sizes_are_refused_at_the_call(call, message: str) -> None:
    with pytest.raises(DataError, match=message):
        call()
