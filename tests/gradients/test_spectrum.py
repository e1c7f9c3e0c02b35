"""Eigenvalues, powers and bounds, against numpy.linalg, closed forms and brute force."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from rnn_course.errors import CourseError, ShapeError
from rnn_course.gradients import matrices
from rnn_course.gradients.gamma_bound import gamma_bound
from rnn_course.gradients.powers import power_norms, powers, powers_applied
from rnn_course.gradients.spectrum import DefectiveError, eigenbasis, spectrum
from rnn_course.gradients.transient import kreiss_constant, numerical_radius

sizes = st.integers(1, 9)
seeds = st.integers(0, 2**32 - 1)
radii = st.floats(0.2, 1.5)
every_kind = pytest.mark.parametrize("kind", matrices.KINDS)


def matrix(kind: str, size: int, seed: int, radius: float = 1.0) -> np.ndarray:
    return matrices.KINDS[kind](size, np.random.default_rng(seed), spectral_radius=radius)


@every_kind
@settings(max_examples=25)
@given(size=sizes, seed=seeds, radius=radii)
def test_powers_and_their_norms(kind: str, size: int, seed: int, radius: float) -> None:
    W = matrix(kind, size, seed, radius)
    norms, whole = power_norms(W, 12), powers(W, 12)
    for lag in range(13):
        exact = np.linalg.matrix_power(W, lag)
        np.testing.assert_allclose(np.exp(norms.log_two[lag]), np.linalg.norm(exact, 2), rtol=1e-10)
        np.testing.assert_allclose(np.exp(norms.log_frobenius[lag]), np.linalg.norm(exact), rtol=1e-10)
        got = np.exp(whole.log_scales[lag]) * whole.matrices[lag]
        np.testing.assert_allclose(got, exact, rtol=0, atol=1e-11 * np.linalg.norm(exact))


@every_kind
@given(size=sizes, seed=seeds, radius=radii)
def test_each_kind_has_its_spectral_radius(kind: str, size: int, seed: int, radius: float) -> None:
    found = spectrum(matrix(kind, size, seed, radius))
    assert found.spectral_radius == pytest.approx(radius, rel=1e-9)
    assert (np.diff(abs(found.eigenvalues)) <= 1e-12).all()


@pytest.mark.parametrize("kind", ["orthogonal", "symmetric", "normal"])
@settings(max_examples=25)
@given(size=sizes, seed=seeds, radius=radii)
def test_of_a_normal_matrix_the_norm_of_a_power_is_the_power_of_the_radius(
    kind: str, size: int, seed: int, radius: float
) -> None:
    W = matrix(kind, size, seed, radius)
    found = spectrum(W)
    np.testing.assert_allclose(
        power_norms(W, 300).log_two, np.arange(301) * np.log(radius), rtol=0, atol=1e-9
    )
    assert found.largest_singular_value == pytest.approx(radius)
    assert found.departure_from_normality < 1e-6 * radius
    assert numerical_radius(W) == pytest.approx(radius, rel=1e-6)


@every_kind
@settings(max_examples=25)
@given(size=sizes, seed=seeds, radius=radii)
def test_the_bounds_of_the_spectrum_hold(kind: str, size: int, seed: int, radius: float) -> None:
    W = matrix(kind, size, seed, radius)
    found, lags = spectrum(W), np.arange(41)
    log_two = power_norms(W, 40).log_two
    rounding = 1e-9 + 1e-13 * found.condition
    assert (lags * np.log(found.spectral_radius) <= log_two + rounding).all()
    assert (log_two <= lags * np.log(found.largest_singular_value) + rounding).all()
    assert (log_two <= np.log(found.condition) + lags * np.log(found.spectral_radius) + 1e-6).all()
    omega = numerical_radius(W)
    assert found.spectral_radius <= omega * (1 + 1e-4)
    assert omega <= found.largest_singular_value * (1 + 1e-9) <= 2 * omega * (1 + 1e-4)
    assert (log_two <= np.log(2 * omega * (1 + 1e-4)) + (lags - 1) * np.log(omega * (1 + 1e-4))).all()


@every_kind
@settings(max_examples=40)
@given(size=sizes, seed=seeds, lag=st.integers(0, 20))
def test_in_the_eigenbasis_a_power_is_a_sum(kind: str, size: int, seed: int, lag: int) -> None:
    rng = np.random.default_rng(seed)
    W, v = matrix(kind, size, seed), rng.standard_normal(size)
    assume(spectrum(W).condition < 1e5)
    basis = eigenbasis(W, v)
    expected = np.linalg.matrix_power(W, lag) @ v
    scale = np.linalg.norm(power_of_sizes(W, lag)) * np.linalg.norm(v) * spectrum(W).condition
    np.testing.assert_allclose(basis.apply(lag), expected, rtol=0, atol=1e-12 * scale)
    parts = basis.contributions(lag)
    np.testing.assert_allclose(parts.sum(axis=0).imag, 0, atol=1e-11 * scale)
    np.testing.assert_allclose(
        np.linalg.norm(parts, axis=1), np.exp(basis.log_sizes(lag)[-1]), rtol=1e-9, atol=1e-300
    )
    applied = powers_applied(W, v, lag)
    got = np.exp(applied.log_lengths[-1]) * applied.directions[-1]
    np.testing.assert_allclose(got, expected, rtol=0, atol=1e-12 * scale)


def power_of_sizes(W: np.ndarray, lag: int) -> np.ndarray:
    return np.linalg.matrix_power(abs(W), lag)


def test_powers_beyond_the_range_of_float64() -> None:
    """3^5000 and 1e-5000 have logarithms; entries near the largest number do not overflow either."""
    eye = np.eye(3)
    assert power_norms(3 * eye, 5000).log_two[-1] == pytest.approx(5000 * np.log(3))
    assert power_norms(1e-100 * eye, 50).log_two[-1] == pytest.approx(-5000 * np.log(10))
    assert power_norms(1e308 * np.ones((2, 2)), 2).log_two[-1] == pytest.approx(np.log(4) + 616 * np.log(10))
    assert eigenbasis(3 * eye, np.ones(3)).log_sizes(5000)[-1] == pytest.approx(5000 * np.log(3))
    with pytest.raises(CourseError, match="at lag 5000"):
        eigenbasis(3 * eye, np.ones(3)).contributions(5000)


def test_nilpotent_powers_grow_and_then_are_exactly_zero() -> None:
    W = matrices.nilpotent(6, strength=2.0)
    np.testing.assert_allclose(power_norms(W, 5).log_two, np.arange(6) * np.log(2))
    assert (power_norms(W, 9).log_two[6:] == -np.inf).all()
    assert (powers(W, 7).matrices[6:] == 0).all()
    assert spectrum(W).spectral_radius == 0


def test_grows_first_by_its_closed_form() -> None:
    """Spectral radius 0.9, and powers above 10 from lag 3 on; then they vanish."""
    W, lags = matrices.grows_first(), np.arange(400)
    closed = np.array([[0.9**lags, 50 * (0.9**lags - 0.8**lags)], [0 * lags, 0.8**lags]])
    np.testing.assert_allclose(
        np.exp(power_norms(W, 399).log_two), np.linalg.norm(closed, 2, axis=(0, 1)), rtol=1e-10
    )
    norms = np.exp(power_norms(W, 399).log_two)
    assert spectrum(W).spectral_radius == pytest.approx(0.9)
    assert norms.argmax() == 6
    assert norms.max() == pytest.approx(13.48, abs=0.01)
    assert norms[-1] < 1e-15
    assert spectrum(W).largest_singular_value > 5, "above 1, and nothing explodes in the end"


@pytest.mark.parametrize("size", [8, 32, 48])
def test_the_non_normal_kind_first_grows_above_ten(size: int) -> None:
    for seed in range(5):
        W = matrices.non_normal(size, np.random.default_rng(seed))
        norms = np.exp(power_norms(W, 300).log_two)
        assert norms.max() > 10
        assert norms[-1] < 1e-9
        assert spectrum(W).condition < 1e4, "its eigenvectors can be used"


def test_kreiss_brackets_the_largest_power() -> None:
    """K <= max ||W^l|| <= e n K; the largest power is found by computing them."""
    for W in (
        matrices.grows_first(),
        matrices.non_normal(12, np.random.default_rng(0)),
        matrices.nilpotent(5),
        0.9 * np.eye(3),
        matrices.gaussian(20, np.random.default_rng(1), spectral_radius=0.95),
    ):
        K, largest = kreiss_constant(W), np.exp(power_norms(W, 500).log_two.max())
        assert 1 <= K <= largest * (1 + 1e-9)
        assert largest <= np.e * len(W) * K
    assert kreiss_constant(matrices.grows_first()) > 8
    assert kreiss_constant(1.1 * np.eye(2)) == np.inf


def test_the_numerical_radius_of_a_jordan_block_is_a_half() -> None:
    assert numerical_radius(np.array([[0.0, 1.0], [0.0, 0.0]])) == pytest.approx(0.5)
    rng = np.random.default_rng(0)
    W = rng.standard_normal((3, 3))
    v = rng.standard_normal((200_000, 3)) + 1j * rng.standard_normal((200_000, 3))
    v /= np.linalg.norm(v, axis=1, keepdims=True)
    tried = abs(np.einsum("ki,ij,kj->k", v.conj(), W, v)).max()
    assert tried <= numerical_radius(W) * (1 + 1e-9) <= 1.01 * tried


@pytest.mark.parametrize("make", [matrices.stretches_once, lambda: matrices.nilpotent(4)])
def test_a_matrix_without_a_basis_says_what_to_do(make: Callable[[], np.ndarray]) -> None:
    W = make()
    with pytest.raises(DefectiveError, match="powers_applied"):
        eigenbasis(W, np.ones(len(W)))
    expected = np.linalg.matrix_power(W, 1) @ np.ones(len(W))
    applied = powers_applied(W, np.ones(len(W)), 1)
    np.testing.assert_allclose(np.exp(applied.log_lengths[1]) * applied.directions[1], expected)


def test_stretches_once() -> None:
    W = matrices.stretches_once()
    assert spectrum(W).largest_singular_value == 2
    assert power_norms(W, 2).log_two[2] == -np.inf


NAN = np.array([[1.0, 2.0], [np.nan, 3.0]])


@pytest.mark.parametrize(
    ("W", "error", "message"),
    [
        (np.ones((2, 3)), ShapeError, r"W_h is \(2, 3\), expected a square matrix"),
        (np.ones(4), ShapeError, r"W_h is \(4,\)"),
        (np.empty((0, 0)), ShapeError, "square"),
        ([[1.0]], ShapeError, "W_h is a list"),
        (np.broadcast_to(0.0, (5000, 5000)), ShapeError, "at most 4096 rows"),
        (NAN, CourseError, r"1 entries that are not finite, the first W_h\[1, 0\] = nan"),
        (np.eye(2) * 1j, CourseError, "complex128, expected real"),
    ],
)
def test_what_is_no_recurrent_matrix_is_named(W: np.ndarray, error: type, message: str) -> None:
    calls: list[Callable[[np.ndarray], object]] = [
        spectrum,
        lambda W: power_norms(W, 3),
        lambda W: powers(W, 3),
        lambda W: powers_applied(W, np.ones(2), 3),
        lambda W: eigenbasis(W, np.ones(2)),
        numerical_radius,
        kreiss_constant,
        lambda W: gamma_bound(W, np.ones((3, 2))),
    ]
    for call in calls:
        with pytest.raises(error, match=message):
            call(W)


def test_other_arguments_are_checked() -> None:
    with pytest.raises(CourseError, match="at least 0, got -1"):
        power_norms(np.eye(2), -1)
    with pytest.raises(ShapeError, match=r"v is \(3,\), but W_h \(2, 2\) expects \(2,\)"):
        eigenbasis(np.eye(2), np.ones(3))
    with pytest.raises(ShapeError, match="power_norms holds one at a time"):
        powers(np.eye(1000), 100)
    with pytest.raises(CourseError, match="from 0 to 1"):
        matrices.scaled_to_radius(matrices.nilpotent(3), 1.0)
