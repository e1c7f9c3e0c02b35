"""The long run of the ladder, which takes ten minutes and is therefore kept, and what its networks cost."""

from __future__ import annotations

import json
import time
import tracemalloc
from collections.abc import Iterable, Sequence
from importlib.resources import files
from typing import Any, NamedTuple

import numpy as np
from jaxtyping import Float, Int
from numpy import ndarray

from rnn_course.cells.parameters import parameter_count
from rnn_course.errors import CourseError
from rnn_course.experiments.ladder import NETWORKS, RUNGS, Rung, network, protocol
from rnn_course.text.batching import stateful_batches
from rnn_course.text.corpus import Corpus
from rnn_course.training.learner import NumpyLearner


class LongRun(NamedTuple):
    """The table of `rnn-course reproduce ladder`.

    Attributes:
        rungs: a line for each model of the run, in the order of `RUNGS`.
        seed: of the networks.
        max_seconds: CPU seconds that each network could take.
        made_with: versions of Python and numpy, and the machine.
    """

    rungs: list[Rung]
    seed: int
    max_seconds: float
    made_with: dict[str, str]


def long_run() -> LongRun:
    """The table as it was made with `rnn-course reproduce ladder --output FILE`, from the simplest model on.

    Perplexities belong to the language reference of the Python that made it; seconds to its computer.
    """
    text = files(__package__).joinpath("results", "ladder.json").read_text(encoding="utf-8")
    table: dict[str, Any] = json.loads(text)
    by_name = {row["name"]: Rung(**row) for row in table["rungs"]}
    rungs = [by_name[name] for name in RUNGS if name in by_name]
    return LongRun(rungs, table["seed"], table["max_seconds"], table["made_with"])


class UpdateCost(NamedTuple):
    """What one update of a network takes: forward, backward, clipping and Adam.

    Attributes:
        name: of `NETWORKS`.
        parameters: numbers that are learned.
        milliseconds: CPU time of the quickest of the updates that were timed.
        megabytes: most memory in use at once, weights and what Adam keeps included.
    """

    name: str
    parameters: int
    milliseconds: float
    megabytes: float


def update_costs(
    corpus: Corpus, names: Iterable[str] | None = None, *, seed: int = 0, updates: int = 8
) -> list[UpdateCost]:
    """Measure the updates of networks on the first batches of the text, as the ladder trains them.

    Args:
        names: of `NETWORKS`; all if left out.
        seed: of weights and dropout.
        updates: how many are timed, after one that is not.

    Raises:
        CourseError: if a name is none of `NETWORKS`, or there are no updates.
    """
    if updates < 1:
        raise CourseError(f"update_costs: needs at least one update, got {updates}")
    return [_cost(name, corpus, seed, updates) for name in (NETWORKS if names is None else names)]


def _cost(name: str, corpus: Corpus, seed: int, updates: int) -> UpdateCost:
    config = protocol(name, seed=seed)
    batches = iter(stateful_batches(corpus.train, config.batch_size, config.steps))

    def update(learner: NumpyLearner, number: int) -> float:
        batch = next(batches)
        began = time.process_time()
        measured = learner.measure(batch, None, seed=(seed, number))
        learner.update(measured.gradient_norm, config.learning_rate)
        return time.process_time() - began

    tracemalloc.start()
    try:
        learner = NumpyLearner(network(name, corpus, seed=seed), config)
        update(learner, 0)
        megabytes = tracemalloc.get_traced_memory()[1] / 1e6
    finally:
        tracemalloc.stop()
    quickest = min(update(learner, number) for number in range(1, updates + 1))
    return UpdateCost(name, parameter_count(learner.model.params), 1000 * quickest, megabytes)


class BySeenContext(NamedTuple):
    """Losses of language models, by how much of the context was seen in the training text.

    Attributes:
        seen: words of context right before the token that stand together in the training text; only those
            numbers of words that occur.
        share: of the tokens that belong there, [seen].
        loss: by model, mean of -log P in nats over these tokens, [seen].
    """

    seen: Int[ndarray, " seen"]
    share: Float[ndarray, " seen"]
    loss: dict[str, Float[ndarray, " seen"]]


def loss_by_seen_context(
    corpus: Corpus, log_probs: dict[str, Float[ndarray, " tokens"]], *, most: int = 4
) -> BySeenContext:
    """Part the test tokens by the longest run of words before them that the training text has too.

    Shows: on the language reference Kneser-Ney is level with a GRU of eight epochs where one or two words of
    context were seen, and far ahead where four were: it is the repeated phrases that counting is good at.

    Args:
        corpus: its training and test parts.
        log_probs: by model, of each test token, as `rnn_course.lm.sequence_log_probs` gives them.
        most: longest context that is looked for. `<s>` counts as a word.

    Raises:
        CourseError: if there is no model, or one has not as many numbers as the test part has tokens.
    """
    tokens = len(corpus.test)
    if not log_probs or most < 1 or any(len(values) != tokens for values in log_probs.values()):
        sizes = {name: len(values) for name, values in log_probs.items()}
        raise CourseError(f"loss_by_seen_context: needs {tokens} log-probabilities a model; got {sizes}")
    bos, eos = corpus.vocabulary.bos_id, corpus.vocabulary.eos_id
    known: set[tuple[int, ...]] = set()
    for context in _contexts(corpus.train, bos, eos, most):
        known.update(context[-n:] for n in range(1, len(context) + 1))
    lengths = np.array(
        [
            max((n for n in range(1, len(context) + 1) if context[-n:] in known), default=0)
            for context in _contexts(corpus.test, bos, eos, most)
        ]
    )
    seen = np.unique(lengths)
    share = np.array([np.mean(lengths == n) for n in seen])
    loss = {
        name: np.array([-values[lengths == n].mean() for n in seen]) for name, values in log_probs.items()
    }
    return BySeenContext(seen, share, loss)


def _contexts(stream: Sequence[int] | ndarray, bos: int, eos: int, most: int) -> Iterable[tuple[int, ...]]:
    """The last `most` tokens before each token of a stream, within its sentence."""
    context: tuple[int, ...] = (bos,)
    for token in np.asarray(stream).tolist():
        yield context
        context = (bos,) if token == eos else (*context, token)[-most:]
