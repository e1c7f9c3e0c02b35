"""Backpropagation through time as bars: what each step adds to the gradient, and what truncation cuts."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import cache
from typing import Any

import numpy as np
import traitlets
from jaxtyping import Int
from numpy import ndarray

from rnn_course.errors import DataError
from rnn_course.figures.arrays import listed
from rnn_course.models.recurrent import RecurrentLM
from rnn_course.text import tokenize
from rnn_course.text.vocabulary import Vocabulary
from rnn_course.widgets.base import WidgetError, front_end, style
from rnn_course.widgets.bptt_bars_finding import finding_of
from rnn_course.widgets.bptt_bars_networks import (
    LSTM,
    ONE_LETTER,
    ORTHOGONAL,
    SMALL,
    TEXT,
    TRAINED,
    default_models,
    one_letter_and_blanks,
)
from rnn_course.widgets.bptt_bars_parts import GROUPS, Bars, Reading, bars, groups_of
from rnn_course.widgets.buffers import pack
from rnn_course.widgets.settings import OneOf, Rule, SettingsWidget, Whole

MAX_STEPS = 48
MAX_HIDDEN = 64
MAX_MODELS = 6


class BpttBars(SettingsWidget):
    """Each step's part of the gradient of a repeated weight, and what is left if losses look back k steps.

    What to look for: the bars sum to the gradient. With small recurrent weights they fall within a few
    steps, so that k = 5 changes nothing that matters. With an orthogonal W_h, or an LSTM that remembers, they
    reach far back, and the same k cuts much of the gradient away, length and direction. And the network that
    has read one letter and then blanks has a single bar for W_e, at step 1: any k that does not reach it
    leaves nothing at all.

    A truncated gradient that is nearly right says that little was cut, not that there was nothing to be
    learnt further back: bars that had vanished before they were cut are no loss, and no gain.

    Args:
        model: a RecurrentLM of your own, or several by name; without it, character models of the course. Its
            memory may be "text" or "sentence": the text is read as one sentence either way.
        text: what it reads: a string, tokens, or ids. It is needed with a model, and has at most 47 tokens.
        network: the name of the model to begin with; the first if left out.
        weights: "recurrent" (W_h), "input" (W_e) or "bias" (b_1); in an LSTM or GRU, of all gates together.
        losses: "one", that of step t, or "all", their mean.
        t: the step of the loss; the last if left out.
        k: how many steps each loss looks back, its own included; 5 if left out.
        seed: draws the weights of the course's models.

    Attributes:
        settings: the present settings as text, such as `weights="input", k=5`; can be set.
        bars: the numbers behind the picture, by network and group of weights.
        labels: the tokens that are read, `<s>` first, by network.

    Raises:
        DataError: if the text is empty or too long, or a weight is not finite.
        WidgetError: if a model is no RecurrentLM, is too large, comes without a text, reads every token from
            a fresh state, or sees the future.
    """

    _esm = front_end("bptt_bars.js")
    _css = style("bptt_bars.css")

    arrays = traitlets.Dict().tag(sync=True)
    one_norms = traitlets.Bytes().tag(sync=True)
    one_cosines = traitlets.Bytes().tag(sync=True)
    one_lengths = traitlets.Bytes().tag(sync=True)
    one_full = traitlets.Bytes().tag(sync=True)
    all_norms = traitlets.Bytes().tag(sync=True)
    all_cosines = traitlets.Bytes().tag(sync=True)
    all_lengths = traitlets.Bytes().tag(sync=True)
    all_full = traitlets.Bytes().tag(sync=True)
    tokens = traitlets.Dict(help="By network, what is read at each step.").tag(sync=True)
    symbols = traitlets.Dict(help="By network and group, the arrays' names.").tag(sync=True)

    network = traitlets.Unicode().tag(sync=True)
    weights = traitlets.Unicode("recurrent").tag(sync=True)
    losses = traitlets.Unicode("one").tag(sync=True)
    t = traitlets.Int(1).tag(sync=True)
    k = traitlets.Int(1).tag(sync=True)

    def __init__(
        self,
        model: RecurrentLM | Mapping[str, RecurrentLM] | None = None,
        text: str | Sequence[str] | Int[ndarray, " length"] | None = None,
        *,
        network: str | None = None,
        weights: str = "recurrent",
        losses: str = "one",
        t: int | None = None,
        k: int | None = None,
        seed: int = 0,
        **kwargs: Any,
    ) -> None:
        if model is None and text is None:
            readings, self.bars = _of_the_course(seed)
        else:
            readings = _readings(model, text, seed)
            self.bars = {name: bars(reading) for name, reading in readings.items()}
        T = len(next(iter(readings.values())).inputs)
        rules: dict[str, Rule] = {
            "network": OneOf(tuple(readings)),
            "weights": OneOf(GROUPS),
            "losses": OneOf(("one", "all")),
            "t": Whole(1, T),
            "k": Whole(1, T),
        }
        first = next(iter(readings)) if network is None else network
        values = {
            "network": first,
            "weights": weights,
            "losses": losses,
            "t": T if t is None else t,
            "k": min(5, T) if k is None else k,
        }
        super().__init__(
            rules,
            values,
            _presets(T) if model is None else {},
            **pack(_arrays(list(self.bars.values()))),
            tokens={name: _labels(reading) for name, reading in readings.items()},
            symbols={name: _symbols(reading) for name, reading in readings.items()},
            **kwargs,
        )

    @traitlets.validate("network", "weights", "losses", "t", "k")
    def _valid(self, proposal: Any) -> Any:
        return self.checked(proposal)

    def text_alternative(self) -> str:
        """The sentence under the picture, for the present settings."""
        symbols = self.symbols[self.network][self.weights]
        return finding_of(self.bars[self.network][self.weights], self.losses, self.t, self.k, symbols)


@cache
def _of_the_course(seed: int) -> tuple[dict[str, Reading], dict[str, dict[str, Bars]]]:
    """The course's own networks on their own text; made once, since one is trained."""
    readings = _readings(None, None, seed)
    return readings, {name: bars(reading) for name, reading in readings.items()}


