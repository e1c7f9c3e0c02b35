"""What truncated backpropagation saves, and what it cannot learn: lecture 06."""

from __future__ import annotations

import tracemalloc
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any, NamedTuple

import numpy as np
from jaxtyping import Float, Int
from numpy import ndarray

from rnn_course.cells.cell import CELLS, TAUGHT_CELLS, Cell, Params, state_at
from rnn_course.cells.initialization import uniform
from rnn_course.cells.parameters import map_arrays
from rnn_course.errors import CourseError
from rnn_course.layers import ReadoutParams, embedding_backward, embedding_forward
from rnn_course.models.encoder import EncoderParams, encoder_init
from rnn_course.models.softmax_loss import softmax_loss_backward, softmax_loss_forward, target_log_probs
from rnn_course.models.truncated import truncated_backward
from rnn_course.tasks.recall import Recall, chance_accuracy, recall
from rnn_course.training.clipping import clip_gradients
from rnn_course.training.optimizers import adam_init, adam_update

SYMBOLS = 8


class Recaller(NamedTuple):
    """A network that reads symbols and names one: embedding, cell, readout."""

    encoder: EncoderParams
    readout: ReadoutParams


@dataclass(frozen=True)
class RecallByTruncation:
    """What networks recall that were trained with a truncated gradient.

    Args:
        lag: steps between reading the symbol and naming it; the loss comes at step lag + 1.
        looks_back: k, how many steps the loss looks back, [networks].
        accuracy: share of right answers on new sequences, [networks, seeds].
        loudness: how far apart the embeddings of the symbols lie (the norm of E less its mean row), as a
            multiple of what it was before training, [networks, seeds]. At 0 all symbols would read alike.
        chance: the share of who has forgotten the symbol.
    """

    lag: int
    looks_back: Int[ndarray, " networks"]
    accuracy: Float[ndarray, "networks seeds"]
    loudness: Float[ndarray, "networks seeds"]
    chance: float


def recall_by_truncation(
    looks_back: Sequence[int] = (0, 1, 3, 5, 7, 8),
    *,
    lag: int = 7,
    seeds: Sequence[int] = (0,),
    cell_name: str = "elman",
    max_updates: int = 600,
    batch_size: int = 32,
    hidden_size: int = 64,
    learning_rate: float = 3e-3,
    on_run: Callable[[int, int, float], object] = lambda k, seed, accuracy: None,
    **options: Any,
) -> RecallByTruncation:
    """Train one network for each k to name the first symbol of a sequence, the loss looking back k steps.

    All of them carry their state over the whole sequence: the symbol is read and goes into h. Only the way
    back is cut. The networks of one seed begin with the same weights and see the same sequences.

    Shows: with k = lag + 1 every seed learns it; with less none does, though some learn a part of it, since
    what the last steps learn about keeping a state holds for all steps. One step short of the symbol, the
    network sees symbols only where they disturb, and learns to hardly hear them.

    Args:
        looks_back: k in 0 .. lag + 1. With lag + 1 nothing is cut; with 0 the readout alone is trained, and
            reads off what a network with random weights happens to carry.
        lag: see `RecallByTruncation`.
        seeds: each draws weights and sequences anew.
        cell_name: "elman", "lstm" or "gru".
        max_updates: the budget of each network; it ends before where the last five losses are below 0.05.
        batch_size: sequences in an update.
        hidden_size: of the networks.
        learning_rate: of Adam.
        on_run: called with k, seed and accuracy as soon as they are there.
        options: of the cell's first weights.

    Raises:
        CourseError: if a k lies outside 0 .. lag + 1, or the cell is unknown.
    """
    if not len(looks_back) or not len(seeds) or not all(0 <= k <= lag + 1 for k in looks_back):
        raise CourseError(
            f"recall_by_truncation: needs seeds, and k from 0 to lag + 1 = {lag + 1}, got {list(looks_back)}"
        )
    if cell_name not in CELLS:
        raise CourseError(f"recall_by_truncation: the cells are {sorted(CELLS)}, got {cell_name!r}")
    cell = CELLS[cell_name]
    accuracy, loudness = np.zeros((2, len(looks_back), len(seeds)))
    for i, k in enumerate(looks_back):
        for j, seed in enumerate(seeds):
            rng = np.random.default_rng(seed)
            network = _new_recaller(cell, hidden_size, rng, options)
            spread = _spread(network)
            _train(cell, network, k, lag, max_updates, batch_size, learning_rate, rng)
            loudness[i, j] = _spread(network) / spread
            accuracy[i, j] = _accuracy(cell, network, recall(lag, 1000, rng, symbols=SYMBOLS))
            on_run(k, seed, float(accuracy[i, j]))
    chance = chance_accuracy(symbols=SYMBOLS)
    return RecallByTruncation(lag, np.array(looks_back), accuracy, loudness, chance)


def _spread(network: Recaller) -> float:
    """How far apart the embeddings lie."""
    E = network.encoder.E
    return float(np.linalg.norm(E - E.mean(axis=0)))


def _new_recaller(cell: Cell, hidden_size: int, rng: np.random.Generator, options: Any) -> Recaller:
    encoder = encoder_init(cell, SYMBOLS, 32, hidden_size, rng, dtype=np.float32, **options)
    U = uniform((SYMBOLS, hidden_size), hidden_size, rng, np.float32)
    return Recaller(encoder, ReadoutParams(U, np.zeros(SYMBOLS, np.float32)))


