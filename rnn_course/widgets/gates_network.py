"""What the gate explorer is given, in one form: a language model, or a cell's weights and what they read."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Any, NamedTuple

import numpy as np
from jaxtyping import Float, Int
from numpy import ndarray
from numpy.typing import ArrayLike

from rnn_course.cells.gru import GRUParams
from rnn_course.cells.lstm import LSTMParams
from rnn_course.cells.parameters import map_arrays, named_arrays
from rnn_course.errors import DataError, ShapeError, check_sizes
from rnn_course.layers import ReadoutParams
from rnn_course.models.recurrent import RecurrentLM
from rnn_course.text import tokenize
from rnn_course.text.vocabulary import UNK, Vocabulary
from rnn_course.widgets.base import WidgetError

MAX_UNITS = 32
MAX_STEPS = 25
"""The start of the sentence and 24 words."""

CHARACTERS = re.compile(r"</?s>|<unk>|.", re.DOTALL)  # the marks stay whole
PARAMS = {"lstm": LSTMParams, "gru": GRUParams}


class Reading(NamedTuple):
    """A text as the network reads it.

    Attributes:
        ids: rows of E, [time].
        words: what each is called in a sentence, in quotation marks.
        cut: whether there was more of it.
    """

    ids: Int[ndarray, " time"]
    words: list[str]
    cut: bool


class GatedNetwork(NamedTuple):
    """A cell and what it can read.

    Attributes:
        kind: "lstm" or "gru".
        params: LSTMParams or GRUParams, float64.
        E: what can be read, [tokens, embed]: embeddings, or the inputs themselves.
        tokens: a name for each row of E.
        start: the state before the first step: (h, c) of an LSTM, (h, zeros) of a GRU, [2, hidden].
        vocabulary: of a language model, else None: then the inputs are read as they stand.
        readout: of a language model.
    """

    kind: str
    params: Any
    E: Float[ndarray, "tokens embed"]
    tokens: tuple[str, ...]
    start: Float[ndarray, "2 hidden"]
    vocabulary: Vocabulary | None = None
    readout: ReadoutParams | None = None

    @property
    def hidden_size(self) -> int:
        return self.start.shape[1]

    def read(self, sentence: str) -> Reading:
        """What is read, at most `MAX_STEPS` steps: a language model begins with `<s>`."""
        if self.vocabulary is None:
            return Reading(np.arange(len(self.E)), [f"“{token}”" for token in self.tokens], cut=False)
        words = [(self.vocabulary.id(piece), piece) for piece in pieces(sentence, self.vocabulary)]
        kept = [(token, piece) for token, piece in words if token > self.vocabulary.eos_id]
        shown = kept[: MAX_STEPS - 1]
        unknown = self.vocabulary.unk_id
        named = [f"“{p}?”" if token == unknown and p != UNK else f"“{p}”" for token, p in shown]
        ids = np.array([self.vocabulary.bos_id, *(token for token, _ in shown)])
        return Reading(ids, ["the start of the sentence", *named], cut=len(kept) > len(shown))


def pieces(sentence: str, vocabulary: Vocabulary) -> list[str]:
    """A typed sentence as tokens: characters where the vocabulary holds nothing else, words otherwise.

    What stands between spaces is one token if the vocabulary holds it; all else is cut as `tokenize.words`
    does.
    """
    if unit_of(vocabulary) == "characters":
        return CHARACTERS.findall(sentence)
    folded = sentence.lower() if is_lowercase(vocabulary) else sentence
    return [
        word
        for piece in folded.split()
        for word in ([piece] if piece in vocabulary else tokenize.words(piece, lowercase=False))
    ]


def unit_of(vocabulary: Vocabulary) -> str:
    """ "characters" if every token but the special ones is one, else "words"."""
    return "characters" if all(len(token) == 1 for token in vocabulary.tokens[3:]) else "words"


def is_lowercase(vocabulary: Vocabulary) -> bool:
    """Whether the text was folded to lower case, so that what is typed has to be too."""
    return all(token == token.lower() for token in vocabulary.tokens)


def network_of(
    network: RecurrentLM | LSTMParams | GRUParams,
    x: ArrayLike | None = None,
    words: Sequence[str] | None = None,
    state_0: Any = None,
) -> GatedNetwork:
    """Check what a student gives.

    Args:
        network: a language model over one LSTM or GRU, or the weights of one.
        x: with weights, what they read, [time, embed].
        words: with weights, a name for each step.
        state_0: with weights, the state before the first step: (h, c) or h, each [hidden] or [1, hidden].

    Raises:
        DataError: if the network is something else, or holds NaN or infinity.
        ShapeError: if sizes disagree, or there is more than can be shown.
        WidgetError: if arguments do not belong together.
    """
    if isinstance(network, RecurrentLM):
        if x is not None or words is not None or state_0 is not None:
            raise WidgetError("a language model reads the sentence: leave out x, words and state_0")
        return _of_model(network)
    kind = next((name for name, params in PARAMS.items() if isinstance(network, params)), None)
    if kind is None:
        raise DataError(f"network is a RecurrentLM, LSTMParams or GRUParams, got {type(network).__name__}")
    if x is None:
        raise WidgetError("weights alone read nothing: give x, an array [time, embed]")
    inputs = _numbers("x", x)
    if inputs.ndim != 2 or not 1 <= len(inputs) <= MAX_STEPS:
        raise ShapeError(f"x is {inputs.shape}, expected (time, embed) with 1 to {MAX_STEPS} steps")
    labels = tuple(f"x({t})" for t in range(1, len(inputs) + 1)) if words is None else tuple(map(str, words))
    if len(labels) != len(inputs):
        raise ShapeError(f"words has {len(labels)} names, but x has {len(inputs)} steps")
    return _checked(kind, network, inputs, labels, state_0)


def _of_model(model: RecurrentLM) -> GatedNetwork:
    kind = model.cell.name
    if kind not in PARAMS:
        raise DataError(f"the explorer shows one LSTM or GRU; this model's cell is {kind!r}")
    if model.memory == "none":
        raise WidgetError(
            'the model has memory="none": its state begins anew at every word, there is nothing to keep'
        )
    found = _checked(kind, model.params.cell, model.params.E, model.vocabulary.tokens, model.start)
    return found._replace(vocabulary=model.vocabulary, readout=model.params.readout)


def _checked(kind: str, params: Any, E: ndarray, tokens: tuple[str, ...], state_0: Any) -> GatedNetwork:
    for name, array in named_arrays(params):
        _numbers(name, array)
    check_sizes("GateExplorer", **params.sizes(), x=(E, "time embed"))
    hidden = len(params[2])
    if hidden > MAX_UNITS:
        raise ShapeError(
            f"the network has {hidden} units, at most {MAX_UNITS} can be shown: train a smaller one"
        )
    exact = map_arrays(lambda array: np.asarray(array, dtype=np.float64), params)
    return GatedNetwork(kind, exact, E, tokens, _start(kind, state_0, hidden))


def _start(kind: str, state_0: Any, hidden: int) -> ndarray:
    start = np.zeros((2, hidden))
    if state_0 is None:
        return start
    parts = tuple(state_0) if kind == "lstm" else (state_0,)
    if len(parts) != (2 if kind == "lstm" else 1):
        raise ShapeError(f"state_0 of an LSTM is (h, c), got {len(parts)} arrays")
    for row, (name, part) in enumerate(zip("hc", parts, strict=False)):
        values = _numbers(f"state_0.{name}", part)
        if values.size != hidden:
            raise ShapeError(f"state_0.{name} is {values.shape}, but the network has {hidden} units")
        start[row] = values.ravel()
    return start


def _numbers(name: str, values: Any) -> ndarray:
    try:
        array = np.asarray(values)
        finite = np.isfinite(array)
    except (TypeError, ValueError) as error:
        raise DataError(f"{name} is no array of numbers: {error}") from error
    if not finite.all():
        position = tuple(int(k) for k in np.argwhere(~finite)[0])
        raise DataError(f"{name} is not finite at {position}: {array[position]}")
    return array if array.dtype.kind == "f" else array.astype(np.float64)
