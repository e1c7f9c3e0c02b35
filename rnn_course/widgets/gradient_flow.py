"""How far back a gradient reaches in an Elman network, an LSTM and a GRU, before training and after."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import cache
from typing import Any

import numpy as np
import traitlets
from jaxtyping import Float
from numpy import ndarray

from rnn_course.experiments.learned_influence import BeforeAndAfter, before_and_after
from rnn_course.models.recurrent import RecurrentLM
from rnn_course.widgets.base import asset, front_end, style
from rnn_course.widgets.buffers import pack
from rnn_course.widgets.gradient_flow_numbers import (
    BIASES,
    CELLS,
    ELMAN,
    LAYERS,
    SMALLEST,
    OnSentence,
    check_networks,
    check_pairs,
    check_sentence,
    new_networks,
    on_sentence,
)
from rnn_course.widgets.settings import OneOf, SettingsWidget, Whole

SENTENCE = "the key of the dogs of the children waits ."
AT = ("state", "word")
PRESETS: dict[str, dict[str, Any]] = {
    "usual first weights": {"bias": "1", "elman": "uniform", "layer": "only"},
    "biases of 0": {"bias": "0", "elman": "uniform", "layer": "only"},
    "made to remember": {"bias": "chrono 100", "elman": "orthogonal", "layer": "only"},
    "lowest of three layers": {"bias": "1", "elman": "uniform", "layer": "lowest"},
}


class GradientFlow(SettingsWidget):
    """Which earlier words still matter: the loss at a word, followed back through three kinds of cell.

    What to look for: choose the verb. Before training, the shading fades with every step back from it, in
    every cell: what counts is how near a word is, and not what it says. After training look for a cliff: the
    gradient stays level over the words in between, and falls where the subject was read, because what the
    network held before that no longer matters. Which cells have such a cliff, and which still fade?

    Then look at the new networks below. "Elman reaches about 7 steps, gated cells about 100" is true for some
    first weights and false for others: change the bias of the gates, and make Elman's W_h orthogonal.

    Args:
        models: one to three language models over recurrent cells by name; networks that are trained for it
            on sentences with agreeing verbs (a few seconds) if left out.
        sentence: a text or a list of words, at most 24, which every model knows.
        before: the same models before training, by the same names; may be left out.
        word: how many words are read before the loss that is followed back, `<s>` not counted.
        at: "state", the gradient at the state after each word, as a share of that at the loss; or "word", the
            gradient at each word's vector, as a share of that at all words.
        bias: of the new gated networks' first weights, "0", "1", "2", "3" or "chrono 100".
        elman: the new Elman network's W_h, "uniform" or "orthogonal".
        layer: of the new networks, "only", or "top", "middle" or "lowest" of three.

    Attributes:
        settings: the present settings as text, such as `word=8, at="state"`; can be set.
        finding: the sentence under the widget.

    Raises:
        WidgetError: if models are no dict of one to three networks that read from the left, or a setting is
            out of range.
        DataError: if the sentence is empty or too long.
        VocabularyError: if it has a word that a model does not know.
        CourseError: if models and before have different names.
    """

    _esm = front_end("gradient_flow.js")
    _css = style("token_strip.css") + asset("gradient_flow.css")

    read: traitlets.List[str] = traitlets.List().tag(sync=True)
    predicted: traitlets.List[str] = traitlets.List().tag(sync=True)
    networks: traitlets.List[str] = traitlets.List().tag(sync=True)
    stages: traitlets.List[str] = traitlets.List().tag(sync=True)
    arrays = traitlets.Dict().tag(sync=True)
    states = traitlets.Bytes().tag(sync=True)
    vectors = traitlets.Bytes().tag(sync=True)
    probabilities = traitlets.Bytes().tag(sync=True)
    new = traitlets.Bytes().tag(sync=True)

    word = traitlets.Int().tag(sync=True)
    at = traitlets.Unicode("state").tag(sync=True)
    bias = traitlets.Unicode("1").tag(sync=True)
    elman = traitlets.Unicode("uniform").tag(sync=True)
    layer = traitlets.Unicode("only").tag(sync=True)

    def __init__(
        self,
        models: Mapping[str, RecurrentLM] | None = None,
        sentence: str | Sequence[str] = SENTENCE,
        *,
        before: Mapping[str, RecurrentLM] | None = None,
        word: int | None = None,
        at: str = "state",
        bias: str = "1",
        elman: str = "uniform",
        layer: str = "only",
        **kwargs: Any,
    ) -> None:
        if models is None:
            before, models = _trained()
        stages = {"trained": check_networks("models", models)}
        if before is not None:
            stages = {"new": check_networks("before", before), **stages}
            check_pairs(models, before)
        words = check_sentence(sentence, models)
        if before is not None:
            check_sentence(words, before)
        found = on_sentence([model for stage in stages.values() for model in stage.values()], words)
        T = len(found.read)
        values = {
            "word": _before_the_verb(found) if word is None else word,
            **{"at": at, "bias": bias, "elman": elman, "layer": layer},
        }
        names = list(models)
        super().__init__(
            {
                "word": Whole(0, T - 1),
                "at": OneOf(AT),
                "bias": OneOf(BIASES),
                "elman": OneOf(ELMAN),
                "layer": OneOf(LAYERS),
            },
            values,
            PRESETS,
            read=list(found.read),
            predicted=list(found.predicted),
            networks=names,
            stages=list(stages) if before is not None else [""],
            **pack(
                {
                    "states": found.states.reshape(len(stages), len(names), T, T),
                    "vectors": found.vectors.reshape(len(stages), len(names), T, T),
                    "probabilities": found.probabilities.reshape(len(stages), len(names), T),
                    "new": new_networks(),
                }
            ),
            **kwargs,
        )
        self.finding = self._sentence(found)

    @traitlets.validate("word", "at", "bias", "elman", "layer")
    def _valid(self, proposal: Any) -> Any:
        return self.checked(proposal)

    def _sentence(self, found: OnSentence) -> str:
        """What gradient_flow_finding.js says, for where no browser says it."""
        rows = (ELMAN.index(self.elman), 2 + BIASES.index(self.bias), 7 + BIASES.index(self.bias))
        curves = new_networks()[:, LAYERS.index(self.layer)]
        gone = [f"{name} {fades_at(curves[row])}" for name, row in zip(CELLS, rows, strict=True)]
        layers = "" if self.layer == "only" else f", {self.layer} of three layers"
        said = f"New networks{layers}: under 1 % of the gradient is left from this lag on: {', '.join(gone)}."
        t, next_word = self.word, shown(found.predicted[self.word])
        if t < 2:
            return f"{said} From the loss at {next_word} there is no earlier word to go back to."
        look, what = (falls_most, "falls most") if self.at == "state" else (most_influential, "is largest")
        count = len(self.networks)
        words = [f"{name} {look(found, k - count, t)}" for k, name in enumerate(self.networks)]
        after = "After training, the" if len(self.stages) == 2 else "The"
        place = "at an earlier word" if self.at == "state" else "at the vector of an earlier word"
        return f"{said} {after} gradient of the loss at {next_word} {what} {place}: {', '.join(words)}."


@cache
def _trained() -> BeforeAndAfter:
    return before_and_after()


def _before_the_verb(found: OnSentence) -> int:
    """The last place but that of the full stop and the end, where there is one."""
    end = len(found.read) - 1
    stop = end >= 2 and not any(letter.isalnum() for letter in found.read[-1])
    return end - 2 if stop else max(end - 1, 0)


def fades_at(shares: Float[ndarray, " lag"]) -> str:
    """The lag from which on less than 1 % is left, as text."""
    left = np.flatnonzero(shares >= 0.01)
    reach = int(left[-1]) + 1 if len(left) else 0
    return f"more than {reach}" if reach == len(shares) else str(reach + 1)


def falls_most(found: OnSentence, network: int, t: int) -> str:
    """The earlier word over which the gradient at the state falls most; the shares after and before it."""
    row = found.states[network, t].astype(float)
    s = 1 + int((row[1:t] / np.maximum(row[: t - 1], SMALLEST)).argmax())
    return f"{shown(found.read[s])} ({percent(row[s])} after it, {percent(row[s - 1])} before)"


def most_influential(found: OnSentence, network: int, t: int) -> str:
    """The earlier word with the largest gradient at its vector, and that word's share."""
    row = found.vectors[network, t, :t]
    s = int(row.argmax())
    return f"{shown(found.read[s])} ({percent(float(row[s]))})"


def shown(word: str) -> str:
    """A word in quotation marks, a boundary in words."""
    return {"<s>": "the start", "</s>": "the end"}.get(word, f"“{word}”")


def percent(share: float) -> str:
    """`0.534` -> `53 %`, never broken over two lines; small shares with one digit behind the point."""
    value = 100 * share
    if value >= 9.95 or value == 0:
        return f"{value:.0f}\u00a0%"
    return f"{value:.1f}\u00a0%" if value >= 0.05 else "<0.1\u00a0%"
