"""Figures of the lecture on n-grams: what such a model knows, and what it lacks."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from matplotlib.axes import Axes
from numpy import ndarray
from numpy.typing import ArrayLike

from rnn_course.figures.arrays import column, probability, shares, wrapped
from rnn_course.figures.style import BLUE, GREY, VERMILLION, Picture, new_figure


def next_token_bars(
    words: Sequence[str],
    probs: ArrayLike,
    *,
    context: str,
    counts: ArrayLike | None = None,
    title: str | None = None,
) -> Picture:
    """The most probable next words as bars, each with its probability and, if given, its count.

    Args:
        words: the words to show, from top to bottom.
        probs: P(word | context), [words].
        context: what they follow, for the title.
        counts: how often each word was seen there, [words].
        title: in place of the finding.

    Raises:
        ShapeError: if the lengths disagree.
        DataError: if nothing is given, or a probability lies outside [0, 1].
    """
    p = shares("probs", probs, "words", len(words))
    seen = None if counts is None else column("counts", counts, "words", len(words))
    best = int(p.argmax())
    finding = f"“{words[best]}” is most probable after “{context}”: {probability(p[best])}"
    with new_figure(height=1.1 + 0.34 * len(words)) as (figure, (ax,)):
        ax.barh(range(len(words)), p, color=BLUE, height=0.66)
        ax.set_yticks(range(len(words)), words)
        ax.invert_yaxis()
        ax.grid(axis="y", visible=False)
        ax.tick_params(axis="y", length=0)
        ax.set_xlabel("probability of the next word")
        ax.set_xlim(0, 1.25 * p.max() if p.max() else 1)
        for row, value in enumerate(p):
            count = "" if seen is None else f"   (count {seen[row]:,.0f})"
            said = probability(value) + count
            ax.annotate(said, (value, row), xytext=(5, 0), textcoords="offset points", va="center")
        ax.set_title(wrapped(title or finding))
    each = ", ".join(f"“{word}” {probability(value)}" for word, value in zip(words, p, strict=True))
    return Picture(figure, f"Bar chart. {finding}. All bars: {each}.")


def unseen_and_stored(orders: Sequence[int], unseen: ArrayLike, stored: ArrayLike, *, tokens: int) -> Picture:
    """Two panels against n: the share of new text's n-grams that were never seen; the n-grams to be stored.

    Args:
        orders: n, rising.
        unseen: share of the held-out n-grams that training does not hold, in [0, 1], [orders].
        stored: different n-grams in training, [orders].
        tokens: length of the training text, to compare with.

    Raises:
        ShapeError: if the lengths disagree.
        DataError: if nothing is given, or a share lies outside [0, 1].
    """
    share = shares("unseen", unseen, "orders", len(orders))
    size = column("stored", stored, "orders", len(orders))
    with new_figure(9.6, 4.0, columns=2) as (figure, (left, right)):
        left.plot(orders, share, marker="o", color=BLUE)
        left.set_ylim(-0.04, 1.16)
        left.set_yticks(np.arange(0, 1.1, 0.25), [f"{percent} %" for percent in range(0, 101, 25)])
        left.set_ylabel("n-grams of new text, never seen")
        left.set_title(f"n = {orders[-1]}: {share[-1]:.0%} were never seen".replace("%", " %"))
        _values(left, orders, share, [f"{100 * value:.0f} %" for value in share])

        right.plot(orders, size, marker="s", color=VERMILLION)
        right.set_yscale("log")
        right.set_ylim(min(*size, tokens) / 2, 3 * max(*size, tokens))
        right.axhline(tokens, color=GREY, linestyle="--", linewidth=1.2)
        right.annotate(
            f"length of the text: {tokens:,} tokens",
            (0.02, tokens),
            xycoords=("axes fraction", "data"),
            xytext=(0, 5),
            textcoords="offset points",
            color=GREY,
        )
        right.set_ylabel("different n-grams stored (log axis)")
        right.set_title(f"n = {orders[-1]}: {size[-1] / tokens:.2f} stored for each token")
        _values(right, orders, size, [f"{value:,.0f}" for value in size], below=True)
        for ax in (left, right):
            ax.set_xlabel("n")
            ax.set_xticks(orders)
            ax.margins(x=0.16)
    of_new_text = ", ".join(f"{100 * s:.0f} % at n = {n}" for n, s in zip(orders, share, strict=True))
    sizes = ", ".join(f"{s:,.0f} at n = {n}" for n, s in zip(orders, size, strict=True))
    return Picture(
        figure,
        f"Two line charts against n. Left, n-grams of new text that were never seen: {of_new_text}. "
        f"Right, on a logarithmic axis, different n-grams stored for a text of {tokens:,} tokens: {sizes}.",
    )


def _values(ax: Axes, x: Sequence[int], y: ndarray, texts: Sequence[str], *, below: bool = False) -> None:
    """The number at each point of a rising line, above it to the left or below it to the right."""
    away, ha, va = ((4, -6), "left", "top") if below else ((-4, 5), "right", "bottom")
    for at, value, text in zip(x, y, texts, strict=True):
        ax.annotate(text, (at, value), xytext=away, textcoords="offset points", ha=ha, va=va, fontsize=10)
