"""Figures of the lecture on generating text: learning to write, counting characters, heat, memory."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np
from matplotlib.ticker import NullLocator
from numpy.typing import ArrayLike

from rnn_course.errors import DataError
from rnn_course.figures.arrays import column, listed, probability, shares, wrapped
from rnn_course.figures.style import (
    BLUE,
    GREEN,
    GREY,
    MARKERS,
    VERMILLION,
    Picture,
    label_line_ends,
    new_figure,
    text_color,
)

LITTLE = 0.1
"""Bits per character: what is less is called a small gain."""


def bits_while_learning(updates: Sequence[int], bits: ArrayLike, counted: Mapping[str, float]) -> Picture:
    """Bits per character against updates, with what counted models need as rungs of a ladder.

    Args:
        updates: batches learned from, at least 1, rising.
        bits: of the network on held-out text, [updates].
        counted: bits of other models by name, drawn as level lines.

    Raises:
        ShapeError: if the lengths disagree.
        DataError: if nothing is given, a number is negative or NaN, or an update is below 1.
    """
    y = column("bits", bits, "updates", len(updates))
    rungs = column("counted", list(counted.values()), "models", len(counted))
    least = np.concatenate([y, rungs]).min()
    if min(updates) < 1 or least < 0:
        raise DataError(f"updates are at least 1 and bits at least 0, got {min(updates)} and {least:g}")
    passed = {name: value for name, value in counted.items() if value >= y[-1]}
    finding = f"After {updates[-1]:,} updates: {y[-1]:.2f} bits per character"
    finding += f", less than the {min(passed, key=passed.__getitem__)}" if passed else ""
    with new_figure(7.8, 4.8) as (figure, (ax,)):
        ax.plot(updates, y, marker=MARKERS[0], color=BLUE, zorder=3, clip_on=False)
        ends = {"network": (float(updates[-1]), float(y[-1]), BLUE)}
        for name, value in counted.items():
            ax.plot([updates[0], updates[-1]], [value, value], color=GREY, linestyle="--", linewidth=1.2)
            ends[name] = (float(updates[-1]), value, GREY)
        ax.set_xscale("log")
        ax.set_xlim(updates[0] / 1.2, updates[-1] * 1.02)
        ax.xaxis.set_minor_locator(NullLocator())
        ax.set_xticks(updates, [f"{update:,}" for update in updates])
        ax.set_xlabel("updates (log axis)")
        ax.set_ylabel("bits per character of new text")
        ax.set_title(wrapped(finding))
        label_line_ends(ax, ends)
    said = ", ".join(f"{value:.2f} after {update:,}" for update, value in zip(updates, y, strict=True))
    others = ", ".join(f"{name} {value:.2f}" for name, value in counted.items())
    return Picture(figure, f"Line chart. {finding}. The network: {said} updates. Level lines: {others}.")


def bits_by_order(orders: Sequence[int], bits: ArrayLike, others: Mapping[str, float]) -> Picture:
    """Bits per character of counted n-grams against n, with other models as level lines.

    Args:
        orders: n, rising.
        bits: on held-out text, [orders].
        others: bits of other models by name.

    Raises:
        ShapeError: if the lengths disagree.
        DataError: if nothing is given, or a number is negative or NaN.
    """
    y = column("bits", bits, "orders", len(orders))
    level = column("others", list(others.values()), "models", len(others)) if others else np.zeros(0)
    least = np.concatenate([y, level]).min()
    if least < 0:
        raise DataError(f"bits are at least 0, got {least:g}")
    flat = int(np.flatnonzero(y - y.min() <= LITTLE)[0])
    if flat == len(y) - 1:
        finding = f"n = {orders[-1]} is best: {y[-1]:.2f} bits"
    else:
        gained = y[flat] - y.min()
        finding = f"Longer contexts than n = {orders[flat]}, all together, gain {gained:.2f} bits"
    with new_figure(7.4, 4.4) as (figure, (ax,)):
        ax.plot(orders, y, marker=MARKERS[1], color=VERMILLION, zorder=3, clip_on=False)
        ends = {"counted n-gram": (float(orders[-1]), float(y[-1]), VERMILLION)}
        for name, value in others.items():
            ax.plot([orders[0], orders[-1]], [value, value], color=BLUE, linestyle="--", linewidth=1.4)
            ends[name] = (float(orders[-1]), value, BLUE)
        ax.set_xlim(orders[0] - 0.3, orders[-1] + 0.05)
        ax.set_ylim(0, None)
        ax.set_xticks(orders)
        ax.set_xlabel("n, characters (the predicted one included)")
        ax.set_ylabel("bits per character of new text")
        ax.set_title(wrapped(finding))
        label_line_ends(ax, ends)
    said = ", ".join(f"{value:.2f} at n = {n}" for n, value in zip(orders, y, strict=True))
    beside = "".join(f" {name}: {value:.2f}." for name, value in others.items())
    return Picture(figure, f"Line chart. {finding}. Bits per character: {said}.{beside}")


def shares_by_temperature(
    temperatures: ArrayLike, lines: Mapping[str, ArrayLike], real: Mapping[str, float]
) -> Picture:
    """What is right and what is new in drawn text, against the temperature, beside the same in real text.

    Args:
        temperatures: rising.
        lines: shares in [0, 1] by name, [temperatures].
        real: of real text, by the same names; drawn as level lines.

    Raises:
        ShapeError: if the lengths disagree.
        DataError: if a share lies outside [0, 1], or the names differ.
    """
    t = np.asarray(temperatures, dtype=float)
    if set(lines) != set(real) or not lines:
        raise DataError(f"the names differ: drawn {listed([*lines])}, real {listed([*real])}")
    drawn = {name: shares(name, values, "temperatures", t.size) for name, values in lines.items()}
    finding = "From cold to hot: " + ", ".join(
        f"{name} {_percent(drawn[name][0])} to {_percent(drawn[name][-1])}" for name in drawn
    )
    with new_figure(8.2, 4.6) as (figure, (ax,)):
        ends = {}
        for i, (name, y) in enumerate(drawn.items()):
            color = (BLUE, VERMILLION, GREEN)[i % 3]
            ax.plot(t, y, marker=MARKERS[i % len(MARKERS)], color=color, zorder=3, clip_on=False)
            ax.plot(
                t[[0, -1]], [real[name]] * 2, color=color, linestyle=(":", "--", "-.")[i % 3], linewidth=1.4
            )
            ax.annotate(
                f"in real text {_percent(real[name])}",
                (t[-1], real[name]),
                xytext=(-6, -4),
                textcoords="offset points",
                ha="right",
                va="top",
                color=text_color(color),
            )
            ends[name] = (float(t[-1]), float(y[-1]), color)
        ax.set_xlim(t[0] - 0.04 * (t[-1] - t[0]), t[-1] + 0.01 * (t[-1] - t[0]))
        ax.set_ylim(0, 1.05)
        ax.set_yticks(np.arange(0, 1.1, 0.25), [f"{p} %" for p in range(0, 101, 25)])
        ax.set_xlabel("temperature")
        ax.set_ylabel("share")
        ax.set_title(wrapped(finding))
        label_line_ends(ax, ends)
    said = "; ".join(
        f"{name}: "
        + ", ".join(f"{_percent(v)} at {x:g}" for x, v in zip(t, y, strict=True))
        + f"; in real text {_percent(real[name])}"
        for name, y in drawn.items()
    )
    return Picture(figure, f"Line chart of two shares against the temperature. {finding}. {said}.")


def _percent(share: float) -> str:
    return f"{100 * share:.0f} %"


def open_brackets(distances: Sequence[int], panels: Mapping[str, tuple[ArrayLike, ArrayLike]]) -> Picture:
    """One panel a model: P(closing bracket) with a bracket open so many characters ago, and with none open.

    Args:
        distances: characters since the bracket, rising.
        panels: by the model's name, the probabilities with and without an open bracket, each [distances].

    Raises:
        ShapeError: if the lengths disagree.
        DataError: if nothing is given, or a probability lies outside [0, 1].
    """
    if not panels:
        raise DataError("there are no models: nothing to draw")
    pairs = {
        name: tuple(shares(f"{name}'s P", values, "distances", len(distances)) for values in pair)
        for name, pair in panels.items()
    }
    top = max(float(values.max()) for pair in pairs.values() for values in pair)
    with new_figure(4.6 * len(pairs), 4.0, columns=len(pairs)) as (figure, axes):
        for ax, (name, (opened, none)) in zip(axes, pairs.items(), strict=True):
            ax.plot(distances, opened, marker="o", color=BLUE, label="a bracket is open")
            ax.plot(distances, none, marker="s", color=VERMILLION, linestyle="--", label="none is open")
            ax.set_ylim(-0.03 * top, 1.12 * top)
            ax.set_xticks(distances)
            ax.set_xlabel("characters since the bracket")
            ax.set_ylabel("probability that “)” comes next")
            last = (
                int(np.flatnonzero(~np.isclose(opened, none, rtol=1e-6))[-1]) if any(opened != none) else -1
            )
            knows = f"knows for {distances[last]} characters" if last >= 0 else "never knows"
            if last == len(distances) - 1:
                knows = f"still knows after {distances[last]}"
            ax.set_title(f"{name}: {knows}")
        axes[0].legend(frameon=False, loc="best")
    said = ". ".join(
        f"{name}: "
        + ", ".join(
            f"{probability(a)} against {probability(b)} after {d}"
            for d, a, b in zip(distances, opened, none, strict=True)
        )
        for name, (opened, none) in pairs.items()
    )
    return Picture(
        figure,
        f"Line charts of the probability of a closing bracket, with a bracket open and without. {said}.",
    )
