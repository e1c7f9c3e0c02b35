"""a5, task 3: what students get wrong in the GRU's forward pass, each as a function of its own."""

# The mistakes below are written as students write them: without types, and with their faults.
# mypy: disallow-untyped-defs=False, check-untyped-defs=False

from __future__ import annotations

import numpy as np

from rnn_course.checks.case import Mistake


def update_gate_keeps(params, x, h_0):
    def z(gate, h, x_t):
        return h @ params["W_" + gate].T + x_t @ params["U_" + gate].T + params["b_" + gate]

    h, gates = [h_0], {"u": [], "r": [], "h_tilde": []}
    for x_t in x:
        u, r = (1 / (1 + np.exp(-z(gate, h[-1], x_t))) for gate in "ur")
        h_tilde = np.tanh(z("h", r * h[-1], x_t))
        h.append(u * h[-1] + (1 - u) * h_tilde)
        for name, value in zip(gates, (u, r, h_tilde), strict=True):
            gates[name].append(value)
    return {"h": np.stack(h), **{name: np.stack(values) for name, values in gates.items()}}


def reset_after(params, x, h_0):
    def z(gate, h, x_t):
        return h @ params["W_" + gate].T + x_t @ params["U_" + gate].T + params["b_" + gate]

    h, gates = [h_0], {"u": [], "r": [], "h_tilde": []}
    for x_t in x:
        u, r = (1 / (1 + np.exp(-z(gate, h[-1], x_t))) for gate in "ur")
        h_tilde = np.tanh(r * (h[-1] @ params["W_h"].T) + x_t @ params["U_h"].T + params["b_h"])
        h.append((1 - u) * h[-1] + u * h_tilde)
        for name, value in zip(gates, (u, r, h_tilde), strict=True):
            gates[name].append(value)
    return {"h": np.stack(h), **{name: np.stack(values) for name, values in gates.items()}}


def reset_on_everything(params, x, h_0):
    def z(gate, h, x_t):
        return h @ params["W_" + gate].T + x_t @ params["U_" + gate].T + params["b_" + gate]

    h, gates = [h_0], {"u": [], "r": [], "h_tilde": []}
    for x_t in x:
        u, r = (1 / (1 + np.exp(-z(gate, h[-1], x_t))) for gate in "ur")
        h_tilde = np.tanh(r * z("h", h[-1], x_t))
        h.append((1 - u) * h[-1] + u * h_tilde)
        for name, value in zip(gates, (u, r, h_tilde), strict=True):
            gates[name].append(value)
    return {"h": np.stack(h), **{name: np.stack(values) for name, values in gates.items()}}


def no_reset(params, x, h_0):
    def z(gate, h, x_t):
        return h @ params["W_" + gate].T + x_t @ params["U_" + gate].T + params["b_" + gate]

    h, gates = [h_0], {"u": [], "r": [], "h_tilde": []}
    for x_t in x:
        u, r = (1 / (1 + np.exp(-z(gate, h[-1], x_t))) for gate in "ur")
        h_tilde = np.tanh(z("h", h[-1], x_t))
        h.append((1 - u) * h[-1] + u * h_tilde)
        for name, value in zip(gates, (u, r, h_tilde), strict=True):
            gates[name].append(value)
    return {"h": np.stack(h), **{name: np.stack(values) for name, values in gates.items()}}


def reset_erases(params, x, h_0):
    def z(gate, h, x_t):
        return h @ params["W_" + gate].T + x_t @ params["U_" + gate].T + params["b_" + gate]

    h, gates = [h_0], {"u": [], "r": [], "h_tilde": []}
    for x_t in x:
        u, r = (1 / (1 + np.exp(-z(gate, h[-1], x_t))) for gate in "ur")
        h_tilde = np.tanh(z("h", r * h[-1], x_t))
        h.append((1 - u) * (r * h[-1]) + u * h_tilde)
        for name, value in zip(gates, (u, r, h_tilde), strict=True):
            gates[name].append(value)
    return {"h": np.stack(h), **{name: np.stack(values) for name, values in gates.items()}}


def gates_swapped(params, x, h_0):
    def z(gate, h, x_t):
        return h @ params["W_" + gate].T + x_t @ params["U_" + gate].T + params["b_" + gate]

    h, gates = [h_0], {"u": [], "r": [], "h_tilde": []}
    for x_t in x:
        u, r = (1 / (1 + np.exp(-z(gate, h[-1], x_t))) for gate in "ur")
        h_tilde = np.tanh(z("h", u * h[-1], x_t))
        h.append((1 - r) * h[-1] + r * h_tilde)
        for name, value in zip(gates, (u, r, h_tilde), strict=True):
            gates[name].append(value)
    return {"h": np.stack(h), **{name: np.stack(values) for name, values in gates.items()}}


