"""Networks, texts and states for the cases of a3."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numpy import ndarray

from rnn_course.tasks.hello import hello_inputs, hello_weights

Params = dict[str, ndarray]
Gradients = dict[str, ndarray]


class Sizes(NamedTuple):
    """V tokens, embeddings of D numbers, states of H, B texts of T tokens: all different."""

    V: int
    D: int
    H: int
    T: int
    B: int


SMALL = Sizes(V=5, D=2, H=3, T=6, B=4)
LARGER = (Sizes(7, 3, 4, 6, 2), Sizes(6, 5, 2, 8, 3), Sizes(4, 2, 5, 7, 3))
LENGTH_1 = Sizes(V=6, D=4, H=3, T=1, B=2)
ONE_TEXT = Sizes(V=5, D=3, H=4, T=9, B=1)


def hello() -> Params:
    """The network of lecture 05, whose embeddings are the four one-hot vectors."""
    weights = hello_weights()
    return {"E": np.eye(4), **weights._asdict()}


def hello_text() -> tuple[ndarray, ndarray]:
    """The ids of "hell" and of "ello", each [4, 1]."""
    inputs, targets = hello_inputs()
    return inputs[:, None], targets[:, None]


def network(rng: np.random.Generator, sizes: Sizes, decimals: int | None = None) -> Params:
    """Random weights under which a state remembers and no tanh is at its end.

    Args:
        decimals: round to so many, for cases that a student reads.
    """
    V, D, H, *_ = sizes
    params = {
        "E": rng.normal(size=(V, D)),
        "W_h": rng.normal(size=(H, H)) * 0.9 / np.sqrt(H),
        "W_e": rng.normal(size=(H, D)) * 0.7 / np.sqrt(D),
        "b_1": rng.normal(size=H) * 0.3,
        "U": rng.normal(size=(V, H)),
        "b_2": rng.normal(size=V) * 0.5,
    }
    return {name: rounded(array, decimals) for name, array in params.items()}


def only(params: Params, *names: str) -> Params:
    """Some of the weights."""
    return {name: params[name] for name in names}


def state(rng: np.random.Generator, sizes: Sizes, decimals: int | None = None) -> ndarray:
    """A state that is not zero: uniform in [-0.9, 0.9], [B, H]."""
    return rounded(rng.uniform(-0.9, 0.9, size=(sizes.B, sizes.H)), decimals)


def text(rng: np.random.Generator, sizes: Sizes) -> tuple[ndarray, ndarray]:
    """What is read, and the token that follows each, both [T, B].

    Where sizes allow, a token stands several times in one text, and at one place of two texts.
    """
    V, _, _, T, B = sizes
    read = rng.integers(V, size=(T + 1, B))
    if B > 1:
        read[T // 2, 1] = read[T // 2, 0]
    if T > 3:
        read[3, 0] = read[1, 0]
        read[2, 0] = (read[1, 0] + 1) % V
    return read[:-1], read[1:].copy()


def states(params: Params, e: ndarray, h_0: ndarray) -> ndarray:
    """h^(0) .. h^(T) of an Elman network, [T + 1, B, H], from embeddings e [T, B, D]."""
    h = [h_0]
    for e_t in e:
        h.append(np.tanh(h[-1] @ params["W_h"].T + e_t @ params["W_e"].T + params["b_1"]))
    return np.stack(h)


def log_softmax(z: ndarray) -> ndarray:
    """Along the last axis, for scores of any size."""
    z = z - z.max(axis=-1, keepdims=True)
    return z - np.log(np.exp(z).sum(axis=-1, keepdims=True))


def rounded(array: ndarray, decimals: int | None) -> ndarray:
    """`array`, or a copy of it with few decimals."""
    return array if decimals is None else np.round(array, decimals) + 0.0  # no -0.0
