"""A text that is drawn character by character, the same in Python and in the browser."""

from __future__ import annotations

from collections.abc import Iterator
from typing import NamedTuple

import numpy as np
from jaxtyping import Float
from numpy import ndarray

from rnn_course.lm import LanguageModel, reshape_distribution
from rnn_course.text.vocabulary import Vocabulary

SHOWN = {"\n": "⏎", "\t": "⇥"}
UNKNOWN = "�"


class Shape(NamedTuple):
    """How a distribution is changed before a character is drawn: see `lm.reshape_distribution`."""

    temperature: float
    top_k: int
    top_p: float

    def of(self, log_probs: Float[ndarray, " vocab"]) -> Float[ndarray, " vocab"]:
        """What is drawn from."""
        return reshape_distribution(
            log_probs, temperature=self.temperature, top_k=self.top_k, top_p=self.top_p
        )


class Written(NamedTuple):
    """A drawn text.

    Attributes:
        tokens: ids of the drawn characters, without `</s>`.
        ended: `</s>` was drawn after them.
        log_probs: the model's own, before each of them and after the last, [characters + 1, vocab].
    """

    tokens: list[int]
    ended: bool
    log_probs: Float[ndarray, "positions vocab"]

    def characters(self, vocabulary: Vocabulary) -> list[str]:
        """The drawn text; what the vocabulary does not hold is drawn as one sign."""
        return [UNKNOWN if t == vocabulary.unk_id else vocabulary.tokens[t] for t in self.tokens]

    def bits(self) -> float:
        """What the drawn characters cost the model, bits each: the mean of -log2 P at temperature 1."""
        picked = self.log_probs[np.arange(len(self.tokens)), self.tokens]
        return float(-picked.mean() / np.log(2))


def write(model: LanguageModel, text: str, drawn: int, seed: int, shape: Shape) -> Written:
    """Let a character model read `text`, then draw up to `drawn` characters, or until `</s>`.

    One random number belongs to each place in the text, whatever the temperature: a number below the
    probability of the best character draws it, and so on down the ranks. So two temperatures differ only in
    what they do with the same luck.
    """
    state = model.initial_state()
    for character in text:
        state = model.advance(state, model.vocabulary.id(character))
    views = [model.next_log_probs(state)]
    tokens: list[int] = []
    luck = random_from(seed)
    while len(tokens) < drawn:
        token = _draw(views[-1], shape, next(luck))
        if token == model.vocabulary.eos_id:
            return Written(tokens, True, np.stack(views))
        tokens.append(token)
        state = model.advance(state, token)
        views.append(model.next_log_probs(state))
    return Written(tokens, False, np.stack(views))


def _draw(log_probs: Float[ndarray, " vocab"], shape: Shape, luck: float) -> int:
    """The character at the height `luck` of the cumulative distribution, the most probable first."""
    order = np.argsort(-log_probs, kind="stable")
    ranked = shape.of(log_probs)[order]
    rank = int(np.searchsorted(np.cumsum(ranked), luck, side="right"))
    return int(order[min(rank, int(np.flatnonzero(ranked)[-1]))])


def random_from(seed: int) -> Iterator[float]:
    """Numbers in [0, 1): mulberry32, as `randomFrom` in assets/dom.js."""
    state, mask = seed & 0xFFFFFFFF, 0xFFFFFFFF
    while True:
        state = (state + 0x6D2B79F5) & mask
        t = ((state ^ (state >> 15)) * (state | 1)) & mask
        t ^= (t + (((t ^ (t >> 7)) * (t | 61)) & mask)) & mask
        yield (t ^ (t >> 14)) / 4294967296


def finding(vocabulary: Vocabulary, text: str, written: Written, at: int, shape: Shape) -> str:
    """The sentence under the widget: choices before and after, what was kept, and what the text costs.

    Args:
        text: what was typed.
        at: the drawn character whose distribution is looked at, counted from 0; cut at the end of the text.
    """
    at = min(at, len(written.tokens))
    log_probs = written.log_probs[at]
    before, after = np.exp(log_probs), shape.of(log_probs)
    read = text + "".join(written.characters(vocabulary)[:at])
    said = [
        f"{_place(read)} the network has {choices(before):.1f} effective choices ({bits(before):.2f} bits); "
        f"what is drawn from has {choices(after):.1f} ({bits(after):.2f} bits)."
    ]
    kept, possible = int(np.sum(after > 0)), len(vocabulary) - 1
    if kept < possible:
        mass = min(float(before[after > 0].sum()), 1.0)
        said.append(
            f"{kept} of {possible} can be drawn; the network gave {_them(kept)} {_probability(mass)}."
        )
    if written.tokens:
        count = f"{len(written.tokens)} drawn character{'s' if len(written.tokens) > 1 else ''}"
        said.append(f"By its own account the {count} cost {written.bits():.2f} bits each.")
    if written.ended:
        said.append("Then it ended the text.")
    return " ".join(said)


def bits(probs: Float[ndarray, " vocab"]) -> float:
    """The entropy of a distribution, in bits."""
    p = probs[probs > 0]
    return abs(float(-(p * np.log2(p)).sum()))


def choices(probs: Float[ndarray, " vocab"]) -> float:
    """Effective choices, the exponential of the entropy: so many equally probable ones are as uncertain."""
    return float(2 ** bits(probs))


def _place(read: str) -> str:
    if not read:
        return "At the beginning of a text"
    end = "".join(SHOWN.get(character, character) for character in read[-12:])
    return f"After “{'…' if len(read) > 12 else ''}{end}”"


def _them(count: int) -> str:
    return "it" if count == 1 else "them"


def _probability(p: float) -> str:
    return "1" if abs(p - 1) < 1e-9 else f"{p:.4f}"
