"""The sentence of the clipping cliff, as the browser says it (cliff_finding.js)."""

from __future__ import annotations

import numpy as np

from rnn_course.widgets.cliff_paths import CliffPath

CLIPPED = {"norm": "Clipped by the norm", "squared norm": "Clipped by the squared norm"}


def figure(value: float) -> str:
    """Three digits: 301, 0.03, 1.2e163, −5.1; Inf and NaN by name."""
    if np.isnan(value):
        return "NaN"
    sign = "−" if value < 0 else ""
    size = abs(value)
    if np.isinf(size):
        return f"{sign}Inf"
    rounded = float(f"{size:.2e}")
    if rounded == 0 or 1e-3 <= rounded < 1e5:
        return f"{sign if rounded else ''}{rounded:g}"
    digits, power = f"{size:.1e}".split("e")
    return f"{sign}{digits}e{int(power)}"


def cliff_finding(plain: CliffPath, clipped: CliffPath, rule: str, max_norm: float, step: int) -> str:
    """What the next step is, and where both paths end."""
    steps = len(plain.points) - 1

    def now(path: CliffPath) -> str:
        return f"gradient of norm {figure(path.norms[step])}, next step {figure(path.lengths[step])} long"

    def end(path: CliffPath) -> str:
        w, b = path.points[-1]
        longest = f"the longest of {steps} steps is {figure(path.longest)} long"
        place = f"w = {figure(w)}, b = {figure(b)}"
        return f"{longest}, and the path ends with a loss of {figure(path.losses[-1])} at {place}"

    return (
        f"Without clipping {end(plain)}. {CLIPPED[rule]} at {figure(max_norm)}, {end(clipped)}. "
        f"{_lost(plain, clipped)} After {step} {'step' if step == 1 else 'steps'}: {now(plain)}; clipped, "
        f"{now(clipped)}."
    )


def _lost(plain: CliffPath, clipped: CliffPath) -> str:
    if plain.lost_at is None and clipped.lost_at is None:
        return "Neither path met Inf or NaN."
    if plain.lost_at is not None and clipped.lost_at is not None:
        return f"Both are lost: Inf or NaN after {plain.lost_at} and {clipped.lost_at} steps."
    name, lost = ("without", plain.lost_at) if plain.lost_at is not None else ("with", clipped.lost_at)
    steps = f"{lost} {'step' if lost == 1 else 'steps'}"
    return f"The path {name} clipping met Inf or NaN after {steps}, and is lost."
