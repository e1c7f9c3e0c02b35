"""The experiments of lecture 05: what a state is good for, and what teacher forcing spares a network."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np

from rnn_course.cells.cell import CELLS
from rnn_course.experiments.live import live_config
from rnn_course.lm import perplexity
from rnn_course.models.kneser_ney import KneserNey
from rnn_course.models.ngram import MLE
from rnn_course.models.recurrent import RecurrentLM
from rnn_course.models.segments import Memory
from rnn_course.models.softmax_loss import scores
from rnn_course.models.trainable import Evaluation, Step
from rnn_course.text.batching import Batch
from rnn_course.text.corpus import Corpus
from rnn_course.text.vocabulary import Vocabulary
from rnn_course.training.loop import train
from rnn_course.training.schedule import Plateau


@dataclass(frozen=True)
class StateOrNot:
    """One text, three models.

    Attributes:
        recurrent: perplexity on the test part of an Elman network.
        frozen: of the same network, trained with its state put back to zero before every token.
        bigram: of Kneser-Ney smoothed bigrams, which see just as little.
        frozen_is_markov: the largest difference in log P that an earlier word makes to the frozen network.
        by_epoch: perplexity on the validation part after each epoch, of "recurrent" and of "frozen"; the part
            is read in 16 strands there, which costs a little at their beginnings.
        models: the two networks, by the same names.
    """

    recurrent: float
    frozen: float
    bigram: float
    frozen_is_markov: float
    by_epoch: dict[str, list[float]]
    models: dict[str, RecurrentLM]


def recurrent_against_bigram(corpus: Corpus, *, seed: int = 0, epochs: int = 12) -> StateOrNot:
    """Train an Elman network twice, once with a state and once without.

    Without it the loss goes down just as smoothly, and nothing warns: what was trained is a bigram model.
    """
    recurrent, with_state = _fit(corpus, "sentence", seed, epochs)
    frozen, without = _fit(corpus, "none", seed, epochs)
    bigram = KneserNey.fit(corpus.train, corpus.vocabulary, order=2)
    return StateOrNot(
        recurrent=perplexity(recurrent, corpus.test),
        frozen=perplexity(frozen, corpus.test),
        bigram=perplexity(bigram, corpus.test),
        frozen_is_markov=_influence_of_earlier_words(frozen, seed),
        by_epoch={"recurrent": with_state, "frozen": without},
        models={"recurrent": recurrent, "frozen": frozen},
    )


def _fit(corpus: Corpus, memory: Memory, seed: int, epochs: int) -> tuple[RecurrentLM, list[float]]:
    model = RecurrentLM.init(
        corpus.vocabulary,
        CELLS["elman"],
        64,
        64,
        np.random.default_rng(seed),
        tied=True,
        dtype=np.float32,
        memory=memory,
        dropout=0.2,
    )
    history = train(model, corpus.train, live_config(epochs, seed), valid=corpus.valid, progress=False)
    return model, np.exp(history.valid_loss).tolist()


def _influence_of_earlier_words(model: RecurrentLM, seed: int, trials: int = 20) -> float:
    rng = np.random.default_rng(seed)
    words = rng.integers(Vocabulary.unk_id + 1, len(model.vocabulary), size=(trials, 3))
    most = 0.0
    for first, other, last in words.tolist():
        after = [
            model.next_log_probs(model.advance(model.advance(model.initial_state(), word), last))
            for word in (first, other)
        ]
        seen = np.isfinite(after[0])
        most = max(most, float(np.abs(after[0][seen] - after[1][seen]).max()))
    return most


class FreeRunning:
    """A recurrent language model that is trained on its own words: no teacher forcing.

    At each step but the first it reads what it would have said itself, drawn from its own distribution, and
    is held to the right word all the same. Where a sentence begins, `<s>` stands as always.
    """

    def __init__(self, model: RecurrentLM) -> None:
        self.model = model

    @property
    def params(self) -> Any:
        """Those of the model."""
        return self.model.params

    def loss(self, batch: Batch, state: Any = None) -> Evaluation:
        """As the model's own: with teacher forcing, so that both kinds of training are measured alike."""
        return self.model.loss(batch, state)

    def loss_and_gradients(
        self, batch: Batch, state: Any = None, *, rng: np.random.Generator | None = None
    ) -> Step:
        """The loss on the right words after the model's own ones."""
        rng = rng or np.random.default_rng(0)
        return self.model.loss_and_gradients(self._own_words(batch, state, rng), state, rng=rng)

    def _own_words(self, batch: Batch, state: Any, rng: np.random.Generator) -> Batch:
        model, (inputs, targets) = self.model, batch
        E, cell_params, *_ = model.params
        if state is None:
            state = model.cell.initial_state(cell_params, inputs.shape[1])
        own = inputs.copy()
        zero = model.cell.initial_state(cell_params, inputs.shape[1])
        for t in range(len(inputs)):
            begins = own[t] == Vocabulary.bos_id
            state = np.where(begins[:, None], zero, state)
            output, state = model.cell.step(cell_params, state, E[own[t]])
            if t + 1 < len(inputs):
                z, _ = scores(model.params.readout, output, Vocabulary.bos_id)
                drawn = (z + rng.gumbel(size=z.shape)).argmax(axis=1)  # a draw from softmax(z): Gumbel 1954
                own[t + 1] = np.where(inputs[t + 1] == Vocabulary.bos_id, Vocabulary.bos_id, drawn)
        own[own == Vocabulary.eos_id] = Vocabulary.unk_id  # an end in the middle: an unknown word, to go on
        return Batch(own, targets)


@dataclass(frozen=True)
class TeacherForcing:
    """Perplexities on the validation part after each epoch, read with the right words.

    Attributes:
        forced: trained on the right words.
        free: trained on its own words.
        best: the language's own, which no model can beat.
        unigram: of word frequencies, which know nothing of what came before.
    """

    forced: list[float]
    free: list[float]
    best: float
    unigram: float


def teacher_forcing_on_and_off(
    corpus: Corpus, language: Any, *, seed: int = 0, epochs: int = 8, hidden_size: int = 32
) -> TeacherForcing:
    """Train one Elman network on the right words, and one on its own.

    What a network says at first is noise, and after noise the right next word cannot be known: the second one
    learns little more than how frequent the words are.

    Args:
        corpus: drawn from `language`.
        language: a `Grammar`, whose perplexity is known.
    """
    curves: list[list[float]] = []
    for free in (False, True):
        rng = np.random.default_rng(seed)
        model = RecurrentLM.init(
            corpus.vocabulary, CELLS["elman"], hidden_size, hidden_size, rng, dtype=np.float32
        )
        config = live_config(epochs, seed, Plateau(decay=0.5, patience=2))
        trained: Any = FreeRunning(model) if free else model
        history = train(trained, corpus.train, config, valid=corpus.valid, progress=False)
        curves.append(np.exp(history.valid_loss).tolist())
    unigram = MLE.fit(corpus.train, corpus.vocabulary, order=1)
    known = perplexity(language, corpus.valid), perplexity(unigram, corpus.valid)
    return TeacherForcing(curves[0], curves[1], *known)
