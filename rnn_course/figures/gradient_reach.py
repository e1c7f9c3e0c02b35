"""Figures of lecture 09: a power taken apart into eigenvectors, and how far a real gradient reaches."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Literal

import numpy as np
from matplotlib.axes import Axes
from matplotlib.ticker import MaxNLocator
from numpy import ndarray
from numpy.typing import ArrayLike

from rnn_course.errors import DataError, ShapeError
from rnn_course.figures.arrays import column, wrapped
from rnn_course.figures.gradients import LAG
from rnn_course.figures.style import (
    BLACK,
    BLUE,
    GREY,
    MARKERS,
    OKABE_ITO,
    SKY,
    VERMILLION,
    Picture,
    label_line_ends,
    new_figure,
)

SMALLEST = 1e-300


def eigenvector_parts(log_sizes: ArrayLike, log_lengths: ArrayLike, eigenvalues: ArrayLike) -> Picture:
    """|c_i lambda_i^l| of every eigenvector against the lag, and the length of their sum W_h^l v.

    Args:
        log_sizes: natural logarithms, [lag, hidden], from lag 0 on.
        log_lengths: log ||W_h^l v||, [lag].
        eigenvalues: lambda_i, the largest in absolute value first, [hidden].

    Raises:
        ShapeError: if the shapes disagree.
        DataError: if a logarithm is NaN.
    """
    logs = np.asarray(log_sizes, dtype=float)
    sizes = abs(np.asarray(eigenvalues))
    if logs.ndim != 2 or sizes.shape != logs.shape[1:]:
        raise ShapeError(f"log_sizes are {logs.shape}, for eigenvalues {sizes.shape}: expected [lag, hidden]")
    total = column("log_lengths", log_lengths, "lags", len(logs))
    if np.isnan(logs).any():
        raise DataError("log_sizes hold NaN")
    lags = np.arange(len(logs))
    leading = int((sizes > sizes[0] * (1 - 1e-9)).sum())
    # from which lag on the leading ones are 99 % of all parts together
    share = np.exp(logs[:, :leading] - logs.max(axis=1, keepdims=True)).sum(axis=1)
    share = share / np.exp(logs - logs.max(axis=1, keepdims=True)).sum(axis=1)
    alone = np.flatnonzero(share < 0.9)
    since = int(alone[-1]) + 1 if len(alone) else 0
    who = "one eigenvector" if leading == 1 else f"{leading} eigenvectors"
    title = f"After {since} steps, {who} of {len(sizes)} is nine tenths of what is left"
    if since == len(logs):
        title = f"After {len(logs) - 1} steps, {who} of {len(sizes)} is {share[-1]:.0%} of what is left"
    with new_figure(8.8, 4.8) as (figure, (ax,)):
        for i in range(len(sizes) - 1, -1, -1):
            first = i < leading
            ax.plot(
                lags,
                _shown(logs[:, i]),
                color=VERMILLION if first else SKY,
                linewidth=2.4 if first else 0.9,
                linestyle="--" if first else "-",
                zorder=4 if first else 2,
            )
        ax.plot(lags, _shown(total), color=BLACK, linewidth=2.4, zorder=5)
        ax.set_yscale("log")
        top = float(np.exp(max(logs.max(), total.max())))
        ax.set_ylim(max(float(np.exp(total.min())) / 30, top * 1e-8), 3 * top)
        ax.set_xlim(0, lags[-1])
        ax.set_xlabel(LAG)
        ax.set_ylabel("|c$_i$ λ$_i^ℓ$| (log axis)")
        ax.set_title(wrapped(title))
        name = f"|λ$_1$| = {sizes[0]:.2f}"
        label_line_ends(
            ax,
            {
                name: (lags[-1], float(_shown(logs[-1:, 0])[0]), VERMILLION),
                "their sum": (lags[-1], float(_shown(total[-1:])[0]), BLACK),
            },
        )
    return Picture(
        figure,
        f"Line chart, on a logarithmic axis, of the sizes of {len(sizes)} eigenvectors' parts against the "
        f"lag. Each is a straight line; the others fall below the leading one, with |lambda| = "
        f"{sizes[0]:.3g}, which at lag {lags[-1]} has {share[-1]:.0%} of all. {title}. "
        f"The length of the sum goes from {np.exp(total[0]):.3g} to {np.exp(total[-1]):.2g}.",
    )


def remaining_by_lag(
    lags: Sequence[int], shares: Mapping[str, ArrayLike], *, title: str, gone: float = 0.01
) -> Picture:
    """Which share of a gradient is left after so many steps back, a line for each network.

    Args:
        lags: rising.
        shares: by name, above 0, [lags].
        title: the finding.
        gone: drawn across: the share below which the gradient counts as gone.

    Raises:
        ShapeError: if the lengths disagree.
        DataError: if nothing is given, or a share is not above 0.
    """
    lines = {name: column(name, y, "lags", len(lags)) for name, y in shares.items()}
    if not lines or min(float(y.min()) for y in lines.values()) <= 0:
        raise DataError("needs shares above 0 of at least one network")
    x = np.asarray(lags)
    with new_figure(8.8, 4.6) as (figure, (ax,)):
        ends, said = {}, []
        for i, (name, y) in enumerate(lines.items()):
            color = OKABE_ITO[i % len(OKABE_ITO)]
            ax.plot(x, y, color=color, marker=MARKERS[i % len(MARKERS)], markevery=max(1, len(x) // 10))
            ends[name] = (float(x[-1]), float(y[-1]), color)
            below = np.flatnonzero(y < gone)
            reach = f"below {gone:g} from lag {x[below[0]]} on" if len(below) else f"never below {gone:g}"
            said.append(f"{name}: {y[0]:.2g} at lag {x[0]}, {y[-1]:.2g} at lag {x[-1]}, {reach}")
        _gone_line(ax, gone, side="right")
        ax.set_xlim(x[0], x[-1])
        ax.xaxis.set_major_locator(MaxNLocator(integer=True))
        ax.set_xlabel(LAG)
        ax.set_ylabel("share of the gradient that is left (log axis)")
        ax.set_title(wrapped(title))
        label_line_ends(ax, ends)
    return Picture(
        figure,
        f"Line chart of the share of the gradient that is left, on a logarithmic axis, against the lag. "
        f"{title}. {'; '.join(said)}.",
    )


def _gone_line(ax: Axes, gone: float, *, side: Literal["left", "right"]) -> None:
    ax.set_yscale("log")
    ax.axhline(gone, color=GREY, linestyle="--", linewidth=1.2)
    ax.annotate(
        f"{gone:.0%} is left",
        (side == "right", gone),
        xycoords=("axes fraction", "data"),
        xytext=(6 if side == "left" else -6, 4),
        textcoords="offset points",
        ha=side,
        color=GREY,
    )


def words_that_matter(
    words: Sequence[str], shares: ArrayLike, *, predicted: str, gone: float = 0.01
) -> Picture:
    """How much of the gradient of one word's loss arrives at the state after each word before it.

    Args:
        words: what was read, the oldest first.
        shares: 1 at the last one, from which the word is predicted, [words].
        predicted: the word whose loss it is.
        gone: the share below which a bar counts as gone.

    Raises:
        ShapeError: if the lengths disagree.
        DataError: if nothing is given, or a share is negative.
    """
    y = column("shares", shares, "words", len(words))
    if y.min() < 0:
        raise DataError(f"a share is at least 0, got {y.min():g}")
    heard = int((y >= gone).sum())
    title = f"The loss at “{predicted}” reaches {heard} of {len(words)} states with {gone:.0%} or more"
    floor = min(gone / 10, max(float(y[y > 0].min()) / 3, 1e-8)) if (y > 0).any() else gone / 10
    places: ndarray = np.arange(len(words))
    with new_figure(9.4, 4.2) as (figure, (ax,)):
        colors = [BLUE if share >= gone else SKY for share in y]
        hatches = ["" if share >= gone else "///" for share in y]
        ax.bar(places, np.maximum(y, floor), color=colors, hatch=hatches, edgecolor="white", zorder=3)
        _gone_line(ax, gone, side="left")
        ax.set_xlim(-1.6, len(words) - 0.4)
        ax.set_ylim(floor, 2)
        ax.set_xticks(places, words, rotation=40, ha="right")
        ax.grid(visible=False, axis="x")
        ax.set_ylabel("share of the gradient (log axis)")
        ax.set_title(wrapped(title))
    said = ", ".join(f"{word} {share:.2g}" for word, share in zip(words, y, strict=True))
    return Picture(
        figure,
        f"Bar chart, on a logarithmic axis: the share of the gradient of the loss at “{predicted}”, at the "
        f"state after each word. {title}. {said}.",
    )


def _shown(logs: ndarray) -> ndarray:
    """exp(logs), held to what a logarithmic axis can place."""
    return np.maximum(np.exp(np.clip(logs, -600, 600)), SMALLEST)
