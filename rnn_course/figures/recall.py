"""Figures of how far back networks reach: their gradients before training, and what they recall after it."""

from __future__ import annotations

from collections.abc import Sequence

import matplotlib
import numpy as np
from jaxtyping import Float
from matplotlib.patches import Rectangle
from matplotlib.ticker import FuncFormatter
from numpy import ndarray
from numpy.typing import ArrayLike

from rnn_course.errors import DataError, ShapeError
from rnn_course.figures.arrays import wrapped
from rnn_course.figures.style import BLUE, GREY, VERMILLION, Picture, new_figure


def horizons_by_start(
    names: Sequence[str], horizons: ArrayLike, *, longest: int, share: float = 0.01
) -> Picture:
    """Lags at which less than a share of the gradient is left, by cell and first weights; a dot a seed.

    Args:
        names: the networks, from top to bottom.
        horizons: lags, inf where more was left at the longest lag, [networks, seeds].
        longest: the longest lag that was looked at.
        share: what counts as gone.

    Raises:
        ShapeError: if the lengths disagree.
        DataError: if nothing is given, or a horizon is not above 0.
    """
    lags = np.asarray(horizons, dtype=float)
    if lags.ndim != 2 or len(lags) != len(names):
        raise ShapeError(f"horizons are {lags.shape}, but there are {len(names)} networks: [networks, seeds]")
    if not lags.size or np.isnan(lags).any() or lags.min() <= 0:
        raise DataError("needs horizons above 0 of at least one network")
    medians = np.median(lags, axis=1)
    words = [f"{m:.0f}" if np.isfinite(m) else f"more than {longest}" for m in medians]
    least, most = int(medians.argmin()), int(medians.argmax())
    finding = f"From {words[least]} steps ({names[least]}) to {words[most]} ({names[most]}), before training"
    with new_figure(9.2, 1.6 + 0.42 * len(names)) as (figure, (ax,)):
        for k, (name, row) in enumerate(zip(names, lags, strict=True)):
            plain = name.startswith("Elman")
            color, pale, hatch = (VERMILLION, "#F3CBB0", "///") if plain else (BLUE, "#B2D4E7", "")
            end = min(medians[k], longest)
            ax.barh(k, end - 1, left=1, height=0.62, color=pale, hatch=hatch, edgecolor="white", zorder=2)
            seen = row[np.isfinite(row)]
            ax.plot(seen, np.full(len(seen), k), "o", color=color, markersize=5, zorder=3)
            beyond = not np.isfinite(medians[k])
            ax.text(1.06 * max([end, *seen]), k, words[k], va="center", color=GREY if beyond else "black")
        ax.set_xscale("log")
        ax.set_xlim(1, 3.2 * longest)
        ax.xaxis.set_major_formatter(FuncFormatter(lambda value, _: f"{value:g}"))
        ax.set_yticks(range(len(names)), names)
        ax.invert_yaxis()
        ax.tick_params(axis="y", length=0)
        ax.grid(visible=False, axis="y")
        ax.set_xlabel(f"lag at which less than {share:.0%} of the gradient is left, steps (log axis)")
        ax.set_title(wrapped(finding, 62))
    said = "; ".join(f"{name}: {word}" for name, word in zip(names, words, strict=True))
    return Picture(
        figure,
        f"Bar chart of the lag at which less than {share:.0%} of the gradient is left, the median of "
        f"{lags.shape[1]} seeds, on a logarithmic axis. {finding}. {said}.",
    )


def recall_table(
    names: Sequence[str],
    lags: Sequence[int],
    accuracy: ArrayLike,
    *,
    title: str,
    solved_above: float = 0.9,
    rows_are: str = "network",
) -> Picture:
    """Share of right answers by network and lag, as a table; what is solved is outlined and ticked.

    Args:
        names: the rows.
        lags: the columns, steps.
        accuracy: in [0, 1], [networks, lags], or with several seeds [networks, lags, seeds]; NaN where it was
            not tried.
        title: the finding.
        solved_above: from this accuracy on a lag counts as solved.
        rows_are: what a row is, for the text alternative.

    Raises:
        ShapeError: if the shape is neither.
        DataError: if nothing is given, or an accuracy lies outside [0, 1].
    """
    table = np.asarray(accuracy, dtype=float)
    if table.ndim not in (2, 3) or table.shape[:2] != (len(names), len(lags)):
        raise ShapeError(f"accuracy is {table.shape}, but there are {len(names)} names and {len(lags)} lags")
    if not table.size or ((table < 0) | (table > 1)).any():
        raise DataError("accuracies are between 0 and 1, and there is at least one")
    seeds = table.reshape(*table.shape[:2], -1)
    cividis = matplotlib.colormaps["cividis"].with_extremes(bad="#E3E7EB")
    width = 3.4 + (1.35 if table.ndim == 2 else 1.5) * len(lags)
    tried = ~np.isnan(seeds)
    means = np.where(tried, seeds, 0).sum(axis=2) / np.maximum(tried.sum(axis=2), 1)
    means[~tried.any(axis=2)] = np.nan
    with new_figure(width, 1.7 + 0.5 * len(names)) as (figure, (ax,)):
        ax.imshow(np.ma.masked_invalid(means), cmap=cividis, vmin=0, vmax=1, aspect="auto")
        for k, j in np.ndindex(means.shape):
            solved = bool((seeds[k, j] >= solved_above).all())
            ax.text(
                j,
                k,
                f"{_percents(seeds[k, j])} ✓" if solved else _percents(seeds[k, j]),
                ha="center",
                va="center",
                color="white" if means[k, j] <= 0.55 else "black",
                fontweight="bold" if solved else "normal",
            )
            if solved:
                ax.add_patch(
                    Rectangle((j - 0.46, k - 0.43), 0.92, 0.86, fill=False, edgecolor="black", linewidth=2)
                )
        ax.set_xticks(range(len(lags)), [f"{lag} steps" for lag in lags])
        ax.set_yticks(range(len(names)), names)
        ax.tick_params(length=0)
        ax.grid(visible=False)
        ax.spines[:].set_visible(False)
        ax.set_title(wrapped(title, int((width - 2.1) / 0.108)))
    said = "; ".join(
        f"{name}: {', '.join(f'{_percents(cell)} at {lag}' for cell, lag in zip(row, lags, strict=True))}"
        for name, row in zip(names, seeds, strict=True)
    )
    each = "" if table.ndim == 2 else f", {table.shape[2]} seeds in each cell"
    return Picture(
        figure,
        f"Table of the share of right answers, a row a {rows_are}, a column a lag{each}; ticked from "
        f"{solved_above:.0%} on. {title}. {said}.",
    )


def _percents(seeds: Float[ndarray, " seeds"]) -> str:
    """One seed as 98%, several as 100 · 98 · – %, those that were not tried as a dash."""
    if np.isnan(seeds).all():
        return "not tried"
    if len(seeds) == 1:
        return f"{seeds[0]:.0%}"
    return " · ".join("–" if np.isnan(value) else f"{100 * value:.0f}" for value in seeds) + " %"
