"""What the loop asks of a model and its optimizer together, and the answer in numpy."""

from __future__ import annotations

import time
from collections.abc import Mapping
from typing import Any, NamedTuple, Protocol

import numpy as np
from numpy import ndarray

from rnn_course.cells.parameters import map_arrays, named_arrays
from rnn_course.errors import check_shape
from rnn_course.models.trainable import Evaluation, State, Trainable
from rnn_course.training.clipping import clip_gradients, global_norm
from rnn_course.training.config import TrainingConfig


class Measured(NamedTuple):
    """A batch after the way forward and back. loss, tokens, state: as in `models.trainable.Step`."""

    loss: float
    tokens: int
    gradient_norm: float
    state: State


class Learner(Protocol):
    """A model with an optimizer, whatever its arrays are made of."""

    model: Any

    def measure(self, batch: Any, state: State, *, seed: tuple[int, ...]) -> Measured:
        """Loss and gradients of a batch, kept for `update`; `seed` decides what dropout leaves out."""

    def update(self, norm: float, learning_rate: float) -> None:
        """Clip the gradients, whose norm is known, and change the parameters."""

    def loss(self, batch: Any, state: State = None) -> Evaluation:
        """The loss of a batch, without dropout."""

    def parameters(self) -> dict[str, ndarray]:
        """Every parameter by its path; not to be kept, the next update may change it."""

    def memory(self) -> dict[str, ndarray]:
        """Every array of the optimizer's, likewise."""

    def restore(self, parameters: Mapping[str, ndarray], memory: Mapping[str, ndarray] | None = None) -> None:
        """Take over parameters, and the optimizer's arrays if they are given: all of them or none.

        Raises:
            KeyError, ShapeError: if one is missing, or of another shape.
        """

    def state_to_numpy(self, state: State) -> dict[str, ndarray]:
        """The arrays of a model's state by their paths."""

    def state_from_numpy(self, like: State, arrays: Mapping[str, ndarray]) -> State:
        """The inverse, for a state of the structure of `like`."""

    def seconds(self) -> float:
        """The clock that `TrainingConfig.max_seconds` is held to."""


class NumpyLearner:
    """A model with hand-written gradients, and an optimizer that works in place.

    Args:
        model: its `params` are changed.
        config: names the optimizer and the longest gradient.
    """

    def __init__(self, model: Trainable[Any], config: TrainingConfig) -> None:
        self.model = model
        self.max_norm = config.max_gradient_norm
        self.optimizer = config.make_optimizer()
        self.optimizer_state = self.optimizer.init(model.params)
        self.gradients: Any = None

    def measure(self, batch: Any, state: State, *, seed: tuple[int, ...]) -> Measured:
        """See `Learner`."""
        step = self.model.loss_and_gradients(batch, state, rng=np.random.default_rng(seed))
        self.gradients = step.gradients
        return Measured(step.loss, step.tokens, global_norm(step.gradients), step.state)

    def update(self, norm: float, learning_rate: float) -> None:
        """See `Learner`."""
        if self.max_norm is not None:
            clip_gradients(self.gradients, self.max_norm, norm=norm)
        self.optimizer.update(self.model.params, self.gradients, self.optimizer_state, learning_rate)
        self.gradients = None

    def loss(self, batch: Any, state: State = None) -> Evaluation:
        """See `Learner`."""
        return self.model.loss(batch, state)

    def parameters(self) -> dict[str, ndarray]:
        """See `Learner`."""
        return dict(named_arrays(self.model.params))

    def memory(self) -> dict[str, ndarray]:
        """See `Learner`."""
        return dict(named_arrays(self.optimizer_state))

    def restore(self, parameters: Mapping[str, ndarray], memory: Mapping[str, ndarray] | None = None) -> None:
        """See `Learner`."""
        pairs = [(array, parameters[name]) for name, array in named_arrays(self.model.params)]
        if memory is not None:
            pairs += [(array, memory[name]) for name, array in named_arrays(self.optimizer_state)]
        for array, saved in pairs:
            check_shape("a saved array", saved, array.shape)
        for array, saved in pairs:
            array[...] = saved

    def state_to_numpy(self, state: State) -> dict[str, ndarray]:
        """See `Learner`."""
        return dict(named_arrays(state))

    def state_from_numpy(self, like: State, arrays: Mapping[str, ndarray]) -> State:
        """See `Learner`."""
        waiting = iter(named_arrays(like))
        return map_arrays(lambda _: arrays[next(waiting)[0]], like)

    def seconds(self) -> float:
        """See `Learner`: CPU time of the process."""
        return time.process_time()
