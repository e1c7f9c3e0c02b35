"""What training asks of a model: the loss of a batch, and where to move the parameters to lower it.

A training loop needs no more than this. It draws batches, asks for the gradients, lets an optimizer change
the arrays of `params` in place, and hands the state of one batch to the next where the model keeps one.
"""

from __future__ import annotations

from typing import Any, NamedTuple, Protocol, TypeVar, runtime_checkable

import numpy as np

Params = Any  # nested named tuples of arrays, which `rnn_course.cells.parameters` walks over
State = Any  # what the model remembers of a batch; None where it keeps nothing

BatchType = TypeVar("BatchType", contravariant=True)


class Evaluation(NamedTuple):
    """The loss of one batch.

    Attributes:
        loss: mean over the targets, nats per token (or per sentence, where a sentence has one label).
        tokens: how many targets the mean is over, so that means of batches can be averaged rightly.
        state: after the batch, for the batch that goes on where this one ends; None if nothing is kept.
    """

    loss: float
    tokens: int
    state: State


class Step(NamedTuple):
    """The loss of one batch and its gradients.

    Attributes:
        loss, tokens: as in `Evaluation`.
        gradients: d loss / d params, in the structure of the model's `params`.
        state: as in `Evaluation`. It is detached: no gradient flows through it into an earlier batch.
    """

    loss: float
    tokens: int
    gradients: Params
    state: State


@runtime_checkable
class Trainable(Protocol[BatchType]):
    """A model whose parameters can be fitted by gradient descent."""

    params: Params

    def loss(self, batch: BatchType, state: State = None) -> Evaluation:
        """The loss without gradients and without dropout.

        Args:
            batch: inputs and targets, in the form that the model reads.
            state: what the last batch returned; None at the beginning of a text.
        """

    def loss_and_gradients(
        self, batch: BatchType, state: State = None, *, rng: np.random.Generator | None = None
    ) -> Step:
        """The loss and its gradient for every parameter.

        Args:
            batch, state: as for `loss`.
            rng: draws what dropout leaves out. Without it nothing is, and the loss is that of `loss`.
        """