def _train(
    cell: Cell,
    network: Recaller,
    k: int,
    lag: int,
    max_updates: int,
    batch_size: int,
    learning_rate: float,
    rng: np.random.Generator,
) -> None:
    memory = adam_init(network)
    recent: list[float] = []
    for _ in range(max_updates):
        loss, gradients = truncated_recall_step(
            cell, network, recall(lag, batch_size, rng, symbols=SYMBOLS), k
        )
        clip_gradients(gradients, 1.0)
        adam_update(network, gradients, memory, learning_rate)
        recent = [*recent[-4:], loss]
        if len(recent) == 5 and max(recent) < 0.05:
            return


def truncated_recall_step(cell: Cell, network: Recaller, batch: Recall, k: int) -> tuple[float, Recaller]:
    """The loss of the last step, and its gradient through the last k steps.

    Args:
        cell: an Elman, LSTM or GRU cell.
        network: its weights.
        batch: what `recall` draws.
        k: at most the steps of the batch; with 0, the readout alone has a gradient.

    Returns:
        J in nats, and dJ/d of all weights; what lies more than k steps back counts as a constant.
    """
    E, params = network.encoder
    T = len(batch.inputs)
    x, _ = embedding_forward(E, batch.inputs)
    state = None
    if 0 < k < T:
        _, before = cell.forward(params, x[: T - k])
        state = state_at(cell.states(before))  # carried on, and from here on a constant
    outputs, cache = cell.forward(params, x[T - k if k else 0 :], state)
    J, of_loss = softmax_loss_forward(network.readout, outputs[-1], batch.targets)
    dreadout, dlast = softmax_loss_backward(of_loss)
    if k == 0:
        return J, Recaller(map_arrays(np.zeros_like, network.encoder), dreadout)
    doutputs = np.zeros_like(outputs)
    doutputs[-1] = dlast
    dparams, dx, _ = cell.backward(doutputs, cache)
    dE = embedding_backward(dx, embedding_forward(E, batch.inputs[T - k :])[1])
    return J, Recaller(EncoderParams(dE, dparams), dreadout)


def _accuracy(cell: Cell, network: Recaller, batch: Recall) -> float:
    x, _ = embedding_forward(network.encoder.E, batch.inputs)
    outputs, _ = cell.forward(network.encoder.cell, x)
    symbols = np.arange(SYMBOLS)
    scores = [target_log_probs(network.readout, outputs[-1], np.full(len(batch.targets), s)) for s in symbols]
    return float((np.argmax(scores, axis=0) == batch.targets).mean())


@dataclass(frozen=True)
class MemoryByLength:
    """What a gradient needs at its peak besides the inputs.

    Args:
        lengths: T, [lengths].
        full, truncated: bytes, [lengths].
        k: steps that the truncated gradient looks back.
    """

    lengths: Int[ndarray, " lengths"]
    full: Int[ndarray, " lengths"]
    truncated: Int[ndarray, " lengths"]
    k: int


def memory_by_length(
    lengths: Sequence[int] = (50, 100, 200, 400),
    *,
    k: int = 20,
    hidden_size: int = 32,
    batch_size: int = 16,
    seed: int = 0,
) -> MemoryByLength:
    """Peak memory of an Elman network's full and truncated gradient, measured with `tracemalloc`.

    Shows: the full one grows in proportion to T, since every state is kept until the way back has passed it;
    with chunks of k steps it does not grow. (What the embeddings take is left out: they are there already.)

    Args:
        lengths: T, rising.
        k: k1 = k2 of the truncated gradient.
        hidden_size, batch_size: of the network.
        seed: draws weights and inputs.

    Raises:
        CourseError: if a number is below 1, or memory is being traced already.
    """
    if not len(lengths) or min(*lengths, k, hidden_size, batch_size) < 1:
        raise CourseError(
            f"memory_by_length: lengths, k and sizes are at least 1, got {list(lengths)} and {k}"
        )
    if tracemalloc.is_tracing():
        raise CourseError("memory_by_length: tracemalloc is in use already")
    cell, rng = TAUGHT_CELLS["elman"], np.random.default_rng(seed)
    params = cell.init(1, hidden_size, rng)
    full, truncated = [], []
    for T in lengths:
        x = rng.standard_normal((T, batch_size, 1))
        doutputs = np.broadcast_to(
            rng.standard_normal((1, batch_size, hidden_size)), (T, batch_size, hidden_size)
        )
        full.append(_peak(lambda x=x, d=doutputs: cell.backward(d, cell.forward(params, x)[1])))  # type: ignore[misc]
        truncated.append(_peak(lambda x=x, d=doutputs: _in_chunks(cell, params, x, d, k)))  # type: ignore[misc]
    return MemoryByLength(np.array(lengths), np.array(full), np.array(truncated), k)


def _in_chunks(cell: Cell, params: Params, x: ndarray, doutputs: ndarray, k: int) -> Any:
    return truncated_backward(cell, params, x, lambda steps, _: doutputs[steps], k1=k, k2=k)


def _peak(call: Callable[[], Any]) -> int:
    """Bytes that `call` needs at its peak besides what was there before."""
    call()  # what is made once is not counted
    tracemalloc.start()
    try:
        call()
        return tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()
