"""Figures of the lecture on the LSTM: its gates on a sentence, and how long what it holds lasts."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import matplotlib
import numpy as np
from matplotlib.ticker import FuncFormatter
from numpy import ndarray
from numpy.typing import ArrayLike

from rnn_course.errors import DataError
from rnn_course.figures.arrays import column, listed, shares, wrapped
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

SIGNED = "PuOr_r"


def gates_on_sentence(
    words: Sequence[str], gates: Mapping[str, ArrayLike], contents: Mapping[str, ArrayLike], *, unit: int
) -> Picture:
    """One unit of an LSTM while it reads: a column a word, a row for each gate and each content.

    Args:
        words: what is read, in order.
        gates: by name, numbers in [0, 1], [words]; "f" among them.
        contents: by name, numbers of either sign, [words].
        unit: which one it is, counted from 1.

    Raises:
        ShapeError: if the lengths disagree.
        DataError: if there is no "f", a gate lies outside [0, 1], or a number is NaN.
    """
    if "f" not in gates:
        raise DataError(f"the finding is about the forget gate: needs a row f, got {list(gates)}")
    levels = {name: shares(name, row, "words", len(words)) for name, row in gates.items()}
    signed = {name: column(name, row, "words", len(words)) for name, row in contents.items()}
    finding = _erased(words, levels["f"], unit)
    names, across = [*levels, *signed], np.arange(len(words))
    width = max(6.5, 1.7 + 1.0 * len(words))
    with new_figure(width, 1.5 + 0.5 * len(names)) as (figure, (ax,)):
        cividis, diverging = matplotlib.colormaps["cividis"], matplotlib.colormaps[SIGNED]
        colors = [cividis(row) for row in levels.values()]
        colors += [diverging(0.5 + 0.5 * row / max(abs(row).max(), 1e-12)) for row in signed.values()]
        ax.imshow(np.array(colors), aspect="auto")
        for k, row in enumerate([*levels.values(), *signed.values()]):
            for t, value in enumerate(row):
                ax.text(t, k, _number(value), ha="center", va="center", color=_ink(colors[k][t]))
        ax.axhline(len(levels) - 0.5, color="white", linewidth=5)
        ax.set_xticks(across, words)
        ax.set_yticks(range(len(names)), names)
        ax.tick_params(length=0)
        ax.grid(visible=False)
        ax.spines[:].set_visible(False)
        ax.set_title(wrapped(finding, int((width - 1.4) / 0.108)))
    said = "; ".join(
        f"{word}: {', '.join(f'{name} {row[t]:.2f}' for name, row in (levels | signed).items())}"
        for t, word in enumerate(words)
    )
    return Picture(figure, f"Table of one unit's gates and contents, a column a word. {finding}. {said}.")


def _erased(words: Sequence[str], f: ndarray, unit: int) -> str:
    """Where the forget gate is lowest, and the least that it keeps after that."""
    lowest = int(f.argmin())
    if f[lowest] >= 0.5:
        return f"Unit {unit} keeps {f[lowest]:.2f} or more of its cell at every word"
    erases = f"Unit {unit} erases at “{words[lowest]}” (f = {f[lowest]:.2f})"
    if lowest == len(words) - 1:
        return erases
    return f"{erases}, and keeps {f[lowest + 1 :].min():.2f} or more at every word after it"


def _number(value: float) -> str:
    return f"{value:.2f}".replace("-0.00", "0.00").replace("-", "−")


def _ink(color: ndarray) -> str:
    """Black on light cells, white on dark ones."""
    return "black" if np.dot(color[:3], (0.2126, 0.7152, 0.0722)) > 0.45 else "white"


def memory_by_group(
    steps: Sequence[str], groups: Mapping[str, ArrayLike], *, unit: int, y_label: str = "cell c of the unit"
) -> Picture:
    """What one unit holds, step by step, on sentences of two groups that it may tell apart.

    Args:
        steps: a label for each step.
        groups: two, by name, a row for each sentence, [sentences, steps].
        unit: which one it is, counted from 1.
        y_label: what is drawn.

    Raises:
        ShapeError: if the lengths disagree.
        DataError: if there are not two groups, or a number is NaN.
    """
    rows = {name: np.atleast_2d(np.asarray(lines, dtype=float)) for name, lines in groups.items()}
    if len(rows) != 2:
        raise DataError(f"needs two groups of sentences, got {list(groups)}")
    for name, lines in rows.items():
        for line in lines:
            column(name, line, "steps", len(steps))
    (first, a), (second, b) = rows.items()
    apart = max(a[:, -1].min() - b[:, -1].max(), b[:, -1].min() - a[:, -1].max())
    finding = f"At the last word, unit {unit} tells {first} from {second}: at least {apart:.1f} apart"
    if apart <= 0:
        finding = f"At the last word, unit {unit} does not tell {first} from {second}"
    with new_figure(9.4, 4.6) as (figure, (ax,)):
        across, ends = np.arange(len(steps)), {}
        ax.axhline(0, color=GREY, linewidth=1)
        for k, (name, lines) in enumerate(rows.items()):
            for line in lines:
                ax.plot(across, line, color=OKABE_ITO[k], marker=MARKERS[k], linestyle=("-", "--")[k])
            furthest = lines[abs(lines[:, -1]).argmax(), -1]
            ends[name] = (float(across[-1]), float(furthest), OKABE_ITO[k])
        ax.set_xticks(across, steps)
        ax.grid(visible=False, axis="x")
        ax.set_ylabel(y_label)
        ax.set_title(wrapped(finding))
        label_line_ends(ax, ends)
    said = "; ".join(
        f"{name}: {listed([f'{line[-1]:.2f}' for line in lines])} at the last word"
        for name, lines in rows.items()
    )
    return Picture(figure, f"Line chart of the {y_label} by word, a line a sentence. {finding}. {said}.")


def product_of_gates(
    cut: tuple[ArrayLike, ArrayLike], whole: tuple[ArrayLike, ArrayLike], *, lag: int
) -> Picture:
    """The gradient of each unit's cell to itself, against the product of its forget gates.

    Args:
        cut: the products f^(1) * .. * f^(lag) and the gradients dc^(lag)/dc^(0), each [hidden], in a network
            whose gates do not read h.
        whole: the same in one whose gates do.
        lag: steps between the two.

    Raises:
        ShapeError: if the lengths disagree.
        DataError: if a number is NaN, or a product not above 0.
    """
    points, off = {}, {}
    for name, (products, gradients) in (("cut", cut), ("whole", whole)):
        x = np.asarray(products, dtype=float)
        x = column(f"products, {name}", x, "units", x.size)
        points[name] = x, column(f"gradients, {name}", gradients, "units", len(x))
        if x.min() <= 0:
            raise DataError(f"a product of forget gates is above 0, got {x.min():g}")
        off[name] = abs(points[name][1] / x - 1)
    finding = (
        f"Other paths cut, the gradient is the product of the gates; with them, half of the units are "
        f"within {np.median(off['whole']):.0%} of it"
    )
    if off["cut"].max() > 1e-9:
        finding = f"Even with the other paths cut, the two differ by up to {off['cut'].max():.0%}"
    with new_figure(8.2, 4.8) as (figure, (ax,)):
        right = 1.08 * max(float(x.max()) for x, _ in points.values())
        heights = np.concatenate([y for _, y in points.values()])
        ax.plot([0, right], [0, right], color=GREY, linewidth=1.2, label="equal")
        ax.plot(*points["whole"], "^", color=VERMILLION, markersize=7, label="the whole network")
        ax.plot(*points["cut"], "o", color=BLUE, markersize=5, label="other paths cut")
        ax.set_xlim(0, right)
        ax.set_ylim(min(0, 1.1 * heights.min()), max(right, 1.08 * heights.max()))
        ax.set_xlabel(f"product of a unit's {lag} forget gates")
        ax.set_ylabel(f"∂c$^{{(t)}}$ / ∂c$^{{(t-{lag})}}$ of the unit")
        ax.set_title(wrapped(finding))
        ax.legend(loc="lower right", frameon=False)
    x, y = points["whole"]
    return Picture(
        figure,
        f"Scatter plot of {len(x)} units: the gradient of a cell to itself {lag} steps earlier, against the "
        f"product of its forget gates. {finding}. In the whole network the products go from {x.min():.2g} to "
        f"{x.max():.2g}, the gradients from {y.min():.2g} to {y.max():.2g}.",
    )


def half_lives_by_bias(
    forget_biases: ArrayLike, predicted: ArrayLike, measured: ArrayLike, lower: ArrayLike, upper: ArrayLike
) -> Picture:
    """Steps until half of a memory is gone, against the forget bias, on a logarithmic axis.

    Args:
        forget_biases: b_f, rising, [biases].
        predicted: log(1/2) / log sigmoid(b_f), [biases].
        measured: the median in networks that read something, inf where it was not reached, [biases].
        lower, upper: quartiles, [biases].

    Raises:
        ShapeError: if the lengths disagree.
        DataError: if there are fewer than two biases, or a half-life is not above 0.
    """
    biases = np.asarray(forget_biases, dtype=float)
    rows = {"predicted": predicted, "measured": measured, "lower": lower, "upper": upper}
    steps = {name: column(name, row, "biases", biases.size) for name, row in rows.items()}
    if biases.size < 2 or min(row.min() for row in steps.values()) <= 0:
        raise DataError("needs two biases or more, and half-lives above 0")
    line = steps["predicted"]
    least = f"{biases[0]:g}".replace("-", "−")
    growth = (line[-1] / line[-2]) ** (1 / (biases[-1] - biases[-2]))
    finding = (
        f"A bias of {least} halves a memory in {line[0]:.1f} steps, one of {biases[-1]:g} in "
        f"{line[-1]:.0f}: at the end {growth:.1f} times as long for each unit"
    )
    seen = np.isfinite(steps["measured"]) & np.isfinite(steps["upper"])
    with new_figure(8.6, 4.6) as (figure, (ax,)):
        ax.plot(biases, line, color=BLUE, label="all gates at σ(b$_f$)")
        middle = steps["measured"][seen]
        ax.errorbar(
            biases[seen],
            middle,
            [middle - steps["lower"][seen], steps["upper"][seen] - middle],
            fmt="s",
            color=VERMILLION,
            ecolor=VERMILLION,
            capsize=5,
            label="new networks reading noise: median, quartiles",
        )
        for bias, value in zip(biases, line, strict=True):
            ax.annotate(
                f"{value:.3g}",
                (bias, value),
                xytext=(-7, 8),
                textcoords="offset points",
                ha="right",
                color=BLUE,
                fontweight="bold",
            )
        ax.set_yscale("log")
        ax.yaxis.set_major_formatter(FuncFormatter(lambda value, _: f"{value:g}"))
        ax.set_xticks(biases)
        ax.margins(x=0.13, y=0.14)
        ax.set_xlabel("forget bias b$_f$")
        ax.set_ylabel("half-life of a memory, steps (log axis)")
        ax.set_title(wrapped(finding))
        ax.legend(loc="lower right", frameon=False)
    said = "; ".join(
        f"{bias:g}: {p:.3g} predicted, {m:.3g} measured"
        for bias, p, m in zip(biases, line, steps["measured"], strict=True)
    )
    return Picture(figure, f"Half-life against the forget bias, on a logarithmic axis. {finding}. {said}.")
