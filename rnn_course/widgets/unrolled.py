"""A recurrent network folded and unrolled: step after step, and what is left when its state is held."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np
import traitlets

from rnn_course.cells.elman import ElmanParams
from rnn_course.errors import DataError, ShapeError
from rnn_course.models.recurrent import RecurrentLM
from rnn_course.widgets.base import MAX_PAYLOAD, WidgetError, front_end, style
from rnn_course.widgets.buffers import pack
from rnn_course.widgets.settings import ON_OFF, Rule, SettingsWidget, Text, Whole
from rnn_course.widgets.unrolled_example import OTHER, PRESETS, SENTENCE, WORD_STEP, example_network
from rnn_course.widgets.unrolled_reading import MOST_STEPS, UNITS, finding, pieces

MOST_CELLS = 64
"""Numbers in a state, or in an embedding, that can still be told apart in the picture."""


class Unrolled(SettingsWidget):
    """An Elman network that reads a sentence, folded beside unrolled.

    What to look for: move the step, and see the loop on the left become a row of columns on the right. Each
    column has the same three matrices; only the word and the state are new. Then compare two sentences
    that end in the same word. As long as the state is carried on, what was read long before tells the two
    predictions apart. Hold the state at h^(0), and they become one: the network has become a bigram.

    The weights go to the browser, which reads what is typed by itself, so that the widget needs no kernel.

    Args:
        model: a RecurrentLM with one Elman cell, your own; without it, a small one is trained in a moment.
        sentence: what it reads, at most 15 tokens. A word that it does not know is read as `<unk>`, and told.
        other: a second sentence to compare with; "" for none.
        step: t, from 1 (`<s>` was read) on; the last one if left out.
        frozen: hold the state at h^(0) before every step; as the model was trained, if left out.
        presets: settings by name, each a dict of `sentence`, `other`, `step`, `frozen` ("on" or "off").
        unit: "words" or "characters"; found from the vocabulary if left out.
        seed: of the network that is trained here.

    Attributes:
        settings: the present settings as text, such as `sentence="the dog waits .", step=3`; can be set.
        finding: the sentence under the widget.

    Raises:
        DataError: if `model` is no RecurrentLM, or its weights are not finite.
        ShapeError: if its state or its embeddings are too large to be drawn.
        WidgetError: if its cell is no Elman cell, a sentence is too long, or all of it is over 1 MB.
    """

    _esm = front_end("unrolled.js")
    _css = style("unrolled.css")

    arrays = traitlets.Dict().tag(sync=True)
    E = traitlets.Bytes().tag(sync=True)
    W_h = traitlets.Bytes().tag(sync=True)
    W_e = traitlets.Bytes().tag(sync=True)
    b_1 = traitlets.Bytes().tag(sync=True)
    U = traitlets.Bytes().tag(sync=True)
    b_2 = traitlets.Bytes().tag(sync=True)
    h_0 = traitlets.Bytes().tag(sync=True)
    tied = traitlets.Bool().tag(sync=True)
    tokens: traitlets.List[str] = traitlets.List().tag(sync=True)
    unit = traitlets.Unicode().tag(sync=True)
    lowercase = traitlets.Bool().tag(sync=True)
    most_steps = traitlets.Int(MOST_STEPS).tag(sync=True)

    sentence = traitlets.Unicode().tag(sync=True)
    other = traitlets.Unicode().tag(sync=True)
    step = traitlets.Int(1).tag(sync=True)
    frozen = traitlets.Unicode("off").tag(sync=True)

    def __init__(
        self,
        model: RecurrentLM | None = None,
        sentence: str | None = None,
        other: str | None = None,
        *,
        step: int | None = None,
        frozen: bool | None = None,
        presets: Mapping[str, Mapping[str, Any]] | None = None,
        unit: str | None = None,
        seed: int = 0,
        **kwargs: Any,
    ) -> None:
        if model is None:
            model = example_network(seed)
            presets = PRESETS if presets is None else presets
            if sentence is None:
                sentence, other, step = SENTENCE, other or OTHER, step or WORD_STEP
        _check_model(model)
        if sentence is None:
            raise WidgetError(
                "give a sentence for your model to read: Unrolled(model, 'the value of a name')"
            )
        vocabulary = model.vocabulary
        self.network, self._unit = model, unit or _unit(vocabulary.tokens[3:])
        if self._unit not in UNITS:
            raise WidgetError(f"unit is one of {', '.join(UNITS)}, got {unit!r}")
        held = model.memory == "none" if frozen is None else frozen
        values: dict[str, Any] = {"sentence": sentence, "other": other or ""}
        for settings in (values, *(presets or {}).values()):
            self._check_sentences(settings)
        steps = len(pieces(sentence, vocabulary, self._unit)) + 1
        values |= {
            "step": steps if step is None else step,
            "frozen": {True: "on", False: "off"}.get(held, held),
        }
        if isinstance(step, int | np.integer) and not 1 <= step <= steps:
            raise WidgetError(
                f"step is a whole number from 1 to {steps}, the length of the sentence; got {step}"
            )
        rules: dict[str, Rule] = {
            "sentence": Text(),
            "other": Text(),
            "step": Whole(1, MOST_STEPS),
            "frozen": ON_OFF,
        }
        super().__init__(
            rules,
            values,
            _own_presets(values) if presets is None else presets,
            **_weights(model),
            tied=model.params.U is None,
            tokens=list(vocabulary.tokens),
            unit=self._unit,
            lowercase=all(token == token.lower() for token in vocabulary.tokens),
            **kwargs,
        )

    @traitlets.validate("sentence", "other", "step", "frozen")
    def _valid(self, proposal: Any) -> Any:
        value = self.checked(proposal)
        self._check_sentences({proposal["trait"].name: value})
        return value

    def _check_sentences(self, settings: Mapping[str, Any]) -> None:
        for name in ("sentence", "other"):
            text = settings.get(name, "")
            if not isinstance(text, str):
                raise WidgetError(f"{name} is a text, got {type(text).__name__} {text!r}")
            pieces(text, self.network.vocabulary, self._unit)

    def text_alternative(self) -> str:
        return self.finding or finding(
            self.network, self.sentence, self.other, self.step, self.frozen == "on", self._unit
        )


def _check_model(model: Any) -> None:
    if not isinstance(model, RecurrentLM):
        raise DataError(f"model is a RecurrentLM, got {type(model).__name__}")
    if not isinstance(model.params.cell, ElmanParams):
        raise WidgetError(
            f"the picture has one state and no gates: it shows a model with one Elman cell, "
            f"and this one's is {model.cell.name}"
        )
    for name, size in (("state", len(model.params.cell.b_1)), ("embeddings", model.params.E.shape[1])):
        if size > MOST_CELLS:
            raise ShapeError(
                f"the {name} of this model have {size} numbers; {MOST_CELLS} at most can be drawn"
            )


def _weights(model: RecurrentLM) -> dict[str, Any]:
    """The traits that hold the weights, as float32; U is left out where it is E.

    Raises:
        DataError: if a weight is not finite.
        WidgetError: if they are too large for the browser.
    """
    E, cell, U, b_2 = model.params
    h_0 = np.zeros(len(cell.b_1)) if model.start is None else np.asarray(model.start).ravel()
    arrays = {"E": E, **cell._asdict(), "b_2": b_2, "h_0": h_0}
    if U is not None:
        arrays["U"] = U
    words = sum(len(token.encode()) + 3 for token in model.vocabulary.tokens)
    size = words + sum(4 * array.size for array in arrays.values())
    if size > MAX_PAYLOAD:
        raise WidgetError(
            f"{size / 1e6:.1f} MB for the browser, at most {MAX_PAYLOAD / 1e6:g} MB: give a model "
            f"with fewer units or fewer words (E alone has {len(model.vocabulary):,} rows)"
        )
    with np.errstate(over="ignore"):
        return pack({name: np.asarray(array).astype(np.float32) for name, array in arrays.items()})


def _unit(words: tuple[str, ...]) -> str:
    return "characters" if words and all(len(word) == 1 for word in words) else "words"


def _own_presets(values: Mapping[str, Any]) -> dict[str, dict[str, Any]]:
    """What there is to try with a model and a sentence of one's own."""
    return {
        "state carried on": {"step": values["step"], "frozen": "off"},
        "state held": {"step": values["step"], "frozen": "on"},
    }
