"""A few lines of Adam, so that tests of models can train them without the course's own training."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Any

import numpy as np

from rnn_course.cells.parameters import map_arrays, named_arrays


def fit(model: Any, batches: Callable[[], Iterable[Any]], epochs: int, learning_rate: float = 0.01) -> Any:
    """Adam (Kingma & Ba 2015), its gradient clipped to the norm 1; the state is carried within an epoch.

    Args:
        batches: gives those of one epoch, in their order.
    """
    mean, square = (map_arrays(np.zeros_like, model.params) for _ in range(2))
    n = 0
    for _ in range(epochs):
        state = None
        for batch in batches():
            _, _, gradients, state = model.loss_and_gradients(batch, state)
            n += 1
            norm = np.sqrt(sum((g**2).sum() for _, g in named_arrays(gradients)))
            trees = (named_arrays(tree) for tree in (model.params, gradients, mean, square))
            for (_, p), (_, g), (_, m), (_, s) in zip(*trees, strict=True):
                g = g / max(1, norm)
                m += 0.1 * (g - m)
                s += 0.01 * (g * g - s)
                p -= learning_rate * (m / (1 - 0.9**n)) / (np.sqrt(s / (1 - 0.99**n)) + 1e-8)
    return model