def _presets(T: int) -> dict[str, dict[str, str | int]]:
    """Where truncation costs little, much, and all."""
    last: dict[str, str | int] = {"losses": "one", "t": T}
    return {
        "costs little": {"network": SMALL, "weights": "recurrent", **last, "k": 5},
        "costs more": {"network": ORTHOGONAL, "weights": "recurrent", **last, "k": 5},
        "costs much": {"network": LSTM, "weights": "input", **last, "k": 5},
        "costs all": {"network": ONE_LETTER, "weights": "input", **last, "k": min(20, T)},
        "all losses": {"network": TRAINED, "weights": "recurrent", "losses": "all", "k": 5},
    }


def _readings(
    model: RecurrentLM | Mapping[str, RecurrentLM] | None,
    text: str | Sequence[str] | ndarray | None,
    seed: int,
) -> dict[str, Reading]:
    """What each network reads and predicts, by name."""
    if model is None:
        models = default_models(seed)
        readings = {name: _reading(lm, TEXT if text is None else text) for name, lm in models.items()}
        steps = len(readings[SMALL].inputs)
        return {**readings, ONE_LETTER: one_letter_and_blanks(steps, seed)}
    if text is None:
        raise WidgetError("a model needs something to read: give a text as the second argument")
    models = dict(model) if isinstance(model, Mapping) else {"your model": model}
    if not 1 <= len(models) <= MAX_MODELS:
        raise WidgetError(f"1 to {MAX_MODELS} models can be shown, got {len(models)}")
    for name, lm in models.items():
        _check_model(name, lm)
    readings = {name: _reading(lm, text) for name, lm in models.items()}
    steps_of = {name: len(reading.inputs) for name, reading in readings.items()}
    if len(set(steps_of.values())) > 1:
        raise WidgetError(f"the models cut the text into different numbers of tokens: {steps_of}")
    return readings


