"""Figures of the lecture on smoothing: whom it helps, and the two observations that Kneser-Ney is made of."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np
from jaxtyping import Float
from matplotlib.axes import Axes
from matplotlib.ticker import FuncFormatter, LogLocator, NullLocator
from numpy import ndarray
from numpy.typing import ArrayLike

from rnn_course.errors import DataError
from rnn_course.figures.arrays import column, listed, wrapped
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


def perplexity_by_order(
    orders: Sequence[int], perplexities: Mapping[str, ArrayLike], *, title: str | None = None
) -> Picture:
    """Perplexity against n, a line for each smoothing, named at its end; lower is better.

    An infinite perplexity cannot be drawn: the point is left out, and the line's name says so.

    Args:
        orders: n, rising.
        perplexities: by name, [orders].
        title: in place of the finding.

    Raises:
        ShapeError: if the lengths disagree.
        DataError: if nothing is given, or a perplexity is below 1 or NaN, or none is finite.
    """
    lines = {
        name: column(f"perplexity of {name}", y, "orders", len(orders)) for name, y in perplexities.items()
    }
    _check_perplexities(lines)
    finding = _finding_on_orders(orders, lines)
    with new_figure(8.6, 4.6) as (figure, (ax,)):
        ends = {}
        for i, (name, y) in enumerate(lines.items()):
            finite = np.flatnonzero(np.isfinite(y))
            color, marker = OKABE_ITO[i % len(OKABE_ITO)], MARKERS[i % len(MARKERS)]
            x = np.asarray(orders)[finite]
            ax.plot(x, y[finite], marker=marker, color=color, zorder=3)
            if len(finite):
                label = name if len(finite) == len(y) else f"{name} (else infinite)"
                ends[label] = (x[-1], y[finite[-1]], color)
        _log_axis(ax)
        ax.set_xticks(orders)
        ax.set_xlabel("order n")
        ax.set_ylabel("perplexity (log axis)")
        ax.set_title(wrapped(title or finding))
        label_line_ends(ax, ends)
    said = "; ".join(
        f"{name} " + ", ".join(f"{value:.1f} at n = {n}" for n, value in zip(orders, y, strict=True))
        for name, y in lines.items()
    )
    return Picture(figure, f"Line chart of perplexity, on a logarithmic axis, against n. {finding}. {said}.")


def _check_perplexities(lines: Mapping[str, Float[ndarray, " orders"]]) -> None:
    for name, y in lines.items():
        if (y < 1).any():
            raise DataError(f"a perplexity is at least 1, but {name} has {y.min():g}")
    if not any(np.isfinite(y).any() for y in lines.values()):
        raise DataError("there is no finite perplexity to draw")


def _finding_on_orders(orders: Sequence[int], lines: Mapping[str, Float[ndarray, " orders"]]) -> str:
    best = min(lines, key=lambda name: lines[name].min())
    n = orders[int(lines[best].argmin())]
    finding = f"{best[0].upper()}{best[1:]} is best: perplexity {lines[best].min():.1f} at n = {n}"
    worse = [name for name, y in lines.items() if name != best and y[-1] > 1.1 * y.min()]
    if worse:
        finding += f"; {listed(worse)} {'gets' if len(worse) == 1 else 'get'} worse with longer n-grams"
    return finding


def _log_axis(ax: Axes) -> None:
    """A logarithmic y axis with ticks that read 50, 100, 200."""
    ax.set_yscale("log")
    ax.yaxis.set_major_locator(LogLocator(subs=(1, 2, 5)))
    ax.yaxis.set_minor_locator(NullLocator())
    ax.yaxis.set_major_formatter(FuncFormatter(lambda value, _: f"{value:,.0f}"))


def frequency_and_contexts(
    words: Sequence[str], frequency: ArrayLike, contexts: ArrayLike, *, mark: Sequence[str] = ()
) -> Picture:
    """How often a word stands in the text, against after how many different words: "Francisco".

    Args:
        words: one for each point.
        frequency: c(w), at least 1, [words].
        contexts: N_1+(. w), at least 1, [words].
        mark: words to name; without it, the four with the fewest contexts for their frequency.

    Raises:
        ShapeError: if the lengths disagree.
        DataError: if nothing is given, a number is below 1, or a word to mark is not among the words.

    Source: Kneser & Ney 1995.
    """
    c = column("frequency", frequency, "words", len(words))
    n = column("contexts", contexts, "words", len(words))
    if c.min() < 1 or n.min() < 1:
        raise DataError(f"frequencies and contexts are at least 1, got {min(c.min(), n.min()):g}")
    missing = [word for word in mark if word not in words]
    if missing:
        raise DataError(f"{listed(missing)} cannot be marked: not among the {len(words):,} words")
    places = {word: i for i, word in enumerate(words)}
    marked = [places[word] for word in mark] or np.argsort(n / c, kind="stable")[:4].tolist()
    first = min(marked, key=lambda i: n[i] / c[i])
    finding = f"“{words[first]}” stands {c[first]:,.0f} times, but after only {_words(n[first])}"
    with new_figure(7.4, 5.0) as (figure, (ax,)):
        ax.loglog(c, n, ".", color=BLUE, alpha=0.45, markersize=5, rasterized=True)
        ax.loglog(c[marked], n[marked], "D", color=VERMILLION, markersize=7)
        for i in marked:
            ax.annotate(
                words[i],
                (c[i], n[i]),
                xytext=(8, 0),
                textcoords="offset points",
                va="center",
                color=VERMILLION,
                fontweight="bold",
            )
        ax.set_xlim(c.min() / 1.2, c.max() * 1.6)
        ax.set_ylim(n.min() / 1.3, n.max() * 2.5)
        top = float(max(c.max(), n.max()))
        ax.plot([1, top], [1, top], color=GREY, linestyle="--", linewidth=1.2)
        at = float(n.max())
        ax.annotate(
            "another word before it every time",
            (at, at),
            xytext=(-8, 2),
            textcoords="offset points",
            ha="right",
            va="bottom",
            color=GREY,
        )
        for axis in (ax.xaxis, ax.yaxis):
            axis.set_major_formatter(FuncFormatter(lambda value, _: f"{value:,.0f}"))
        ax.set_xlabel("frequency c(w) (log axis)")
        ax.set_ylabel("different words before it, N$_{1+}$(· w) (log axis)")
        ax.set_title(wrapped(finding))
    said = "; ".join(f"{words[i]}: {c[i]:,.0f} times after {_words(n[i])}" for i in marked)
    return Picture(
        figure,
        f"Scatter plot of {len(words):,} words on two logarithmic axes: how often a word stands in the text, "
        f"and how many different words stand before it. Most lie along a common line. Marked: {said}.",
    )


def _words(number: float) -> str:
    return "one word" if number == 1 else f"{number:,.0f} different words"


def held_out_counts(
    counts: ArrayLike, held_out: ArrayLike, *, published: Mapping[str, ArrayLike] | None = None
) -> Picture:
    """Count in one half of a text against the mean count in the other: the gap is the discount.

    Args:
        counts: r = 0, 1, 2 .., [counts].
        held_out: mean count in the other half of the n-grams with count r, [counts].
        published: by name, other measurements of the same, [counts]; NaN is not allowed.

    Raises:
        ShapeError: if the lengths disagree.
        DataError: if there are fewer than three counts, or one is negative.

    Source: Church & Gale 1991.
    """
    r = np.asarray(counts, dtype=float)
    lines = {"this text": column("held_out", held_out, "counts", r.size)}
    for name, values in (published or {}).items():
        lines[name] = column(name, values, "counts", r.size)
    if r.size < 3 or min(r.min(), *(y.min() for y in lines.values())) < 0:
        raise DataError(f"at least three counts are needed, and none below 0; got {r.tolist()}")
    steady = r >= 2  # a count of 1 loses less, since it has less to lose
    gap = float((r - lines["this text"])[steady].mean())
    finding = f"From a count of 2 on, the other half of the text has {gap:.2f} less on average"
    with new_figure(7.6, 4.8) as (figure, (ax,)):
        ax.plot(r, r, color=GREY, linestyle="--", linewidth=1.2)
        ends = {"as often": (float(r[-1]), float(r[-1]), GREY)}
        for i, (name, y) in enumerate(lines.items()):
            color = OKABE_ITO[i % len(OKABE_ITO)]
            ax.plot(r, y, marker=MARKERS[i % len(MARKERS)], color=color, zorder=3)
            ends[name] = (float(r[-1]), float(y[-1]), color)
        ax.vlines(r[steady], lines["this text"][steady], r[steady], color=GREY, linewidth=1, linestyle=":")
        ax.set_xticks(r)
        ax.set_xlabel("count r in one half")
        ax.set_ylabel("mean count in the other half")
        ax.set_title(wrapped(finding))
        label_line_ends(ax, ends)
    said = "; ".join(
        f"{name}: " + ", ".join(f"{value:.3g} for r = {k:.0f}" for k, value in zip(r, y, strict=True))
        for name, y in lines.items()
    )
    return Picture(
        figure, f"Line chart of the mean count in other text against the count r. {finding}. {said}."
    )
