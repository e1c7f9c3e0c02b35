"""What students get wrong in a4, task 4, the gradient by lag: on the way there, and on the way back."""

# The mistakes below are written as students write them: without types, and with their faults.
# mypy: disallow-untyped-defs=False, check-untyped-defs=False

from __future__ import annotations

import numpy as np

from rnn_course.checks.a4.by_lag_rows import MISTAKES as ABOUT_ROWS
from rnn_course.checks.case import Mistake


def slopes_of_the_state_before(params, e, h_0, dh_T):
    W_h, W_e, b_1 = params["W_h"], params["W_e"], params["b_1"]
    h = [h_0]
    for e_t in e:
        h.append(np.tanh(h[-1] @ W_h.T + e_t @ W_e.T + b_1))
    dh, norms = dh_T, [np.linalg.norm(dh_T, axis=1)]
    for t in range(len(e), 0, -1):
        dh = (dh * (1 - h[t - 1] ** 2)) @ W_h
        norms.append(np.linalg.norm(dh, axis=1))
    return np.array(norms)


def slopes_after_the_weights(params, e, h_0, dh_T):
    W_h, W_e, b_1 = params["W_h"], params["W_e"], params["b_1"]
    h = [h_0]
    for e_t in e:
        h.append(np.tanh(h[-1] @ W_h.T + e_t @ W_e.T + b_1))
    dh, norms = dh_T, [np.linalg.norm(dh_T, axis=1)]
    for t in range(len(e), 0, -1):
        dh = (dh @ W_h) * (1 - h[t] ** 2)
        norms.append(np.linalg.norm(dh, axis=1))
    return np.array(norms)


def transposed_on_the_way_back(params, e, h_0, dh_T):
    W_h, W_e, b_1 = params["W_h"], params["W_e"], params["b_1"]
    h = [h_0]
    for e_t in e:
        h.append(np.tanh(h[-1] @ W_h.T + e_t @ W_e.T + b_1))
    dh, norms = dh_T, [np.linalg.norm(dh_T, axis=1)]
    for t in range(len(e), 0, -1):
        dh = (dh * (1 - h[t] ** 2)) @ W_h.T
        norms.append(np.linalg.norm(dh, axis=1))
    return np.array(norms)


def transposed_on_the_way_there(params, e, h_0, dh_T):
    W_h, W_e, b_1 = params["W_h"], params["W_e"], params["b_1"]
    h = [h_0]
    for e_t in e:
        h.append(np.tanh(h[-1] @ W_h + e_t @ W_e.T + b_1))
    dh, norms = dh_T, [np.linalg.norm(dh_T, axis=1)]
    for t in range(len(e), 0, -1):
        dh = (dh * (1 - h[t] ** 2)) @ W_h
        norms.append(np.linalg.norm(dh, axis=1))
    return np.array(norms)


def first_state_ignored(params, e, h_0, dh_T):
    W_h, W_e, b_1 = params["W_h"], params["W_e"], params["b_1"]
    h = [np.zeros_like(h_0)]
    for e_t in e:
        h.append(np.tanh(h[-1] @ W_h.T + e_t @ W_e.T + b_1))
    dh, norms = dh_T, [np.linalg.norm(dh_T, axis=1)]
    for t in range(len(e), 0, -1):
        dh = (dh * (1 - h[t] ** 2)) @ W_h
        norms.append(np.linalg.norm(dh, axis=1))
    return np.array(norms)


def bias_forgotten(params, e, h_0, dh_T):
    W_h, W_e = params["W_h"], params["W_e"]
    h = [h_0]
    for e_t in e:
        h.append(np.tanh(h[-1] @ W_h.T + e_t @ W_e.T))
    dh, norms = dh_T, [np.linalg.norm(dh_T, axis=1)]
    for t in range(len(e), 0, -1):
        dh = (dh * (1 - h[t] ** 2)) @ W_h
        norms.append(np.linalg.norm(dh, axis=1))
    return np.array(norms)


def recurrence_forgotten(params, e, h_0, dh_T):
    W_h, W_e, b_1 = params["W_h"], params["W_e"], params["b_1"]
    h = [h_0]
    for e_t in e:
        h.append(np.tanh(e_t @ W_e.T + b_1))
    dh, norms = dh_T, [np.linalg.norm(dh_T, axis=1)]
    for t in range(len(e), 0, -1):
        dh = (dh * (1 - h[t] ** 2)) @ W_h
        norms.append(np.linalg.norm(dh, axis=1))
    return np.array(norms)


def no_slopes(params, e, h_0, dh_T):
    W_h = params["W_h"]
    dh, norms = dh_T, [np.linalg.norm(dh_T, axis=1)]
    for _ in e:
        dh = dh @ W_h
        norms.append(np.linalg.norm(dh, axis=1))
    return np.array(norms)


