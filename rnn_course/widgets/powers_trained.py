"""A small Elman network that was trained once: its W_h, and what it read. `train_elman` makes it again."""

from __future__ import annotations

from functools import cache
from importlib import resources
from typing import NamedTuple

import numpy as np
from jaxtyping import Float
from numpy import ndarray

from rnn_course.training.checkpoint import read_arrays, write_arrays

FILE = "powers_trained.npz"
STEPS = 70


class TrainedElman(NamedTuple):
    """What is kept of the network.

    Attributes:
        W_h: [hidden, hidden].
        inputs: W_e e^(t) + b_1 for the tokens of a text that it was not trained on, [time, hidden].
        perplexity: on the text that it was not trained on.
    """

    W_h: Float[ndarray, "hidden hidden"]
    inputs: Float[ndarray, "time hidden"]
    perplexity: float


@cache
def trained_elman() -> TrainedElman:
    """The network that the package brings along."""
    with resources.as_file(resources.files("rnn_course.widgets").joinpath(FILE)) as path:
        header, arrays = read_arrays(path)
    W_h, inputs = (arrays[name].astype(float) for name in ("W_h", "inputs"))
    return TrainedElman(W_h, inputs, float(header["perplexity"]))


def train_elman(seed: int = 0, *, hidden_size: int = 24, epochs: int = 8) -> TrainedElman:
    """Train an Elman network on the words of the Python language reference, for about half a minute.

    Its state is carried from sentence to sentence, so that it has use for a memory.

    Args:
        seed: of the first weights and the order of the batches.
        hidden_size: units, and size of the embeddings.
        epochs: how often the text is read.
    """
    from rnn_course.cells.cell import CELLS
    from rnn_course.experiments.live import live_config
    from rnn_course.lm import perplexity
    from rnn_course.models.recurrent import RecurrentLM
    from rnn_course.text.sources import language_reference
    from rnn_course.training.loop import train

    corpus = language_reference()
    model = RecurrentLM.init(
        corpus.vocabulary,
        CELLS["elman"],
        hidden_size,
        hidden_size,
        np.random.default_rng(seed),
        tied=True,
        dtype=np.float32,
        memory="text",
    )
    train(model, corpus.train, live_config(epochs, seed), valid=corpus.valid, progress=False)
    W_h, W_e, b_1 = model.params.cell
    inputs = model.params.E[corpus.valid[:STEPS]] @ W_e.T + b_1
    return TrainedElman(W_h, inputs, perplexity(model, corpus.valid))


def keep(network: TrainedElman, path: str) -> None:
    """Write what `trained_elman` reads: `keep(train_elman(), "rnn_course/widgets/powers_trained.npz")`."""
    arrays = {"W_h": network.W_h.astype(np.float32), "inputs": network.inputs.astype(np.float32)}
    write_arrays(path, {"perplexity": network.perplexity}, arrays)
