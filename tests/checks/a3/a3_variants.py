"""Right answers to a3, written otherwise than ours: each has to pass, whatever it is built of."""

# mypy: disallow-untyped-defs=False, check-untyped-defs=False

import math

import numpy as np


def step_text_by_text(params, h_prev, e_t):
    return [np.tanh(params["W_h"] @ h + params["W_e"] @ e + params["b_1"]) for h, e in zip(h_prev, e_t)]  # noqa: B905


def step_of_joined_vectors_in_float32(params, h_prev, e_t):
    W = np.hstack([params["W_h"], params["W_e"], params["b_1"][:, None]]).astype(np.float32)
    joined = np.hstack([h_prev, e_t, np.ones((len(e_t), 1))]).astype(np.float32)
    return np.tanh(joined @ W.T)


def step_with_torch(params, h_prev, e_t):
    import torch

    W_h, W_e, b_1 = (torch.from_numpy(params[name]) for name in ("W_h", "W_e", "b_1"))
    return torch.tanh(torch.from_numpy(h_prev) @ W_h.T + torch.from_numpy(e_t) @ W_e.T + b_1)


def unroll_into_one_array(params, tokens, h_0):
    T, B = tokens.shape
    from_below = params["E"] @ params["W_e"].T + params["b_1"]  # once for each token of the vocabulary
    h = np.empty((T + 1, B, len(params["b_1"])))
    h[0] = h_0
    for t in range(T):
        np.matmul(h[t], params["W_h"].T, out=h[t + 1])
        h[t + 1] += from_below[tokens[t]]
        np.tanh(h[t + 1], out=h[t + 1])
    return h


def unroll_number_by_number(params, tokens, h_0):
    E, W_h, W_e, b_1 = (params[name].tolist() for name in ("E", "W_h", "W_e", "b_1"))
    h = [h_0.tolist()]
    for row in tokens.tolist():
        states = []
        for b, x in enumerate(row):
            state = []
            for i in range(len(b_1)):
                z = b_1[i]
                for j in range(len(b_1)):
                    z += W_h[i][j] * h[-1][b][j]
                for d in range(len(E[x])):
                    z += W_e[i][d] * E[x][d]
                state.append(math.tanh(z))
            states.append(state)
        h.append(states)
    return np.array(h)


def loss_number_by_number(params, h, targets):
    total = 0
    for t in range(targets.shape[0]):
        for b in range(targets.shape[1]):
            scores = params["U"] @ h[t + 1, b] + params["b_2"]
            top = max(scores)
            total += top + math.log(sum(math.exp(s - top) for s in scores)) - scores[targets[t, b]]
    return total / targets.size


def loss_with_torch(params, h, targets):
    import torch

    z = torch.from_numpy(h[1:]) @ torch.from_numpy(params["U"]).T + torch.from_numpy(params["b_2"])
    return torch.nn.functional.cross_entropy(z.flatten(0, 1), torch.from_numpy(targets).flatten())


def loss_by_logaddexp(params, h, targets):
    z = np.einsum("tbh,vh->vtb", h[1:], params["U"]) + params["b_2"][:, None, None]
    t, b = np.indices(targets.shape)
    return np.mean(np.logaddexp.reduce(z, axis=0) - z[targets, t, b])


def step_back_text_by_text(params, h_prev, e_t, h_t, dh_t):
    found = {name: np.zeros_like(params[name]) for name in ("W_h", "W_e", "b_1")}
    found["h_prev"], found["e_t"] = np.zeros_like(h_prev), np.zeros_like(e_t)
    for b in range(len(h_t)):
        dz = (1 - h_t[b]) * (1 + h_t[b]) * dh_t[b]
        found["W_h"] += np.outer(dz, h_prev[b])
        found["W_e"] += np.outer(dz, e_t[b])
        found["b_1"] += dz
        found["h_prev"][b] = params["W_h"].T @ dz
        found["e_t"][b] = params["W_e"].T @ dz
    return found


def step_back_with_einsum_in_float32(params, h_prev, e_t, h_t, dh_t):
    h_prev, e_t, h_t, dh_t = (a.astype(np.float32) for a in (h_prev, e_t, h_t, dh_t))
    dz = dh_t - dh_t * np.square(h_t)
    return {
        "b_1": np.einsum("bi->i", dz),
        "W_e": np.einsum("bi,bd->id", dz, e_t),
        "W_h": np.einsum("bi,bj->ij", dz, h_prev),
        "e_t": np.einsum("bi,id->bd", dz, params["W_e"]),
        "h_prev": np.einsum("bi,ij->bj", dz, params["W_h"]),
    }


