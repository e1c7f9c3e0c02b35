"""Figures of the lecture on fixed windows: the model, what it shares, and where it ends."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np
from matplotlib.axes import Axes
from matplotlib.patches import FancyBboxPatch, Polygon, Rectangle
from matplotlib.ticker import FuncFormatter, NullLocator
from numpy import ndarray
from numpy.typing import ArrayLike

from rnn_course.errors import DataError, ShapeError
from rnn_course.figures.arrays import column, listed, probability, shares, wrapped
from rnn_course.figures.style import (
    BLUE,
    GREEN,
    GREY,
    MARKERS,
    OKABE_ITO,
    ORANGE,
    PURPLE,
    VERMILLION,
    Picture,
    label_line_ends,
    new_figure,
    text_color,
)

PLACES = (BLUE, VERMILLION, GREEN, PURPLE, ORANGE)  # colours of the places in a window
DASHES = ("-", "--", "-.", ":")
MOST_PLACES = len(PLACES)


def window_diagram(context: Sequence[str], words: Sequence[str], probs: ArrayLike) -> Picture:
    """The fixed-window network from the words at the bottom to the distribution at the top.

    Args:
        context: the k words of the window, at most five, the nearest last.
        words: some words that can come next, the most probable of them say.
        probs: P(word | context), [words].

    Raises:
        ShapeError: if `words` and `probs` disagree on their length.
        DataError: if the window is empty or too long to draw, or a probability lies outside [0, 1].
    """
    p = shares("probs", probs, "words", len(words))
    k = len(context)
    if not 1 <= k <= MOST_PLACES:
        raise DataError(f"a window of 1 to {MOST_PLACES} words can be drawn, got {k}")
    best = int(p.argmax())
    finding = f"{k} words in, one distribution out: “{words[best]}” has {probability(p[best])}"
    with new_figure(8.6, 6.0) as (figure, (ax,)):
        ax.set_axis_off()
        ax.set_xlim(-2.75, 10.1)
        ax.set_ylim(-0.1, 8.0)
        hidden, centres = (3.0, 7.0), np.linspace(0, 10, 2 * k + 1)[1::2]
        half = 5 / k
        for place, (word, x) in enumerate(zip(context, centres, strict=True)):
            color = PLACES[place]
            _box(ax, (x, 0.35), 0.86 * half, 0.3, word, color)
            ax.annotate("", (x, 1.62), (x, 0.72), arrowprops={"arrowstyle": "-|>", "color": GREY})
            _cells(ax, x - 0.97 * half, 0.97 * 2 * half, 1.65, 4, color)
            corners = [(x - 0.97 * half, 2.15), (x + 0.97 * half, 2.15), (hidden[1], 3.75), (hidden[0], 3.75)]
            ax.add_patch(Polygon(corners, facecolor=color, alpha=0.2, edgecolor=color))
            at = x + 0.3 * (5 - x)
            ax.text(at, 2.62, f"$W_{place + 1}$", color=text_color(color), ha="center", fontweight="bold")
        ax.text(centres[0] + 0.12, 1.15, "$E$", color=GREY, va="center")
        for x in centres[1:]:
            ax.text(x + 0.12, 1.15, "the same $E$", color=GREY, va="center", fontsize=9.5)
        _cells(ax, hidden[0], hidden[1] - hidden[0], 3.75, 8, GREY)
        fan = [(hidden[0], 4.25), (hidden[1], 4.25), (9.7, 5.3), (0.3, 5.3)]
        ax.add_patch(Polygon(fan, facecolor=GREY, alpha=0.13, edgecolor=GREY))
        ax.text(5, 4.75, "$U$", color=GREY, ha="center", va="center")
        _probability_bars(ax, words, p, best)
        for y, said in (
            (0.35, "words of the\nwindow"),
            (1.9, "$e = [e^{(1)}; \\ldots; e^{(k)}]$"),
            (4.0, "$h = \\tanh(W e + b_1)$"),
            (6.0, "$\\hat y = \\mathrm{softmax}$\n$(U h + b_2)$"),
        ):
            ax.text(-2.7, y, said, va="center", fontsize=10.5)
        ax.set_title(wrapped(finding))
    said = ", ".join(f"“{word}” {probability(value)}" for word, value in zip(words, p, strict=True))
    return Picture(
        figure,
        f"Diagram of the fixed-window network. The words {listed([f'“{w}”' for w in context])} are looked up "
        f"in one table of embeddings E; the {k} embeddings stand side by side; each place has a block of the "
        f"matrix W of its own, W_1 to W_{k}, which leads to one hidden layer h; U leads from there to a "
        f"probability for each word of the vocabulary. Shown: {said}.",
    )


def _box(
    ax: Axes, at: tuple[float, float], half_width: float, half_height: float, text: str, color: str
) -> None:
    x, y = at
    ax.add_patch(
        FancyBboxPatch(
            (x - half_width, y - half_height),
            2 * half_width,
            2 * half_height,
            boxstyle="round,pad=0,rounding_size=0.15",
            facecolor="white",
            edgecolor=color,
            linewidth=1.8,
        )
    )
    ax.text(x, y, text, ha="center", va="center_baseline", fontweight="bold", color=text_color(color))


def _cells(ax: Axes, left: float, width: float, bottom: float, number: int, color: str) -> None:
    """A vector: a row of `number` cells."""
    for cell in range(number):
        corner = (left + cell * width / number, bottom)
        ax.add_patch(Rectangle(corner, width / number, 0.5, facecolor=color, alpha=0.45, linewidth=0))
        ax.add_patch(
            Rectangle(corner, width / number, 0.5, facecolor="none", edgecolor="white", linewidth=1.5)
        )


def _probability_bars(ax: Axes, words: Sequence[str], p: ndarray, best: int) -> None:
    centres = np.linspace(0.3, 9.7, 2 * len(words) + 1)[1::2]
    bottom, height = 5.75, 1.75 / max(float(p.max()), 1e-9)
    width = 0.62 * 9.4 / len(words)
    for i, (x, value) in enumerate(zip(centres, p, strict=True)):
        color = VERMILLION if i == best else BLUE
        ax.add_patch(Rectangle((x - width / 2, bottom), width, height * value, facecolor=color, linewidth=0))
        ax.text(x, bottom - 0.22, words[i], ha="center", va="center_baseline", fontsize=10)
        ax.text(x, bottom + height * value + 0.08, probability(value), ha="center", va="bottom", fontsize=9.5)
    ax.plot([0.3, 9.7], [bottom, bottom], color="#8A949E", linewidth=1)


def perplexity_and_size(
    windows: Sequence[int],
    perplexities: Mapping[str, ArrayLike],
    sizes: Mapping[str, ArrayLike],
) -> Picture:
    """Two panels against the words of context: perplexity, and the numbers that must be stored.

    Args:
        windows: k, rising.
        perplexities: by model, [windows].
        sizes: by the same models, how many numbers each keeps, [windows].

    Raises:
        ShapeError: if the lengths disagree.
        DataError: if the two name different models, or a perplexity is below 1, or a size is below 1.
    """
    if list(perplexities) != list(sizes) or not sizes:
        raise DataError(f"the same models in both panels, got {list(perplexities)} and {list(sizes)}")
    ppl = {n: column(f"perplexity of {n}", y, "windows", len(windows)) for n, y in perplexities.items()}
    size = {n: column(f"size of {n}", y, "windows", len(windows)) for n, y in sizes.items()}
    if min(y.min() for y in (*ppl.values(), *size.values())) < 1:
        raise DataError("perplexities and sizes are at least 1")
    best = min(ppl, key=lambda n: ppl[n].min())
    growth = ", ".join(f"{n} ×{y[-1] / y[0]:.1f}" for n, y in size.items())
    titles = (f"Lowest perplexity: {best}, {ppl[best].min():.1f}", f"Growth from first to last: {growth}")
    with new_figure(9.8, 4.3, columns=2) as (figure, axes):
        for ax, lines, what, title in zip(
            axes, (ppl, size), ("test perplexity", "numbers stored"), titles, strict=True
        ):
            ends = {}
            for i, (label, y) in enumerate(lines.items()):
                ax.plot(windows, y, marker=MARKERS[i], color=OKABE_ITO[i], linestyle=DASHES[i % len(DASHES)])
                ends[label] = (float(windows[-1]), float(y[-1]), OKABE_ITO[i])
            ax.set_xscale("log", base=2)
            ax.set_xticks(windows, [str(k) for k in windows])
            ax.xaxis.set_minor_locator(NullLocator())
            ax.set_xlabel("words of context k (log axis)")
            ax.set_ylabel(what)
            ax.set_ylim(0, 1.12 * max(float(y.max()) for y in lines.values()))
            ax.yaxis.set_major_formatter(FuncFormatter(lambda value, _: f"{value:,.0f}"))
            ax.set_title(wrapped(title, 40))
            label_line_ends(ax, ends)
    said = "; ".join(
        f"{n}, k = {k}: perplexity {ppl[n][i]:.1f}, {size[n][i]:,.0f} numbers"
        for n in ppl
        for i, k in enumerate(windows)
    )
    return Picture(figure, f"Two line charts against the words of context. {titles[0]}. {titles[1]}. {said}.")


def accuracy_by_distance(
    distances: Sequence[int], accuracy: Mapping[str, ArrayLike], *, chance: float, title: str | None = None
) -> Picture:
    """The share of right answers against how far back the word stands that decides them.

    Args:
        distances: in words, rising.
        accuracy: by model, in [0, 1], [distances].
        chance: what guessing gives.
        title: in place of the finding.

    Raises:
        ShapeError: if the lengths disagree.
        DataError: if there is no model, or a share lies outside [0, 1].
    """
    lines = {n: shares(f"accuracy of {n}", y, "distances", len(distances)) for n, y in accuracy.items()}
    if not lines or not 0 <= chance <= 1:
        raise DataError(f"needs at least one model and a chance in [0, 1], got {list(lines)} and {chance}")
    falls = {
        n: next((d for d, v in zip(distances, y, strict=True) if v < 0.9), None) for n, y in lines.items()
    }
    found = [f"{n} fails at {'no distance' if d is None else d}" for n, d in falls.items()]
    finding = "; ".join(found)
    with new_figure(8.8, 4.5) as (figure, (ax,)):
        ends = {}
        for i, (label, y) in enumerate(lines.items()):
            color = OKABE_ITO[i % len(OKABE_ITO)]
            style = DASHES[i % len(DASHES)]
            ax.plot(distances, y, marker=MARKERS[i], color=color, linestyle=style, zorder=3)
            ends[label] = (float(distances[-1]), float(y[-1]), color)
        ax.axhline(chance, color=GREY, linestyle=":", linewidth=1.4)
        ends["guessing"] = (float(distances[-1]), chance, GREY)
        ax.set_ylim(-0.06, 1.08)
        ax.yaxis.set_major_formatter(FuncFormatter(lambda value, _: f"{100 * value:.0f} %"))
        ax.set_xticks(distances)
        ax.set_xlabel("how many words back the deciding word stands")
        ax.set_ylabel("right answers")
        ax.set_title(wrapped(title or finding))
        label_line_ends(ax, ends)
    said = "; ".join(
        f"{n}: " + ", ".join(f"{100 * v:.0f} % at {d}" for d, v in zip(distances, y, strict=True))
        for n, y in lines.items()
    )
    return Picture(figure, f"Line chart of right answers against distance. Guessing: {chance:.0%}. {said}.")


def place_similarity(cosines: ArrayLike) -> Picture:
    """How alike the blocks of W are that belong to two places of the window, as a table of cosines.

    Args:
        cosines: [window, window], 1 on the diagonal; the last row is the word nearest to the prediction.

    Raises:
        ShapeError: if it is not square, or has fewer than two places.
        DataError: if a cosine lies outside [-1, 1].
    """
    table = np.asarray(cosines, dtype=float)
    if table.ndim != 2 or table.shape[0] != table.shape[1] or len(table) < 2:
        raise ShapeError(f"cosines is {table.shape}, expected [window, window] with at least two places")
    if not (np.abs(table) <= 1 + 1e-9).all():
        raise DataError("a cosine lies in [-1, 1]")
    k = len(table)
    largest = float(np.abs(table[~np.eye(k, dtype=bool)]).max())
    finding = f"The places share little: no two blocks of W have a cosine over {largest:.2f}"
    with new_figure(6.4, 4.9) as (figure, (ax,)):
        image = ax.imshow(table, cmap="RdBu_r", vmin=-1, vmax=1)
        for i in range(k):
            for j in range(k):
                color = "white" if abs(table[i, j]) > 0.7 else "black"
                ax.text(j, i, f"{table[i, j]:.2f}", ha="center", va="center", color=color)
        names = [f"$W_{place}$" for place in range(1, k + 1)]
        ax.set_xticks(range(k), names)
        ax.set_yticks(range(k), names)
        ax.grid(visible=False)
        ax.set_xlabel(f"place in the window ($W_{k}$: the last word)")
        ax.set_ylabel("place in the window")
        figure.colorbar(image, ax=ax, label="cosine", shrink=0.9)
        ax.set_title(wrapped(finding, 46))
    rows = "; ".join(
        f"places {i + 1} and {j + 1}: {table[i, j]:.2f}" for i in range(k) for j in range(i + 1, k)
    )
    return Picture(figure, f"Table of cosines between the blocks of W of {k} places. {finding}. {rows}.")
