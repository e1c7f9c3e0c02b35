"""The experiment of lecture 07: a network learns to write, from noise to style."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from itertools import pairwise
from typing import Any

import numpy as np

from rnn_course.cells.cell import CELLS
from rnn_course.cells.parameters import map_arrays
from rnn_course.errors import CourseError
from rnn_course.lm import cross_entropy, sample
from rnn_course.models.kneser_ney import KneserNey
from rnn_course.models.recurrent import RecurrentLM
from rnn_course.text.corpus import Corpus
from rnn_course.training.config import TrainingConfig
from rnn_course.training.history import Progress
from rnn_course.training.loop import train


@dataclass(frozen=True)
class Stage:
    """A network at one moment of its training.

    Attributes:
        updates: how many batches it has learned from; 0 is before training.
        bits: on held-out text, bits per character.
        text: what it writes.
        model: the network as it was.
    """

    updates: int
    bits: float
    text: str
    model: RecurrentLM = field(compare=False, repr=False)


@dataclass(frozen=True)
class Writing:
    """How a network learned to write.

    Attributes:
        stages: in order.
        model: at the end.
        counted: bits per character of a Kneser-Ney n-gram of characters on the same text.
        order: its n.
    """

    stages: list[Stage]
    model: RecurrentLM
    counted: float
    order: int


def learn_to_write(
    corpus: Corpus,
    *,
    updates: Sequence[int] = (0, 50, 400, 1500),
    seed: int = 0,
    cell: str = "gru",
    hidden_size: int = 128,
    characters: int = 160,
    temperature: float = 0.8,
    order: int = 6,
    held_out: int = 10_000,
) -> Writing:
    """Train a character model and let it write at each stage.

    Args:
        corpus: of characters: `standard_library_source()`, or `Corpus.from_files` of a text of one's own.
        updates: after how many batches of 32 strands by 50 characters it writes; in rising order.
        characters: how much it writes each time.
        order: of the n-gram that is counted beside it. It is ready in a second, and better than the network's
            first minutes: it has seen every piece of `order` characters, and forgets everything before.
        held_out: characters of the validation part that are read for `bits`.

    Raises:
        CourseError: if `updates` is empty or does not rise.
    """
    if not updates or any(a >= b for a, b in pairwise(updates)) or updates[0] < 0:
        raise CourseError(f"updates rise from 0 or more, got {tuple(updates)}")
    rng = np.random.default_rng(seed)
    model = RecurrentLM.init(
        corpus.vocabulary, CELLS[cell], 32, hidden_size, rng, dtype=np.float32, memory="text"
    )
    valid = corpus.valid[:held_out]
    stages: list[Stage] = []

    def write(done: int) -> None:
        drawn = sample(model, np.random.default_rng(seed), max_tokens=characters, temperature=temperature)
        copied = RecurrentLM(corpus.vocabulary, model.cell, map_arrays(np.copy, model.params), memory="text")
        stages.append(Stage(done, bits_per_character(model, valid), "".join(drawn), copied))

    def after_update(progress: Progress) -> None:
        if progress.update in updates:
            write(progress.update)

    if updates[0] == 0:
        write(0)
    config = TrainingConfig(
        batch_size=32,
        steps=50,
        epochs=None,
        max_updates=max(updates[-1], 1),
        learning_rate=4e-3,
        max_gradient_norm=1.0,
        seed=seed,
    )
    train(model, corpus.train, config, callback=after_update, progress=False)
    counts = KneserNey.fit(corpus.train, corpus.vocabulary, order=order)
    return Writing(stages, model, bits_per_character(counts, valid), order)


def bits_per_character(model: Any, stream: np.ndarray) -> float:
    """J / ln 2: the mean number of yes-or-no questions that a character still asks."""
    return cross_entropy(model, stream) / float(np.log(2))
