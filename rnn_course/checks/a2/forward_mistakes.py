"""What goes wrong in task 3 of a2, the forward pass."""

# The mistakes below are written as students write them: without types, and with their faults.
# mypy: disallow-untyped-defs=False, check-untyped-defs=False

from __future__ import annotations

import numpy as np

from rnn_course.checks.case import Mistake


def without_tanh(params, contexts):
    e = params["E"][contexts].reshape(len(contexts), -1)
    h = e @ params["W"].T + params["b_1"]
    return e, h, h @ params["U"].T + params["b_2"]


def sigmoid(params, contexts):
    e = params["E"][contexts].reshape(len(contexts), -1)
    h = 1 / (1 + np.exp(-(e @ params["W"].T + params["b_1"])))
    return e, h, h @ params["U"].T + params["b_2"]


def relu(params, contexts):
    e = params["E"][contexts].reshape(len(contexts), -1)
    h = np.maximum(e @ params["W"].T + params["b_1"], 0)
    return e, h, h @ params["U"].T + params["b_2"]


def before_tanh(params, contexts):
    e = params["E"][contexts].reshape(len(contexts), -1)
    h = e @ params["W"].T + params["b_1"]
    return e, h, np.tanh(h) @ params["U"].T + params["b_2"]


def no_b_1(params, contexts):
    e = params["E"][contexts].reshape(len(contexts), -1)
    h = np.tanh(e @ params["W"].T)
    return e, h, h @ params["U"].T + params["b_2"]


def no_b_2(params, contexts):
    e = params["E"][contexts].reshape(len(contexts), -1)
    h = np.tanh(e @ params["W"].T + params["b_1"])
    return e, h, h @ params["U"].T


def bias_outside(params, contexts):
    e = params["E"][contexts].reshape(len(contexts), -1)
    h = np.tanh(e @ params["W"].T) + params["b_1"]
    return e, h, h @ params["U"].T + params["b_2"]


def softmaxed(params, contexts):
    e = params["E"][contexts].reshape(len(contexts), -1)
    h = np.tanh(e @ params["W"].T + params["b_1"])
    z = h @ params["U"].T + params["b_2"]
    p = np.exp(z - z.max(axis=1, keepdims=True))
    return e, h, p / p.sum(axis=1, keepdims=True)


def window_reversed(params, contexts):
    e = params["E"][contexts[:, ::-1]].reshape(len(contexts), -1)
    h = np.tanh(e @ params["W"].T + params["b_1"])
    return e, h, h @ params["U"].T + params["b_2"]


def interleaved(params, contexts):
    e = params["E"][contexts].transpose(0, 2, 1).reshape(len(contexts), -1)
    h = np.tanh(e @ params["W"].T + params["b_1"])
    return e, h, h @ params["U"].T + params["b_2"]


def rows_mixed(params, contexts):
    e = params["E"][contexts.T].reshape(len(contexts), -1)
    h = np.tanh(e @ params["W"].T + params["b_1"])
    return e, h, h @ params["U"].T + params["b_2"]


def w_reshaped(params, contexts):
    e = params["E"][contexts].reshape(len(contexts), -1)
    W, U = params["W"], params["U"]
    h = np.tanh(e @ W.reshape(W.shape[1], W.shape[0]) + params["b_1"])
    return e, h, h @ U.reshape(U.shape[1], U.shape[0]) + params["b_2"]


def words_apart(params, contexts):
    e = params["E"][contexts]
    h = np.tanh(e.reshape(len(contexts), -1) @ params["W"].T + params["b_1"])
    return e, h, h @ params["U"].T + params["b_2"]


def words_added(params, contexts):
    e = params["E"][contexts]
    e[:] = e.sum(axis=1, keepdims=True)
    e = e.reshape(len(contexts), -1)
    h = np.tanh(e @ params["W"].T + params["b_1"])
    return e, h, h @ params["U"].T + params["b_2"]


def scores_only(params, contexts):
    e = params["E"][contexts].reshape(len(contexts), -1)
    return np.tanh(e @ params["W"].T + params["b_1"]) @ params["U"].T + params["b_2"]


MISTAKES = (
    Mistake(
        "without-tanh",
        "tanh is left out",
        "Without it W and U together are one matrix, and a hidden layer gains nothing.",
        without_tanh,
    ),
    Mistake(
        "sigmoid",
        "a sigmoid stands in place of tanh",
        "tanh lies between -1 and 1.",
        sigmoid,
    ),
    Mistake(
        "relu",
        "max(0, .) stands in place of tanh",
        "It is a good choice in many networks, but not the one asked for here.",
        relu,
    ),
    Mistake(
        "before-tanh",
        "what tanh is applied to is returned as h",
        "h is what comes out of tanh. Task 5 needs it as it is.",
        before_tanh,
    ),
    Mistake(
        "no-b-1",
        "b_1 is left out",
        "Compare your line for h with the equation, term by term.",
        no_b_1,
    ),
    Mistake(
        "no-b-2",
        "b_2 is left out",
        "Compare your line for z with the equation, term by term.",
        no_b_2,
    ),
    Mistake(
        "bias-outside",
        "b_1 is added after tanh",
        "Where does the bracket of tanh close?",
        bias_outside,
    ),
    Mistake(
        "softmaxed",
        "z has been through the softmax",
        "z are scores, of any size and sign. The loss of task 4 takes the softmax itself, and more safely.",
        softmaxed,
    ),
    Mistake(
        "window-reversed",
        "the embeddings of a context are laid down last word first",
        "The first D columns of W belong to the word that stands furthest back.",
        window_reversed,
    ),
    Mistake(
        "interleaved",
        "the first numbers of all words come first, then their second numbers, and so on",
        "E[contexts] is [B, k, D]. A reshape to [B, k D] keeps each word's D numbers together.",
        interleaved,
    ),
    Mistake(
        "rows-mixed",
        "a row of e holds words of several contexts",
        "A reshape reads row by row. Which axis of what you reshape runs over the contexts?",
        rows_mixed,
    ),
    Mistake(
        "w-reshaped",
        "W and U are reshaped where they should be transposed",
        "Both give a shape that fits. Only .T leaves each number with its row and column.",
        w_reshaped,
    ),
    Mistake(
        "words-apart",
        "e is returned with an axis for the words",
        "The k embeddings lie end to end: [B, k D].",
        words_apart,
    ),
    Mistake(
        "words-added",
        "the embeddings of a context are added up",
        "End to end, not on top of one another: the network must know which word stood where.",
        words_added,
    ),
    Mistake(
        "scores-only",
        "only z is returned",
        "Three things: e, h and z, in this order.",
        scores_only,
    ),
)
