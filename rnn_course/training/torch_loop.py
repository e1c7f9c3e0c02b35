"""The training loop over a torch model: the same configuration, the same history, the same checkpoints."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from rnn_course.training.config import TrainingConfig
from rnn_course.training.feed import Data, Feed
from rnn_course.training.history import History
from rnn_course.training.learner import Measured
from rnn_course.training.loop import Callback, finish_run, start_run
from rnn_course.training.run import Run


def train_torch(
    model: Any,
    data: Data | Feed,
    config: TrainingConfig | None = None,
    *,
    device: str = "cpu",
    bfloat16: bool = False,
    valid: Data | Feed | None = None,
    carry_state: bool | None = None,
    callback: Callback | None = None,
    checkpoint: str | Path | None = None,
    checkpoint_every: int | None = None,
    progress: bool = True,
) -> History:
    """Fit a torch model, in place; see `loop.train`, whose steps these are.

    Args:
        model: of `torch_models`, or any module whose `forward(batch, state)` returns `LossTensors`. It is
            moved to `device` and stays there.
        device: "cpu", "cuda", "cuda:1" ...
        bfloat16: compute matrix products in bfloat16, where the device has it. Parameters stay float32. On a
            GPU this is faster, on most CPUs slower.
        data, config, valid, carry_state, callback, checkpoint, checkpoint_every, progress: see `loop.train`.

    Returns:
        The run as arrays.

    Raises:
        CourseError: if the device cannot be used, or has no bfloat16.
        NonFiniteError, CheckpointError, DataError: see `loop.train`.
    """
    config = TrainingConfig() if config is None else config
    learner = make_learner(model, config, device=device, bfloat16=bfloat16)
    run: Run = start_run(learner, data, config, valid, carry_state, checkpoint)
    try:
        return finish_run(run, callback, checkpoint, checkpoint_every, progress)
    finally:
        model.eval()


def make_learner(model: Any, config: TrainingConfig, *, device: str = "cpu", bfloat16: bool = False) -> Any:
    """A `Learner` over torch."""
    from rnn_course.torch_models.descent import Descent

    class TorchLearner(Descent):
        """`Descent`, in the words of the loop."""

        def measure(self, batch: Any, state: Any, *, seed: tuple[int, ...]) -> Measured:
            """See `Learner`."""
            return Measured(*self.gradients(batch, state, seed=seed))

    settings: dict[str, Any] = {"momentum": config.momentum}
    if config.optimizer == "adam":
        settings = {"betas": (config.beta_1, config.beta_2), "eps": config.epsilon}
    return TorchLearner(
        model,
        optimizer=config.optimizer,
        settings=settings,
        max_norm=config.max_gradient_norm,
        device=device,
        bfloat16=bfloat16,
    )
