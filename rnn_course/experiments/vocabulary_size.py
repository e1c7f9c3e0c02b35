"""What a smaller vocabulary does to a perplexity, and what it does once unknown words are paid for."""

from __future__ import annotations

from collections.abc import Iterable
from typing import NamedTuple

import numpy as np

from rnn_course.errors import DataError
from rnn_course.lm import sequence_log_probs
from rnn_course.models.kneser_ney import KneserNey
from rnn_course.text.corpus import Corpus
from rnn_course.text.vocabulary import Vocabulary


class ByVocabulary(NamedTuple):
    """One text, one kind of model, vocabularies of several sizes.

    Attributes:
        words: words that are kept, the most frequent ones of the training text.
        unknown: share of the test text that is `<unk>`, in [0, 1].
        perplexity: as it is usually reported: `<unk>` is one token like any other.
        paid: perplexity over the words themselves: where `<unk>` stands, the model still has to say which of
            the words that were left out it is.
    """

    words: list[int]
    unknown: list[float]
    perplexity: list[float]
    paid: list[float]


def perplexity_by_vocabulary(corpus: Corpus, sizes: Iterable[int], *, order: int = 5) -> ByVocabulary:
    """Keep only the most frequent words, fit modified Kneser-Ney, and read the perplexity on the test text.

        paid: P'(w | h) = P(w | h) for a word that was kept, P(<unk> | h) / N for each of the N that were not

    which is a distribution over the corpus's own vocabulary, so that its perplexity may be compared.

    Args:
        sizes: words to keep, each from 1 to all words of the corpus.

    Raises:
        DataError: for a size outside of that.
    """
    everything = corpus.vocabulary.tokens[3:]  # after the special ones
    found = ByVocabulary([], [], [], [])
    for size in sizes:
        if not 1 <= size <= len(everything):
            raise DataError(f"sizes are from 1 to the corpus's {len(everything):,} words, got {size}")
        counts = np.bincount(corpus.train, minlength=len(corpus.vocabulary))[3:]
        kept = np.sort(np.argsort(-counts, kind="stable")[:size])
        renumber = np.full(len(corpus.vocabulary), Vocabulary.unk_id)
        renumber[: Vocabulary.unk_id + 1] = range(Vocabulary.unk_id + 1)
        renumber[kept + 3] = np.arange(size) + 3
        smaller = Vocabulary(everything[i] for i in kept)
        model = KneserNey.fit(renumber[corpus.train], smaller, order=order)
        test = renumber[corpus.test]
        log_probs = sequence_log_probs(model, test)
        left_out = len(everything) - size + 1  # <unk> of the corpus is one of them
        unknown = test == Vocabulary.unk_id
        found.words.append(size)
        found.unknown.append(float(unknown.mean()))
        found.perplexity.append(float(np.exp(-log_probs.mean())))
        found.paid.append(float(np.exp(-(log_probs - unknown * np.log(left_out)).mean())))
    return found