def bptt_with_a_cache_of_steps(params, inputs, targets, h_0):
    steps, h, J = [], h_0, 0.0
    for x, y in zip(inputs, targets, strict=True):
        e = params["E"][x]
        new = np.tanh(h @ params["W_h"].T + e @ params["W_e"].T + params["b_1"])
        scores = np.exp(new @ params["U"].T + params["b_2"])
        probs = scores / scores.sum(axis=1, keepdims=True)
        J -= np.log(probs[np.arange(len(y)), y]).mean() / len(targets)
        steps.append({"x": x, "y": y, "e": e, "before": h, "after": new, "probs": probs})
        h = new
    d = {name: 0.0 for name in params}
    d["E"], d["h_0"] = np.zeros_like(params["E"]), np.zeros_like(h_0)
    while steps:
        step = steps.pop()
        step["probs"][np.arange(len(step["y"])), step["y"]] -= 1
        step["probs"] /= targets.size
        d["U"] = d["U"] + step["probs"].T @ step["after"]
        d["b_2"] = d["b_2"] + step["probs"].sum(0)
        dz = (step["probs"] @ params["U"] + d["h_0"]) * (1 - step["after"] ** 2)
        d["W_h"] = d["W_h"] + dz.T @ step["before"]
        d["W_e"] = d["W_e"] + dz.T @ step["e"]
        d["b_1"] = d["b_1"] + dz.sum(0)
        for b, x in enumerate(step["x"]):
            d["E"][x] += dz[b] @ params["W_e"]
        d["h_0"] = dz @ params["W_h"]
    return np.array(J), d


def bptt_all_products_at_the_end(params, inputs, targets, h_0):
    T, B = inputs.shape
    V, H = params["U"].shape
    x, y = np.eye(V)[inputs], np.eye(V)[targets]
    h = np.zeros((T + 1, B, H))
    h[0] = h_0
    table = params["E"] @ params["W_e"].T
    for t in range(T):
        h[t + 1] = np.tanh(h[t] @ params["W_h"].T + table[inputs[t]] + params["b_1"])
    z = h[1:] @ params["U"].T + params["b_2"]
    log_probs = z - np.logaddexp.reduce(z, axis=-1, keepdims=True)
    dscores = (np.exp(log_probs) - y) / (T * B)
    dz = np.zeros((T + 1, B, H))  # none comes from step T + 1
    for t in range(T - 1, -1, -1):
        dz[t] = (dscores[t] @ params["U"] + dz[t + 1] @ params["W_h"]) * (1 - h[t + 1] ** 2)
    dx = np.tensordot(dz[:T], x, axes=([0, 1], [0, 1]))  # one-hot: repeated tokens add up
    return [
        -(y * log_probs).sum() / (T * B),
        {
            "h_0": dz[0] @ params["W_h"],
            "W_h": np.tensordot(dz[:T], h[:T], axes=([0, 1], [0, 1])),
            "W_e": dx @ params["E"],
            "E": dx.T @ params["W_e"],
            "b_1": dz.sum(axis=(0, 1)),
            "U": np.tensordot(dscores, h[1:], axes=([0, 1], [0, 1])),
            "b_2": dscores.sum(axis=(0, 1)),
        },
    ]


def bptt_in_float32(params, inputs, targets, h_0):
    params = {name: array.astype(np.float32) for name, array in params.items()}
    return bptt_all_products_at_the_end(params, inputs, targets, h_0.astype(np.float32))


def truncated_loss_by_loss(params, e, h, dh, k1, k2):
    found = {name: np.zeros_like(params[name]) for name in ("W_h", "W_e", "b_1")}
    for t in range(len(e)):
        end = min(t - t % k1 + k1, len(e))  # of the block that this loss is in
        dz, at = dh[t] * (1 - h[t + 1] ** 2), t
        while True:
            found["W_h"] += dz.T @ h[at]
            found["W_e"] += dz.T @ e[at]
            found["b_1"] += dz.sum(axis=0)
            at -= 1
            if at < 0 or at < end - k2:
                break
            dz = dz @ params["W_h"] * (1 - h[at + 1] ** 2)
    return found


def truncated_in_float32_from_the_last_block(params, e, h, dh, k1, k2):
    T, H = len(e), len(params["b_1"])
    W_h, slopes = params["W_h"].astype(np.float32), (1 - h[1:] ** 2).astype(np.float32)
    weighted = np.zeros((T, e.shape[1], H), dtype=np.float32)
    for first in sorted(range(0, T, k1), reverse=True):
        end = T if first + k1 > T else first + k1
        back = np.zeros((e.shape[1], H), dtype=np.float32)
        for t in range(end - 1, max(-1, end - k2 - 1), -1):
            if t >= first:
                back = back + dh[t].astype(np.float32)
            dz = back * slopes[t]
            weighted[t] += dz
            back = dz @ W_h
    return {
        "W_h": np.einsum("tbi,tbj->ij", weighted, h[:-1]),
        "W_e": np.einsum("tbi,tbj->ij", weighted, e),
        "b_1": weighted.sum(axis=(0, 1)),
    }


