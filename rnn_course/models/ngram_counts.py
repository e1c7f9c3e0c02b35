"""Counting all n-grams of a text, of every order up to n, by sorting numbers.

Every n-gram is one number, its key (see `ngram_index`). Equal n-grams have equal keys, so sorting the keys of
a text puts equal n-grams side by side, and counting them is measuring the lengths of runs:

    stream (V = 10)       3  4  3  7  1          with </s> = 1, and <s> = 0 before it
    keys of order 2       03 34 43 37 71         prefix * 10 + word
    sorted                03 34 37 43 71         five runs of length 1: ids 0 1 2 3 4
    id at each place      0  1  3  2  4          needed next: it is the prefix of the trigram one place later

Order k + 1 needs only the ids of order k, one place earlier. So each order costs one sort, whatever n is.

Every sentence is `<s> w_1 .. w_T </s>`: one `<s>` is context and is never counted as predicted, and no n-gram
reaches across a sentence's end.
"""

from __future__ import annotations

from functools import cached_property

import numpy as np
from jaxtyping import Int
from numpy import ndarray

from rnn_course.errors import DataError, OrderError
from rnn_course.lm import Tokens
from rnn_course.models.ngram_index import NgramIndex, previous, run_edges, sentence_starts, sort_with_places
from rnn_course.text.vocabulary import BOS, Vocabulary


