"""What the gradient-flow widget shows, computed once: new networks by lag, given networks word by word."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import cache
from typing import Any, NamedTuple

import numpy as np
from jaxtyping import Float
from numpy import ndarray

from rnn_course.errors import CourseError, DataError, VocabularyError
from rnn_course.experiments.horizon import Start, gradient_horizons, lag_by_layer
from rnn_course.experiments.influence import word_influence
from rnn_course.experiments.learned_influence import vector_influence
from rnn_course.models.recurrent import RecurrentLM
from rnn_course.text import tokenize
from rnn_course.widgets.base import WidgetError

CELLS = ("Elman", "LSTM", "GRU")
LONGEST = 120
LAYERS = ("only", "top", "middle", "lowest")
ELMAN = ("uniform", "orthogonal")
BIASES = ("0", "1", "2", "3", "chrono 100")
MOST_WORDS = 24
MOST_NETWORKS = 3
SMALLEST = 1e-30
"""Less of a gradient than that is drawn as that much: float32 holds it."""


def first_weights() -> dict[str, Start]:
    """A cell and the options of its init for every choice of first weights, in the order that is sent.

    The gated cells are told to keep with the same number b: an LSTM's forget bias is b, and a GRU's update
    bias, whose gate keeps where it is shut, is -b.
    """
    starts: dict[str, Start] = {
        "Elman, uniform": ("elman", {}),
        "Elman, orthogonal": ("elman", {"orthogonal": True}),
    }
    for name, option, sign in (("LSTM", "forget_bias", 1), ("GRU", "update_bias", -1)):
        for bias in BIASES:
            options = {option: sign * float(bias)} if bias.isdigit() else {"longest_lag": 100.0}
            starts[f"{name}, {bias}"] = (name.lower(), options)
    return starts


@cache
def new_networks() -> Float[ndarray, "starts layers lag"]:
    """Share of the gradient that is left 1 .. 120 steps back in new networks, by first weights and layer.

    Layer 0 is a network of one layer; 1, 2 and 3 are the top, the middle and the lowest of three.
    """
    starts = first_weights()
    shares = np.empty((len(starts), len(LAYERS), LONGEST))
    shares[:, 0] = gradient_horizons(starts, seeds=range(3), longest=LONGEST).remaining
    for row, (cell_name, options) in enumerate(starts.values()):
        found = lag_by_layer(0, cell_name=cell_name, depth=3, longest=LONGEST, **options)
        shares[row, 1:] = found.remaining[::-1]
    shares = np.maximum(shares, SMALLEST).astype(np.float32)
    shares.flags.writeable = False
    return shares


class OnSentence(NamedTuple):
    """Networks on one sentence.

    Attributes:
        read: what they read, `<s>` first, [words].
        predicted: what they are to predict after each, [words].
        states: the gradient at the state after word s of the loss at word t, as a share of that at the loss
            itself, [networks, t, s]; 0 for s > t.
        vectors: the gradient at the embedding of word s, as a share of that at all words, [networks, t, s].
        probabilities: of the predicted words, [networks, t].
    """

    read: tuple[str, ...]
    predicted: tuple[str, ...]
    states: Float[ndarray, "networks words words"]
    vectors: Float[ndarray, "networks words words"]
    probabilities: Float[ndarray, "networks words"]


def on_sentence(models: Sequence[RecurrentLM], sentence: Sequence[str]) -> OnSentence:
    """Follow the loss at every word of a sentence back through networks."""
    states = [word_influence(model, sentence) for model in models]
    vectors = [vector_influence(model, sentence) for model in models]
    return OnSentence(
        states[0].read,
        states[0].predicted,
        np.array([found.shares for found in states], np.float32),
        np.array([found.shares for found in vectors], np.float32),
        np.array([np.exp(-found.losses) for found in states], np.float32),
    )


def check_networks(name: str, models: Any) -> dict[str, RecurrentLM]:
    """Hold a student's networks to what the widget can follow.

    Raises:
        WidgetError: if they are no dict of one to three language models with memory that read from the left.
    """
    if not isinstance(models, Mapping) or not 1 <= len(models) <= MOST_NETWORKS:
        got = f"{len(models)} of them" if isinstance(models, Mapping) else type(models).__name__
        raise WidgetError(f"{name} is a dict of one to three networks by name, got {got}")
    for key, model in models.items():
        if not isinstance(key, str) or not key:
            raise WidgetError(f"{name}: a network's name is a text, got {key!r}")
        if not isinstance(model, RecurrentLM):
            raise WidgetError(f"{name}[{key!r}] is a RecurrentLM, got {type(model).__name__}")
        if model.cell.sees_future or model.memory == "none":
            reason = "reads from both sides" if model.cell.sees_future else "has no memory"
            raise WidgetError(f"{name}[{key!r}] {reason}: there is no way back through time to follow")
    return dict(models)


def check_sentence(sentence: Any, models: Mapping[str, RecurrentLM]) -> list[str]:
    """The words of a sentence that every network knows.

    Raises:
        DataError: if it is empty, too long or no text.
        VocabularyError: if a network does not know a word.
    """
    if isinstance(sentence, str):
        words = sentence.split() if "<unk>" in sentence else tokenize.words(sentence)
    elif isinstance(sentence, list | tuple) and all(isinstance(word, str) for word in sentence):
        words = list(sentence)
    else:
        raise DataError(f"the sentence is a text or a list of words, got {type(sentence).__name__}")
    if not 1 <= len(words) <= MOST_WORDS:
        raise DataError(f"a sentence of 1 to {MOST_WORDS} words can be shown, got {len(words)}")
    for name, model in models.items():
        unknown = [word for word in words if word not in model.vocabulary]
        if unknown:
            raise VocabularyError(
                f"{name} does not know {unknown[0]!r}; write <unk> for a word that is not in the vocabulary"
            )
    return words


def check_pairs(models: Mapping[str, RecurrentLM], before: Mapping[str, RecurrentLM]) -> None:
    """Hold networks before training to those after it.

    Raises:
        CourseError: if their names differ.
    """
    if list(models) != list(before):
        raise CourseError(
            f"models and before have the same names in the same order, got {', '.join(models)} and "
            f"{', '.join(before)}"
        )
