"""a5, task 1: what students get wrong in the LSTM's forward pass, each as a function of its own."""

# The mistakes below are written as students write them: without types, and with their faults.
# mypy: disallow-untyped-defs=False, check-untyped-defs=False

from __future__ import annotations

import numpy as np

from rnn_course.checks.case import Mistake


def zero_start(params, x, h_0, c_0):
    def z(gate, h, x_t):
        return h @ params["W_" + gate].T + x_t @ params["U_" + gate].T + params["b_" + gate]

    h, c = [np.zeros_like(h_0)], [np.zeros_like(c_0)]
    gates = {"f": [], "i": [], "o": [], "c_tilde": []}
    for x_t in x:
        f, i, o = (1 / (1 + np.exp(-z(gate, h[-1], x_t))) for gate in "fio")
        c_tilde = np.tanh(z("c", h[-1], x_t))
        c.append(f * c[-1] + i * c_tilde)
        h.append(o * np.tanh(c[-1]))
        for name, value in zip(gates, (f, i, o, c_tilde), strict=True):
            gates[name].append(value)
    return {"h": np.stack(h), "c": np.stack(c), **{name: np.stack(g) for name, g in gates.items()}}


def cell_starts_at_zero(params, x, h_0, c_0):
    def z(gate, h, x_t):
        return h @ params["W_" + gate].T + x_t @ params["U_" + gate].T + params["b_" + gate]

    h, c = [h_0], [np.zeros_like(c_0)]
    gates = {"f": [], "i": [], "o": [], "c_tilde": []}
    for x_t in x:
        f, i, o = (1 / (1 + np.exp(-z(gate, h[-1], x_t))) for gate in "fio")
        c_tilde = np.tanh(z("c", h[-1], x_t))
        c.append(f * c[-1] + i * c_tilde)
        h.append(o * np.tanh(c[-1]))
        for name, value in zip(gates, (f, i, o, c_tilde), strict=True):
            gates[name].append(value)
    return {"h": np.stack(h), "c": np.stack(c), **{name: np.stack(g) for name, g in gates.items()}}


def h_not_carried(params, x, h_0, c_0):
    def z(gate, h, x_t):
        return h @ params["W_" + gate].T + x_t @ params["U_" + gate].T + params["b_" + gate]

    h, c = [h_0], [c_0]
    gates = {"f": [], "i": [], "o": [], "c_tilde": []}
    for x_t in x:
        f, i, o = (1 / (1 + np.exp(-z(gate, h[0], x_t))) for gate in "fio")
        c_tilde = np.tanh(z("c", h[0], x_t))
        c.append(f * c[-1] + i * c_tilde)
        h.append(o * np.tanh(c[-1]))
        for name, value in zip(gates, (f, i, o, c_tilde), strict=True):
            gates[name].append(value)
    return {"h": np.stack(h), "c": np.stack(c), **{name: np.stack(g) for name, g in gates.items()}}


def transposed(params, x, h_0, c_0):
    def z(gate, h, x_t):
        return h @ params["W_" + gate] + x_t @ params["U_" + gate].T + params["b_" + gate]

    h, c = [h_0], [c_0]
    gates = {"f": [], "i": [], "o": [], "c_tilde": []}
    for x_t in x:
        f, i, o = (1 / (1 + np.exp(-z(gate, h[-1], x_t))) for gate in "fio")
        c_tilde = np.tanh(z("c", h[-1], x_t))
        c.append(f * c[-1] + i * c_tilde)
        h.append(o * np.tanh(c[-1]))
        for name, value in zip(gates, (f, i, o, c_tilde), strict=True):
            gates[name].append(value)
    return {"h": np.stack(h), "c": np.stack(c), **{name: np.stack(g) for name, g in gates.items()}}


