"""The language of tales: what holds in all of them, and what the seed decides."""

import numpy as np
import pytest

from rnn_course import lm
from rnn_course.errors import DataError
from rnn_course.text.tales import NAMES, NOUNS, PLACES, VERBS, draw, keyed_rng, noun_form, tales, verb_form


@pytest.fixture(scope="module")
def sentences() -> list[list[str]]:
    return [tales(3).vocabulary.decode(s) for s in draw(tales(3), keyed_rng(3, "test"), 400)]


def test_the_words_are_those_of_every_seed_and_the_rest_is_not() -> None:
    first, second = tales(1), tales(2)
    assert first.vocabulary == second.vocabulary
    assert len(first.vocabulary) == 117
    assert first.entropy != second.entropy
    assert tales(1).entropy == first.entropy
    for language in (first, second):
        assert 3.5 < np.exp(language.entropy) < 5.5


def test_a_tale_begins_with_its_place_and_ends_with_a_stop(sentences: list[list[str]]) -> None:
    for sentence in sentences:
        assert sentence[0] in PLACES
        assert sentence[1:3] == [",", "the"]
        assert sentence[-1] == "."


def test_verbs_agree_with_their_subjects_where_nothing_stands_between(sentences: list[list[str]]) -> None:
    one, many = ({verb_form(verb, number) for verb in VERBS} for number in ("one", "many"))
    nouns = {noun_form(noun, "many"): many for noun in NOUNS} | {noun: one for noun in NOUNS}
    seen = 0
    for sentence in sentences:
        subject = next(t for t, word in enumerate(sentence) if word in nouns)
        if sentence[subject + 1] in one | many:
            assert sentence[subject + 1] in nouns[sentence[subject]]
            seen += 1
    assert seen > 100


def test_who_was_named_is_mostly_named_again(sentences: list[list[str]]) -> None:
    pairs = [(s[t - 1], s[t + 1]) for s in sentences for t, word in enumerate(s) if word == "because"]
    assert all(a in NAMES and b in NAMES for a, b in pairs)
    assert 0.75 < np.mean([a == b for a, b in pairs]) < 0.95


def test_its_entropy_is_what_a_long_text_costs() -> None:
    language = tales(5)
    text = [i for s in draw(language, keyed_rng(5, "text"), 3000) for i in [*s, 1]]
    assert lm.cross_entropy(language, np.array(text)) == pytest.approx(language.entropy, abs=0.03)


def test_purposes_and_seeds_have_numbers_of_their_own() -> None:
    drawn = {float(keyed_rng(seed, purpose).random()) for seed in (0, 1) for purpose in ("a", "b")}
    assert len(drawn) == 4
    assert keyed_rng(1, "a").random() == keyed_rng(1, "a").random()


@pytest.mark.parametrize("seed", [-1, 1.5, "1", None, True])
def test_what_is_no_seed_is_told(seed: object) -> None:
    with pytest.raises(DataError, match="whole number"):
        tales(seed)  # type: ignore[arg-type]


def test_what_cannot_be_drawn_is_told() -> None:
    with pytest.raises(DataError, match="at least 0"):
        draw(tales(1), np.random.default_rng(0), -1)
