"""The gallery's finding in words: the same sentence as its front end writes."""

from __future__ import annotations

import numpy as np

from rnn_course.experiments.misreading import IN_WORDS, NONE, Mistakes
from rnn_course.text.vocabulary import Vocabulary
from rnn_course.widgets.perplexity_text import ScoredText


def shown(perplexity: float) -> str:
    """4.89, 12.1, 1,636, 2.8e+7, infinite: a perplexity for reading."""
    if np.isnan(perplexity):
        return "nothing"
    if np.isinf(perplexity):
        return "infinite"
    if perplexity >= 1e6:
        return f"{perplexity:.1e}".replace("e+0", "e+")
    digits = 2 if perplexity < 10 else 1 if perplexity < 100 else 0
    return f"{perplexity:,.{digits}f}"


def counted(text: ScoredText, mistakes: Mistakes, batch_size: int) -> int:
    """How many tokens are counted."""
    kept = ~((text.ids == Vocabulary.eos_id) & mistakes.no_end)
    kept &= ~((text.ids == Vocabulary.unk_id) & mistakes.no_unknown)
    count = int(kept.sum()) + mistakes.begin * len(text.lengths)
    if mistakes.padding:
        for start in range(0, len(text.lengths), batch_size):
            batch = text.lengths[start : start + batch_size]
            count += int((batch.max() - batch).sum())
    return count


def finding(text: ScoredText, mistakes: Mistakes, batch_size: int) -> str:
    """What the ticked mistakes make of the number, in one sentence."""
    tokens = len(text.ids)
    right, value = text.perplexity(NONE, batch_size), text.perplexity(mistakes, batch_size)
    if mistakes == NONE:
        if np.isinf(right):
            return f"A token with probability 0 is among the {tokens}: the perplexity is infinite."
        return (
            f"Each of the {tokens} tokens is counted once, </s> among them: "
            f"J = {text.losses.sum():.2f} nats / {tokens} = {text.losses.mean():.3f}, "
            f"and the perplexity is exp(J) = {shown(right)}."
        )
    made = ", ".join(said.name for said, on in zip(IN_WORDS.values(), mistakes, strict=True) if on)
    begun = made[0].upper() + made[1:]
    if np.isnan(value):
        return f"{begun}: no token is left to count."
    count = counted(text, mistakes, batch_size)
    instead = "" if count == tokens else f" {count} tokens are counted instead of {tokens}."
    return f"{begun}: the perplexity reads {shown(value)}, {_beside(value, right)}.{instead}"


def _beside(value: float, right: float) -> str:
    if np.isinf(right):
        return "as it should" if np.isinf(value) else "where the right one is infinite"
    ratio = value / right
    if ratio >= 2:
        return f"{ratio:.1f} times the right {shown(right)}"
    if abs(ratio - 1) < 0.005:
        return f"hardly different from the right {shown(right)}: luck, not method"
    return f"{100 * abs(ratio - 1):.0f} % {'above' if ratio > 1 else 'below'} the right {shown(right)}"
