"""Clipping in the training of a network: without it, by the norm, and by the squared norm. Lecture 10."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Literal, get_args

import numpy as np
from jaxtyping import Float
from numpy import ndarray

from rnn_course.cells.cell import CELLS
from rnn_course.cells.parameters import named_arrays
from rnn_course.errors import CourseError
from rnn_course.models.recurrent import RecurrentLM
from rnn_course.models.trainable import Evaluation, Step
from rnn_course.text.batching import Batch
from rnn_course.text.corpus import Corpus
from rnn_course.training.clipping import clip_gradients, global_norm
from rnn_course.training.config import TrainingConfig
from rnn_course.training.errors import NonFiniteError
from rnn_course.training.history import Progress
from rnn_course.training.loop import train

Rule = Literal["none", "norm", "squared norm"]
RULES: tuple[Rule, ...] = get_args(Rule)


def clip_by_rule(gradients: Any, rule: Rule, max_norm: float) -> float:
    """Shorten a gradient, in place, as a rule says.

        norm            g <- g c / ||g||      if ||g|| > c           the rule: its length is then c
        squared norm    g <- g c / ||g||^2    if ||g||^2 > c         a slip: its length is then c / ||g||

    Args:
        gradients: a tree of arrays.
        rule: "none", "norm" or "squared norm".
        max_norm: c, above 0.

    Returns:
        The length after.

    Raises:
        CourseError: if the rule is unknown, or max_norm is not above 0.
    """
    if rule not in RULES:
        raise CourseError(f"clip_by_rule: the rules are {', '.join(RULES)}, got {rule!r}")
    if rule == "norm":
        clip_gradients(gradients, max_norm)
    elif rule == "squared norm":
        square = global_norm(gradients) ** 2
        if not max_norm > 0:
            raise CourseError(f"clip_by_rule: max_norm is above 0, got {max_norm}")
        if max_norm < square < np.inf:
            for _, array in named_arrays(gradients):
                array *= max_norm / square
    return global_norm(gradients)


@dataclass(frozen=True)
class StepLengths:
    """How long a gradient is after clipping.

    Args:
        norms: before, [norms].
        by_norm, by_squared_norm: after, [norms].
    """

    norms: Float[ndarray, " norms"]
    by_norm: Float[ndarray, " norms"]
    by_squared_norm: Float[ndarray, " norms"]


def step_lengths(
    norms: Sequence[float] = (0.1, 0.5, 1, 2, 5, 10, 100, 1000), *, max_norm: float = 1.0, seed: int = 0
) -> StepLengths:
    """Clip a gradient of each length with both rules.

    Shows: by the norm, a long gradient makes a step of the largest length that is let through. By the squared
    norm, the longer the gradient is, the shorter is the step: at 100 it is 1/100, and just where the surface
    is steep the network stands still.

    Args:
        norms: lengths before, above 0.
        max_norm: of both rules.
        seed: draws the direction, which changes nothing.

    Raises:
        CourseError: if a norm is not above 0.
    """
    lengths = np.array(norms, dtype=np.float64)
    if not len(lengths) or not (lengths > 0).all():
        raise CourseError(f"step_lengths: norms are above 0, got {norms}")
    direction = np.random.default_rng(seed).standard_normal(10)
    direction /= np.linalg.norm(direction)
    after = [
        [clip_by_rule(direction * length, rule, max_norm) for length in lengths]
        for rule in ("norm", "squared norm")
    ]
    return StepLengths(lengths, np.array(after[0]), np.array(after[1]))


class _Clipping:
    """A language model whose gradients are clipped by a rule before the optimizer sees them."""

    def __init__(self, model: RecurrentLM, rule: Rule, max_norm: float) -> None:
        self.model, self.rule, self.max_norm = model, rule, max_norm
        self.params: Any = model.params  # the same arrays: training changes them in place
        self.norms: list[float] = []
        self.lengths: list[float] = []

    def loss(self, batch: Batch, state: Any = None) -> Evaluation:
        return self.model.loss(batch, state)

    def loss_and_gradients(
        self, batch: Batch, state: Any = None, *, rng: np.random.Generator | None = None
    ) -> Step:
        step = self.model.loss_and_gradients(batch, state, rng=rng)
        self.norms.append(global_norm(step.gradients))
        self.lengths.append(clip_by_rule(step.gradients, self.rule, self.max_norm))
        return step


@dataclass(frozen=True)
class ClippedRun:
    """One training run.

    Args:
        losses: of each batch, nats per token, [updates].
        norms: of the gradient before clipping, [updates].
        lengths: of the gradient after clipping, [updates].
        lost: whether it ended because a number was no longer finite.
    """

    losses: Float[ndarray, " updates"]
    norms: Float[ndarray, " updates"]
    lengths: Float[ndarray, " updates"]
    lost: bool

    @property
    def end(self) -> float:
        """The mean loss of the last tenth of the updates; inf for a run that was lost."""
        return np.inf if self.lost else float(self.losses[-max(1, len(self.losses) // 10) :].mean())


def training_with_clipping(
    corpus: Corpus,
    *,
    seed: int = 0,
    learning_rate: float = 2.0,
    max_norm: float = 1.0,
    max_updates: int = 300,
    hidden_size: int = 64,
    gain: float = 2.0,
) -> dict[Rule, ClippedRun]:
    """Train one Elman language model by gradient descent, three times.

    Its recurrent weights are orthogonal, times `gain`: above 1, gradients grow on their way back.

    Shows: most gradients have a norm near 1, and a few of above 100. Without clipping these throw the network
    to a loss from which it does not come back; with clipping by the norm the same run learns. By the squared
    norm it is saved, too: slower at first, since its steps are shortest where the gradient is long, and with
    this high learning rate a little ahead in the end, for the same reason. No number becomes infinite here:
    tanh and the softmax hold them. (For that see `rnn_course.experiments.cliff`.)

    Args:
        corpus: its training part is read.
        seed: of weights and batches, the same in all three runs.
        learning_rate: of plain gradient descent.
        max_norm: of both ways of clipping.
        max_updates: of each run.
        hidden_size: of the network.
        gain: factor of the first W_h.

    Raises:
        CourseError: if a number is out of range.

    Source: Pascanu et al. 2013, algorithm 1.
    """
    runs: dict[Rule, ClippedRun] = {}
    for rule in RULES:
        rng = np.random.default_rng(seed)
        model = RecurrentLM.init(
            corpus.vocabulary,
            CELLS["elman"],
            32,
            hidden_size,
            rng,
            dtype=np.float32,
            memory="text",
            orthogonal=True,
        )
        model.params.cell.W_h[...] *= gain
        clipping = _Clipping(model, rule, max_norm)
        losses: list[float] = []

        def note(progress: Progress, losses: list[float] = losses) -> None:
            losses.append(progress.loss)

        config = TrainingConfig(
            optimizer="sgd",
            learning_rate=learning_rate,
            max_gradient_norm=None,
            max_updates=max_updates,
            epochs=None,
            batch_size=16,
            steps=30,
            seed=seed,
        )
        lost = False
        with np.errstate(over="ignore", invalid="ignore"):
            try:
                train(clipping, corpus.train, config, callback=note, progress=False)
            except NonFiniteError:
                lost = True
        made = len(losses)
        runs[rule] = ClippedRun(
            np.array(losses), np.array(clipping.norms[:made]), np.array(clipping.lengths[:made]), lost
        )
    return runs
