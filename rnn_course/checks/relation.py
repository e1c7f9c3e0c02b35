"""How wrong numbers are related to the right ones: all turned round, all twice as large, transposed."""

from __future__ import annotations

import numpy as np


def relation(expected: np.ndarray, got: np.ndarray) -> str:
    """What all entries of a wrong array have in common, in words; empty where nothing is seen.

    Args:
        expected, got: arrays of numbers of one shape.
    """
    if (
        expected.shape != got.shape
        or expected.size < 2
        or expected.dtype.kind == "c"
        or got.dtype.kind == "c"
    ):
        return ""
    want, have = expected.astype(float), got.astype(float)
    size = float(np.max(np.abs(want))) if np.isfinite(want).all() and np.isfinite(have).all() else 0.0
    if size == 0:
        return ""
    if not have.any():
        return "all are 0"
    factor = float(np.vdot(want, have) / np.vdot(want, want))
    if abs(factor) > 1e-9 and np.allclose(have, factor * want, rtol=1e-5, atol=1e-6 * size * abs(factor)):
        return _factor_words(factor, int(np.count_nonzero(want)))
    if want.ndim == 2 and want.shape[0] == want.shape[1] and np.allclose(have, want.T, 1e-5, 1e-6 * size):
        return "it is the transpose of what was expected"
    if np.ptp(have - want) <= 1e-6 * size:
        return "all are off by the same"
    return ""


def _factor_words(factor: float, entries: int) -> str:
    """The words for a common factor, unless it is nearly 1 or only one entry has it: that says nothing."""
    if abs(factor + 1) < 1e-5:
        return "every sign is turned round"
    if entries < 2 or abs(factor - 1) < 1e-3:
        return ""
    part = 1 / abs(factor)
    if abs(factor) < 1 and abs(part - round(part)) < 1e-4:
        sign = "-" if factor < 0 else ""
        return f"every entry is {sign}1/{round(part)} of what was expected"
    return f"every entry is {factor:.4g} times what was expected"
