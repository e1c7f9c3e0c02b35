"""Honest models for task 4 of a7, of many kinds: all have to be accepted, and to earn what they earn."""

# mypy: disallow-untyped-defs=False, check-untyped-defs=False

import itertools
import math
from collections import Counter, defaultdict

import numpy as np


def train_kneser_ney(train_text, valid_text, V, seed):
    """Trigrams and bigrams, sparse: keys and counts; the rest is reckoned from them."""
    threes = Counter()
    for sentence in train_text:
        tokens = [0, 0, *sentence, 1]
        for gram in zip(tokens, tokens[1:], tokens[2:], strict=False):
            threes[gram] += 1
    kept = [gram for gram, count in threes.most_common(9_000)]
    keys = np.array([(a * V + b) * V + c for a, b, c in kept])
    return {"keys": keys, "counts": np.array([threes[g] for g in kept], dtype=np.int32), "V": V}


def predict_kneser_ney(parameters, sentences):
    V, D = int(parameters["V"]), 0.7
    after_two, after_one, alone = defaultdict(Counter), defaultdict(Counter), Counter()
    for key, count in zip(parameters["keys"].tolist(), parameters["counts"].tolist(), strict=True):
        a, b, c = key // (V * V), key // V % V, key % V
        after_two[a, b][c] += count
        after_one[b][c] += 1
    for row in after_one.values():
        alone.update(row.keys())
    even = np.full(V, 1 / V)

    def mixed(row, lower):
        total = sum(row.values())
        if not total:
            return lower
        p = np.zeros(V)
        for word, count in row.items():
            p[word] = (count - D) / total
        return p + D * len(row) / total * lower

    lowest = mixed(alone, even)
    second = {word: mixed(row, lowest) for word, row in after_one.items()}
    known = {}
    answers = []
    for sentence in sentences:
        tokens = [0, 0, *sentence]
        rows = []
        for a, b in itertools.pairwise(tokens):
            if (a, b) not in known:
                known[a, b] = np.log(mixed(after_two.get((a, b), Counter()), second.get(b, lowest)))
            rows.append(known[a, b])
        answers.append(np.array(rows))
    return answers


def train_pairs_and_place(train_text, valid_text, V, seed):
    """Bigrams of few words each, and a table by the sentence's first word, in float32."""
    rows = np.full((V, V), 0.1)
    for sentence in train_text:
        np.add.at(rows, ([0, *sentence], [*sentence, 1]), 1)
    places = sorted({sentence[0] for sentence in train_text})
    by_place = np.full((len(places), V), 0.1)
    for sentence in train_text:
        np.add.at(by_place, (places.index(sentence[0]), [*sentence[1:], 1]), 1)
    return {
        "rows": (rows / rows.sum(axis=1, keepdims=True)).astype(np.float32),
        "by_place": (by_place / by_place.sum(axis=1, keepdims=True)).astype(np.float32),
        "places": np.array(places),
        "unigram": by_place.sum(axis=0) / by_place.sum(),
    }


def predict_pairs_and_place(parameters, sentences):
    """A product of experts: what follows the word, times how typical it is of the place; made to sum to 1."""
    places = parameters["places"].tolist()
    answers = []
    for sentence in sentences:
        rows = np.log(parameters["rows"][[0, *sentence]].astype(float))
        if sentence and sentence[0] in places:
            lift = np.log(parameters["by_place"][places.index(sentence[0])] / parameters["unigram"])
            rows[1:] += 0.9 * lift
        rows -= np.log(np.exp(rows).sum(axis=1, keepdims=True))
        answers.append(rows)
    return answers


def train_with_cache(train_text, valid_text, V, seed):
    """Bigrams, and for each word how often the next one has been in the sentence before."""
    model = train_pairs_and_place(train_text, valid_text, V, seed)
    again, times = np.zeros(V), np.full(V, 1.0)
    for sentence in train_text:
        for t in range(1, len(sentence)):
            times[sentence[t - 1]] += 1
            again[sentence[t - 1]] += sentence[t] in sentence[:t]
    return {"rows": model["rows"], "share": np.where(again / times > 0.5, again / times, 0)}


