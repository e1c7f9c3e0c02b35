"""A published table, counted anew: what follows "today the" in the Reuters corpus, and how."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from typing import NamedTuple

from rnn_course.models.ngram_counts import NgramCounts
from rnn_course.text import tokenize
from rnn_course.text.datasets import reuters_stories
from rnn_course.text.vocabulary import Vocabulary

PUBLISHED = {"company": 0.153, "bank": 0.153, "price": 0.077, "italian": 0.039, "emirate": 0.039}

# From a story to the sentences that are counted. The first way gives the published numbers. Without
# punctuation there are no sentences either: what a full stop or a comma kept apart becomes neighbours.
PREPARATIONS: dict[str, Callable[[str], list[list[str]]]] = {
    "lower case, punctuation as words": lambda story: [
        tokenize.words(sentence, lowercase=True) for sentence in tokenize.sentences(story)
    ],
    "capitals kept, punctuation as words": lambda story: [
        tokenize.words(sentence) for sentence in tokenize.sentences(story)
    ],
    "lower case, no punctuation": lambda story: [re.findall(r"\w+", story.lower())],
}


class Followers(NamedTuple):
    """What follows a context under one preparation of the text.

    Attributes:
        preparation: a key of `PREPARATIONS`.
        total: how often the context stands before another token.
        counts: the tokens that follow, and how often, the most frequent first.
        tokens: length of the text, `</s>` included.
    """

    preparation: str
    total: int
    counts: list[tuple[str, int]]
    tokens: int


def today_the(
    stories: Sequence[str] | None = None, *, context: Sequence[str] = ("today", "the")
) -> list[Followers]:
    """Fit a trigram model to the Reuters corpus under each preparation, and look up one context.

    Args:
        stories: texts; by default all of Reuters-21578's ApteMod selection, training and test part.
        context: the two words before.

    Raises:
        DataError: if the corpus is not on this computer; the message says what to type.

    Source: the table is from Manning and others, CS224n lecture slides (Stanford, 2019).
    """
    stories = reuters_stories() if stories is None else stories
    results = []
    for name, prepare in PREPARATIONS.items():
        tokenised = [sentence for story in stories for sentence in prepare(story)]
        vocabulary = Vocabulary.from_sentences(tokenised)
        stream = vocabulary.stream(tokenised)
        counts = NgramCounts(stream, vocabulary, 3)
        results.append(Followers(name, counts.context_count(context), counts.followers(context), len(stream)))
    return results


def side_by_side(results: Sequence[Followers]) -> str:
    """The published table beside our counts, as text."""
    lines = ["published", "  " + "  ".join(f"{word} {p:.3f}" for word, p in PUBLISHED.items())]
    for preparation, total, counts, _ in results:
        found = dict(counts)
        shown = "  ".join(f"{word} {found.get(word, 0)}/{total}" for word in PUBLISHED)
        first = ", ".join(f"{word} {count}" for word, count in counts[:3])
        lines += [preparation, f"  {shown}   (most frequent: {first})"]
    return "\n".join(lines)
