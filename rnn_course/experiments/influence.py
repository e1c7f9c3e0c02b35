"""Which earlier words still matter: the loss at each word of a sentence, followed back through a model."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from jaxtyping import Float
from numpy import ndarray

from rnn_course.errors import CourseError
from rnn_course.gradients.flow import gradient_by_lag
from rnn_course.layers import embedding_forward
from rnn_course.models.recurrent import RecurrentLM
from rnn_course.models.softmax_loss import softmax_loss_backward, softmax_loss_forward
from rnn_course.text.vocabulary import BOS, EOS


@dataclass(frozen=True)
class WordInfluence:
    """The gradient of each word's loss at the states after the words before it.

    Args:
        read: what the network reads, `<s>` first, [words].
        predicted: what it is to predict after each of them, `</s>` last, [words].
        losses: J^(t) = -log P(predicted[t] | read[: t + 1]), nats, [words].
        norms: ||dJ^(t)/dstate^(s)||, [t, s], 0 for s > t. The state is what the network has after read[s]; at
            s = t it is the output that the readout reads.
    """

    read: tuple[str, ...]
    predicted: tuple[str, ...]
    losses: Float[ndarray, " words"]
    norms: Float[ndarray, "words words"]

    @property
    def shares(self) -> Float[ndarray, "words words"]:
        """Each row as a share of the gradient at the loss itself, [t, s]: 1 on the diagonal."""
        return self.norms / np.diag(self.norms)[:, None]

    def by_lag(self) -> Float[ndarray, " words"]:
        """The share that is left after 0, 1, 2 .. steps back, averaged over the words that are so far in."""
        return np.array([np.diag(self.shares, -lag).mean() for lag in range(len(self.read))])


def word_influence(model: RecurrentLM, sentence: Sequence[str]) -> WordInfluence:
    """Follow the loss at every word of a sentence back through a model, trained or not.

        dJ^(t)/doutput^(t) = U^T (softmax(z^(t)) - onehot(target)),   then back step by step to every state

    A gradient of nearly 0 says that a small change of what the network held after that word would not have
    changed its loss; nothing about that word can be learned from it.

    Args:
        model: a model over any cell, whose memory is "sentence" or "text".
        sentence: words without boundaries; the network reads it from its state at the beginning of a text.

    Raises:
        CourseError: if the sentence is empty, the model has no memory, or it reads from both sides.
    """
    if not len(sentence) or model.memory == "none":
        raise CourseError(
            f"word_influence: needs a sentence and a model with memory, got {len(sentence)} words and "
            f"memory {model.memory!r}"
        )
    cell, params = model.cell, model.params
    words = model.vocabulary.encode(sentence)
    inputs = np.array([model.vocabulary.bos_id, *words])
    targets = np.array([*words, model.vocabulary.eos_id])
    e, _ = embedding_forward(params.E, inputs[:, None])
    outputs, _ = cell.forward(params.cell, e, model.start)
    losses, doutputs = np.empty(len(inputs)), np.empty_like(outputs[:, 0])
    for t, target in enumerate(targets):
        losses[t], cache = softmax_loss_forward(
            params.readout, outputs[t], np.array([target]), model.vocabulary.bos_id
        )
        doutputs[t] = softmax_loss_backward(cache)[1][0]
    norms = np.diag(np.linalg.norm(doutputs, axis=-1))
    for t in range(1, len(inputs)):
        found = gradient_by_lag(cell, params.cell, e[: t + 1], doutputs[t][None], model.start, longest=t)
        norms[t, :t] = found.total[::-1, 0]
    tokens = model.vocabulary.decode(words)
    return WordInfluence((BOS, *tokens), (*tokens, EOS), losses, norms)
