"""n-gram models once more, straight from their equations: dictionaries, tuples of words, recursion.

Slow and plain, and written without a look at the numbers-and-sorting of the package, to be compared with it.
A text is a list of sentences, a sentence a list of words.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable

BOS, EOS, UNK = "<s>", "</s>", "<unk>"
Ngram = tuple[str, ...]


def count(sentences: list[list[str]], n: int) -> list[Counter[Ngram]]:
    """Counts of the n-grams of orders 0 to n that end in a predicted token, under [order]."""
    counts: list[Counter[Ngram]] = [Counter() for _ in range(n + 1)]
    for sentence in sentences:
        padded = (BOS, *sentence, EOS)
        for end in range(2, len(padded) + 1):
            for k in range(min(n, end) + 1):
                counts[k][padded[end - k : end]] += 1
    return counts


def types(sentences: list[list[str]]) -> list[str]:
    """All tokens that can be predicted."""
    return sorted({word for sentence in sentences for word in sentence} | {EOS, UNK})


def adjusted(counts: list[Counter[Ngram]]) -> list[Counter[Ngram]]:
    """Kneser and Ney's counts: different words before an n-gram, but for the longest and those after <s>."""
    result: list[Counter[Ngram]] = [Counter() for _ in counts]
    result[-1] = counts[-1]
    for k in range(1, len(counts) - 1):
        for ngram, number in counts[k].items():
            before = {longer[0] for longer in counts[k + 1] if longer[1:] == ngram}
            result[k][ngram] = number if ngram[0] == BOS else len(before)
    return result


def discounted(
    numbers: list[Counter[Ngram]], tokens: list[str], discount: Callable[[int, int], float]
) -> Callable[[str, Ngram], float]:
    """P(w | h) interpolated with shorter contexts; discount(k, c) is what a count c of order k gives."""

    def prob(word: str, context: Ngram) -> float:
        k = len(context) + 1
        followers = {ngram[-1]: c for ngram, c in numbers[k].items() if ngram[:-1] == context}
        lower = prob(word, context[1:]) if context else 1 / len(tokens)
        total = sum(followers.values())
        if not total:
            return lower
        seen = followers.get(word, 0)
        gamma = sum(discount(k, c) for c in followers.values()) / total
        return (seen - (discount(k, seen) if seen else 0)) / total + gamma * lower

    return prob


def interpolated(
    counts: list[Counter[Ngram]], tokens: list[str], weights: list[float]
) -> Callable[[str, Ngram], float]:
    """Weighted sum of relative frequencies of all orders whose context was seen; weights[0] is uniform."""

    def prob(word: str, context: Ngram) -> float:
        mass, total = weights[0] / len(tokens), weights[0]
        for k in range(1, len(context) + 2):
            shorter = context[len(context) - k + 1 :]
            seen = sum(c for ngram, c in counts[k].items() if ngram[:-1] == shorter)
            if seen:
                mass += weights[k] * counts[k][(*shorter, word)] / seen
                total += weights[k]
        return mass / total

    return prob


def stupid_score(counts: list[Counter[Ngram]], alpha: float) -> Callable[[str, Ngram], float]:
    """S(w | h) as published."""

    def score(word: str, context: Ngram) -> float:
        k = len(context) + 1
        if counts[k][(*context, word)]:
            seen = sum(c for ngram, c in counts[k].items() if ngram[:-1] == context)
            return counts[k][(*context, word)] / seen
        return alpha * score(word, context[1:]) if context else 0.0

    return score
