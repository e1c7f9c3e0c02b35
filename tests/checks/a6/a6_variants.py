"""Right answers to a6, written otherwise than ours: each has to pass, whatever it is built of."""

# mypy: disallow-untyped-defs=False, check-untyped-defs=False

import math

import numpy as np


def tag_probs_word_by_word(params, ids, lengths):
    T, B = ids.shape
    probs = np.zeros((T, B, len(params["b_2"])), dtype=np.float32)
    for b in range(B):
        h = np.zeros(len(params["b_1"]))
        for t in range(lengths[b]):
            h = np.tanh(params["W_h"] @ h + params["W_e"] @ params["E"][ids[t, b]] + params["b_1"])
            z = params["U"] @ h + params["b_2"]
            exp = np.exp(z - max(z))
            probs[t, b] = exp / exp.sum()
    return probs


def tag_probs_with_torch(params, ids, lengths):
    import torch

    E, W_h, W_e, b_1, U, b_2 = (torch.tensor(params[name]) for name in ("E", "W_h", "W_e", "b_1", "U", "b_2"))
    h, rows = torch.zeros(ids.shape[1], len(b_1), dtype=torch.float64), []
    for row in torch.tensor(ids):
        h = torch.tanh(h @ W_h.T + E[row] @ W_e.T + b_1)
        rows.append(torch.softmax(h @ U.T + b_2, dim=-1))
    probs = torch.stack(rows)
    probs[torch.arange(len(ids))[:, None] >= torch.tensor(lengths)] = 0
    return probs


def tag_loss_with_lists(log_probs, tags, lengths):
    total, hits, words = 0.0, 0, 0
    for b in range(len(lengths)):
        for t in range(lengths[b]):
            row = log_probs[t][b].tolist()
            total -= row[tags[t][b]]
            hits += row.index(max(row)) == tags[t][b]
            words += 1
    return [total / words, hits / words]


def tag_loss_sentence_by_sentence(log_probs, tags, lengths):
    parts = [(log_probs[:n, b], tags[:n, b]) for b, n in enumerate(lengths)]
    rows = np.concatenate([part[0] for part in parts]).astype(np.float32)
    right = np.concatenate([part[1] for part in parts])
    J = -np.take_along_axis(rows, right[:, None], axis=1).mean()
    return J, np.count_nonzero(rows.argmax(axis=1) == right) / len(right)


def encode_with_a_table(h, lengths, encoding):
    how = {"final": lambda own: own[-1], "max": lambda own: own.max(0), "mean": lambda own: own.mean(0)}
    return np.stack([how[encoding](h[:n, b]) for b, n in enumerate(lengths)])


def encode_with_weights(h, lengths, encoding):
    inside = np.arange(len(h))[:, None] < lengths
    clean = np.array(h, dtype=np.float32)
    clean[~inside] = -9 if encoding == "max" else 0
    if encoding == "max":
        return np.max(clean, axis=0)
    last = np.arange(len(h))[:, None] == lengths - 1
    weights = last if encoding == "final" else inside / lengths
    return np.einsum("tb,tbk->bk", weights, clean)


def encode_with_running_values(h, lengths, encoding):
    result = np.copy(h[0])
    for t in range(1, len(h)):
        going_on = (t < lengths)[:, None]
        new = {"final": h[t], "max": np.fmax(result, h[t]), "mean": result + h[t]}[encoding]
        result = np.where(going_on, new, result)
    return result / lengths[:, None] if encoding == "mean" else result


def encode_backward_with_loops(dv, h, lengths, encoding):
    T, B, H = h.shape
    dh = np.zeros((T, B, H), dtype=np.float32)
    for b in range(B):
        n = lengths[b]
        for k in range(H):
            column = h[:n, b, k].tolist()
            at = {"final": [n - 1], "max": [column.index(max(column))], "mean": range(n)}[encoding]
            for t in at:
                dh[t, b, k] += dv[b, k] / len(at)
    return dh


