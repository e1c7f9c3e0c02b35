"""Figures of sampling: one distribution reshaped, what is kept of it, and what that costs."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
from matplotlib.ticker import FuncFormatter
from numpy.typing import ArrayLike

from rnn_course.errors import DataError
from rnn_course.figures.arrays import listed, probability, shares, wrapped
from rnn_course.figures.style import (
    BLUE,
    GREY,
    MARKERS,
    OKABE_ITO,
    VERMILLION,
    Picture,
    label_line_ends,
    new_figure,
    text_color,
)

# where a line's settings stand beside its points, so that neighbouring lines keep out of each other's way
_LABELS: Any = [(-8, -2, "right", "top"), (1, -8, "center", "top"), (7, 3, "left", "bottom")]


def reshaped_distributions(
    words: Sequence[str], distributions: Mapping[str, ArrayLike], *, context: str, title: str | None = None
) -> Picture:
    """The same words with their probabilities before and after: a panel for each, the first one untouched.

    Args:
        words: the words to show, from top to bottom.
        distributions: by name, P(word), [words]. A word of probability 0 is marked as cut off.
        context: what the words follow.
        title: over the first panel's row, in place of the finding.

    Raises:
        ShapeError: if the lengths disagree.
        DataError: if nothing is given, or a probability lies outside [0, 1].
    """
    probs = {name: shares(f"probs of {name}", p, "words", len(words)) for name, p in distributions.items()}
    if not probs:
        raise DataError("there is no distribution to draw")
    most = max(p.max() for p in probs.values())
    best = {name: p.max() for name, p in probs.items()}
    finding = f"After “{context}”, “{words[0]}” goes from " + " to ".join(
        [probability(float(next(iter(probs.values()))[0])), probability(max(best.values()))]
    )
    with new_figure(2.2 + 1.6 * len(probs), 1.3 + 0.32 * len(words), columns=len(probs)) as (figure, axes):
        for number, (ax, (name, p)) in enumerate(zip(axes, probs.items(), strict=True)):
            ax.barh(range(len(words)), p, color=GREY if number == 0 else BLUE, height=0.66)
            for row, value in enumerate(p):
                said = probability(float(value)) if value else "cut off"
                ax.annotate(
                    said,
                    (value, row),
                    xytext=(4, 0),
                    textcoords="offset points",
                    va="center",
                    fontsize=9.5,
                    color="#1C2126" if value else GREY,
                    fontstyle="normal" if value else "italic",
                )
            ax.set_yticks(range(len(words)), words if number == 0 else [])
            ax.invert_yaxis()
            ax.grid(axis="y", visible=False)
            ax.tick_params(axis="y", length=0)
            ax.set_xlim(0, 1.45 * most)
            ax.set_xticks([])
            ax.spines["bottom"].set_visible(False)
            ax.set_title(name, fontsize=11)
        figure.suptitle(title or finding, x=0.01, ha="left", fontweight="bold", fontsize=12.5)
        figure.supxlabel("probability of the next word", fontsize=11)
    said = "; ".join(
        f"{name}: " + ", ".join(f"“{word}” {probability(float(v))}" for word, v in zip(words, p, strict=True))
        for name, p in probs.items()
    )
    return Picture(figure, f"{len(probs)} bar charts of the same words. {title or finding}. {said}.")


def mass_by_rank(contexts: Mapping[str, ArrayLike], *, top_k: int, top_p: float) -> Picture:
    """How much probability the r most probable words hold, and where top-k and the nucleus cut.

    Args:
        contexts: by name, all probabilities of a distribution, in any order.
        top_k: words that top-k keeps.
        top_p: mass that the nucleus keeps.

    Raises:
        DataError: if nothing is given, probabilities do not sum to 1, or a setting is out of range.
    """
    if not contexts or top_k < 1 or not 0 < top_p <= 1:
        raise DataError(f"needs a context, top_k >= 1 and top_p in (0, 1]; got {top_k} and {top_p}")
    curves = {}
    for name, p in contexts.items():
        values = np.sort(shares(f"probs of {name}", p, "words", np.size(p)))[::-1]
        if abs(values.sum() - 1) > 1e-6:
            raise DataError(f"the probabilities of {name} sum to {values.sum():g}, expected 1")
        curves[name] = np.cumsum(values)
    kept = {name: int(np.searchsorted(mass, top_p - 1e-12) + 1) for name, mass in curves.items()}
    held = {name: float(mass[min(top_k, len(mass)) - 1]) for name, mass in curves.items()}
    finding = f"A nucleus of {100 * top_p:g} % is {listed([f'{kept[name]:,}' for name in curves])} words"
    with new_figure(8.6, 4.3) as (figure, (ax,)):
        for i, (name, mass) in enumerate(curves.items()):
            ranks = np.arange(1, len(mass) + 1)
            color = OKABE_ITO[i % len(OKABE_ITO)]
            ax.plot(ranks, mass, color=color, linestyle=("-", "--", "-.")[i % 3], label=f"after “{name}”")
            ax.plot(kept[name], mass[kept[name] - 1], MARKERS[i % len(MARKERS)], color=color, markersize=8)
            ax.annotate(
                "1 word" if kept[name] == 1 else f"{kept[name]:,} words",
                (kept[name], mass[kept[name] - 1]),
                xytext=(9, -27 - 15 * (i // 2)),
                textcoords="offset points",
                color=text_color(color),
                fontweight="bold",
            )
        ax.axhline(top_p, color=GREY, linestyle=":", linewidth=1.6)
        ax.axvline(top_k, color=GREY, linestyle=":", linewidth=1.6)
        ax.annotate(
            f"nucleus: mass {top_p:g}",
            (top_k, top_p),
            xytext=(5, -4),
            textcoords="offset points",
            va="top",
            color=GREY,
        )
        ax.annotate(f"top-k: {top_k}", (top_k, 0), xytext=(5, 5), textcoords="offset points", color=GREY)
        ax.set_xscale("log")
        ax.xaxis.set_major_formatter(FuncFormatter(lambda value, _: f"{value:,g}"))
        ax.set_ylim(0, 1.04)
        ax.set_xlabel("most probable words (log axis)")
        ax.set_ylabel("their probability together")
        ax.set_title(wrapped(finding))
        ax.legend(
            loc="lower right",
            frameon=False,
        )
    each = "; ".join(
        f"after “{name}” the {top_k} best words hold {held[name]:.2f}, "
        f"and {kept[name]:,} words make up {top_p:g}"
        for name in curves
    )
    return Picture(
        figure, f"Line chart of cumulated probability against rank, on a logarithmic axis. {finding}. {each}."
    )


def probable_and_varied(
    methods: Mapping[str, Mapping[str, tuple[float, float]]],
    real: tuple[float, float],
    *,
    title: str | None = None,
) -> Picture:
    """How probable drawn texts are and how varied, a line for each method, and real text as a point.

    Args:
        methods: by name of the method, by setting: mean log P of a token in nats, share of different bigrams.
        real: the same two numbers of text that people wrote.
        title: in place of the finding.

    Raises:
        DataError: if nothing is given, a log probability is above 0, or a share lies outside [0, 1].
    """
    points = [real, *(point for settings in methods.values() for point in settings.values())]
    if len(points) < 2:
        raise DataError("there is no drawn text beside the real one")
    x, y = np.array(points, dtype=float).T
    if not np.isfinite(x).all() or x.max() > 0:
        raise DataError(f"mean log probabilities are finite and at most 0, got {x.max():g}")
    shares("distinct", y, "texts", len(y))
    finding = f"Real text: {-real[0]:.1f} nats a token, {100 * real[1]:.0f} % different bigrams"
    with new_figure(8.6, 5.0) as (figure, (ax,)):
        ends = {}
        for i, (name, settings) in enumerate(methods.items()):
            xs, ys = np.array(list(settings.values()), dtype=float).T
            color, marker = OKABE_ITO[i % len(OKABE_ITO)], MARKERS[i % len(MARKERS)]
            ax.plot(xs, ys, marker=marker, color=color)
            dx, dy, ha, va = _LABELS[i % len(_LABELS)]
            for label, u, v in zip(settings, xs, ys, strict=True):
                ax.annotate(
                    label,
                    (u, v),
                    xytext=(dx, dy),
                    textcoords="offset points",
                    ha=ha,
                    va=va,
                    fontsize=9.5,
                    color=text_color(color),
                )
            ends[name] = (float(xs[0]), float(ys[0]), color)
        ax.plot(*real, marker="*", markersize=17, color=VERMILLION, markeredgecolor="black", linestyle="none")
        ax.annotate(
            "real text", real, xytext=(12, -4), textcoords="offset points", va="top", fontweight="bold"
        )
        ax.set_xlabel("mean log P of a token, under the model (nats): more probable to the right")
        ax.set_ylabel("bigrams that are different")
        ax.set_ylim(-0.03, 1.05)
        ax.set_yticks(np.arange(0, 1.1, 0.25), [f"{percent} %" for percent in range(0, 101, 25)])
        ax.margins(x=0.12)
        ax.set_title(wrapped(title or finding))
        label_line_ends(ax, ends)
    each = "; ".join(
        f"{name}: "
        + ", ".join(f"{label} {u:.1f} nats and {100 * v:.0f} %" for label, (u, v) in settings.items())
        for name, settings in methods.items()
    )
    return Picture(
        figure,
        f"Lines of text drawn with several settings: how probable a token is against how many bigrams are "
        f"different. {finding}. {each}.",
    )
