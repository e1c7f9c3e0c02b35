"""A verb agrees with its subject, not with the noun before it; and a word is needed again much later."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from typing import Literal, NamedTuple

import numpy as np

from rnn_course.errors import CourseError
from rnn_course.text.annotated import AgreementPair

Number = Literal["singular", "plural"]
Chooser = Callable[[tuple[str, ...], tuple[str, str]], str]

NOUNS: dict[Number, tuple[str, ...]] = {
    "singular": ("writer", "book", "child", "dog", "key"),
    "plural": ("writers", "books", "children", "dogs", "keys"),
}
VERBS: dict[Number, tuple[str, ...]] = {
    "singular": ("knows", "sees", "hears", "waits"),
    "plural": ("know", "see", "hear", "wait"),
}
OTHER: dict[Number, Number] = {"singular": "plural", "plural": "singular"}


def agreement_pair(
    attractors: int, rng: np.random.Generator, *, same_number: int = 0, subject: Number | None = None
) -> AgreementPair:
    """One sentence up to its verb, with so many nouns of the wrong number on the way.

        the writer of the books of the children   ->   knows, not know          2 attractors

    The words are those of `rnn_course.text.languages.nested_agreement`, so that a model of that language
    can be asked.

    Args:
        attractors: nouns between subject and verb that have the other number (Linzen et al. 2016).
        rng: `numpy.random.default_rng(seed)`.
        same_number: nouns between them that have the subject's number; their places are drawn.
        subject: its number; drawn if left out.

    Raises:
        CourseError: if a number is negative.
    """
    if attractors < 0 or same_number < 0:
        raise CourseError(
            f"agreement_pair: counts of nouns are at least 0, got attractors={attractors} and "
            f"same_number={same_number}"
        )
    number: Number = subject or ("singular", "plural")[rng.integers(2)]
    between = [OTHER[number]] * attractors + [number] * same_number
    numbers = [number, *(between[k] for k in rng.permutation(len(between)))]
    words: list[str] = []
    for each in numbers:
        words += ["of", "the", _draw(NOUNS[each], rng)]
    verb = int(rng.integers(len(VERBS[number])))
    return AgreementPair(tuple(words[1:]), VERBS[number][verb], VERBS[OTHER[number]][verb], attractors)


def agreement_set(
    per_attractors: int, rng: np.random.Generator, *, most: int = 4, same_number: int = 0
) -> list[AgreementPair]:
    """`per_attractors` pairs each for 0, 1 .. `most` attractors, half of them with a singular subject.

    Args:
        per_attractors: an even number, so that always answering with one number is right half of the time.
        rng: `numpy.random.default_rng(seed)`.
        most: the largest number of attractors.
        same_number: see `agreement_pair`.

    Raises:
        CourseError: if `per_attractors` is odd or below 2.
    """
    if per_attractors < 2 or per_attractors % 2:
        raise CourseError(f"agreement_set: per_attractors is even and at least 2, got {per_attractors}")
    numbers: tuple[Number, Number] = ("singular", "plural")
    return [
        agreement_pair(attractors, rng, same_number=same_number, subject=numbers[k % 2])
        for attractors in range(most + 1)
        for k in range(per_attractors)
    ]


def number_of(word: str) -> Number | None:
    """The number of a noun or verb of this task, None for any other word."""
    for words in (NOUNS, VERBS):
        for number, forms in words.items():
            if word in forms:
                return number
    return None


def nearest_noun(context: tuple[str, ...], candidates: tuple[str, str]) -> str:
    """The baseline of sequential recency: the verb that agrees with the last noun, whatever the subject.

    Raises:
        CourseError: if the context holds no noun of this task, or no candidate fits.
    """
    return _agreeing(_nouns(context)[-1], candidates)


def first_noun(context: tuple[str, ...], candidates: tuple[str, str]) -> str:
    """The rule of this task: the verb that agrees with the subject, which is the first noun.

    Raises:
        CourseError: if the context holds no noun of this task, or no candidate fits.
    """
    return _agreeing(_nouns(context)[0], candidates)


class Agreement(NamedTuple):
    """How often the right verb was chosen.

    Attributes:
        accuracy: by number of attractors, the share of right choices, in [0, 1]; 0.5 is chance.
        pairs: by number of attractors, how many pairs there were.
    """

    accuracy: dict[int, float]
    pairs: dict[int, int]


def agreement_accuracy(pairs: Iterable[AgreementPair], choose: Chooser) -> Agreement:
    """Ask for the verb of each pair.

    Args:
        pairs: generated ones, or those of `rnn_course.text.annotated.agreement_pairs`.
        choose: (context, (verb, verb)) -> one of the two verbs. They come in alphabetical order, so that
            their order tells nothing.

    Raises:
        CourseError: if `choose` gives a word that was not among the two.
    """
    right: dict[int, int] = {}
    asked: dict[int, int] = {}
    for pair in pairs:
        first, second = sorted((pair.right, pair.wrong))
        answer = choose(pair.context, (first, second))
        if answer not in (first, second):
            raise CourseError(f"agreement_accuracy: choose {first!r} or {second!r}, got {answer!r}")
        asked[pair.attractors] = asked.get(pair.attractors, 0) + 1
        right[pair.attractors] = right.get(pair.attractors, 0) + (answer == pair.right)
    return Agreement({n: right[n] / asked[n] for n in sorted(asked)}, {n: asked[n] for n in sorted(asked)})


def _draw(words: Sequence[str], rng: np.random.Generator) -> str:
    return words[int(rng.integers(len(words)))]


def _nouns(context: tuple[str, ...]) -> list[Number]:
    numbers = [number for number in map(number_of, context) if number]
    if not numbers:
        raise CourseError(f"there is no noun of this task in {' '.join(context)!r}")
    return numbers


def _agreeing(number: Number, candidates: tuple[str, str]) -> str:
    for verb in candidates:
        if number_of(verb) == number:
            return verb
    raise CourseError(f"none of {candidates} is a {number} verb of this task")
