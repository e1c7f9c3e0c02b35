"""Right answers to a1, written otherwise than ours: each has to pass, whatever it is built of."""

# mypy: disallow-untyped-defs=False, check-untyped-defs=False
# ruff: noqa: NPY002

import itertools
import math
import random
import sys
import warnings
from collections import Counter, OrderedDict, defaultdict
from fractions import Fraction

import numpy as np


def count_by_slices_in_a_counter(sentences, n):
    return Counter(
        ngram
        for sentence in sentences
        for ngram in zip(*[["<s>", *sentence, "</s>"][i:] for i in range(n)], strict=False)
        if ngram[-1] != "<s>"
    )


def count_in_an_ordered_dict(text, order):
    result = OrderedDict()
    for words in text:
        padded = ["<s>"] + list(words) + ["</s>"]  # noqa: RUF005
        for last in range(1, len(padded)):
            if last - order + 1 >= 0:
                key = tuple(padded[last - order + 1 : last + 1])
                result[key] = result.get(key, 0) + 1
    return result


def count_with_numpy(sentences, n):
    counts = defaultdict(lambda: np.int64(0))
    for sentence in sentences:
        tokens = np.array(["<s>", *sentence, "</s>"])
        for window in np.lib.stride_tricks.sliding_window_view(tokens, n) if len(tokens) >= n else []:
            if window[-1] != "<s>":
                counts[tuple(window)] += 1  # keys of np.str_
    return counts


def mle_with_fractions(counts):
    totals = Counter()
    for ngram, count in counts.items():
        totals[ngram[:-1]] += count
    return {h: {g[-1]: Fraction(c, totals[h]) for g, c in counts.items() if g[:-1] == h} for h in totals}


def mle_with_float32_and_groups(counts):
    def context(item):
        return item[0][:-1]

    table = defaultdict(OrderedDict)
    for h, group in itertools.groupby(sorted(counts.items(), key=context), key=context):
        rows = list(group)
        values = np.array([count for _, count in rows], dtype=np.float32)
        for (ngram, _), p in zip(rows, values / values.sum(), strict=True):
            table[h][ngram[-1]] = p
    return table


def chain_with_numpy_and_a_warning(table, sentence):
    steps = zip(["<s>", *sentence], [*sentence, "</s>"], strict=True)
    return np.sum(np.log([table.get((h,), {}).get(w, 0.0) for h, w in steps]))  # log(0) warns


def chain_by_recursion(table, sentence, h="<s>"):
    word = sentence[0] if sentence else "</s>"
    p = table[(h,)].get(word, 0) if (h,) in table else 0
    if not p:
        return float("-inf")
    return math.log(p) + (chain_by_recursion(table, sentence[1:], word) if sentence else 0)


def chain_that_talks(table, sentence):
    print("sentence", sentence)
    print("debug", file=sys.stderr)
    warnings.warn("careful", stacklevel=1)
    log_p, previous = 0, "<s>"
    for word in sentence + ["</s>"]:  # noqa: RUF005
        try:
            log_p += math.log(table[(previous,)][word])
        except KeyError:
            return -np.inf
        previous = word
    return log_p


def perplexity_with_numpy(log_probs):
    return np.exp(-np.mean(np.concatenate([np.asarray(sentence) for sentence in log_probs])))


def perplexity_in_float32_bits(log_probs):
    flat = np.array(list(itertools.chain.from_iterable(log_probs)), dtype=np.float32)
    return np.array(2 ** (-(flat / np.float32(np.log(2))).mean()))  # an array without dimensions


def perplexity_with_torch(log_probs):
    import torch

    flat = torch.cat([torch.tensor(sentence, dtype=torch.float64) for sentence in log_probs])
    return torch.exp(-flat.mean())


def add_k_with_loops(counts, context, k, vocabulary):
    numerators = {}
    for word in sorted(set(vocabulary) - {"<s>"}):
        numerators[word] = k
        for ngram in counts:
            if ngram == context + (word,):  # noqa: RUF005
                numerators[word] = numerators[word] + counts[ngram]
    total = sum(numerators.values())  # c(h) + kV, without saying so
    for word in numerators:
        numerators[word] /= total
    return numerators


def add_k_with_numpy(counts, context, k, vocabulary):
    words = [word for word in vocabulary if word != "<s>"]
    row = np.array([counts.get((*context, word), 0) for word in words], dtype=np.float32) + np.float32(k)
    return dict(zip(words, row / row.sum(), strict=True))


