"""What goes wrong in task 5b of a2, the gradients of all weights."""

# The mistakes below are written as students write them: without types, and with their faults.
# mypy: disallow-untyped-defs=False, check-untyped-defs=False

from __future__ import annotations

import numpy as np

from rnn_course.checks.case import Mistake


def last_one_wins(params, contexts, e, h, dz):
    da = (dz @ params["U"]) * (1 - h**2)
    de = (da @ params["W"]).reshape(*contexts.shape, -1)
    dE = np.zeros_like(params["E"])
    dE[contexts] += de
    return {"E": dE, "W": da.T @ e, "b_1": da.sum(axis=0), "U": dz.T @ h, "b_2": dz.sum(axis=0)}


def repeats_in_a_row_lost(params, contexts, e, h, dz):
    da = (dz @ params["U"]) * (1 - h**2)
    de = (da @ params["W"]).reshape(*contexts.shape, -1)
    dE = np.zeros_like(params["E"])
    for row in range(len(contexts)):
        dE[contexts[row]] += de[row]
    return {"E": dE, "W": da.T @ e, "b_1": da.sum(axis=0), "U": dz.T @ h, "b_2": dz.sum(axis=0)}


def repeats_at_a_place_lost(params, contexts, e, h, dz):
    da = (dz @ params["U"]) * (1 - h**2)
    de = (da @ params["W"]).reshape(*contexts.shape, -1)
    dE = np.zeros_like(params["E"])
    for place in range(contexts.shape[1]):
        dE[contexts[:, place]] += de[:, place]
    return {"E": dE, "W": da.T @ e, "b_1": da.sum(axis=0), "U": dz.T @ h, "b_2": dz.sum(axis=0)}


def embedding_fixed(params, contexts, e, h, dz):
    da = (dz @ params["U"]) * (1 - h**2)
    dE = np.zeros_like(params["E"])
    return {"E": dE, "W": da.T @ e, "b_1": da.sum(axis=0), "U": dz.T @ h, "b_2": dz.sum(axis=0)}


def last_place_only(params, contexts, e, h, dz):
    da = (dz @ params["U"]) * (1 - h**2)
    de = (da @ params["W"]).reshape(*contexts.shape, -1)
    dE = np.zeros_like(params["E"])
    np.add.at(dE, contexts[:, -1], de[:, -1])
    return {"E": dE, "W": da.T @ e, "b_1": da.sum(axis=0), "U": dz.T @ h, "b_2": dz.sum(axis=0)}


def places_added(params, contexts, e, h, dz):
    da = (dz @ params["U"]) * (1 - h**2)
    de = (da @ params["W"]).reshape(*contexts.shape, -1)
    dE = np.zeros_like(params["E"])
    np.add.at(dE, contexts, np.broadcast_to(de.sum(axis=1, keepdims=True), de.shape))
    return {"E": dE, "W": da.T @ e, "b_1": da.sum(axis=0), "U": dz.T @ h, "b_2": dz.sum(axis=0)}


def places_reversed(params, contexts, e, h, dz):
    da = (dz @ params["U"]) * (1 - h**2)
    de = (da @ params["W"]).reshape(*contexts.shape, -1)
    dE = np.zeros_like(params["E"])
    np.add.at(dE, contexts, de[:, ::-1])
    return {"E": dE, "W": da.T @ e, "b_1": da.sum(axis=0), "U": dz.T @ h, "b_2": dz.sum(axis=0)}


def interleaved(params, contexts, e, h, dz):
    da = (dz @ params["U"]) * (1 - h**2)
    de = (da @ params["W"]).reshape(len(contexts), -1, contexts.shape[1]).transpose(0, 2, 1)
    dE = np.zeros_like(params["E"])
    np.add.at(dE, contexts, de)
    return {"E": dE, "W": da.T @ e, "b_1": da.sum(axis=0), "U": dz.T @ h, "b_2": dz.sum(axis=0)}


def begin_left_out(params, contexts, e, h, dz):
    da = (dz @ params["U"]) * (1 - h**2)
    de = (da @ params["W"]).reshape(*contexts.shape, -1)
    dE = np.zeros_like(params["E"])
    np.add.at(dE, contexts, de)
    dE[0] = 0
    return {"E": dE, "W": da.T @ e, "b_1": da.sum(axis=0), "U": dz.T @ h, "b_2": dz.sum(axis=0)}


def slope_missing(params, contexts, e, h, dz):
    da = dz @ params["U"]
    de = (da @ params["W"]).reshape(*contexts.shape, -1)
    dE = np.zeros_like(params["E"])
    np.add.at(dE, contexts, de)
    return {"E": dE, "W": da.T @ e, "b_1": da.sum(axis=0), "U": dz.T @ h, "b_2": dz.sum(axis=0)}


