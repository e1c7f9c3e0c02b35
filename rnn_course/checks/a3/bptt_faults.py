"""Backpropagation through time with a fault of one's choice: for the mistakes of a3, task 3b."""

# Written as students write it: without types.
# mypy: disallow-untyped-defs=False, check-untyped-defs=False

from __future__ import annotations

import numpy as np

from rnn_course.checks.a3.draw import log_softmax


def read(params, inputs, h_0):
    h = [h_0]
    for x in inputs:
        h.append(np.tanh(h[-1] @ params["W_h"].T + params["E"][x] @ params["W_e"].T + params["b_1"]))
    return np.stack(h)


def loss_and_dscores(params, h, targets):
    log_probs = log_softmax(h[1:] @ params["U"].T + params["b_2"])
    right = np.eye(len(params["U"]))[targets]
    return -(log_probs * right).sum() / targets.size, (np.exp(log_probs) - right) / targets.size


def walk_back(params, inputs, h, dscores, fault=""):
    E, W_h, W_e, U = (params[name] for name in ("E", "W_h", "W_e", "U"))
    dE, dW_h, dW_e, db_1 = (np.zeros_like(params[name]) for name in ("E", "W_h", "W_e", "b_1"))
    later = np.zeros_like(h[0])
    for t in range(len(inputs)) if fault == "forwards" else reversed(range(len(inputs))):
        own = dscores[t] @ U
        slope = 1 - h[t if fault == "slope before" else t + 1] ** 2
        if fault == "no slope":
            slope = 1
        dz = (own + later) * slope
        if fault == "slope for its own output":
            dz = own * slope + later
        if fault == "own output forgotten" and t < len(inputs) - 1:
            dz = later * slope
        if fault == "overwritten":
            dE, dW_h, dW_e, db_1 = 0 * dE, 0 * dW_h, 0 * dW_e, 0 * db_1
        if fault == "W_h overwritten":
            dW_h = 0 * dW_h
        if fault == "three overwritten":
            dW_h, dW_e, db_1 = 0 * dW_h, 0 * dW_e, 0 * db_1
        dW_h = dW_h + dz.T @ h[t + 1 if fault == "new state" else t]
        dW_e = dW_e + dz.T @ E[inputs[t]]
        db_1 = db_1 + (dz.mean(axis=0) if fault == "mean" else dz.sum(axis=0))
        if fault == "once a step":
            dE[inputs[t]] += dz @ W_e
        elif fault == "last one stays":
            dE[inputs[t]] = dz @ W_e
        else:
            np.add.at(dE, inputs[t], dz @ W_e)
        back = dz @ (W_h.T if fault == "transposed" else W_h)
        later = later + back if fault == "piles up" else 0 * back if fault == "cut" else back
    dh_0 = dz if fault == "short of W_h" else later
    dU = np.einsum("tbv,tbh->vh", dscores, h[1:])
    return {"E": dE, "W_h": dW_h, "W_e": dW_e, "b_1": db_1, "U": dU, "b_2": dscores.sum((0, 1)), "h_0": dh_0}


def with_fault(params, inputs, targets, h_0, fault):
    h = read(params, inputs, h_0)
    J, dscores = loss_and_dscores(params, h, targets)
    return J, walk_back(params, inputs, h, dscores, fault)
