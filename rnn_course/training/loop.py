"""The training loop: batch, loss, gradients, clipping, step; again, until a rule says stop."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable, Iterator
from itertools import islice
from pathlib import Path
from typing import Any

import numpy as np
from tqdm.auto import tqdm

from rnn_course.errors import CourseError, DataError
from rnn_course.models.trainable import Trainable
from rnn_course.training.checkpoint import load_run, save_run
from rnn_course.training.config import TrainingConfig
from rnn_course.training.feed import Data, Feed, as_feed
from rnn_course.training.history import History, Progress
from rnn_course.training.learner import Learner, NumpyLearner
from rnn_course.training.run import Run, mean_loss

Callback = Callable[[Progress], Any]


def train(
    model: Trainable[Any],
    data: Data | Feed,
    config: TrainingConfig | None = None,
    *,
    valid: Data | Feed | None = None,
    carry_state: bool | None = None,
    callback: Callback | None = None,
    checkpoint: str | Path | None = None,
    checkpoint_every: int | None = None,
    progress: bool = True,
) -> History:
    """Fit `model.params`, in place.

    Args:
        model: anything with `loss` and `loss_and_gradients`, see `models.trainable`.
        data: a stream of ids, [tokens], which is cut into `config.batch_size` strands that are read on from
            batch to batch, the state carried over and detached; or a list of batches; or a function (rng) ->
            batches of one epoch.
        config: `TrainingConfig()` if left out.
        valid: held-out data in one of these forms; the loss on it decides on the schedule's plateaus, on
            stopping early, and on which parameters are kept.
        carry_state: whether batches of a list or function go on from one to the next.
        callback: called with a `Progress` after each update; training stops if it returns True.
        checkpoint: a file to save the run in, after each epoch and at the end. If it is there already, the
            run that it holds is gone on with, as if it had never been interrupted.
        checkpoint_every: save after so many updates as well.
        progress: show a bar with loss, perplexity and tokens per second.

    Returns:
        The run as arrays. With `valid` and `config.keep_best`, the model has the best parameters, else the
        last ones.

    Raises:
        NonFiniteError: if the loss or the gradient is not finite.
        CheckpointError: if the checkpoint is damaged, or of another model, text or configuration.
        CourseError, DataError: if the arguments are not as above.

    Source: stateful batches and truncation: Mikolov et al. 2010; Zaremba et al. 2014.
    """
    config = TrainingConfig() if config is None else config
    run = start_run(NumpyLearner(model, config), data, config, valid, carry_state, checkpoint)
    return finish_run(run, callback, checkpoint, checkpoint_every, progress)


def evaluate(
    model: Trainable[Any],
    data: Data | Feed,
    *,
    batch_size: int = 32,
    steps: int = 35,
    carry_state: bool | None = None,
) -> float:
    """The mean loss on data as `train` measures it on `valid`, nats per token.

    A stream is read in strands, so each strand begins without context, and up to batch_size - 1 tokens at the
    end are left out: `lm.perplexity` reads every token in its context.
    """
    return mean_loss(model, as_feed(data, batch_size, steps, carry_state=carry_state))


def start_run(
    learner: Learner,
    data: Data | Feed,
    config: TrainingConfig,
    valid: Data | Feed | None,
    carry_state: bool | None,
    checkpoint: str | Path | None,
) -> Run:
    """A run at its beginning, or where the checkpoint left it; see `train` for the arguments."""
    sizes = config.batch_size, config.steps
    held_out = None if valid is None else as_feed(valid, *sizes, carry_state=carry_state)
    run = Run(learner, as_feed(data, *sizes, carry_state=carry_state), config, held_out)
    if checkpoint is not None and Path(checkpoint).exists():
        load_run(checkpoint, run)
    return run


def finish_run(
    run: Run,
    callback: Callback | None,
    checkpoint: str | Path | None,
    checkpoint_every: int | None,
    progress: bool,
) -> History:
    """Train until a rule says stop; see `train` for the arguments."""
    if checkpoint_every is not None and (checkpoint is None or checkpoint_every < 1):
        raise CourseError(
            "checkpoint_every is a number of updates from 1, and needs a checkpoint; "
            f"got {checkpoint_every} and {checkpoint}"
        )
    stopped = run.reason_to_stop()
    with _bar(run, show=progress) as bar:
        while stopped is None:
            remaining = islice(run.data.epoch(run.config.seed, run.epoch), run.batch, None)
            for batch, last in _with_last(remaining):
                update = _one_update(run, batch, last)
                _show(bar, run, update)
                stopped = run.reason_to_stop()
                if callback is not None and _says_stop(callback(update)):
                    stopped = stopped or "callback"
                due = last or (checkpoint_every is not None and run.updates % checkpoint_every == 0)
                if checkpoint is not None and (due or stopped):
                    save_run(checkpoint, run)
                if stopped:
                    break
    if list(run.log["valid_update"])[-1:] != [run.updates]:
        run.evaluate()  # after saving: a run that goes on from here would not stop to evaluate
    if run.config.keep_best and run.best is not None:
        run.learner.restore(run.best)
    return run.log.history(stopped)


def _says_stop(answer: Any) -> bool:
    """True itself: a callback may return anything else without meaning it."""
    return isinstance(answer, bool | np.bool_) and bool(answer)


def _with_last(batches: Iterable[Any]) -> Iterator[tuple[Any, bool]]:
    """Each batch, and whether the epoch ends with it.

    Raises:
        DataError: if there are none.
    """
    waiting = iter(batches)
    try:
        batch = next(waiting)
    except StopIteration:
        raise DataError("an epoch of the data has no batches, or fewer than when the run was saved") from None
    for following in waiting:
        yield batch, False
        batch = following
    yield batch, True


def _one_update(run: Run, batch: Any, last: bool) -> Progress:
    epoch, every = run.epoch, run.config.evaluate_every
    measured = run.learn(batch)
    if last:
        run.next_epoch()
    valid_loss = run.evaluate() if (last if every is None else run.updates % every == 0) else None
    rate = run.log["learning_rate"][-1]
    return Progress(
        run.updates, epoch, measured.loss, measured.gradient_norm, rate, valid_loss, run.seconds()
    )


def _bar(run: Run, *, show: bool) -> tqdm[Any]:
    config, length = run.config, run.data.length
    totals = [config.max_updates] if config.max_updates is not None else []
    if config.epochs is not None and length is not None:
        totals.append(config.epochs * length)
    return tqdm(
        total=min(totals, default=None), initial=run.updates, disable=not show, unit="update", leave=True
    )


def _show(bar: tqdm[Any], run: Run, update: Progress) -> None:
    """Loss and perplexity over the last hundred updates, and the speed over them."""
    if bar.disable:
        return
    recent = run.log["loss"][-100:]
    loss = sum(recent) / len(recent)
    tokens, seconds = run.log["tokens"][-100:], run.log["seconds"][-100:]
    speed = sum(tokens[1:]) / max(seconds[-1] - seconds[0], 1e-9)
    words = f"loss {loss:.3f}, perplexity {math.exp(min(loss, 700)):.1f}, {speed:,.0f} tokens/s"
    if run.log["valid_loss"]:
        words += f", held-out perplexity {math.exp(min(run.log['valid_loss'][-1], 700)):.1f}"
    bar.set_postfix_str(words, refresh=False)
    bar.update()
