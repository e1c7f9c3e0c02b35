"""The same networks before and after they have learned that a verb agrees with its subject."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, NamedTuple

import numpy as np
from jaxtyping import Float
from numpy import ndarray

from rnn_course.cells.cell import CELLS
from rnn_course.errors import CourseError
from rnn_course.layers import embedding_forward
from rnn_course.models.recurrent import RecurrentLM
from rnn_course.models.scoring import repeat_state
from rnn_course.models.softmax_loss import softmax_loss_backward, softmax_loss_forward
from rnn_course.text.grammar import Grammar
from rnn_course.text.languages import nested_agreement
from rnn_course.text.vocabulary import BOS, EOS
from rnn_course.training.config import TrainingConfig
from rnn_course.training.loop import train
from rnn_course.training.schedule import Plateau

STARTS: dict[str, tuple[str, dict[str, Any]]] = {
    "Elman": ("elman", {}),
    "LSTM": ("lstm", {"forget_bias": 1.0}),
    "GRU": ("gru", {"update_bias": -1.0}),
}
"""A cell and the options of its first weights, by name."""


class BeforeAndAfter(NamedTuple):
    """Networks by name: with their first weights, and with those that training made of them."""

    before: dict[str, RecurrentLM]
    after: dict[str, RecurrentLM]


def before_and_after(
    starts: Mapping[str, tuple[str, dict[str, Any]]] = STARTS,
    *,
    language: Grammar | None = None,
    seed: int = 0,
    sentences: int = 3000,
    hidden_size: int = 32,
    epochs: int = 8,
) -> BeforeAndAfter:
    """Train a language model with each cell on sentences whose verbs agree with their subjects.

        the key of the dogs of the children   ->   waits, not wait

    Shows: before training, the gradient of the loss at the verb falls with every step back, in every cell.
    After it, a GRU holds about half of it over the nouns in between, as far as the subject, and less before
    that, by a factor of two to ten with the seed. An Elman network's falls as before, an LSTM's is small but
    level. The gradient at the words' vectors stays largest at the last words, in all of them.

    Args:
        starts: name: (cell, options of its init).
        language: to draw the text from; subjects with "of the" phrases, one after another, if left out.
        seed: of text, weights and batches.
        sentences: to train on.
        hidden_size: units, and the size of the embeddings.
        epochs: times that the text is read.

    Raises:
        CourseError: if a cell is unknown, or there is none.
    """
    unknown = [cell for cell, _ in starts.values() if cell not in CELLS]
    if unknown or not starts:
        raise CourseError(f"before_and_after: the cells are {sorted(CELLS)}, got {unknown or 'none'}")
    language = nested_agreement(attractor=0.5, clause=0.0) if language is None else language
    corpus = language.corpus(seed, train=sentences, valid=200, test=200)
    stages: list[dict[str, RecurrentLM]] = []
    for _ in range(2):
        stages.append(
            {
                name: RecurrentLM.init(
                    corpus.vocabulary,
                    CELLS[cell],
                    hidden_size,
                    hidden_size,
                    np.random.default_rng(seed),
                    dtype=np.float32,
                    **options,
                )
                for name, (cell, options) in starts.items()
            }
        )
    config = TrainingConfig(
        epochs=epochs,
        batch_size=16,
        steps=35,
        learning_rate=1e-2,
        max_gradient_norm=1.0,
        schedule=Plateau(decay=0.5, patience=1),
        seed=seed,
    )
    for model in stages[1].values():
        train(model, corpus.train, config, valid=corpus.valid, progress=False)
    return BeforeAndAfter(stages[0], stages[1])


class VectorInfluence(NamedTuple):
    """The gradient of each word's loss at the vectors of the words before it.

    Attributes:
        read: what the network reads, `<s>` first, [words].
        predicted: what it is to predict after each of them, `</s>` last, [words].
        losses: J^(t) = -log P(predicted[t] | read[: t + 1]), nats, [words].
        norms: ||dJ^(t)/de^(s)||, [t, s], 0 for s > t.
    """

    read: tuple[str, ...]
    predicted: tuple[str, ...]
    losses: Float[ndarray, " words"]
    norms: Float[ndarray, "words words"]

    @property
    def shares(self) -> Float[ndarray, "words words"]:
        """Each row as shares of its sum: how much of what t listens to is s, [t, s]."""
        return self.norms / self.norms.sum(axis=1, keepdims=True)


def vector_influence(model: RecurrentLM, sentence: Sequence[str]) -> VectorInfluence:
    """Which words the loss at every word of a sentence listens to: the gradient at their embeddings.

        dJ^(t)/de^(s) = (dh^(s)/de^(s))^T dJ^(t)/dh^(s)

    It passes through the state after s, and so vanishes where the gradient at that state does. But a word
    that the network lets pass by has none either, however near it is.

    Args:
        model: a model over any cell that reads from left to right, whose memory is "sentence" or "text".
        sentence: words without boundaries.

    Raises:
        CourseError: if the sentence is empty, the model has no memory, or it reads from both sides.
    """
    if not len(sentence) or model.memory == "none" or model.cell.sees_future:
        raise CourseError(
            "vector_influence: needs a sentence and a model that reads from the left and has memory, got "
            f"{len(sentence)} words and a {model.cell.name} network with memory {model.memory!r}"
        )
    params, words = model.params, model.vocabulary.encode(sentence)
    inputs = np.array([model.vocabulary.bos_id, *words])
    targets = np.array([*words, model.vocabulary.eos_id])
    T = len(inputs)
    # The sentence is read T times side by side; in column t, the loss at word t alone sends a gradient back.
    e, _ = embedding_forward(params.E, np.repeat(inputs[:, None], T, axis=1))
    start = None
    if model.start is not None:
        start = repeat_state(model.start, T)
    outputs, cache = model.cell.forward(params.cell, e, start)
    losses, doutputs = np.empty(T), np.zeros_like(outputs)
    for t, target in enumerate(targets):
        losses[t], of_loss = softmax_loss_forward(
            params.readout, outputs[t, t][None], np.array([target]), model.vocabulary.bos_id
        )
        doutputs[t, t] = softmax_loss_backward(of_loss)[1][0]
    _, de, _ = model.cell.backward(doutputs, cache)
    tokens = model.vocabulary.decode(words)
    return VectorInfluence((BOS, *tokens), (*tokens, EOS), losses, np.linalg.norm(de, axis=-1).T)
