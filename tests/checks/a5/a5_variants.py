"""Right answers to a5, written otherwise than ours: each has to pass, whatever it is built of."""

# mypy: disallow-untyped-defs=False, check-untyped-defs=False

import math
from collections import defaultdict

import numpy as np
from a5_later_variants import (
    bias_by_bisection,
    bias_of_the_odds,
    bias_through_tanh_of_the_half,
    gru_in_place_in_float32,
    gru_names_by_reshape,
    gru_names_by_slices,
    gru_step_towards_the_candidate,
    gru_with_torch,
    horizon_by_sorting,
    horizon_with_plain_lists,
    layout_by_slices,
    layout_with_torch,
    shares_by_cumulative_products,
    shares_through_logs,
)


def lstm_in_one_product(params, x, h_0, c_0):
    T, B, _ = x.shape
    H = h_0.shape[1]
    weights = np.concatenate([np.hstack([params[f"W_{g}"], params[f"U_{g}"]]) for g in "oifc"]).T
    bias = np.concatenate([params[f"b_{g}"] for g in "oifc"])
    h, c = np.empty((T + 1, B, H)), np.empty((T + 1, B, H))
    gates = np.empty((T, B, 4 * H))
    h[0], c[0] = h_0, c_0
    for t in range(T):
        z = np.hstack([h[t], x[t]]) @ weights + bias
        gates[t, :, : 3 * H] = 1 / (1 + np.exp(-z[:, : 3 * H]))
        gates[t, :, 3 * H :] = np.tanh(z[:, 3 * H :])
        o, i, f, new = np.split(gates[t], 4, axis=1)
        c[t + 1] = c[t] * f + new * i
        h[t + 1] = np.tanh(c[t + 1]) * o
    o, i, f, new = np.split(gates, 4, axis=2)
    return {"h": h, "c": c, "o": o, "i": i, "f": f, "c_tilde": new}


def lstm_in_float32(params, x, h_0, c_0):
    p = {name: array.astype(np.float32) for name, array in params.items()}
    names = ("f", "i", "o", "c_tilde", "h", "c")
    rows = {name: [] for name in names}
    h, c = h_0.astype("float32"), c_0.astype("float32")
    rows["h"].append(h)
    rows["c"].append(c)
    for t in range(x.shape[0]):
        x_t = np.float32(x[t])
        f, i, o, s = (np.dot(h, p["W_" + g].T) + np.dot(x_t, p["U_" + g].T) + p["b_" + g] for g in "fioc")
        f, i, o = (np.float32(0.5) * (1 + np.tanh(a / 2)) for a in (f, i, o))
        s = np.tanh(s)
        c = f * c
        c += i * s  # in place, on an array of its own
        h = o * np.tanh(c)
        for name, value in zip(names, (f, i, o, s, h, c.copy()), strict=True):
            rows[name].append(value)
    return rows  # lists of arrays


def lstm_with_loops(params, x, h_0, c_0):
    def total(g, k, h, word):
        w = sum(params[f"W_{g}"][k][j] * h[j] for j in range(len(h)))
        u = sum(params[f"U_{g}"][k][j] * word[j] for j in range(len(word)))
        return w + u + params[f"b_{g}"][k]

    def sig(a):
        return 1 / (1 + math.exp(-a)) if a > -700 else 0.0

    T, B, H = len(x), len(h_0), len(h_0[0])
    out = {name: np.zeros((T, B, H)) for name in ("f", "i", "o", "c_tilde")}
    out["h"], out["c"] = np.array([h_0] * (T + 1)), np.array([c_0] * (T + 1))
    for t in range(T):
        for b in range(B):
            for k in range(H):
                h = out["h"][t, b]
                for g in "fio":
                    out[g][t, b, k] = sig(total(g, k, h, x[t, b]))
                out["c_tilde"][t, b, k] = math.tanh(total("c", k, h, x[t, b]))
                kept = out["f"][t, b, k] * out["c"][t, b, k]
                out["c"][t + 1, b, k] = kept + out["i"][t, b, k] * out["c_tilde"][t, b, k]
                out["h"][t + 1, b, k] = out["o"][t, b, k] * math.tanh(out["c"][t + 1, b, k])
    return out


