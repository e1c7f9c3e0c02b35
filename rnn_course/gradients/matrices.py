"""Recurrent matrices to look at: one of each kind that lecture 09 compares, and two small counterexamples."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
from jaxtyping import Float
from numpy import ndarray

from rnn_course.cells.initialization import orthogonal as orthogonal_matrix
from rnn_course.errors import CourseError
from rnn_course.gradients.spectrum import check_recurrent_matrix, spectrum

Matrix = Float[ndarray, "hidden hidden"]


def scaled_to_radius(W_h: Matrix, spectral_radius: float) -> Matrix:
    """W_h times the number that makes its largest |eigenvalue| `spectral_radius`.

    Raises:
        CourseError: if all eigenvalues are 0, or `spectral_radius` is negative.
    """
    check_recurrent_matrix("scaled_to_radius", W_h)
    rho = spectrum(W_h).spectral_radius
    if rho == 0 or spectral_radius < 0:
        raise CourseError(
            f"scaled_to_radius: cannot bring the spectral radius from {rho:g} to {spectral_radius:g}"
        )
    return W_h * (spectral_radius / rho)


def gaussian(hidden_size: int, rng: np.random.Generator, *, spectral_radius: float = 1.0) -> Matrix:
    """Independent normal entries, scaled. Its largest singular value is about twice its spectral radius."""
    _check("gaussian", hidden_size)
    return scaled_to_radius(rng.standard_normal((hidden_size, hidden_size)), spectral_radius)


def symmetric(hidden_size: int, rng: np.random.Generator, *, spectral_radius: float = 1.0) -> Matrix:
    """W^T = W: real eigenvalues and orthogonal eigenvectors, so that ||W^l|| = rho^l."""
    _check("symmetric", hidden_size)
    W = rng.standard_normal((hidden_size, hidden_size))
    return scaled_to_radius(W + W.T, spectral_radius)


def normal(hidden_size: int, rng: np.random.Generator, *, spectral_radius: float = 1.0) -> Matrix:
    """W W^T = W^T W: rotations of planes, each shrunk, seen from a random side; again ||W^l|| = rho^l.

    The first plane (or the only axis) is shrunk to `spectral_radius`, the others to less.
    """
    _check("normal", hidden_size)
    W = np.zeros((hidden_size, hidden_size))
    for start in range(0, hidden_size, 2):
        radius = spectral_radius * (1.0 if start == 0 else rng.uniform(0, 1))
        angle = rng.uniform(0, np.pi)
        if start + 1 == hidden_size:
            W[start, start] = radius
        else:
            c, s = radius * np.cos(angle), radius * np.sin(angle)
            W[start : start + 2, start : start + 2] = [[c, -s], [s, c]]
    Q = orthogonal_matrix(hidden_size, rng)
    return Q @ W @ Q.T


def orthogonal(hidden_size: int, rng: np.random.Generator, *, spectral_radius: float = 1.0) -> Matrix:
    """A random rotation times a number: every singular value and every |eigenvalue| is that number."""
    _check("orthogonal", hidden_size)
    return spectral_radius * orthogonal_matrix(hidden_size, rng)


def non_normal(
    hidden_size: int, rng: np.random.Generator, *, spectral_radius: float = 0.9, coupling: float = 5.0
) -> Matrix:
    """A matrix whose powers grow before they vanish, although every eigenvalue is below 1.

    Planes in which one direction feeds the other, seen from a random side:

        [[a, coupling], [0, 8 a / 9]]     a = spectral_radius in the first plane, down to half of it beyond

    The two eigenvectors of a plane are nearly parallel; with the defaults, powers reach 13.5 at lag 6.

    Args:
        hidden_size: an odd one leaves the last direction alone.
        coupling: how much of one direction the other receives; 0 makes the matrix symmetric.
    """
    _check("non_normal", hidden_size)
    W = np.zeros((hidden_size, hidden_size))
    for start in range(0, hidden_size, 2):
        radius = spectral_radius * (1.0 if start == 0 else rng.uniform(0.5, 1))
        W[start, start] = radius
        if start + 1 < hidden_size:
            W[start, start + 1], W[start + 1, start + 1] = coupling, 8 * radius / 9
    Q = orthogonal_matrix(hidden_size, rng)
    return Q @ W @ Q.T


def nilpotent(hidden_size: int, *, strength: float = 2.0) -> Matrix:
    """A shift: each unit hands `strength` times its value to the next. W^hidden_size is exactly 0.

    All eigenvalues are 0, yet ||W^l|| = strength^l until the last step. It has no basis of eigenvectors.
    """
    _check("nilpotent", hidden_size)
    return strength * np.eye(hidden_size, k=-1)


def grows_first() -> Matrix:
    """Against "eigenvalues below 1 shrink at once": 0.9 and 0.8 here, and powers up to 13.5 at lag 6.

    W^l = [[0.9^l, 50 (0.9^l - 0.8^l)], [0, 0.8^l]]
    """
    return np.array([[0.9, 5.0], [0.0, 0.8]])


def stretches_once() -> Matrix:
    """Against "a largest singular value above 1 explodes": it is 2 here, and W^2 = 0."""
    return np.array([[0.0, 2.0], [0.0, 0.0]])


KINDS: dict[str, Callable[..., Matrix]] = {
    "Gaussian": gaussian,
    "orthogonal": orthogonal,
    "symmetric": symmetric,
    "normal": normal,
    "non-normal": non_normal,
}
"""(hidden_size, rng, *, spectral_radius) -> matrix, by the name that the lecture uses."""


def _check(function: str, hidden_size: int) -> None:
    if hidden_size < 1:
        raise CourseError(f"{function}: hidden_size is at least 1, got {hidden_size}")