def f_and_i_swapped(params, x, h_0, c_0):
    def z(gate, h, x_t):
        return h @ params["W_" + gate].T + x_t @ params["U_" + gate].T + params["b_" + gate]

    h, c = [h_0], [c_0]
    gates = {"f": [], "i": [], "o": [], "c_tilde": []}
    for x_t in x:
        f, i, o = (1 / (1 + np.exp(-z(gate, h[-1], x_t))) for gate in "fio")
        c_tilde = np.tanh(z("c", h[-1], x_t))
        c.append(i * c[-1] + f * c_tilde)
        h.append(o * np.tanh(c[-1]))
        for name, value in zip(gates, (f, i, o, c_tilde), strict=True):
            gates[name].append(value)
    return {"h": np.stack(h), "c": np.stack(c), **{name: np.stack(g) for name, g in gates.items()}}


def never_forgets(params, x, h_0, c_0):
    def z(gate, h, x_t):
        return h @ params["W_" + gate].T + x_t @ params["U_" + gate].T + params["b_" + gate]

    h, c = [h_0], [c_0]
    gates = {"f": [], "i": [], "o": [], "c_tilde": []}
    for x_t in x:
        f, i, o = (1 / (1 + np.exp(-z(gate, h[-1], x_t))) for gate in "fio")
        c_tilde = np.tanh(z("c", h[-1], x_t))
        c.append(c[-1] + i * c_tilde)
        h.append(o * np.tanh(c[-1]))
        for name, value in zip(gates, (f, i, o, c_tilde), strict=True):
            gates[name].append(value)
    return {"h": np.stack(h), "c": np.stack(c), **{name: np.stack(g) for name, g in gates.items()}}


def cell_shown_raw(params, x, h_0, c_0):
    def z(gate, h, x_t):
        return h @ params["W_" + gate].T + x_t @ params["U_" + gate].T + params["b_" + gate]

    h, c = [h_0], [c_0]
    gates = {"f": [], "i": [], "o": [], "c_tilde": []}
    for x_t in x:
        f, i, o = (1 / (1 + np.exp(-z(gate, h[-1], x_t))) for gate in "fio")
        c_tilde = np.tanh(z("c", h[-1], x_t))
        c.append(f * c[-1] + i * c_tilde)
        h.append(o * c[-1])
        for name, value in zip(gates, (f, i, o, c_tilde), strict=True):
            gates[name].append(value)
    return {"h": np.stack(h), "c": np.stack(c), **{name: np.stack(g) for name, g in gates.items()}}


def old_cell_shown(params, x, h_0, c_0):
    def z(gate, h, x_t):
        return h @ params["W_" + gate].T + x_t @ params["U_" + gate].T + params["b_" + gate]

    h, c = [h_0], [c_0]
    gates = {"f": [], "i": [], "o": [], "c_tilde": []}
    for x_t in x:
        f, i, o = (1 / (1 + np.exp(-z(gate, h[-1], x_t))) for gate in "fio")
        c_tilde = np.tanh(z("c", h[-1], x_t))
        c.append(f * c[-1] + i * c_tilde)
        h.append(o * np.tanh(c[-2]))
        for name, value in zip(gates, (f, i, o, c_tilde), strict=True):
            gates[name].append(value)
    return {"h": np.stack(h), "c": np.stack(c), **{name: np.stack(g) for name, g in gates.items()}}


def content_is_a_gate(params, x, h_0, c_0):
    def z(gate, h, x_t):
        return h @ params["W_" + gate].T + x_t @ params["U_" + gate].T + params["b_" + gate]

    h, c = [h_0], [c_0]
    gates = {"f": [], "i": [], "o": [], "c_tilde": []}
    for x_t in x:
        f, i, o = (1 / (1 + np.exp(-z(gate, h[-1], x_t))) for gate in "fio")
        c_tilde = 1 / (1 + np.exp(-z("c", h[-1], x_t)))
        c.append(f * c[-1] + i * c_tilde)
        h.append(o * np.tanh(c[-1]))
        for name, value in zip(gates, (f, i, o, c_tilde), strict=True):
            gates[name].append(value)
    return {"h": np.stack(h), "c": np.stack(c), **{name: np.stack(g) for name, g in gates.items()}}


