"""Trains with a checkpoint after every update, for a test that kills it."""

from __future__ import annotations

import sys

from small_models import SmallModel, text

from rnn_course.training.config import TrainingConfig
from rnn_course.training.loop import train

CONFIG = TrainingConfig(batch_size=4, steps=10, epochs=20, learning_rate=0.02, evaluate_every=7)


def run(path: str | None) -> tuple[SmallModel, object]:
    """The whole run, or the rest of it that `path` lacks."""
    model = SmallModel(dropout=0.3)
    every = None if path is None else 1
    options = {"valid": text(90, seed=3), "checkpoint": path, "checkpoint_every": every, "progress": False}
    return model, train(model, text(), CONFIG, **options)  # type: ignore[arg-type]


if __name__ == "__main__":
    print("begins", flush=True)
    run(sys.argv[1])
