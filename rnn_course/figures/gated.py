"""Figures of the lecture on the GRU: how far each unit is renewed, and cells beside each other."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np
from matplotlib.lines import Line2D
from matplotlib.ticker import FuncFormatter, MaxNLocator
from numpy.typing import ArrayLike

from rnn_course.errors import DataError
from rnn_course.figures.arrays import column, shares, wrapped
from rnn_course.figures.style import BLUE, GREY, ORANGE, VERMILLION, Picture, new_figure

LOWEST, HIGHEST = BETTER = ("lowest", "highest")


def renewal(h_prev: ArrayLike, h_tilde: ArrayLike, u: ArrayLike, *, word: str) -> Picture:
    """One row a unit: the old state, the candidate, and the new state, u of the way between them.

    Args:
        h_prev: the state before the word, [units].
        h_tilde: the candidate, [units].
        u: the update gate, [units].
        word: what was read.

    Raises:
        ShapeError: if the lengths disagree.
        DataError: if there are no units, a value is NaN, or u lies outside [0, 1].
    """
    gate = np.asarray(u, dtype=float)
    gate = shares("u", gate, "units", gate.size)
    old = column("h_prev", h_prev, "units", gate.size)
    new = column("h_tilde", h_tilde, "units", gate.size)
    h = (1 - gate) * old + gate * new
    order = np.argsort(gate, kind="stable")
    rows = np.arange(gate.size)
    finding = f"“{word}” moves {(gate > 0.5).sum()} of {gate.size} units more than half of the way"
    with new_figure(8.6, 1.9 + 0.29 * gate.size) as (figure, (ax,)):
        ax.hlines(rows, old[order], new[order], color=GREY, linewidth=1.3, linestyle=":", zorder=2)
        ax.hlines(rows, old[order], h[order], color=BLUE, linewidth=3.4, zorder=3)
        ax.plot(old[order], rows, "|", color="black", markersize=12, markeredgewidth=2, zorder=4)
        ax.plot(new[order], rows, "D", color=ORANGE, markerfacecolor="white", markeredgewidth=1.6, zorder=4)
        ax.plot(h[order], rows, "o", color=BLUE, markersize=7.5, zorder=5)
        for row, unit in zip(rows, order, strict=True):
            ax.text(1.18, float(row), f"{gate[unit]:.2f}", va="center", ha="right")
        ax.text(1.18, gate.size - 0.35, "u", va="bottom", ha="right", fontweight="bold")
        ax.set_yticks(rows, [f"unit {unit + 1}" for unit in order])
        ax.set_ylim(-0.7, gate.size + 0.3)
        ax.set_xlim(-1.08, 1.2)
        ax.set_xticks(np.linspace(-1, 1, 5))
        ax.grid(visible=False, axis="y")
        ax.set_xlabel("value of the unit")
        ax.set_title(wrapped(finding))
        figure.legend(
            handles=[
                Line2D([], [], marker="|", color="black", linestyle="", markersize=12, markeredgewidth=2),
                Line2D([], [], marker="D", color=ORANGE, linestyle="", markerfacecolor="white"),
                Line2D([], [], marker="o", color=BLUE, linewidth=3.4, markersize=7.5),
            ],
            labels=["old state", "candidate", "new state, and the way to it"],
            loc="outside lower center",
            ncols=3,
            frameon=False,
        )
    said = "; ".join(
        f"unit {k + 1}: u {gate[k]:.2f}, from {old[k]:.2f} towards {new[k]:.2f}, to {h[k]:.2f}"
        for k in order[::-1]
    )
    return Picture(figure, f"A line for each unit, from its old state to its candidate. {finding}. {said}.")


def cells_beside(cells: Sequence[str], panels: Mapping[str, tuple[ArrayLike, str]], *, title: str) -> Picture:
    """A panel for each thing that was measured, a bar for each cell; the best bar is solid and said to be so.

    Args:
        cells: their names, from top to bottom.
        panels: by what was measured, with its unit: the values, [cells], and whether the "lowest" or the
            "highest" is best.
        title: the finding.

    Raises:
        ShapeError: if a panel has not one value for each cell.
        DataError: if there are no panels or cells, or a value is not a positive number.
    """
    if not panels:
        raise DataError("there are no panels: nothing to draw")
    measured = {label: column(label, values, "cells", len(cells)) for label, (values, _) in panels.items()}
    for label, values in measured.items():
        if values.min() <= 0 or not np.isfinite(values).all():
            raise DataError(f"{label}: a bar needs a positive number, got {values.tolist()}")
        if panels[label][1] not in BETTER:
            raise DataError(f"{label}: best is {LOWEST} or {HIGHEST}, got {panels[label][1]!r}")
    said = []
    with new_figure(max(8.6, 3.3 * len(panels)), 1.9 + 0.5 * len(cells), columns=len(panels)) as (
        figure,
        axes,
    ):
        for ax, (label, values) in zip(axes, measured.items(), strict=True):
            best = int(values.argmin() if panels[label][1] == LOWEST else values.argmax())
            for row, value in enumerate(values):
                won = row == best
                ax.barh(
                    row,
                    value,
                    height=0.62,
                    facecolor=BLUE if won else "white",
                    edgecolor=BLUE if won else GREY,
                    hatch=None if won else "///",
                )
                text = f"{number(value)}{f'  {panels[label][1]}' if won else ''}"
                ax.annotate(
                    text,
                    (value, row),
                    xytext=(6, 0),
                    textcoords="offset points",
                    va="center",
                    fontweight="bold" if won else "normal",
                    color="#004B76" if won else "#1C2126",
                )
            ax.set_xlim(0, 1.85 * values.max())
            ax.xaxis.set_major_locator(MaxNLocator(3))
            ax.xaxis.set_major_formatter(FuncFormatter(lambda value, _: f"{value:,g}"))
            ax.set_yticks(range(len(cells)), cells if ax is axes[0] else [""] * len(cells))
            ax.set_ylim(len(cells) - 0.4, -0.6)
            ax.grid(visible=False, axis="y")
            ax.set_xlabel(label)
            each = ", ".join(f"{cell} {number(value)}" for cell, value in zip(cells, values, strict=True))
            said.append(f"{label}: {each}; {cells[best]} has the {panels[label][1]}")
        figure.suptitle(
            wrapped(title, 30 * len(panels)), x=0.012, ha="left", fontsize=12.5, fontweight="bold"
        )
    return Picture(figure, f"Bar charts, a panel for each measure. {title}. {'. '.join(said)}.")


def waiting(
    lags: ArrayLike, left: Mapping[str, ArrayLike], half_lives: Mapping[str, float], *, title: str
) -> Picture:
    """What is left of a state that waits, a line for each update bias, and where each crosses one half.

    Args:
        lags: steps, rising from 0, [lags].
        left: by name, the share that is left, [lags].
        half_lives: by name, steps after which half is left.
        title: the finding.

    Raises:
        ShapeError: if the lengths disagree.
        DataError: if there are no lines, a share lies outside [0, 1], or a line has no half-life.
    """
    steps = np.asarray(lags, dtype=float)
    steps = column("lags", steps, "lags", steps.size)
    if not left or set(left) != set(half_lives):
        raise DataError(f"each line has a half-life: got lines {list(left)}, half-lives {list(half_lives)}")
    lines = {name: shares(name, values, "lags", steps.size) for name, values in left.items()}
    looks = ((VERMILLION, "s"), (ORANGE, "^"), (BLUE, "o"), (GREY, "D"))
    with new_figure(8.6, 4.3) as (figure, (ax,)):
        ax.axhline(0.5, color=GREY, linewidth=1.2, linestyle="--")
        ax.text(steps[-1], 0.515, "half", ha="right", va="bottom", color=GREY)
        for (name, values), (color, marker) in zip(lines.items(), looks, strict=False):
            label = f"{name}: half-life {half_lives[name]:.1f} steps"
            ax.plot(
                steps, values, color=color, marker=marker, markevery=max(1, steps.size // 12), label=label
            )
        ax.set_ylim(0, 1.04)
        ax.set_xlim(steps[0], steps[-1])
        ax.set_xlabel("steps")
        ax.set_ylabel("share of the state that is left")
        ax.set_title(wrapped(title))
        ax.legend(frameon=True, framealpha=1, edgecolor="none", loc="upper right")
    said = "; ".join(
        f"{name}: half after {half_lives[name]:.1f} steps, {values[-1]:.2g} after {steps[-1]:g}"
        for name, values in lines.items()
    )
    return Picture(figure, f"Line chart of the share left against steps. {title}. {said}.")


def number(value: float) -> str:
    """33,024; 58.6; 2.84; 0.044"""
    return f"{value:,.0f}" if value >= 1000 else f"{value:.3g}" if value >= 1 else f"{value:.2g}"
