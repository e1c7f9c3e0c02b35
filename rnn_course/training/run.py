"""A training run: its position, its log, and the one update that everything else is made of."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Protocol

from numpy import ndarray

from rnn_course.errors import DataError
from rnn_course.models.trainable import Evaluation, State
from rnn_course.training.config import TrainingConfig
from rnn_course.training.errors import NonFiniteError
from rnn_course.training.feed import Feed
from rnn_course.training.history import Log
from rnn_course.training.learner import Learner, Measured


class HasLoss(Protocol):
    """A model, or a learner."""

    def loss(self, batch: Any, state: State = None) -> Evaluation:
        """The loss of a batch, see `Trainable.loss`."""


def mean_loss(model: HasLoss, data: Feed) -> float:
    """The mean over all targets of the data, nats per token.

    Raises:
        DataError: if there are no batches.
    """
    total, tokens = 0.0, 0
    state: State = None
    for batch in data.epoch(0, 0):
        evaluation = model.loss(batch, state if data.carries_state else None)
        total += evaluation.loss * evaluation.tokens
        tokens += evaluation.tokens
        state = evaluation.state
    if not tokens:
        raise DataError("there are no batches to evaluate: a mean loss is an average over their targets")
    return total / tokens


@dataclass
class Run:
    """All that changes while a model is trained; a checkpoint keeps it.

    Args:
        learner, data, valid, config: what is trained, on what, held to what, and how.
        epoch, batch: where in the data the run stands: batches read of this epoch.
        state: the model's, after the last batch.
        best: a copy of the parameters of the best evaluation.
        log: one line for each update and evaluation.
        seconds_before: of the runs that this one goes on with.
    """

    learner: Learner
    data: Feed
    config: TrainingConfig
    valid: Feed | None = None
    epoch: int = 0
    batch: int = 0
    state: State = None
    best: Mapping[str, ndarray] | None = None
    log: Log = field(default_factory=Log)
    seconds_before: float = 0.0

    def __post_init__(self) -> None:
        self._started = self.learner.seconds()

    @property
    def updates(self) -> int:
        """Updates so far."""
        return len(self.log["loss"])

    def seconds(self) -> float:
        """Since the beginning, earlier parts of the run included."""
        return self.seconds_before + self.learner.seconds() - self._started

    def learn(self, batch: Any) -> Measured:
        """One update: loss, gradients, clipping, step.

        Raises:
            NonFiniteError: if loss or gradient is not finite; the parameters are left as they were.
        """
        config = self.config
        before = self.state if self.data.carries_state else None
        measured = self.learner.measure(batch, before, seed=(config.seed, 1, self.updates))
        rate = config.learning_rate * config.schedule.factor(self.updates, self.log["valid_loss"])
        if not (math.isfinite(measured.loss) and math.isfinite(measured.gradient_norm)):
            raise NonFiniteError(self._what_went_wrong(measured, rate))
        self.learner.update(measured.gradient_norm, rate)
        self.state = measured.state if self.data.carries_state else None
        self.batch += 1
        self.log.add(
            loss=measured.loss,
            gradient_norm=measured.gradient_norm,
            learning_rate=rate,
            tokens=measured.tokens,
            seconds=self.seconds(),
        )
        return measured

    def _what_went_wrong(self, measured: Measured, rate: float) -> str:
        loss, norm = measured.loss, measured.gradient_norm
        found = f"update {self.updates + 1}: the loss is {loss}, the gradient's norm is {norm}"
        if self.updates:
            last_loss, last_norm = self.log["loss"][-1], self.log["gradient_norm"][-1]
            found += f" (one update earlier {last_loss:.4g} and {last_norm:.4g})"
        clipping = self.config.max_gradient_norm
        advice = (
            "set max_gradient_norm, for example to 5 (there is no clipping)"
            if clipping is None
            else f"a smaller max_gradient_norm (now {clipping:g})"
        )
        return (
            f"{found}. The parameters were left as they were before it. Try a smaller learning_rate "
            f"(now {rate:g}); {advice}; inputs and initial weights that are finite and not large"
        )

    def evaluate(self) -> float | None:
        """The loss on held-out data, written to the log; keeps a copy of the parameters if it is the best."""
        if self.valid is None:
            return None
        loss = mean_loss(self.learner, self.valid)
        if not math.isfinite(loss):
            raise NonFiniteError(
                f"after {self.updates} updates the held-out loss is {loss}. Try a smaller learning_rate"
            )
        if loss < min(self.log["valid_loss"], default=math.inf):
            self.best = {name: array.copy() for name, array in self.learner.parameters().items()}
        self.log.add(valid_update=self.updates, valid_loss=loss)
        return loss

    def next_epoch(self) -> None:
        """The data begins again, and the model's state with it."""
        self.epoch, self.batch, self.state = self.epoch + 1, 0, None

    def reason_to_stop(self) -> str | None:
        """The rule that ends the run here, or None."""
        config, losses = self.config, self.log["valid_loss"]
        if config.epochs is not None and self.epoch >= config.epochs:
            return "epochs"
        if config.max_updates is not None and self.updates >= config.max_updates:
            return "max_updates"
        if config.max_seconds is not None and self.seconds() >= config.max_seconds:
            return "max_seconds"
        if config.patience is not None and losses:
            waited = len(losses) - 1 - losses.index(min(losses))
            if waited >= config.patience:
                return "patience"
        return None
