"""Figures of lecture 10: the wall in a loss, how long a clipped step is, and training with it."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
from numpy import ndarray
from numpy.typing import ArrayLike

from rnn_course.errors import DataError
from rnn_course.figures.arrays import column, wrapped
from rnn_course.figures.style import (
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


def cut_through_the_wall(w: ArrayLike, loss: ArrayLike, gradient_norm: ArrayLike) -> Picture:
    """The loss along one weight, and the norm of its gradient beside it, on a logarithmic axis.

    Args:
        w: the weight, rising, [points].
        loss: J there, [points].
        gradient_norm: ||g|| there, above 0, [points].

    Raises:
        ShapeError: if the lengths disagree.
        DataError: if nothing is given, or a norm is not above 0.
    """
    x = column("w", w, "points", np.size(w))
    y, norms = column("loss", loss, "points", len(x)), _above_zero("gradient_norm", gradient_norm, len(x))
    steepest = int(norms.argmax())
    title = f"At w = {x[steepest]:.2f} the gradient is {norms[steepest]:,.0f}, elsewhere mostly below 1"
    if (norms < 1).mean() < 0.5:
        title = f"The gradient is largest at w = {x[steepest]:.2f}, with {norms[steepest]:,.2g}"
    with new_figure(9.4, 4.2, columns=2) as (figure, (left, right)):
        left.plot(x, y, color=BLUE)
        left.set_ylabel("loss J")
        left.set_ylim(bottom=0)
        left.set_title("the loss: two plains and a wall")
        right.plot(x, norms, color=VERMILLION)
        right.set_yscale("log")
        right.set_ylabel("norm of the gradient (log axis)")
        right.set_title("its gradient: nothing, or far too much")
        for ax in (left, right):
            ax.set_xlim(x[0], x[-1])
            ax.set_xlabel("recurrent weight w")
        figure.suptitle(wrapped(title), x=0.01, ha="left", fontweight="bold", fontsize=12.5)
    return Picture(
        figure,
        f"Two line charts over the weight w from {x[0]:g} to {x[-1]:g}. {title}. Left, the loss: {y[0]:.3g} "
        f"at the left end, {y[-1]:.3g} at the right end, and a wall at w = {x[steepest]:.2f}. Right, on a "
        f"logarithmic axis, the norm of the gradient: half of the points are below {np.median(norms):.2g}, "
        f"the largest is {norms[steepest]:,.0f}.",
    )


def clipped_lengths(before: ArrayLike, after: Mapping[str, ArrayLike], *, title: str) -> Picture:
    """How long a gradient is after clipping, against its length before, both axes logarithmic.

    Args:
        before: norms, above 0 and rising, [norms].
        after: by rule, above 0, [norms].
        title: the finding.

    Raises:
        ShapeError: if the lengths disagree.
        DataError: if nothing is given, or a length is not above 0.
    """
    x = _above_zero("before", before, np.size(before))
    lines = {name: _above_zero(name, y, len(x)) for name, y in after.items()}
    if not lines:
        raise DataError("there is no rule to draw")
    with new_figure(8.8, 4.6) as (figure, (ax,)):
        ax.loglog(x, x, color=GREY, linewidth=1.2, linestyle=":")
        ends = {}
        for i, (name, y) in enumerate(lines.items()):
            color = OKABE_ITO[i % len(OKABE_ITO)]
            ax.plot(x, y, color=color, marker=MARKERS[i % len(MARKERS)], linestyle=("-", "--", "-.")[i % 3])
            ends[name] = (float(x[-1]), float(y[-1]), color)
        label_line_ends(ax, {"not clipped": (float(x[-1]), float(x[-1]), GREY), **ends})
        ax.set_xlabel("norm of the gradient before (log axis)")
        ax.set_ylabel("and after (log axis)")
        ax.set_title(wrapped(title))
    said = "; ".join(
        f"{name}: " + ", ".join(f"{b:g} becomes {a:.3g}" for b, a in zip(x, y, strict=True))
        for name, y in lines.items()
    )
    return Picture(
        figure,
        f"Line chart, both axes logarithmic, of a gradient's norm after clipping against its norm before. "
        f"{title}. {said}.",
    )


def gradient_norms(norms: ArrayLike, max_norm: float, *, title: str) -> Picture:
    """The norm of the gradient at each update, on a logarithmic axis, and where clipping would begin.

    Args:
        norms: above 0, [updates].
        max_norm: drawn across; what is above it is marked.
        title: the finding.

    Raises:
        DataError: if nothing is given, or a norm is not above 0.
    """
    y = _above_zero("norms", norms, np.size(norms))
    if not max_norm > 0:
        raise DataError(f"max_norm is above 0, got {max_norm}")
    updates = np.arange(1, len(y) + 1)
    long = y > max_norm
    with new_figure(8.8, 4.2) as (figure, (ax,)):
        for kept, color, marker, name in (
            (~long, SKY, "o", "let through"),
            (long, VERMILLION, "^", "would be shortened"),
        ):
            ax.plot(
                updates[kept], y[kept], color=color, marker=marker, linestyle="", markersize=5, label=name
            )
        ax.axhline(max_norm, color=GREY, linestyle="--", linewidth=1.2)
        ax.set_yscale("log")
        ax.set_xlim(0, len(y) + 1)
        ax.set_xlabel("update")
        ax.set_ylabel("norm of the gradient (log axis)")
        ax.set_title(wrapped(title))
        ax.legend(frameon=False, ncols=2, loc="upper right")
        ax.set_ylim(top=float(y.max()) * 6)
    return Picture(
        figure,
        f"Scatter plot, on a logarithmic axis, of the norm of the gradient at each of {len(y)} updates. "
        f"{title}. The median is {np.median(y):.2g}, the largest {y.max():,.3g} at update "
        f"{int(y.argmax()) + 1}; {long.sum()} are above {max_norm:g}.",
    )


def losses_by_rule(losses: Mapping[str, ArrayLike], *, title: str, window: int = 10) -> Picture:
    """The loss of each batch against the updates, a line for each training run, smoothed.

    Args:
        losses: by name, nats per token, one for each update; runs may be of different length.
        title: the finding.
        window: each point is the mean of so many updates, the last one at its place; as many as there are,
            before that.

    Raises:
        DataError: if nothing is given, or a loss is NaN.
    """
    if not losses or window < 1:
        raise DataError("needs losses of at least one run, and a window of at least 1")
    runs = {name: column(name, y, "updates", np.size(y)) for name, y in losses.items()}
    with new_figure(8.8, 4.6) as (figure, (ax,)):
        ends, said = {}, []
        for i, (name, y) in enumerate(runs.items()):
            color = OKABE_ITO[i % len(OKABE_ITO)]
            smooth = _running_mean(y, window)
            x = np.arange(1, len(y) + 1)
            ax.plot(
                x,
                smooth,
                color=color,
                linestyle=("-", "--", "-.")[i % 3],
                marker=MARKERS[i % len(MARKERS)],
                markevery=(i * 7, max(1, len(x) // 8)),
            )
            ends[name] = (float(x[-1]), float(smooth[-1]), color)
            said.append(f"{name}: {smooth[0]:.2f} at first, {smooth[-1]:.2f} after {len(y)} updates")
        ax.set_xlim(1, max(len(y) for y in runs.values()))
        ax.set_xlabel("updates")
        ax.set_ylabel(f"loss, nats per token\n(mean of {window} updates)")
        ax.set_title(wrapped(title))
        label_line_ends(ax, ends)
    return Picture(figure, f"Line chart of the loss against the updates. {title}. {'; '.join(said)}.")


def _running_mean(y: ndarray, window: int) -> ndarray:
    total = np.concatenate([[0.0], np.cumsum(y)])
    last = np.arange(1, len(y) + 1)
    first = np.maximum(last - window, 0)
    return (total[last] - total[first]) / (last - first)


def _above_zero(name: str, values: ArrayLike, length: int) -> ndarray:
    array = column(name, values, "points", length)
    if array.min() <= 0:
        raise DataError(f"{name} are above 0, got {array.min():g}")
    return array
