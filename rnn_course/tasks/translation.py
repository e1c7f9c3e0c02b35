"""A small piece of English, and what it is in Spanish: adjectives change places, and everything agrees."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from rnn_course.errors import CourseError

# noun: singular, plural, Spanish singular, Spanish plural, gender
SUBJECTS = (
    ("dog", "dogs", "perro", "perros", "m"),
    ("child", "children", "niño", "niños", "m"),
    ("cat", "cats", "gata", "gatas", "f"),
    ("girl", "girls", "chica", "chicas", "f"),
)
OBJECTS = (
    ("book", "books", "libro", "libros", "m"),
    ("hat", "hats", "sombrero", "sombreros", "m"),
    ("house", "houses", "casa", "casas", "f"),
    ("door", "doors", "puerta", "puertas", "f"),
)
NOUNS = SUBJECTS + OBJECTS
# adjective: English, Spanish stem of four forms in -o -a -os -as
ADJECTIVES = (("red", "roj"), ("small", "pequeñ"), ("white", "blanc"), ("old", "viej"), ("new", "nuev"))
# verb: English singular and plural, Spanish singular and plural
VERBS = (
    ("sees", "see", "ve", "ven"),
    ("hides", "hide", "esconde", "esconden"),
    ("has", "have", "tiene", "tienen"),
)
ARTICLES = {"m": ("el", "los"), "f": ("la", "las")}
ENDINGS = {"m": ("o", "os"), "f": ("a", "as")}


class Translation(NamedTuple):
    """A sentence and its one translation.

    Attributes:
        source: English words.
        target: Spanish words.
    """

    source: tuple[str, ...]
    target: tuple[str, ...]


def translation(rng: np.random.Generator, *, adjectives: float = 0.5) -> Translation:
    """Draw a sentence and its translation.

        the small girls have the red book    ->    las chicas pequeñas tienen el libro rojo

    "the" is el, la, los or las: it agrees with a noun that the source names one or two words later. The
    adjective agrees too, and stands behind its noun.

    Args:
        rng: `numpy.random.default_rng(seed)`.
        adjectives: probability that a noun has one, in [0, 1].

    Raises:
        CourseError: if `adjectives` is no probability.
    """
    if not 0 <= adjectives <= 1:
        raise CourseError(f"translation: adjectives is a probability in [0, 1], got {adjectives}")
    source: list[str] = []
    target: list[str] = []
    for nouns in (SUBJECTS, OBJECTS):
        plural = int(rng.integers(2))
        noun = nouns[int(rng.integers(len(nouns)))]
        gender = noun[4]
        adjective = ADJECTIVES[int(rng.integers(len(ADJECTIVES)))] if rng.random() < adjectives else None
        source += ["the", *([adjective[0]] if adjective else []), noun[plural]]
        target += [ARTICLES[gender][plural], noun[2 + plural]]
        if adjective:
            target.append(adjective[1] + ENDINGS[gender][plural])
        if nouns is SUBJECTS:
            verb = VERBS[int(rng.integers(len(VERBS)))]
            source.append(verb[plural])
            target.append(verb[2 + plural])
    return Translation(tuple(source), tuple(target))


def sentence_count() -> int:
    """How many different sentences `translation` can draw."""
    subjects, objects = (len(nouns) * 2 * (1 + len(ADJECTIVES)) for nouns in (SUBJECTS, OBJECTS))
    return subjects * objects * len(VERBS)


def vocabularies() -> tuple[tuple[str, ...], tuple[str, ...]]:
    """All source words and all target words, each once."""
    source = ["the", *(word for noun in NOUNS for word in noun[:2])]
    source += [word for word, _ in ADJECTIVES] + [word for verb in VERBS for word in verb[:2]]
    target = [word for pair in ARTICLES.values() for word in pair]
    target += [word for noun in NOUNS for word in noun[2:4]]
    target += [stem + ending for _, stem in ADJECTIVES for pair in ENDINGS.values() for ending in pair]
    target += [word for verb in VERBS for word in verb[2:]]
    return tuple(source), tuple(target)


def word_by_word(source: tuple[str, ...]) -> tuple[str, ...]:
    """The baseline that looks up each word and keeps the order: masculine singular where a word has forms.

    Raises:
        CourseError: if a word is none of `vocabularies()[0]`.
    """
    dictionary = {"the": "el"} | {word: stem + "o" for word, stem in ADJECTIVES}
    for entry in (*(noun[:4] for noun in NOUNS), *VERBS):
        dictionary |= {entry[0]: entry[2], entry[1]: entry[3]}
    unknown = [word for word in source if word not in dictionary]
    if unknown:
        raise CourseError(f"word_by_word: {unknown[0]!r} is no source word of this task")
    return tuple(dictionary[word] for word in source)