def lstm_with_torch(params, x, h_0, c_0):
    import torch

    p = {name: torch.tensor(array) for name, array in params.items()}
    h, c = [torch.tensor(h_0)], [torch.tensor(c_0)]
    gates = defaultdict(list)
    for x_t in torch.tensor(x):
        z = {g: torch.nn.functional.linear(h[-1], p["W_" + g]) + x_t @ p["U_" + g].T for g in "fioc"}
        f, i, o = (torch.sigmoid(z[g] + p["b_" + g]) for g in "fio")
        new = torch.tanh(z["c"] + p["b_c"])
        c.append(torch.addcmul(f * c[-1], i, new))
        h.append(o * c[-1].tanh())
        for name, gate in (("f", f), ("i", i), ("o", o), ("c_tilde", new)):
            gates[name].append(gate)
    return {"h": torch.stack(h), "c": torch.stack(c), **{n: torch.stack(g) for n, g in gates.items()}}


def back_with_stacked_gates(params, cache, dh, dc_T):
    W = np.concatenate([params[f"W_{g}"] for g in "fioc"])
    h_grad, c_grad = np.zeros(dc_T.shape), np.array(dc_T)
    rows = []
    for t in range(dh.shape[0] - 1, -1, -1):
        f, i, o, new = (cache[n][t] for n in ("f", "i", "o", "c_tilde"))
        shown = np.tanh(cache["c"][t + 1])
        h_grad = h_grad + dh[t]
        c_grad += h_grad * o * (1 - shown**2)  # in place, on a copy
        local = np.hstack([c_grad * cache["c"][t], c_grad * new, h_grad * shown, c_grad * i])
        slopes = np.hstack([f - f * f, i - i * i, o - o * o, 1 - new * new])
        rows.insert(0, local * slopes)
        h_grad = rows[0] @ W
        c_grad *= f
    dz = np.split(np.array(rows), 4, axis=2)
    return dict(zip(("dz_f", "dz_i", "dz_o", "dz_c", "dh_0", "dc_0"), (*dz, h_grad, c_grad), strict=True))


def back_by_recursion_in_float32(params, cache, dh, dc_T):
    low = {name: np.asarray(array, np.float32) for name, array in cache.items()}
    T = len(dh)
    dz = {f"dz_{g}": [None] * T for g in "fioc"}

    def back(t, from_h, from_c):
        if t < 0:
            return from_h, from_c
        f, i, o, new, c = low["f"][t], low["i"][t], low["o"][t], low["c_tilde"][t], low["c"][t + 1]
        g_h = from_h + dh[t].astype(np.float32)
        g_c = from_c + g_h * o / np.cosh(c) ** 2
        dz["dz_f"][t] = g_c * low["c"][t] * f * (1 - f)
        dz["dz_i"][t] = g_c * new * i * (1 - i)
        dz["dz_o"][t] = g_h * np.tanh(c) * o * (1 - o)
        dz["dz_c"][t] = g_c * i * (1 - new * new)
        before = sum(dz[f"dz_{g}"][t] @ params[f"W_{g}"].astype(np.float32) for g in "fioc")
        return back(t - 1, before, f * g_c)

    dh_0, dc_0 = back(T - 1, np.zeros_like(dc_T, dtype=np.float32), dc_T.astype(np.float32))
    return {"dh_0": dh_0, "dc_0": dc_0, **dz}


