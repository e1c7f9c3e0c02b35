"""A gradient held against differences of the loss: which entry, what came, what was expected."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np
from jaxtyping import Float, Int
from numpy import ndarray

from rnn_course.cells.parameters import map_arrays, named_arrays
from rnn_course.errors import CourseError, ShapeError

Loss = Callable[[Any], float]


class GradientError(CourseError):
    """A gradient disagrees with differences of the loss, or the loss does not allow the comparison."""


@dataclass(frozen=True)
class ArrayReport:
    """One array's gradient at the entries that were checked.

    Args:
        name: the path to the array, such as `layers.0.W_h`.
        indices: the entries, one row each, [checked, axes].
        got: the gradient that was handed in.
        expected: the central difference.
        errors: |got - expected| / max(|got|, |expected|, floor), see `check_gradients`.
    """

    name: str
    indices: Int[ndarray, "checked axes"]
    got: Float[ndarray, " checked"]
    expected: Float[ndarray, " checked"]
    errors: Float[ndarray, " checked"]
    tolerance: float

    @property
    def worst_error(self) -> float:
        """The largest relative error; a gradient that is not finite counts as infinitely wrong."""
        return float(self.errors.max(initial=0.0))

    @property
    def passed(self) -> bool:
        return self.worst_error <= self.tolerance

    def __str__(self) -> str:
        checked = len(self.errors)
        wrong = int((self.errors > self.tolerance).sum())
        if self.passed:
            return f"{self.name}: right in all {checked} entries checked (worst error {self.worst_error:.1e})"
        k = int(self.errors.argmax())
        entry = f"{self.name}[{', '.join(map(str, self.indices[k]))}]" if self.indices.shape[1] else self.name
        return (
            f"{self.name}: WRONG in {wrong} of {checked} entries; worst at {entry}: got {self.got[k]:.6g}, "
            f"expected {self.expected[k]:.6g}, relative error {self.errors[k]:.1e}{self._pattern()}"
        )

    def _pattern(self) -> str:
        """What all wrong entries have in common, if anything: it often names the mistake."""
        wrong = self.errors > self.tolerance
        if wrong.sum() < 2 or not np.isfinite(self.got).all():
            return ""
        got, expected = self.got[wrong], self.expected[wrong]
        if not got.any():
            return " (got is 0 wherever it is wrong)"
        with np.errstate(divide="ignore", invalid="ignore"):
            ratio = got / expected
        if np.isfinite(ratio).all() and np.allclose(ratio, ratio[0], rtol=1e-4):
            return f" (got is {ratio[0]:.4g} times expected wherever it is wrong)"
        return ""


@dataclass(frozen=True)
class GradientReport:
    """The result of `check_gradients`; printed, it is one line an array."""

    arrays: tuple[ArrayReport, ...]

    @property
    def passed(self) -> bool:
        return all(array.passed for array in self.arrays)

    @property
    def worst_error(self) -> float:
        return max(array.worst_error for array in self.arrays)

    def __str__(self) -> str:
        return "\n".join(map(str, self.arrays))

    def require(self) -> None:
        """Raise a GradientError that holds the lines of the arrays that are wrong, if any are."""
        wrong = [str(array) for array in self.arrays if not array.passed]
        if wrong:
            count = f"{len(wrong)} of {len(self.arrays)} gradients"
            raise GradientError(f"{count} disagree with differences of the loss\n" + "\n".join(wrong))


def numerical_derivative(
    loss: Callable[[], float], array: ndarray, index: tuple[int, ...], step: float
) -> float:
    """dJ/d array[index] from four values of J.

        D(h) = (J(a + h) - J(a - h)) / 2h          wrong by a multiple of h^2
        dJ/da = (4 D(h) - D(2h)) / 3               in which that error cancels

    Args:
        loss: J as a function of nothing, which reads `array`.
        array: float64; the entry is changed while J is computed, and restored.
        step: h.

    Source: Richardson 1911 (the cancellation).
    """
    a = array[index]
    J = {}
    try:
        for k in (-2, -1, 1, 2):
            array[index] = a + k * step
            J[k] = loss()
    finally:
        array[index] = a
    return (8 * (J[1] - J[-1]) - (J[2] - J[-2])) / (12 * step)


def check_gradients(
    loss: Loss,
    params: Any,
    gradients: Any,
    *,
    tolerance: float = 1e-6,
    step: float = 1e-3,
    max_entries: int | None = None,
    rng: np.random.Generator | None = None,
) -> GradientReport:
    """Compare a gradient with central differences of the loss, entry by entry, in float64.

    The error of an entry is |got - expected| / max(|got|, |expected|, floor). The floor is where the rounding
    of J, about 10 * 2e-16 * |J| / step, would reach the tolerance: smaller entries drown in that noise.

    Args:
        loss: J(params), a number; it must give the same number each time.
        params: arrays in (named) tuples or dicts, however nested. A copy in float64 is varied, not they.
        gradients: dJ/dparams, in the same structure.
        tolerance: the largest relative error that passes.
        step: the difference h in each parameter.
        max_entries: check so many entries of each array, drawn by `rng`; all of them if left out.
        rng: needed where an array has more than `max_entries` entries.

    Returns:
        A report. `print(report)` shows it; `report.require()` raises unless every entry passes.

    Raises:
        ShapeError: if a gradient's shape is not its parameter's, or one of them is missing.
        GradientError: if J is not one finite number, or changes between two calls.
    """
    params = map_arrays(lambda array: np.array(array, dtype=np.float64), params)
    got = dict(named_arrays(gradients))
    arrays = dict(named_arrays(params))
    if got.keys() != arrays.keys():
        raise ShapeError(f"gradients are for {sorted(got)}, parameters are {sorted(arrays)}")

    def J() -> float:
        value = np.asarray(loss(params), dtype=np.float64)
        if value.size != 1 or not np.isfinite(value).all():
            raise GradientError(f"the loss is to be one finite number, got {value}")
        return float(value.reshape(()))

    J_0 = J()
    if (J_again := J()) != J_0:
        raise GradientError(
            f"the loss gave {J_0!r}, then {J_again!r} for the same parameters: draw random numbers from a "
            "generator that is made anew, with the same seed, in each call"
        )
    floor = 10 * np.finfo(np.float64).eps * max(1.0, abs(J_0)) / step / tolerance
    reports = []
    for name, array in arrays.items():
        if got[name].shape != array.shape:
            raise ShapeError(f"the gradient of {name} is {got[name].shape}, but {name} is {array.shape}")
        indices = _entries(name, array, max_entries, rng)
        expected = np.array([numerical_derivative(J, array, tuple(index), step) for index in indices])
        values = np.array([float(got[name][tuple(index)]) for index in indices])
        scale = np.maximum(np.maximum(np.abs(values), np.abs(expected)), floor)
        errors = np.full(len(values), np.inf)
        np.divide(np.abs(values - expected), scale, out=errors, where=np.isfinite(values))
        reports.append(ArrayReport(name, indices, values, expected, errors, tolerance))
    return GradientReport(tuple(reports))


def _entries(
    name: str, array: ndarray, max_entries: int | None, rng: np.random.Generator | None
) -> Int[ndarray, "checked axes"]:
    """The indices to check: all of them, or `max_entries` drawn without repetition."""
    flat = np.arange(array.size)
    if max_entries is not None and array.size > max_entries:
        if rng is None:
            raise GradientError(
                f"{name} has {array.size} entries: to draw {max_entries} of them, give an rng"
            )
        flat = rng.choice(array.size, max_entries, replace=False)
    return np.stack(np.unravel_index(flat, array.shape), axis=-1) if array.ndim else np.zeros((1, 0), int)
