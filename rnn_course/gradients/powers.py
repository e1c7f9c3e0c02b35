"""Powers of a recurrent matrix, kept apart from their size: W_h^400 is shown even where it is 1e-300."""

from __future__ import annotations

from collections.abc import Iterator
from typing import NamedTuple

import numpy as np
from jaxtyping import Float
from numpy import ndarray

from rnn_course.errors import CourseError, ShapeError
from rnn_course.gradients.spectrum import check_recurrent_matrix

LARGEST_TOTAL = 1 << 26  # entries of all powers together, half a gigabyte


class Powers(NamedTuple):
    """W_h^0 .. W_h^L, each as exp(log_scales[l]) * matrices[l].

    Attributes:
        matrices: of Frobenius norm 1, or 0 where the power is 0, [L + 1, hidden, hidden].
        log_scales: the logarithm of the Frobenius norm of W_h^l, -inf where the power is 0, [L + 1].
    """

    matrices: Float[ndarray, "lag hidden hidden"]
    log_scales: Float[ndarray, " lag"]


class PowerNorms(NamedTuple):
    """How large the powers are, as logarithms, so that nothing overflows; -inf where a power is 0.

    Attributes:
        log_two: log ||W_h^l||_2, for l = 0 .. L, [L + 1]: the most that any vector is stretched.
        log_frobenius: log ||W_h^l||_F, [L + 1]: up to sqrt(hidden), how much a random vector is.
    """

    log_two: Float[ndarray, " lag"]
    log_frobenius: Float[ndarray, " lag"]


def powers(W_h: Float[ndarray, "hidden hidden"], longest: int) -> Powers:
    """All powers up to W_h^longest.

    Raises:
        ShapeError: if together they had more than 67 million entries; `power_norms` holds one at a time.
        ShapeError, CourseError: if W_h is no finite square matrix, or longest is negative.
    """
    _check("powers", W_h, longest)
    if (longest + 1) * W_h.size > LARGEST_TOTAL:
        raise ShapeError(
            f"powers: {longest + 1} matrices {W_h.shape} are more than {LARGEST_TOTAL:,} entries; "
            "power_norms holds one at a time"
        )
    matrices, log_scales = zip(*_scaled_powers(W_h, longest), strict=True)
    return Powers(np.stack(matrices), np.array(log_scales))


def power_norms(W_h: Float[ndarray, "hidden hidden"], longest: int) -> PowerNorms:
    """The norms of W_h^0 .. W_h^longest.

    Raises:
        ShapeError, CourseError: if W_h is no finite square matrix, or longest is negative.
    """
    _check("power_norms", W_h, longest)
    log_two, log_frobenius = [], []
    for matrix, log_scale in _scaled_powers(W_h, longest):
        stretch = float(np.linalg.norm(matrix, 2))
        log_two.append(log_scale + np.log(stretch) if stretch else -np.inf)
        log_frobenius.append(log_scale)
    return PowerNorms(np.array(log_two), np.array(log_frobenius))


class AppliedPowers(NamedTuple):
    """W_h^l v for l = 0 .. L, each as exp(log_lengths[l]) * directions[l].

    Attributes:
        directions: of length 1, or 0 where the vector is 0, [L + 1, hidden].
        log_lengths: log ||W_h^l v||, [L + 1].
    """

    directions: Float[ndarray, "lag hidden"]
    log_lengths: Float[ndarray, " lag"]


def powers_applied(
    W_h: Float[ndarray, "hidden hidden"], v: Float[ndarray, " hidden"], longest: int
) -> AppliedPowers:
    """W_h^l v by multiplying l times, which needs no eigenvectors and is right for defective matrices too.

    Raises:
        ShapeError, CourseError: if W_h is no finite square matrix, v does not fit, or longest is negative.
    """
    _check("powers_applied", W_h, longest)
    if not isinstance(v, np.ndarray) or v.shape != (len(W_h),):
        shape = getattr(v, "shape", type(v).__name__)
        raise ShapeError(f"powers_applied: v is {shape}, but W_h {W_h.shape} expects ({len(W_h)},)")
    if not np.isfinite(v).all():
        raise CourseError("powers_applied: v has entries that are not finite")
    directions, log_lengths = zip(*_scaled_products(W_h, v.astype(np.float64), longest), strict=True)
    return AppliedPowers(np.stack(directions), np.array(log_lengths))


def _check(function: str, W_h: ndarray, longest: int) -> None:
    check_recurrent_matrix(function, W_h)
    if longest < 0:
        raise CourseError(f"{function}: the largest power is at least 0, got {longest}")


def _scaled_powers(W_h: ndarray, longest: int) -> Iterator[tuple[ndarray, float]]:
    return _scaled_products(W_h, np.eye(len(W_h)), longest)


def _scaled_products(W_h: ndarray, start: ndarray, longest: int) -> Iterator[tuple[ndarray, float]]:
    """W_h^l start for l = 0 .. longest, as an array of norm 1 and the logarithm of what it was divided by."""
    W = np.asarray(W_h, dtype=np.float64)
    # entries near 1e300 would overflow in the product before the division
    largest = float(abs(W).max())
    log_largest = np.log(largest) if largest else 0.0
    W = W / largest if largest else W
    product, log_scale = start, 0.0
    for lag in range(longest + 1):
        if lag:
            product = W @ product
            log_scale += log_largest
        norm = float(np.linalg.norm(product))
        if norm == 0:
            product, log_scale = np.zeros_like(start), -np.inf
        else:
            product, log_scale = product / norm, log_scale + np.log(norm)
        yield product, log_scale
