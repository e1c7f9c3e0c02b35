"""Eigenvalues and singular values of a recurrent matrix: where its powers end, and what they can do first."""

from __future__ import annotations

from dataclasses import dataclass
from typing import NamedTuple

import numpy as np
from jaxtyping import Complex, Float
from numpy import ndarray

from rnn_course.errors import CourseError, ShapeError

LARGEST = 4096  # rows; a decomposition of more takes minutes
WORST_CONDITION = 1e8  # of the eigenvectors, beyond which half of the digits in that basis are lost
LARGEST_LOG = 700.0  # exp of it is about 1e304


class DefectiveError(CourseError):
    """A matrix whose eigenvectors are no basis, or so nearly none that numbers in it mean nothing."""


def check_recurrent_matrix(function: str, W_h: ndarray) -> None:
    """Hold W_h to be a finite square matrix of at most `LARGEST` rows.

    Raises:
        ShapeError: if it is no array, not square, empty or too large.
        CourseError: if an entry is complex, NaN or infinite.
    """
    if not isinstance(W_h, np.ndarray):
        raise ShapeError(f"{function}: W_h is a {type(W_h).__name__}, expected an array [hidden, hidden]")
    if W_h.ndim != 2 or W_h.shape[0] != W_h.shape[1] or not len(W_h):
        raise ShapeError(f"{function}: W_h is {W_h.shape}, expected a square matrix (hidden, hidden)")
    if len(W_h) > LARGEST:
        raise ShapeError(f"{function}: W_h is {W_h.shape}, expected at most {LARGEST} rows")
    if W_h.dtype.kind not in "fiu":
        raise CourseError(f"{function}: W_h holds {W_h.dtype}, expected real numbers")
    finite = np.isfinite(W_h)
    if not finite.all():
        i, j = np.argwhere(~finite)[0]
        count = int((~finite).sum())
        raise CourseError(
            f"{function}: W_h has {count} entries that are not finite, the first W_h[{i}, {j}] = {W_h[i, j]}"
        )


@dataclass(frozen=True)
class Spectrum:
    """What decides the fate of W_h^l, and what bounds it on the way.

        spectral_radius^l  <=  ||W_h^l||  <=  min(largest_singular_value^l, condition * spectral_radius^l)

    The left side decides whether the powers vanish in the end. The right side is what may come before.

    Args:
        eigenvalues: lambda_i, the largest in absolute value first, [hidden].
        eigenvectors: q_i as columns of length 1, in the same order, [hidden, hidden].
        singular_values: the largest first, [hidden].
    """

    eigenvalues: Complex[ndarray, " hidden"]
    eigenvectors: Complex[ndarray, "hidden hidden"]
    singular_values: Float[ndarray, " hidden"]

    @property
    def spectral_radius(self) -> float:
        """rho = max |lambda_i|."""
        return float(abs(self.eigenvalues[0]))

    @property
    def largest_singular_value(self) -> float:
        """||W_h||_2, by how much the matrix stretches the vector that it stretches most."""
        return float(self.singular_values[0])

    @property
    def condition(self) -> float:
        """Of the eigenvectors: 1 if they are orthogonal (a normal matrix), infinite if they are no basis."""
        singular_values = np.linalg.svd(self.eigenvectors, compute_uv=False)
        with np.errstate(divide="ignore"):
            return float(singular_values[0] / singular_values[-1])

    @property
    def departure_from_normality(self) -> float:
        """sqrt(||W_h||_F^2 - sum |lambda_i|^2), 0 just for normal matrices.

        Of a normal matrix, rounding leaves about 1e-8 times the norm.

        Source: Henrici 1962.
        """
        difference = (self.singular_values**2).sum() - (abs(self.eigenvalues) ** 2).sum()
        return float(np.sqrt(max(difference, 0.0)))


