"""What the cases of a2 are made of: a small text, a small network, and random ones."""

from __future__ import annotations

import numpy as np
from numpy import ndarray

SPECIAL = ["<s>", "</s>", "<unk>"]
BOS, EOS, UNK = range(3)

# The text and the network of the notebook's first cell.
TEXT = [
    ["a", "dog", "saw", "the", "cat"],
    ["the", "cat", "sat"],
    ["the", "dog", "sat"],
]
TOKENS = [*SPECIAL, "the", "dog", "cat", "sat"]
STREAM = np.array([2, 4, 2, 3, 5, 1, 3, 5, 6, 1, 3, 4, 6, 1])
TINY = {
    "E": np.array([[0.0, 0.0], [1.0, 0.0], [0.0, 2.0]]),
    "W": np.array([[0.5, 0.0, 0.0, 0.5]]),
    "b_1": np.array([-1.0]),
    "U": np.array([[0.0], [2.0], [-2.0]]),
    "b_2": np.array([0.0, 0.1, 0.0]),
}

WORDS = (
    "river",
    "stone",
    "cloud",
    "lamp",
    "paper",
    "copper",
    "garden",
    "window",
    "summer",
    "harbour",
    "violin",
    "kettle",
    "meadow",
    "tunnel",
)

Params = dict[str, ndarray]


def some_words(rng: np.random.Generator, how_many: int) -> list[str]:
    """Different words, in any order."""
    return [str(word) for word in rng.choice(WORDS, size=how_many, replace=False)]


def network(rng: np.random.Generator, k: int, D: int, H: int, V: int) -> Params:
    """A fixed-window network with random weights, all five of them above and below zero."""
    shapes = {"E": (V, D), "W": (H, k * D), "b_1": (H,), "U": (V, H), "b_2": (V,)}
    return {name: rng.normal(scale=0.8, size=shape) for name, shape in shapes.items()}


def contexts(rng: np.random.Generator, B: int, k: int, V: int) -> ndarray:
    """Ids [B, k] in which one word fills the first row and stands in the last one, and id V - 1 never."""
    ids = rng.integers(0, V - 1, size=(B, k))
    ids[0] = ids[-1, -1]
    return ids


def logits(rng: np.random.Generator, rows: int, V: int) -> ndarray:
    """Scores [rows, V] of ordinary size."""
    return rng.normal(scale=2.0, size=(rows, V))


def huge_logits(rng: np.random.Generator, rows: int, V: int) -> ndarray:
    """Scores in eighths, which float32 holds too; exp of the first row is inf, exp of the last row 0."""
    z = rng.integers(-24, 24, size=(rows, V)) / 8
    z[:, 0] += rng.integers(10, 20, size=rows)
    z[0] += 800 + int(rng.integers(0, 100))
    z[-1] -= 1200 + int(rng.integers(0, 100))
    return z
