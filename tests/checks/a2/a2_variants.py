"""Right answers to a2, written otherwise than ours: each has to pass, whatever it is built of."""

# mypy: disallow-untyped-defs=False, check-untyped-defs=False

import itertools
import math
from collections import Counter, OrderedDict, deque

import numpy as np


def vocabulary_by_sorting(sentences, min_count):
    counts = {}
    for sentence in sentences:
        for word in sentence:
            counts[word] = counts.get(word, 0) + 1
    counts.pop("<unk>", None)
    ordered = sorted(counts.items(), key=lambda item: item[1], reverse=True)  # keeps the order of ties
    return ("<s>", "</s>", "<unk>", *(word for word, count in ordered if count >= min_count))


def vocabulary_with_numpy(sentences, min_count):
    words = np.array([word for sentence in sentences for word in sentence if word != "<unk>"], dtype=str)
    different, first, counts = np.unique(words, return_index=True, return_counts=True)
    order = np.lexsort((first, -counts))
    kept = different[order][counts[order] >= min_count]
    return np.concatenate([["<s>", "</s>", "<unk>"], kept])


def vocabulary_with_ids(sentences, min_count):
    counts = Counter(itertools.chain.from_iterable(sentences))
    ids = OrderedDict({"<s>": 0, "</s>": 1, "<unk>": 2})
    for word, count in counts.most_common():
        if count >= min_count:
            ids.setdefault(word, len(ids))
    return list(ids)


def encode_with_an_array(tokens, sentences):
    flat = [word for sentence in sentences for word in [*sentence, "</s>"]]
    return np.array([tokens.index(word) if word in tokens else tokens.index("<unk>") for word in flat])


def encode_with_try(tokens, sentences):
    ids = dict(zip(tokens, range(len(tokens)), strict=True))
    stream = ()
    for sentence in sentences:
        for word in sentence:
            try:
                stream += (ids[word],)
            except KeyError:
                stream += (ids["<unk>"],)
        stream += (ids["</s>"],)
    return stream


def decode_by_cutting(tokens, stream):
    stream = np.asarray(stream, dtype=int)
    pieces = np.split(stream, np.flatnonzero(stream == 1) + 1)
    return [[tokens[i] for i in piece if i != 1] for piece in pieces if len(piece)]


def decode_with_a_generator(tokens, stream):
    words = np.array(tokens)

    def sentences():
        sentence = []
        for number in map(int, stream):
            if tokens[number] == "</s>":
                yield sentence
                sentence = []
            else:
                sentence.append(words[number])  # np.str_
        if sentence:
            yield sentence

    return list(sentences())


def windows_sentence_by_sentence(stream, k):
    contexts, targets, sentence = [], [], []
    for token in stream:
        sentence.append(int(token))
        if token == 1:
            padded = [0] * k + sentence
            contexts += [padded[i : i + k] for i in range(len(sentence))]
            targets += sentence
            sentence = []
    padded = [0] * k + sentence
    contexts += [padded[i : i + k] for i in range(len(sentence))]
    return contexts, targets + sentence


def windows_without_a_loop_over_tokens(stream, k):
    N = len(stream)
    begin = np.maximum.accumulate(np.where(np.r_[True, stream[:-1] == 1], np.arange(N), 0))
    contexts = np.zeros((N, k), dtype=np.int32)
    for back in range(1, k + 1):
        source = np.arange(N) - back
        inside = source >= begin
        contexts[inside, k - back] = stream[source[inside]]
    return contexts, stream


def windows_with_a_deque(stream, k):
    window = deque([0] * k, maxlen=k)
    contexts = np.empty((len(stream), k))  # floats
    for row, token in enumerate(stream):
        contexts[row] = window
        window.extend([0] * k if token == 1 else [token])
    return contexts, list(stream)


