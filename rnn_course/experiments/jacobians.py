"""Powers of a matrix, and products of Jacobians below their bound: the experiments of lecture 09."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from jaxtyping import Bool, Float, Int
from numpy import ndarray

from rnn_course.errors import CourseError
from rnn_course.gradients import matrices
from rnn_course.gradients.gamma_bound import GAMMA, Nonlinearity, gamma_bound
from rnn_course.gradients.powers import power_norms
from rnn_course.gradients.spectrum import spectrum
from rnn_course.gradients.transient import kreiss_constant


@dataclass(frozen=True)
class PowersOfMatrices:
    """What becomes of ||W_h^l||, for matrices of several kinds.

    Args:
        names: what each row is.
        lags: l = 0 .. L.
        log_norms: log ||W_h^l||_2, -inf where the power is 0, [matrices, lag].
        spectral_radii: rho, [matrices].
        largest_singular_values: ||W_h||_2, [matrices].
        kreiss_constants: a lower bound of the largest power, inf where rho > 1, [matrices].
        peaks: max over l of ||W_h^l||_2, [matrices].
    """

    names: tuple[str, ...]
    lags: Int[ndarray, " lag"]
    log_norms: Float[ndarray, "matrices lag"]
    spectral_radii: Float[ndarray, " matrices"]
    largest_singular_values: Float[ndarray, " matrices"]
    kreiss_constants: Float[ndarray, " matrices"]
    peaks: Float[ndarray, " matrices"]


def powers_of_matrices(seed: int = 0, *, hidden_size: int = 32, longest: int = 60) -> PowersOfMatrices:
    """Eigenvalues say where the powers end, not how they get there.

    Shows: of normal matrices the norm is rho^l to the digit; a non-normal one with rho = 0.9 first grows
    above 10; a nilpotent one doubles 31 times and is 0 then; a singular value above 1 need not explode.

    Args:
        seed: draws the matrices.
        hidden_size: rows of the drawn ones.
        longest: the largest power.
    """
    rng = np.random.default_rng(seed)
    shown = {
        "Gaussian, radius 0.9": matrices.gaussian(hidden_size, rng, spectral_radius=0.9),
        "Gaussian, radius 1.1": matrices.gaussian(hidden_size, rng, spectral_radius=1.1),
        "orthogonal": matrices.orthogonal(hidden_size, rng),
        "symmetric, radius 0.9": matrices.symmetric(hidden_size, rng, spectral_radius=0.9),
        "non-normal, radius 0.9": matrices.non_normal(hidden_size, rng, spectral_radius=0.9),
        "nilpotent, radius 0": matrices.nilpotent(hidden_size),
        "2 by 2, radius 0.9": matrices.grows_first(),
    }
    log_norms = np.stack([power_norms(W, longest).log_two for W in shown.values()])
    spectra = [spectrum(W) for W in shown.values()]
    return PowersOfMatrices(
        names=tuple(shown),
        lags=np.arange(longest + 1),
        log_norms=log_norms,
        spectral_radii=np.array([found.spectral_radius for found in spectra]),
        largest_singular_values=np.array([found.largest_singular_value for found in spectra]),
        kreiss_constants=np.array([kreiss_constant(W) for W in shown.values()]),
        peaks=np.exp(log_norms.max(axis=1)),
    )


@dataclass(frozen=True)
class BoundAgainstTruth:
    """The gamma bound and the true gradient, for recurrent matrices of growing size.

    Args:
        nonlinearity: of the network.
        largest_singular_values: ||W_h||_2 of each matrix, [matrices].
        lags: l = 0 .. L.
        log_norms: log ||dh^(T)/dh^(T-l)||_2, the mean over the trajectories, [matrices, lag].
        log_bounds: l log(gamma ||W_h||_2), [matrices, lag].
        must_vanish: gamma ||W_h||_2 < 1, [matrices].
        vanished: whether the norm at the largest lag is below 1 % in every trajectory, [matrices].
    """

    nonlinearity: Nonlinearity
    largest_singular_values: Float[ndarray, " matrices"]
    lags: Int[ndarray, " lag"]
    log_norms: Float[ndarray, "matrices lag"]
    log_bounds: Float[ndarray, "matrices lag"]
    must_vanish: Bool[ndarray, " matrices"]
    vanished: Bool[ndarray, " matrices"]


def bound_against_truth(
    seed: int = 0,
    *,
    nonlinearity: Nonlinearity = "tanh",
    scales: Sequence[float] = (0.25, 0.5, 0.75, 0.9, 1.0, 1.1, 1.3, 1.6, 2.0),
    hidden_size: int = 32,
    longest: int = 100,
    trajectories: int = 3,
) -> BoundAgainstTruth:
    """gamma ||W_h|| < 1 is sufficient for vanishing gradients, and not necessary.

    Shows: below 1 the gradient vanishes, as the bound says; above 1 the bound grows without end, while the
    true gradient still vanishes for a good while, because tanh is steepest only at 0.

    Args:
        seed: draws an orthogonal matrix and the inputs.
        nonlinearity: "tanh" or "sigmoid".
        scales: gamma ||W_h||_2 of each matrix; they are multiples of one orthogonal matrix.
        hidden_size: units.
        longest: steps of a trajectory.
        trajectories: how many sequences of standard normal inputs to average over.

    Raises:
        CourseError: if a scale is not above 0, or there are no trajectories.
    """
    if min(scales, default=0) <= 0 or trajectories < 1:
        raise CourseError(
            f"bound_against_truth: needs scales above 0 and a trajectory, got {scales} and {trajectories}"
        )
    rng = np.random.default_rng(seed)
    Q = matrices.orthogonal(hidden_size, rng)
    inputs = rng.standard_normal((trajectories, longest, hidden_size))
    results = [
        [gamma_bound(scale / GAMMA[nonlinearity] * Q, x, nonlinearity=nonlinearity) for x in inputs]
        for scale in scales
    ]
    at_the_end = np.array([[result.log_norms[-1] for result in row] for row in results])
    return BoundAgainstTruth(
        nonlinearity=nonlinearity,
        largest_singular_values=np.array([row[0].largest_singular_value for row in results]),
        lags=np.arange(longest + 1),
        log_norms=np.array([np.mean([result.log_norms for result in row], axis=0) for row in results]),
        log_bounds=np.array([row[0].log_bound for row in results]),
        must_vanish=np.array([row[0].must_vanish for row in results]),
        vanished=(at_the_end < np.log(0.01)).all(axis=1),
    )
