"""What students get wrong in a4, task 1, the product of Jacobians."""

# The mistakes below are written as students write them: without types, and with their faults.
# mypy: disallow-untyped-defs=False, check-untyped-defs=False

from __future__ import annotations

import numpy as np

from rnn_course.checks.case import Mistake


def order_reversed(W_h, h, s, t):
    product = np.eye(len(W_h))
    for k in range(s + 1, t + 1):
        product = product @ ((1 - h[k][:, None] ** 2) * W_h)
    return product


def columns_scaled(W_h, h, s, t):
    product = np.eye(len(W_h))
    for k in range(s + 1, t + 1):
        product = (W_h * (1 - h[k] ** 2)) @ product
    return product


def columns_scaled_and_reversed(W_h, h, s, t):
    product = np.eye(len(W_h))
    for k in range(s + 1, t + 1):
        product = product @ (W_h * (1 - h[k] ** 2))
    return product


def weights_transposed(W_h, h, s, t):
    product = np.eye(len(W_h))
    for k in range(s + 1, t + 1):
        product = ((1 - h[k][:, None] ** 2) * W_h.T) @ product
    return product


def result_transposed(W_h, h, s, t):
    product = np.eye(len(W_h))
    for k in range(s + 1, t + 1):
        product = ((1 - h[k][:, None] ** 2) * W_h) @ product
    return product.T


def slopes_of_the_state_before(W_h, h, s, t):
    product = np.eye(len(W_h))
    for k in range(s + 1, t + 1):
        product = ((1 - h[k - 1][:, None] ** 2) * W_h) @ product
    return product


def tanh_taken_again(W_h, h, s, t):
    product = np.eye(len(W_h))
    for k in range(s + 1, t + 1):
        product = ((1 - np.tanh(h[k])[:, None] ** 2) * W_h) @ product
    return product


def not_squared(W_h, h, s, t):
    product = np.eye(len(W_h))
    for k in range(s + 1, t + 1):
        product = ((1 - h[k][:, None]) * W_h) @ product
    return product


def slope_of_the_sigmoid(W_h, h, s, t):
    product = np.eye(len(W_h))
    for k in range(s + 1, t + 1):
        product = ((h[k] * (1 - h[k]))[:, None] * W_h) @ product
    return product


def no_slopes(W_h, h, s, t):
    return np.linalg.matrix_power(W_h, t - s)


def weights_once(W_h, h, s, t):
    if s == t:
        return np.eye(len(W_h))
    return np.prod(1 - h[s + 1 : t + 1] ** 2, axis=0)[:, None] * W_h


def one_factor_too_many(W_h, h, s, t):
    product = np.eye(len(W_h))
    for k in range(s, t + 1):
        product = ((1 - h[k][:, None] ** 2) * W_h) @ product
    return product


def one_factor_too_few(W_h, h, s, t):
    product = np.eye(len(W_h))
    for k in range(s + 1, t):
        product = ((1 - h[k][:, None] ** 2) * W_h) @ product
    return product


def from_the_beginning(W_h, h, s, t):
    product = np.eye(len(W_h))
    for k in range(1, t + 1):
        product = ((1 - h[k][:, None] ** 2) * W_h) @ product
    return product


def to_the_end(W_h, h, s, t):
    product = np.eye(len(W_h))
    for k in range(s + 1, len(h)):
        product = ((1 - h[k][:, None] ** 2) * W_h) @ product
    return product


def entry_by_entry(W_h, h, s, t):
    product = np.ones((len(W_h), len(W_h)))
    for k in range(s + 1, t + 1):
        product = product * ((1 - h[k][:, None] ** 2) * W_h)
    return product


MISTAKES = (
    Mistake(
        "order-reversed",
        "the factors are multiplied in the wrong order, the earliest one on the left",
        "A change of h(s) goes through step s + 1 first. Which factor of a product meets a column vector "
        "first, the leftmost or the rightmost?",
        order_reversed,
    ),
    Mistake(
        "columns-scaled",
        "the slopes multiply the columns of W_h instead of its rows",
        "tanh comes after W_h: row i of W_h makes z_i, and its slope belongs to that row. An array of shape "
        "(H,) times one of shape (H, H) is spread over the columns.",
        columns_scaled,
    ),
    Mistake(
        "columns-scaled-and-reversed",
        "the slopes multiply the columns of W_h, and the earliest factor stands on the left",
        "Two things at once: on which side of W_h does the diagonal matrix stand, and which factor of the "
        "product meets a column vector first?",
        columns_scaled_and_reversed,
    ),
    Mistake(
        "weights-transposed",
        "W_h is transposed in every factor",
        "The state is a column here: z = W_h h. How much does z_i change with h_j: W_h[i, j] or W_h[j, i]?",
        weights_transposed,
    ),
    Mistake(
        "result-transposed",
        "the whole Jacobian is transposed",
        "Rows belong to the later state, columns to the earlier one.",
        result_transposed,
    ),
    Mistake(
        "slopes-of-the-state-before",
        "each step takes the slopes of the state that it starts from",
        "h(k) = tanh(z(k)), so the slope of tanh at z(k) is written in h(k), not in h(k-1).",
        slopes_of_the_state_before,
    ),
    Mistake(
        "tanh-taken-again",
        "tanh is applied to states that have been through tanh already",
        "The slope at z is 1 - tanh(z)^2, and h is that tanh(z).",
        tanh_taken_again,
    ),
    Mistake(
        "not-squared",
        "1 - h is taken for the slope of tanh",
        "At h = -0.5 and at h = 0.5 the slope is the same.",
        not_squared,
    ),
    Mistake(
        "slope-of-the-sigmoid",
        "h (1 - h), the slope of the sigmoid, is taken",
        "This network has tanh. Which slope has tanh at 0?",
        slope_of_the_sigmoid,
    ),
    Mistake(
        "no-slopes",
        "the slopes are left out: a power of W_h, as in a network without tanh",
        "Between two products with W_h stands a tanh, and it is flat where a unit is near 1 or -1.",
        no_slopes,
    ),
    Mistake(
        "weights-once",
        "the slopes of all steps are multiplied, but W_h stands only once",
        "Every step multiplies by W_h again.",
        weights_once,
    ),
    Mistake(
        "one-factor-too-many",
        "there is a factor for step s too",
        "From h(s) to h(t) there are t - s steps. Step s has made h(s); what comes before it is not asked.",
        one_factor_too_many,
    ),
    Mistake(
        "one-factor-too-few",
        "the factor of the last step is missing",
        "From h(s) to h(t) there are t - s steps, and step t is one of them. Where does range(...) end?",
        one_factor_too_few,
    ),
    Mistake(
        "from-the-beginning",
        "the product begins at h(0), whatever s is",
        "The earlier state is h(s).",
        from_the_beginning,
    ),
    Mistake(
        "to-the-end",
        "the product goes on to the last state of the trajectory, whatever t is",
        "The later state is h(t). What the network does after it has no part in it.",
        to_the_end,
    ),
    Mistake(
        "entry-by-entry",
        "the factors are multiplied entry by entry, with *",
        "h_i(t) changes with h_j(s) by way of every unit in between: a sum over them, a matrix product.",
        entry_by_entry,
    ),
)