def forward_with_loops(params, contexts):
    E, W, b_1, U, b_2 = (params[name] for name in ("E", "W", "b_1", "U", "b_2"))
    e, h, z = [], [], []
    for context in contexts:
        row = [number for word in context for number in E[word]]
        e.append(row)
        a = [b + sum(w * x for w, x in zip(line, row, strict=True)) for line, b in zip(W, b_1, strict=True)]
        h.append([math.tanh(number) for number in a])
        z.append(
            [b + sum(u * x for u, x in zip(line, h[-1], strict=True)) for line, b in zip(U, b_2, strict=True)]
        )
    return np.array(e), np.array(h), np.array(z)


def forward_by_blocks_of_w(params, contexts):
    E, W = params["E"], params["W"]
    D = E.shape[1]
    places = range(contexts.shape[1])
    e = np.concatenate([E[contexts[:, j]] for j in places], axis=1)
    a = sum(E[contexts[:, j]] @ W[:, j * D : (j + 1) * D].T for j in places) + params["b_1"]
    h = 1 - 2 / (np.exp(2 * a) + 1)
    return [e, h, np.einsum("bh,vh->bv", h, params["U"]) + params["b_2"]]


def forward_in_float32_with_torch(params, contexts):
    import torch

    p = {name: torch.tensor(array, dtype=torch.float32) for name, array in params.items()}
    e = torch.nn.functional.embedding(torch.tensor(contexts), p["E"]).flatten(1)
    h = torch.tanh(torch.nn.functional.linear(e, p["W"], p["b_1"]))
    return e, h, torch.nn.functional.linear(h, p["U"], p["b_2"])


def cross_entropy_with_loops(z, targets, mask):
    losses = []
    for scores, target, counts in zip(z.tolist(), targets, mask, strict=True):
        if counts:
            largest = max(scores)
            total = sum(math.exp(score - largest) for score in scores)
            losses.append(largest - scores[target] + math.log(total))
    return sum(losses) / len(losses)


def cross_entropy_in_place_on_a_copy(z, targets, mask):
    z = z.copy()
    z -= z.max(axis=-1, keepdims=True)
    z -= np.log(np.exp(z).sum(axis=-1, keepdims=True))
    weights = mask / mask.sum()
    return -(np.take_along_axis(z, targets[:, None] % z.shape[1], axis=1)[:, 0] * weights).sum()


def cross_entropy_by_logaddexp_in_float32(z, targets, mask):
    z = z.astype(np.float32)
    rows = np.flatnonzero(mask)
    return np.average(np.logaddexp.reduce(z[rows], axis=1) - z[rows, targets[rows]])


def cross_entropy_with_torch(z, targets, mask):
    import torch

    z, targets, mask = torch.tensor(z), torch.tensor(targets), torch.tensor(mask)
    return torch.nn.functional.cross_entropy(z, targets.masked_fill(~mask, -100), ignore_index=-100)


def logit_gradient_with_loops(z, targets):
    dz = np.zeros(z.shape)
    for row in range(z.shape[0]):
        powers = [math.exp(score - max(z[row])) for score in z[row]]
        for column in range(z.shape[1]):
            dz[row, column] = (powers[column] / sum(powers) - (column == targets[row])) / z.shape[0]
    return dz


def logit_gradient_with_one_hot(z, targets):
    log_p = z - np.logaddexp.reduce(z, axis=1, keepdims=True)
    return ((np.exp(log_p) - np.eye(z.shape[1])[targets]) / len(targets)).astype(np.float32)


def logit_gradient_by_autograd(z, targets):
    import torch

    z = torch.tensor(z, requires_grad=True)
    torch.nn.functional.cross_entropy(z, torch.tensor(targets)).backward()
    return z.grad


def backward_with_loops(params, contexts, e, h, dz):
    gradients = {name: np.zeros(array.shape) for name, array in params.items()}
    D = params["E"].shape[1]
    for row, context in enumerate(contexts):
        gradients["b_2"] += dz[row]
        gradients["U"] += np.outer(dz[row], h[row])
        da = params["U"].T @ dz[row] * (1 - h[row] * h[row])
        gradients["b_1"] += da
        gradients["W"] += np.outer(da, e[row])
        de = params["W"].T @ da
        for place, word in enumerate(context):
            gradients["E"][word] += de[place * D : (place + 1) * D]
    return gradients