def gates_read_the_cell(params, x, h_0, c_0):
    def z(gate, h, x_t):
        return h @ params["W_" + gate].T + x_t @ params["U_" + gate].T + params["b_" + gate]

    h, c = [h_0], [c_0]
    gates = {"f": [], "i": [], "o": [], "c_tilde": []}
    for x_t in x:
        f, i, o = (1 / (1 + np.exp(-z(gate, c[-1], x_t))) for gate in "fio")
        c_tilde = np.tanh(z("c", c[-1], x_t))
        c.append(f * c[-1] + i * c_tilde)
        h.append(o * np.tanh(c[-1]))
        for name, value in zip(gates, (f, i, o, c_tilde), strict=True):
            gates[name].append(value)
    return {"h": np.stack(h), "c": np.stack(c), **{name: np.stack(g) for name, g in gates.items()}}


def cell_is_squashed(params, x, h_0, c_0):
    def z(gate, h, x_t):
        return h @ params["W_" + gate].T + x_t @ params["U_" + gate].T + params["b_" + gate]

    h, c = [h_0], [c_0]
    gates = {"f": [], "i": [], "o": [], "c_tilde": []}
    for x_t in x:
        f, i, o = (1 / (1 + np.exp(-z(gate, h[-1], x_t))) for gate in "fio")
        c_tilde = np.tanh(z("c", h[-1], x_t))
        c.append(np.tanh(f * c[-1] + i * c_tilde))
        h.append(o * c[-1])
        for name, value in zip(gates, (f, i, o, c_tilde), strict=True):
            gates[name].append(value)
    return {"h": np.stack(h), "c": np.stack(c), **{name: np.stack(g) for name, g in gates.items()}}


MISTAKES = (
    Mistake(
        "zero-start",
        "h_0 and c_0 are not looked at, and zeros stand in their place",
        "A state may come from the sentence before. Where do the two lists of states begin?",
        zero_start,
    ),
    Mistake(
        "cell-starts-at-zero",
        "c_0 is not looked at, and the cell starts at zero",
        "An LSTM has two states, and both have a value before the first word.",
        cell_starts_at_zero,
    ),
    Mistake(
        "h-not-carried",
        "the gates read h_0 at every step",
        "At step t the gates read h of step t - 1. Which entry of your list is that?",
        h_not_carried,
    ),
    Mistake(
        "transposed",
        "h meets the columns of the W, not their rows",
        "W is square, so no error is raised. For rows of a batch, W h is `h @ W.T`.",
        transposed,
    ),
    Mistake(
        "f-and-i-swapped",
        "f and i change places in the equation of the cell",
        "Which of the two gates decides about the old content, and which about the new?",
        f_and_i_swapped,
    ),
    Mistake(
        "never-forgets",
        "nothing is erased: the old cell is not multiplied by f",
        "That is the LSTM of 1997. Three years later it got a forget gate.",
        never_forgets,
    ),
    Mistake(
        "cell-shown-raw",
        "h is o * c, without the tanh",
        "A cell can grow beyond 1. What keeps h within -1 and 1?",
        cell_shown_raw,
    ),
    Mistake(
        "old-cell-shown",
        "h shows the cell as it was before this step",
        "Erase, write, read: in this order.",
        old_cell_shown,
    ),
    Mistake(
        "content-is-a-gate",
        "the new content goes through a sigmoid",
        "The new content is a value, not a gate: it may be negative.",
        content_is_a_gate,
    ),
    Mistake(
        "gates-read-the-cell",
        "the gates read the cell c, not the hidden state h",
        "What others may see of the cell is h, and the gates are among these others.",
        gates_read_the_cell,
    ),
    Mistake(
        "cell-is-squashed",
        "the cell itself is squashed by tanh at every step",
        "tanh belongs to what is shown. What is kept stays a sum.",
        cell_is_squashed,
    ),
)
