"""Matrices, trajectories and networks for the cases of a4."""

from __future__ import annotations

import numpy as np
from numpy import ndarray

# What the notebook of a4 works with: a matrix that stretches once, and then gives 0.
STRETCHES_ONCE = np.array([[0.0, 2.0], [0.0, 0.0]])
# Eigenvalues 0.9 and 0.8, and powers that grow to 13.5 at lag 6.
GROWS_FIRST = np.array([[0.9, 5.0], [0.0, 0.8]])


def matrix(rng: np.random.Generator, hidden: int, *, norm: float = 1.0) -> ndarray:
    """Normal entries, scaled to a largest singular value. The spectral radius is about half of it."""
    W_h = rng.standard_normal((hidden, hidden))
    return W_h * (norm / np.linalg.norm(W_h, 2))


def states(rng: np.random.Generator, time: int, hidden: int) -> ndarray:
    """h^(0) .. h^(T), [time + 1, hidden]: some unit well away from 0 at each step, so that slopes differ."""
    sizes = rng.uniform(0.15, 0.95, size=(time + 1, hidden))
    return sizes * rng.choice([-1.0, 1.0], size=sizes.shape)


def basis(rng: np.random.Generator, hidden: int) -> ndarray:
    """An invertible matrix whose columns are not at right angles, and whose condition is moderate."""
    Q, _ = np.linalg.qr(rng.standard_normal((hidden, hidden)))
    return np.asarray(Q @ (np.eye(hidden) + 0.8 * np.eye(hidden, k=1)))


def with_eigenvalues(rng: np.random.Generator, blocks: list[ndarray]) -> ndarray:
    """A matrix with the eigenvalues of these blocks, seen from a random side."""
    hidden = sum(map(len, blocks))
    W_h, start = np.zeros((hidden, hidden)), 0
    for block in blocks:
        end = start + len(block)
        W_h[start:end, start:end] = block
        start = end
    S = basis(rng, hidden)
    return np.asarray(S @ W_h @ np.linalg.inv(S))


def turn(radius: float, angle: float) -> ndarray:
    """A plane turned and stretched: the eigenvalues are radius * exp(+-i angle)."""
    c, s = radius * np.cos(angle), radius * np.sin(angle)
    return np.array([[c, -s], [s, c]])


def shift(hidden: int, strength: float) -> ndarray:
    """Each unit hands `strength` times its value to the next: W^hidden is 0."""
    return strength * np.eye(hidden, k=-1)


def elman(rng: np.random.Generator, embed: int, hidden: int, *, size: float = 1.0) -> dict[str, ndarray]:
    """Weights of an Elman network by the names of the lectures."""
    return {
        "W_h": size * rng.uniform(0.3, 1.0, (hidden, hidden)) * rng.choice([-1.0, 1.0], (hidden, hidden)),
        "W_e": rng.uniform(-0.6, 0.6, (hidden, embed)),
        "b_1": rng.uniform(-0.5, 0.5, hidden),
    }


def embedded(rng: np.random.Generator, time: int, batch: int, embed: int) -> ndarray:
    """Embeddings of tokens of which some come twice, [time, batch, embed]."""
    E = rng.standard_normal((3, embed))
    return np.asarray(E[rng.integers(3, size=(time, batch))])