def tanh_taken_again(params, e, h_0, dh_T):
    W_h, W_e, b_1 = params["W_h"], params["W_e"], params["b_1"]
    h = [h_0]
    for e_t in e:
        h.append(np.tanh(h[-1] @ W_h.T + e_t @ W_e.T + b_1))
    dh, norms = dh_T, [np.linalg.norm(dh_T, axis=1)]
    for t in range(len(e), 0, -1):
        dh = (dh * (1 - np.tanh(h[t]) ** 2)) @ W_h
        norms.append(np.linalg.norm(dh, axis=1))
    return np.array(norms)


def slopes_of_the_last_step(params, e, h_0, dh_T):
    W_h, W_e, b_1 = params["W_h"], params["W_e"], params["b_1"]
    h = h_0
    for e_t in e:
        h = np.tanh(h @ W_h.T + e_t @ W_e.T + b_1)
    dh, norms = dh_T, [np.linalg.norm(dh_T, axis=1)]
    for _ in e:
        dh = (dh * (1 - h**2)) @ W_h
        norms.append(np.linalg.norm(dh, axis=1))
    return np.array(norms)


def steps_in_the_wrong_order(params, e, h_0, dh_T):
    W_h, W_e, b_1 = params["W_h"], params["W_e"], params["b_1"]
    h = [h_0]
    for e_t in e:
        h.append(np.tanh(h[-1] @ W_h.T + e_t @ W_e.T + b_1))
    dh, norms = dh_T, [np.linalg.norm(dh_T, axis=1)]
    for t in range(1, len(e) + 1):
        dh = (dh * (1 - h[t] ** 2)) @ W_h
        norms.append(np.linalg.norm(dh, axis=1))
    return np.array(norms)


def a_loss_at_every_step(params, e, h_0, dh_T):
    W_h, W_e, b_1 = params["W_h"], params["W_e"], params["b_1"]
    h = [h_0]
    for e_t in e:
        h.append(np.tanh(h[-1] @ W_h.T + e_t @ W_e.T + b_1))
    dh, norms = dh_T, [np.linalg.norm(dh_T, axis=1)]
    for t in range(len(e), 0, -1):
        dh = (dh * (1 - h[t] ** 2)) @ W_h + dh_T
        norms.append(np.linalg.norm(dh, axis=1))
    return np.array(norms)


MISTAKES = (
    Mistake(
        "slopes-of-the-state-before",
        "each step back takes the slopes of the state that it goes to",
        "The step from h(t) back to h(t-1) goes through the tanh that made h(t).",
        slopes_of_the_state_before,
    ),
    Mistake(
        "slopes-after-the-weights",
        "each step back multiplies by W_h first and by the slopes of h(t) afterwards",
        "On the way there W_h comes first and tanh second. In which order does the way back meet them?",
        slopes_after_the_weights,
    ),
    Mistake(
        "transposed-on-the-way-back",
        "W_h is transposed on the way back",
        "As a row the gradient is multiplied from the right: dh @ D @ W_h. With states as rows it is the way "
        "there that needs W_h.T.",
        transposed_on_the_way_back,
    ),
    Mistake(
        "transposed-on-the-way-there",
        "the states are computed with h @ W_h",
        "W_h stands as in the equation, z = W_h h for a column. What does that make of rows?",
        transposed_on_the_way_there,
    ),
    Mistake(
        "first-state-ignored",
        "the network starts from 0 whatever h_0 is",
        "What happens to h_0 in your loop?",
        first_state_ignored,
    ),
    Mistake(
        "bias-forgotten",
        "b_1 is left out",
        "Compare the line that makes a state with the equation, term by term.",
        bias_forgotten,
    ),
    Mistake(
        "recurrence-forgotten",
        "the states are computed without the state before them",
        "Compare the line that makes a state with the equation, term by term.",
        recurrence_forgotten,
    ),
    Mistake(
        "no-slopes",
        "the slopes of tanh are left out on the way back",
        "Then the inputs would not matter at all. Do they?",
        no_slopes,
    ),
    Mistake(
        "tanh-taken-again",
        "tanh is applied to states that have been through tanh already",
        "The slope at z is 1 - tanh(z)^2, and h is that tanh(z).",
        tanh_taken_again,
    ),
    Mistake(
        "slopes-of-the-last-step",
        "all steps back take the slopes of the last state",
        "Each step has slopes of its own, so all states have to be kept.",
        slopes_of_the_last_step,
    ),
    Mistake(
        "steps-in-the-wrong-order",
        "the way back meets the first step first",
        "The gradient begins at h(T), and the last step is the first one that it goes back through.",
        steps_in_the_wrong_order,
    ),
    Mistake(
        "a-loss-at-every-step",
        "dh_T is added at every step, as if there were a loss at each of them",
        "Here is one loss, after the last word. Elsewhere nothing is added to its gradient.",
        a_loss_at_every_step,
    ),
    *ABOUT_ROWS,
)
