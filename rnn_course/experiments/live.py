"""How the experiments train word models that a reader waits for."""

from __future__ import annotations

from rnn_course.training.config import TrainingConfig
from rnn_course.training.schedule import Plateau, Schedule


def live_config(epochs: int, seed: int, schedule: Schedule | None = None) -> TrainingConfig:
    """Small batches and a high learning rate, which is halved where the held-out loss no longer falls."""
    return TrainingConfig(
        epochs=epochs,
        batch_size=16,
        steps=20,
        learning_rate=4e-3,
        max_gradient_norm=1.0,
        schedule=schedule or Plateau(decay=0.5),
        seed=seed,
    )
