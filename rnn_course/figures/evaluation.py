"""Figures of the lecture on evaluating: what a perplexity is made of, its floor, and how it is got wrong."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np
from matplotlib.axis import Axis
from matplotlib.ticker import FuncFormatter, LogLocator, NullLocator
from numpy.typing import ArrayLike

from rnn_course.errors import DataError
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
    text_color,
)


def surprise_bars(tokens: Sequence[str], log_probs: ArrayLike) -> Picture:
    """The loss -log P of each token of a text as a bar, and their mean J as a line.

    Args:
        tokens: the text.
        log_probs: log P(token | what stands before it), nats, [tokens].

    Raises:
        ShapeError: if the lengths disagree.
        DataError: if there are none, or one is above 0, NaN or infinite.
    """
    loss = -column("log_probs", log_probs, "tokens", len(tokens))
    if loss.min() < 0 or np.isinf(loss).any():
        raise DataError(f"log probabilities are finite and at most 0, got {-loss.min():g} to {-loss.max():g}")
    J, worst = loss.mean(), int(loss.argmax())
    finding = f"“{tokens[worst]}” costs most, {loss[worst]:.1f} nats; the mean is J = {J:.2f}"
    with new_figure(7.4, 3.6) as (figure, (ax,)):
        ax.bar(range(len(tokens)), loss, color=BLUE, width=0.66)
        ax.axhline(J, color=VERMILLION, linestyle="--")
        ax.annotate(
            f"J = {J:.2f}",
            (1, J),
            xycoords=("axes fraction", "data"),
            xytext=(-2, 4),
            textcoords="offset points",
            ha="right",
            fontweight="bold",
        )
        for place, value in enumerate(loss):
            ax.annotate(
                f"P = {np.exp(-value):.2g}",
                (place, value),
                xytext=(0, 3),
                textcoords="offset points",
                ha="center",
                fontsize=10,
            )
        ax.set_xticks(range(len(tokens)), tokens)
        ax.set_xlim(-0.6, len(tokens) - 0.1)
        ax.set_ylim(0, 1.15 * max(loss.max(), 0.1))
        ax.grid(axis="x", visible=False)
        ax.set_ylabel("loss −log P (nats)")
        ax.set_title(wrapped(finding))
    each = ", ".join(f"“{token}” {value:.2f}" for token, value in zip(tokens, loss, strict=True))
    return Picture(figure, f"Bar chart of the loss of each token. {finding}. In nats: {each}.")


def perplexity_and_floor(
    tokens: Sequence[int], lines: Mapping[str, ArrayLike], floor: float, *, title: str | None = None
) -> Picture:
    """Perplexity against the length of the training text, and the best that is possible as a level line.

    Args:
        tokens: lengths of the training text, rising.
        lines: perplexities by name, [tokens].
        floor: exp(entropy) of the language.
        title: in place of the finding.

    Raises:
        ShapeError: if the lengths disagree.
        DataError: if nothing is given, or a perplexity is below 1 or infinite.
    """
    curves = {name: column(f"perplexity of {name}", y, "sizes", len(tokens)) for name, y in lines.items()}
    if not curves:
        raise DataError("there is no line to draw")
    for name, y in [*curves.items(), ("the floor", np.array([floor]))]:
        if y.min() < 1 or np.isinf(y).any():
            raise DataError(
                f"perplexities are finite and at least 1, but {name} has {y.min():g} to {y.max():g}"
            )
    best = min(curves, key=lambda name: curves[name][-1])
    finding = f"After {tokens[-1]:,} tokens {best} stands at {curves[best][-1]:.2f}, the floor at {floor:.2f}"
    with new_figure(8.6, 4.4) as (figure, (ax,)):
        ends = {}
        for i, (name, y) in enumerate(curves.items()):
            color = OKABE_ITO[i % len(OKABE_ITO)]
            ax.plot(tokens, y, marker=MARKERS[i % len(MARKERS)], color=color)
            ends[name] = (float(tokens[-1]), float(y[-1]), color)
        ax.axhline(floor, color=GREY, linestyle="--", linewidth=1.4)
        ax.set_xscale("log")
        ax.set_yscale("log")
        _plain_ticks(ax.xaxis, (1,))
        _plain_ticks(ax.yaxis, (1, 1.5, 2, 3, 5, 7))
        ax.set_xlabel("tokens of training text (log axis)")
        ax.set_ylabel("perplexity (log axis)")
        ax.set_title(wrapped(title or finding, 76))
        ends[f"floor {floor:.2f}"] = (float(tokens[-1]), floor, GREY)
        label_line_ends(ax, ends)
    said = "; ".join(
        f"{name} " + ", ".join(f"{value:.2f} after {n:,}" for n, value in zip(tokens, y, strict=True))
        for name, y in curves.items()
    )
    return Picture(
        figure,
        f"Line chart of perplexity against tokens of training text, on logarithmic axes. {finding}. {said}.",
    )


def wrong_perplexities(names: Sequence[str], values: ArrayLike, *, title: str | None = None) -> Picture:
    """Several readings of one perplexity, the first of which is right, as dots on a logarithmic axis.

    Args:
        names: the right one, then the others.
        values: perplexities, [names].
        title: in place of the finding.

    Raises:
        ShapeError: if the lengths disagree.
        DataError: if there are fewer than two, or one is below 1 or infinite.
    """
    y = column("values", values, "names", len(names))
    if len(y) < 2 or y.min() < 1 or np.isinf(y).any():
        raise DataError(f"at least two finite perplexities of 1 or more are needed, got {y.tolist()}")
    order = [0, *(1 + np.argsort(y[1:], kind="stable")).tolist()]
    finding = f"The same model and text read {y.min():.1f} to {y.max():.1f}; right is {y[0]:.1f}"
    with new_figure(8.2, 1.3 + 0.36 * len(y)) as (figure, (ax,)):
        ax.axvline(y[0], color=BLUE, linestyle="--", linewidth=1.4)
        for row, i in enumerate(order):
            ax.plot([y[0], y[i]], [row, row], color=GREY, linewidth=1.2)
            color, marker = (BLUE, "o") if i == 0 else (VERMILLION, "s")
            ax.plot(y[i], row, marker=marker, color=color, markersize=8)
            left = y[i] < y[0]
            percent = "" if i == 0 else f"  ({100 * (y[i] / y[0] - 1):+.0f} %)".replace("-", "−")
            ax.annotate(
                f"{y[i]:.1f}{percent}",
                (y[i], row),
                xytext=(-9 if left else 9, 0),
                textcoords="offset points",
                ha="right" if left else "left",
                va="center",
            )
        ax.set_yticks(range(len(y)), [names[i] for i in order])
        ax.set_ylim(len(y) - 0.5, -0.6)
        ax.set_xscale("log")
        _plain_ticks(ax.xaxis, (1, 2, 5))
        ax.set_xlim(y.min() / 4, y.max() * 2.2)
        ax.grid(axis="y", visible=False)
        ax.tick_params(axis="y", length=0)
        ax.set_xlabel("perplexity (log axis)")
        ax.set_title(wrapped(title or finding, 76))
    each = ", ".join(f"{names[i]} {y[i]:.1f}" for i in order)
    return Picture(figure, f"Dot plot of {len(y)} readings of one perplexity. {finding}. All: {each}.")


def vocabulary_and_perplexity(
    words: Sequence[int], unknown: ArrayLike, perplexity: ArrayLike, paid: ArrayLike
) -> Picture:
    """Two panels against the size of the vocabulary: the unknown share; perplexity, as reported and paid for.

    Args:
        words: sizes of the vocabulary, rising.
        unknown: share of unknown tokens, in [0, 1], [words].
        perplexity: with `<unk>` as a token like any other, [words].
        paid: where the model has to say which of the unknown words it is, [words].

    Raises:
        ShapeError: if the lengths disagree.
        DataError: if nothing is given, a share lies outside [0, 1], or a perplexity is below 1 or infinite.
    """
    share = shares("unknown", unknown, "sizes", len(words))
    lines = {
        "<unk> paid for": column("paid", paid, "sizes", len(words)),
        "as reported": column("perplexity", perplexity, "sizes", len(words)),
    }
    for name, y in lines.items():
        if y.min() < 1 or np.isinf(y).any():
            raise DataError(
                f"perplexities are finite and at least 1, but {name} has {y.min():g} to {y.max():g}"
            )
    reported = lines["as reported"]
    with new_figure(10.4, 4.0, columns=2) as (figure, (left, right)):
        left.plot(words, share, marker="o", color=BLUE)
        left.set_ylim(0, 1)
        left.set_yticks(np.arange(0, 1.1, 0.25), [f"{percent} %" for percent in range(0, 101, 25)])
        left.set_ylabel("tokens of the test text that are <unk>")
        left.set_title(f"{words[0]:,} words: {100 * share[0]:.0f} % is unknown")
        for i, (name, y) in enumerate(lines.items()):
            color, at = (BLUE, VERMILLION)[i], len(words) // 3
            right.plot(words, y, marker=MARKERS[i], color=color)
            right.annotate(
                name,
                (words[at], y[at]),
                xytext=(6, 6 if i == 0 else -6),
                textcoords="offset points",
                va="bottom" if i == 0 else "top",
                color=text_color(color),
                fontweight="bold",
            )
        right.set_yscale("log")
        _plain_ticks(right.yaxis, (1, 2, 5))
        right.set_ylabel("perplexity (log axis)")
        right.set_title(f"{words[0]:,} words: perplexity {reported[0]:.1f}, and worthless")
        for ax in (left, right):
            ax.set_xscale("log")
            _plain_ticks(ax.xaxis, (1,))
            ax.set_xlabel("words in the vocabulary (log axis)")
    said = "; ".join(
        f"{n:,} words: {100 * s:.0f} % unknown, perplexity {p:.1f} as reported, {q:.1f} paid for"
        for n, s, p, q in zip(words, share, reported, lines["<unk> paid for"], strict=True)
    )
    return Picture(
        figure,
        f"Two line charts against the number of words in the vocabulary, on logarithmic axes: the share of "
        f"unknown tokens, and perplexity as reported and with unknown words paid for. {said}.",
    )


def _plain_ticks(axis: Axis, units: Sequence[float]) -> None:
    """Ticks of a logarithmic axis that read 50, 100, 200 or 1,000."""
    axis.set_major_locator(LogLocator(subs=units))
    axis.set_minor_locator(NullLocator())
    axis.set_major_formatter(FuncFormatter(lambda value, _: f"{value:,g}"))
