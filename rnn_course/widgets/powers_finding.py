"""The sentence of the widget of W_h^l: who decides at this lag. powers_finding.js has the same words."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from jaxtyping import Float
from numpy import ndarray

from rnn_course.gradients.gamma_bound import GAMMA, Nonlinearity, gamma_bound
from rnn_course.widgets.powers_matrices import LONGEST, Shown

SUPERSCRIPTS = str.maketrans("-0123456789", "⁻⁰¹²³⁴⁵⁶⁷⁸⁹")
VANISHED, EXPLODED = np.log(0.01), np.log(100)
SAME = 1e-3
"""Logarithms nearer than this are called equal."""


class Setting(NamedTuple):
    """What the reader has chosen; see `Powers`."""

    nonlinearity: Nonlinearity
    radius: float
    lag: int
    input_size: float


class Numbers(NamedTuple):
    """What the sentence is about, as natural logarithms, -inf for 0.

    Attributes:
        norm: of ||W_h^l||_2.
        product: of ||dh^(T)/dh^(T-l)||_2; `norm`, where there is no nonlinearity.
        rho: of the spectral radius.
        sigma: of the largest singular value.
        slope: mean f' of all units over the steps that the product covers; 1 without a nonlinearity.
    """

    norm: float
    product: float
    rho: float
    sigma: float
    slope: float


def numbers(shown: Shown, setting: Setting) -> Numbers:
    """Compute them with numpy, for the page that runs no JavaScript."""
    log_r, lag = float(np.log(setting.radius)), setting.lag
    norm = -np.inf if 0 <= shown.dies <= lag else float(shown.log_norms[lag]) + lag * log_r
    product, slope = norm, 1.0
    if setting.nonlinearity != "linear":
        W, inputs = setting.radius * shown.W_h, setting.input_size * shown.inputs
        product = float(gamma_bound(W, inputs, nonlinearity=setting.nonlinearity).log_norms[lag])
        slopes = _slopes(W, inputs, setting.nonlinearity)[-lag:] if lag else np.ones(1)
        slope = float(slopes.mean())
    return Numbers(
        norm=norm,
        product=product,
        rho=log_r if shown.has_radius else -np.inf,
        sigma=float(np.log(shown.largest_singular_value)) + log_r,
        slope=slope,
    )


def _slopes(W: ndarray, inputs: ndarray, nonlinearity: Nonlinearity) -> Float[ndarray, "time hidden"]:
    h, slopes = np.zeros(len(W)), []
    for input_t in inputs:
        z = W @ h + input_t
        h = np.tanh(z) if nonlinearity == "tanh" else 1 / (1 + np.exp(-z))
        slopes.append(1 - h**2 if nonlinearity == "tanh" else h * (1 - h))
    return np.array(slopes[-LONGEST:])


def finding(shown: Shown, setting: Setting) -> str:
    """Say what the widget shows at this setting."""
    found = numbers(shown, setting)
    if setting.lag == 0:
        return "At lag 0 nothing has been multiplied yet: the norm is 1. Move the lag."
    if setting.nonlinearity == "linear":
        return _linear(shown, setting.lag, found)
    return _nonlinear(setting.nonlinearity, setting.lag, found)


def _linear(shown: Shown, lag: int, found: Numbers) -> str:
    rho, sigma = written(found.rho), written(found.sigma)
    if found.norm == -np.inf:
        why = "and now the eigenvalues, all of them 0, have their way" if not shown.has_radius else "for good"
        return f"At lag {lag} the power is exactly 0, {why}: Wₕ{raised(shown.dies)} was the first."
    begin = f"At lag {lag}, ‖Wₕ{raised(lag)}‖ is {written(found.norm)}: {verdict(found.norm)}."
    if not shown.has_radius:
        return (
            f"{begin} All eigenvalues are 0, and at this lag they say nothing yet: "
            f"the singular values decide, up to {sigma} a step."
        )
    if found.sigma - found.rho < SAME:
        return (
            f"{begin} Spectral radius and largest singular value are both {rho}, "
            f"so the eigenvalues decide from the first step on: {rho} a step."
        )
    per_step = found.norm / lag
    say = round(100 * (found.sigma - per_step) / (found.sigma - found.rho))
    say = min(100, max(0, say))
    middle = (
        f"That is {written(per_step)} a step, between the singular values’ {sigma} and the eigenvalues’ "
        f"{rho}: the eigenvalues have {say} % of the say, the singular values {100 - say} %."
    )
    return f"{begin} {middle}{_surprise(found)}"


def _surprise(found: Numbers) -> str:
    if found.rho < -SAME and found.norm > SAME:
        return " It has grown although every eigenvalue lies inside the unit circle; in the end it vanishes."
    if found.rho < -SAME and found.sigma > SAME and found.norm < -SAME:
        return " A singular value above 1 has not made it explode."
    return ""


def _nonlinear(nonlinearity: Nonlinearity, lag: int, found: Numbers) -> str:
    log_factor = float(np.log(GAMMA[nonlinearity])) + found.sigma
    quarter = "" if GAMMA[nonlinearity] == 1 else f"¼ × {written(found.sigma)} = "
    factor = f"γ‖Wₕ‖ is {quarter}{written(log_factor)}"
    if log_factor < 0:
        allows = f"{factor}, below 1: it must vanish, whatever is read."
    else:
        allows = f"{factor}, so the bound allows up to {written(lag * log_factor)}, and promises nothing."
    unleashed = ""
    if found.product > found.norm + SAME:
        unleashed = (
            " The slopes have made it larger: of a product of different matrices, eigenvalues say nothing."
        )
    return (
        f"With {nonlinearity}, ‖∂h⁽ᵀ⁾/∂h⁽ᵀ⁻ˡ⁾‖ is {written(found.product)} at lag {lag}: "
        f"{verdict(found.product)}. Without it, ‖Wₕ{raised(lag)}‖ is {written(found.norm)}. "
        f"The slopes in between are {found.slope:.2f} on average. {allows}{unleashed}"
    )


def verdict(log_norm: float) -> str:
    """What has become of a gradient."""
    if log_norm < VANISHED:
        return "the gradient has vanished"
    if log_norm < -SAME:
        return "the gradient has shrunk"
    if log_norm <= SAME:
        return "the gradient has kept its size"
    return "the gradient has grown" if log_norm <= EXPLODED else "the gradient has exploded"


def written(log_value: float) -> str:
    """exp(log_value) with three digits: 13.5, 0.0312, 1.8·10⁻³, 0."""
    if log_value == -np.inf:
        return "0"
    power = log_value / np.log(10)
    if -2 <= power < 3:
        return f"{np.exp(log_value):#.3g}".removesuffix(".")
    exponent = int(np.floor(power))
    digits = f"{10 ** (power - exponent):.1f}"
    if digits == "10.0":
        digits, exponent = "1.0", exponent + 1
    return f"{digits}·10{raised(exponent)}"


def raised(number: int) -> str:
    """-12 as ⁻¹²."""
    return str(number).translate(SUPERSCRIPTS)
