"""What tells before any power is computed that a matrix will grow first: its numbers beyond the spectrum."""

from __future__ import annotations

import numpy as np
from jaxtyping import Float
from numpy import ndarray

from rnn_course.errors import CourseError
from rnn_course.gradients.spectrum import check_recurrent_matrix

GOLDEN = (np.sqrt(5) - 1) / 2


def numerical_radius(W_h: Float[ndarray, "hidden hidden"], *, angles: int = 90) -> float:
    """omega = max over unit vectors v of |v* W_h v|

    It is the largest eigenvalue of (e^(i a) W_h + its adjoint) / 2, for the best angle a.

    Between the spectral radius and the largest singular value, and a bound of all powers:

        rho <= omega <= ||W_h||_2 <= 2 omega,      ||W_h^l||_2 <= 2 omega^l

    So a matrix with omega <= 1 never stretches anything to more than twice its length.

    Args:
        angles: how many a in [0, pi] to try before the best one is refined.

    Raises:
        ShapeError, CourseError: if W_h is no finite square matrix, or angles < 2.

    Source: Berger 1965, Pearcy 1966 (the power inequality).
    """
    check_recurrent_matrix("numerical_radius", W_h)
    if angles < 2:
        raise CourseError(f"numerical_radius: needs at least 2 angles, got {angles}")
    W = np.asarray(W_h, dtype=np.float64)

    def value(angle: float) -> float:
        turned = np.exp(1j * angle) * W
        return float(np.linalg.eigvalsh((turned + turned.conj().T) / 2)[-1])

    grid = np.linspace(0, np.pi, angles)  # a real matrix gives the same for -a
    best = int(np.argmax([value(angle) for angle in grid]))
    low, high = grid[max(best - 1, 0)], grid[min(best + 1, angles - 1)]
    found = value(grid[best])
    for _ in range(40):
        left, right = high - GOLDEN * (high - low), low + GOLDEN * (high - low)
        at_left, at_right = value(left), value(right)
        found = max(found, at_left, at_right)
        low, high = (low, right) if at_left > at_right else (left, high)
    return found


def kreiss_constant(W_h: Float[ndarray, "hidden hidden"], *, radii: int = 32, angles: int = 32) -> float:
    """K = max over |z| > 1 of (|z| - 1) ||(z I - W_h)^(-1)||_2, found from below on a grid

    By Kreiss's theorem the largest power lies between K and e n K. So K > 1 proves that something grows
    before it vanishes, whatever the eigenvalues are, and a larger grid can only raise it.

    Args:
        radii: how many |z| - 1 to try, from 0.001 to 10.
        angles: how many arguments of z in [0, pi] to try.

    Returns:
        K, at least 1 up to rounding when rho <= 1; inf for a spectral radius above 1, whose powers have no
        largest one.

    Raises:
        ShapeError, CourseError: if W_h is no finite square matrix, or a number of the grid is below 2.

    Source: Kreiss 1962; the constant e n: Spijker 1991.
    """
    check_recurrent_matrix("kreiss_constant", W_h)
    if radii < 2 or angles < 2:
        raise CourseError(f"kreiss_constant: needs at least 2 radii and angles, got {radii} and {angles}")
    W = np.asarray(W_h, dtype=np.float64)
    if abs(np.linalg.eigvals(W)).max() > 1 + 1e-12:
        return np.inf
    identity = np.eye(len(W))
    largest = 1.0  # the limit for |z| -> infinity
    for beyond in np.geomspace(1e-3, 10, radii):
        z = (1 + beyond) * np.exp(1j * np.linspace(0, np.pi, angles))
        smallest = np.linalg.svd(z[:, None, None] * identity - W, compute_uv=False)[:, -1]
        largest = max(largest, float(beyond / smallest.min()))
    return largest
