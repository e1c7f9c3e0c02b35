"""a5, task 2a: what students get wrong on the way back through an LSTM, each as a function of its own."""

# The mistakes below are written as students write them: without types, and with their faults.
# mypy: disallow-untyped-defs=False, check-untyped-defs=False

from __future__ import annotations

import numpy as np

from rnn_course.checks.case import Mistake


def cell_road_cut(params, cache, dh, dc_T):
    f, i, o, c_tilde, c = (cache[name] for name in ("f", "i", "o", "c_tilde", "c"))
    dz = {"dz_" + gate: np.zeros_like(f) for gate in "fioc"}
    dh_t, dc_t = np.zeros_like(dc_T), dc_T
    for t in reversed(range(len(f))):
        dh_t = dh_t + dh[t]
        dc_t = (dc_T if t == len(f) - 1 else 0) + dh_t * o[t] * (1 - np.tanh(c[t + 1]) ** 2)
        dz["dz_f"][t] = dc_t * c[t] * f[t] * (1 - f[t])
        dz["dz_i"][t] = dc_t * c_tilde[t] * i[t] * (1 - i[t])
        dz["dz_o"][t] = dh_t * np.tanh(c[t + 1]) * o[t] * (1 - o[t])
        dz["dz_c"][t] = dc_t * i[t] * (1 - c_tilde[t] ** 2)
        dh_t = sum(dz["dz_" + gate][t] @ params["W_" + gate] for gate in "fioc")
        dc_t = dc_t * f[t]
    return {**dz, "dh_0": dh_t, "dc_0": dc_t}


def hidden_road_cut(params, cache, dh, dc_T):
    f, i, o, c_tilde, c = (cache[name] for name in ("f", "i", "o", "c_tilde", "c"))
    dz = {"dz_" + gate: np.zeros_like(f) for gate in "fioc"}
    dh_t, dc_t = np.zeros_like(dc_T), dc_T
    for t in reversed(range(len(f))):
        dh_t = dh[t]
        dc_t = dc_t + dh_t * o[t] * (1 - np.tanh(c[t + 1]) ** 2)
        dz["dz_f"][t] = dc_t * c[t] * f[t] * (1 - f[t])
        dz["dz_i"][t] = dc_t * c_tilde[t] * i[t] * (1 - i[t])
        dz["dz_o"][t] = dh_t * np.tanh(c[t + 1]) * o[t] * (1 - o[t])
        dz["dz_c"][t] = dc_t * i[t] * (1 - c_tilde[t] ** 2)
        dh_t = sum(dz["dz_" + gate][t] @ params["W_" + gate] for gate in "fioc")
        dc_t = dc_t * f[t]
    return {**dz, "dh_0": dh_t, "dc_0": dc_t}


def last_cell_ignored(params, cache, dh, dc_T):
    f, i, o, c_tilde, c = (cache[name] for name in ("f", "i", "o", "c_tilde", "c"))
    dz = {"dz_" + gate: np.zeros_like(f) for gate in "fioc"}
    dh_t, dc_t = np.zeros_like(dc_T), np.zeros_like(dc_T)
    for t in reversed(range(len(f))):
        dh_t = dh_t + dh[t]
        dc_t = dc_t + dh_t * o[t] * (1 - np.tanh(c[t + 1]) ** 2)
        dz["dz_f"][t] = dc_t * c[t] * f[t] * (1 - f[t])
        dz["dz_i"][t] = dc_t * c_tilde[t] * i[t] * (1 - i[t])
        dz["dz_o"][t] = dh_t * np.tanh(c[t + 1]) * o[t] * (1 - o[t])
        dz["dz_c"][t] = dc_t * i[t] * (1 - c_tilde[t] ** 2)
        dh_t = sum(dz["dz_" + gate][t] @ params["W_" + gate] for gate in "fioc")
        dc_t = dc_t * f[t]
    return {**dz, "dh_0": dh_t, "dc_0": dc_t}


