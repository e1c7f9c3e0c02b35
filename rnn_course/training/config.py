"""Everything that a training run can be told, in one place, checked before it begins."""

from __future__ import annotations

import math
from dataclasses import asdict, dataclass, field
from functools import partial
from numbers import Integral, Real
from typing import Any, Literal

from rnn_course.errors import CourseError
from rnn_course.training.optimizers import Optimizer, adam_init, adam_update, sgd_init, sgd_update
from rnn_course.training.schedule import Constant, Plateau, Schedule, WarmupCosine

STOP_RULES = ("epochs", "max_updates", "max_seconds", "patience")


@dataclass(frozen=True)
class TrainingConfig:
    """How a model is trained. An *update* is one change of the parameters, made from one batch.

    Args:
        batch_size: strands of a stream, or sentences, that are read side by side.
        steps: tokens of each strand in a batch: how far backpropagation through time looks back.
        epochs: times that the data is read; None for no limit.
        max_updates: updates at most; None for no limit.
        max_seconds: CPU seconds at most, all threads together (on a GPU: seconds by the clock); None for no
            limit. The other two limits give the same result on every computer, this one does not.
        optimizer: "adam" or "sgd".
        learning_rate: before the schedule's factor.
        momentum: of "sgd".
        beta_1, beta_2, epsilon: of "adam".
        max_gradient_norm: gradients are clipped to it; None for no clipping.
        schedule: `Constant()`, `Plateau(...)` or `WarmupCosine(...)`.
        evaluate_every: updates between evaluations on held-out data; None for the end of each epoch.
        patience: evaluations without a new best, after which training stops; None for never.
        keep_best: whether the model ends with the parameters of the best evaluation, or with the last ones.
        seed: of the order of the data and of dropout. How much is dropped is the model's own business.

    Raises:
        CourseError: naming the field, what it was and what it may be.
    """

    batch_size: int = 32
    steps: int = 35
    epochs: int | None = 10
    max_updates: int | None = None
    max_seconds: float | None = None
    optimizer: Literal["adam", "sgd"] = "adam"
    learning_rate: float = 2e-3
    momentum: float = 0.0
    beta_1: float = 0.9
    beta_2: float = 0.999
    epsilon: float = 1e-8
    max_gradient_norm: float | None = 5.0
    schedule: Schedule = field(default_factory=Constant)
    evaluate_every: int | None = None
    patience: int | None = None
    keep_best: bool = True
    seed: int = 0

    def __post_init__(self) -> None:
        for name in ("batch_size", "steps"):
            self._hold(name, whole=True, least=1)
        for name in ("epochs", "max_updates", "evaluate_every", "patience"):
            self._hold(name, whole=True, least=1, optional=True)
        self._hold("seed", whole=True, least=0)
        for name in ("learning_rate", "epsilon"):
            self._hold(name, above=0)
        for name in ("max_seconds", "max_gradient_norm"):
            self._hold(name, above=0, optional=True)
        for name in ("momentum", "beta_1", "beta_2"):
            self._hold(name, least=0, below=1)
        if self.optimizer not in ("adam", "sgd"):
            raise CourseError(f'optimizer is "adam" or "sgd", got {self.optimizer!r}')
        if not isinstance(self.schedule, Constant | Plateau | WarmupCosine):
            raise CourseError(
                f"schedule is Constant(), Plateau(...) or WarmupCosine(...), got {self.schedule!r}"
            )
        if self.epochs is None and self.max_updates is None and self.max_seconds is None:
            raise CourseError(
                "training would never end: give one of epochs, max_updates and max_seconds, or several"
            )

    def _hold(
        self,
        name: str,
        *,
        whole: bool = False,
        least: float = -math.inf,
        above: float = -math.inf,
        below: float = math.inf,
        optional: bool = False,
    ) -> None:
        value = getattr(self, name)
        if value is None and optional:
            return
        right = isinstance(value, Integral if whole else Real) and not isinstance(value, bool)
        if not right or not (value >= least and value > above and value < below):
            bounds = [f"at least {least}"] if least > -math.inf else []
            bounds += [f"above {above}"] if above > -math.inf else []
            bounds += [f"below {below}"] if below < math.inf else []
            what = ("a whole number " if whole else "a number ") + " and ".join(bounds)
            raise CourseError(f"{name} is {what}{', or None' if optional else ''}; got {value!r}")
        object.__setattr__(self, name, int(value) if whole else float(value))  # of numpy's numbers, Python's

    def make_optimizer(self) -> Optimizer:
        """The optimizer with its settings filled in."""
        if self.optimizer == "sgd":
            return Optimizer(sgd_init, partial(sgd_update, momentum=self.momentum))
        settings = {name: getattr(self, name) for name in ("beta_1", "beta_2", "epsilon")}
        return Optimizer(adam_init, partial(adam_update, **settings))

    def fixed(self) -> dict[str, Any]:
        """What has to stay as it is when a run is taken up again: all but the rules for stopping."""
        settings = {name: value for name, value in asdict(self).items() if name not in STOP_RULES}
        return {**settings, "schedule": repr(self.schedule)}
