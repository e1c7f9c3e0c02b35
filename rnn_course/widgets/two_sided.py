"""Which words reach a word's vector: read from the left only, from the right only, and from both sides."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import cache
from typing import Any

import traitlets

from rnn_course.experiments.context_sides import three_readers
from rnn_course.models.tagger import Tagger
from rnn_course.widgets.base import asset, front_end, style
from rnn_course.widgets.buffers import pack
from rnn_course.widgets.settings import OneOf, SettingsWidget, Whole
from rnn_course.widgets.two_sided_numbers import Readings, check_readers, check_sentences, read_all

SENTENCES = (
    "the movie was terribly exciting !",
    "the movie was terribly boring !",
    "the play was not terribly funny .",
    "i think the book was awfully dreadfully long .",
)
MINIMAL_PAIR = {
    "terribly exciting": {"sentence": SENTENCES[0], "against": SENTENCES[1], "word": 3},
    "terribly boring": {"sentence": SENTENCES[1], "against": SENTENCES[0], "word": 3},
    "the adjective": {"sentence": SENTENCES[0], "against": SENTENCES[1], "word": 4},
    "after a “not”": {"sentence": SENTENCES[2], "against": SENTENCES[0], "word": 4},
    "two adverbs": {"sentence": SENTENCES[3], "against": SENTENCES[0], "word": 5},
}


class TwoSidedContext(SettingsWidget):
    """The same word read three ways: which words its vector depends on, and what a tagger makes of it.

    What to look for: "terribly" is praise before "exciting" and blame before "boring". Look at which words
    reach its vector from the left only: the adjective is not among them, so the tagger can only guess, and
    the vector is the same in both sentences to the last digit. From both sides the one word has two vectors.

    Args:
        readers: one to three taggers by name, with the same labels; three that are trained for it on such
            sentences (two seconds) if left out: "left only", "right only" and "both ways".
        sentences: one to eight texts of at most 16 words, which every reader knows.
        sentence: the one that is shown first; the first one if left out.
        against: the one that its vectors are compared with; the next one if left out.
        word: the word that is looked at, counted from 0; in a shorter sentence, its last word.

    Attributes:
        settings: the present settings as text; can be set.
        finding: the sentence under the widget.

    Raises:
        WidgetError: if the readers are no dict of one to three taggers with the same labels, or a setting is
            out of range.
        DataError: if a sentence is empty, too long, no text, or stands twice.
        VocabularyError: if a reader does not know a word.
    """

    _esm = front_end("two_sided.js")
    _css = style("token_strip.css") + asset("two_sided.css")

    sentences: traitlets.List[list[str]] = traitlets.List().tag(sync=True)
    readers: traitlets.List[str] = traitlets.List().tag(sync=True)
    labels: traitlets.List[str] = traitlets.List().tag(sync=True)
    arrays = traitlets.Dict().tag(sync=True)
    shares = traitlets.Bytes().tag(sync=True)
    probabilities = traitlets.Bytes().tag(sync=True)
    distances = traitlets.Bytes().tag(sync=True)

    sentence = traitlets.Unicode().tag(sync=True)
    against = traitlets.Unicode().tag(sync=True)
    word = traitlets.Int().tag(sync=True)

    def __init__(
        self,
        readers: Mapping[str, Tagger] | None = None,
        sentences: str | Sequence[str] | None = None,
        *,
        sentence: str | None = None,
        against: str | None = None,
        word: int | None = None,
        **kwargs: Any,
    ) -> None:
        models = _trained() if readers is None else check_readers(readers)
        presets = MINIMAL_PAIR if sentences is None else {}
        words = check_sentences(SENTENCES if sentences is None else sentences, models)
        names = tuple(" ".join(each) for each in words)
        longest = max(map(len, words))
        found = read_all(models, words)
        super().__init__(
            {"sentence": OneOf(names), "against": OneOf(names), "word": Whole(0, longest - 1)},
            {
                "sentence": names[0] if sentence is None else sentence,
                "against": names[min(1, len(names) - 1)] if against is None else against,
                "word": min(3, longest - 1) if word is None else word,
            },
            presets,
            sentences=words,
            readers=list(models),
            labels=list(next(iter(models.values())).labels.names),
            **pack(
                {
                    "shares": found.shares,
                    "probabilities": found.probabilities,
                    "distances": found.distances,
                }
            ),
            **kwargs,
        )
        self.finding = self._sentence(found)

    @traitlets.validate("sentence", "against", "word")
    def _valid(self, proposal: Any) -> Any:
        return self.checked(proposal)

    def _sentence(self, found: Readings) -> str:
        """What two_sided_finding.js says, for where no browser says it."""
        names = [" ".join(words) for words in self.sentences]
        i, j = names.index(self.sentence), names.index(self.against)
        words = self.sentences[i]
        t = min(self.word, len(words) - 1)
        read = []
        for r, name in enumerate(self.readers):
            row = found.probabilities[i, r, t]
            best = int(row.argmax())
            reach = int((found.shares[i, r, t] > 0).sum())
            read.append(f"{name} {reach} of {len(words)} words, {self.labels[best]} ({row[best]:.2f})")
        said = f"What reaches “{words[t]}”, and its tag: {'; '.join(read)}."
        moved = found.distances[i, j, :, t]
        if i == j or (moved < 0).any():
            return said
        by = [f"{100 * d:.0f} % ({name})" for d, name in zip(moved, self.readers, strict=True)]
        by[0] = by[0].replace("% (", "% of its length (", 1)
        return f"{said} Its vector differs from that in “{self.against}” by {', '.join(by)}."


@cache
def _trained() -> dict[str, Tagger]:
    return three_readers()
