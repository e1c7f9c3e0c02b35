"""What the torch models share: parameters from numpy's names, the loss, and scoring with dropout off."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any, NamedTuple

import numpy as np
import torch
from numpy import ndarray
from torch import Tensor, nn
from torch.nn import functional as F

from rnn_course.errors import DataError, VocabularyError, check_sizes
from rnn_course.text.vocabulary import Vocabulary


class LossTensors(NamedTuple):
    """What a torch model makes of a batch.

    Attributes:
        loss: mean over the targets, nats per token, to call `backward` on.
        tokens: how many targets the mean is over.
        state: after the batch, still attached to its graph; None if nothing is kept.
    """

    loss: Tensor
    tokens: int
    state: Any


class TorchModel(nn.Module):
    """A model whose parameters have the names, and the values, of its numpy twin's."""

    def register(
        self, arrays: dict[str, ndarray | None], dtype: torch.dtype | None, device: str | torch.device
    ) -> None:
        """A parameter for each array, a copy; None for one that the model does without."""
        for name, array in arrays.items():
            tensor = (
                None
                if array is None
                else nn.Parameter(torch.tensor(np.ascontiguousarray(array), dtype=dtype, device=device))
            )
            self.register_parameter(name, tensor)

    @property
    def device(self) -> torch.device:
        """Where the parameters are."""
        return next(self.parameters()).device

    def tensor(self, array: ndarray) -> Tensor:
        """A copy of an array, which may be read-only, on the parameters' device."""
        return torch.tensor(array, device=self.device)

    @contextmanager
    def scoring(self) -> Iterator[None]:
        """No dropout and no graph inside the block."""
        training = self.training
        self.eval()
        try:
            with torch.no_grad():
                yield
        finally:
            self.train(training)


def to_array(tensor: Tensor | None, *, gradient: bool = False) -> Any:
    """A copy of a parameter or of its gradient (0 where it has none) as an array; None for None."""
    if tensor is None:
        return None
    if gradient:
        tensor = torch.zeros_like(tensor) if tensor.grad is None else tensor.grad
    return tensor.detach().cpu().numpy().copy()


def readout(h: Tensor, U: Tensor, b_2: Tensor, never: int | None = None) -> Tensor:
    """z = U h + b_2, and -inf for the id that is never predicted."""
    if never is not None:
        b_2 = b_2.index_fill(0, torch.tensor([never], device=b_2.device), -torch.inf)
    return F.linear(h, U, b_2)


def softmax_loss(h: Tensor, U: Tensor, b_2: Tensor, targets: ndarray, never: int | None = None) -> Tensor:
    """J = -(1/N) sum over the rows of log softmax(U h + b_2)[target], see `models.softmax_loss`.

    Args:
        h: [rows, hidden].
        targets: ids, [rows].
        never: an id whose probability is held at 0.

    Raises:
        VocabularyError: if a target lies outside [0, len(b_2)).
        DataError: if a target is `never`.
    """
    if targets.size and not (targets.min() >= 0 and targets.max() < len(b_2)):
        outside = targets[(targets < 0) | (targets >= len(b_2))][0]
        raise VocabularyError(f"target {outside} is none of the {len(b_2)} that can be predicted")
    if never is not None and (targets == never).any():
        raise DataError(f"id {never} is never predicted, but {int((targets == never).sum())} targets are it")
    return F.cross_entropy(readout(h, U, b_2, never), torch.tensor(targets, device=h.device))


def check_ids(vocabulary: Vocabulary, *arrays: ndarray | int) -> None:
    """Hold ids to the vocabulary here: on a GPU, one that lies outside ends the process's use of it.

    Raises:
        VocabularyError: naming the id.
    """
    for array in arrays:
        vocabulary.check_ids(np.asarray(array).ravel())


def check_batch(vocabulary: Vocabulary, *, inputs: ndarray, targets: ndarray) -> None:
    """Hold a batch of `stateful_batches` to its shapes and to the vocabulary.

    Raises:
        ShapeError: if inputs and targets are not both [time, batch].
        DataError: if they are empty.
        VocabularyError: naming an id that lies outside.
    """
    check_sizes("the batch", inputs=(inputs, "time batch"), targets=(targets, "time batch"))
    if not inputs.size:
        raise DataError(f"the batch is empty: its inputs are {inputs.shape}")
    check_ids(vocabulary, inputs, targets)
