"""Type a context and see what an n-gram model knows about the next word: counts, probabilities, and what it never saw."""

from __future__ import annotations

import ast
from collections.abc import Mapping
from typing import Any

import numpy as np
import traitlets
from jaxtyping import Int
from numpy import ndarray

from rnn_course.errors import DataError, OrderError
from rnn_course.text import tokenize
from rnn_course.text.corpus import Corpus
from rnn_course.text.vocabulary import Vocabulary
from rnn_course.widgets.base import MAX_PAYLOAD, CourseWidget, WidgetError, front_end, style
from rnn_course.widgets.ngram_presets import example_contexts

MAX_ORDER = 5
SMOOTHINGS = ("mle", "add-k")


class NgramExplorer(CourseWidget):
    """An n-gram model to type into: context, counts, distribution, next-word keyboard.

    What to look for: raise the order and watch two things at once. The suggestions get better, because the model
    sees more of the sentence; and the counts melt away, until the context was never seen and the model has
    nothing to say. Then choose a smoothing, and see where it takes the probability from.

    The text itself goes to the browser, which counts by scanning it; so the widget needs no kernel.

    Args:
        text: a Corpus (its training text is used), a string of your own, or a stream of ids.
        vocabulary: needed with a stream, and only then.
        order: n, from 1 to 5: the model sees the last n - 1 words.
        smoothing: one of "mle", "add-k".
        compare: a second smoothing to set beside the first, or "".
        k: what add-k adds to every count.
        context: the text so far.
        presets: named settings to choose from, each a dict of `context`, `order`, `smoothing`, `k`, `compare`; by
            default, contexts of this text that are frequent, seen once, and never seen.
        seed: of "Draw one" and "Draw to the end".

    Attributes:
        settings: the present settings as text, `order=3, smoothing="mle", context="opened their"`; can be set.
        finding: the sentence under the widget.

    Raises:
        DataError: if the text is empty, or larger than 1 MB in the browser.
        OrderError: if `order` is outside 1 to 5.
        WidgetError: if a smoothing does not exist, or a preset sets something else.
    """

    _esm = front_end("ngram_explorer.js")
    _css = style("ngram_explorer.css")

    stream = traitlets.Bytes().tag(sync=True)
    id_bytes = traitlets.Int().tag(sync=True)
    tokens = traitlets.List().tag(sync=True)
    unit = traitlets.Unicode().tag(sync=True)
    lowercase = traitlets.Bool().tag(sync=True)
    max_order = traitlets.Int(MAX_ORDER).tag(sync=True)
    seed = traitlets.Int().tag(sync=True)
    presets = traitlets.Dict().tag(sync=True)

    context = traitlets.Unicode().tag(sync=True)
    order = traitlets.Int().tag(sync=True)
    smoothing = traitlets.Unicode().tag(sync=True)
    k = traitlets.Float().tag(sync=True)
    compare = traitlets.Unicode().tag(sync=True)

    def __init__(
        self,
        text: Corpus | str | Int[ndarray, " length"],
        vocabulary: Vocabulary | None = None,
        *,
        order: int = 3,
        smoothing: str = "mle",
        compare: str = "",
        k: float = 1.0,
        context: str = "",
        presets: Mapping[str, Mapping[str, Any]] | None = None,
        seed: int = 0,
        **kwargs: Any,
    ) -> None:
        stream, vocabulary, unit = _read(text, vocabulary)
        ids = stream.astype(np.uint16 if len(vocabulary) <= 2**16 else np.uint32)
        size = ids.nbytes + sum(len(token.encode()) + 3 for token in vocabulary.tokens)
        if size > MAX_PAYLOAD:
            raise DataError(
                f"the text is too large for the browser: {len(ids):,} tokens with a vocabulary of {len(vocabulary):,} "
                f"are {size / 1e6:.1f} MB, and at most 1 MB is sent. Give a part of it, such as stream[:250_000]"
            )
        if presets is None:
            presets = example_contexts(stream, vocabulary, unit=unit)
        for name, settings in presets.items():
            _check_settings(settings, f"preset {name!r}: ")
        super().__init__(
            stream=ids.tobytes(),
            id_bytes=ids.itemsize,
            tokens=list(vocabulary.tokens),
            unit=unit,
            lowercase=all(token == token.lower() for token in vocabulary.tokens),
            seed=seed,
            presets={name: dict(settings) for name, settings in presets.items()},
            order=order,
            smoothing=smoothing,
            compare=compare,
            k=k,
            context=context,
            **kwargs,
        )

    @traitlets.validate("context", "order", "smoothing", "k", "compare")
    def _valid(self, proposal: Any) -> Any:
        _check_settings({proposal["trait"].name: proposal["value"]})
        return proposal["value"]

    @property
    def settings(self) -> str:
        """The present settings as arguments of `NgramExplorer`, to keep and to set again."""
        names = [
            "context",
            "order",
            "smoothing",
            *(["k"] if "add-k" in (self.smoothing, self.compare) else []),
        ]
        if self.compare:
            names.append("compare")
        return ", ".join(f"{name}={_literal(getattr(self, name))}" for name in names)

    @settings.setter
    def settings(self, text: str) -> None:
        try:
            call = ast.parse(f"f({text})", mode="eval").body
            values = {str(word.arg): ast.literal_eval(word.value) for word in call.keywords}  # type: ignore[attr-defined]
        except (SyntaxError, ValueError, AttributeError) as error:
            raise WidgetError(
                f'settings are of the form order=3, context="opened their"; got {text!r}'
            ) from error
        _check_settings(values)
        for name, value in values.items():
            setattr(self, name, value)

    def text_alternative(self) -> str:
        return self.finding or (
            f"An interactive n-gram explorer over {len(self.stream) // self.id_bytes:,} tokens; it needs a browser."
        )