def batches_by_index(stream, batch_size, steps):
    N = len(stream)
    L = (N - 1) // batch_size
    found = []
    for begin in range(0, L, steps):
        rows = range(begin, min(begin + steps, L))
        index = np.array([[b * L + t for b in range(batch_size)] for t in rows])
        found.append([stream[index], stream[index + 1]])
    return found


def batches_in_lists(stream, batch_size, steps):
    words = stream.tolist()
    L = (len(words) - 1) // batch_size
    read = [words[b * L : (b + 1) * L] for b in range(batch_size)]
    said = [words[b * L + 1 : (b + 1) * L + 1] for b in range(batch_size)]
    rows = [list(zip(*strands, strict=True)) for strands in (read, said)]
    pairs = []
    while rows[0]:
        pairs.append((rows[0][:steps], rows[1][:steps]))
        rows = [rows[0][steps:], rows[1][steps:]]
    return tuple(pairs)


def batches_by_windows(stream, batch_size, steps):
    L = (len(stream) - 1) // batch_size
    if L == 0:
        return []
    pairs = np.lib.stride_tricks.sliding_window_view(stream, 2)[: batch_size * L]
    strands = pairs.reshape(batch_size, L, 2).transpose(1, 0, 2)
    pieces = np.split(strands, range(steps, L, steps))
    return [(piece[..., 0], piece[..., 1]) for piece in pieces]


def sample_one_by_one_with_choice(params, prompt, how_many, length, temperature, seed):
    rng = np.random.default_rng(seed)
    V = len(params["b_2"])

    def read(h, x):
        return np.tanh(params["W_h"] @ h + params["W_e"] @ params["E"][x] + params["b_1"])

    texts = []
    for _ in range(how_many):
        h = np.zeros(len(params["b_1"]))
        for x in prompt:
            h = read(h, x)
        text = []
        while len(text) < length:
            z = (params["U"] @ h + params["b_2"]) / temperature
            p = np.exp(z - max(z))
            text.append(int(rng.choice(V, p=p / sum(p))))
            h = read(h, text[-1])
        texts.append(text)
    return texts


def sample_with_gumbel_noise(params, prompt, how_many, length, temperature, seed):
    rng = np.random.default_rng(seed)
    h = np.zeros((how_many, params["W_h"].shape[0]))
    texts = np.zeros((how_many, length), dtype=np.int32)
    for t in range(-len(prompt), length):
        if t >= 0:
            z = h @ params["U"].T + params["b_2"]
            texts[:, t] = (z / temperature + rng.gumbel(size=z.shape)).argmax(axis=1)
        x = texts[:, t] if t >= 0 else prompt[t]
        h = np.tanh(h @ params["W_h"].T + params["E"][x] @ params["W_e"].T + params["b_1"])
    return texts


def sample_with_torch(params, prompt, how_many, length, temperature, seed):
    import torch

    chance = torch.Generator().manual_seed(seed)
    w = {name: torch.from_numpy(array) for name, array in params.items()}
    h = torch.zeros(how_many, len(w["b_1"]), dtype=torch.float64)
    reads, written = list(prompt), []
    while True:
        x = torch.full((how_many,), reads.pop(0)) if reads else written[-1]
        h = torch.tanh(h @ w["W_h"].T + w["E"][x] @ w["W_e"].T + w["b_1"])
        if not reads:
            if len(written) == length:
                return torch.stack(written, dim=1)
            p = torch.softmax((h @ w["U"].T + w["b_2"]) / temperature, dim=1)
            written.append(torch.multinomial(p, 1, generator=chance)[:, 0])


VARIANTS = {
    "cell": (step_text_by_text, step_of_joined_vectors_in_float32, step_with_torch),
    "unroll": (unroll_into_one_array, unroll_number_by_number),
    "loss": (loss_number_by_number, loss_with_torch, loss_by_logaddexp),
    "step_back": (step_back_text_by_text, step_back_with_einsum_in_float32),
    "bptt": (bptt_with_a_cache_of_steps, bptt_all_products_at_the_end, bptt_in_float32),
    "truncated": (truncated_loss_by_loss, truncated_in_float32_from_the_last_block),
    "batches": (batches_by_index, batches_in_lists, batches_by_windows),
    "sampling": (sample_one_by_one_with_choice, sample_with_gumbel_noise, sample_with_torch),
}
