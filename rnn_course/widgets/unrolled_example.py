"""The network that `Unrolled` shows where it is given none: small, and trained on the spot."""

from __future__ import annotations

from functools import lru_cache
from typing import Any

import numpy as np

from rnn_course.cells.cell import CELLS
from rnn_course.models.recurrent import RecurrentLM
from rnn_course.text.languages import nested_agreement
from rnn_course.training.config import TrainingConfig
from rnn_course.training.loop import train
from rnn_course.training.schedule import Plateau

SENTENCE = "the writer of the books knows ."
OTHER = "the writers of the books know ."
LONG = "the dog of the keys of the child waits ."
LONG_OTHER = "the dogs of the keys of the child wait ."
WORD_STEP = 6
"""The step at which `SENTENCE` has been read up to "books"."""

PRESETS: dict[str, dict[str, Any]] = {
    "begin": {"sentence": SENTENCE, "other": OTHER, "step": 1, "frozen": "off"},
    "who knows?": {"sentence": SENTENCE, "other": OTHER, "step": WORD_STEP, "frozen": "off"},
    "state held": {"sentence": SENTENCE, "other": OTHER, "step": WORD_STEP, "frozen": "on"},
    "further back": {"sentence": LONG, "other": LONG_OTHER, "step": 9, "frozen": "off"},
}


@lru_cache(maxsize=4)
def example_network(
    seed: int = 0, hidden_size: int = 16, sentences: int = 3000, epochs: int = 8
) -> RecurrentLM:
    """An Elman network that has read sentences whose verbs agree with their subject, a few words back.

        the writer of the books knows .

    Args:
        seed: of the text and of the first weights.
        hidden_size: of the state, and of the embeddings as well.
        sentences: how many it is trained on.
        epochs: how often it reads them.
    """
    corpus = nested_agreement(attractor=0.18, clause=0.0).corpus(seed, train=sentences, valid=100, test=1)
    rng = np.random.default_rng(seed)
    model = RecurrentLM.init(corpus.vocabulary, CELLS["elman"], hidden_size, hidden_size, rng)
    config = TrainingConfig(
        epochs=epochs,
        batch_size=16,
        steps=20,
        learning_rate=1e-2,
        max_gradient_norm=1.0,
        schedule=Plateau(decay=0.5),
        seed=seed,
    )
    train(model, corpus.train, config, valid=corpus.valid, progress=False)
    return model
