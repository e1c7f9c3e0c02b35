"""Type a context and see what an n-gram model knows about the next word, and what it never saw."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, NamedTuple

import numpy as np
import traitlets
from jaxtyping import Int
from numpy import ndarray

from rnn_course.errors import DataError
from rnn_course.text import tokenize
from rnn_course.text.corpus import Corpus
from rnn_course.text.vocabulary import Vocabulary
from rnn_course.widgets.base import MAX_PAYLOAD, WidgetError, front_end, style
from rnn_course.widgets.ngram_estimates import estimates
from rnn_course.widgets.ngram_presets import example_contexts
from rnn_course.widgets.ngram_settings import MAX_ORDER, check_order, explorer_rules
from rnn_course.widgets.settings import SettingsWidget


class NgramExplorer(SettingsWidget):
    """An n-gram model to type into: context, counts, distribution, next-word keyboard.

    What to look for: raise the order and watch two things at once. The suggestions get better, because the
    model sees more of the sentence; and the counts melt away, until the context was never seen and the model
    has nothing to say. Then choose a smoothing, and see from whom it takes probability, and to whom it gives.

    The text itself goes to the browser, which counts by scanning it, so that the widget needs no kernel. The
    probabilities equal those of `rnn_course.models`, which also estimate the discounts and the weights.

    Args:
        text: a Corpus (its training text is used), a string of your own, or a stream of ids.
        vocabulary: needed with a stream.
        order: n, from 1 to 5: the model sees the last n - 1 words.
        smoothing: "mle", "add-k", "interpolation", "stupid-backoff", "absolute-discounting" or "kneser-ney".
        compare: a second smoothing, to be set beside the first; "" for none.
        k: what add-k adds to every count, at least 0.
        context: the text so far.
        held_out: a stream to find the weights of interpolation from; that of the Corpus if there is one.
        presets: settings by name, each a dict of `context`, `order`, `smoothing`, `k`, `compare`; without it,
            contexts of this text: frequent, seen once, never seen.
        seed: of "Draw one" and "Draw to the end".

    Attributes:
        settings: the present settings as text, such as `order=3, context="opened their"`; can be set.
        finding: the sentence under the widget.

    Raises:
        DataError: if the text is empty, or more than 1 MB for the browser.
        OrderError: if `order` is outside 1 to 5, or no sentence is long enough for it.
        WidgetError: if there is no such smoothing, or a preset sets something else.
    """

    _esm = front_end("ngram_explorer.js")
    _css = style("ngram_explorer.css")

    stream = traitlets.Bytes().tag(sync=True)
    id_bytes = traitlets.Int().tag(sync=True)
    tokens: traitlets.List[str] = traitlets.List().tag(sync=True)
    unit = traitlets.Unicode().tag(sync=True)
    lowercase = traitlets.Bool().tag(sync=True)
    estimates = traitlets.Dict().tag(sync=True)
    seed = traitlets.Int().tag(sync=True)

    context = traitlets.Unicode().tag(sync=True)
    order = traitlets.Int(1).tag(sync=True)
    smoothing = traitlets.Unicode("mle").tag(sync=True)
    k = traitlets.Float(1.0).tag(sync=True)
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
        held_out: Int[ndarray, " length"] | None = None,
        presets: Mapping[str, Mapping[str, Any]] | None = None,
        seed: int = 0,
        **kwargs: Any,
    ) -> None:
        source = _read(text, vocabulary)
        ids = _pack(source)
        found = estimates(
            source.stream, source.vocabulary, MAX_ORDER, source.held_out if held_out is None else held_out
        )
        max_order = len(found["absolute"])
        if presets is None:
            presets = example_contexts(source.stream, source.vocabulary, unit=source.unit)
        values = {"context": context, "order": order, "smoothing": smoothing, "k": k, "compare": compare}
        for where, settings in {"": values, **{f"preset {n!r}: ": p for n, p in presets.items()}}.items():
            check_order(settings, max_order, where)
        super().__init__(
            explorer_rules(max_order),
            values,
            presets,
            stream=ids.tobytes(),
            id_bytes=ids.itemsize,
            tokens=list(source.vocabulary.tokens),
            unit=source.unit,
            lowercase=source.lowercase,
            estimates=found,
            seed=seed,
            **kwargs,
        )

    @traitlets.validate("context", "order", "smoothing", "k", "compare")
    def _valid(self, proposal: Any) -> Any:
        return self.checked(proposal)

    def _settings(self) -> dict[str, Any]:
        """Without those that say nothing at present."""
        left_out = {"k"} if "add-k" not in (self.smoothing, self.compare) else set()
        left_out |= set() if self.compare else {"compare"}
        return {name: value for name, value in super()._settings().items() if name not in left_out}

    def text_alternative(self) -> str:
        size = f"{len(self.stream) // self.id_bytes:,} tokens"
        return self.finding or f"An n-gram explorer over a text of {size}. It needs a browser and JavaScript."


class _Source(NamedTuple):
    """A text in the form that is sent."""

    stream: Int[ndarray, " length"]
    vocabulary: Vocabulary
    unit: str
    held_out: Int[ndarray, " length"] | None

    @property
    def lowercase(self) -> bool:
        """Whether the text was folded to lower case, so that what is typed has to be too."""
        return all(token == token.lower() for token in self.vocabulary.tokens)


def _read(text: Corpus | str | Int[ndarray, " length"], vocabulary: Vocabulary | None) -> _Source:
    if isinstance(text, Corpus):
        if vocabulary is not None:
            raise WidgetError("a Corpus brings its own vocabulary: leave out the second argument")
        return _Source(text.train, text.vocabulary, text.unit, text.valid)
    if isinstance(text, str):
        lowercase = vocabulary is None or all(token == token.lower() for token in vocabulary.tokens)
        sentences = [tokenize.words(line, lowercase=lowercase) for line in tokenize.sentences(text)]
        vocabulary = vocabulary or Vocabulary.from_sentences(sentences)
        stream = vocabulary.stream(sentences)
    elif isinstance(text, ndarray):
        if vocabulary is None:
            raise WidgetError("a stream of ids needs its vocabulary as the second argument")
        if text.ndim != 1:
            raise DataError(f"a stream is one array of ids, got an array of shape {text.shape}")
        vocabulary.check_ids(text)
        stream = text
    else:
        raise DataError(f"text is a Corpus, a string or an array of ids, got {type(text).__name__}")
    if not len(stream):
        raise DataError("the text is empty: there is nothing to count")
    return _Source(stream, vocabulary, "words", None)


def _pack(source: _Source) -> ndarray:
    """The ids in as few bytes as the vocabulary allows.

    Raises:
        DataError: if ids and vocabulary together are more than a widget may send.
    """
    num_words = len(source.vocabulary)
    ids = source.stream.astype(np.uint16 if num_words <= 2**16 else np.uint32)
    size = ids.nbytes + sum(len(token.encode()) + 3 for token in source.vocabulary.tokens)
    if size > MAX_PAYLOAD:
        raise DataError(
            f"the text is too large for the browser: {len(ids):,} tokens with a vocabulary of {num_words:,} "
            f"are {size / 1e6:.1f} MB, and at most {MAX_PAYLOAD / 1e6:g} MB is sent. Give a part of it, "
            f"such as stream[:250_000], with a smaller vocabulary if need be"
        )
    return ids
