"""Figures of the lecture on vanishing and exploding gradients: norms by lag, and what bounds them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np
from jaxtyping import Float
from matplotlib.axes import Axes
from numpy import ndarray
from numpy.typing import ArrayLike

from rnn_course.errors import DataError
from rnn_course.figures.arrays import column, listed, wrapped
from rnn_course.figures.style import (
    BLUE,
    GREEN,
    GREY,
    MARKERS,
    OKABE_ITO,
    VERMILLION,
    Picture,
    label_line_ends,
    new_figure,
)

LOWEST, HIGHEST = 1e-4, 1e4
LAG = "lag ℓ: steps back"


def norms_by_lag(
    lags: Sequence[int],
    log_norms: Mapping[str, ArrayLike],
    *,
    title: str,
    y_label: str = "‖W$_h^ℓ$‖$_2$ (log axis)",
) -> Picture:
    """Norms against the lag on a logarithmic axis from 0.0001 to 10,000, a line for each matrix.

    A line that leaves the figure is named where it does; where a norm becomes 0 the line falls out of it.

    Args:
        lags: rising.
        log_norms: by name, natural logarithms, -inf for 0, [lags].
        title: the finding.

    Raises:
        ShapeError: if the lengths disagree.
        DataError: if nothing is given, or a logarithm is NaN.
    """
    lines = {name: column(name, values, "lags", len(lags)) for name, values in log_norms.items()}
    if not lines:
        raise DataError("there are no norms to draw")
    x = np.asarray(lags)
    with new_figure(8.8, 4.8) as (figure, (ax,)):
        ends = {}
        for i, (name, logs) in enumerate(lines.items()):
            color = OKABE_ITO[i % len(OKABE_ITO)]
            y = _values(logs)
            ax.plot(x, y, color=color, marker=MARKERS[i % len(MARKERS)], markevery=max(1, len(x) // 10))
            ends[name] = _last_inside(x, y, color)
        _norm_axes(ax, x)
        ax.set_ylabel(y_label)
        ax.set_title(wrapped(title))
        _name_lines(ax, ends)
    said = "; ".join(f"{name}: {_at_some_lags(x, logs)}" for name, logs in lines.items())
    return Picture(figure, f"Line chart of norms, on a logarithmic axis, against the lag. {title}. {said}.")


def between_bounds(
    lags: Sequence[int], log_norms: ArrayLike, *, spectral_radius: float, largest_singular_value: float
) -> Picture:
    """||W^l|| between rho^l and ||W||^l; beside it the mean factor of a step, which goes from ||W|| to rho.

    Args:
        lags: 0, 1, 2 ...
        log_norms: natural logarithms, all finite, [lags].
        spectral_radius, largest_singular_value: of the matrix.

    Raises:
        ShapeError: if the lengths disagree.
        DataError: if the lags do not begin at 0, a norm is 0, or the two numbers are not in this order.

    Source: the limit of the mean factor: Gelfand 1941.
    """
    x = np.asarray(lags)
    logs = column("log_norms", log_norms, "lags", len(x))
    if x[0] != 0 or len(x) < 3 or not np.isfinite(logs).all():
        raise DataError(f"needs lags 0, 1, 2 .. with norms above 0, got {x[:3].tolist()} and {logs.min():g}")
    if not 0 < spectral_radius <= largest_singular_value * (1 + 1e-9):
        raise DataError(
            f"the spectral radius lies between 0 and the largest singular value, got {spectral_radius:g} and "
            f"{largest_singular_value:g}"
        )
    peak = int(logs.argmax())
    rho_name, norm_name = "ρ$^ℓ$: eigenvalues", "‖W$_h$‖$^ℓ$: singular values"
    with new_figure(11.0, 4.4, columns=2) as (figure, (left, right)):
        left.plot(x, _values(x * np.log(spectral_radius)), "--", color=GREEN)
        left.plot(x, _values(x * np.log(largest_singular_value)), "-.", color=VERMILLION)
        left.plot(x, _values(logs), color=BLUE, linewidth=2.8)
        left.plot(peak, np.exp(logs[peak]), "o", color=BLUE)
        left.annotate(
            f"{np.exp(logs[peak]):.1f} at ℓ = {peak}",
            (peak, np.exp(logs[peak])),
            xytext=(8, 6),
            textcoords="offset points",
            color=BLUE,
            fontweight="bold",
        )
        _norm_axes(left, x)
        left.set_ylabel("‖W$_h^ℓ$‖$_2$ (log axis)")
        left.set_title(wrapped(_growth(logs, peak), 44))
        step = np.exp(logs[1:] / x[1:])
        right.plot(x[1:], step, color=BLUE, linewidth=2.8)
        right.axhline(largest_singular_value, color=VERMILLION, linestyle="-.", label=norm_name)
        right.axhline(spectral_radius, color=GREEN, linestyle="--", label=rho_name)
        right.axhline(1, color=GREY, linewidth=1)
        right.set_ylim(0, 1.12 * largest_singular_value)
        right.set_xlabel(LAG)
        right.set_ylabel("factor of one step, ‖W$_h^ℓ$‖$^{1/ℓ}$")
        right.set_title(wrapped(f"The mean factor of a step goes from {step[0]:.2f} to {step[-1]:.2f}", 44))
        right.legend(frameon=False)
    return Picture(
        figure,
        f"Two line charts against the lag. Left: the norm of the power, on a logarithmic axis, between the "
        f"powers of the spectral radius {spectral_radius:.3g} and of the largest singular value "
        f"{largest_singular_value:.3g}; it is largest, {np.exp(logs[peak]):.3g}, at lag {peak}, and "
        f"{np.exp(logs[-1]):.2g} at lag {x[-1]}. Right: its l-th root, the mean factor of a step, falls from "
        f"{step[0]:.2f} at lag 1 to {step[-1]:.2f} at lag {x[-1]}.",
    )


def _growth(logs: Float[ndarray, " lags"], peak: int) -> str:
    if peak == 0:
        return "The norm falls from the first step on"
    if peak == len(logs) - 1:
        return f"The norm grows to {np.exp(logs[peak]):.1f}"
    end = "vanishes" if logs[-1] < 0 else "shrinks"
    return f"The norm first grows to {np.exp(logs[peak]):.1f}, and then {end}"


def bound_and_truth(
    lags: Sequence[int],
    log_norms: Mapping[float, ArrayLike],
    *,
    gamma: float,
    nonlinearity: str,
) -> Picture:
    """The true product of Jacobians (solid) below its bound (dashed), for several gamma ||W_h||.

    Args:
        lags: 0, 1, 2 ...
        log_norms: by gamma ||W_h||_2, natural logarithms of the true norms, [lags].
        gamma: the steepest slope.
        nonlinearity: its name.

    Raises:
        ShapeError: if the lengths disagree.
        DataError: if nothing is given, or a norm is above its bound.

    Source: Pascanu et al. 2013.
    """
    x = np.asarray(lags)
    lines = {factor: column(f"norms of {factor:g}", y, "lags", len(x)) for factor, y in log_norms.items()}
    if not lines or min(lines) <= 0:
        raise DataError(f"needs norms for some gamma ||W_h|| above 0, got {list(lines)}")
    for factor, logs in lines.items():
        if (logs > x * np.log(factor) + 1e-6).any():
            raise DataError(f"a norm for gamma ||W_h|| = {factor:g} is above its bound")
    gone = [factor for factor, logs in lines.items() if factor >= 1 and logs[-1] < np.log(0.01)]
    title = f"{nonlinearity}: no norm is above its bound"
    if gone:
        title += f"; at γ‖W‖ = {listed([f'{factor:g}' for factor in gone])} it vanishes, and need not"
    with new_figure(8.8, 4.8) as (figure, (ax,)):
        drawn = []
        for i, (factor, logs) in enumerate(lines.items()):
            color, marker = OKABE_ITO[i % len(OKABE_ITO)], MARKERS[i % len(MARKERS)]
            ax.plot(x, _values(x * np.log(factor)), "--", color=color, linewidth=1.3)
            drawn += ax.plot(
                x, _values(logs), color=color, marker=marker, markevery=10, label=f"γ‖W‖ = {factor:g}"
            )
        drawn += ax.plot([], [], "--", color=GREY, linewidth=1.3, label="the bounds")
        _norm_axes(ax, x)
        ax.legend(handles=drawn, loc="center left", bbox_to_anchor=(1.01, 0.5), frameon=False)
        ax.set_ylabel("‖∂h$^{(T)}$/∂h$^{(T-ℓ)}$‖$_2$ (log axis)")
        ax.set_title(wrapped(title))
    said = "; ".join(
        f"gamma ||W|| = {factor:g}: {_at_some_lags(x, logs)}, bound {factor ** float(x[-1]):.2g}"
        for factor, logs in lines.items()
    )
    return Picture(
        figure,
        f"Line chart of the norm of the product of Jacobians, on a logarithmic axis, against the lag; solid "
        f"the truth, dashed its bound, with gamma = {gamma:g}. {title}. {said}.",
    )


def _values(logs: Float[ndarray, " lags"]) -> Float[ndarray, " lags"]:
    """exp(logs), held to what a logarithmic axis can place."""
    return np.exp(np.clip(logs, -600, 600))


def _norm_axes(ax: Axes, x: ndarray) -> None:
    ax.set_yscale("log")
    ax.set_ylim(LOWEST, HIGHEST)
    ax.set_xlim(x[0], x[-1])
    ax.axhline(1, color=GREY, linewidth=1)
    ax.set_xlabel(LAG)


def _last_inside(x: ndarray, y: Float[ndarray, " lags"], color: str) -> tuple[float, float, str]:
    """Where a line is last seen: its end, or where it leaves the figure."""
    inside = np.flatnonzero((y >= LOWEST) & (y <= HIGHEST))
    last = int(inside[-1]) if len(inside) else 0
    return float(x[last]), float(np.clip(y[last], LOWEST, HIGHEST)), color


def _name_lines(ax: Axes, ends: Mapping[str, tuple[float, float, str]]) -> None:
    """Names at the right edge for lines that reach it, and at the exit for those that do not."""
    right = ax.get_xlim()[1]
    reach = {name: end for name, end in ends.items() if end[0] == right}
    label_line_ends(ax, reach)
    for name, (x, y, color) in ends.items():
        if name not in reach:
            label_line_ends(ax, {name: (x, y * (0.6 if y > 1 else 1.7), color)})


def _at_some_lags(x: ndarray, logs: Float[ndarray, " lags"]) -> str:
    shown = sorted({len(x) // 6, len(x) // 2, len(x) - 1})
    return ", ".join(f"{np.exp(logs[k]):.2g} at lag {x[k]}" for k in shown)
