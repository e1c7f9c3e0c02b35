"""Figures of lecture 13: a gradient on its way down a deep stack and back in time, and what is learned."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np
from jaxtyping import Float
from matplotlib.axes import Axes
from matplotlib.ticker import MaxNLocator
from numpy import ndarray
from numpy.typing import ArrayLike

from rnn_course.errors import DataError, ShapeError
from rnn_course.figures.arrays import column, wrapped
from rnn_course.figures.style import GREY, MARKERS, OKABE_ITO, Picture, label_line_ends, new_figure

DASHES = ("-", "--", "-.", ":")
RAISED = str.maketrans("-0123456789", "⁻⁰¹²³⁴⁵⁶⁷⁸⁹")


def gradient_down_the_stack(shares: Mapping[str, ArrayLike]) -> Picture:
    """The gradient at each layer of several stacks, drawn as it travels: from the top layer to the lowest.

    Args:
        shares: by name of the stack, the gradient at each layer as a multiple of the top one's, above 0, the
            lowest layer first, [layers].

    Raises:
        ShapeError: if the stacks differ in depth.
        DataError: if nothing is given, there are fewer than two layers, or a share is not above 0.
    """
    lines = _lines("shares", shares, "layers")
    depth = len(next(iter(lines.values())))
    lowest = {name: float(y[0]) for name, y in lines.items()}
    least = min(lowest, key=lowest.__getitem__)
    title = f"{depth - 1} layers below the top, the {least} stack has {_power(lowest[least])} of the gradient"
    others = [share for name, share in lowest.items() if name != least]
    if others:
        title += f", the other{'s' if len(others) > 1 else ''} {min(others):.1g} or more"
    with new_figure(8.8, 4.6) as (figure, (ax,)):
        ends = _draw(ax, np.arange(depth), {name: y[::-1] for name, y in lines.items()})
        top = max(float(y.max()) for y in lines.values())
        bottom = min(float(y.min()) for y in lines.values())
        room = (top / bottom) ** 0.08
        ax.set_ylim(bottom / room, top * room)
        ax.set_xlabel("layers below the top one")
        ax.set_ylabel("times the gradient at the top (log axis)")
        ax.set_title(wrapped(title))
        label_line_ends(ax, ends)
    said = ", ".join(f"{name} {share:.2g}" for name, share in lowest.items())
    return Picture(
        figure,
        f"Line chart, on a logarithmic axis, of the gradient at each of {depth} layers as a multiple of that "
        f"at the top layer, from the top down. {title}. At the lowest layer: {said}.",
    )


def time_beside_depth(
    in_time: Mapping[str, ArrayLike], in_depth: Mapping[str, ArrayLike], *, factor: float
) -> Picture:
    """What is left of a gradient after so many steps back in time, and after so many layers down.

    Args:
        in_time: by name of the network, the share that is left after 0, 1 ... steps, above 0, [steps].
        in_depth: the same by name of the stack, after 0, 1 ... layers, [layers].
        factor: what the open gates keep at a step, between 0 and 1; its powers are drawn in both panels.

    Raises:
        ShapeError: if lines of one panel differ in length.
        DataError: if a panel has no line, a share is not above 0, or factor lies outside (0, 1).
    """
    if not 0 < factor < 1:
        raise DataError(f"factor is between 0 and 1, got {factor}")
    panels = [_lines("in_time", in_time, "steps"), _lines("in_depth", in_depth, "layers")]
    title = "Across steps and across layers: the same two ways of keeping a gradient, or losing it"
    everything = np.concatenate([y for lines in panels for y in lines.values()])
    with new_figure(10.4, 4.6, columns=2) as (figure, axes):
        for ax, lines, where in zip(axes, panels, ("steps back in time", "layers down"), strict=True):
            passed = np.arange(len(next(iter(lines.values()))))
            ends = _draw(ax, passed, lines)
            ax.plot(passed, factor**passed, color=GREY, linewidth=1.4, linestyle=(0, (1, 2)), zorder=2)
            ax.set_ylim(everything.min() / 10, everything.max() * 10)
            ax.set_xlabel(where)
            label_line_ends(ax, ends)
            ax.annotate(
                f"dotted: {factor:.2f} to the power of {where.split()[0]}",
                (0.03, 0.04),
                xycoords="axes fraction",
                color=GREY,
            )
        axes[0].set_ylabel("share of the gradient (log axis)")
        figure.suptitle(title, x=0.01, ha="left", fontsize=12.5, fontweight="bold")
    said = "; ".join(
        f"{where}: " + ", ".join(f"{name} {y[-1]:.2g} after {len(y) - 1}" for name, y in lines.items())
        for where, lines in zip(("in time", "in depth"), panels, strict=True)
    )
    return Picture(
        figure,
        f"Two line charts of the share of a gradient that is left, on one logarithmic axis. {title}. {said}. "
        f"Dotted in both: the powers of {factor:.2f}.",
    )


def curves_by_depth(
    depths: Sequence[int], losses: Mapping[str, ArrayLike], *, best: float, unigram: float, over: int = 10
) -> Picture:
    """Training curves of several stacks, a panel for each depth.

    Args:
        depths: layers, one for each panel.
        losses: by name of the stack, nats per token, [depths, updates].
        best: the loss that nothing can be below.
        unigram: the loss of a model that knows how frequent the words are and nothing else.
        over: updates that each point is the mean of.

    Raises:
        ShapeError: if the stacks' losses differ in shape, or are not one row for each depth.
        DataError: if nothing is given, a loss is NaN, or there are fewer than `over` updates.
    """
    curves = {name: np.asarray(y, dtype=float) for name, y in losses.items()}
    if not curves or not len(depths):
        raise DataError("needs the losses of at least one stack at one depth")
    shape = next(iter(curves.values())).shape
    for name, y in curves.items():
        if y.ndim != 2 or y.shape != shape or len(y) != len(depths):
            raise ShapeError(f"losses of {name} are {y.shape}; expected [{len(depths)} depths, updates]")
        if np.isnan(y).any():
            raise DataError(f"losses of {name} hold NaN")
    if not 1 <= over <= shape[1]:
        raise DataError(f"over is from 1 to the {shape[1]} updates, got {over}")
    smooth = {name: _running_mean(y, over) for name, y in curves.items()}
    updates = np.arange(over, shape[1] + 1)
    deepest = int(np.argmax(depths))
    learned = {name: (unigram - y[deepest, -1]) / (unigram - best) for name, y in smooth.items()}
    worst = min(learned, key=learned.__getitem__)
    part = f"{max(learned[worst], 0):.0%} of what there is to learn"
    title = f"With {depths[deepest]} layers, the {worst} stack learns {part}"
    others = [share for name, share in learned.items() if name != worst]
    if others:
        title += f", the other{'s' if len(others) > 1 else ''} {max(min(others), 0):.0%} or more"
    with new_figure(10.4, 4.6, columns=len(depths)) as (figure, axes):
        for panel, (ax, depth) in enumerate(zip(axes, depths, strict=True)):
            ends = {}
            for i, (name, y) in enumerate(smooth.items()):
                color = OKABE_ITO[i % len(OKABE_ITO)]
                ax.plot(updates, y[panel], color=color, linestyle=DASHES[i % len(DASHES)], zorder=3)
                ends[name] = (float(updates[-1]), float(y[panel, -1]), color)
            for level, name, up in ((unigram, "word frequencies alone", 12), (best, "best possible", -16)):
                ax.axhline(level, color=GREY, linewidth=1.2, linestyle=(0, (1, 2)))
                ax.annotate(
                    name,
                    (float(updates[-1]), level),
                    xytext=(-4, up),
                    textcoords="offset points",
                    ha="right",
                    color=GREY,
                )
            ax.set_ylim(best - 0.35, max(float(y.max()) for y in smooth.values()) + 0.1)
            ax.set_xlim(over, shape[1])
            ax.set_xlabel("updates")
            ax.set_title(f"{depth} layers", fontsize=11, fontweight="normal")
            label_line_ends(ax, ends)
        axes[0].set_ylabel("training loss, nats per token")
        figure.suptitle(title, x=0.01, ha="left", fontsize=12.5, fontweight="bold")
    said = "; ".join(
        f"{depth} layers: " + ", ".join(f"{name} {y[panel, -1]:.2f}" for name, y in smooth.items())
        for panel, depth in enumerate(depths)
    )
    return Picture(
        figure,
        f"Line charts of the training loss against updates, one for each depth. {title}. Word frequencies "
        f"alone: {unigram:.2f} nats; best possible: {best:.2f}. After {shape[1]} updates: {said}.",
    )


def _lines(name: str, shares: Mapping[str, ArrayLike], of: str) -> dict[str, ndarray]:
    """Shares by name as arrays of one length, at least two, all above 0."""
    length = len(np.atleast_1d(next(iter(shares.values())))) if shares else 0
    lines = {key: column(f"{name} of {key}", y, of, length) for key, y in shares.items()}
    if length < 2 or min(float(y.min()) for y in lines.values()) <= 0:
        raise DataError(f"{name}: needs shares above 0 of at least two {of}")
    return lines


def _draw(ax: Axes, x: ndarray, lines: Mapping[str, ndarray]) -> dict[str, tuple[float, float, str]]:
    """Lines on a logarithmic axis, told apart by colour, dash and marker; where they end."""
    ends = {}
    for i, (name, y) in enumerate(lines.items()):
        color = OKABE_ITO[i % len(OKABE_ITO)]
        ax.plot(
            x,
            y,
            color=color,
            linestyle=DASHES[i % len(DASHES)],
            marker=MARKERS[i % len(MARKERS)],
            markevery=max(1, len(x) // 7),
            zorder=3,
            clip_on=False,
        )
        ends[name] = (float(x[-1]), float(y[-1]), color)
    ax.set_yscale("log")
    ax.set_xlim(x[0], x[-1])
    ax.xaxis.set_major_locator(MaxNLocator(integer=True))
    return ends


def _power(share: float) -> str:
    """0.12; 1 × 10⁻¹¹ for what is far below 1."""
    if share >= 0.001:
        return f"{share:.2g}"
    mantissa, power = f"{share:.0e}".split("e")
    return f"{mantissa} × 10{str(int(power)).translate(RAISED)}"


def _running_mean(losses: Float[ndarray, "depths updates"], over: int) -> Float[ndarray, "depths means"]:
    """The mean of each `over` neighbours in a row."""
    sums = np.cumsum(np.pad(losses, ((0, 0), (1, 0))), axis=1)
    return (sums[:, over:] - sums[:, :-over]) / over
