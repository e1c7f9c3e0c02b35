"""Figures of lecture 15: a stack unrolled, what depth is worth, and what can be read off each layer."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from itertools import pairwise

import numpy as np
from jaxtyping import Float
from matplotlib.axes import Axes
from matplotlib.patches import FancyBboxPatch
from matplotlib.ticker import FuncFormatter, LogLocator, NullFormatter
from numpy import ndarray
from numpy.typing import ArrayLike

from rnn_course.errors import DataError, ShapeError
from rnn_course.figures.arrays import column, listed, shares, wrapped
from rnn_course.figures.style import (
    BLUE,
    GREEN,
    GREY,
    MARKERS,
    OKABE_ITO,
    VERMILLION,
    Picture,
    label_line_ends,
    new_figure,
    text_color,
)

MOST_WORDS, MOST_LAYERS = 7, 4
STEP, RISE = 1.9, 1.15  # from one word to the next, and from one level to the one above it
BOX = (1.1, 0.56)  # width and height


def stack_diagram(words: Sequence[str], depth: int, *, residual: bool = False) -> Picture:
    """A stack of recurrent layers, unrolled over a few words.

    Args:
        words: what is read, one to seven.
        depth: layers, 1 to 4.
        residual: draw the connections past each layer too.

    Raises:
        DataError: if there are no words, too many, or the depth is out of range.
    """
    if not 1 <= len(words) <= MOST_WORDS or not 1 <= depth <= MOST_LAYERS:
        raise DataError(
            f"needs 1 to {MOST_WORDS} words and 1 to {MOST_LAYERS} layers, got {len(words)} and {depth}"
        )
    width, height = STEP * len(words) + 1.0, RISE * (depth + 1) + 0.3
    with new_figure(8.8, 8.8 * (height + 0.5) / width) as (figure, (ax,)):
        ax.set_axis_off()
        ax.set_aspect("equal")
        ax.set_xlim(-1.9, width - 1.9)
        ax.set_ylim(-0.45, height - 0.45)
        for level in range(depth + 1):
            name = f"layer {level}" if level else "words"
            ax.text(-1.8, RISE * level, name, va="center", color=GREY, fontweight="bold")
            for t, word in enumerate(words):
                _place(ax, t, level, f"$h_{level}^{{({t + 1})}}$" if level else word, residual)
        for t in range(len(words)):
            top = (STEP * t, RISE * depth + BOX[1] / 2)
            _arrow(ax, top, (top[0], top[1] + 0.45), VERMILLION)
        ways = "Three" if residual else "Two"
        past = ", dashed orange past a layer" if residual else ""
        title = f"{ways} ways through {depth} layers: grey in time, blue up{past}"
        ax.set_title(wrapped(title, 80), pad=4)
    connections = (
        " A dashed arrow leads from each box past the one above it, where it is added." if residual else ""
    )
    return Picture(
        figure,
        f"Diagram of {depth} recurrent layers unrolled over the words {listed(list(words))}. Each box has an "
        f"arrow from the box below it and one from the box to its left, the same layer at the word before; "
        f"the top layer's boxes have arrows out, to the predictions.{connections}",
    )


def _place(ax: Axes, t: int, level: int, text: str, residual: bool) -> None:
    """One box, and the arrows that lead into it."""
    x, y = STEP * t, RISE * level
    ax.add_patch(
        FancyBboxPatch(
            (x - BOX[0] / 2, y - BOX[1] / 2),
            *BOX,
            boxstyle="round,pad=0,rounding_size=0.14",
            facecolor="#E9ECEF" if level else "white",
            edgecolor=GREY if level else BLUE,
            linewidth=1.5,
        )
    )
    ax.text(x, y, text, ha="center", va="center", color=text_color(GREY if level else BLUE))
    if not level:
        return
    _arrow(ax, (x, y - RISE + BOX[1] / 2), (x, y - BOX[1] / 2), BLUE)
    if t:
        _arrow(ax, (x - STEP + BOX[0] / 2, y), (x - BOX[0] / 2, y), GREY)
    if residual:
        # from the word, or from the sum above the layer below; to the sum above this layer
        start, below = (x, y - RISE + BOX[1] / 2 + 0.28) if level > 1 else (x + BOX[0] / 2, y - RISE)
        side, above = x + BOX[0] / 2 + 0.22, y + BOX[1] / 2 + 0.12
        ax.plot(
            [start, side, side, x + 0.1],
            [below, below, above, above],
            color=VERMILLION,
            linewidth=1.3,
            linestyle=(0, (3, 2)),
            zorder=1,
        )
        ax.plot([x], [above], marker="+", color=VERMILLION, markersize=8, markeredgewidth=2, zorder=6)


def _arrow(ax: Axes, start: tuple[float, float], end: tuple[float, float], color: str) -> None:
    look = {"arrowstyle": "-|>", "color": color, "linewidth": 1.3, "shrinkA": 1, "shrinkB": 1}
    ax.annotate("", end, start, arrowprops=look)


def perplexity_by_depth(
    depths: Sequence[int], perplexities: Mapping[str, ArrayLike], *, best: float, title: str
) -> Picture:
    """How far each stack stays above the best possible perplexity, on a logarithmic axis; at each point the
    perplexity itself.

    Args:
        depths: layers, rising.
        perplexities: by name of the stack, [depths], all above `best`.
        best: the perplexity that no model of the language can go below.
        title: the finding.

    Raises:
        ShapeError: if the lengths disagree.
        DataError: if nothing is given, the depths do not rise, or a perplexity is not above `best`.
    """
    lines = {name: column(name, values, "depths", len(depths)) for name, values in perplexities.items()}
    if not lines or any(later <= earlier for earlier, later in pairwise(depths)):
        raise DataError("needs perplexities of at least one stack, at depths that rise")
    if min(float(values.min()) for values in lines.values()) <= best:
        raise DataError(f"every perplexity is above the best possible, {best:g}")
    lowest = np.min(list(lines.values()), axis=0)
    with new_figure(8.8, 4.6) as (figure, (ax,)):
        ends = {}
        for i, (name, values) in enumerate(lines.items()):
            color = OKABE_ITO[i % len(OKABE_ITO)]
            dashes = "-" if i % 2 == 0 else "--"
            ax.plot(range(len(depths)), values - best, color=color, marker=MARKERS[i], linestyle=dashes)
            for x, value in enumerate(values):
                under = value == lowest[x]
                ax.annotate(
                    f"{value:.2f}",
                    (x, value - best),
                    xytext=(0, -17 if under else 9),
                    textcoords="offset points",
                    ha="center",
                    color=text_color(color),
                )
            ends[name] = (len(depths) - 1.0, float(values[-1] - best), color)
        ax.set_yscale("log")
        low, high = ax.get_ylim()
        ax.set_ylim(low / 1.5, high * 1.4)
        ax.yaxis.set_major_locator(LogLocator(subs=(1, 2, 5)))
        ax.yaxis.set_major_formatter(FuncFormatter(lambda y, _: f"+ {y:g}"))
        ax.yaxis.set_minor_formatter(NullFormatter())
        ax.set_xticks(range(len(depths)), [str(depth) for depth in depths])
        ax.set_xlim(-0.25, len(depths) - 0.6)
        ax.set_xlabel("layers")
        ax.set_ylabel(f"perplexity above the best, {best:.2f} (log axis)")
        ax.set_title(wrapped(title))
        label_line_ends(ax, ends)
    said = "; ".join(
        f"{name}: " + ", ".join(f"{value:.2f} with {d}" for d, value in zip(depths, values, strict=True))
        for name, values in lines.items()
    )
    return Picture(
        figure,
        f"Line chart of test perplexity against the number of layers, drawn as the distance from the best "
        f"possible, {best:.2f}, on a logarithmic axis. {title}. {said}.",
    )


def answers_by_level(
    questions: Sequence[str],
    trained: ArrayLike,
    new: ArrayLike,
    guessing: ArrayLike,
    *,
    title: str,
) -> Picture:
    """What a linear probe reads off each level of a stack, trained and new, one panel for each question.

    Args:
        questions: names.
        trained: share of right answers, [questions, levels]; level 0 is the embeddings.
        new: of the same network before training, [questions, levels].
        guessing: of always giving the most frequent answer, [questions].
        title: the finding.

    Raises:
        ShapeError: if the shapes disagree.
        DataError: if there are no questions, or a share lies outside [0, 1] or is NaN.
    """
    after, before = np.asarray(trained, dtype=float), np.asarray(new, dtype=float)
    if after.ndim != 2 or after.shape != before.shape or len(after) != len(questions):
        raise ShapeError(
            f"trained is {after.shape} and new {before.shape}; expected [questions, levels] for "
            f"{len(questions)} questions"
        )
    usual = shares("guessing", guessing, "questions", len(questions))
    for name, values in (("trained", after), ("new", before)):
        shares(name, values.ravel(), "answers", values.size)
    with new_figure(9.6, 4.4, columns=len(questions)) as (figure, axes):
        for ax, question, *rows, guess in zip(axes, questions, after, before, usual, strict=True):
            _question(ax, question, rows[0], rows[1], float(guess))
        low = min(float(part.min()) for part in (after, before, usual))
        for ax in axes:
            ax.set_ylim(max(0.0, low - 0.08), 1.02)
            ax.label_outer()
        axes[0].set_ylabel("share of right answers")
        figure.suptitle(wrapped(title, 84), x=0.01, ha="left", fontweight="bold", fontsize=12.5)
        handles, labels = axes[0].get_legend_handles_labels()
        figure.legend(handles, labels, loc="outside lower center", ncols=3, frameon=False)
    said = " ".join(
        f"{question}: trained {_levels(a)}; before training {_levels(b)}; guessing {g:.2f}."
        for question, a, b, g in zip(questions, after, before, usual, strict=True)
    )
    return Picture(
        figure,
        f"{len(questions)} line charts of the share of right answers of a linear probe against the level, "
        f"0 for the embeddings, then the layers from below. {title}. {said}",
    )


def _question(
    ax: Axes, question: str, after: Float[ndarray, " levels"], before: Float[ndarray, " levels"], guess: float
) -> None:
    levels = range(len(after))
    ax.plot(levels, after, color=BLUE, marker="o", label="trained")
    ax.plot(levels, before, color=GREEN, marker="s", markerfacecolor="white", linestyle="--", label="new")
    ax.axhline(guess, color=GREY, linestyle=":", label="always the most frequent answer")
    ax.set_xticks(levels, ["words", *(str(level) for level in levels[1:])])
    ax.set_xlim(-0.3, len(after) - 0.7)
    ax.set_xlabel("layer")
    ax.set_title(question)


def _levels(values: Float[ndarray, " levels"]) -> str:
    return ", ".join(f"{value:.2f}" for value in values)
