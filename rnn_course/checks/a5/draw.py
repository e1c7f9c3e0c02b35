"""a5: weights, words and states for the cases."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numpy import ndarray

Params = dict[str, ndarray]

LSTM_GATES = "fioc"
GRU_GATES = "urh"


class Sizes(NamedTuple):
    """How many steps, sequences, numbers in an embedding and units a case has."""

    T: int
    B: int
    D: int
    H: int


# All four differ wherever there is more than one of each, so that an axis taken for another shows.
MANY_SIZES = (Sizes(5, 2, 3, 4), Sizes(7, 3, 4, 2), Sizes(6, 4, 2, 3))
ONE_STEP = Sizes(1, 3, 4, 2)


def params(rng: np.random.Generator, gates: str, size: Sizes, scale: float = 0.7) -> Params:
    """Random weights `W_g [H, H]`, `U_g [H, D]`, `b_g [H]` of each gate, none near 0.

    A weight near 0 would hide a mistake that has to do with it.
    """
    shapes = {"W": (size.H, size.H), "U": (size.H, size.D), "b": (size.H,)}
    return {
        f"{letter}_{gate}": numbers(rng, shape, scale) for gate in gates for letter, shape in shapes.items()
    }


def numbers(rng: np.random.Generator, shape: tuple[int, ...], scale: float = 0.7) -> ndarray:
    """Numbers of either sign whose sizes lie between scale / 2 and scale * 3 / 2."""
    return scale * rng.uniform(0.5, 1.5, shape) * rng.choice([-1.0, 1.0], shape)


def words(rng: np.random.Generator, size: Sizes) -> ndarray:
    """x, [T, B, D]; from step 4 on, earlier words come again."""
    x = numbers(rng, (size.T, size.B, size.D), 1.0)
    x[3:] = x[: max(0, size.T - 3)]
    return x


def state(rng: np.random.Generator, size: Sizes, scale: float = 0.5) -> ndarray:
    """A state, [B, H], none of whose numbers is near 0."""
    return numbers(rng, (size.B, size.H), scale)


def rounded(weights: Params) -> Params:
    """The same to one decimal, to be read by people."""
    return {name: np.round(array, 1) for name, array in weights.items()}


def blank(gates: str, D: int, H: int, **biases: float | ndarray) -> Params:
    """A cell that looks at nothing: all W and U are 0, and so are the biases not given."""
    weights = {}
    for gate in gates:
        weights[f"W_{gate}"], weights[f"U_{gate}"] = np.zeros((H, H)), np.zeros((H, D))
        weights[f"b_{gate}"] = np.zeros(H) + biases.get(gate, 0.0)
    return weights
