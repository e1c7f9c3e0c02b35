"""The experiments of lectures 01 and 02: where counting breaks, and what each kind of smoothing repairs."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from typing import NamedTuple

import numpy as np
from jaxtyping import Float, Int
from numpy import ndarray

from rnn_course.lm import LanguageModel, perplexity, sample
from rnn_course.models.discounting import AbsoluteDiscounting
from rnn_course.models.interpolation import Interpolated
from rnn_course.models.kneser_ney import KneserNey
from rnn_course.models.ngram import MLE, AddK
from rnn_course.models.ngram_counts import NgramCounts
from rnn_course.models.stupid_backoff import StupidBackoff
from rnn_course.text.corpus import Corpus
from rnn_course.text.vocabulary import BOS, EOS

Ngram = tuple[str, ...]


def ngrams_of(sentences: Iterable[Sequence[str]], n: int) -> Counter[Ngram]:
    """Counts of the n-grams that a model of order n is asked for, one for each predicted token.

    Near a sentence's beginning the context is shorter than n - 1 words, and so is the n-gram.
    """
    counts: Counter[Ngram] = Counter()
    for sentence in sentences:
        words = (BOS, *sentence, EOS)
        counts.update(words[max(0, t - n + 1) : t + 1] for t in range(1, len(words)))
    return counts


class Growth(NamedTuple):
    """What longer n-grams cost.

    Attributes:
        orders: n.
        unseen: share of the held-out text's n-grams that training does not hold, in [0, 1].
        stored: different n-grams in the training text, which is what a table of counts has to keep.
        tokens: length of the training text.
    """

    orders: list[int]
    unseen: list[float]
    stored: list[int]
    tokens: int


def unseen_and_stored(corpus: Corpus, orders: Iterable[int]) -> Growth:
    """Measure sparsity and storage by order: train on `corpus.train`, look at `corpus.valid`."""
    orders = list(orders)
    train, valid = (corpus.vocabulary.sentences(part) for part in (corpus.train, corpus.valid))
    unseen, stored = [], []
    for n in orders:
        known, asked = ngrams_of(train, n), ngrams_of(valid, n)
        unseen.append(sum(count for ngram, count in asked.items() if ngram not in known) / asked.total())
        stored.append(len(known))
    return Growth(orders, unseen, stored, len(corpus.train))


def copied_share(
    corpus: Corpus, orders: Iterable[int], rng: np.random.Generator, *, tokens: int = 2000, span: int = 8
) -> dict[int, float]:
    """Of the text that an MLE model writes, the share that stands word for word in the training text.

    Args:
        tokens: how much text to draw from each model.
        span: so many neighbouring tokens must stand in the training text, in this order, to be a copy.

    Returns:
        For each order, the share of the drawn spans that are copies, in [0, 1].
    """
    originals = set(spans(corpus.vocabulary.sentences(corpus.train), span))
    shares = {}
    for n in orders:
        model = MLE.fit(corpus.train, corpus.vocabulary, order=n)
        drawn: list[list[str]] = []
        while sum(map(len, drawn)) < tokens:
            drawn.append(sample(model, rng, max_tokens=100))
        found = list(spans(drawn, span))
        shares[n] = float(np.mean([piece in originals for piece in found]))
    return shares


def spans(sentences: Iterable[Sequence[str]], length: int) -> Iterable[Ngram]:
    """Every run of `length` neighbouring tokens inside a sentence."""
    for sentence in sentences:
        for start in range(len(sentence) - length + 1):
            yield tuple(sentence[start : start + length])


def add_k_by_order(corpus: Corpus, orders: Iterable[int], ks: Iterable[float]) -> dict[float, list[float]]:
    """Perplexity on `corpus.valid` of add-k smoothing: for each k, a list over the orders."""
    all_counts = [NgramCounts(corpus.train, corpus.vocabulary, n) for n in orders]
    return {k: [perplexity(AddK(counts, k), corpus.valid) for counts in all_counts] for k in ks}


def smoothing_by_order(corpus: Corpus, orders: Iterable[int]) -> dict[str, list[float]]:
    """Perplexity on `corpus.test` of each kind of smoothing: for each name, a list over the orders.

    What a method has to choose (k of add-k, the weights of interpolation) is chosen on `corpus.valid`.
    """
    results: dict[str, list[float]] = {}
    for n in orders:
        counts = NgramCounts(corpus.train, corpus.vocabulary, n)
        models: dict[str, LanguageModel] = {
            "add-k": best_add_k(counts, corpus.valid),
            "stupid backoff": StupidBackoff(counts),
            "interpolation": Interpolated.fit(
                corpus.train, corpus.vocabulary, order=n, held_out=corpus.valid
            ),
            "absolute discounting": AbsoluteDiscounting(counts),
            "modified Kneser-Ney": KneserNey(counts),
        }
        for name, model in models.items():
            results.setdefault(name, []).append(perplexity(model, corpus.test))
    return results


def best_add_k(counts: NgramCounts, valid: Int[ndarray, " length"]) -> AddK:
    """Of k from 10^-4 to 1 in steps of half a decade, the one with the lowest perplexity on `valid`."""
    models = [AddK(counts, k) for k in 10.0 ** np.arange(-4, 0.1, 0.5)]
    return min(models, key=lambda model: perplexity(model, valid))


class HeldOutCounts(NamedTuple):
    """What became of n-grams that one half of a text holds r times.

    Attributes:
        r: count in the first half, 0 to the largest asked for.
        mean_held_out: mean count, in the second half, of the n-grams that the first half holds r times.
        kinds: how many different n-grams stand behind each mean.
    """

    r: Int[ndarray, " counts"]
    mean_held_out: Float[ndarray, " counts"]
    kinds: Int[ndarray, " counts"]


def held_out_counts(
    corpus: Corpus, *, order: int = 2, up_to: int = 9, halvings: int = 10, seed: int = 0
) -> HeldOutCounts:
    """Halve the training text by sentences at random, and count the n-grams of one half in the other.

    For r = 0 the mean is over all n-grams that could be made of the vocabulary and are not in the first half.

    Args:
        up_to: the largest r.
        halvings: how many random halvings to pool, since few n-grams have a large r.

    Source: Church & Gale 1991 (bigrams, 44 million words of newswire).
    """
    sentences = corpus.vocabulary.sentences(corpus.train)
    possible = (len(corpus.vocabulary) - 1) ** order  # no n-gram ends in <s>, and none goes on after </s>
    kinds, held_out = np.zeros(up_to + 1, dtype=np.int64), np.zeros(up_to + 1)
    rng = np.random.default_rng(seed)
    for _ in range(halvings):
        shuffled = rng.permutation(len(sentences))
        halves = np.array_split(shuffled, 2)
        first, second = (ngrams_of((sentences[i] for i in half), order) for half in halves)
        kinds[0] += possible - len(first)
        held_out[0] += sum(count for ngram, count in second.items() if ngram not in first)
        for ngram, count in first.items():
            if count <= up_to:
                kinds[count] += 1
                held_out[count] += second[ngram]
    return HeldOutCounts(np.arange(up_to + 1), held_out / kinds, kinds)


class Continuations(NamedTuple):
    """Two ways to count a word.

    Attributes:
        words: the words, the most frequent first.
        frequency: c(w), how often the word stands in the training text.
        contexts: N_1+(. w), after how many different words it stands.
    """

    words: list[str]
    frequency: Int[ndarray, " words"]
    contexts: Int[ndarray, " words"]


def continuations(corpus: Corpus, *, at_least: int = 20) -> Continuations:
    """Frequency and number of different left neighbours, of alphabetic words seen `at_least` times."""
    bigrams = ngrams_of(corpus.vocabulary.sentences(corpus.train), 2)
    frequency: Counter[str] = Counter()
    contexts: Counter[str] = Counter()
    for (_, word), count in bigrams.items():
        frequency[word] += count
        contexts[word] += 1
    words = [word for word, count in frequency.most_common() if count >= at_least and word.isalpha()]
    return Continuations(
        words, np.array([frequency[w] for w in words]), np.array([contexts[w] for w in words])
    )