def encode_backward_by_autograd(dv, h, lengths, encoding):
    import torch

    states = torch.tensor(h, requires_grad=True)
    rows = []
    for b, n in enumerate(lengths.tolist()):
        own = states[:n, b]
        rows.append({"final": own[-1], "max": own.max(dim=0).values, "mean": own.mean(dim=0)}[encoding])
    (torch.stack(rows) * torch.tensor(dv)).sum().backward()
    return states.grad


def bidirectional_sentence_by_sentence(left_to_right, right_to_left, x, lengths):
    def step(params, h, x_t):
        return np.tanh(params["W_h"] @ h + params["W_e"] @ x_t + params["b_1"])

    L, R = len(left_to_right["b_1"]), len(right_to_left["b_1"])
    result = np.zeros((len(x), x.shape[1], L + R))
    for b, n in enumerate(lengths):
        left, right = np.zeros(L), np.zeros(R)
        for t in range(n):
            left = step(left_to_right, left, x[t, b])
            result[t, b, :L] = left
        for t in reversed(range(n)):
            right = step(right_to_left, right, x[t, b])
            result[t, b, L:] = right
    return result.astype(np.float32)


def bidirectional_holding_the_state_at_zero(left_to_right, right_to_left, x, lengths):
    """Reads the padding too, but the state is set to 0 as long as no word has come."""
    halves = []
    for params, order in ((left_to_right, range(len(x))), (right_to_left, range(len(x) - 1, -1, -1))):
        h = np.zeros((x.shape[1], len(params["b_1"])))
        rows = [None] * len(x)
        for t in order:
            h = np.tanh(h @ params["W_h"].T + x[t] @ params["W_e"].T + params["b_1"])
            h = h * (t < lengths)[:, None]
            rows[t] = h
        halves.append(np.stack(rows))
    return np.dstack(halves)


def stacked_word_by_word(layers, x, h_0, skip):
    states, tops = [np.array(state) for state in h_0], []
    for x_t in x:
        levels = [x_t]
        for k, params in enumerate(layers):
            below = np.hstack(levels) if skip == "dense" else levels[-1]
            states[k] = np.tanh(states[k] @ params["W_h"].T + below @ params["W_e"].T + params["b_1"])
            adds = skip == "residual" and below.shape == states[k].shape
            levels.append(states[k] + below if adds else states[k])
        tops.append(levels[-1])
    return tops, tuple(states)


def stacked_in_place_and_float32(layers, x, h_0, skip):
    read, y, last = x.astype(np.float32), x.astype(np.float32), []
    for params, start in zip(layers, h_0, strict=True):
        W_h, W_e, b_1 = (params[name].astype(np.float32) for name in ("W_h", "W_e", "b_1"))
        y = read @ W_e.T + b_1
        h = start.astype(np.float32)
        for t in range(len(y)):
            h = y[t] = np.tanh(y[t] + h @ W_h.T)
        last.append(h.copy())
        if skip == "residual" and read.shape == y.shape:
            y += read
        read = np.concatenate([read, y], axis=2) if skip == "dense" else y
    return y, last


def conditional_as_one_batch(encoder, decoder, source, source_lengths, target, target_lengths):
    B = source.shape[1]
    s = np.zeros((B, len(encoder["b_1"])))
    for t, row in enumerate(source):
        new = np.tanh(s @ encoder["W_h"].T + encoder["E"][row] @ encoder["W_e"].T + encoder["b_1"])
        s = np.where((t < source_lengths)[:, None], new, s)
    inputs = np.vstack([np.zeros((1, B), dtype=int), target])
    h, total = s, np.zeros(B)
    for t, row in enumerate(inputs):
        h = np.tanh(h @ decoder["W_h"].T + decoder["E"][row] @ decoder["W_e"].T + decoder["b_1"])
        z = h @ decoder["U"].T + decoder["b_2"]
        log_p = z - np.logaddexp.reduce(z, axis=1, keepdims=True)
        word = np.where(t < target_lengths, target[min(t, len(target) - 1)], 1)
        total += np.where(t <= target_lengths, log_p[np.arange(B), word], 0.0)
    return total, -total.sum() / (target_lengths.sum() + B)


