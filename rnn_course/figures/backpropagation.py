"""Figures of lecture 06: the gradient as a sum over steps, and what truncation makes of it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np
from matplotlib.axes import Axes
from matplotlib.patches import Patch
from matplotlib.ticker import FuncFormatter, MaxNLocator
from numpy.typing import ArrayLike

from rnn_course.errors import DataError
from rnn_course.figures.arrays import column, listed, shares, wrapped
from rnn_course.figures.style import (
    BLUE,
    GREY,
    MARKERS,
    OKABE_ITO,
    ORANGE,
    VERMILLION,
    Picture,
    label_line_ends,
    new_figure,
    text_color,
)


def contribution_bars(norms: ArrayLike, along: ArrayLike, *, name: str = r"W_h") -> Picture:
    """Each step's part of the last loss's gradient, and how the parts add up to the whole.

    Args:
        norms: the norm of the part from step t, [time].
        along: its component along the full gradient, as a share of the full norm; these sum to 1, [time].
        name: of the array, as maths without dollars.

    Raises:
        ShapeError: if the lengths disagree.
        DataError: if nothing is given, a norm is negative, or the shares do not sum to 1.
    """
    T = len(np.atleast_1d(norms))
    heights = column("norms", norms, "steps", T)
    parts = column("along", along, "steps", T)
    if heights.min() < 0:
        raise DataError(f"norms are at least 0, got {heights.min():g}")
    if abs(parts.sum() - 1) > 1e-6:
        raise DataError(f"the shares of the steps sum to 1, got {parts.sum():g}")
    steps = np.arange(1, T + 1)
    total = np.cumsum(parts[::-1])
    off = np.flatnonzero(abs(total - 1) >= 0.01)
    enough = int(off[-1]) + 2 if len(off) else 1
    finding = f"The last {enough} of {T} steps make up 99 %" if enough > 1 else "The last step is all"
    with new_figure(9.2, 3.9, columns=2) as (figure, (left, right)):
        left.bar(steps, heights, color=BLUE, width=0.8)
        left.set_xlabel("step t at which the weights appear")
        left.set_ylabel(rf"norm of $\partial J / \partial {name}|_{{(t)}}$")
        left.set_title("The parts fall towards the past")
        right.plot(np.arange(1, T + 1), total, marker="o", markersize=4, color=VERMILLION)
        right.axhline(1, color=GREY, linestyle="--", linewidth=1)
        right.set_xlabel("steps added up, from the loss backwards")
        right.set_ylabel("share of the full gradient")
        right.set_ylim(min(0, 1.1 * total.min()), 1.12 * max(1, total.max()))
        right.set_title(wrapped(finding, 37))
        for ax in (left, right):
            ax.xaxis.set_major_locator(MaxNLocator(integer=True))
    alt = (
        f"Two charts. Left: bars of the norm of each step's part of the gradient, {heights[-1]:.3g} at the "
        f"last of {T} steps, {heights[-min(5, T)]:.3g} at step {T + 1 - min(5, T)}, {heights[0]:.3g} at the "
        f"first. Right: the sum of the parts from the loss backwards, as a share of the full one. {finding}."
    )
    return Picture(figure, alt)


def truncation_windows(T: int, cases: Sequence[tuple[int, int]]) -> Picture:
    """Which steps each backward pass goes through, for pairs of k1 and k2: a row for each pass.

    Args:
        T: steps of the text.
        cases: (k1, k2), one panel each; 1 <= k1 <= k2.

    Raises:
        DataError: if there are no cases, or a number is out of range.
    """
    if not cases or T < 1 or not all(1 <= k1 <= k2 for k1, k2 in cases):
        raise DataError(f"windows need T >= 1 and pairs 1 <= k1 <= k2, got T = {T} and {list(cases)}")
    ends = [[(min(t + k1, T), k2) for t in range(0, T, k1)] for k1, k2 in cases]
    work = [sum(end - max(0, end - k2) for end, k2 in passes) for passes in ends]
    finding = f"The losses of {T} steps cost {listed([str(steps) for steps in work])} steps back"
    with new_figure(4.6 * len(cases), 3.6, columns=len(cases)) as (figure, axes):
        for ax, (k1, k2) in zip(axes, cases, strict=True):
            _windows(ax, T, k1, k2)
        axes[0].set_ylabel("backward pass")
        figure.suptitle(wrapped(finding, 84), x=0.01, ha="left", fontweight="bold", fontsize=12.5)
        handles = [Patch(color=BLUE), Patch(facecolor="white", edgecolor=BLUE, hatch="////")]
        names = ["its own losses", "passed on the way back"]
        figure.legend(handles, names, loc="outside lower center", ncols=2, frameon=False)
    said = "; ".join(
        f"with k1 = {k1} and k2 = {k2} there are {-(-T // k1)} passes, each starting from the losses of {k1} "
        f"steps and going back through {min(k2, T)} at most"
        for k1, k2 in cases
    )
    return Picture(figure, f"Diagram of backward passes over {T} steps: {said}. {finding}.")


def _windows(ax: Axes, T: int, k1: int, k2: int) -> None:
    for row, start in enumerate(range(0, T, k1), 1):
        end = min(start + k1, T)
        back = max(0, end - k2)
        ax.broken_barh(
            [(back + 0.5, start - back)], (row - 0.34, 0.68), facecolor="white", edgecolor=BLUE, hatch="////"
        )
        ax.broken_barh([(start + 0.5, end - start)], (row - 0.34, 0.68), facecolor=BLUE, edgecolor=BLUE)
    ax.set_xlim(0.3, T + 0.7)
    ax.set_ylim(-(-T // k1) + 0.7, 0.3)
    for locator in (ax.xaxis, ax.yaxis):
        locator.set_major_locator(MaxNLocator(integer=True, nbins=8))
    ax.set_xlabel("step t")
    ax.set_title(f"$k_1$ = {k1}, $k_2$ = {k2}")


def truncation_quality(
    steps: Sequence[int],
    cosines: Mapping[str, ArrayLike],
    lengths: Mapping[str, ArrayLike],
    *,
    at: int | None = None,
) -> Picture:
    """Cosine and relative length of the truncated gradient against k, a line for each network.

    Args:
        steps: k, rising.
        cosines, lengths: by the network's name, [steps].
        at: a k to compare the networks at in the title; the middle one if left out.

    Raises:
        ShapeError: if the lengths disagree.
        DataError: if nothing is given, the names differ, a cosine lies outside -1 to 1, or `at` is no step.
    """
    if not cosines or list(cosines) != list(lengths):
        raise DataError(
            f"cosines and lengths are of the same networks, got {list(cosines)} and {list(lengths)}"
        )
    k = steps[len(steps) // 2] if at is None else at
    if k not in steps:
        raise DataError(f"at is one of the steps {list(steps)}, got {k}")
    c = {name: column(f"cosines of {name}", y, "steps", len(steps)) for name, y in cosines.items()}
    n = {name: column(f"lengths of {name}", y, "steps", len(steps)) for name, y in lengths.items()}
    if any(abs(y).max() > 1 + 1e-9 for y in c.values()):
        raise DataError("a cosine lies between -1 and 1")
    place = list(steps).index(k)
    best, worst = (pick(c, key=lambda name: c[name][place]) for pick in (max, min))
    finding = f"Looking back {k} steps: cosine {c[best][place]:.3f} for {best}"
    finding += f", {c[worst][place]:.2f} for {worst}" if worst != best else ""
    with new_figure(9.6, 4.3, columns=2) as (figure, (left, right)):
        for ax, lines, label in (
            (left, c, "cosine with the full gradient"),
            (right, n, "length, as a share of it"),
        ):
            for i, (name, y) in enumerate(lines.items()):
                ax.plot(steps, y, marker=MARKERS[i], color=OKABE_ITO[i], label=name)
            ax.axhline(1, color=GREY, linestyle="--", linewidth=1)
            ax.set_ylim(
                min(0, *(1.1 * y.min() for y in lines.values())),
                1.08 * max(1, *(y.max() for y in lines.values())),
            )
            ax.set_xlabel("k, how many steps each loss looks back")
            ax.set_ylabel(label)
        right.legend(loc="lower right", frameon=True, framealpha=0.9, edgecolor="none")
        figure.suptitle(wrapped(finding, 84), x=0.01, ha="left", fontweight="bold", fontsize=12.5)
    said = "; ".join(
        f"{name}: "
        + ", ".join(f"{a:.3f} ({b:.2f}) at {s}" for s, a, b in zip(steps, c[name], n[name], strict=True))
        for name in c
    )
    return Picture(figure, f"Line charts of cosine and, in brackets, length against k. {finding}. {said}.")


def memory_by_length(lengths: Sequence[int], full: ArrayLike, truncated: ArrayLike, *, k: int) -> Picture:
    """Peak memory of the full and of the truncated gradient against the length of the text.

    Args:
        lengths: T, rising.
        full, truncated: bytes, [lengths].
        k: steps that the truncated gradient looks back.

    Raises:
        ShapeError: if the lengths disagree.
        DataError: if a number is not above 0.
    """
    lines = {
        "all T steps": column("full", full, "lengths", len(lengths)) / 1e6,
        f"chunks of {k}": column("truncated", truncated, "lengths", len(lengths)) / 1e6,
    }
    if min(y.min() for y in lines.values()) <= 0:
        raise DataError("memory is above 0")
    whole, cut = lines.values()
    finding = f"At T = {lengths[-1]} the full gradient needs {whole[-1] / cut[-1]:.0f} times the memory"
    with new_figure(7.4, 3.8) as (figure, (ax,)):
        ends = {}
        for i, (name, y) in enumerate(lines.items()):
            ax.plot(lengths, y, marker=MARKERS[i], color=OKABE_ITO[i])
            ends[name] = (float(lengths[-1]), float(y[-1]), OKABE_ITO[i])
        ax.set_ylim(0)
        ax.set_xlabel("T, steps of the text")
        ax.set_ylabel("peak memory, MB")
        ax.set_title(wrapped(finding))
        label_line_ends(ax, ends)
    said = ", ".join(
        f"{a:.2f} against {b:.2f} MB at T = {T}" for T, a, b in zip(lengths, whole, cut, strict=True)
    )
    return Picture(figure, f"Line chart of peak memory against T. {finding}: {said}.")


def recall_by_truncation(
    looks_back: Sequence[int], accuracy: ArrayLike, *, lag: int, chance: float
) -> Picture:
    """How well a symbol is recalled that stands `lag` steps back, against the k of training.

    Args:
        looks_back: k, rising.
        accuracy: share of right answers in [0, 1], one column a seed, [looks_back, seeds].
        lag: steps between symbol and answer; from k = lag + 1 on the gradient reaches the symbol.
        chance: the share of who has forgotten.

    Raises:
        ShapeError: if the sizes disagree.
        DataError: if nothing is given, a share lies outside 0 to 1, or no k lies on one side of the lag.
    """
    seeds = [
        shares("accuracy", column_of_seed, "values of k", len(looks_back))
        for column_of_seed in np.atleast_2d(np.asarray(accuracy, float).T)
    ]
    if not seeds:
        raise DataError("there are no seeds: nothing to draw")
    y = np.stack(seeds, axis=1)
    reach = np.asarray(looks_back) > lag
    if reach.all() or not reach.any():
        raise DataError(f"k is to lie on both sides of the lag {lag}, got {list(looks_back)}")
    finding = (
        f"While the gradient stops short of the symbol: {100 * y[~reach].mean():.0f} % recalled on average; "
        f"once it gets there: {100 * y[reach].mean():.0f} %"
    )
    with new_figure(7.8, 4.3) as (figure, (ax,)):
        for j in range(y.shape[1]):
            label = "one network" if j == 0 else None
            ax.plot(looks_back, y[:, j], "o", color=ORANGE, markersize=6, markeredgecolor=GREY, label=label)
        ax.plot(looks_back, y.mean(axis=1), color=BLUE, label=f"mean of {y.shape[1]}", zorder=1)
        ax.axhline(chance, color=GREY, linestyle="--", linewidth=1)
        ax.text(looks_back[0] + 0.2, chance - 0.02, "chance", color=text_color(GREY), va="top")
        ax.axvline(lag + 0.5, color=GREY, linestyle=":", linewidth=1.5)
        reached = "from here on the gradient\nreaches the symbol"
        ax.annotate(reached, (lag + 0.5, 0.93), (-8, 0), textcoords="offset points", ha="right", va="center")
        ax.set_ylim(-0.03, 1.06)
        ax.set_xticks(looks_back)
        ax.yaxis.set_major_formatter(FuncFormatter(lambda value, _: f"{100 * value:.0f} %"))
        ax.set_xlabel("k, how many steps the loss looked back in training")
        ax.set_ylabel("symbols recalled")
        ax.set_title(wrapped(finding))
        ax.legend(loc="upper left", frameon=True, framealpha=0.9, edgecolor="none")
    said = "; ".join(
        f"k = {k}: " + listed([f"{100 * share:.0f} %" for share in row])
        for k, row in zip(looks_back, y, strict=True)
    )
    return Picture(figure, f"Chart of recall after {lag} steps against k. {finding}. Each network: {said}.")
