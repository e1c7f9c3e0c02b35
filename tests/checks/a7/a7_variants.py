"""Right answers to a7, written otherwise than ours: each has to pass, whatever it is built of."""

# mypy: disallow-untyped-defs=False, check-untyped-defs=False

import bisect
import itertools
import math
from collections import OrderedDict

import numpy as np


def prepare_with_slices_and_arrays(documents, every, min_count):
    train_documents = [d for i, d in enumerate(documents) if i % every < every - 2]
    valid = list(itertools.chain.from_iterable(documents[every - 2 :: every]))
    test = list(itertools.chain.from_iterable(documents[every - 1 :: every]))
    train = list(itertools.chain.from_iterable(train_documents))
    test = [s for s in test if s not in train and s not in valid]
    valid = [s for s in valid if s not in train]
    found, counts = np.unique([w for s in train for w in s] or ["a"], return_counts=True)
    order = np.lexsort((found, -counts))
    vocabulary = np.array(["<s>", "</s>", "<unk>", *[found[i] for i in order if counts[i] >= min_count]])
    if not train:
        vocabulary = vocabulary[:3]
    place = {word: np.int64(i) for i, word in enumerate(vocabulary)}
    parts = OrderedDict(test=test, valid=valid, train=train)
    result = {k: np.array([place.get(w, 2) for s in p for w in [*s, "</s>"]]) for k, p in parts.items()}
    return {**result, "vocabulary": vocabulary}


def prepare_sentence_by_sentence(documents, every, min_count):
    seen, kept = {"train": set(), "valid": set()}, {"train": [], "valid": [], "test": []}
    for number, document in enumerate(documents):
        if (number + 1) % every and (number + 2) % every:
            for sentence in document:
                kept["train"].append(list(sentence))
                seen["train"].add(" ".join(sentence))
    for number, document in enumerate(documents):
        for sentence in document:
            text = " ".join(sentence)
            if (number + 2) % every == 0 and text not in seen["train"]:
                kept["valid"].append(sentence)
            if (number + 2) % every == 0:
                seen["valid"].add(text)
    for document in documents[every - 1 :: every]:
        for sentence in document:
            if " ".join(sentence) not in seen["train"] | seen["valid"]:
                kept["test"].append(sentence)
    frequency = {}
    for word in itertools.chain(*kept["train"]):
        frequency[word] = frequency.get(word, 0) + 1
    pairs = sorted((-n, word) for word, n in frequency.items())
    vocabulary = ["<s>", "</s>", "<unk>"] + [word for n, word in pairs if -n >= min_count]

    def number_of(word):
        return vocabulary.index(word) if word in vocabulary else 2

    streams = {name: [] for name in kept}
    for name, part in kept.items():
        for sentence in part:
            streams[name].extend(map(number_of, sentence))
            streams[name].append(1)
    return {"vocabulary": tuple(vocabulary), **streams}


def hidden_by_the_quadratic_formula(kind, V, D, layers, budget):
    g = dict(elman=1, gru=3, lstm=4)[kind]
    a, b, c = g * (2 * layers - 1), g * (D + layers) + V, V * D + V
    if budget < a + b + c:
        return (0, 0)
    H = int((-b + math.sqrt(b * b - 4 * a * (c - budget))) / (2 * a)) + 1
    while a * H * H + b * H + c > budget:
        H -= 1
    return np.array([H, a * H * H + b * H + c])


def hidden_by_bisection(kind, V, D, layers, budget):
    triples = {"elman": 1, "gru": 3, "lstm": 4}

    def size(H):
        total, reads = V * D + H * V + V, D
        for _ in range(layers):
            total += triples[kind] * H * (reads + H + 1)
            reads = H
        return total

    H = bisect.bisect_right(range(1, budget + 2), budget, key=size)
    return [H, size(H) if H else 0]


def weights_in_the_log_domain(log_probs, steps):
    M, T = log_probs.shape
    log_weights = np.full(M, -np.log(M))
    for _ in range(steps):
        joint = log_weights[:, None] + log_probs
        with np.errstate(divide="ignore"):
            log_weights = np.logaddexp.reduce(joint - np.logaddexp.reduce(joint, axis=0), axis=1) - np.log(T)
    return np.exp(log_weights)


def weights_token_by_token(log_probs, steps):
    models, tokens = range(len(log_probs)), range(len(log_probs[0]))
    weights = [1 / len(models) for _ in models]
    for _ in range(steps):
        votes = [0.0 for _ in models]
        for t in tokens:
            highest = max(log_probs[m][t] for m in models)
            parts = [weights[m] * math.exp(log_probs[m][t] - highest) for m in models]
            for m in models:
                votes[m] += parts[m] / sum(parts)
        weights = [vote / len(tokens) for vote in votes]
    return weights


def weights_with_torch(log_probs, steps):
    import torch

    log_p = torch.tensor(log_probs)
    log_w = torch.full((len(log_p), 1), -math.log(len(log_p)), dtype=torch.float64)
    for _ in range(steps):
        log_w = (log_w + log_p).softmax(dim=0).mean(dim=1, keepdim=True).log()
    return log_w.exp().squeeze(1).float()


def curve_in_one_pass(train_losses, valid_losses, patience):
    best, waited, lowest = 0, 0, math.inf
    for epoch, loss in enumerate(valid_losses):
        if loss < lowest:
            best, lowest, waited = epoch, loss, 0
        else:
            waited += 1
        if waited == patience:
            break
    return {
        "gap": valid_losses[best] - train_losses[best],
        "perplexity": np.exp(np.float32(lowest)),
        "stop": epoch + 1,
        "best": best + 1,
    }


def curve_with_running_minima(train_losses, valid_losses, patience):
    losses = np.where(np.isnan(valid_losses), np.inf, valid_losses)
    lowest = np.minimum.accumulate(losses)
    is_new = np.r_[True, losses[1:] < lowest[:-1]]
    last_best = np.maximum.accumulate(np.where(is_new, np.arange(len(losses)), 0))
    late = np.flatnonzero(np.arange(len(losses)) - last_best >= patience)
    stop = int(late[0]) if len(late) else len(losses) - 1
    best = last_best[stop]
    J = losses[best]
    return {"best": best + 1, "stop": stop + 1, "perplexity": np.exp(J), "gap": J - train_losses[best]}


VARIANTS = {
    "protocol": (prepare_with_slices_and_arrays, prepare_sentence_by_sentence),
    "budget": (hidden_by_the_quadratic_formula, hidden_by_bisection),
    "mixture": (weights_in_the_log_domain, weights_token_by_token, weights_with_torch),
    "curve": (curve_in_one_pass, curve_with_running_minima),
}