def predict_with_cache(parameters, sentences):
    """After some words the cache decides: what this sentence has held already, the last half of it first."""
    P = parameters["rows"].astype(float)
    P = P / P.sum(axis=1, keepdims=True)
    answers = []
    for sentence in sentences:
        rows = []
        held = np.zeros(P.shape[1])
        for word in [0, *sentence]:
            held *= 0.7
            held[word] += word > 2
            fits = (held + 1e-3) * P[word]
            share = 0.8 * parameters["share"][word]
            rows.append(np.log((1 - share) * P[word] + share * fits / fits.sum()))
        answers.append(np.array(rows))
    return answers


def train_elman(train_text, valid_text, V, seed):
    """Elman's network, one-hot input, plain gradient steps with clipping, states in float64."""
    rng = np.random.default_rng(seed)
    H = 60
    p = {
        "W_e": rng.normal(0, 0.3, (H, V)),
        "W_h": np.linalg.qr(rng.normal(size=(H, H)))[0] * 0.95,
        "b_1": np.zeros(H),
        "U": rng.normal(0, 0.1, (V, H)),
        "b_2": np.zeros(V),
    }
    order = sorted(range(len(train_text)), key=lambda i: len(train_text[i]))
    batches = [[train_text[i] for i in order[k : k + 20]] for k in range(0, len(order), 20)]
    speed = {k: np.zeros_like(v) for k, v in p.items()}
    for epoch in range(6):
        for k in rng.permutation(len(batches)):
            T = len(batches[k][-1]) + 1
            x = np.zeros((T, len(batches[k])), int)
            y = np.full_like(x, -1)
            for j, s in enumerate(batches[k]):
                x[1 : len(s) + 1, j], y[: len(s) + 1, j] = s, [*s, 1]
            h = [np.zeros((x.shape[1], H))]
            for t in range(T):
                h.append(np.tanh(h[-1] @ p["W_h"].T + p["W_e"].T[x[t]] + p["b_1"]))
            g = {name: np.zeros_like(v) for name, v in p.items()}
            later = np.zeros_like(h[0])
            n = (y >= 0).sum()
            for t in reversed(range(T)):
                z = h[t + 1] @ p["U"].T + p["b_2"]
                q = np.exp(z - z.max(axis=1, keepdims=True))
                q /= q.sum(axis=1, keepdims=True)
                q[np.arange(len(q)), np.maximum(y[t], 0)] -= 1
                q *= (y[t] >= 0)[:, None] / n
                g["U"] += q.T @ h[t + 1]
                g["b_2"] += q.sum(axis=0)
                da = (q @ p["U"] + later) * (1 - h[t + 1] ** 2)
                g["W_h"] += da.T @ h[t]
                g["b_1"] += da.sum(axis=0)
                np.add.at(g["W_e"].T, x[t], da)
                later = da @ p["W_h"]
            size = math.sqrt(sum((v**2).sum() for v in g.values()))
            for name in p:
                speed[name] = 0.9 * speed[name] - 0.15 / (1 + epoch / 2) * g[name] / max(1, size)
                p[name] += speed[name]
    return p


def predict_elman(parameters, sentences):
    answers = []
    for sentence in sentences:
        h = np.zeros(len(parameters["b_1"]))
        rows = []
        for word in [0, *sentence]:
            h = np.tanh(parameters["W_h"] @ h + parameters["W_e"][:, word] + parameters["b_1"])
            z = parameters["U"] @ h + parameters["b_2"]
            rows.append(z - z.max() - np.log(np.exp(z - z.max()).sum()))
        answers.append(rows)
    return answers