def interpolate_recursively(tables, weights, context):
    def mix(n):
        if n == 0:
            return {}, 0.0
        lower, mass = mix(n - 1)
        h = tuple(context[i] for i in range(len(context) - n + 1, len(context)))
        if h not in tables[n - 1]:
            return lower, mass
        row, total = tables[n - 1][h], mass + weights[n - 1]
        share = weights[n - 1] / total
        return {w: share * row.get(w, 0) + (1 - share) * lower.get(w, 0) for w in {*row, *lower}}, total

    return mix(len(tables))[0]


def interpolate_with_arrays(tables, weights, context):
    rows = [t.get(context[len(context) - i :]) for i, t in enumerate(tables)]
    words = sorted({word for row in rows if row for word in row})
    matrix = np.array([[(row or {}).get(word, 0.0) for word in words] for row in rows])
    known = np.array([w if row is not None else 0.0 for w, row in zip(weights, rows, strict=True)])
    return dict(zip(words, known @ matrix / known.sum(), strict=True))


def continuation_with_sets(bigram_counts):
    before = defaultdict(set)
    for left, right in bigram_counts:
        before[right].add(left)
    types = sum(len(lefts) for lefts in before.values())
    return {word: np.float64(len(lefts)) / types for word, lefts in before.items()}


def continuation_by_pairs(bigram_counts):
    pairs = set(bigram_counts)
    return {w: Fraction(sum(1 for _, v in pairs if v == w), len(pairs)) for w in {v for _, v in pairs}}


def kneser_ney_step_by_step(counts, lower, context, D):
    result = dict(lower)
    c_h = sum(c for g, c in counts.items() if g[: len(context)] == context)
    if c_h > 0:
        types = len([g for g in counts if g[: len(context)] == context])
        for word in result:
            result[word] *= D * types / c_h
        for g, c in counts.items():
            if g[: len(context)] == context:
                result[g[-1]] += (c - D) / c_h
    return result


def kneser_ney_what_is_left_goes_down(counts, lower, context, D):
    c = np.array([counts.get((*context, word), 0) for word in lower], dtype=float)
    if not c.any():
        return lower
    kept = np.maximum(c - D, 0) / c.sum()
    p = kept + (1 - kept.sum()) * np.array(list(lower.values()))
    return {word: p[i] for i, word in enumerate(lower)}


def sample_by_cumulative_sums(table, how_many, max_tokens, seed):
    rng = np.random.default_rng(seed)
    result = []
    while len(result) < how_many:
        words = ["<s>"]
        for _ in range(max_tokens):
            row = table[words[-1],]
            cumulative = np.cumsum(list(row.values()))
            at = np.searchsorted(cumulative, rng.random() * cumulative[-1], side="right")
            words.append(list(row)[at])
            if words[-1] == "</s>":
                break
        result.append([word for word in words[1:] if word != "</s>"])
    return result


def sample_with_the_standard_library(table, how_many, max_tokens, seed):
    chance = random.Random(seed)

    def sentence():
        word = "<s>"
        for _ in range(max_tokens):
            (word,) = chance.choices(list(table[(word,)]), weights=table[(word,)].values())
            if word == "</s>":
                return
            yield word

    return [list(sentence()) for _ in range(how_many)]


def sample_arrays_with_a_legacy_generator(table, how_many, max_tokens, seed):
    np.random.seed(seed)
    drawn = []
    for _ in range(how_many):
        words, last = [], "<s>"
        while last != "</s>" and len(words) < max_tokens:
            row = table[(last,)]
            last = np.random.choice(list(row), p=list(row.values()))  # np.str_
            if last != "</s>":
                words.append(last)
        drawn.append(np.array(words, dtype=str))
    return tuple(drawn)


VARIANTS = {
    "counts": (count_by_slices_in_a_counter, count_in_an_ordered_dict, count_with_numpy),
    "mle": (mle_with_fractions, mle_with_float32_and_groups),
    "chain_rule": (chain_with_numpy_and_a_warning, chain_by_recursion, chain_that_talks),
    "perplexity": (perplexity_with_numpy, perplexity_in_float32_bits, perplexity_with_torch),
    "add_k": (add_k_with_loops, add_k_with_numpy),
    "interpolation": (interpolate_recursively, interpolate_with_arrays),
    "continuation": (continuation_with_sets, continuation_by_pairs),
    "kneser_ney": (kneser_ney_step_by_step, kneser_ney_what_is_left_goes_down),
    "sampling": (
        sample_by_cumulative_sums,
        sample_with_the_standard_library,
        sample_arrays_with_a_legacy_generator,
    ),
}
