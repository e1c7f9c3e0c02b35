"""Which words reach a state: of a network that reads from the left, from the right, and from both sides."""

from __future__ import annotations

from dataclasses import replace
from typing import Any, NamedTuple

import numpy as np
from jaxtyping import Float
from numpy import ndarray

from rnn_course.cells.bidirectional import bidirectional, reverse_within_lengths
from rnn_course.cells.cell import CELLS, Cache, Cell, Params, State
from rnn_course.errors import CourseError
from rnn_course.layers import embedding_forward
from rnn_course.models.encoder import encoder_forward
from rnn_course.models.labels import Labels
from rnn_course.models.sentence_batches import tagged_batches
from rnn_course.models.tagger import Tagger
from rnn_course.tasks.adverbs import adverb_sentence
from rnn_course.text.vocabulary import Vocabulary
from rnn_course.training.config import TrainingConfig
from rnn_course.training.loop import train


def from_the_right(cell: Cell) -> Cell:
    """The same cell, which begins at each sequence's last token: h^(t) = cell(h^(t+1), x^(t)).

    Its outputs stand at the tokens that they belong to. `states` are in the order in which it reads.
    """

    def step(*_: Any) -> tuple[ndarray, State]:
        raise CourseError("a network that reads from the right cannot begin before it has the last token")

    def forward(
        params: Params, x: ndarray, state_0: State = None, lengths: ndarray | None = None
    ) -> tuple[ndarray, Cache]:
        outputs, cache = cell.forward(params, reverse_within_lengths(x, lengths), state_0, lengths)
        return reverse_within_lengths(outputs, lengths), (cache, lengths)

    def backward(doutputs: ndarray, cache: Cache, dstates: State = None) -> tuple[Params, ndarray, State]:
        of_cell, lengths = cache
        dparams, dx, dstate = cell.backward(reverse_within_lengths(doutputs, lengths), of_cell, dstates)
        return dparams, reverse_within_lengths(dx, lengths), dstate

    return replace(
        cell,
        name=f"right-to-left {cell.name}",
        step=step,
        forward=forward,
        backward=backward,
        states=lambda cache: cell.states(cache[0]),
        sees_future=True,
    )


READERS = ("left only", "right only", "both ways")


def three_readers(
    *, seed: int = 0, sentences: int = 800, hidden_size: int = 16, epochs: int = 6, cell_name: str = "gru"
) -> dict[str, Tagger]:
    """Taggers of the same sentences: one reads from the left, one from the right, one from both sides.

        the movie was terribly exciting !    DET NOUN VERB PRAISE ADJ PUNCT

    Shows: whoever has not read the adjective gives "terribly" about 0.5 for PRAISE. Here, reading from the
    right alone is as good as from both sides; it is the adjective's side that counts.

    Args:
        seed: of sentences, weights and batches.
        sentences: to train on; a third of them have two adverbs.
        hidden_size: of each direction; the readers of one side have twice as many units, so that the vectors
            of all are of one size.
        epochs: times that the sentences are read.
        cell_name: "elman", "lstm" or "gru".

    Raises:
        CourseError: if the cell is unknown.
    """
    if cell_name not in CELLS:
        raise CourseError(f"three_readers: the cells are {sorted(CELLS)}, got {cell_name!r}")
    rng = np.random.default_rng(seed)
    data = [adverb_sentence(rng, adverbs=1 + (k % 3 == 0)) for k in range(sentences)]
    vocabulary = Vocabulary.from_sentences([sentence.words for sentence in data])
    labels = Labels.of(tag for sentence in data for tag in sentence.tags)
    words = [vocabulary.encode(sentence.words) for sentence in data]
    tags = [labels.encode(sentence.tags) for sentence in data]
    config = TrainingConfig(epochs=epochs, learning_rate=1e-2, max_gradient_norm=1.0, seed=seed)
    cell, readers = CELLS[cell_name], {}
    networks = (
        (cell, 2 * hidden_size),
        (from_the_right(cell), 2 * hidden_size),
        (bidirectional(cell), hidden_size),
    )
    for name, (network, size) in zip(READERS, networks, strict=True):
        model = Tagger.init(
            vocabulary, labels, network, 16, size, np.random.default_rng(seed), dtype=np.float32
        )
        train(model, lambda rng: tagged_batches(words, tags, 16, rng=rng), config, progress=False)
        readers[name] = model
    return readers


class Reached(NamedTuple):
    """What a network makes of each word of a sentence.

    Attributes:
        outputs: the vector h^(t) of each word, [words, output].
        norms: the Frobenius norm of dh^(t)/de^(s), [t, s]; 0 where word s has not been read.
    """

    outputs: Float[ndarray, "words output"]
    norms: Float[ndarray, "words words"]

    @property
    def shares(self) -> Float[ndarray, "words words"]:
        """Each row as shares of its sum: what part of the vector's change comes from which word, [t, s]."""
        return self.norms / self.norms.sum(axis=1, keepdims=True)


def what_reaches(model: Tagger, words: tuple[str, ...]) -> Reached:
    """Follow every entry of every word's vector back to the embeddings.

    Args:
        model: a tagger over any cell.
        words: of one sentence.

    Raises:
        CourseError: if there are none.
    """
    if not words:
        raise CourseError("what_reaches: needs a sentence of at least one word")
    ids = model.vocabulary.encode(words)
    outputs, _ = encoder_forward(model.cell, model.params.encoder, ids[:, None])
    T, _, H = outputs.shape
    # The sentence is read T * H times side by side: column (t, k) sends a 1 back from entry k of h^(t).
    e, _ = embedding_forward(model.params.E, np.repeat(ids[:, None], T * H, axis=1))
    h, cache = model.cell.forward(model.params.cell, e)
    dh = np.zeros((T, T, H, H), h.dtype)
    t, k = np.arange(T)[:, None], np.arange(H)
    dh[t, t, k, k] = 1
    _, de, _ = model.cell.backward(dh.reshape(T, T * H, H), cache)
    squares = (de**2).sum(axis=-1).reshape(T, T, H).sum(axis=-1)
    return Reached(outputs[:, 0], np.sqrt(squares).T)
