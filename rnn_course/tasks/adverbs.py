"""What "terribly" means is told by the word after it: sentences to tag and to judge."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from rnn_course.errors import CourseError
from rnn_course.text.annotated import LabelledSentence, TaggedSentence

SUBJECTS = ("movie", "book", "concert", "play", "story", "song")
ADVERBS = ("terribly", "awfully", "dreadfully", "horribly")
GOOD = ("exciting", "funny", "clever", "moving", "charming")
BAD = ("boring", "slow", "long", "silly", "dull")
OPENINGS = (("the",), ("this",), ("that",), ("i", "think", "the"))
PRAISE, BLAME = "PRAISE", "BLAME"  # tags of an adverb, by what it makes stronger


class AdverbSentence(NamedTuple):
    """One sentence with everything that can be asked about it.

    Attributes:
        words: the sentence.
        tags: one for each word: DET, NOUN, VERB, NOT, ADJ, PUNCT ..., and PRAISE or BLAME for the adverb.
        label: 1 if the sentence is in favour, 0 if not; a "not" turns it round.
    """

    words: tuple[str, ...]
    tags: tuple[str, ...]
    label: int

    def tagged(self) -> TaggedSentence:
        """As the tagger reads it."""
        return TaggedSentence(self.words, self.tags)

    def labelled(self) -> LabelledSentence:
        """As the classifier of sentences reads it."""
        return LabelledSentence(self.words, self.label)


def adverb_sentence(rng: np.random.Generator, *, negated: float = 0.3, adverbs: int = 1) -> AdverbSentence:
    """Draw one sentence.

        the  movie was  terribly exciting !      in favour; terribly is PRAISE
        this book  was  terribly boring   .      not;       terribly is BLAME
        the  play  was  not terribly funny .     not;       terribly is PRAISE

    Good and bad adjectives are equally likely after every adverb. So at the adverb, whoever reads from the
    left only can do no better than guess its tag; the word after it tells.

    Args:
        rng: `numpy.random.default_rng(seed)`.
        negated: probability of a "not", in [0, 1].
        adverbs: how many stand before the adjective; all have its tag. The more, the further off it is.

    Raises:
        CourseError: if `negated` is no probability or `adverbs` is negative.
    """
    if not 0 <= negated <= 1 or adverbs < 0:
        raise CourseError(
            f"adverb_sentence: negated lies in [0, 1] and adverbs is at least 0, got {negated} and {adverbs}"
        )
    opening = OPENINGS[int(rng.integers(len(OPENINGS)))]
    good = bool(rng.integers(2))
    adjectives = GOOD if good else BAD
    has_not = bool(rng.random() < negated)
    words = [*opening, SUBJECTS[int(rng.integers(len(SUBJECTS)))], "was"]
    tags = [*(("PRON", "VERB", "DET") if len(opening) == 3 else ("DET",)), "NOUN", "VERB"]
    if has_not:
        words.append("not")
        tags.append("NOT")
    words += [ADVERBS[int(k)] for k in rng.integers(len(ADVERBS), size=adverbs)]
    tags += [PRAISE if good else BLAME] * adverbs
    words += [adjectives[int(rng.integers(len(adjectives)))], "!" if rng.integers(2) else "."]
    tags += ["ADJ", "PUNCT"]
    return AdverbSentence(tuple(words), tuple(tags), int(good != has_not))


def left_context_accuracy() -> float:
    """Best share of right tags at the adverbs, in [0, 1], for whoever has not read the adjective yet."""
    return 0.5


def bag_of_words_label(words: tuple[str, ...]) -> int:
    """The baseline that adds up words and knows no "not": 1 if there is a good adjective.

    Its accuracy on `adverb_sentence` is 1 - negated.

    Raises:
        CourseError: if there is no adjective of this task among the words.
    """
    found = [word for word in words if word in GOOD or word in BAD]
    if not found:
        raise CourseError(f"there is no adjective of this task in {' '.join(words)!r}")
    return int(found[-1] in GOOD)
