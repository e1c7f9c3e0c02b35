"""What is said of gradients: which of them are right, and what the wrong ones have in common."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
from numpy import ndarray

from rnn_course.checks.case import Property
from rnn_course.checks.compare import Tolerance, same
from rnn_course.checks.plain import Plain

# Gradients are sums in which much cancels, so that float32 is less exact in them than in a state.
GRADIENTS = Tolerance(rtol=1e-4, atol=1e-6)


def by_parameter(reference: Callable[..., Plain]) -> Property:
    """For answers that are a dict of gradients, or a tuple that ends with one."""

    def broken(arguments: tuple[Plain, ...], value: Plain) -> str | None:
        expected, got = _gradients(reference(*arguments)), _gradients(value)
        if got is None or expected is None:
            return None
        missing = [name for name in expected if name not in got]
        if missing:
            return f"There is no gradient of {_listed(missing)}."
        right = [name for name in expected if same(expected[name], got[name], GRADIENTS)]
        wrong = [f"{name}{_pattern(expected[name], got[name])}" for name in expected if name not in right]
        if not wrong:
            return None
        beside = f" Right are {_listed(right)}." if len(right) > 1 else f" Right is {''.join(right)}."
        return f"Wrong: {'; '.join(wrong)}.{beside if right else ''}"

    return Property("gradients, one by one", broken)


def _gradients(value: Plain) -> dict[str, ndarray] | None:
    last = value[-1] if isinstance(value, (list, tuple)) and value else value
    return last if isinstance(last, dict) else None


def _listed(names: list[str]) -> str:
    return " and ".join([", ".join(names[:-1]), names[-1]] if len(names) > 1 else names)


def _pattern(expected: ndarray, got: Plain) -> str:
    """What all entries have in common, if anything: it often tells what the mistake is."""
    if not isinstance(got, ndarray) or got.dtype.kind not in "iuf":
        return ""
    if got.shape != expected.shape:
        return f" (shape {got.shape}, expected {expected.shape})"
    if not np.isfinite(got).all():
        return " (not all of it are numbers)"
    if not got.any():
        return " (all zero)"
    large = np.abs(expected) > 1e-3 * np.abs(expected).max(initial=0.0)
    ratios = got[large] / expected[large]
    if ratios.size > 1 and np.allclose(ratios, ratios[0], rtol=1e-3):
        return f" (each entry {ratios[0]:.4g} times what it should be)"
    return ""
