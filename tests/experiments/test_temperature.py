"""Heat and brackets: lecture 07's experiments, on models whose answers are known."""

from __future__ import annotations

import numpy as np
import pytest

from rnn_course.errors import CourseError, DataError
from rnn_course.experiments.temperature import heat, open_brackets
from rnn_course.models.kneser_ney import KneserNey
from rnn_course.models.ngram import MLE
from rnn_course.text.corpus import Corpus
from rnn_course.text.sources import standard_library_source


@pytest.fixture(scope="module")
def source() -> Corpus:
    return standard_library_source(max_characters=200_000)


def test_a_model_that_repeats_itself_has_one_new_round() -> None:
    """ "abc abc abc ..." for ever: each of the 4 pieces of its circle is new once."""
    corpus = Corpus.from_sentences("round", [list("abc " * 500)], [list("abc " * 100)], unit="characters")
    model = MLE.fit(corpus.train, corpus.vocabulary, order=2)
    heated = heat(model, corpus, [0.0], np.random.default_rng(0), beginnings=["ab"], characters=200)
    assert heated.real_words.tolist() == [1.0]
    assert heated.new_pieces[0] == pytest.approx(4 / 181)
    assert heated.of_real_text == (1.0, pytest.approx(4 / 181))


def test_heat_breaks_words_and_brings_new_ones(source: Corpus) -> None:
    model = KneserNey.fit(source.train, source.vocabulary, order=6)
    heated = heat(model, source, [0.2, 1.0, 2.0], np.random.default_rng(0))
    assert heated.real_words[0] > heated.real_words[1] > heated.real_words[2]
    assert heated.new_pieces[0] < heated.new_pieces[1]
    again = heat(model, source, [0.2, 1.0, 2.0], np.random.default_rng(0))
    np.testing.assert_array_equal(heated.real_words, again.real_words)


def test_an_n_gram_knows_of_a_bracket_as_long_as_it_sees_it(source: Corpus) -> None:
    for order in (4, 6):
        model = KneserNey.fit(source.train, source.vocabulary, order=order)
        found = open_brackets(model, source, range(2, 10))
        sees = found.distances <= order - 2  # the bracket and the word are the context
        assert (found.opened[sees] > found.none[sees]).all()
        np.testing.assert_array_equal(found.opened[~sees], found.none[~sees])


def test_errors_say_what_is_wrong(source: Corpus) -> None:
    model = MLE.fit(source.train, source.vocabulary, order=2)
    rng = np.random.default_rng(0)
    words = Corpus.from_sentences("words", [["the", "cat"]])
    for arguments, error, message in [
        ((model, source, [], rng), CourseError, "at least one temperature"),
        ((model, words, [1.0], rng), DataError, "words is a corpus of words"),
        ((model, source, [-1.0], rng), CourseError, "temperature is at least 0"),
    ]:
        with pytest.raises(error, match=message):
            heat(*arguments)  # type: ignore[arg-type]
    with pytest.raises(CourseError, match="characters is at least 40, got 39"):
        heat(model, source, [1.0], rng, characters=39)
    with pytest.raises(DataError, match="has no word of 90 letters"):
        open_brackets(model, source, [90])
    with pytest.raises(DataError, match="expected one of characters"):
        open_brackets(model, words, [3])
