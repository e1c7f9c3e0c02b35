"""Log-probabilities of a whole stream at once, in pieces that bound the memory."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
from jaxtyping import Float, Int
from numpy import ndarray

from rnn_course.cells.cell import Cell, State, state_at
from rnn_course.cells.parameters import map_arrays
from rnn_course.layers import ReadoutParams
from rnn_course.models.encoder import EncoderParams, encoder_forward
from rnn_course.models.segments import Memory, Segments, cut, lay_out
from rnn_course.models.softmax_loss import target_log_probs
from rnn_course.text.vocabulary import Vocabulary

LARGEST = 1 << 22  # numbers in the largest array that is made


def read_before(stream: Int[ndarray, " length"]) -> Int[ndarray, " length"]:
    """What a model reads before it predicts each token: the one before it, or `<s>` at a sentence's start."""
    before = np.concatenate([[Vocabulary.eos_id], stream[:-1]]).astype(np.int64)
    return np.where(before == Vocabulary.eos_id, Vocabulary.bos_id, before)


def repeat_state(state: State, batch_size: int) -> State:
    """The state of a batch of one, for each sequence of a batch."""
    return map_arrays(lambda array: np.repeat(array, batch_size, axis=0), state)


def score_stream(
    cell: Cell,
    encoder: EncoderParams,
    readout: ReadoutParams,
    stream: Int[ndarray, " length"],
    *,
    memory: Memory = "sentence",
    start: State = None,
    largest: int = LARGEST,
) -> Float[ndarray, " length"]:
    """log P(w_t | w_1 .. w_(t-1)) for every token of a stream, in nats.

    Sentences are read side by side, those of like length together, where the model forgets between them.
    Long ones are read piece by piece, with the state carried.

    Args:
        stream: ids, [length], checked already.
        memory, start: see `RecurrentLM`.
        largest: about how many numbers the largest array may have.
    """
    log_probs = np.empty(len(stream))
    if not len(stream):
        return log_probs
    inputs = read_before(stream)
    positions = max(1, largest // (len(readout.b_2) + 16 * readout.U.shape[1]))
    for group in _groups(cut(inputs[:, None], memory), positions):
        places, inside = lay_out(group, 1)
        steps = len(places) if cell.sees_future else max(1, positions // places.shape[1])
        state = None if start is None else repeat_state(start, places.shape[1])
        for t in range(0, len(places), steps):
            piece, counts = places[t : t + steps], inside[t : t + steps]
            outputs, cache = encoder_forward(cell, encoder, inputs[piece], state, group.lengths)
            if t + steps < len(places):
                state = state_at(cell.states(cache.cell))
            where = piece[counts]
            log_probs[where] = target_log_probs(readout, outputs[counts], stream[where], Vocabulary.bos_id)
    return log_probs


def _groups(segments: Segments, positions: int) -> Iterator[Segments]:
    """Segments of like length, in groups that fill about `positions` places when laid side by side."""
    order = np.argsort(segments.lengths, kind="stable")
    first = 0
    while first < len(order):
        lengths = segments.lengths[order[first : first + positions]]
        fits = lengths * np.arange(1, len(lengths) + 1) <= positions
        count = len(lengths) if fits.all() else max(1, int(np.argmin(fits)))
        yield segments.take(order[first : first + count])
        first += count
