"""The networks that `BpttBars` shows if it is given none: from those that forget to one that must not."""

from __future__ import annotations

from functools import cache
from typing import Any

import numpy as np

from rnn_course.cells.cell import CELLS
from rnn_course.models.recurrent import RecurrentLM
from rnn_course.text.sources import reference_paragraphs
from rnn_course.text.vocabulary import Vocabulary
from rnn_course.training.config import TrainingConfig
from rnn_course.training.loop import train
from rnn_course.widgets.bptt_bars_parts import Reading

TEXT = "the same weights are used at every step"
SMALL = "Elman, small weights"
TRAINED = "Elman, trained"
ORTHOGONAL = "Elman, orthogonal"
LSTM = "LSTM, forget bias 3"
ONE_LETTER = "Elman, one letter, blanks"
EMBED_SIZE, HIDDEN_SIZE = 16, 32


def characters(text: str) -> list[str]:
    """The characters of a text in lower case, as the networks here read them."""
    return list(text.lower())


@cache
def default_models(seed: int) -> dict[str, RecurrentLM]:
    """Character models of the language reference: three Elman networks, one of them trained, and an LSTM.

    Args:
        seed: draws all weights, and the order of training.
    """
    lines = [characters(paragraph) for paragraph in reference_paragraphs()]
    vocabulary = Vocabulary.from_sentences(lines, min_count=5)
    models = {
        SMALL: _new(vocabulary, "elman", seed),
        TRAINED: _new(vocabulary, "elman", seed, dtype=np.float32),
        ORTHOGONAL: _new(vocabulary, "elman", seed, orthogonal=True),
        LSTM: _new(vocabulary, "lstm", seed, forget_bias=3.0),
    }
    config = TrainingConfig(
        batch_size=8,
        steps=20,
        epochs=None,
        max_updates=300,
        learning_rate=1e-2,
        max_gradient_norm=1.0,
        seed=seed,
    )
    train(models[TRAINED], vocabulary.stream(lines), config, progress=False)
    return models


def one_letter_and_blanks(steps: int, seed: int) -> Reading:
    """A new network reads one letter, then blanks of embedding 0; at each step it is to name the letter.

    W_e then meets something at the first step alone: the whole of its gradient comes from there.

    Args:
        steps: how many are read.
        seed: draws the weights.
    """
    vocabulary = Vocabulary([*"abcdefgh", "·"])
    model = _new(vocabulary, "elman", seed, orthogonal=True)
    letter, blank = vocabulary.id("a"), vocabulary.id("·")
    model.params.E[blank] = 0
    inputs = np.full(steps, blank)
    inputs[0] = letter
    return Reading(model, inputs, np.full(steps, letter))


def _new(vocabulary: Vocabulary, cell: str, seed: int, **options: Any) -> RecurrentLM:
    rng = np.random.default_rng(seed)
    return RecurrentLM.init(vocabulary, CELLS[cell], EMBED_SIZE, HIDDEN_SIZE, rng, memory="text", **options)
