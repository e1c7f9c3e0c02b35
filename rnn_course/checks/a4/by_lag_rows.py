"""What students get wrong in a4, task 4, the gradient by lag: which norms are returned, and in which rows."""

# The mistakes below are written as students write them: without types, and with their faults.
# mypy: disallow-untyped-defs=False, check-untyped-defs=False

from __future__ import annotations

import numpy as np

from rnn_course.checks.case import Mistake


def oldest_first(params, e, h_0, dh_T):
    W_h, W_e, b_1 = params["W_h"], params["W_e"], params["b_1"]
    h = [h_0]
    for e_t in e:
        h.append(np.tanh(h[-1] @ W_h.T + e_t @ W_e.T + b_1))
    dh, norms = dh_T, [np.linalg.norm(dh_T, axis=1)]
    for t in range(len(e), 0, -1):
        dh = (dh * (1 - h[t] ** 2)) @ W_h
        norms.append(np.linalg.norm(dh, axis=1))
    return np.array(norms[::-1])


def lag_zero_missing(params, e, h_0, dh_T):
    W_h, W_e, b_1 = params["W_h"], params["W_e"], params["b_1"]
    h = [h_0]
    for e_t in e:
        h.append(np.tanh(h[-1] @ W_h.T + e_t @ W_e.T + b_1))
    dh, norms = dh_T, []
    for t in range(len(e), 0, -1):
        dh = (dh * (1 - h[t] ** 2)) @ W_h
        norms.append(np.linalg.norm(dh, axis=1))
    return np.array(norms)


def first_state_not_reached(params, e, h_0, dh_T):
    W_h, W_e, b_1 = params["W_h"], params["W_e"], params["b_1"]
    h = [h_0]
    for e_t in e:
        h.append(np.tanh(h[-1] @ W_h.T + e_t @ W_e.T + b_1))
    dh, norms = dh_T, [np.linalg.norm(dh_T, axis=1)]
    for t in range(len(e), 1, -1):
        dh = (dh * (1 - h[t] ** 2)) @ W_h
        norms.append(np.linalg.norm(dh, axis=1))
    return np.array(norms)


def norm_over_the_batch(params, e, h_0, dh_T):
    W_h, W_e, b_1 = params["W_h"], params["W_e"], params["b_1"]
    h = [h_0]
    for e_t in e:
        h.append(np.tanh(h[-1] @ W_h.T + e_t @ W_e.T + b_1))
    dh, norms = dh_T, [np.linalg.norm(dh_T, axis=0)]
    for t in range(len(e), 0, -1):
        dh = (dh * (1 - h[t] ** 2)) @ W_h
        norms.append(np.linalg.norm(dh, axis=0))
    return np.array(norms)


def one_norm_for_all(params, e, h_0, dh_T):
    W_h, W_e, b_1 = params["W_h"], params["W_e"], params["b_1"]
    h = [h_0]
    for e_t in e:
        h.append(np.tanh(h[-1] @ W_h.T + e_t @ W_e.T + b_1))
    dh, norms = dh_T, [np.linalg.norm(dh_T)]
    for t in range(len(e), 0, -1):
        dh = (dh * (1 - h[t] ** 2)) @ W_h
        norms.append(np.linalg.norm(dh))
    return np.array(norms)


def divided_by_the_batch(params, e, h_0, dh_T):
    W_h, W_e, b_1 = params["W_h"], params["W_e"], params["b_1"]
    h = [h_0]
    for e_t in e:
        h.append(np.tanh(h[-1] @ W_h.T + e_t @ W_e.T + b_1))
    dh = dh_T / len(dh_T)
    norms = [np.linalg.norm(dh, axis=1)]
    for t in range(len(e), 0, -1):
        dh = (dh * (1 - h[t] ** 2)) @ W_h
        norms.append(np.linalg.norm(dh, axis=1))
    return np.array(norms)


def squared_norms(params, e, h_0, dh_T):
    W_h, W_e, b_1 = params["W_h"], params["W_e"], params["b_1"]
    h = [h_0]
    for e_t in e:
        h.append(np.tanh(h[-1] @ W_h.T + e_t @ W_e.T + b_1))
    dh, norms = dh_T, [np.sum(dh_T**2, axis=1)]
    for t in range(len(e), 0, -1):
        dh = (dh * (1 - h[t] ** 2)) @ W_h
        norms.append(np.sum(dh**2, axis=1))
    return np.array(norms)


def shares(params, e, h_0, dh_T):
    W_h, W_e, b_1 = params["W_h"], params["W_e"], params["b_1"]
    h = [h_0]
    for e_t in e:
        h.append(np.tanh(h[-1] @ W_h.T + e_t @ W_e.T + b_1))
    dh, norms = dh_T, [np.linalg.norm(dh_T, axis=1)]
    for t in range(len(e), 0, -1):
        dh = (dh * (1 - h[t] ** 2)) @ W_h
        norms.append(np.linalg.norm(dh, axis=1))
    return np.array(norms) / norms[0]


MISTAKES = (
    Mistake(
        "oldest-first",
        "the rows begin with the earliest state",
        "Row l is lag l: row 0 belongs to h(T), the last row to h(0).",
        oldest_first,
    ),
    Mistake(
        "lag-zero-missing",
        "the row of lag 0 is missing",
        "Before any step back the gradient is dh_T.",
        lag_zero_missing,
    ),
    Mistake(
        "first-state-not-reached",
        "the way back ends at h(1)",
        "T words make T steps. From h(1) it is one more to h(0), through the first word.",
        first_state_not_reached,
    ),
    Mistake(
        "norm-over-the-batch",
        "the norm is taken over the sequences instead of over the units",
        "dh has the axes [batch, hidden]. Which of the two belongs to one vector?",
        norm_over_the_batch,
    ),
    Mistake(
        "one-norm-for-all",
        "all sequences are put into one norm",
        "np.linalg.norm of a matrix makes one number of it, unless it is told an axis.",
        one_norm_for_all,
    ),
    Mistake(
        "divided-by-the-batch",
        "the gradient is divided by the number of sequences",
        "dh_T is the gradient of each sequence's own loss. No mean over the batch is asked for.",
        divided_by_the_batch,
    ),
    Mistake(
        "squared-norms",
        "the norms are squared",
        "A norm is the root of the sum of squares.",
        squared_norms,
    ),
    Mistake(
        "shares",
        "the norms are divided by the one at lag 0",
        "That is a good thing to plot. But here the norms themselves are asked for.",
        shares,
    ),
)