def conditional_without_s_start_token(encoder, decoder, source, source_lengths, target, target_lengths):
    """`<s>` cannot be predicted at all; its score is so low that this is the same."""
    found, tokens = [], 0
    for b in range(len(source_lengths)):
        h = np.zeros(len(encoder["b_1"]))
        for word in source[: source_lengths[b], b].tolist():
            h = np.tanh(encoder["W_h"] @ h + encoder["W_e"] @ encoder["E"][word] + encoder["b_1"])
        log_p, read = 0.0, 0
        for word in [*target[: target_lengths[b], b].tolist(), 1]:
            h = np.tanh(decoder["W_h"] @ h + decoder["W_e"] @ decoder["E"][read] + decoder["b_1"])
            z = decoder["U"] @ h + decoder["b_2"]
            log_p += z[word] - math.log(np.exp(z[1:]).sum())
            read, tokens = word, tokens + 1
        found.append(log_p)
    return found, -math.fsum(found) / tokens


def translate_with_vectors(encoder, decoder, source, max_words):
    h = np.zeros(len(encoder["b_1"]), dtype=np.float32)
    for word in source:
        h = np.tanh(encoder["W_h"] @ h + encoder["W_e"] @ encoder["E"][word] + encoder["b_1"])
    written = [0]
    for _ in range(max_words):
        h = np.tanh(decoder["W_h"] @ h + decoder["W_e"] @ decoder["E"][written[-1]] + decoder["b_1"])
        probs = np.exp(decoder["U"] @ h + decoder["b_2"])
        word = np.argmax(probs / probs.sum())
        if word == 1:
            break
        written.append(word)
    return np.array(written[1:])


def translate_by_recursion(encoder, decoder, source, max_words):
    def read(params, h, word):
        return np.tanh(params["W_h"] @ h + params["W_e"] @ params["E"][word] + params["b_1"])

    def go_on(h, word, left):
        if left == 0:
            return ()
        h = read(decoder, h, word)
        z = (decoder["U"] @ h + decoder["b_2"]).tolist()
        z[0] = -math.inf
        best = max(range(len(z)), key=z.__getitem__)
        return () if best == 1 else (best, *go_on(h, best, left - 1))

    h = np.zeros(len(encoder["b_1"]))
    for word in source:
        h = read(encoder, h, word)
    return go_on(h, 0, max_words)


def look_ahead_distance_by_distance(model, ids):
    def log_probs_by_hand(words):
        before = [0, *words[:-1]]
        E, mean = model["E"], model["E"][words].mean(axis=0)
        h, found = np.zeros(len(model["b_1"])), []
        for t, word in enumerate(before):
            x_t = E[word] - model["centre"] * mean
            h = np.tanh(model["W_h"] @ h + model["W_e"] @ x_t + model["b_1"])
            z = model["U"] @ h + model["b_2"]
            for k, A in enumerate(model["ahead"]):
                if t + k + 1 < len(words):
                    z = z + A @ E[words[t + k + 1]]
            found.append(z[words[t]] - np.logaddexp.reduce(z))
        return found

    words = ids.tolist()
    right = log_probs_by_hand(words)
    result = []
    for d in range(1, len(words)):
        worst = 0.0
        for s in range(len(words) - d):
            for other in range(len(model["E"])):
                changed = [*words[: s + d], other, *words[s + d + 1 :]]
                worst = max(worst, abs(log_probs_by_hand(changed)[s] - right[s]))
        result.append(worst)
    return result


VARIANTS = {
    "tag_probs": (tag_probs_word_by_word, tag_probs_with_torch),
    "tag_loss": (tag_loss_with_lists, tag_loss_sentence_by_sentence),
    "encode": (encode_with_a_table, encode_with_weights, encode_with_running_values),
    "encode_backward": (encode_backward_with_loops, encode_backward_by_autograd),
    "bidirectional": (bidirectional_sentence_by_sentence, bidirectional_holding_the_state_at_zero),
    "stacked": (stacked_word_by_word, stacked_in_place_and_float32),
    "conditional": (conditional_as_one_batch, conditional_without_s_start_token),
    "translate": (translate_with_vectors, translate_by_recursion),
    "look_ahead": (look_ahead_distance_by_distance,),
}
