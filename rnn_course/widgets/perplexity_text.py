"""A few sentences with a model's loss at each token: what the gallery of perplexities is given."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from itertools import combinations, product
from typing import Any, NamedTuple

import numpy as np
from jaxtyping import Float, Int, UInt8
from numpy import ndarray

from rnn_course.errors import DataError
from rnn_course.experiments.misreading import NONE, Mistakes, misread
from rnn_course.lm import LanguageModel
from rnn_course.text import tokenize
from rnn_course.text.vocabulary import BOS, EOS, Vocabulary
from rnn_course.widgets.base import WidgetError

MAX_SENTENCES = 6
MAX_TOKENS = 12
"""Of a sentence, `</s>` counted: what a screen has room for."""

WORD, END, UNKNOWN = range(3)


class ScoredText(NamedTuple):
    """Sentences one after another, each with its `</s>`.

    Attributes:
        words: as they were written, and `</s>`, [tokens].
        ids: their ids, [tokens].
        losses: -log P(token | the sentence so far), nats, [tokens]; infinite for what is impossible.
        lengths: tokens of each sentence, `</s>` counted, [sentences].
    """

    words: tuple[str, ...]
    ids: Int[ndarray, " tokens"]
    losses: Float[ndarray, " tokens"]
    lengths: Int[ndarray, " sentences"]

    @property
    def kinds(self) -> UInt8[ndarray, " tokens"]:
        """What each token is: 0 a word, 1 `</s>`, 2 an unknown word."""
        kinds = np.full(len(self.ids), WORD, dtype=np.uint8)
        kinds[self.ids == Vocabulary.eos_id] = END
        kinds[self.ids == Vocabulary.unk_id] = UNKNOWN
        return kinds

    @property
    def impossible(self) -> UInt8[ndarray, " tokens"]:
        """1 where the loss is infinite."""
        return np.isinf(self.losses).astype(np.uint8)

    @property
    def finite_losses(self) -> Float[ndarray, " tokens"]:
        """The losses, 0 where they are infinite."""
        return np.where(np.isinf(self.losses), 0.0, self.losses)

    def perplexity(self, mistakes: Mistakes, batch_size: int) -> float:
        """See `misread`; NaN where nothing is left to count."""
        try:
            return misread(self.losses, self.ids, mistakes, batch_size=batch_size)
        except DataError:
            return float("nan")

    def extreme(self, batch_size: int, *, lowest: bool) -> Mistakes:
        """The mistakes that together give the lowest, or the highest, number; as few of them as do it."""
        every = [Mistakes(*made) for made in product((False, True), repeat=len(NONE))]
        values = {made: self.perplexity(made, batch_size) for made in every}
        sign = 1 if lowest else -1
        return min(
            (made for made in every if not np.isnan(values[made])),
            key=lambda made: (round(sign * values[made], 9), sum(made)),
        )

    def cancelling(self, batch_size: int) -> Mistakes | None:
        """The two mistakes that come nearest to the right number together, though neither does alone."""
        right = self.perplexity(NONE, batch_size)
        if np.isinf(right):
            return None
        alone = {name: self.perplexity(Mistakes(**{name: True}), batch_size) for name in Mistakes._fields}
        wrong = [name for name, value in alone.items() if abs(value / right - 1) > 0.05]
        pairs = [Mistakes(**dict.fromkeys(pair, True)) for pair in combinations(wrong, 2)]
        return min(
            pairs, key=lambda pair: abs(np.log(self.perplexity(pair, batch_size) / right)), default=None
        )


def score(model: LanguageModel[Any], text: str | Iterable[str | Sequence[str]]) -> ScoredText:
    """Read sentences with a model, and hold both to what can be shown.

    Args:
        text: one string, which is cut into sentences; or sentences, each a string or its tokens.

    Raises:
        DataError: if there are no sentences or too many, one is empty, too long or holds `</s>`, or the
            model's probabilities after some token are NaN or do not sum to 1.
        WidgetError: if `model` is no language model.
    """
    if not isinstance(model, LanguageModel):
        raise WidgetError(
            "model is a language model, with vocabulary, initial_state, advance and next_log_probs; "
            f"got {type(model).__name__}"
        )
    sentences = _tokens(model.vocabulary, text)
    words: list[str] = []
    losses: list[float] = []
    for sentence in sentences:
        words += [*sentence, EOS]
        losses += _losses(model, sentence)
    ids = np.array([model.vocabulary.id(word) for word in words])
    lengths = np.array([len(sentence) + 1 for sentence in sentences], dtype=np.int32)
    return ScoredText(tuple(words), ids, np.array(losses), lengths)


def _tokens(vocabulary: Vocabulary, text: str | Iterable[str | Sequence[str]]) -> list[list[str]]:
    lowercase = all(token == token.lower() for token in vocabulary.tokens)
    if not isinstance(text, Iterable):
        raise DataError(f"sentences are strings or lists of tokens, got {type(text).__name__}")
    given = list(tokenize.sentences(text) if isinstance(text, str) else text)
    if not given:
        raise DataError("there is no sentence: nothing to evaluate")
    if len(given) > MAX_SENTENCES:
        raise DataError(f"{len(given)} sentences, and at most {MAX_SENTENCES} can be shown: give fewer")
    sentences = []
    for number, sentence in enumerate(given, 1):
        if isinstance(sentence, str):
            sentence = tokenize.words(sentence, lowercase=lowercase)
        if not isinstance(sentence, Sequence) or not all(isinstance(token, str) for token in sentence):
            raise DataError(f"sentence {number} is neither a string nor a list of tokens: {sentence!r}")
        if not sentence:
            raise DataError(f"sentence {number} is empty")
        if len(sentence) >= MAX_TOKENS:
            raise DataError(
                f"sentence {number} has {len(sentence) + 1} tokens with </s>, and at most {MAX_TOKENS} can "
                f"be shown: {' '.join(sentence)[:60]!r}"
            )
        for mark in (BOS, EOS):
            if mark in sentence:
                raise DataError(f"sentence {number} holds {mark}, which the gallery sets itself")
        sentences.append(list(sentence))
    return sentences


def _losses(model: LanguageModel[Any], sentence: list[str]) -> list[float]:
    """-log P of each token and of `</s>`, from distributions that are looked at."""
    losses = []
    state = model.initial_state()
    for position, word in enumerate([*sentence, EOS]):
        token = model.vocabulary.id(word)
        log_probs = np.asarray(model.next_log_probs(state), dtype=float)
        after = " ".join(["<s>", *sentence[:position]])
        if log_probs.shape != (len(model.vocabulary),):
            raise DataError(
                f"after {after!r} the model gives an array of shape {log_probs.shape}, expected one log "
                f"probability for each of the {len(model.vocabulary):,} tokens"
            )
        total = float(np.exp(log_probs).sum())
        if not (abs(total - 1) < 1e-3 or total == 0):  # an MLE model says nothing after what it never saw
            raise DataError(
                f"after {after!r} the model's probabilities sum to {total:.4g}: without a distribution "
                f"there is no perplexity"
            )
        losses.append(-float(log_probs[token]) + 0.0)
        state = model.advance(state, token)
    return losses