def _literal(value: str | float) -> str:
    """A value as both Python and JSON write it."""
    return (
        '"' + value.replace("\\", "\\\\").replace('"', '\\"') + '"'
        if isinstance(value, str)
        else f"{value:g}"
    )


def _read(
    text: Corpus | str | Int[ndarray, " length"], vocabulary: Vocabulary | None
) -> tuple[Int[ndarray, " length"], Vocabulary, str]:
    """Stream, vocabulary and unit of whatever text was given."""
    if isinstance(text, Corpus):
        if vocabulary is not None:
            raise WidgetError("a Corpus brings its own vocabulary: leave out the second argument")
        return text.train, text.vocabulary, text.unit
    if isinstance(text, str):
        if vocabulary is None:
            sentences = [tokenize.words(line, lowercase=True) for line in tokenize.sentences(text)]
            vocabulary = Vocabulary.from_sentences(sentences)
        else:
            lowercase = all(token == token.lower() for token in vocabulary.tokens)
            sentences = [tokenize.words(line, lowercase=lowercase) for line in tokenize.sentences(text)]
        stream = vocabulary.stream(sentences)
    else:
        if vocabulary is None:
            raise WidgetError("a stream of ids needs its vocabulary as the second argument")
        stream = np.asarray(text)
        if stream.ndim != 1:
            raise DataError(f"a stream is one array of ids, got an array of shape {stream.shape}")
        vocabulary.check_ids(stream)
    if not len(stream):
        raise DataError("the text is empty: there is nothing to count")
    return stream, vocabulary, "words"


def _check_settings(settings: Mapping[str, Any], where: str = "") -> None:
    for name, value in settings.items():
        if name == "order":
            if not isinstance(value, int) or not 1 <= value <= MAX_ORDER:
                raise OrderError(f"{where}order is a whole number from 1 to {MAX_ORDER}, got {value!r}")
        elif name in ("smoothing", "compare"):
            if value not in SMOOTHINGS and not (name == "compare" and value == ""):
                raise WidgetError(f"{where}{name} is one of {', '.join(SMOOTHINGS)}; got {value!r}")
        elif name == "k":
            if not isinstance(value, (int, float)) or not 0 <= value < np.inf:
                raise WidgetError(f"{where}k is a number, at least 0, got {value!r}")
        elif name == "context":
            if not isinstance(value, str):
                raise WidgetError(f"{where}context is a text, got {type(value).__name__} {value!r}")
        else:
            raise WidgetError(
                f"{where}there is no setting {name!r}; there are context, order, smoothing, k, compare"
            )
