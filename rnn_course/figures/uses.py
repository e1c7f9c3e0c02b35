"""Figures of the lecture on what recurrent networks are for: tags, encodings, padding, answers."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np
from matplotlib.ticker import FuncFormatter, MaxNLocator
from numpy import ndarray
from numpy.typing import ArrayLike

from rnn_course.errors import DataError, ShapeError
from rnn_course.figures.arrays import column, shares, wrapped
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

PERCENT = FuncFormatter(lambda value, _: f"{100 * value:.0f} %")
DASHES = ("-", "--", "-.", ":")


def tag_probabilities(
    words: Sequence[str], tags: Sequence[str], probs: Mapping[str, ArrayLike], *, title: str
) -> Picture:
    """What each network thinks of each word's tag: a table of probabilities for each network, side by side.

    Args:
        words: the sentence, from left to right.
        tags: those to show, from top to bottom.
        probs: by network, P(tag | sentence) for each word, [words, tags].
        title: what it shows.

    Raises:
        ShapeError: if a table is not [words, tags].
        DataError: if there is nothing to draw, or a probability lies outside [0, 1].
    """
    if not words or not tags or not probs:
        raise DataError("tag_probabilities needs words, tags and at least one network")
    tables: dict[str, ndarray] = {}
    for name, values in probs.items():
        table = np.asarray(values, dtype=float)
        if table.shape != (len(words), len(tags)):
            raise ShapeError(
                f"{name} is {table.shape}, but there are {len(words)} words and {len(tags)} tags"
            )
        if not ((table >= 0) & (table <= 1 + 1e-6)).all():
            raise DataError(f"{name} holds numbers that are no probabilities")
        tables[name] = table
    with new_figure(10.2, 1.5 + 0.42 * len(tags), columns=len(tables)) as (figure, axes):
        for i, (ax, (name, table)) in enumerate(zip(axes, tables.items(), strict=True)):
            image = ax.imshow(table.T, cmap="cividis", vmin=0, vmax=1, aspect="auto")
            for t, k in np.argwhere(table >= 0.05):
                color = "black" if table[t, k] > 0.55 else "white"
                ax.text(t, k, f"{table[t, k]:.2f}", ha="center", va="center", color=color, fontsize=9)
            ax.set_xticks(range(len(words)), words, rotation=30, ha="right", rotation_mode="anchor")
            ax.set_yticks(range(len(tags)), tags if i == 0 else [""] * len(tags))
            ax.grid(visible=False)
            ax.tick_params(length=0)
            ax.set_title(name, fontsize=11)
        figure.colorbar(image, ax=list(axes), label="probability of the tag", shrink=0.9, pad=0.015)
        figure.suptitle(wrapped(title, 92), x=0.01, ha="left", fontweight="bold", fontsize=12.5)
    said = []
    for name, table in tables.items():
        best = [
            f"“{w}” {tags[int(row.argmax())]} {row.max():.2f}" for w, row in zip(words, table, strict=True)
        ]
        said.append(f"{name}: {', '.join(best)}.")
    return Picture(
        figure, f"Tables of the probability of each tag at each word. {title}. Largest: {' '.join(said)}"
    )


def accuracy_by_tail(
    tails: Sequence[int], accuracy: Mapping[str, ArrayLike], *, chance: float = 0.5
) -> Picture:
    """The share of right labels against the idle words after a sentence, a line for each encoding.

    Args:
        tails: words that follow, rising.
        accuracy: by encoding, in [0, 1], [tails].
        chance: what guessing gives.

    Raises:
        ShapeError: if the lengths disagree.
        DataError: if there is no line, or a share lies outside [0, 1].
    """
    lines = {n: shares(f"accuracy of {n}", y, "tails", len(tails)) for n, y in accuracy.items()}
    if not lines or not 0 <= chance <= 1:
        raise DataError(f"needs at least one encoding and a chance in [0, 1], got {list(lines)} and {chance}")
    worst, best = (pick(lines, key=lambda n: lines[n][-1]) for pick in (min, max))
    low, high = (f"{100 * lines[name][-1]:.0f} %" for name in (worst, best))
    finding = f"After {tails[-1]} idle words: {worst} is right in {low}, {best} in {high}"
    with new_figure(8.2, 4.4) as (figure, (ax,)):
        ends = {}
        for i, (name, y) in enumerate(lines.items()):
            color = OKABE_ITO[i % len(OKABE_ITO)]
            ax.plot(tails, y, marker=MARKERS[i], color=color, linestyle=DASHES[i % len(DASHES)], zorder=3)
            ends[name] = (float(tails[-1]), float(y[-1]), color)
        ax.axhline(chance, color=GREY, linestyle=":", linewidth=1.4)
        ends["guessing"] = (float(tails[-1]), chance, GREY)
        ax.set_ylim(min(0.4, chance - 0.1), 1.04)
        ax.yaxis.set_major_formatter(PERCENT)
        ax.set_xticks(tails)
        ax.set_xlabel("idle words after everything has been said")
        ax.set_ylabel("right labels on new sentences")
        ax.set_title(wrapped(finding))
        label_line_ends(ax, ends)
    said = "; ".join(
        f"{n}: " + ", ".join(f"{100 * v:.0f} % after {k}" for k, v in zip(tails, y, strict=True))
        for n, y in lines.items()
    )
    return Picture(figure, f"Line chart of right labels against idle words. {finding}. {said}.")


def walk_in_padding(distance: ArrayLike, length: int, *, title: str | None = None) -> Picture:
    """How far the state moves away from a sentence's encoding while the network reads padding.

    Args:
        distance: of each state from the one after the last word, relative to the latter's norm, [time].
        length: words of the sentence; everything after is padding.
        title: in place of the finding.

    Raises:
        DataError: if there is no padding, or a distance is negative.
    """
    y = column("distance", distance, "steps", np.size(distance))
    if not 1 <= length < len(y) or y.min() < 0:
        raise DataError(
            f"needs steps after the sentence's end, and no negative distance; got {len(y)} steps for "
            f"{length} words"
        )
    last = float(y[-1])
    finding = (
        f"After {len(y) - length} steps of padding, the state has moved by {100 * last:.0f} % of its size"
    )
    x = np.arange(1, len(y) + 1)
    with new_figure(8.2, 3.9) as (figure, (ax,)):
        ax.axvspan(length + 0.5, len(y) + 0.5, color=VERMILLION, alpha=0.09, linewidth=0)
        ax.plot(x[:length], y[:length], "o-", color=BLUE)
        ax.plot(x[length - 1 :], y[length - 1 :], "--", color=VERMILLION, marker="s", markersize=4, zorder=1)
        ax.annotate(
            "the sentence's encoding", (length, 0), xytext=(8, -13), textcoords="offset points", color=BLUE
        )
        top = float(y.max())
        ax.text(length + 0.8, 1.13 * top, "padding", color=VERMILLION, va="center")
        ax.text(length + 0.2, 1.13 * top, "words", color=BLUE, va="center", ha="right")
        ax.set_ylim(-0.16 * top, 1.25 * top)
        ax.set_xlim(0.5, len(y) + 0.5)
        ax.xaxis.set_major_locator(MaxNLocator(integer=True))
        ax.set_xlabel("step")
        ax.set_ylabel("distance from $h^{(n)}$,\nin units of its size")
        ax.set_title(wrapped(title or finding))
    return Picture(
        figure,
        f"Line chart of the state's distance from the one after the last word, over {len(y)} steps. It is 0 "
        f"at step {length}, the end of the sentence. {finding}.",
    )


def right_answers(
    names: Sequence[str], accuracy: ArrayLike, *, title: str, chance: float | None = None
) -> Picture:
    """Shares of right answers as bars from 0 to 100 %, each with its number.

    Args:
        names: what is compared, from top to bottom.
        accuracy: in [0, 1], [names].
        title: what it shows.
        chance: what guessing gives, as a dotted line; None for no line.

    Raises:
        ShapeError: if the lengths disagree.
        DataError: if nothing is given, or a share lies outside [0, 1].
    """
    y = shares("accuracy", accuracy, "names", len(names))
    with new_figure(8.2, 1.4 + 0.46 * len(names)) as (figure, (ax,)):
        ax.barh(range(len(names)), y, color=BLUE, height=0.62)
        for row, value in enumerate(y):
            ax.annotate(
                f"{100 * value:.0f} %", (value, row), xytext=(5, 0), textcoords="offset points", va="center"
            )
        if chance is not None:
            ax.axvline(chance, color=VERMILLION, linestyle=":", linewidth=1.8)
            ax.annotate(
                "guessing",
                (chance, len(names) - 0.32),
                xytext=(5, 0),
                textcoords="offset points",
                color=VERMILLION,
                va="center",
            )
        ax.set_yticks(range(len(names)), names)
        ax.set_ylim(len(names) - 0.1 if chance is not None else len(names) - 0.5, -0.5)
        ax.set_xlim(0, 1.12)
        ax.set_xticks(np.arange(0, 1.01, 0.25))
        ax.xaxis.set_major_formatter(PERCENT)
        ax.grid(axis="y", visible=False)
        ax.tick_params(axis="y", length=0)
        ax.set_xlabel("right answers")
        figure.suptitle(wrapped(title, 76), x=0.01, ha="left", fontweight="bold", fontsize=12.5)
    said = ", ".join(f"{n} {100 * v:.0f} %" for n, v in zip(names, y, strict=True))
    guess = "" if chance is None else f" Guessing: {100 * chance:.0f} %."
    return Picture(figure, f"Bar chart of right answers. {title}. {said}.{guess}")