def kept_whole(params, cache, dh, dc_T):
    f, i, o, c_tilde, c = (cache[name] for name in ("f", "i", "o", "c_tilde", "c"))
    dz = {"dz_" + gate: np.zeros_like(f) for gate in "fioc"}
    dh_t, dc_t = np.zeros_like(dc_T), dc_T
    for t in reversed(range(len(f))):
        dh_t = dh_t + dh[t]
        dc_t = dc_t + dh_t * o[t] * (1 - np.tanh(c[t + 1]) ** 2)
        dz["dz_f"][t] = dc_t * c[t] * f[t] * (1 - f[t])
        dz["dz_i"][t] = dc_t * c_tilde[t] * i[t] * (1 - i[t])
        dz["dz_o"][t] = dh_t * np.tanh(c[t + 1]) * o[t] * (1 - o[t])
        dz["dz_c"][t] = dc_t * i[t] * (1 - c_tilde[t] ** 2)
        dh_t = sum(dz["dz_" + gate][t] @ params["W_" + gate] for gate in "fioc")
        dc_t = dc_t
    return {**dz, "dh_0": dh_t, "dc_0": dc_t}


def slope_of_the_wrong_thing(params, cache, dh, dc_T):
    f, i, o, c_tilde, c = (cache[name] for name in ("f", "i", "o", "c_tilde", "c"))
    dz = {"dz_" + gate: np.zeros_like(f) for gate in "fioc"}
    dh_t, dc_t = np.zeros_like(dc_T), dc_T
    for t in reversed(range(len(f))):
        dh_t = dh_t + dh[t]
        dc_t = dc_t + dh_t * o[t] * (1 - c[t + 1] ** 2)
        dz["dz_f"][t] = dc_t * c[t] * f[t] * (1 - f[t])
        dz["dz_i"][t] = dc_t * c_tilde[t] * i[t] * (1 - i[t])
        dz["dz_o"][t] = dh_t * np.tanh(c[t + 1]) * o[t] * (1 - o[t])
        dz["dz_c"][t] = dc_t * i[t] * (1 - c_tilde[t] ** 2)
        dh_t = sum(dz["dz_" + gate][t] @ params["W_" + gate] for gate in "fioc")
        dc_t = dc_t * f[t]
    return {**dz, "dh_0": dh_t, "dc_0": dc_t}


def slope_of_h(params, cache, dh, dc_T):
    f, i, o, c_tilde, c = (cache[name] for name in ("f", "i", "o", "c_tilde", "c"))
    dz = {"dz_" + gate: np.zeros_like(f) for gate in "fioc"}
    dh_t, dc_t = np.zeros_like(dc_T), dc_T
    for t in reversed(range(len(f))):
        dh_t = dh_t + dh[t]
        dc_t = dc_t + dh_t * o[t] * (1 - cache["h"][t + 1] ** 2)
        dz["dz_f"][t] = dc_t * c[t] * f[t] * (1 - f[t])
        dz["dz_i"][t] = dc_t * c_tilde[t] * i[t] * (1 - i[t])
        dz["dz_o"][t] = dh_t * np.tanh(c[t + 1]) * o[t] * (1 - o[t])
        dz["dz_c"][t] = dc_t * i[t] * (1 - c_tilde[t] ** 2)
        dh_t = sum(dz["dz_" + gate][t] @ params["W_" + gate] for gate in "fioc")
        dc_t = dc_t * f[t]
    return {**dz, "dh_0": dh_t, "dc_0": dc_t}


