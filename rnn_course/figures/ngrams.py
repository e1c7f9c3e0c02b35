"""Figures of lectures 01 and 02: what an n-gram model knows, what it lacks, and what smoothing repairs."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np
from numpy.typing import ArrayLike

from rnn_course.errors import DataError
from rnn_course.figures.style import (
    BLUE,
    GREY,
    MARKERS,
    OKABE_ITO,
    VERMILLION,
    Picture,
    label_line_ends,
    new_figure,
)


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
        words: the words to show, the most probable first.
        probs: P(word | context), [words].
        context: what they follow, for the title.
        counts: how often each word was seen there, [words].
        title: in place of the finding.

    Raises:
        ShapeError: if the lengths disagree.
        DataError: if nothing is given, or a probability lies outside [0, 1].
    """
    p = _column("probs", probs, "words", len(words))
    seen = None if counts is None else _column("counts", counts, "words", len(words))
    if not ((p >= 0) & (p <= 1)).all():
        raise DataError(f"probabilities lie in [0, 1], got {p.min():g} to {p.max():g}")
    finding = f"After “{context}”, “{words[0]}” is most probable: {p[0]:.3f}"
    with new_figure(height=0.9 + 0.36 * len(words)) as (figure, (ax,)):
        ax.barh(range(len(words)), p, color=BLUE, height=0.66)
        ax.set_yticks(range(len(words)), words)
        ax.invert_yaxis()
        ax.grid(axis="y", visible=False)
        ax.tick_params(axis="y", length=0)
        ax.set_xlabel("probability of the next word")
        ax.set_xlim(0, 1.22 * p.max() if p.max() else 1)
        for row, value in enumerate(p):
            said = (
                _probability(value) if seen is None else f"{_probability(value)}   (count {seen[row]:,.0f})"
            )
            ax.annotate(said, (value, row), xytext=(5, 0), textcoords="offset points", va="center")
        ax.set_title(title or finding)
    listed = ", ".join(f"{word} {_probability(value)}" for word, value in zip(words, p, strict=True))
    return Picture(figure, f"Bar chart. {finding}. The words shown: {listed}.")


def unseen_and_stored(orders: Sequence[int], unseen: ArrayLike, stored: ArrayLike, *, tokens: int) -> Picture:
    """Two panels against n: the share of new text's n-grams that were never seen; how many n-grams are stored.

    Args:
        orders: n, rising.
        unseen: share of the held-out n-grams that training does not hold, in [0, 1], [orders].
        stored: number of different n-grams in training, [orders].
        tokens: length of the training text, for comparison.

    Raises:
        ShapeError: if the lengths disagree.
        DataError: if nothing is given, or a share lies outside [0, 1].
    """
    share = _column("unseen", unseen, "orders", len(orders))
    size = _column("stored", stored, "orders", len(orders))
    if not ((share >= 0) & (share <= 1)).all():
        raise DataError(f"unseen is a share in [0, 1], got {share.min():g} to {share.max():g}")
    last = orders[-1]
    with new_figure(9.4, 3.9, columns=2) as (figure, (left, right)):
        left.plot(orders, share, marker="o", color=BLUE)
        left.set_ylim(0, 1.08)
        left.yaxis.set_major_formatter(lambda value, _: f"{100 * value:.0f} %")
        left.set_ylabel("n-grams of new text never seen")
        left.set_title(f"At n = {last}, {100 * share[-1]:.0f} % were never seen")
        _write_values(left, orders, share, [f"{100 * value:.0f} %" for value in share], below=share > 0.9)

        right.semilogy(orders, size, marker="s", color=VERMILLION)
        right.axhline(tokens, color=GREY, linestyle="--", linewidth=1.2)
        right.annotate(
            f"tokens of the text: {tokens:,}",
            (orders[0], tokens),
            xytext=(0, 5),
            textcoords="offset points",
            color=GREY,
        )
        right.set_ylim(min(size.min(), tokens) / 2, 2.2 * max(size.max(), tokens))
        right.set_ylabel("different n-grams stored")
        right.set_title(f"At n = {last}, {size[-1] / tokens:.2f} stored for each token")
        _write_values(
            right, orders, size, [f"{value:,.0f}" for value in size], below=np.ones(len(size), dtype=bool)
        )
        for ax in (left, right):
            ax.set_xlabel("n")
            ax.set_xticks(orders)
            ax.margins(x=0.12)
    shares = ", ".join(f"{100 * s:.0f} % at n = {n}" for n, s in zip(orders, share, strict=True))
    sizes = ", ".join(f"{s:,.0f} at n = {n}" for n, s in zip(orders, size, strict=True))
    return Picture(
        figure,
        f"Two line charts against the order n. Left: share of the n-grams of new text that were never seen: {shares}. "
        f"Right, on a logarithmic axis: different n-grams stored for a text of {tokens:,} tokens: {sizes}.",
    )


def perplexity_by_order(
    orders: Sequence[int], perplexities: Mapping[str, ArrayLike], *, title: str | None = None
) -> Picture:
    """Perplexity against n, one line a smoothing, named at its end; lower is better.

    An infinite perplexity cannot be drawn: the line ends before it, and its name says so.

    Args:
        orders: n, rising.
        perplexities: by name, [orders].
        title: in place of the finding.

    Raises:
        ShapeError: if the lengths disagree.
        DataError: if nothing is given, a perplexity is below 1 or NaN, or none is finite.
    """
    lines = {name: _column(name, values, "orders", len(orders)) for name, values in perplexities.items()}
    if not lines:
        raise DataError("perplexities is empty: give at least one line, by name")
    for name, values in lines.items():
        if not (values >= 1).all():
            raise DataError(f"a perplexity is at least 1, but those of {name} are {values.tolist()}")
    best_name, best_at = _lowest(lines)
    best = lines[best_name][best_at]
    finding = f"{best_name} is best: perplexity {best:.4g} at n = {orders[best_at]}"
    worse = [name for name, values in lines.items() if values[-1] > 1.01 * values.min()]
    if worse and len(orders) > 1 and best_name not in worse:
        finding += f"; {_listed(worse)} {'gets' if len(worse) == 1 else 'get'} worse with n"
    with new_figure(8.4, 4.6) as (figure, (ax,)):
        ends: dict[str, tuple[float, float, str]] = {}
        for i, (name, values) in enumerate(lines.items()):
            finite = np.isfinite(values)
            color = OKABE_ITO[i % len(OKABE_ITO)]
            ax.plot(
                np.asarray(orders)[finite],
                values[finite],
                marker=MARKERS[i % len(MARKERS)],
                color=color,
                zorder=3,
            )
            if finite.any():
                at = int(np.flatnonzero(finite)[-1])
                label = name if finite.all() else f"{name} (else infinite)"
                ends[label] = (orders[at], values[at], color)
        ax.set_yscale("log")
        _plain_log_ticks(ax, [value for values in lines.values() for value in values if np.isfinite(value)])
        ax.set_xticks(orders)
        ax.set_xlabel("order n")
        ax.set_ylabel("perplexity (log axis)")
        ax.set_title(title or finding, wrap=True)
        label_line_ends(ax, ends)
    said = "; ".join(
        f"{name}: " + ", ".join(f"{_perplexity(v)} at n = {n}" for n, v in zip(orders, values, strict=True))
        for name, values in lines.items()
    )
    return Picture(
        figure, f"Line chart of perplexity, on a logarithmic axis, against the order n. {finding}. {said}."
    )
