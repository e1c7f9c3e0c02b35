"""a5, task 2a: slips of one line on the way back through an LSTM, each as a function of its own."""

# The mistakes below are written as students write them: without types, and with their faults.
# mypy: disallow-untyped-defs=False, check-untyped-defs=False

from __future__ import annotations

import numpy as np

from rnn_course.checks.case import Mistake


def old_cell_shown(params, cache, dh, dc_T):
    f, i, o, c_tilde, c = (cache[name] for name in ("f", "i", "o", "c_tilde", "c"))
    dz = {"dz_" + gate: np.zeros_like(f) for gate in "fioc"}
    dh_t, dc_t = np.zeros_like(dc_T), dc_T
    for t in reversed(range(len(f))):
        dh_t = dh_t + dh[t]
        dc_t = dc_t + dh_t * o[t] * (1 - np.tanh(c[t]) ** 2)
        dz["dz_f"][t] = dc_t * c[t] * f[t] * (1 - f[t])
        dz["dz_i"][t] = dc_t * c_tilde[t] * i[t] * (1 - i[t])
        dz["dz_o"][t] = dh_t * np.tanh(c[t]) * o[t] * (1 - o[t])
        dz["dz_c"][t] = dc_t * i[t] * (1 - c_tilde[t] ** 2)
        dh_t = sum(dz["dz_" + gate][t] @ params["W_" + gate] for gate in "fioc")
        dc_t = dc_t * f[t]
    return {**dz, "dh_0": dh_t, "dc_0": dc_t}


def slope_of_a_sigmoid(params, cache, dh, dc_T):
    f, i, o, c_tilde, c = (cache[name] for name in ("f", "i", "o", "c_tilde", "c"))
    dz = {"dz_" + gate: np.zeros_like(f) for gate in "fioc"}
    dh_t, dc_t = np.zeros_like(dc_T), dc_T
    for t in reversed(range(len(f))):
        dh_t = dh_t + dh[t]
        dc_t = dc_t + dh_t * o[t] * (1 - np.tanh(c[t + 1]) ** 2)
        dz["dz_f"][t] = dc_t * c[t] * f[t] * (1 - f[t])
        dz["dz_i"][t] = dc_t * c_tilde[t] * i[t] * (1 - i[t])
        dz["dz_o"][t] = dh_t * np.tanh(c[t + 1]) * o[t] * (1 - o[t])
        dz["dz_c"][t] = dc_t * i[t] * c_tilde[t] * (1 - c_tilde[t])
        dh_t = sum(dz["dz_" + gate][t] @ params["W_" + gate] for gate in "fioc")
        dc_t = dc_t * f[t]
    return {**dz, "dh_0": dh_t, "dc_0": dc_t}


def cell_for_its_tanh(params, cache, dh, dc_T):
    f, i, o, c_tilde, c = (cache[name] for name in ("f", "i", "o", "c_tilde", "c"))
    dz = {"dz_" + gate: np.zeros_like(f) for gate in "fioc"}
    dh_t, dc_t = np.zeros_like(dc_T), dc_T
    for t in reversed(range(len(f))):
        dh_t = dh_t + dh[t]
        dc_t = dc_t + dh_t * o[t] * (1 - np.tanh(c[t + 1]) ** 2)
        dz["dz_f"][t] = dc_t * c[t] * f[t] * (1 - f[t])
        dz["dz_i"][t] = dc_t * c_tilde[t] * i[t] * (1 - i[t])
        dz["dz_o"][t] = dh_t * c[t + 1] * o[t] * (1 - o[t])
        dz["dz_c"][t] = dc_t * i[t] * (1 - c_tilde[t] ** 2)
        dh_t = sum(dz["dz_" + gate][t] @ params["W_" + gate] for gate in "fioc")
        dc_t = dc_t * f[t]
    return {**dz, "dh_0": dh_t, "dc_0": dc_t}