def reading_not_gated(params, cache, dh, dc_T):
    f, i, o, c_tilde, c = (cache[name] for name in ("f", "i", "o", "c_tilde", "c"))
    dz = {"dz_" + gate: np.zeros_like(f) for gate in "fioc"}
    dh_t, dc_t = np.zeros_like(dc_T), dc_T
    for t in reversed(range(len(f))):
        dh_t = dh_t + dh[t]
        dc_t = dc_t + dh_t * (1 - np.tanh(c[t + 1]) ** 2)
        dz["dz_f"][t] = dc_t * c[t] * f[t] * (1 - f[t])
        dz["dz_i"][t] = dc_t * c_tilde[t] * i[t] * (1 - i[t])
        dz["dz_o"][t] = dh_t * np.tanh(c[t + 1]) * o[t] * (1 - o[t])
        dz["dz_c"][t] = dc_t * i[t] * (1 - c_tilde[t] ** 2)
        dh_t = sum(dz["dz_" + gate][t] @ params["W_" + gate] for gate in "fioc")
        dc_t = dc_t * f[t]
    return {**dz, "dh_0": dh_t, "dc_0": dc_t}


def new_cell_for_the_old(params, cache, dh, dc_T):
    f, i, o, c_tilde, c = (cache[name] for name in ("f", "i", "o", "c_tilde", "c"))
    dz = {"dz_" + gate: np.zeros_like(f) for gate in "fioc"}
    dh_t, dc_t = np.zeros_like(dc_T), dc_T
    for t in reversed(range(len(f))):
        dh_t = dh_t + dh[t]
        dc_t = dc_t + dh_t * o[t] * (1 - np.tanh(c[t + 1]) ** 2)
        dz["dz_f"][t] = dc_t * c[t + 1] * f[t] * (1 - f[t])
        dz["dz_i"][t] = dc_t * c_tilde[t] * i[t] * (1 - i[t])
        dz["dz_o"][t] = dh_t * np.tanh(c[t + 1]) * o[t] * (1 - o[t])
        dz["dz_c"][t] = dc_t * i[t] * (1 - c_tilde[t] ** 2)
        dh_t = sum(dz["dz_" + gate][t] @ params["W_" + gate] for gate in "fioc")
        dc_t = dc_t * f[t]
    return {**dz, "dh_0": dh_t, "dc_0": dc_t}


def gates_without_slope(params, cache, dh, dc_T):
    f, i, o, c_tilde, c = (cache[name] for name in ("f", "i", "o", "c_tilde", "c"))
    dz = {"dz_" + gate: np.zeros_like(f) for gate in "fioc"}
    dh_t, dc_t = np.zeros_like(dc_T), dc_T
    for t in reversed(range(len(f))):
        dh_t = dh_t + dh[t]
        dc_t = dc_t + dh_t * o[t] * (1 - np.tanh(c[t + 1]) ** 2)
        dz["dz_f"][t] = dc_t * c[t]
        dz["dz_i"][t] = dc_t * c_tilde[t]
        dz["dz_o"][t] = dh_t * np.tanh(c[t + 1])
        dz["dz_c"][t] = dc_t * i[t] * (1 - c_tilde[t] ** 2)
        dh_t = sum(dz["dz_" + gate][t] @ params["W_" + gate] for gate in "fioc")
        dc_t = dc_t * f[t]
    return {**dz, "dh_0": dh_t, "dc_0": dc_t}


def transposed(params, cache, dh, dc_T):
    f, i, o, c_tilde, c = (cache[name] for name in ("f", "i", "o", "c_tilde", "c"))
    dz = {"dz_" + gate: np.zeros_like(f) for gate in "fioc"}
    dh_t, dc_t = np.zeros_like(dc_T), dc_T
    for t in reversed(range(len(f))):
        dh_t = dh_t + dh[t]
        dc_t = dc_t + dh_t * o[t] * (1 - np.tanh(c[t + 1]) ** 2)
        dz["dz_f"][t] = dc_t * c[t] * f[t] * (1 - f[t])
        dz["dz_i"][t] = dc_t * c_tilde[t] * i[t] * (1 - i[t])
        dz["dz_o"][t] = dh_t * np.tanh(c[t + 1]) * o[t] * (1 - o[t])
        dz["dz_c"][t] = dc_t * i[t] * (1 - c_tilde[t] ** 2)
        dh_t = sum(dz["dz_" + gate][t] @ params["W_" + gate].T for gate in "fioc")
        dc_t = dc_t * f[t]
    return {**dz, "dh_0": dh_t, "dc_0": dc_t}


