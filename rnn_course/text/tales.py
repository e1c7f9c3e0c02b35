"""A language of one-sentence tales, drawn anew for every seed: topics, agreement, and names that return."""

from __future__ import annotations

import hashlib

import numpy as np
from jaxtyping import Float
from numpy import ndarray

from rnn_course.errors import DataError
from rnn_course.text.grammar import Grammar

PLACES = ("harbour", "kitchen", "forest", "castle", "market", "desert")
NAMES = ("anna", "bert", "clara", "dora", "emil", "frida", "gustav", "hanna", "ivan", "judith")
NOUNS = (
    *("baker", "bear", "boat", "cat", "crab", "dancer", "donkey", "drum", "farmer", "fox", "ghost", "goose"),
    *(
        "horse",
        "judge",
        "king",
        "lamp",
        "maid",
        "monk",
        "owl",
        "painter",
        "pirate",
        "robot",
        "singer",
        "tiger",
    ),
)
VERBS = (
    *("admire", "answer", "draw", "feed", "follow", "forget", "greet", "hear", "help", "hide", "invite"),
    *("know", "like", "paint", "praise", "remember"),
)
ADJECTIVES = (
    "big",
    "brave",
    "clever",
    "grey",
    "hungry",
    "kind",
    "lazy",
    "old",
    "quiet",
    "red",
    "small",
    "young",
)
NUMBERS = ("one", "many")
ROUNDS = 200_000  # of the key's derivation, a tenth of a second: no place to try seeds by the thousand

Rule = tuple[float, *tuple[str, ...]]


def tales(seed: int) -> Grammar:
    """The language of a seed. Its words are always the same; what they have to do with each other is not.

        forest , the owls of the king feed dora because dora remembers the foxes .

    The first word is the place. It says which nouns, verbs and names are probable until the sentence ends. A
    verb agrees with its subject, whatever stands between them ("of the king", "that emil hears"). Whoever
    was named as an object is probably the subject of what follows.

    Args:
        seed: at least 0.

    Raises:
        DataError: if the seed is not a whole number of at least 0.
    """
    rng = keyed_rng(seed, "language")
    rules: dict[str, dict[str, Rule]] = {}
    topics = [f"{place} " for place in PLACES]  # a symbol begins with its topic
    places = rng.dirichlet(np.full(len(PLACES), 20.0))
    rules["TALE"] = {
        place: (float(p), "COMMA", "THE", topic + "SUBJECT")
        for place, topic, p in zip(PLACES, topics, places, strict=True)
    }
    rules["COMMA"] = {",": (1.0,)}
    rules["THE"] = {"the": (1.0,)}
    for topic in topics:
        rules |= _topic(rng, topic)
    return Grammar(f"tales of seed {seed}", rules)


def keyed_rng(seed: int, purpose: str) -> np.random.Generator:
    """A generator keyed by a slow digest of a seed.

    A program that sees what was drawn with it finds the seed, and with it all that will be drawn, only by
    trying one seed after another, at a tenth of a second each.

    Args:
        seed: at least 0.
        purpose: another one gives other numbers.

    Raises:
        DataError: if the seed is not a whole number of at least 0.
    """
    if isinstance(seed, bool) or not isinstance(seed, (int, np.integer)) or seed < 0:
        raise DataError(f"seed must be a whole number of at least 0, got {seed!r}")
    key = hashlib.pbkdf2_hmac("sha256", str(int(seed)).encode(), purpose.encode(), ROUNDS)
    return np.random.default_rng(np.frombuffer(key, dtype=np.uint32))


def draw(language: Grammar, rng: np.random.Generator, how_many: int) -> list[list[int]]:
    """Sentences as lists of ids, without `</s>`.

    Raises:
        DataError: if their number is negative.
    """
    if how_many < 0:
        raise DataError(f"how_many is at least 0, got {how_many}")
    return [[language.vocabulary.id(word) for word in language.sentence(rng)] for _ in range(how_many)]


def _topic(rng: np.random.Generator, topic: str) -> dict[str, dict[str, Rule]]:
    """The rules of what is told of one place."""
    nouns = _peaked(rng, len(NOUNS), 0.2)
    verbs = _peaked(rng, len(VERBS), 0.25)
    names = _peaked(rng, len(NAMES), 0.5)
    of, that, named, on, adjective = (
        float(rng.uniform(low, low + 0.1)) for low in (0.2, 0.15, 0.5, 0.5, 0.25)
    )
    returns = 0.85
    rules: dict[str, dict[str, Rule]] = {}
    many = float(rng.uniform(0.35, 0.65))
    shares = {"one": 1 - many, "many": many}
    forms = [(noun, number, p) for noun, p in zip(NOUNS, nouns, strict=True) for number in NUMBERS]
    plain = 1 - adjective
    described: dict[str, Rule] = {word: (adjective / len(ADJECTIVES), topic + "NOUN") for word in ADJECTIVES}
    rules[topic + "NOUN"] = {
        noun_form(noun, number): (plain * p * shares[number],) for noun, number, p in forms
    }
    rules[topic + "NOUN"] |= described
    rules[topic + "SUBJECT"] = {
        noun_form(noun, number): (plain * p * shares[number], f"{topic}AFTER {number}")
        for noun, number, p in forms
    }
    rules[topic + "SUBJECT"] |= {word: (p, topic + "SUBJECT") for word, (p, *_) in described.items()}
    rules[topic + "NAME"] = {name: (p,) for name, p in zip(NAMES, names, strict=True)}
    for number in NUMBERS:
        act = {verb_form(verb, number): p for verb, p in zip(VERBS, verbs, strict=True)}
        rules[f"{topic}VERB {number}"] = {verb: (p,) for verb, p in act.items()}
        rules[f"{topic}AFTER {number}"] = {
            **{verb: (p * (1 - of - that), f"{topic}OBJECT") for verb, p in act.items()},
            "of": (of, "THE", topic + "NOUN", f"{topic}AFTER {number}"),
            "that": (that, topic + "NAME", f"{topic}VERB one", f"{topic}AFTER {number}"),
        }
    rules[topic + "OBJECT"] = {
        **{name: (named * p, f"{topic}THEN {name}") for name, p in zip(NAMES, names, strict=True)},
        "the": (1 - named, topic + "NOUN", "STOP"),
    }
    for name in NAMES:
        rules[f"{topic}THEN {name}"] = {".": (1 - on,), "because": (on, f"{topic}AGAIN {name}")}
        others = (1 - returns) / (len(NAMES) - 1)
        rules[f"{topic}AGAIN {name}"] = {
            other: (returns if other == name else others, f"{topic}VERB one", f"{topic}OBJECT")
            for other in NAMES
        }
    rules["STOP"] = {".": (1.0,)}
    return rules


def _peaked(rng: np.random.Generator, size: int, evenness: float) -> list[float]:
    """Probabilities of which a few are large and none is 0."""
    drawn: Float[ndarray, " size"] = rng.dirichlet(np.full(size, evenness))
    return [float(p) for p in 0.97 * drawn + 0.03 / size]


def noun_form(noun: str, number: str) -> str:
    """`fox`, `foxes`; `maid`, `maids`."""
    if number == "one":
        return noun
    return noun + ("es" if noun.endswith("x") else "s") if noun != "goose" else "geese"


def verb_form(verb: str, number: str) -> str:
    """`knows` of one, `know` of many."""
    return verb if number == "many" else verb + "s"
