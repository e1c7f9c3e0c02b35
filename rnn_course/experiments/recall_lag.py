"""Who still knows, after so many steps, which symbol came first? 7 steps against 100: lecture 11."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from importlib.resources import files
from typing import Any, NamedTuple

import numpy as np
from jaxtyping import Float, Int
from numpy import ndarray

from rnn_course.cells.cell import CELLS
from rnn_course.errors import CourseError
from rnn_course.experiments.horizon import STARTS, Start
from rnn_course.models.classifier import Classifier
from rnn_course.models.labels import Labels
from rnn_course.models.sentence_batches import LabelledBatch
from rnn_course.tasks.recall import recall
from rnn_course.text.batching import Padded
from rnn_course.text.vocabulary import Vocabulary
from rnn_course.training.config import TrainingConfig
from rnn_course.training.history import Progress
from rnn_course.training.loop import train

LIVE = ("Elman", "LSTM, forget bias 1", "LSTM, chrono 100", "GRU, chrono 100")
ALL = ("Elman", "Elman, orthogonal", "LSTM, forget bias 0", "LSTM, forget bias 1", "LSTM, chrono 100",
       "GRU, update bias 0", "GRU, chrono 100")  # fmt: skip
"""Names of `rnn_course.experiments.horizon.STARTS`."""

SYMBOLS = 8


class RecallRun(NamedTuple):
    """One network, one lag, one seed.

    Attributes:
        name: the network and its first weights.
        lag: steps between the symbol and the question.
        seed: of weights and data.
        accuracy: share of right answers on new sequences; 1/8 is chance.
        updates: that were made: fewer than the budget if the task was solved before.
    """

    name: str
    lag: int
    seed: int
    accuracy: float
    updates: int


@dataclass(frozen=True)
class RecallTable:
    """What each network recalls.

    Args:
        names: the networks.
        lags: [lags].
        accuracy: share of right answers, NaN where it was not tried, [networks, lags, seeds].
        updates: made until the task was solved, or the budget; 0 where not tried, [networks, lags, seeds].
        solved_above: the accuracy from which on a lag counts as solved.
    """

    names: tuple[str, ...]
    lags: Int[ndarray, " lags"]
    accuracy: Float[ndarray, "networks lags seeds"]
    updates: Int[ndarray, "networks lags seeds"]
    solved_above: float

    @property
    def reaches(self) -> Int[ndarray, "networks seeds"]:
        """The longest lag up to which every lag is solved, 0 if none is, [networks, seeds]."""
        solved = np.logical_and.accumulate(self.accuracy >= self.solved_above, axis=1)
        return np.where(solved, self.lags[None, :, None], 0).max(axis=1)


def recall_by_lag(
    lags: Sequence[int] = (3, 7, 15, 30),
    names: Sequence[str] = LIVE,
    *,
    seeds: Sequence[int] = (0,),
    max_updates: int = 1000,
    batch_size: int = 32,
    hidden_size: int = 64,
    learning_rate: float = 3e-3,
    solved_above: float = 0.9,
    give_up_below: float = 0.0,
    starts: Mapping[str, Start] = STARTS,
    on_run: Callable[[RecallRun], object] = lambda run: None,
) -> RecallTable:
    """Train each network on each lag anew, under one budget of updates, and ask it.

        3 | 1 7 5 0 3 2 6 ... 4  ->  3      the first of 8 symbols, with others in between

    Shows: with the usual first weights an Elman network learns lags of 7 and 15, and not of 30.
    Gated networks whose biases say that memories are to last learn 50, and with more updates 100. But it is
    not the cell alone: with a forget bias of 0 or 1 an LSTM learns 7 and not 15, so does a GRU with biases of
    0, and an orthogonal W_h carries an Elman network to 30, and to 100 with luck and more updates.

    Args:
        lags: in increasing order.
        names: of `starts`.
        seeds: each draws weights and data anew.
        max_updates: the budget; training ends before, where the loss shows that the task is solved.
        batch_size: sequences in an update.
        hidden_size: of every network.
        learning_rate: of Adam.
        solved_above: see `RecallTable`.
        give_up_below: after a lag with a lower accuracy, a network with this seed is not asked about longer
            ones, which take the most time.
        starts: a cell and the options of its first weights, by name.
        on_run: called with each run as soon as it is there.

    Raises:
        CourseError: if a name is unknown, or the lags are not increasing.

    Source: after Hochreiter & Schmidhuber 1997; chrono initialisation: Tallec & Ollivier 2018.
    """
    unknown = [name for name in names if name not in starts]
    if unknown or not len(names) or not len(seeds):
        raise CourseError(
            f"recall_by_lag: needs seeds and names among {', '.join(starts)}, got {list(names)}"
        )
    if not len(lags) or min(lags) < 1 or list(lags) != sorted(set(lags)):
        raise CourseError(f"recall_by_lag: lags are increasing, from 1; got {list(lags)}")
    shape = len(names), len(lags), len(seeds)
    accuracy, updates = np.full(shape, np.nan), np.zeros(shape, dtype=np.int64)
    for place in np.ndindex(shape):
        name, lag, seed = names[place[0]], lags[place[1]], seeds[place[2]]
        shorter = accuracy[place[0], : place[1], place[2]]
        if np.isnan(shorter).any() or (shorter < give_up_below).any():
            continue
        run = _one_run(name, starts[name], lag, seed, max_updates, batch_size, hidden_size, learning_rate)
        accuracy[place], updates[place] = run.accuracy, run.updates
        on_run(run)
    return RecallTable(tuple(names), np.array(lags), accuracy, updates, solved_above)


class LongRecall(NamedTuple):
    """The table of `rnn-course reproduce recall`.

    Attributes:
        table: what each network recalls.
        seeds: of the third axis of the table.
        max_updates: the budget of each lag.
        give_up_below: see `recall_by_lag`.
        made_with: versions of Python and numpy, and the machine.
    """

    table: RecallTable
    seeds: tuple[int, ...]
    max_updates: int
    give_up_below: float
    made_with: dict[str, str]


def long_recall() -> LongRecall:
    """The table as it was made with `rnn-course reproduce recall --output FILE`, in the order of its runs.

    What lies between guessing and solved depends on the seed, and on the processor too.
    """
    text = files(__package__).joinpath("results", "recall.json").read_text(encoding="utf-8")
    kept: dict[str, Any] = json.loads(text)
    runs = [RecallRun(**run) for run in kept["runs"]]
    names = tuple(dict.fromkeys(run.name for run in runs))
    lags = sorted({run.lag for run in runs})
    seeds = tuple(sorted({run.seed for run in runs}))
    shape = len(names), len(lags), len(seeds)
    accuracy, updates = np.full(shape, np.nan), np.zeros(shape, dtype=np.int64)
    for run in runs:
        place = names.index(run.name), lags.index(run.lag), seeds.index(run.seed)
        accuracy[place], updates[place] = run.accuracy, run.updates
    table = RecallTable(names, np.array(lags), accuracy, updates, kept["solved_above"])
    return LongRecall(table, seeds, kept["max_updates"], kept["give_up_below"], kept["made_with"])


def _one_run(
    name: str,
    start: Start,
    lag: int,
    seed: int,
    max_updates: int,
    batch_size: int,
    hidden_size: int,
    learning_rate: float,
) -> RecallRun:
    cell, options = start
    vocabulary = Vocabulary(str(symbol) for symbol in range(SYMBOLS))
    labels = Labels(str(symbol) for symbol in range(SYMBOLS))
    model = Classifier.init(
        vocabulary,
        labels,
        CELLS[cell],
        32,
        hidden_size,
        np.random.default_rng(seed),
        dtype=np.float32,
        **options,
    )
    config = TrainingConfig(
        epochs=None,
        max_updates=max_updates,
        learning_rate=learning_rate,
        max_gradient_norm=1.0,
        seed=seed,
    )
    recent: list[float] = []

    def solved(progress: Progress) -> bool:
        recent.append(progress.loss)
        return len(recent) >= 5 and max(recent[-5:]) < 0.05

    history = train(
        model,
        lambda rng: [_batch(lag, batch_size, rng, vocabulary) for _ in range(20)],
        config,
        callback=solved,
        progress=False,
    )
    held_out = _batch(lag, 400, np.random.default_rng((seed, 1)), vocabulary)
    return RecallRun(name, lag, seed, model.accuracy([held_out]), len(history.loss))


def _batch(lag: int, batch_size: int, rng: np.random.Generator, vocabulary: Vocabulary) -> LabelledBatch:
    inputs, targets = recall(lag, batch_size, rng, symbols=SYMBOLS)
    first = vocabulary.id("0")  # the symbols' ids follow each other
    lengths = np.full(batch_size, lag + 1)
    return LabelledBatch(Padded(inputs + first, lengths, np.arange(batch_size)), targets)
