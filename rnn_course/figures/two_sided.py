"""Figures of the lecture on reading from both sides: the wiring, who knows what where, a leak's curve."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np
from matplotlib.axes import Axes
from matplotlib.patches import FancyBboxPatch
from matplotlib.ticker import FuncFormatter, MaxNLocator
from numpy.typing import ArrayLike

from rnn_course.errors import DataError
from rnn_course.figures.arrays import column, listed, shares, wrapped
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

MOST_WORDS = 9
DASHES = ("-", "--", "-.", ":")
INK = "#1C2126"
LEVELS = {"x": 0.0, "l": 1.15, "r": 2.05, "h": 3.25}
WIDTH, HEIGHT = 0.62, 0.5


def two_directions(words: Sequence[str], *, marked: int = 0) -> Picture:
    """The network drawn over a sentence: a row of cells that reads to the right, one that reads to the left.

    Args:
        words: 2 to 9 of them, from left to right.
        marked: the word whose vector is followed, counted from 0; what it has not read is drawn faint.

    Raises:
        DataError: if there are too few words or too many, or `marked` is none of them.
    """
    n = len(words)
    if not 2 <= n <= MOST_WORDS or not 0 <= marked < n:
        raise DataError(f"needs 2 to {MOST_WORDS} words and one of them marked, got {n} and {marked}")
    with new_figure(8.6, 4.3) as (figure, (ax,)):
        for t in range(n):
            in_l, in_r = t <= marked, t >= marked
            _box(ax, t, "l", f"$l^{{({t + 1})}}$", BLUE, strong=in_l)
            _box(ax, t, "r", f"$r^{{({t + 1})}}$", VERMILLION, strong=in_r)
            _box(ax, t, "h", f"$h^{{({t + 1})}}$", INK, strong=t == marked)
            ax.text(t, LEVELS["x"], words[t], ha="center", va="center", color=INK)
            # what is read goes up to both rows, past the lower one on its right
            _arrow(ax, (t - 0.1, 0.22), (t - 0.1, LEVELS["l"] - HEIGHT / 2), BLUE, strong=in_l)
            _bend(ax, t, [(0.1, 0.22), (0.41, 0.5), (0.41, 1.55), (0.14, 1.8)], VERMILLION, strong=in_r)
            _bend(ax, t, [(-0.14, 1.4), (-0.41, 1.65), (-0.41, 2.65), (-0.14, 3.0)], BLUE, strong=t == marked)
            top = LEVELS["r"] + HEIGHT / 2
            _arrow(ax, (t + 0.1, top), (t + 0.1, 3.0), VERMILLION, strong=t == marked)
            if t + 1 < n:
                ends = (t + WIDTH / 2, t + 1 - WIDTH / 2)
                _arrow(ax, (ends[0], LEVELS["l"]), (ends[1], LEVELS["l"]), BLUE, strong=t < marked)
                _arrow(ax, (ends[1], LEVELS["r"]), (ends[0], LEVELS["r"]), VERMILLION, strong=t >= marked)
        for level, name in {
            "h": "side by side",
            "r": "reads to\nthe left",
            "l": "reads to\nthe right",
        }.items():
            color = {"h": INK, "r": text_color(VERMILLION), "l": text_color(BLUE)}[level]
            ax.text(-0.62, LEVELS[level], name, ha="right", va="center", color=color, fontsize=10)
        ax.set_xlim(-1.55, n - 0.5)
        ax.set_ylim(-0.3, 3.6)
        ax.axis("off")
        ax.set_title(
            wrapped(f"The vector of “{words[marked]}” is made of what stands before and behind it", 76)
        )
    return Picture(
        figure,
        f"Diagram of a bidirectional network over the sentence “{' '.join(words)}”. A lower row of cells "
        "reads from left to right, an upper row from right to left, and above them each word's two states "
        f"stand side by side. The vector of “{words[marked]}” is made of the left-to-right state after "
        f"“{' '.join(words[: marked + 1])}” and of the right-to-left state after "
        f"“{' '.join(words[: marked - 1 if marked else None : -1])}”.",
    )


def _box(ax: Axes, t: int, level: str, name: str, color: str, *, strong: bool) -> None:
    corner = (t - WIDTH / 2, LEVELS[level] - HEIGHT / 2)
    shape = FancyBboxPatch(
        corner,
        WIDTH,
        HEIGHT,
        boxstyle="round,pad=0,rounding_size=0.08",
        facecolor="white",
        edgecolor=color,
        linewidth=2.2 if strong else 1,
        alpha=1 if strong else 0.35,
    )
    ax.add_patch(shape)
    ax.text(
        t, LEVELS[level], name, ha="center", va="center", color=INK if strong else "#7A848E", fontsize=11.5
    )


def _arrow(
    ax: Axes, start: tuple[float, float], end: tuple[float, float], color: str, *, strong: bool
) -> None:
    style = {
        "arrowstyle": "-|>",
        "color": color,
        "shrinkA": 0,
        "shrinkB": 0,
        "linewidth": 1.8 if strong else 1,
        "alpha": 1 if strong else 0.3,
    }
    ax.annotate("", end, start, arrowprops=style)


def _bend(ax: Axes, t: int, points: list[tuple[float, float]], color: str, *, strong: bool) -> None:
    """A line through points beside column t, with an arrow's head on its last piece."""
    x, y = np.transpose(points)
    ax.plot(
        t + x[:-1], y[:-1], color=color, linewidth=1.8 if strong else 1, alpha=1 if strong else 0.3, zorder=1
    )
    _arrow(ax, (t + x[-2], y[-2]), (t + x[-1], y[-1]), color, strong=strong)