def backward_with_one_hot_in_float32(params, contexts, e, h, dz):
    p = {name: array.astype(np.float32) for name, array in params.items()}
    B, k = contexts.shape
    V, D = p["E"].shape
    da = (dz.astype(np.float32) @ p["U"]) / np.cosh(np.arctanh(h)) ** 2
    one_hot = np.eye(V, dtype=np.float32)[contexts].reshape(B * k, V)
    dE = one_hot.T @ (da @ p["W"]).reshape(B * k, D)
    names = ("b_2", "U", "b_1", "W", "E")
    return dict(zip(names, (dz.sum(0), dz.T @ h, da.sum(0), da.T @ e, dE), strict=True))


def backward_word_by_word(params, contexts, e, h, dz):
    da = np.einsum("bv,vh->bh", dz, params["U"]) * (1 + h) * (1 - h)
    de = np.tensordot(da, params["W"], axes=1).reshape(len(contexts), contexts.shape[1], -1)
    dE = np.array([de[contexts == word].sum(axis=0) for word in range(len(params["E"]))])
    ones = np.ones(len(contexts))
    return {"E": dE, "W": da.T.dot(e), "b_1": ones @ da, "U": dz.T.dot(h), "b_2": ones @ dz}


def backward_by_autograd(params, contexts, e, h, dz):
    import torch

    p = {name: torch.tensor(array, requires_grad=True) for name, array in params.items()}
    hidden = torch.tanh(p["E"][torch.tensor(contexts)].flatten(1) @ p["W"].T + p["b_1"])
    (hidden @ p["U"].T + p["b_2"]).backward(torch.tensor(dz))
    return {name: tensor.grad for name, tensor in p.items()}


def perplexity_flat(losses, masks):
    tokens = np.concatenate([loss[mask] for loss, mask in zip(losses, masks, strict=True)])
    return np.exp(tokens.mean())


def perplexity_weighing_means(losses, masks):
    means = [loss[mask].mean() for loss, mask in zip(losses, masks, strict=True)]
    return np.exp(np.average(means, weights=[np.count_nonzero(mask) for mask in masks]))


def perplexity_geometric_with_loops(losses, masks):
    numbers = []
    for loss, mask in zip(losses, masks, strict=True):
        for t, b in itertools.product(*map(range, mask.shape)):
            if mask[t, b]:
                numbers.append(float(loss[t, b]))
    return math.prod(math.exp(number / len(numbers)) for number in numbers)


def perplexity_in_float32_bits(losses, masks):
    total, count = np.float32(0), 0
    for loss, mask in zip(losses, masks, strict=True):
        total += np.where(mask, loss, 0).astype(np.float32).sum() / np.float32(np.log(2))
        count += mask.sum()
    return 2 ** (total / count)


VARIANTS = {
    "vocabulary": (vocabulary_by_sorting, vocabulary_with_numpy, vocabulary_with_ids),
    "encode": (encode_with_an_array, encode_with_try),
    "decode": (decode_by_cutting, decode_with_a_generator),
    "windows": (
        windows_sentence_by_sentence,
        windows_without_a_loop_over_tokens,
        windows_with_a_deque,
    ),
    "forward": (forward_with_loops, forward_by_blocks_of_w, forward_in_float32_with_torch),
    "cross_entropy": (
        cross_entropy_with_loops,
        cross_entropy_in_place_on_a_copy,
        cross_entropy_by_logaddexp_in_float32,
        cross_entropy_with_torch,
    ),
    "logit_gradient": (
        logit_gradient_with_loops,
        logit_gradient_with_one_hot,
        logit_gradient_by_autograd,
    ),
    "backward": (
        backward_with_loops,
        backward_with_one_hot_in_float32,
        backward_word_by_word,
        backward_by_autograd,
    ),
    "perplexity": (
        perplexity_flat,
        perplexity_weighing_means,
        perplexity_geometric_with_loops,
        perplexity_in_float32_bits,
    ),
}
