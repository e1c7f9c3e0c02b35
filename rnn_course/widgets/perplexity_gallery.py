"""Tick mistakes, and see which tokens are counted and which perplexity comes out."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

import traitlets

from rnn_course.experiments.misreading import IN_WORDS, NONE, Mistakes
from rnn_course.lm import LanguageModel
from rnn_course.widgets.base import WidgetError, front_end, style
from rnn_course.widgets.buffers import pack
from rnn_course.widgets.perplexity_gallery_words import finding, shown
from rnn_course.widgets.perplexity_text import ScoredText, score
from rnn_course.widgets.settings import ON_OFF, Rule, SettingsWidget, Whole

EXAMPLES = (
    "an error is raised .",
    "the name of the giraffe is not a string .",
    "see below .",
    "it is a new type .",
)
"""Sentences of unequal length, one with a word that few manuals of programming hold."""


class PerplexityGallery(SettingsWidget):
    """One model, a few sentences, and every perplexity that can be got from them, one of which is right.

    What to look for: each sentence is a row of a batch, filled up to the longest. Under each token stands its
    loss, -log P. Tick a mistake, and see in the batch which tokens are counted now, and on the line where the
    number lands: almost every mistake has its own, and most of them flatter. Then make two at once; some
    pairs cancel, which is how a wrong evaluation looks right.

    Args:
        model: any language model of the course, or your own with the same three methods.
        text: at most 6 sentences, each a string or a sequence of tokens, at most 12 tokens with `</s>`; or
            one string, which is cut into sentences. Words that the model does not know become `<unk>`.
        batch_size: sentences that are padded to one length; all of them by default.
        presets: settings by name; without it, some that this text offers.
        mistakes: those made at first: any of padding, begin, no_end, no_unknown, sentences, batches,
            exp_first and base_2 (see `rnn_course.experiments.misreading.Mistakes`), each "on" or "off".

    Attributes:
        settings: the present settings as text, such as `padding="on", batch_size=2`; can be set.
        finding: the sentence under the widget.

    Raises:
        DataError: if there is nothing to read, too much to show, or the model gives no distribution.
        WidgetError: if the model is none, or a setting is not what it may be.
    """

    _esm = front_end("perplexity_gallery.js")
    _css = style("perplexity_gallery.css")

    arrays = traitlets.Dict().tag(sync=True)
    losses = traitlets.Bytes().tag(sync=True)
    impossible = traitlets.Bytes().tag(sync=True)
    kinds = traitlets.Bytes().tag(sync=True)
    lengths = traitlets.Bytes().tag(sync=True)
    words: traitlets.List[str] = traitlets.List().tag(sync=True)
    in_words: traitlets.List[dict[str, str]] = traitlets.List().tag(sync=True)

    padding = traitlets.Unicode("off").tag(sync=True)
    begin = traitlets.Unicode("off").tag(sync=True)
    no_end = traitlets.Unicode("off").tag(sync=True)
    no_unknown = traitlets.Unicode("off").tag(sync=True)
    sentences = traitlets.Unicode("off").tag(sync=True)
    batches = traitlets.Unicode("off").tag(sync=True)
    exp_first = traitlets.Unicode("off").tag(sync=True)
    base_2 = traitlets.Unicode("off").tag(sync=True)
    batch_size = traitlets.Int(1).tag(sync=True)

    def __init__(
        self,
        model: LanguageModel[Any],
        text: str | Iterable[str | Sequence[str]] = EXAMPLES,
        *,
        batch_size: int | None = None,
        presets: Mapping[str, Mapping[str, Any]] | None = None,
        **mistakes: Any,
    ) -> None:
        self.text = score(model, text)
        count = len(self.text.lengths)
        rules: dict[str, Rule] = {**dict.fromkeys(IN_WORDS, ON_OFF), "batch_size": Whole(1, count)}
        if unknown := [name for name in mistakes if name not in IN_WORDS]:
            raise WidgetError(f"no mistake is named {unknown[0]!r}; there are {', '.join(IN_WORDS)}")
        values = {**as_settings(NONE), **mistakes, "batch_size": count if batch_size is None else batch_size}
        super().__init__(
            rules,
            values,
            example_presets(self.text) if presets is None else presets,
            words=list(self.text.words),
            in_words=[{"setting": name, **said._asdict()} for name, said in IN_WORDS.items()],
            **pack(
                {
                    "losses": self.text.finite_losses,
                    "impossible": self.text.impossible,
                    "kinds": self.text.kinds,
                    "lengths": self.text.lengths,
                }
            ),
        )

    @traitlets.validate(*IN_WORDS, "batch_size")
    def _valid(self, proposal: Any) -> Any:
        return self.checked(proposal)

    @property
    def mistakes(self) -> Mistakes:
        """Those that are ticked."""
        return Mistakes(**{name: getattr(self, name) == "on" for name in IN_WORDS})

    def text_alternative(self) -> str:
        """The finding, and what each mistake makes of the same text alone."""
        lines = [finding(self.text, self.mistakes, self.batch_size), ""]
        for name, said in IN_WORDS.items():
            value = self.text.perplexity(Mistakes(**{name: True}), self.batch_size)
            lines.append(f"- {said.name}: {shown(value)} ({said.reason})")
        return re.sub(r"</?\w+>", r"`\g<0>`", "\n".join(lines))  # else Markdown takes <s> for HTML


def as_settings(mistakes: Mistakes) -> dict[str, str]:
    """Each mistake "on" or "off"."""
    return {name: "on" if made else "off" for name, made in mistakes._asdict().items()}


def example_presets(text: ScoredText) -> dict[str, dict[str, Any]]:
    """Settings by name: the right reading, the lowest and the highest, and two mistakes that nearly cancel.

    Two mistakes are taken that each change the number by a twentieth at least; a text that offers no such
    pair within one part in fifty has no preset of that name.
    """
    size = len(text.lengths)
    right = text.perplexity(NONE, size)
    found = {
        "right": (NONE, size),
        "padding": (Mistakes(padding=True), size),
        "batch means": (Mistakes(batches=True), max(1, size - 1)),
        "lowest": (text.extreme(size, lowest=True), size),
        "highest": (text.extreme(size, lowest=False), size),
    }
    if (pair := text.cancelling(size)) and abs(text.perplexity(pair, size) / right - 1) < 0.02:
        found["two that cancel"] = (pair, size)
    return {name: {**as_settings(made), "batch_size": batch} for name, (made, batch) in found.items()}
