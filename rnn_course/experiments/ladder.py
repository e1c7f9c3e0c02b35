"""The ladder of lecture 16: every kind of language model of the course, one text, one protocol, one table.

All read the same training sentences with the same vocabulary, begin anew at every sentence, choose what they
have to choose on the validation part, and are measured once, over every token of the test part.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable
from typing import Any, NamedTuple

import numpy as np

from rnn_course.cells.cell import CELLS, Cell
from rnn_course.cells.parameters import parameter_count
from rnn_course.cells.stacked import stacked
from rnn_course.errors import CourseError
from rnn_course.lm import perplexity
from rnn_course.models.fixed_window import FixedWindowLM
from rnn_course.models.kneser_ney import KneserNey
from rnn_course.models.ngram import AddK
from rnn_course.models.ngram_counts import NgramCounts
from rnn_course.models.recurrent import RecurrentLM
from rnn_course.text.corpus import Corpus
from rnn_course.training.config import TrainingConfig
from rnn_course.training.loop import train
from rnn_course.training.schedule import Plateau


class Rung(NamedTuple):
    """One line of the table.

    Attributes:
        name: the model.
        perplexity: on the test part.
        valid_perplexity: on the validation part, where everything was chosen.
        numbers: what the model has to store: parameters, or the counts of n-grams.
        seconds: CPU seconds of one core for training, choosing included.
        epochs: times that the training text was read.
        limit: what ended the training of a network: "patience", "epochs" or "max_seconds"; else empty.
    """

    name: str
    perplexity: float
    valid_perplexity: float
    numbers: int
    seconds: float
    epochs: int
    limit: str


Fit = Callable[[Corpus, int, float], Rung]


def ladder(
    corpus: Corpus,
    names: Iterable[str] | None = None,
    *,
    seed: int = 0,
    max_seconds: float = 180.0,
    on_rung: Callable[[Rung], object] = lambda rung: None,
) -> list[Rung]:
    """Fit models and measure them.

    Args:
        names: of `RUNGS`; all if left out.
        seed: of the networks' first weights, their dropout and their batches.
        max_seconds: CPU seconds for the training of each network. A run that ends by this rule depends on
            the computer; one that ends by "patience" does not.
        on_rung: called with each line as soon as it is there.

    Raises:
        CourseError: if a name is none of `RUNGS`.
    """
    table = []
    for name in RUNGS if names is None else names:
        if name not in RUNGS:
            raise CourseError(f"there is no model {name!r} in the ladder; it has {', '.join(RUNGS)}")
        rung = RUNGS[name](corpus, seed, max_seconds)._replace(name=name)
        on_rung(rung)
        table.append(rung)
    return table


def _measured(
    model: Any, corpus: Corpus, numbers: int, began: float, epochs: int = 1, limit: str = ""
) -> Rung:
    seconds = time.process_time() - began
    valid, test = perplexity(model, corpus.valid), perplexity(model, corpus.test)
    return Rung("", test, valid, numbers, seconds, epochs, limit)


def _bigram(corpus: Corpus, seed: int, max_seconds: float) -> Rung:
    began = time.process_time()
    counts = NgramCounts(corpus.train, corpus.vocabulary, 2)
    models = [AddK(counts, k) for k in (1.0, 0.3, 0.1, 0.03, 0.01, 0.003, 0.001)]
    best = min(models, key=lambda model: perplexity(model, corpus.valid))
    return _measured(best, corpus, sum(counts.num_distinct), began)


def _kneser_ney(corpus: Corpus, seed: int, max_seconds: float) -> Rung:
    began = time.process_time()
    model = KneserNey.fit(corpus.train, corpus.vocabulary, order=5)
    return _measured(model, corpus, sum(model.counts.num_distinct), began)


def network(name: str, corpus: Corpus, *, seed: int = 0) -> FixedWindowLM | RecurrentLM:
    """A network of the ladder with its first weights.

    Raises:
        CourseError: if the name is none of `NETWORKS`.
    """
    _check_network(name)
    return NETWORKS[name].make(corpus, np.random.default_rng(seed))


def protocol(
    name: str, *, epochs: int = 80, max_seconds: float | None = None, seed: int = 0
) -> TrainingConfig:
    """How every network of the ladder is trained; only the learning rate depends on its kind.

    Raises:
        CourseError: if the name is none of `NETWORKS`.
    """
    _check_network(name)
    return TrainingConfig(
        batch_size=16,
        steps=35,
        epochs=epochs,
        max_seconds=max_seconds,
        learning_rate=NETWORKS[name].learning_rate,
        max_gradient_norm=1.0,
        schedule=Plateau(decay=0.5, patience=1),
        patience=4,
        seed=seed,
    )


def _check_network(name: str) -> None:
    if name not in NETWORKS:
        raise CourseError(f"there is no network {name!r} in the ladder; it has {', '.join(NETWORKS)}")


def _network(name: str) -> Fit:
    def fit(corpus: Corpus, seed: int, max_seconds: float) -> Rung:
        began = time.process_time()
        model = network(name, corpus, seed=seed)
        config = protocol(name, max_seconds=max_seconds, seed=seed)
        history = train(model, corpus.train, config, valid=corpus.valid, progress=False)
        epochs = len(history.valid_loss)
        return _measured(model, corpus, parameter_count(model.params), began, epochs, history.stopped)

    return fit


def _fixed_window(corpus: Corpus, rng: np.random.Generator) -> FixedWindowLM:
    return FixedWindowLM.init(corpus.vocabulary, 4, 64, 128, rng, dtype=np.float32, dropout=0.4)


def _recurrent(
    cell: Cell, dropout: float, **options: Any
) -> Callable[[Corpus, np.random.Generator], RecurrentLM]:
    def make(corpus: Corpus, rng: np.random.Generator) -> RecurrentLM:
        return RecurrentLM.init(
            corpus.vocabulary, cell, 128, 128, rng, tied=True, dtype=np.float32, dropout=dropout, **options
        )

    return make


class Network(NamedTuple):
    """How a network of the ladder begins, and how far Adam's steps go.

    Attributes:
        make: (text, rng) -> the network with random weights.
        learning_rate: chosen on the validation part.
    """

    make: Callable[[Corpus, np.random.Generator], FixedWindowLM | RecurrentLM]
    learning_rate: float


NETWORKS = {
    "fixed window of 4": Network(_fixed_window, 2e-3),
    "Elman": Network(_recurrent(CELLS["elman"], 0.4), 2e-3),
    "LSTM": Network(_recurrent(CELLS["lstm"], 0.5), 3e-3),
    "LSTM, forget bias 1": Network(_recurrent(CELLS["lstm"], 0.5, forget_bias=1.0), 3e-3),
    "GRU": Network(_recurrent(CELLS["gru"], 0.5), 3e-3),
    "LSTM, 2 layers": Network(_recurrent(stacked(CELLS["lstm"], 2, skip="residual"), 0.5), 3e-3),
}
"""The models of the table that are trained. Without its residual connection the deepest one takes more than
three minutes to come as far as one layer does."""

RUNGS: dict[str, Fit] = {
    "bigram, add-k": _bigram,
    "5-gram, Kneser-Ney": _kneser_ney,
    **{name: _network(name) for name in NETWORKS},
}
"""The models of the table, in the order in which the course meets them."""
