"""Right answers to tasks 3 to 6 of a5, written otherwise than ours; for 1 and 2 see a5_variants."""

# mypy: disallow-untyped-defs=False, check-untyped-defs=False

import math
from collections import defaultdict
from fractions import Fraction

import numpy as np


def gru_step_towards_the_candidate(params, x, h_0):
    states, gates = [np.array(h_0)], []
    for t in range(len(x)):
        h = states[t]
        both = [x[t] @ params["U_" + g].T + h @ params["W_" + g].T + params["b_" + g] for g in "ur"]
        u, r = 1 / (1 + np.exp(-np.array(both)))
        h_tilde = np.tanh(
            np.einsum("kj,bj->bk", params["W_h"], r * h) + x[t] @ params["U_h"].T + params["b_h"]
        )
        gates.append((u, r, h_tilde))
        states.append(h + u * (h_tilde - h))
    u, r, h_tilde = np.moveaxis(np.array(gates), 1, 0)
    return {"h": np.array(states), "h_tilde": h_tilde, "r": r, "u": u}


def gru_in_place_in_float32(params, x, h_0):
    p = {name: np.float32(array) for name, array in params.items()}
    words = {g: np.float32(x) @ p[f"U_{g}"].T + p[f"b_{g}"] for g in "urh"}  # all steps at once
    T, (B, H) = len(x), h_0.shape
    found = {name: np.zeros((T, B, H), np.float32) for name in ("u", "r", "h_tilde")}
    found["h"] = np.zeros((T + 1, B, H), np.float32)
    found["h"][0] = h = h_0.astype(np.float32)
    for t in range(T):
        for g in "ur":
            found[g][t] = 0.5 + 0.5 * np.tanh(0.5 * (h @ p[f"W_{g}"].T + words[g][t]))
        found["h_tilde"][t] = np.tanh((found["r"][t] * h) @ p["W_h"].T + words["h"][t])
        h = h * (1 - found["u"][t])
        h += found["u"][t] * found["h_tilde"][t]
        found["h"][t + 1] = h
    return found


def gru_with_torch(params, x, h_0):
    import torch

    p = {name: torch.tensor(array) for name, array in params.items()}
    rows, h = [], torch.tensor(h_0)
    states = [h]
    for x_t in torch.tensor(x):
        u = torch.sigmoid(h @ p["W_u"].T + x_t @ p["U_u"].T + p["b_u"])
        r = torch.sigmoid(h @ p["W_r"].T + x_t @ p["U_r"].T + p["b_r"])
        h_tilde = torch.tanh((r * h) @ p["W_h"].T + x_t @ p["U_h"].T + p["b_h"])
        h = torch.lerp(h, h_tilde, u)
        states.append(h)
        rows.append((u, r, h_tilde))
    u, r, h_tilde = (torch.stack(gate) for gate in zip(*rows, strict=True))
    return {"u": u, "r": r, "h_tilde": h_tilde, "h": torch.stack(states)}


def layout_by_slices(params):
    H, D = params["U_f"].shape
    found = {"weight_ih_l0": np.empty((4 * H, D)), "weight_hh_l0": np.empty((4 * H, H))}
    found |= {"bias_ih_l0": np.empty(4 * H), "bias_hh_l0": np.zeros(4 * H)}
    for k, g in enumerate("ifco"):
        rows = slice(k * H, (k + 1) * H)
        for name, letter in (("weight_ih_l0", "U"), ("weight_hh_l0", "W"), ("bias_ih_l0", "b")):
            found[name][rows] = params[f"{letter}_{g}"]
    return found


def layout_with_torch(params):
    import torch

    def stacked(letter):
        return torch.cat([torch.tensor(params[f"{letter}_{g}"], dtype=torch.float32) for g in "ifco"])

    module = torch.nn.LSTM(params["U_f"].shape[1], len(params["b_f"]))
    state = {"weight_ih_l0": stacked("U"), "weight_hh_l0": stacked("W"), "bias_ih_l0": stacked("b")}
    module.load_state_dict({**state, "bias_hh_l0": torch.zeros_like(state["bias_ih_l0"])})
    return dict(module.state_dict())  # Tensors of a module


def gru_names_by_slices(weights):
    H = weights["weight_hh_l0"].shape[1]
    found = {}
    for k, (gate, sign) in enumerate((("r", 1), ("u", -1), ("h", 1))):
        rows = slice(k * H, k * H + H)
        found[f"W_{gate}"] = sign * weights["weight_hh_l0"][rows]
        found[f"U_{gate}"] = sign * weights["weight_ih_l0"][rows]
        found[f"b_{gate}"] = sign * weights["bias_ih_l0"][rows]
        if gate == "h":
            found["b_hr"] = weights["bias_hh_l0"][rows]
        else:
            found[f"b_{gate}"] = found[f"b_{gate}"] + sign * weights["bias_hh_l0"][rows]
    return found


def gru_names_by_reshape(weights):
    thirds = {name: w.reshape(3, -1, *w.shape[1:]).astype(np.float32) for name, w in weights.items()}
    both = thirds["bias_ih_l0"] + thirds["bias_hh_l0"]
    W, U = thirds["weight_hh_l0"], thirds["weight_ih_l0"]
    found = dict(W_r=W[0], W_u=0 - W[1], W_h=W[2], U_r=U[0], U_u=0 - U[1], U_h=U[2])
    return {
        **found,
        "b_r": both[0],
        "b_u": -both[1],
        "b_h": thirds["bias_ih_l0"][2],
        "b_hr": thirds["bias_hh_l0"][2],
    }


def bias_of_the_odds(steps, share):
    return -np.log(share ** (-1.0 / steps) - 1)


def bias_by_bisection(steps, share):
    low, high = -50.0, 50.0
    while high - low > 1e-12:
        middle = (low + high) / 2
        if (1 / (1 + math.exp(-middle))) ** steps < share:
            low = middle
        else:
            high = middle
    return np.array(low)  # an array without dimensions


def bias_through_tanh_of_the_half(steps, share):
    return 2 * math.atanh(2 * math.exp(math.log(share) / steps) - 1)


def shares_by_cumulative_products(f):
    product = np.ones(f.shape[1:], np.float32)
    shares = [product.mean()]
    for gate in reversed(f):
        product = product * gate.astype(np.float32)
        shares.append(product.mean())
    return np.array(shares)


def shares_through_logs(f):
    logs = np.log(f)  # log(0) warns
    T, B, H = f.shape
    sums = [np.zeros((B, H))]
    for t in range(T - 1, -1, -1):
        sums.append(sums[-1] + logs[t])
    return tuple(np.exp(total).sum() / (B * H) for total in sums)


def horizon_with_plain_lists(lags, right, needed):
    answers = defaultdict(list)
    for lag, is_right in zip(lags, right, strict=True):
        answers[lag].append(bool(is_right))
    accuracy = {lag: Fraction(sum(each), len(each)) for lag, each in sorted(answers.items())}
    failed = [lag for lag, share in accuracy.items() if share < needed]
    below = [lag for lag in accuracy if not failed or lag < failed[0]]
    return [accuracy, max(below, default=0)]


def horizon_by_sorting(lags, right, needed):
    if len(lags) == 0:
        return {}, 0
    asked, which, counts = np.unique(lags, return_inverse=True, return_counts=True)
    share = np.bincount(which, weights=right) / counts
    solved = np.logical_and.accumulate(share >= needed)
    return dict(zip(asked, share, strict=True)), int(np.where(solved, asked, 0).max())
