"""A character model that writes in the browser: temperature, top-k and nucleus, at stages of its training."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import traitlets

from rnn_course.models.recurrent import RecurrentLM
from rnn_course.widgets.base import WidgetError, front_end, style
from rnn_course.widgets.buffers import pack
from rnn_course.widgets.sampling_draw import Shape, Written, finding, write
from rnn_course.widgets.sampling_network import networks
from rnn_course.widgets.settings import Real, SettingsWidget, Text, Whole

MOST_DRAWN = 200
LONGEST_TEXT = 1000
HOTTEST = 2.0


class Sampler(SettingsWidget):
    """A recurrent character model to write with: what it expects next, what is drawn from, what comes out.

    What to look for: the hollow bars are the network's own distribution, the solid ones are what is drawn
    from. Move the temperature down, and the solid bars gather on the best character; the text becomes tidy,
    and soon it turns in circles. Move it up, and the tail gets its turn; one unlikely character, and the
    network is in a place that it has never seen. Top-k and the nucleus cut the tail off instead. Then go
    back through the stages of training.

    The network itself is sent, and steps in the browser, so that the widget needs no kernel. The same seed
    draws the same random numbers at every setting: texts of two settings differ by what the settings do.

    Args:
        model: a RecurrentLM of characters with an Elman, GRU or LSTM cell; or several by name, such as
            `{"after 50 updates": ..., "after 1500": ...}`, stages of one network in the order of the slider.
        text: what the network reads first.
        stage: which of the models, counted from 1; the last if left out.
        temperature: from 0 (always the most probable character) to 2.
        top_k: characters that may be drawn; None for all.
        top_p: mass of the nucleus, from 0.01 to 1 (all).
        drawn: characters to draw, from 0 to 200.
        at: which drawn character's distribution is shown, counted from 0.
        seed: of the draws.
        presets: settings by name.

    Attributes:
        settings: the present settings as text, such as `temperature=0.5, top_k=5`; can be set.
        precision: of the weights as they are sent: "float32", or "float16" where that would be over 1 MB.
        finding: the sentence under the widget.

    Raises:
        WidgetError: if the model is something else, has another cell or is too large, or a setting lies
            outside of its range.
        DataError: if a weight is NaN, or the model predicts words.

    Source: temperature: Ackley, Hinton & Sejnowski 1985; top-k: Fan et al. 2018; nucleus: Holtzman et al.
    2020.
    """

    _esm = front_end("sampling.js")
    _css = style("sampling.css")

    weights = traitlets.Bytes().tag(sync=True)
    arrays = traitlets.Dict().tag(sync=True)
    layout_of_weights: traitlets.List[Any] = traitlets.List().tag(sync=True)
    precision = traitlets.Unicode().tag(sync=True)
    cell = traitlets.Unicode().tag(sync=True)
    memory = traitlets.Unicode().tag(sync=True)
    tokens = traitlets.List(traitlets.Unicode()).tag(sync=True)
    stage_names = traitlets.List(traitlets.Unicode()).tag(sync=True)
    longest_text = traitlets.Int(LONGEST_TEXT).tag(sync=True)

    text = traitlets.Unicode().tag(sync=True)
    stage = traitlets.Int(1).tag(sync=True)
    temperature = traitlets.Float(1.0).tag(sync=True)
    top_k = traitlets.Int(1).tag(sync=True)
    top_p = traitlets.Float(1.0).tag(sync=True)
    drawn = traitlets.Int(0).tag(sync=True)
    at = traitlets.Int(0).tag(sync=True)
    seed = traitlets.Int(0).tag(sync=True)

    def __init__(
        self,
        model: RecurrentLM | Mapping[str, RecurrentLM],
        *,
        text: str = "",
        stage: int | None = None,
        temperature: float = 1.0,
        top_k: int | None = None,
        top_p: float = 1.0,
        drawn: int = MOST_DRAWN,
        at: int = 0,
        seed: int = 0,
        presets: Mapping[str, Mapping[str, Any]] | None = None,
        **kwargs: Any,
    ) -> None:
        sent = networks(model)
        self._models = list(sent.models.values())
        every = len(sent.vocabulary) - 1  # <s> is never drawn
        super().__init__(
            {
                "text": Text(),
                "stage": Whole(1, len(self._models)),
                "temperature": Real(0, HOTTEST),
                "top_k": Whole(1, every),
                "top_p": Real(0.01, 1),
                "drawn": Whole(0, MOST_DRAWN),
                "at": Whole(0, MOST_DRAWN),
                "seed": Whole(0, 9999),
            },
            {
                "text": _short(text),
                "stage": len(self._models) if stage is None else stage,
                "temperature": temperature,
                "top_k": every if top_k is None else top_k,
                "top_p": top_p,
                "drawn": drawn,
                "at": at,
                "seed": seed,
            },
            _presets(every) if presets is None else presets,
            layout_of_weights=sent.layout,
            precision=sent.precision,
            cell=self._models[0].cell.name,
            memory=self._models[0].memory,
            tokens=list(sent.vocabulary.tokens),
            stage_names=list(sent.models),
            **pack({"weights": sent.weights}),
            **kwargs,
        )

    @traitlets.validate("text", "stage", "temperature", "top_k", "top_p", "drawn", "at", "seed")
    def _valid(self, proposal: Any) -> Any:
        value = self.checked(proposal)
        return _short(value) if proposal["trait"].name == "text" else value

    @property
    def shape(self) -> Shape:
        """Temperature, top-k and nucleus."""
        return Shape(self.temperature, self.top_k, self.top_p)

    def written(self) -> Written:
        """What the network draws with the present settings: the text that stands in the browser."""
        model = self._models[self.stage - 1]
        return write(model, self.text, self.drawn, self.seed, self.shape)

    def text_alternative(self) -> str:
        """The finding of the present settings, and the text, as Markdown."""
        written, vocabulary = self.written(), self._models[0].vocabulary
        drawn = "".join(written.characters(vocabulary))
        shown = f"Stage {self.stage} of {len(self._models)}, {self.stage_names[self.stage - 1]}. "
        return (
            f"{shown}{finding(vocabulary, self.text, written, self.at, self.shape)}"
            f"\n\n~~~text\n{self.text}{drawn}\n~~~"
        )


def _short(text: str) -> str:
    if isinstance(text, str) and len(text) > LONGEST_TEXT:
        raise WidgetError(f"text has at most {LONGEST_TEXT:,} characters, got {len(text):,}: give its end")
    return text


def _presets(every: int) -> dict[str, dict[str, Any]]:
    """Six ways to draw, each of which sets all three."""

    def way(temperature: float, top_k: int = every, top_p: float = 1.0) -> dict[str, Any]:
        return {"temperature": temperature, "top_k": top_k, "top_p": top_p}

    ways = {"always the best": way(0.0), "cold": way(0.5), "as learned": way(1.0), "hot": way(1.5)}
    if every > 5:
        ways["top 5"] = way(1.0, top_k=5)
    return {**ways, "nucleus 0.9": way(1.0, top_p=0.9)}
