"""Log-probabilities of a whole stream at once, in torch; see `models.scoring`."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
from jaxtyping import Float, Int
from numpy import ndarray

from rnn_course.models.scoring import LARGEST, read_before
from rnn_course.models.segments import cut, lay_out
from rnn_course.torch_models.module import readout

if TYPE_CHECKING:
    from rnn_course.torch_models.recurrent import RecurrentLM


def score_stream(
    model: RecurrentLM, stream: Int[ndarray, " length"], *, largest: int = LARGEST
) -> Float[ndarray, " length"]:
    """log P(w_t | w_1 .. w_(t-1)) for every token of a stream, in nats.

    Sentences of like length are read side by side where the model forgets between them, long ones piece by
    piece with the state carried.

    Args:
        stream: ids, [length], checked already.
        largest: about how many numbers the largest array may have.
    """
    log_probs = np.empty(len(stream))
    if not len(stream):
        return log_probs
    inputs, bos = read_before(stream), model.vocabulary.bos_id
    positions = max(1, largest // (len(model.vocabulary) + 16 * model.output_weights.shape[1]))
    segments = cut(inputs[:, None], model.memory)
    order = np.argsort(segments.lengths, kind="stable")
    first = 0
    with model.scoring():
        while first < len(order):
            lengths = segments.lengths[order[first : first + positions]]
            fits = lengths * np.arange(1, len(lengths) + 1) <= positions
            count = len(lengths) if fits.all() else max(1, int(np.argmin(fits)))
            group = segments.take(order[first : first + count])
            first += count
            places, inside = lay_out(group, 1)
            future = model.cell_of_twin.sees_future
            steps = len(places) if future else max(1, positions // count)
            state = None if future else model.beginning(count)
            for t in range(0, len(places), steps):
                piece, counts = places[t : t + steps], inside[t : t + steps]
                outputs, state = model.encode(inputs[piece], state, group.lengths if future else None)
                where = piece[counts]
                z = readout(outputs[model.tensor(counts)], model.output_weights, model.b_2, bos)
                of_targets = z.double().log_softmax(-1).gather(1, model.tensor(stream[where])[:, None])
                log_probs[where] = of_targets[:, 0].cpu().numpy()
    return log_probs
