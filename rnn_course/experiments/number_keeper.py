"""A gated network so small that every unit can be shown, and which of them remembers the subject's number."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Literal

import numpy as np
from jaxtyping import Float
from numpy import ndarray

from rnn_course.cells.cell import CELLS
from rnn_course.errors import CourseError
from rnn_course.experiments.agreement import STARTS, more_probable
from rnn_course.lm import state_after
from rnn_course.models.recurrent import RecurrentLM
from rnn_course.tasks.agreement import VERBS, agreement_accuracy, agreement_set
from rnn_course.text.languages import nested_agreement
from rnn_course.training.config import TrainingConfig
from rnn_course.training.loop import train
from rnn_course.training.schedule import Plateau


@dataclass(frozen=True)
class NumberKeeper:
    """A trained language model, and what its units know of the subject.

    Args:
        model: it reads sentences of `rnn_course.text.languages.nested_agreement`.
        separation: by unit, how far the memory (c of an LSTM, h of a GRU) before the verb lies apart for
            singular and plural subjects, in standard deviations, positive where plural is higher, [hidden].
        accuracy: share of verbs that agree with their subject, over 0 to 2 attractors.
        sentence: one with two attractors, up to its verb.
        watch: singular and plural verbs, as `GateExplorer` takes them.
    """

    model: RecurrentLM
    separation: Float[ndarray, " hidden"]
    accuracy: float
    sentence: str = "the writer of the books of the children"

    @property
    def unit(self) -> int:
        """The unit that tells the subject's number best, counted from 1."""
        return int(np.abs(self.separation).argmax()) + 1

    @property
    def watch(self) -> dict[str, tuple[str, ...]]:
        return {f"{number} verb": verbs for number, verbs in VERBS.items()}


def number_keeper(
    cell: Literal["lstm", "gru"] = "lstm",
    *,
    seed: int = 0,
    hidden_size: int = 16,
    sentences: int = 3000,
    epochs: int = 12,
    questions: int = 40,
) -> NumberKeeper:
    """Train a small language model on sentences whose verbs agree over a distance, and look into its memory.

    Shows: sixteen units are enough to agree with the subject across two nouns of the other number. In the
    LSTM one or two units tell its number, several standard deviations apart. Erase the memory behind the
    subject, and the model agrees with the last noun instead: `rnn_course.widgets.gates.GateExplorer` shows
    it. In the GRU such a unit need not be one whose gate keeps: it can write the same again at every step.

    Args:
        cell: "lstm" or "gru".
        seed: draws the text, the first weights and the questions.
        hidden_size: units; the embeddings are as large.
        sentences: to train on.
        epochs: times that they are read.
        questions: contexts for each number of attractors, an even number.

    Raises:
        CourseError: if the cell has no gates, or a number is out of range.
    """
    if cell not in ("lstm", "gru"):
        raise CourseError(f'number_keeper: the cells with gates are "lstm" and "gru", got {cell!r}')
    corpus = nested_agreement().corpus(seed, train=sentences, valid=100, test=1)
    model = RecurrentLM.init(
        corpus.vocabulary, CELLS[cell], hidden_size, hidden_size, np.random.default_rng(seed), **STARTS[cell]
    )
    config = TrainingConfig(
        epochs=epochs,
        batch_size=16,
        steps=35,
        learning_rate=1e-2,
        max_gradient_norm=1.0,
        schedule=Plateau(decay=0.5, patience=1),
        seed=seed,
    )
    train(model, corpus.train, config, valid=corpus.valid, progress=False)
    pairs = agreement_set(questions, np.random.default_rng((seed, 1)), most=2)
    found = agreement_accuracy(pairs, more_probable(model))
    memories = np.array([_memory(state_after(model, pair.context).state) for pair in pairs])
    plural = np.array([pair.right in VERBS["plural"] for pair in pairs])
    apart = memories[plural].mean(axis=0) - memories[~plural].mean(axis=0)
    within = np.sqrt((memories[plural].var(axis=0) + memories[~plural].var(axis=0)) / 2)
    return NumberKeeper(model, apart / within, float(np.mean(list(found.accuracy.values()))))


def _memory(state: Any) -> ndarray:
    """c of an LSTM, h of a GRU, for a batch of one."""
    return (state[1] if isinstance(state, tuple) else state)[0]
