"""Figures of the last lecture: ladders of models, what a rung costs, and where a decoder looks."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.ticker import FixedLocator, FuncFormatter, NullLocator
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
    style,
    text_color,
)

DASHES = ("-", "--", "-.", ":")
TICKS = (1, 2, 3, 5, 7, 10, 15, 20, 30, 40, 50, 60, 80, 100, 150, 200, 300, 500, 1000, 2000, 5000)


def ladders(tables: Mapping[str, Mapping[str, float]], *, title: str) -> Picture:
    """Models one above another, the first at the bottom, each at its perplexity; lower is further right.

    A model that is better than all below it stands on the ladder; one that is not hangs beside it and is
    marked.

    Args:
        tables: by name of the text, perplexity by model, from the first to the last.
        title: the finding, above all panels.

    Raises:
        DataError: if there is no table, one has fewer than two models, or a perplexity is below 1.
    """
    rows = {
        text: column(f"perplexity on {text}", list(t.values()), "models", len(t))
        for text, t in tables.items()
    }
    if not rows or any(len(values) < 2 or values.min() < 1 for values in rows.values()):
        raise DataError("ladders: tables of at least two models, with perplexities of at least 1")
    sizes = [len(values) + 1.6 for values in rows.values()]
    with style():
        figure = Figure(figsize=(8.8, 0.42 * sum(sizes) + 0.7), layout="constrained")
        axes = figure.subplots(len(rows), 1, squeeze=False, height_ratios=sizes)[:, 0]
        for ax, (text, values) in zip(axes, rows.items(), strict=True):
            _rungs(ax, list(tables[text]), values)
            if len(rows) > 1:
                ax.set_title(text, fontsize=11.5)
        axes[-1].set_xlabel("perplexity (log axis; lower, and better, to the right)")
        figure.suptitle(wrapped(title, 80), x=0.01, ha="left", fontsize=12.5, fontweight="bold")
    said = "; ".join(
        f"{text}, from the bottom: "
        + ", ".join(
            f"{name} {value:.1f}{'' if on else ' (no step up)'}"
            for name, value, on in zip(tables[text], values, _climbs(values), strict=True)
        )
        for text, values in rows.items()
    )
    return Picture(figure, f"Ladder of language models by perplexity. {title}. {said}.")


def _climbs(values: ndarray) -> list[bool]:
    """Whether each is lower than all before it."""
    return [i == 0 or bool(value < values[:i].min()) for i, value in enumerate(values)]


def _rungs(ax: Axes, names: Sequence[str], values: ndarray) -> None:
    on = _climbs(values)
    steps = [i for i in range(len(values)) if on[i]]
    ax.step(values[steps], steps, where="pre", color=BLUE, linewidth=1.6, alpha=0.55, zorder=2)
    for i, value in enumerate(values):
        color, marker = (BLUE, "o") if on[i] else (VERMILLION, "X")
        ax.plot(value, i, marker=marker, color=color, markersize=9, zorder=3, linestyle="none")
        ax.annotate(
            f"{value:.1f}",
            (value, i),
            xytext=(11, 0),
            textcoords="offset points",
            va="center",
            color=text_color(color),
            fontweight="bold",
            bbox={"facecolor": "white", "edgecolor": "none", "pad": 1.5},
            zorder=4,
        )
    ax.set_xscale("log")
    ax.set_xlim(values.max() * 1.15, values.min() / (values.max() / values.min()) ** 0.16)
    ax.set_ylim(-0.7, len(values) - 0.3)
    ax.set_yticks(range(len(names)), names)
    inside = [tick for tick in TICKS if ax.get_xlim()[1] <= tick <= ax.get_xlim()[0]]
    ax.xaxis.set_major_locator(FixedLocator(inside))
    ax.xaxis.set_minor_locator(NullLocator())
    ax.xaxis.set_major_formatter(FuncFormatter(lambda value, _: f"{value:g}"))


def learning_curves(
    seconds: Mapping[str, ArrayLike],
    perplexity: Mapping[str, ArrayLike],
    levels: Mapping[str, float],
    *,
    title: str,
) -> Picture:
    """Perplexity against the seconds of training, beside models that need none.

    Args:
        seconds: by network, CPU seconds at the end of each epoch.
        perplexity: by the same networks, after each epoch.
        levels: by name, the perplexity of what is ready at once.
        title: the finding.

    Raises:
        ShapeError: if a network has not as many seconds as perplexities.
        DataError: if there is no network, or the two name different ones, or a perplexity is below 1.
    """
    if not seconds or list(seconds) != list(perplexity):
        raise DataError(f"the same networks twice, got {list(seconds)} and {list(perplexity)}")
    y = {name: column(f"perplexity of {name}", v, "epochs", len(v)) for name, v in _arrays(perplexity)}
    x = {name: column(f"seconds of {name}", v, "epochs", len(y[name])) for name, v in _arrays(seconds)}
    if min([*levels.values(), *(v.min() for v in y.values())]) < 1:
        raise DataError("perplexities are at least 1")
    longest = max(v.max() for v in x.values())
    with new_figure(8.6, 4.4) as (figure, (ax,)):
        ends = {}
        for i, name in enumerate(y):
            ax.plot(
                x[name],
                y[name],
                marker=MARKERS[i],
                color=OKABE_ITO[i],
                linestyle=DASHES[i % 4],
                clip_on=False,
            )
            ends[name] = (float(x[name][-1]), float(y[name][-1]), OKABE_ITO[i])
        for name, level in levels.items():
            ax.axhline(level, color=GREY, linestyle=":", linewidth=1.6)
            ends[name] = (float(longest), float(level), GREY)
        ax.set_yscale("log")
        lowest = min([*levels.values(), *(v.min() for v in y.values())])
        highest = max([*levels.values(), *(v.max() for v in y.values())])
        ax.set_ylim(lowest / 1.08, highest * 1.08)
        ax.yaxis.set_major_locator(FixedLocator([t for t in TICKS if lowest / 1.08 <= t <= highest * 1.08]))
        ax.yaxis.set_minor_locator(NullLocator())
        ax.yaxis.set_major_formatter(FuncFormatter(lambda value, _: f"{value:g}"))
        ax.set_xlim(0, longest)
        ax.set_xlabel("CPU seconds of training")
        ax.set_ylabel("validation perplexity (log axis)")
        ax.set_title(wrapped(title))
        label_line_ends(ax, ends)
    said = "; ".join(
        f"{name}: {y[name][0]:.0f} after {x[name][0]:.0f} s, {y[name][-1]:.0f} after {x[name][-1]:.0f} s"
        for name in y
    )
    level_said = ", ".join(f"{name} {level:.0f}" for name, level in levels.items())
    return Picture(figure, f"Line chart of learning. {title}. {said}. Ready at once: {level_said}.")


def _arrays(values: Mapping[str, ArrayLike]) -> list[tuple[str, ndarray]]:
    return [(name, np.atleast_1d(np.asarray(v, dtype=float))) for name, v in values.items()]


def loss_by_context(
    seen: Sequence[int], share: ArrayLike, loss: Mapping[str, ArrayLike], *, title: str
) -> Picture:
    """The loss of models, and the share of tokens, by how many words of the context were seen in training.

    Args:
        seen: words of context, rising.
        share: of the tokens, [seen].
        loss: by model, nats per token, [seen].
        title: the finding.

    Raises:
        ShapeError: if the lengths disagree.
        DataError: if there is no model, or a share lies outside [0, 1].
    """
    part = shares("share", share, "lengths of context", len(seen))
    lines = {n: column(f"loss of {n}", v, "lengths of context", len(seen)) for n, v in loss.items()}
    if not lines:
        raise DataError("loss_by_context: needs at least one model")
    names = [str(n) for n in seen[:-1]] + [f"{seen[-1]} or more"]
    with new_figure(9.6, 4.4, columns=2) as (figure, (left, right)):
        width = 0.8 / len(lines)
        for i, (name, values) in enumerate(lines.items()):
            at = np.arange(len(seen)) + (i - (len(lines) - 1) / 2) * width
            left.bar(
                at,
                values,
                0.92 * width,
                color=OKABE_ITO[i],
                label=name,
                hatch=("", "//", "..")[i % 3],
                edgecolor="white",
            )
        left.set_ylabel("mean loss (nats per token)")
        left.legend(frameon=False, loc="upper right")
        left.set_ylim(0, 1.2 * max(float(v.max()) for v in lines.values()))
        right.bar(range(len(seen)), part, 0.6, color=GREY)
        for i, value in enumerate(part):
            right.text(i, value + 0.01, f"{100 * value:.0f} %", ha="center", va="bottom")
        right.set_ylim(0, 1.15 * float(part.max()))
        right.set_ylabel("share of the test tokens")
        right.yaxis.set_major_formatter(FuncFormatter(lambda value, _: f"{100 * value:.0f} %"))
        for ax in (left, right):
            ax.set_xticks(range(len(seen)), names)
            ax.set_xlabel("words of context that the training text has too")
            ax.grid(visible=False, axis="x")
        figure.suptitle(wrapped(title, 84), x=0.01, ha="left", fontsize=12.5, fontweight="bold")
    said = "; ".join(
        f"{names[i]} words, {100 * part[i]:.0f} % of the tokens: "
        + ", ".join(f"{n} {v[i]:.2f}" for n, v in lines.items())
        for i in range(len(seen))
    )
    return Picture(figure, f"Bar charts of loss by seen context. {title}. {said}.")


def costs(names: Sequence[str], columns: Mapping[str, tuple[ArrayLike, str]], *, title: str) -> Picture:
    """Panels of bars side by side, one for each kind of cost.

    Args:
        names: of the models.
        columns: by what is measured, a positive number for each model, and how it is written, such as
            "{:.0f} ms".
        title: the finding.

    Raises:
        ShapeError: if the lengths disagree.
        DataError: if there is no column, or a cost is not positive.
    """
    values = {what: column(what, v, "models", len(names)) for what, (v, _) in columns.items()}
    if not values or min(v.min() for v in values.values()) <= 0:
        raise DataError("costs: needs at least one column of positive numbers")
    with new_figure(9.8, 0.44 * len(names) + 1.5, columns=len(values)) as (figure, axes):
        for i, (ax, (what, v)) in enumerate(zip(axes, values.items(), strict=True)):
            ax.barh(range(len(names)), v, 0.6, color=OKABE_ITO[i % len(OKABE_ITO)])
            for row, value in enumerate(v):
                ax.text(value + 0.02 * v.max(), row, columns[what][1].format(value), va="center")
            ax.set_xlim(0, 1.42 * v.max())
            ax.set_xticks([])
            ax.set_yticks(range(len(names)), names if i == 0 else [])
            ax.invert_yaxis()
            ax.grid(visible=False)
            ax.spines["bottom"].set_visible(False)
            ax.set_title(what, fontsize=11)
        figure.suptitle(wrapped(title, 84), x=0.01, ha="left", fontsize=12.5, fontweight="bold")
    said = "; ".join(
        f"{name}: " + ", ".join(f"{what} {columns[what][1].format(v[i])}" for what, v in values.items())
        for i, name in enumerate(names)
    )
    return Picture(figure, f"Bar charts of costs. {title}. {said}.")


def attention(source: Sequence[str], written: Sequence[str], weights: ArrayLike, *, title: str) -> Picture:
    """Where the decoder looked as it wrote each word: rows are the written words, columns the source.

    Args:
        source, written: words.
        weights: [written, source]; each row sums to 1.
        title: the finding.

    Raises:
        ShapeError: if the weights do not fit the words.
        DataError: if there are no words, or a row is no distribution.
    """
    table = np.asarray(weights, dtype=float)
    if table.shape != (len(written), len(source)):
        raise ShapeError(f"weights are {table.shape}, expected {(len(written), len(source))}")
    if not table.size:
        raise DataError("attention: there are no words")
    if not (table >= 0).all() or not np.allclose(table.sum(axis=1), 1, atol=1e-3):
        raise DataError("attention: each row of weights is a distribution, and sums to 1")
    with new_figure(0.82 * len(source) + 2.4, 0.46 * len(written) + 1.9) as (figure, (ax,)):
        image = ax.imshow(table, cmap="cividis", vmin=0, vmax=1, aspect="auto")
        for row, line in enumerate(table):
            for place, weight in enumerate(line):
                if weight >= 0.05:
                    color = "black" if weight > 0.55 else "white"
                    ax.text(place, row, f"{weight:.2f}", ha="center", va="center", color=color)
        ax.set_xticks(range(len(source)), source)
        ax.set_yticks(range(len(written)), written)
        ax.set_xlabel("source words")
        ax.set_ylabel("written, from top to bottom")
        ax.grid(visible=False)
        ax.set_title(wrapped(title, 60))
        figure.colorbar(image, ax=ax, label="weight")
    said = "; ".join(
        f"“{word}” looks most at “{source[int(line.argmax())]}”, {line.max():.2f}"
        for word, line in zip(written, table, strict=True)
    )
    return Picture(figure, f"Heat map of attention weights. {title}. {said}.")
