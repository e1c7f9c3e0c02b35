"""What is written down while a model is trained."""

from __future__ import annotations

from array import array
from collections.abc import Mapping
from dataclasses import dataclass, fields
from typing import NamedTuple

import numpy as np
from jaxtyping import Float, Int
from numpy import ndarray


class Progress(NamedTuple):
    """What a callback is told after an update.

    Attributes:
        update: updates so far.
        epoch: of the batch, counted from 0.
        loss: of the batch, before the update, nats per token.
        gradient_norm: before clipping.
        learning_rate: with which the update was made.
        valid_loss: nats per token; None where the update was not followed by an evaluation.
        seconds: since the beginning, by the clock of `TrainingConfig.max_seconds`.
    """

    update: int
    epoch: int
    loss: float
    gradient_norm: float
    learning_rate: float
    valid_loss: float | None
    seconds: float


@dataclass(frozen=True)
class History:
    """A training run, as arrays to be plotted.

    Args:
        loss: of each batch before its update, nats per token.
        gradient_norm: of each update, before clipping.
        learning_rate: of each update.
        tokens: targets in each batch.
        seconds: since the beginning, after each update, by the clock of `TrainingConfig.max_seconds`.
        valid_update: after how many updates each evaluation was made.
        valid_loss: its mean loss, nats per token.
        stopped: what ended the run: "epochs", "max_updates", "max_seconds", "patience" or "callback".
    """

    loss: Float[ndarray, " updates"]
    gradient_norm: Float[ndarray, " updates"]
    learning_rate: Float[ndarray, " updates"]
    tokens: Int[ndarray, " updates"]
    seconds: Float[ndarray, " updates"]
    valid_update: Int[ndarray, " evaluations"]
    valid_loss: Float[ndarray, " evaluations"]
    stopped: str

    @property
    def update(self) -> Int[ndarray, " updates"]:
        """1, 2, 3 ...: the axis to plot the others over."""
        return np.arange(1, len(self.loss) + 1)

    @property
    def perplexity(self) -> Float[ndarray, " updates"]:
        """exp(loss) of each batch; inf where that is too large a number."""
        with np.errstate(over="ignore"):
            return np.exp(self.loss)

    @property
    def valid_perplexity(self) -> Float[ndarray, " evaluations"]:
        """exp(valid_loss) of each evaluation, likewise."""
        with np.errstate(over="ignore"):
            return np.exp(self.valid_loss)

    @property
    def best_update(self) -> int | None:
        """After how many updates the held-out loss was lowest; None without an evaluation."""
        return int(self.valid_update[np.argmin(self.valid_loss)]) if len(self.valid_loss) else None

    @property
    def tokens_per_second(self) -> float:
        """Over the whole run, evaluations included; NaN if nothing was trained."""
        return float(self.tokens.sum() / self.seconds[-1]) if len(self.seconds) else float("nan")


COLUMNS = tuple(field.name for field in fields(History) if field.name != "stopped")
WHOLE = ("tokens", "valid_update")


class Log:
    """The columns of a `History` while they grow, at eight bytes a number."""

    def __init__(self) -> None:
        self.columns = {name: array("q" if name in WHOLE else "d") for name in COLUMNS}

    def add(self, **values: float) -> None:
        """Append one number to each column named."""
        for name, value in values.items():
            self.columns[name].append(value)  # type: ignore[arg-type]

    def __getitem__(self, name: str) -> array:
        return self.columns[name]

    def arrays(self) -> dict[str, ndarray]:
        """A copy of every column."""
        return {
            name: np.array(column, np.int64 if name in WHOLE else np.float64)
            for name, column in self.columns.items()
        }

    def load(self, arrays: Mapping[str, ndarray]) -> None:
        """Replace every column."""
        for name, column in self.columns.items():
            del column[:]
            column.extend(arrays[name].tolist())

    def history(self, stopped: str) -> History:
        """What was written so far."""
        return History(**self.arrays(), stopped=stopped)