def _check_model(name: str, model: Any) -> None:
    """Hold a student's model to what has bars."""
    if not isinstance(model, RecurrentLM):
        raise WidgetError(f"{name} is a RecurrentLM, got {type(model).__name__}")
    if model.cell.sees_future:
        raise WidgetError(f"{name} is {model.cell.name}: it reads from both ends, and has no last step")
    if model.memory == "none":
        raise WidgetError(
            f'{name} has memory "none": it reads every token from a fresh state, and nothing flows back'
        )
    if model.cell.output_size(model.params.cell) > MAX_HIDDEN:
        size = model.cell.output_size(model.params.cell)
        raise WidgetError(f"{name} has {size} hidden units; at most {MAX_HIDDEN} can be shown")
    if not all(groups_of(model.params.cell).values()):
        raise WidgetError(f"{name} is {model.cell.name}, which has no recurrent, input and bias weights")


def _reading(model: RecurrentLM, text: str | Sequence[str] | ndarray) -> Reading:
    """One sentence: `<s>` and its tokens are read, its tokens and `</s>` predicted."""
    vocabulary = model.vocabulary
    if isinstance(text, ndarray):
        if text.ndim != 1:
            raise DataError(f"a text is one array of ids, got an array of shape {text.shape}")
        vocabulary.check_ids(text)
        ids = text.astype(np.int64)
    else:
        ids = vocabulary.encode(_tokens(text, vocabulary) if isinstance(text, str) else text)
    if not len(ids):
        raise DataError("the text is empty: there is nothing to read")
    if len(ids) >= MAX_STEPS:
        raise DataError(f"the text has {len(ids)} tokens; at most {MAX_STEPS - 1} can be shown")
    if (ids == vocabulary.bos_id).any():
        raise DataError("<s> is put before the text, and does not stand in it")
    return Reading(model, np.append(vocabulary.bos_id, ids), np.append(ids, vocabulary.eos_id))


def _tokens(text: str, vocabulary: Vocabulary) -> list[str]:
    """The text in the vocabulary's own pieces: characters if it holds nothing longer, else words."""
    own = vocabulary.tokens[3:]
    lowercase = all(token == token.lower() for token in own)
    if all(len(token) == 1 for token in own):
        return tokenize.characters(text.lower() if lowercase else text)
    return tokenize.words(text, lowercase=lowercase)


def _labels(reading: Reading) -> list[str]:
    """What stands under the bars: words as they are; among characters, `<s>` as a point."""
    tokens = reading.model.vocabulary.decode(reading.inputs)
    if any(len(token) > 1 for token in tokens[1:] if token != "<unk>"):
        return tokens
    return [{"<s>": "•", " ": "␣", "<unk>": "?", "\n": "⏎"}.get(token, token) for token in tokens]


def _symbols(reading: Reading) -> dict[str, str]:
    """The names of each group's arrays, such as `W_f, W_i, W_o and W_c`."""
    groups = groups_of(reading.model.params.cell)
    named = {group: dict.fromkeys(path.split(".")[-1] for path in paths) for group, paths in groups.items()}
    return {group: listed(list(names)) for group, names in named.items()}


def _arrays(by_network: Sequence[Mapping[str, Bars]]) -> dict[str, ndarray]:
    """The bars of all networks and groups, [network, group, ...], as they are sent."""
    stacked = {
        name: np.array([[getattr(groups[group], name) for group in GROUPS] for groups in by_network])
        for name in Bars._fields
    }
    for name, array in stacked.items():
        if not np.isfinite(array).all():
            raise DataError(f"{name} is not finite: look for NaN or infinity in the model's weights")
    return {name: array.astype(np.float32) for name, array in stacked.items()}