def back_by_autograd(params, cache, dh, dc_T):
    import torch

    W = {g: torch.tensor(params[f"W_{g}"]) for g in "fioc"}
    values = {name: torch.tensor(array) for name, array in cache.items()}
    of_x = {g: torch.logit(values[g]) - values["h"][:-1] @ W[g].T for g in "fio"}
    of_x["c"] = torch.atanh(values["c_tilde"].clamp(-1 + 1e-15, 1 - 1e-15)) - values["h"][:-1] @ W["c"].T
    h, c = (values[name][0].clone().requires_grad_() for name in ("h", "c"))
    first, z, loss = (h, c), {g: [] for g in "fioc"}, 0
    for t in range(len(dh)):
        for g in "fioc":
            z[g].append(h @ W[g].T + of_x[g][t])
            z[g][t].retain_grad()
        c = torch.sigmoid(z["f"][t]) * c + torch.sigmoid(z["i"][t]) * torch.tanh(z["c"][t])
        h = torch.sigmoid(z["o"][t]) * torch.tanh(c)
        loss = loss + (h * torch.tensor(dh[t])).sum()
    (loss + (c * torch.tensor(dc_T)).sum()).backward()
    found = {f"dz_{g}": torch.stack([step.grad for step in z[g]]) for g in "fioc"}
    return {**found, "dh_0": first[0].grad, "dc_0": first[1].grad}


def gradients_by_outer_products(params, x, h, dz):
    found = {f"d{name}": np.zeros(array.shape) for name, array in params.items()}
    found["dx"] = np.zeros(x.shape)
    for t in range(x.shape[0]):
        for b in range(x.shape[1]):
            for g in "cofi":
                row = dz[f"dz_{g}"][t, b]
                found[f"dW_{g}"] += np.outer(row, h[t, b])
                found[f"dU_{g}"] += row[:, None] * x[t, b][None, :]
                found[f"db_{g}"] += row
                found["dx"][t, b] += params[f"U_{g}"].T @ row
    return found


def gradients_of_flat_rows_in_float32(params, x, h, dz):
    T, B, D = x.shape
    flat = {g: dz[f"dz_{g}"].reshape(T * B, -1).astype(np.float32) for g in "fioc"}
    before, words = h[:T].reshape(T * B, -1).astype(np.float32), x.reshape(T * B, D).astype(np.float32)
    found = {}
    for g in flat:
        found["dW_" + g], found["dU_" + g] = flat[g].T @ before, flat[g].T @ words
        found["db_" + g] = np.ones(T * B, np.float32) @ flat[g]
    U = np.vstack([params["U_" + g] for g in flat])
    found["dx"] = (np.hstack(list(flat.values())) @ U).reshape(T, B, D)
    return found


def gradients_with_torch(params, x, h, dz):
    import torch

    z = {name: torch.tensor(array) for name, array in dz.items()}
    found = {}
    for g in "fioc":
        found[f"dW_{g}"] = torch.einsum("tbh,tbk->hk", z[f"dz_{g}"], torch.tensor(h)[:-1])
        found[f"dU_{g}"] = torch.tensordot(z[f"dz_{g}"], torch.tensor(x), dims=([0, 1], [0, 1]))
        found[f"db_{g}"] = z[f"dz_{g}"].sum((0, 1))
    found["dx"] = sum(z[f"dz_{g}"] @ torch.tensor(params[f"U_{g}"]) for g in "fioc")
    return found


VARIANTS = {
    "lstm_forward": (lstm_in_one_product, lstm_in_float32, lstm_with_loops, lstm_with_torch),
    "lstm_backward": (back_with_stacked_gates, back_by_recursion_in_float32, back_by_autograd),
    "weight_gradients": (
        gradients_by_outer_products,
        gradients_of_flat_rows_in_float32,
        gradients_with_torch,
    ),
    "gru_forward": (gru_step_towards_the_candidate, gru_in_place_in_float32, gru_with_torch),
    "torch_lstm": (layout_by_slices, layout_with_torch),
    "torch_gru": (gru_names_by_slices, gru_names_by_reshape),
    "forget_bias": (bias_of_the_odds, bias_by_bisection, bias_through_tanh_of_the_half),
    "carried_shares": (shares_by_cumulative_products, shares_through_logs),
    "recall_horizon": (horizon_with_plain_lists, horizon_by_sorting),
}
