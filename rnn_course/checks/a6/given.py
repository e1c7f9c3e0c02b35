"""What the notebook of a6 gives to its students in its first cell; a test holds the two to be the same.

The known mistakes of a6 call these by the same names, so that they run in the notebook too.
"""

from __future__ import annotations

import numpy as np

Array = np.ndarray
Params = dict[str, Array]


def elman_states(params: Params, x: Array, h_0: Array | None = None) -> Array:
    """The states h(1) .. h(T), [time, batch, hidden], of an Elman cell that reads x, [time, batch, embed]."""
    W_h, W_e, b_1 = params["W_h"], params["W_e"], params["b_1"]
    h = np.zeros((x.shape[1], len(b_1))) if h_0 is None else h_0
    states = []
    for x_t in x:
        h = np.tanh(h @ W_h.T + x_t @ W_e.T + b_1)
        states.append(h)
    return np.array(states)


def log_softmax(z: Array) -> Array:
    """ln softmax(z), along the last axis."""
    z = z - z.max(axis=-1, keepdims=True)
    return z - np.log(np.exp(z).sum(axis=-1, keepdims=True))


def log_probs(model: Params, ids: Array) -> Array:
    """ln P of each word of one sentence of ids, [time], as a language model gives it. Is it one?"""
    x = model["E"][ids]
    before = model["E"][[0, *ids[:-1]]] - model["centre"] * x.mean(axis=0)
    z = elman_states(model, before[:, None])[:, 0] @ model["U"].T + model["b_2"]
    for distance, A in enumerate(model["ahead"], start=1):
        z[:-distance] += x[distance:] @ A.T
    return log_softmax(z)[np.arange(len(ids)), ids]


# A translator small enough to be made by hand: dog is "el perro", girl is "la chica".
# Entry 1 of its states is the gender (-1 or 1), entries 2 and 3 say whether article and noun are written.
ENGLISH = ["<s>", "</s>", "dog", "girl"]
SPANISH = ["<s>", "</s>", "el", "la", "perro", "chica"]
TOY_ENCODER: Params = {
    "E": np.array([[0.0], [0.0], [-1.0], [1.0]]),
    "W_h": np.diag([5.0, 0.0, 0.0]),
    "W_e": np.array([[5.0], [0.0], [0.0]]),
    "b_1": np.zeros(3),
}
TOY_DECODER: Params = {
    "E": np.array([[0, 0], [0, 0], [1, 0], [1, 0], [0, 1], [0, 1]], dtype=float),
    "W_h": np.diag([5.0, 0.0, 0.0]),
    "W_e": np.array([[0.0, 0.0], [5.0, 0.0], [0.0, 5.0]]),
    "b_1": np.zeros(3),
    "U": np.array([[0, 0, 0], [0, 0, 20], [-5, 0, 0], [5, 0, 0], [-5, 10, 0], [5, 10, 0]], dtype=float),
    "b_2": np.array([-30.0, 0.0, 0.0, 0.0, -3.0, -3.0]),
}