def slope_not_squared(params, contexts, e, h, dz):
    da = (dz @ params["U"]) * (1 - h)
    de = (da @ params["W"]).reshape(*contexts.shape, -1)
    dE = np.zeros_like(params["E"])
    np.add.at(dE, contexts, de)
    return {"E": dE, "W": da.T @ e, "b_1": da.sum(axis=0), "U": dz.T @ h, "b_2": dz.sum(axis=0)}


def slope_of_h(params, contexts, e, h, dz):
    da = (dz @ params["U"]) * (1 - np.tanh(h) ** 2)
    de = (da @ params["W"]).reshape(*contexts.shape, -1)
    dE = np.zeros_like(params["E"])
    np.add.at(dE, contexts, de)
    return {"E": dE, "W": da.T @ e, "b_1": da.sum(axis=0), "U": dz.T @ h, "b_2": dz.sum(axis=0)}


def slope_of_sigmoid(params, contexts, e, h, dz):
    da = (dz @ params["U"]) * h * (1 - h)
    de = (da @ params["W"]).reshape(*contexts.shape, -1)
    dE = np.zeros_like(params["E"])
    np.add.at(dE, contexts, de)
    return {"E": dE, "W": da.T @ e, "b_1": da.sum(axis=0), "U": dz.T @ h, "b_2": dz.sum(axis=0)}


def slope_missing_below(params, contexts, e, h, dz):
    da = (dz @ params["U"]) * (1 - h**2)
    de = (dz @ params["U"] @ params["W"]).reshape(*contexts.shape, -1)
    dE = np.zeros_like(params["E"])
    np.add.at(dE, contexts, de)
    return {"E": dE, "W": da.T @ e, "b_1": da.sum(axis=0), "U": dz.T @ h, "b_2": dz.sum(axis=0)}


def slope_in_u(params, contexts, e, h, dz):
    da = (dz @ params["U"]) * (1 - h**2)
    de = (da @ params["W"]).reshape(*contexts.shape, -1)
    dE = np.zeros_like(params["E"])
    np.add.at(dE, contexts, de)
    return {
        "E": dE,
        "W": da.T @ e,
        "b_1": da.sum(axis=0),
        "U": dz.T @ (h * (1 - h**2)),
        "b_2": dz.sum(axis=0),
    }


def divided_twice(params, contexts, e, h, dz):
    da = (dz @ params["U"]) * (1 - h**2)
    de = (da @ params["W"]).reshape(*contexts.shape, -1)
    dE = np.zeros_like(params["E"])
    np.add.at(dE, contexts, de)
    gradients = {"E": dE, "W": da.T @ e, "b_1": da.sum(axis=0), "U": dz.T @ h, "b_2": dz.sum(axis=0)}
    return {name: gradient / len(contexts) for name, gradient in gradients.items()}


def biases_averaged(params, contexts, e, h, dz):
    da = (dz @ params["U"]) * (1 - h**2)
    de = (da @ params["W"]).reshape(*contexts.shape, -1)
    dE = np.zeros_like(params["E"])
    np.add.at(dE, contexts, de)
    return {"E": dE, "W": da.T @ e, "b_1": da.mean(axis=0), "U": dz.T @ h, "b_2": dz.mean(axis=0)}


def biases_not_added(params, contexts, e, h, dz):
    da = (dz @ params["U"]) * (1 - h**2)
    de = (da @ params["W"]).reshape(*contexts.shape, -1)
    dE = np.zeros_like(params["E"])
    np.add.at(dE, contexts, de)
    return {"E": dE, "W": da.T @ e, "b_1": da, "U": dz.T @ h, "b_2": dz}


def b_1_after_tanh(params, contexts, e, h, dz):
    dh = dz @ params["U"]
    da = dh * (1 - h**2)
    de = (da @ params["W"]).reshape(*contexts.shape, -1)
    dE = np.zeros_like(params["E"])
    np.add.at(dE, contexts, de)
    return {"E": dE, "W": da.T @ e, "b_1": dh.sum(axis=0), "U": dz.T @ h, "b_2": dz.sum(axis=0)}


def transposed(params, contexts, e, h, dz):
    da = (dz @ params["U"]) * (1 - h**2)
    de = (da @ params["W"]).reshape(*contexts.shape, -1)
    dE = np.zeros_like(params["E"])
    np.add.at(dE, contexts, de)
    return {"E": dE, "W": e.T @ da, "b_1": da.sum(axis=0), "U": h.T @ dz, "b_2": dz.sum(axis=0)}