def nothing_kept(params, x, h_0):
    def z(gate, h, x_t):
        return h @ params["W_" + gate].T + x_t @ params["U_" + gate].T + params["b_" + gate]

    h, gates = [h_0], {"u": [], "r": [], "h_tilde": []}
    for x_t in x:
        u, r = (1 / (1 + np.exp(-z(gate, h[-1], x_t))) for gate in "ur")
        h_tilde = np.tanh(z("h", r * h[-1], x_t))
        h.append(u * h_tilde)
        for name, value in zip(gates, (u, r, h_tilde), strict=True):
            gates[name].append(value)
    return {"h": np.stack(h), **{name: np.stack(values) for name, values in gates.items()}}


def zero_start(params, x, h_0):
    def z(gate, h, x_t):
        return h @ params["W_" + gate].T + x_t @ params["U_" + gate].T + params["b_" + gate]

    h, gates = [np.zeros_like(h_0)], {"u": [], "r": [], "h_tilde": []}
    for x_t in x:
        u, r = (1 / (1 + np.exp(-z(gate, h[-1], x_t))) for gate in "ur")
        h_tilde = np.tanh(z("h", r * h[-1], x_t))
        h.append((1 - u) * h[-1] + u * h_tilde)
        for name, value in zip(gates, (u, r, h_tilde), strict=True):
            gates[name].append(value)
    return {"h": np.stack(h), **{name: np.stack(values) for name, values in gates.items()}}


def transposed(params, x, h_0):
    def z(gate, h, x_t):
        return h @ params["W_" + gate] + x_t @ params["U_" + gate].T + params["b_" + gate]

    h, gates = [h_0], {"u": [], "r": [], "h_tilde": []}
    for x_t in x:
        u, r = (1 / (1 + np.exp(-z(gate, h[-1], x_t))) for gate in "ur")
        h_tilde = np.tanh(z("h", r * h[-1], x_t))
        h.append((1 - u) * h[-1] + u * h_tilde)
        for name, value in zip(gates, (u, r, h_tilde), strict=True):
            gates[name].append(value)
    return {"h": np.stack(h), **{name: np.stack(values) for name, values in gates.items()}}


def candidate_is_a_gate(params, x, h_0):
    def z(gate, h, x_t):
        return h @ params["W_" + gate].T + x_t @ params["U_" + gate].T + params["b_" + gate]

    h, gates = [h_0], {"u": [], "r": [], "h_tilde": []}
    for x_t in x:
        u, r = (1 / (1 + np.exp(-z(gate, h[-1], x_t))) for gate in "ur")
        h_tilde = 1 / (1 + np.exp(-z("h", r * h[-1], x_t)))
        h.append((1 - u) * h[-1] + u * h_tilde)
        for name, value in zip(gates, (u, r, h_tilde), strict=True):
            gates[name].append(value)
    return {"h": np.stack(h), **{name: np.stack(values) for name, values in gates.items()}}


MISTAKES = (
    Mistake(
        "update-gate-keeps",
        "u = 1 keeps and u = 0 renews",
        "Some papers and libraries have it that way. In this course u says how much is renewed.",
        update_gate_keeps,
    ),
    Mistake(
        "reset-after",
        "the reset gate acts after the product with W_h, as in torch.nn.GRU",
        "Before the product r silences what a unit says; after it, what a unit hears. Which is asked for?",
        reset_after,
    ),
    Mistake(
        "reset-on-everything",
        "the reset gate multiplies the word and the bias, too",
        "The reset gate hides the old state from the candidate. The word is new.",
        reset_on_everything,
    ),
    Mistake(
        "no-reset",
        "the candidate reads the whole old state, and r is not used",
        "What is r for?",
        no_reset,
    ),
    Mistake(
        "reset-erases",
        "the reset gate also multiplies the state that is kept",
        "The reset gate decides what the candidate gets to see. It erases nothing.",
        reset_erases,
    ),
    Mistake(
        "gates-swapped",
        "u and r change places",
        "u for update: how much of the way to the candidate is gone. r for reset: what the candidate sees.",
        gates_swapped,
    ),
    Mistake(
        "nothing-kept",
        "the share 1 - u of the old state is left out",
        "What happened to the plus sign?",
        nothing_kept,
    ),
    Mistake(
        "zero-start",
        "h_0 is not looked at, and zeros stand in its place",
        "A state may come from the sentence before. Where does the list of states begin?",
        zero_start,
    ),
    Mistake(
        "transposed",
        "h meets the columns of the W, not their rows",
        "W is square, so no error is raised. For rows of a batch, W h is `h @ W.T`.",
        transposed,
    ),
    Mistake(
        "candidate-is-a-gate",
        "the candidate goes through a sigmoid",
        "The candidate is a value, not a gate: it may be negative.",
        candidate_is_a_gate,
    ),
)