def accuracy_by_place(places: Sequence[str], accuracy: Mapping[str, ArrayLike], *, title: str) -> Picture:
    """Who is right how often at which word: a table of percentages, dark where it is near guessing.

    Args:
        places: the words, from left to right.
        accuracy: by reader, the share of right answers, [places].
        title: what it shows.

    Raises:
        ShapeError: if a row has not as many shares as there are places.
        DataError: if there is nothing to draw, or a share lies outside [0, 1].
    """
    rows = {name: shares(f"accuracy of {name}", y, "places", len(places)) for name, y in accuracy.items()}
    if not rows:
        raise DataError("accuracy_by_place needs at least one reader")
    table = np.stack(list(rows.values()))
    low = min(0.4, float(table.min()))
    with new_figure(8.4, 1.9 + 0.5 * len(rows)) as (figure, (ax,)):
        ax.imshow(table, cmap="cividis", vmin=low, vmax=1, aspect="auto")
        for i, t in np.ndindex(table.shape):
            value = float(table[i, t])
            color = "black" if value - low > 0.55 * (1 - low) else "white"
            ax.text(t, i, f"{100 * value:.0f} %", ha="center", va="center", color=color, fontsize=11)
        ax.vlines(np.arange(1, len(places)) - 0.5, -0.5, len(rows) - 0.5, color="white", linewidth=3)
        ax.hlines(np.arange(1, len(rows)) - 0.5, -0.5, len(places) - 0.5, color="white", linewidth=3)
        ax.set_xticks(range(len(places)), places)
        ax.set_yticks(range(len(rows)), list(rows))
        ax.xaxis.tick_top()
        ax.grid(visible=False)
        ax.tick_params(length=0)
        for spine in ax.spines.values():
            spine.set_visible(False)
        figure.suptitle(wrapped(title, 78), x=0.01, ha="left", fontweight="bold", fontsize=12.5)
    said = "; ".join(
        f"{name}: " + ", ".join(f"{100 * v:.0f} % at “{w}”" for w, v in zip(places, row, strict=True))
        for name, row in rows.items()
    )
    return Picture(figure, f"Table of right answers by word and reader. {title}. {said}.")


def below_the_best(curves: Mapping[str, ArrayLike], best: float, *, title: str) -> Picture:
    """Perplexity on new text after each epoch, and the line that no honest model comes below.

    Args:
        curves: by network, the perplexity after each epoch, [epochs].
        best: the language's own.
        title: what it shows.

    Raises:
        ShapeError: if the curves differ in length.
        DataError: if there is no curve, or a perplexity or `best` is below 1.
    """
    if not curves:
        raise DataError("below_the_best needs at least one curve")
    epochs = np.size(next(iter(curves.values())))
    lines = {name: column(name, y, "epochs", epochs) for name, y in curves.items()}
    lowest = min(best, *(float(y.min()) for y in lines.values()))
    if not lowest >= 1:
        raise DataError(f"a perplexity is at least 1, got {lowest:g}")
    x = np.arange(1, epochs + 1)
    top = 1.12 * max(best, *(float(y.max()) for y in lines.values()))
    with new_figure(8.4, 4.3) as (figure, (ax,)):
        ax.axhspan(1, best, color=VERMILLION, alpha=0.08, linewidth=0)
        ax.axhline(best, color=GREY, linestyle=":", linewidth=1.6)
        ax.text(
            x[-1],
            np.sqrt(best),
            "nobody honest comes here",
            color=text_color(VERMILLION),
            ha="right",
            va="center",
        )
        ends = {f"the language, {best:.2f}": (float(x[-1]), best, GREY)}
        for i, (name, y) in enumerate(lines.items()):
            color = OKABE_ITO[i % len(OKABE_ITO)]
            ax.plot(x, y, color=color, marker=MARKERS[i], linestyle=DASHES[i % len(DASHES)], zorder=3)
            ends[f"{name}, {y[-1]:.2f}"] = (float(x[-1]), float(y[-1]), color)
        ax.set_yscale("log")
        ax.set_ylim(0.97, top)
        ticks = [tick for tick in (1, 1.5, 2, 3, 4, 6, 10, 20, 50, 100) if tick <= top]
        ax.set_yticks(ticks)
        ax.yaxis.set_major_formatter(FuncFormatter(lambda value, _: f"{value:g}"))
        ax.minorticks_off()
        ax.xaxis.set_major_locator(MaxNLocator(integer=True))
        ax.set_xlabel("epoch")
        ax.set_ylabel("perplexity on new text\n(per word, log scale)")
        ax.set_title(wrapped(title, 64))
        label_line_ends(ax, ends)
    said = listed([f"{name} falls from {y[0]:.2f} to {y[-1]:.2f}" for name, y in lines.items()])
    return Picture(
        figure,
        f"Line chart of perplexity on new text over {epochs} epochs. {title}. {said}. The language's own is "
        f"{best:.2f}.",
    )