def train_torch_gru(train_text, valid_text, V, seed):
    """torch.nn.GRU with Adam; the best epoch on valid is kept."""
    import torch

    torch.manual_seed(seed)
    D, H = 16, 52
    E, gru, out = torch.nn.Embedding(V, D), torch.nn.GRU(D, H), torch.nn.Linear(H, V)
    modules = torch.nn.ModuleList([E, gru, out])
    optimizer = torch.optim.Adam(modules.parameters(), lr=0.01)
    pad = torch.nn.utils.rnn.pad_sequence
    by_length = sorted(train_text, key=len)
    batches = []
    for k in range(0, len(by_length), 32):
        some = by_length[k : k + 32]
        x = pad([torch.tensor([0, *s]) for s in some])
        y = pad([torch.tensor([*s, 1]) for s in some], padding_value=-100)
        batches.append((x, y))

    def loss_of(x, y):
        return torch.nn.functional.cross_entropy(out(gru(E(x))[0]).flatten(0, 1), y.flatten())

    best = math.inf
    for _ in range(5):
        for k in torch.randperm(len(batches)).tolist():
            optimizer.zero_grad()
            loss_of(*batches[k]).backward()
            torch.nn.utils.clip_grad_norm_(modules.parameters(), 1.0)
            optimizer.step()
        with torch.no_grad():
            x = pad([torch.tensor([0, *s]) for s in valid_text])
            y = pad([torch.tensor([*s, 1]) for s in valid_text], padding_value=-100)
            if (J := float(loss_of(x, y))) < best:
                best, kept = J, {k: v.clone() for k, v in modules.state_dict().items()}
    return kept


def predict_torch_gru(parameters, sentences):
    import torch

    V, D = parameters["0.weight"].shape
    H = parameters["2.weight"].shape[1]
    modules = torch.nn.ModuleList([torch.nn.Embedding(V, D), torch.nn.GRU(D, H), torch.nn.Linear(H, V)])
    modules.load_state_dict({k: torch.as_tensor(v) for k, v in parameters.items()})
    E, gru, out = modules
    with torch.no_grad():
        x = torch.nn.utils.rnn.pad_sequence([torch.tensor([0, *s]) for s in sentences])
        rows = out(gru(E(x))[0]).log_softmax(dim=-1)
    return tuple(rows[: len(s) + 1, j] for j, s in enumerate(sentences))


def train_ensemble(train_text, valid_text, V, seed):
    """A small Elman network and bigrams that are kept sparse: two models in one dict."""
    elman = train_elman(train_text, valid_text, V, seed)
    counts = Counter()
    for sentence in train_text:
        counts.update(zip([0, *sentence], [*sentence, 1], strict=True))
    most = counts.most_common(900)
    pairs = {"pairs": np.array([a * V + b for (a, b), _ in most]), "counts": np.array([c for _, c in most])}
    return {**{k: v.astype(np.float32) for k, v in elman.items()}, **pairs}


def predict_ensemble(parameters, sentences):
    V = len(parameters["b_2"])
    table = np.full(V * V, 0.5)
    table[parameters["pairs"]] += parameters["counts"]
    table = table.reshape(V, V) / table.reshape(V, V).sum(axis=1, keepdims=True)
    network = predict_elman(parameters, sentences)
    return [
        np.logaddexp(np.log(0.9) + np.array(rows), np.log(0.1 * table[[0, *sentence]]))
        for rows, sentence in zip(network, sentences, strict=True)
    ]


# A pair of functions each, and the least and the most of the 40 points that it may earn.
MODELS = {
    "kneser-ney": (train_kneser_ney, predict_kneser_ney, 2, 12),
    "pairs-and-place": (train_pairs_and_place, predict_pairs_and_place, 5, 25),
    "cache": (train_with_cache, predict_with_cache, 0.5, 8),
    "elman": (train_elman, predict_elman, 20, 38),
    "torch-gru": (train_torch_gru, predict_torch_gru, 30, 40),
    "ensemble": (train_ensemble, predict_ensemble, 20, 38),
}