def new_content_left_out(params, cache, dh, dc_T):
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
        dh_t = sum(dz["dz_" + gate][t] @ params["W_" + gate] for gate in "fio")
        dc_t = dc_t * f[t]
    return {**dz, "dh_0": dh_t, "dc_0": dc_t}


def straight_road_cut(params, cache, dh, dc_T):
    f, i, o, c_tilde, c = (cache[name] for name in ("f", "i", "o", "c_tilde", "c"))
    dz = {"dz_" + gate: np.zeros_like(f) for gate in "fioc"}
    dh_t, dc_t = np.zeros_like(dc_T), dc_T
    for t in reversed(range(len(f))):
        dh_t = dh_t + dh[t]
        dc_t = dh_t * o[t] * (1 - np.tanh(c[t + 1]) ** 2)
        dz["dz_f"][t] = dc_t * c[t] * f[t] * (1 - f[t])
        dz["dz_i"][t] = dc_t * c_tilde[t] * i[t] * (1 - i[t])
        dz["dz_o"][t] = dh_t * np.tanh(c[t + 1]) * o[t] * (1 - o[t])
        dz["dz_c"][t] = dc_t * i[t] * (1 - c_tilde[t] ** 2)
        dh_t = sum(dz["dz_" + gate][t] @ params["W_" + gate] for gate in "fioc")
        dc_t = dc_t * f[t]
    return {**dz, "dh_0": dh_t, "dc_0": dc_t}


def loss_above_alone(params, cache, dh, dc_T):
    f, i, o, c_tilde, c = (cache[name] for name in ("f", "i", "o", "c_tilde", "c"))
    dz = {"dz_" + gate: np.zeros_like(f) for gate in "fioc"}
    dh_t, dc_t = np.zeros_like(dc_T), dc_T
    for t in reversed(range(len(f))):
        dh_t = dh_t + dh[t]
        dc_t = dc_t + dh[t] * o[t] * (1 - np.tanh(c[t + 1]) ** 2)
        dz["dz_f"][t] = dc_t * c[t] * f[t] * (1 - f[t])
        dz["dz_i"][t] = dc_t * c_tilde[t] * i[t] * (1 - i[t])
        dz["dz_o"][t] = dh_t * np.tanh(c[t + 1]) * o[t] * (1 - o[t])
        dz["dz_c"][t] = dc_t * i[t] * (1 - c_tilde[t] ** 2)
        dh_t = sum(dz["dz_" + gate][t] @ params["W_" + gate] for gate in "fioc")
        dc_t = dc_t * f[t]
    return {**dz, "dh_0": dh_t, "dc_0": dc_t}


SLIPS = (
    Mistake(
        "old-cell-shown",
        "tanh of c^(t-1) is taken where that of c^(t) belongs",
        'h^(t) = o * tanh(c^(t)) was made after the cell was written. cache["c"] begins with '
        "c^(0): which entry is c^(t)?",
        old_cell_shown,
    ),
    Mistake(
        "slope-of-a-sigmoid",
        "the new content gets the slope of a sigmoid",
        "Three of the four are sigmoids. What is c_tilde made with, and what is its slope?",
        slope_of_a_sigmoid,
    ),
    Mistake(
        "cell-for-its-tanh",
        "o is blamed for c, not for tanh(c)",
        "h = o * tanh(c): with what is o multiplied there?",
        cell_for_its_tanh,
    ),
    Mistake(
        "new-content-left-out",
        "the gradient of h comes back through the three gates alone",
        "Four sums read h. The fourth belongs to no gate.",
        new_content_left_out,
    ),
    Mistake(
        "straight-road-cut",
        "the gradient of c comes from h alone, at every step",
        "c^(t) is read by c^(t+1), too, and c^(T) by whoever takes it over. Do these roads arrive "
        "in your sum?",
        straight_road_cut,
    ),
    Mistake(
        "loss-above-alone",
        "c gets from h what comes from above, and not what came back from later steps",
        "dh[t] is one of the roads to h. What goes on to c is the gradient of h with all its roads added up.",
        loss_above_alone,
    ),
)