def downhill(params, contexts, e, h, dz):
    da = (dz @ params["U"]) * (1 - h**2)
    de = (da @ params["W"]).reshape(*contexts.shape, -1)
    dE = np.zeros_like(params["E"])
    np.add.at(dE, contexts, de)
    gradients = {"E": dE, "W": da.T @ e, "b_1": da.sum(axis=0), "U": dz.T @ h, "b_2": dz.sum(axis=0)}
    return {name: -gradient for name, gradient in gradients.items()}


MISTAKES = (
    Mistake(
        "last-one-wins",
        "of the gradients of a word that stands several times, only the last is kept",
        "dE[contexts] += de writes once for each word, not once for each place. Look up np.add.at.",
        last_one_wins,
    ),
    Mistake(
        "repeats-in-a-row-lost",
        "repeats are added up from context to context, but not within one context",
        '"very very" holds a word twice. dE[row] += ... with a repeated word in row keeps only the last.',
        repeats_in_a_row_lost,
    ),
    Mistake(
        "repeats-at-a-place-lost",
        "repeats are added up from place to place, but not from context to context",
        "Two contexts may hold the same word at the same place. One column of contexts has repeats too.",
        repeats_at_a_place_lost,
    ),
    Mistake(
        "embedding-fixed",
        "E gets no gradient",
        "E is a parameter like the others: without a gradient the words never learn who they resemble.",
        embedding_fixed,
    ),
    Mistake(
        "last-place-only",
        "only the last word of each context gets a gradient",
        "Every word of the context had its part in h. Its D columns of de are waiting.",
        last_place_only,
    ),
    Mistake(
        "places-added",
        "each word of a context gets the gradients of all its places",
        "Place j has its own D columns of de. They go to the word that stands there.",
        places_added,
    ),
    Mistake(
        "places-reversed",
        "the columns of de are handed out last word first",
        "The first D columns of de belong to the first word of the context, as in e.",
        places_reversed,
    ),
    Mistake(
        "interleaved",
        "de is cut as [B, D, k]",
        "In e the D numbers of a word lie side by side, so they do in de: [B, k, D].",
        interleaved,
    ),
    Mistake(
        "begin-left-out",
        "`<s>` gets no gradient",
        "Here `<s>` is a word like others: that nothing stands before is worth knowing too.",
        begin_left_out,
    ),
    Mistake(
        "slope-missing",
        "the slope of tanh is left out",
        "h = tanh(a), so dJ/da = dJ/dh times 1 - h^2.",
        slope_missing,
    ),
    Mistake(
        "slope-not-squared",
        "1 - h is taken for the slope of tanh",
        "tanh'(a) = 1 - tanh(a)^2.",
        slope_not_squared,
    ),
    Mistake(
        "slope-of-h",
        "tanh is applied once more: its slope is taken at h",
        "h is tanh(a) already, so the slope at a is 1 - h^2.",
        slope_of_h,
    ),
    Mistake(
        "slope-of-sigmoid",
        "h (1 - h) is taken for the slope of tanh",
        "That is the slope of a sigmoid. tanh'(a) = 1 - tanh(a)^2.",
        slope_of_sigmoid,
    ),
    Mistake(
        "slope-missing-below",
        "the slope of tanh reaches W and b_1, and not the embeddings",
        "The way down to e leads through tanh as well: W^T da, not W^T dh.",
        slope_missing_below,
    ),
    Mistake(
        "slope-in-u",
        "U's gradient is multiplied by the slope of tanh",
        "U reads h after tanh. Its gradient has dz and h, and nothing else.",
        slope_in_u,
    ),
    Mistake(
        "divided-twice",
        "the gradients are divided by B once more",
        "The 1/N of the mean is in dz already.",
        divided_twice,
    ),
    Mistake(
        "biases-averaged",
        "the gradients of the biases are means over the rows",
        "A bias is added in every row, so it gets the sum. The 1/N of the mean is in dz already.",
        biases_averaged,
    ),
    Mistake(
        "biases-not-added",
        "the biases get one gradient for each row",
        "b_1 is [H]. It is added in every row, so its gradient is the sum over the rows.",
        biases_not_added,
    ),
    Mistake(
        "b-1-after-tanh",
        "b_1 gets dJ/dh",
        "b_1 stands inside tanh: its gradient has passed the slope.",
        b_1_after_tanh,
    ),
    Mistake(
        "transposed",
        "W's and U's gradients are transposed",
        "A gradient has the shape of its parameter: W is [H, k D], U is [V, H].",
        transposed,
    ),
    Mistake(
        "downhill",
        "all signs are turned round",
        "A gradient points uphill. The minus comes when the weights are updated.",
        downhill,
    ),
)
