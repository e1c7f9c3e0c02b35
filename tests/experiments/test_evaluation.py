"""The experiments of lecture 03."""

from __future__ import annotations

from itertools import pairwise

import numpy as np
import pytest

from rnn_course.errors import DataError
from rnn_course.experiments.evaluation import perplexity_gallery, real_text, sampling_table, tempered
from rnn_course.lm import perplexity
from rnn_course.models.kneser_ney import KneserNey
from rnn_course.text.corpus import Corpus
from rnn_course.text.sources import language_reference


@pytest.fixture(scope="module")
def corpus() -> Corpus:
    return language_reference()


@pytest.fixture(scope="module")
def model(corpus: Corpus) -> KneserNey:
    return KneserNey.fit(corpus.train, corpus.vocabulary, order=3)


def test_only_one_of_the_gallery_is_right(corpus: Corpus, model: KneserNey) -> None:
    gallery = {reading.name: reading for reading in perplexity_gallery(model, corpus.test)}
    right = perplexity(model, corpus.test)
    assert gallery["right"].value == pytest.approx(right)
    assert [name for name, reading in gallery.items() if not reading.mistake] == ["right"]
    off = {name: abs(reading.value / right - 1) for name, reading in gallery.items()}
    assert off.pop("right") < 1e-12
    assert min(off.values()) > 1e-4, "each is wrong"
    assert sorted(off.values())[1] > 0.005, (
        "at most one is right by luck, as it is on some versions of the text"
    )


def test_which_way_each_mistake_errs(corpus: Corpus, model: KneserNey) -> None:
    value = {reading.name: reading.value for reading in perplexity_gallery(model, corpus.test)}
    for flattering in ["padding counted", "<s> counted", "2 to the power of nats"]:
        assert value[flattering] < value["right"], flattering
    for harsh in ["</s> left out"]:
        assert value[harsh] > value["right"], harsh
    assert value["padding counted"] < value["right"] / 3, "most of a batch of sentences is padding"


def test_the_gallery_by_hand(corpus: Corpus) -> None:
    class Fixed:
        vocabulary = corpus.vocabulary

        def sequence_log_probs(self, stream: np.ndarray) -> np.ndarray:
            return np.log(np.where(stream == 1, 1 / 4, 1 / 2))

    stream = np.array([5, 6, 7, 1, 8, 1])  # two sentences, of 4 and of 2 tokens
    value = {
        reading.name: reading.value
        for reading in perplexity_gallery(Fixed(), stream, batch_size=1)  # type: ignore[arg-type]
    }
    assert value["right"] == pytest.approx(2 ** (8 / 6))
    assert value["mean of the sentences' J"] == pytest.approx(2 ** ((5 / 4 + 3 / 2) / 2))
    assert value["mean of the batches' perplexities"] == pytest.approx((2 ** (5 / 4) + 2 ** (3 / 2)) / 2)
    assert value["</s> left out"] == pytest.approx(2)
    assert value["<s> counted"] == pytest.approx(2)
    assert value["padding counted"] == pytest.approx(2 ** (8 / 6)), "batches of one have no padding"


def test_the_gallery_says_what_it_needs(corpus: Corpus, model: KneserNey) -> None:
    with pytest.raises(DataError, match="end with </s>"):
        perplexity_gallery(model, np.array([5, 6]))
    with pytest.raises(DataError, match="1 sentences do not fill"):
        perplexity_gallery(model, np.array([5, 1]))


def test_temperature_trades_variety_for_probability(model: KneserNey) -> None:
    table = sampling_table(model, 0, [{"temperature": t} for t in (0.3, 0.7, 1.0, 1.5)], tokens=500)
    assert all(a.log_prob > b.log_prob for a, b in pairwise(table))
    assert table[0].distinct < table[2].distinct
    assert table[0].name == "temperature 0.3"
    assert sampling_table(model, 0, [{"top_k": 5}])[0] == sampling_table(model, 0, [{"top_k": 5}])[0]


def test_people_write_less_probably_than_a_careful_sampler(corpus: Corpus, model: KneserNey) -> None:
    """Holtzman et al. 2020: the most probable text is not the most like ours; greedy text repeats itself."""
    real = real_text(model, corpus.test, 0)
    greedy, nucleus = sampling_table(model, 0, [{"temperature": 0}, {"top_p": 0.7}])
    assert greedy.log_prob > nucleus.log_prob > real.log_prob
    assert greedy.distinct < 0.1 < real.distinct
    assert abs(nucleus.distinct - real.distinct) < 0.1
    assert real.log_prob == pytest.approx(-np.log(perplexity(model, corpus.test)), abs=0.3)


def test_measures_of_a_text_by_hand(corpus: Corpus) -> None:
    class Fixed:
        vocabulary = corpus.vocabulary

        def sequence_log_probs(self, stream: np.ndarray) -> np.ndarray:
            return np.log(np.where(stream == 1, 1 / 4, 1 / 2))

    stream = np.array([5, 6, 5, 6, 1, 5, 1])
    measured = real_text(Fixed(), stream, 0, tokens=7)  # type: ignore[arg-type]
    assert measured.log_prob == pytest.approx(np.log(0.5) - 2 / 7 * np.log(2))
    assert measured.distinct == pytest.approx(4 / 5)  # 5 6, 6 5, 5 6, 6 </s>; 5 </s>
    assert measured.length == 3.5
    with pytest.raises(DataError, match="has 7 tokens, and 8 are asked for"):
        real_text(Fixed(), stream, 0, tokens=8)  # type: ignore[arg-type]
    with pytest.raises(DataError, match="at least 2 tokens"):
        real_text(Fixed(), stream, 0, tokens=1)  # type: ignore[arg-type]


def test_entropy_grows_with_temperature_up_to_uniform() -> None:
    log_probs = np.log([0.7, 0.2, 0.1])
    entropies = [entropy for _, entropy in tempered(log_probs, [0.01, 0.5, 1, 2, 1e6])]
    assert entropies[0] == pytest.approx(0, abs=1e-9)
    assert entropies[2] == pytest.approx(-(0.7 * np.log(0.7) + 0.2 * np.log(0.2) + 0.1 * np.log(0.1)))
    assert entropies[-1] == pytest.approx(np.log(3))
    assert all(a < b for a, b in pairwise(entropies))
