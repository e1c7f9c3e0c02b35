"""The matrices that the widget of W_h^l shows, and all that does not change while the hand moves."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache

import numpy as np
from jaxtyping import Complex, Float
from numpy import ndarray
from numpy.typing import ArrayLike

from rnn_course.errors import DataError, ShapeError
from rnn_course.gradients import matrices
from rnn_course.gradients.powers import power_norms
from rnn_course.gradients.spectrum import DefectiveError, eigenbasis, spectrum
from rnn_course.widgets.base import WidgetError
from rnn_course.widgets.buffers import square_matrix
from rnn_course.widgets.powers_trained import trained_elman

SIZE = 24
LARGEST_SIZE = 48
LONGEST = 60
WARM_UP = 10
"""Steps that a network has read before the first of those that are looked at. A chaotic one forgets rounding
errors never: after many more steps, Python and a browser would look at different trajectories."""

YOURS = "yours"
NO_EIGENVALUE = 1e-6
"""A spectral radius below this share of ||W_h||_2 counts as 0: it is as small as rounding makes it."""
LARGEST_RADIUS = 10.0
SMALLEST_LOG = -700.0


@dataclass(frozen=True)
class Shown:
    """A matrix of spectral radius 1, to be multiplied by the radius that the reader wants.

    Where all eigenvalues are 0 there is no such multiple, and the largest singular value is 1 instead.

    Args:
        name: of its kind.
        W_h: [hidden, hidden].
        natural: what the matrix was divided by, or None where it was drawn for the purpose.
        eigenvalues: the largest in absolute value first, exactly 0 where they count as 0, [hidden].
        largest_singular_value: ||W_h||_2.
        log_norms: log ||W_h^l||_2 for l = 0 .. 60, 0 where the power is 0, [lag].
        dies: the first lag whose power is 0; -1 if there is none up to 60.
        v: a vector of length 1, [hidden].
        log_c: log |c_i| of v = sum of c_i q_i, [hidden]; empty where the eigenvectors are no basis.
        inputs: W_e e^(t) + b_1 of each step, [time, hidden].
    """

    name: str
    W_h: Float[ndarray, "hidden hidden"]
    natural: float | None
    eigenvalues: Complex[ndarray, " hidden"]
    largest_singular_value: float
    log_norms: Float[ndarray, " lag"]
    dies: int
    v: Float[ndarray, " hidden"]
    log_c: Float[ndarray, " hidden"]
    inputs: Float[ndarray, "time hidden"]

    @property
    def has_radius(self) -> bool:
        """Whether an eigenvalue is not 0."""
        return bool(self.eigenvalues[0] != 0)


def look_at(
    name: str, W_h: Float[ndarray, "hidden hidden"], inputs: ndarray, rng: np.random.Generator, *, drawn: bool
) -> Shown:
    """Scale a matrix to radius 1, and compute what the widget needs of it.

    Args:
        inputs: [time, hidden].
        rng: draws v.
        drawn: the matrix was made for the widget, so that its size means nothing.

    Raises:
        DataError: if the matrix is 0.
    """
    found = spectrum(W_h)
    if not found.largest_singular_value:
        raise DataError("W_h is 0 everywhere: all its powers are 0 too")
    has_radius = found.spectral_radius > NO_EIGENVALUE * found.largest_singular_value
    scale = found.spectral_radius if has_radius else found.largest_singular_value
    W = W_h / scale
    norms = power_norms(W, LONGEST).log_two
    dead = np.flatnonzero(np.isneginf(norms))
    v = rng.standard_normal(len(W))
    v /= np.linalg.norm(v)
    try:
        log_c = np.maximum(eigenbasis(W, v).log_sizes(0)[0], SMALLEST_LOG) if has_radius else np.empty(0)
    except DefectiveError:
        log_c = np.empty(0)
    return Shown(
        name=name,
        W_h=W,
        natural=None if drawn else scale,
        eigenvalues=found.eigenvalues / scale if has_radius else np.zeros(len(W), complex),
        largest_singular_value=found.largest_singular_value / scale,
        log_norms=np.where(np.isneginf(norms), 0, norms),
        dies=int(dead[0]) if len(dead) else -1,
        v=v,
        log_c=log_c,
        inputs=inputs,
    )


@cache
def kinds(seed: int = 0) -> tuple[Shown, ...]:
    """One matrix of each kind, and the W_h of a network that was trained."""
    rng = np.random.default_rng(seed)
    inputs = rng.standard_normal((WARM_UP + LONGEST, SIZE))
    drawn = {
        "Gaussian": matrices.gaussian(SIZE, rng),
        "orthogonal": matrices.orthogonal(SIZE, rng),
        "symmetric": matrices.symmetric(SIZE, rng),
        "non-normal": matrices.non_normal(SIZE, rng),
        "nilpotent": matrices.nilpotent(SIZE),
    }
    trained = trained_elman()
    return (
        *(look_at(name, W, inputs, rng, drawn=True) for name, W in drawn.items()),
        look_at("trained Elman", trained.W_h, trained.inputs, rng, drawn=False),
    )


def yours(W_h: ArrayLike, inputs: ArrayLike | None, seed: int) -> Shown:
    """A student's matrix, with the inputs of the network that it is from, or with random ones.

    Raises:
        ShapeError, DataError: if W_h is no square matrix of numbers, is too large or 0, or the inputs do not
            fit it.
        WidgetError: if its spectral radius is above 10.
    """
    matrix = square_matrix("W_h", W_h, LARGEST_SIZE)
    rng = np.random.default_rng(seed)
    steps = WARM_UP + LONGEST
    if inputs is None:
        read = rng.standard_normal((steps, len(matrix)))
    else:
        read = _read_inputs(inputs, len(matrix))[-steps:]
    shown = look_at(YOURS, matrix, read, rng, drawn=False)
    if shown.natural is not None and shown.natural > LARGEST_RADIUS:
        what = "spectral radius" if shown.has_radius else "largest singular value"
        raise WidgetError(
            f"W_h has the {what} {shown.natural:.3g}, at most {LARGEST_RADIUS:g} can be shown: give "
            f"W_h / {shown.natural:.3g}, and move the slider"
        )
    return shown


def _read_inputs(inputs: ArrayLike, hidden_size: int) -> Float[ndarray, "time hidden"]:
    try:
        array = np.asarray(inputs, dtype=float)
    except (TypeError, ValueError) as error:
        raise DataError(f"inputs are no numbers: {error}") from error
    if array.ndim != 2 or array.shape[1] != hidden_size or len(array) < LONGEST:
        raise ShapeError(
            f"inputs are {array.shape}: expected (steps, {hidden_size}), the rows of W_h, and at least "
            f"{LONGEST} steps"
        )
    if not np.isfinite(array).all():
        t, i = (int(k) for k in np.argwhere(~np.isfinite(array))[0])
        raise DataError(f"inputs[{t}, {i}] is {array[t, i]}")
    return array