class NgramCounts:
    """How often each n-gram of orders 1 to n stands in a text.

    Args:
        stream: ids, `</s>` after each sentence, as `encode_text` and `Vocabulary.stream` give them.
        vocabulary: what the ids mean.
        order: n, the longest n-grams to count.

    Attributes:
        index: the distinct n-grams and their ids.
        counts: counts[k-1][i] is how often the k-gram with id i stands in the text; `<s>` alone counts 0.
        suffixes: suffixes[k-1][i] is the id, of order k-1, of that k-gram without its first word (k >= 2).
        first_ids: the ids 0 .. first_ids[k-1] - 1 of order k are those that begin with `<s>`.
        num_sentences: how many sentences the text has.

    Raises:
        DataError: if the stream is empty or holds `<s>`.
        OrderError: if order is below 1, or no sentence is long enough for one n-gram of it.
        VocabularyError: if an id lies outside the vocabulary.
    """

    def __init__(self, stream: Int[ndarray, " length"], vocabulary: Vocabulary, order: int) -> None:
        stream = np.asarray(stream)
        starts = _check_text(stream, vocabulary, order)
        stream = stream.astype(np.int64, copy=False)
        V = len(vocabulary)
        self.vocabulary = vocabulary
        self.num_sentences = len(starts)

        keys = [np.arange(V)]
        self.counts = [np.bincount(stream, minlength=V)]
        self.suffixes = [np.zeros(V, dtype=np.int64)]
        self.first_ids = [1]
        everywhere = np.arange(len(stream))
        ids = stream  # ids[t]: which (k-1)-gram ends at t
        for k in range(2, order + 1):
            # Too near the sentence's start for k - 1 words of context: `none` sorts behind every prefix.
            none = len(keys[-1])
            in_order = previous(ids, starts, at_start=vocabulary.bos_id if k == 2 else none)
            in_order *= V
            in_order += stream
            places = sort_with_places(in_order, everywhere)
            length = int(np.searchsorted(in_order, none * V))

            edges = run_edges(in_order[:length])
            firsts = edges[:-1]
            keys.append(in_order[firsts])
            self.counts.append(np.diff(edges))
            self.suffixes.append(ids[places[firsts]].astype(np.int64))
            self.first_ids.append(int(np.searchsorted(keys[-1], self.first_ids[-1] * V)))
            if k < order:
                ids = np.full(len(stream), len(firsts), dtype=np.int32)
                ids[places[:length]] = np.repeat(np.arange(len(firsts), dtype=np.int32), self.counts[-1])
        self.index = NgramIndex(keys)

    @property
    def order(self) -> int:
        return self.index.order

    @property
    def num_tokens(self) -> int:
        """Predicted tokens: words and `</s>`, not `<s>`."""
        return int(self.counts[0].sum())

    @property
    def num_distinct(self) -> tuple[int, ...]:
        """How many different n-grams the text has, by order: what a model of them has to store."""
        return (int(np.count_nonzero(self.counts[0])), *(len(counts) for counts in self.counts[1:]))

    @cached_property
    def context_totals(self) -> list[Int[ndarray, " ngrams"]]:
        """context_totals[k-1][i]: how often the k-gram with id i stands before another token (k < n)."""
        return [
            _sum_by(self.index.prefixes(k + 1), self.counts[k], len(self.counts[k - 1]))
            for k in range(1, self.order)
        ]

    def count(self, ngram: Tokens) -> int:
        """How often an n-gram stands in the text.

        `<s>` alone stands once before every sentence, and the empty n-gram before every predicted token.

        Args:
            ngram: none to n tokens, as strings or ids.

        Raises:
            OrderError: if it is longer.
        """
        ids = self.ids_of(ngram, self.order)
        if not ids:
            return self.num_tokens
        if ids == [self.vocabulary.bos_id]:
            return self.num_sentences
        found = self.index.find(ids)
        return 0 if found is None else int(self.counts[len(ids) - 1][found])

    def context_count(self, context: Tokens) -> int:
        """How often a context stands before another token: the N of a table of what follows it.

        Args:
            context: none to n - 1 tokens, as strings or ids.

        Raises:
            OrderError: if it is longer.
        """
        ids = self.ids_of(context, self.order - 1)
        return int(self.counts[len(ids)][self.index.followers(ids)].sum())

    def followers(self, context: Tokens) -> list[tuple[str, int]]:
        """What follows a context, and how often; the most frequent first, then in the order of ids.

        Args:
            context: none to n - 1 tokens, as strings or ids.

        Raises:
            OrderError: if it is longer.
        """
        ids = self.ids_of(context, self.order - 1)
        row = self.index.followers(ids)
        counts = self.counts[len(ids)][row]
        words = self.index.keys[len(ids)][row] % len(self.vocabulary)
        by_count = np.argsort(-counts, kind="stable")[: np.count_nonzero(counts)]
        return [(self.vocabulary.tokens[words[i]], int(counts[i])) for i in by_count]

    def ids_of(self, tokens: Tokens, longest: int) -> list[int]:
        """Ids of at most `longest` tokens, given as strings or ids."""
        if isinstance(tokens, str) or any(isinstance(token, str) for token in tokens):
            ids = self.vocabulary.encode(tokens)  # type: ignore[arg-type]
        else:
            ids = np.array(tokens, dtype=None if len(tokens) else np.int64)
            self.vocabulary.check_ids(ids)
        if len(ids) > longest:
            raise OrderError(f"{len(ids)} tokens given, but with order {self.order} at most {longest}")
        return ids.tolist()


def _sum_by(groups: ndarray, values: ndarray, num_groups: int) -> ndarray:
    """Sum of `values` for each group number."""
    return np.bincount(groups, weights=values, minlength=num_groups).astype(np.int64)


def _check_text(stream: ndarray, vocabulary: Vocabulary, order: int) -> ndarray:
    """Where sentences start, if n-grams of this order can be counted at all."""
    if order < 1:
        raise OrderError(f"the order of an n-gram model is at least 1, got {order}")
    if not stream.size:
        raise DataError("the text is empty: there is nothing to count")
    vocabulary.check_ids(stream)
    if not stream.all():
        where = int(np.flatnonzero(stream == vocabulary.bos_id)[0])
        raise DataError(f"{BOS} stands at position {where}, but a stream only marks the ends of sentences")
    starts = sentence_starts(stream)
    longest = int(np.diff(starts, append=len(stream)).max())
    if order > longest + 1:
        raise OrderError(
            f"order {order}, but the longest sentence has {longest} tokens with </s> (the whole text "
            f"{len(stream):,}); with {BOS} before it, that makes n-grams of order {longest + 1} at most"
        )
    return starts