def spectrum(W_h: Float[ndarray, "hidden hidden"]) -> Spectrum:
    """Eigenvalues, eigenvectors and singular values of W_h.

    Raises:
        ShapeError, CourseError: if W_h is no finite square matrix, see `check_recurrent_matrix`.
    """
    check_recurrent_matrix("spectrum", W_h)
    W = np.asarray(W_h, dtype=np.float64)
    eigenvalues, eigenvectors = np.linalg.eig(W)
    order = np.argsort(-abs(eigenvalues), kind="stable")
    return Spectrum(
        eigenvalues[order].astype(complex),
        eigenvectors[:, order].astype(complex),
        np.linalg.svd(W, compute_uv=False),
    )


class Eigenbasis(NamedTuple):
    """A vector written in the eigenvectors of W_h, v = sum of c_i q_i, so that W_h^l v is known for every l.

    Attributes:
        eigenvalues: lambda_i, the largest in absolute value first, [hidden].
        eigenvectors: q_i as columns, [hidden, hidden].
        c: the coefficients, [hidden].
    """

    eigenvalues: Complex[ndarray, " hidden"]
    eigenvectors: Complex[ndarray, "hidden hidden"]
    c: Complex[ndarray, " hidden"]

    def log_sizes(self, longest: int) -> Float[ndarray, "lag hidden"]:
        """log |c_i lambda_i^l| for l = 0 .. longest, [longest + 1, hidden], -inf where it is 0."""
        lags = _lags("log_sizes", longest)
        with np.errstate(divide="ignore"):
            log_lambda, log_c = np.log(abs(self.eigenvalues)), np.log(abs(self.c))
        # 0 * -inf is NaN, but lambda^0 is 1 even for lambda = 0
        growth = np.where(lags[:, None] > 0, lags[:, None] * np.where(lags[:, None] > 0, log_lambda, 0), 0)
        return log_c + growth

    def contributions(self, lag: int) -> Complex[ndarray, "hidden hidden"]:
        """c_i lambda_i^l q_i, one row for each i; they sum to W_h^l v.

        Raises:
            CourseError: if lag is negative, or an entry would be above 1e304: see `log_sizes`.
        """
        if self.log_sizes(lag)[-1].max() > LARGEST_LOG:
            raise CourseError(
                f"contributions: at lag {lag} they are above 1e304; log_sizes has their logarithm"
            )
        return (self.c * self.eigenvalues**lag)[:, None] * self.eigenvectors.T

    def apply(self, lag: int) -> Float[ndarray, " hidden"]:
        """W_h^l v = sum of c_i lambda_i^l q_i; for a real matrix the imaginary parts cancel."""
        return self.contributions(lag).sum(axis=0).real


def eigenbasis(W_h: Float[ndarray, "hidden hidden"], v: Float[ndarray, " hidden"]) -> Eigenbasis:
    """Write v in the eigenvectors of W_h.

        v = sum of c_i q_i,   W_h^l v = sum of c_i lambda_i^l q_i

    Args:
        v: what the powers are applied to: a state, or a gradient (then W_h is to be the transposed).

    Raises:
        DefectiveError: if the eigenvectors are no basis (a Jordan block), or their condition is above 1e8.
            `rnn_course.gradients.powers.powers_applied` needs no basis.
        ShapeError, CourseError: if W_h is no finite square matrix, or v does not fit.
    """
    found = spectrum(W_h)
    if not isinstance(v, np.ndarray) or v.shape != (len(W_h),):
        shape = getattr(v, "shape", type(v).__name__)
        raise ShapeError(f"eigenbasis: v is {shape}, but W_h {W_h.shape} expects ({len(W_h)},)")
    if not np.isfinite(v).all():
        raise CourseError("eigenbasis: v has entries that are not finite")
    if not found.condition <= WORST_CONDITION:
        raise DefectiveError(
            f"eigenbasis: the eigenvectors of W_h {W_h.shape} are no usable basis: their condition is "
            f"{found.condition:.1e}, above {WORST_CONDITION:.0e}; multiply instead, with powers_applied"
        )
    c = np.linalg.solve(found.eigenvectors, v.astype(complex))
    return Eigenbasis(found.eigenvalues, found.eigenvectors, c)


def _lags(function: str, longest: int) -> ndarray:
    if longest < 0:
        raise CourseError(f"{function}: lags are at least 0, got {longest}")
    return np.arange(longest + 1)
