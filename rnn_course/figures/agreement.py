"""Figures of lecture 10: who still knows, after more and more has come in between."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np
from matplotlib.ticker import PercentFormatter
from numpy import ndarray
from numpy.typing import ArrayLike

from rnn_course.errors import DataError, ShapeError
from rnn_course.figures.arrays import listed, shares, wrapped
from rnn_course.figures.style import GREY, MARKERS, OKABE_ITO, Picture, label_line_ends, new_figure

DASHES = ("-", "--", "-.", ":")


def accuracy_by_distance(
    distances: Sequence[float],
    accuracy: Mapping[str, ArrayLike],
    *,
    title: str,
    x_label: str,
    chance: float,
) -> Picture:
    """The share of right answers against what lies in between, a line for each who was asked.

    Args:
        distances: what lies in between, rising: steps, words or nouns.
        accuracy: by name, in [0, 1], [distances].
        title: the finding.
        x_label: what `distances` are.
        chance: accuracy of whoever guesses, drawn across.

    Raises:
        ShapeError: if the lengths disagree.
        DataError: if nothing is given, or a share lies outside [0, 1].
    """
    lines = {name: shares(name, y, "distances", len(distances)) for name, y in accuracy.items()}
    if not lines:
        raise DataError("there is nobody's accuracy to draw")
    if not 0 <= chance <= 1:
        raise DataError(f"chance is between 0 and 1, got {chance}")
    x = np.asarray(distances, dtype=float)
    with new_figure(8.8, 4.6) as (figure, (ax,)):
        ends = {}
        for i, (name, y) in enumerate(lines.items()):
            color = OKABE_ITO[i % len(OKABE_ITO)]
            ax.plot(
                x,
                y,
                color=color,
                linestyle=DASHES[i % len(DASHES)],
                marker=MARKERS[i % len(MARKERS)],
                clip_on=False,
                zorder=3 + i,
            )
            ends[name] = (float(x[-1]), float(y[-1]), color)
        ax.axhline(chance, color=GREY, linewidth=1.2, linestyle=(0, (1, 2)))
        ax.annotate(
            "chance",
            (1, chance),
            xycoords=("axes fraction", "data"),
            xytext=(-4, 4),
            textcoords="offset points",
            ha="right",
            color=GREY,
        )
        ax.set_xlim(x[0] - 0.02 * (x[-1] - x[0]), x[-1])
        ax.set_ylim(0, 1.02)
        ax.set_xticks(x, [f"{each:.0f}" for each in x])
        ax.yaxis.set_major_formatter(PercentFormatter(1))
        ax.set_xlabel(x_label)
        ax.set_ylabel("right answers")
        ax.set_title(wrapped(title))
        label_line_ends(ax, ends)
    said = "; ".join(f"{name}: {listed([f'{value:.0%}' for value in y])}" for name, y in lines.items())
    return Picture(
        figure,
        f"Line chart of the share of right answers against {x_label}, at "
        f"{listed([f'{each:.0f}' for each in x])}. {title}. {said}. Chance is {chance:.1%}.",
    )


def accuracy_by_seed(
    columns: Sequence[int], accuracy: Mapping[str, ArrayLike], *, title: str, x_label: str, chance: float
) -> Picture:
    """The same networks from other first weights: a line for each seed, a broad band for their mean.

    Args:
        columns: what lies in between, rising.
        accuracy: by name, in [0, 1], [seeds, columns].
        title: the finding.
        x_label: what `columns` are.
        chance: drawn across.

    Raises:
        ShapeError: if the shapes disagree.
        DataError: if nothing is given, or a share lies outside [0, 1].
    """
    if not accuracy:
        raise DataError("there is nobody's accuracy to draw")
    runs: dict[str, ndarray] = {}
    for name, values in accuracy.items():
        rows = np.asarray(values, dtype=float)
        if rows.ndim != 2 or not len(rows):
            raise ShapeError(f"accuracy of {name} is {rows.shape}, expected [seeds, columns]")
        runs[name] = np.array([shares(name, row, "columns", len(columns)) for row in rows])
    x = np.asarray(columns)
    with new_figure(9.4, 4.4, columns=len(runs)) as (figure, panels):
        for i, (ax, (name, rows)) in enumerate(zip(panels, runs.items(), strict=True)):
            color = OKABE_ITO[i % len(OKABE_ITO)]
            ax.plot(x, rows.mean(axis=0), color=color, linewidth=7, alpha=0.25, solid_capstyle="round")
            for seed, row in enumerate(rows):
                ax.plot(
                    x,
                    row,
                    color=color,
                    linewidth=1.3,
                    linestyle=DASHES[seed % len(DASHES)],
                    marker=MARKERS[seed % len(MARKERS)],
                    clip_on=False,
                    zorder=3 + seed,
                )
            ax.axhline(chance, color=GREY, linewidth=1.2, linestyle=(0, (1, 2)))
            ax.set_ylim(0, 1.02)
            ax.set_xticks(x)
            ax.yaxis.set_major_formatter(PercentFormatter(1))
            ax.set_xlabel(x_label)
            ax.set_title(name)
            label_line_ends(ax, {text: (float(x[-1]), y, color) for text, y in _ends(rows[:, -1]).items()})
        panels[0].set_ylabel("right answers")
        figure.suptitle(wrapped(title), x=0.01, ha="left", fontweight="bold", fontsize=12.5)
    said = "; ".join(
        f"{name}, with {x[-1]}: {listed([f'{value:.0%}' for value in rows[:, -1]])}, "
        f"on average {rows[:, -1].mean():.0%}"
        for name, rows in runs.items()
    )
    return Picture(
        figure,
        f"A line chart for each of {listed(list(runs))}: the share of right answers against {x_label}, a "
        f"line for each seed, numbered from 0, and a broad band for their mean. {title}. {said}. "
        f"Chance is {chance:.0%}.",
    )


def _ends(values: ndarray) -> dict[str, float]:
    """`seed 0`, or `seeds 1, 2` where several lines end within two hundredths of one another."""
    groups: list[list[int]] = []
    for seed in map(int, np.argsort(values, kind="stable")):
        if groups and values[seed] - values[groups[-1][0]] <= 0.02:
            groups[-1].append(seed)
        else:
            groups.append([seed])
    return {
        f"seed{'s' if len(group) > 1 else ''} {', '.join(map(str, sorted(group)))}": float(
            values[group].mean()
        )
        for group in groups
    }
