"""How the learning rate changes in the course of training: a factor for each update.

A schedule keeps nothing in mind. It is asked with the number of the update and the losses on held-out text
so far, so that a run that is taken up again goes on with the same rates.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

from rnn_course.errors import CourseError


@dataclass(frozen=True)
class Constant:
    """The learning rate stays as it is."""

    def factor(self, update: int, valid_losses: Sequence[float]) -> float:
        """1, always."""
        return 1.0


@dataclass(frozen=True)
class Plateau:
    """The learning rate falls when the held-out loss does not (Zaremba et al. 2014 did so by the epoch).

    Args:
        decay: what the rate is multiplied by, in (0, 1).
        patience: evaluations without a new best before each decay, at least 1.
    """

    decay: float = 0.5
    patience: int = 1

    def __post_init__(self) -> None:
        if not 0 < self.decay < 1 or self.patience < 1:
            raise CourseError(
                f"Plateau has a decay in (0, 1) and a patience from 1, got {self.decay} and {self.patience}"
            )

    def factor(self, update: int, valid_losses: Sequence[float]) -> float:
        """decay^k after k plateaus.

        Args:
            update: not used.
            valid_losses: of the evaluations so far.
        """
        best, waited, plateaus = math.inf, 0, 0
        for loss in valid_losses:
            waited = 0 if loss < best else waited + 1
            best = min(best, loss)
            if waited == self.patience:
                plateaus, waited = plateaus + 1, 0
        return self.decay**plateaus


@dataclass(frozen=True)
class WarmupCosine:
    """Up in a straight line, down along half a cosine (Loshchilov & Hutter 2017), flat from there.

    Args:
        warm_up: updates until the full rate.
        total: updates until the final rate, more than `warm_up`.
        final: the final rate as a share of the full one, in [0, 1].
    """

    warm_up: int
    total: int
    final: float = 0.0

    def __post_init__(self) -> None:
        if not 0 <= self.warm_up < self.total or not 0 <= self.final <= 1:
            raise CourseError(
                "WarmupCosine has 0 <= warm_up < total and a final share in [0, 1], "
                f"got {self.warm_up}, {self.total} and {self.final}"
            )

    def factor(self, update: int, valid_losses: Sequence[float]) -> float:
        """The factor of an update.

        Args:
            update: counted from 0.
            valid_losses: not used.
        """
        if update < self.warm_up:
            return (update + 1) / self.warm_up
        progress = min((update - self.warm_up) / (self.total - self.warm_up), 1.0)
        return self.final + (1 - self.final) * (1 + math.cos(math.pi * progress)) / 2


Schedule = Constant | Plateau | WarmupCosine
