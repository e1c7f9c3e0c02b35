"""Figures of the lecture on the simple recurrent network: what it shares, and what its state is good for."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import matplotlib
import numpy as np
from matplotlib.patches import Patch, Rectangle
from matplotlib.ticker import FuncFormatter
from numpy import ndarray
from numpy.typing import ArrayLike

from rnn_course.errors import DataError, ShapeError
from rnn_course.figures.arrays import column, listed, probability, shares, wrapped
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


def weights_by_length(lengths: Sequence[int], window: ArrayLike, recurrence: int) -> Picture:
    """How many weights lie between the words and the hidden layer, against how many words are seen.

    Args:
        lengths: words of context, rising.
        window: weights of a fixed window of that many words, [lengths].
        recurrence: weights of a recurrent layer, whatever the length.

    Raises:
        ShapeError: if the lengths disagree.
        DataError: if nothing is given, or a number of weights is not positive.
    """
    weights = column("window", window, "lengths", len(lengths))
    if weights.min() <= 0 or recurrence <= 0:
        raise DataError(f"numbers of weights are positive, got {min(weights.min(), recurrence):g}")
    finding = f"A window of {lengths[-1]} words has {weights[-1]:,.0f} weights, the recurrence {recurrence:,}"
    with new_figure(8.6, 4.2) as (figure, (ax,)):
        ax.plot(lengths, weights, marker="o", color=BLUE)
        ax.plot(lengths, np.full(len(lengths), recurrence), linestyle="--", color=VERMILLION)
        ax.set_ylim(0, 1.06 * max(weights.max(), recurrence))
        ax.yaxis.set_major_formatter(FuncFormatter(lambda value, _: f"{value:,.0f}"))
        ax.set_xlabel("words of context")
        ax.set_ylabel("weights between words and hidden layer")
        ax.set_title(wrapped(finding))
        ends = {"fixed window": weights[-1], "recurrence": recurrence}
        colors = {"fixed window": BLUE, "recurrence": VERMILLION}
        label_line_ends(ax, {name: (lengths[-1], y, colors[name]) for name, y in ends.items()})
    said = ", ".join(f"{w:,.0f} for {n}" for n, w in zip(lengths, weights, strict=True))
    return Picture(
        figure,
        f"Line chart of weights against words of context. {finding}. A fixed window has {said}; the "
        f"line of the recurrence is level.",
    )


def predictions(
    read: Sequence[str], symbols: Sequence[str], probs: ArrayLike, targets: Sequence[str], losses: ArrayLike
) -> Picture:
    """One column a step: what was read, the probability of each symbol to come next, and the step's loss.

    Args:
        read: the symbol that is read at each step.
        symbols: those that can come next, the rows.
        probs: [steps, symbols]; each row sums to 1.
        targets: the symbol that did come, outlined.
        losses: J^(t), nats, [steps].

    Raises:
        ShapeError: if the lengths disagree.
        DataError: if a probability lies outside [0, 1], or a target is not among the symbols.
    """
    p = np.asarray(probs, dtype=float)
    if p.shape != (len(read), len(symbols)):
        raise ShapeError(f"probs is {p.shape}, but there are {len(read)} steps and {len(symbols)} symbols")
    shares("probs", p.ravel(), "probabilities", p.size)
    J = column("losses", losses, "steps", len(read))
    if len(targets) != len(read):
        raise ShapeError(f"there are {len(targets)} targets, but {len(read)} steps")
    missing = [target for target in targets if target not in symbols]
    if missing:
        raise DataError(f"the target {missing[0]!r} is not among the symbols {list(symbols)}")
    each = listed([f"{loss:.3f}" for loss in J]) if len(J) <= 4 else f"the losses of {len(J)} steps"
    finding = f"J = {J.mean():.3f} nats is the mean of {each}"
    cividis = matplotlib.colormaps["cividis"]
    with new_figure(max(7.3, 1.9 + 1.35 * len(read)), 1.9 + 0.52 * len(symbols)) as (figure, (ax,)):
        brightest = float(p.max())
        ax.imshow(p.T, cmap=cividis, vmin=0, vmax=brightest, aspect="auto")
        for t, target in enumerate(targets):
            for k, value in enumerate(p[t]):
                ink = "black" if value > 0.45 * brightest else "white"
                ax.text(t, k, f"{value:.3f}", ha="center", va="center", color=ink)
            at = (t - 0.47, symbols.index(target) - 0.45)
            ax.add_patch(Rectangle(at, 0.94, 0.9, fill=False, edgecolor=VERMILLION, linewidth=3))
        steps = [
            f"step {t}\nreads {x}\nloss {loss:.3f}"
            for t, (x, loss) in enumerate(zip(read, J, strict=True), 1)
        ]
        ax.set_xticks(range(len(read)), steps)
        ax.set_yticks(range(len(symbols)), symbols)
        ax.tick_params(length=0)
        ax.grid(visible=False)
        ax.spines[:].set_visible(False)
        ax.set_ylabel("what comes next")
        ax.set_title(f"{finding}\n(what did come is outlined)")
    said = "; ".join(
        f"step {t} reads {x}; {target} comes, with {value[symbols.index(target)]:.3f}, loss {loss:.3f}"
        for t, (x, target, value, loss) in enumerate(zip(read, targets, p, J, strict=True), 1)
    )
    return Picture(figure, f"Table of probabilities, a column a step. {finding}. {said}.")


def learning_curves(
    curves: Mapping[str, ArrayLike],
    *,
    title: str,
    x_label: str,
    y_label: str,
    levels: Mapping[str, float] | None = None,
    log: bool = False,
) -> Picture:
    """What falls while networks learn, and levels that it can be held to.

    Args:
        curves: by name, a value after each update or epoch, counted from 1; of any lengths.
        title: the finding.
        x_label, y_label: with their units.
        levels: by name, values that do not change, as dashed lines.
        log: a logarithmic y axis.

    Raises:
        DataError: if there is no curve, one is empty or NaN, or a value on a log axis is not positive.
    """
    lines = {name: np.asarray(y, dtype=float) for name, y in curves.items()}
    if not lines:
        raise DataError("there are no curves: nothing to draw")
    for name, y in lines.items():
        lines[name] = column(name, y, "values", y.size)
        if log and y.min() <= 0:
            raise DataError(f"a logarithmic axis has no place for {name}'s {y.min():g}")
    longest = max(len(y) for y in lines.values())
    level_colors = [GREY, *OKABE_ITO[len(lines) :]]
    ends: dict[str, tuple[float, float, str]] = {}
    with new_figure(8.6, 4.5) as (figure, (ax,)):
        for i, (name, y) in enumerate(lines.items()):
            few = len(y) <= 20
            color = OKABE_ITO[i]
            ax.plot(np.arange(1, len(y) + 1), y, color=color, marker=MARKERS[i] if few else "", zorder=3)
            ends[name] = (len(y), float(y[-1]), color)
        for i, (name, level) in enumerate((levels or {}).items()):
            ax.plot([1, longest], [level, level], color=level_colors[i], linestyle="--", linewidth=1.4)
            ends[name] = (longest, level, level_colors[i])
        if log:
            ax.set_yscale("log")
            ax.yaxis.set_major_formatter(FuncFormatter(lambda value, _: f"{value:g}"))
        if longest <= 20:
            ax.set_xticks(range(1, longest + 1))
        ax.set_xlabel(x_label)
        ax.set_ylabel(y_label)
        ax.set_title(wrapped(title))
        label_line_ends(ax, ends)
    said = [f"{name} goes from {y[0]:.3g} to {y[-1]:.3g}" for name, y in lines.items()]
    said += [f"a dashed line marks {name}, {level:.3g}" for name, level in (levels or {}).items()]
    return Picture(figure, f"Line chart of {y_label} against {x_label}. {title}. {'; '.join(said)}.")


def same_last_word(
    words: Sequence[str], networks: Mapping[str, ArrayLike], contexts: tuple[str, str]
) -> Picture:
    """A panel for each network: P(word | context) after two contexts that end in the same word.

    Args:
        words: next words, from top to bottom.
        networks: by name, the probabilities after both contexts, [2, words].
        contexts: the two.

    Raises:
        ShapeError: if the lengths disagree.
        DataError: if nothing is given, or a probability lies outside [0, 1].
    """
    panels = {name: _both(name, p, len(words)) for name, p in networks.items()}
    if not panels:
        raise DataError("there are no networks: nothing to draw")
    most = max(p.max() for p in panels.values())
    rows = np.arange(len(words))
    apart = {name: float(np.abs(p[0] - p[1]).max()) for name, p in panels.items()}
    with new_figure(9.6, 1.9 + 0.5 * len(words), columns=len(panels)) as (figure, axes):
        for ax, (name, p) in zip(axes, panels.items(), strict=True):
            ax.barh(rows - 0.2, p[0], 0.38, color=BLUE)
            ax.barh(
                rows + 0.2, p[1], 0.38, facecolor="white", edgecolor=VERMILLION, hatch="////", linewidth=1.2
            )
            for values, shift in ((p[0], -0.2), (p[1], 0.2)):
                for row, value in enumerate(values):
                    ax.annotate(
                        probability(value),
                        (value, row + shift),
                        xytext=(4, 0),
                        textcoords="offset points",
                        va="center",
                        fontsize=9.5,
                    )
            ax.set_yticks(rows, words)
            ax.invert_yaxis()
            ax.set_xlim(0, 1.24 * most)
            ax.grid(axis="y", visible=False)
            ax.tick_params(axis="y", length=0)
            ax.set_xlabel("probability of the next word")
            same = "the same" if apart[name] == 0 else f"up to {apart[name]:.3f} apart"
            ax.set_title(f"{name}: {same}")
        handles = [
            Patch(facecolor=BLUE, label=f"after “{contexts[0]}”"),
            Patch(facecolor="white", edgecolor=VERMILLION, hatch="////", label=f"after “{contexts[1]}”"),
        ]
        figure.legend(handles=handles, loc="outside lower left", frameon=False, ncols=1)
    said = "; ".join(
        f"{name}: "
        + ", ".join(
            f"“{word}” {probability(a)} and {probability(b)}" for word, a, b in zip(words, *p, strict=True)
        )
        for name, p in panels.items()
    )
    return Picture(
        figure,
        f"Bar charts of the next word after “{contexts[0]}” and after “{contexts[1]}”, a panel for each "
        f"network. {said}.",
    )


def _both(name: str, p: ArrayLike, length: int) -> ndarray:
    array = np.asarray(p, dtype=float)
    if array.shape != (2, length):
        raise ShapeError(f"{name} is {array.shape}, but there are 2 contexts and {length} words")
    return np.stack([shares(name, row, "words", length) for row in array])