def one_road_of_four(params, cache, dh, dc_T):
    f, i, o, c_tilde, c = (cache[name] for name in ("f", "i", "o", "c_tilde", "c"))
    dz = {"dz_" + gate: np.zeros_like(f) for gate in "fioc"}
    dh_t, dc_t = np.zeros_like(dc_T), dc_T
    for t in reversed(range(len(f))):
        dh_t = dh_t + dh[t]
        dc_t = dc_t + dh_t * o[t] * (1 - np.tanh(c[t + 1]) ** 2)
        dz["dz_f"][t] = dc_t * c[t] * f[t] * (1 - f[t])
        dz["dz_i"][t] = dc_t * c_tilde[t] * i[t] * (1 - i[t])
        dz["dz_o"][t] = dh_t * np.tanh(c[t + 1]) * o[t] * (1 - o[t])
        dz["dz_c"][t] = dc_t * i[t] * (1 - c_tilde[t] ** 2)
        dh_t = dz["dz_c"][t] @ params["W_c"]
        dc_t = dc_t * f[t]
    return {**dz, "dh_0": dh_t, "dc_0": dc_t}


MISTAKES = (
    Mistake(
        "cell-road-cut",
        "what comes back through c is lost after one step",
        "c of step t is read by h of step t and by c of step t + 1: the second road is the LSTM's secret.",
        cell_road_cut,
    ),
    Mistake(
        "hidden-road-cut",
        "what comes back through h is lost after one step",
        "h of step t is read from above, and by all four sums of step t + 1.",
        hidden_road_cut,
    ),
    Mistake(
        "last-cell-ignored",
        "dc_T is not looked at",
        "Somebody may take over the last cell. Where on the way back does that gradient come in?",
        last_cell_ignored,
    ),
    Mistake(
        "kept-whole",
        "the gradient goes from c to the c before it without being multiplied by f",
        "c^(t) = f * c^(t-1) + ...: what is the derivative of that with respect to c^(t-1)?",
        kept_whole,
    ),
    Mistake(
        "slope-of-the-wrong-thing",
        "the slope of tanh is taken as 1 - c**2",
        "tanh'(c) is 1 minus the square of tanh(c), not of c.",
        slope_of_the_wrong_thing,
    ),
    Mistake(
        "slope-of-h",
        "the slope of tanh is taken as 1 - h**2",
        "In an Elman network h is the tanh. Here h is o * tanh(c).",
        slope_of_h,
    ),
    Mistake(
        "reading-not-gated",
        "the gradient goes from h to c without being multiplied by o",
        "h = o * tanh(c) has two factors. The derivative by one of them keeps the other.",
        reading_not_gated,
    ),
    Mistake(
        "new-cell-for-the-old",
        "f is blamed for c^(t), not for c^(t-1)",
        'The forget gate multiplies the cell of the step before. Which entry of cache["c"] is that?',
        new_cell_for_the_old,
    ),
    Mistake(
        "gates-without-slope",
        "the sigmoids' slopes are left out in dz_f, dz_i and dz_o",
        "dz is the gradient of what goes into the sigmoid. How steep is the sigmoid there?",
        gates_without_slope,
    ),
    Mistake(
        "transposed",
        "the gradient of h is taken through W.T",
        "Forward, rows of a batch meet W.T. What do they meet on the way back?",
        transposed,
    ),
    Mistake(
        "one-road-of-four",
        "the gradient of h comes back through the new content alone",
        "Who reads h? Three gates do, too.",
        one_road_of_four,
    ),
)
