"""Beam search against greedy decoding, against all sentences there are, and against its own definition."""

from __future__ import annotations

import math
from collections.abc import Iterator
from itertools import product
from typing import Any

import numpy as np
import pytest

from rnn_course.beam_search import beam_search, length_penalty
from rnn_course.cells.cell import CELLS
from rnn_course.cells.stacked import stacked
from rnn_course.errors import CourseError
from rnn_course.lm import LanguageModel, log_prob, sample
from rnn_course.models.recurrent import RecurrentLM
from rnn_course.text.vocabulary import Vocabulary

VOCABULARY = Vocabulary(["a", "b"])


class Table:
    """A first-order Markov model with the probabilities of a table; every step is one row."""

    def __init__(self, vocabulary: Vocabulary, rows: dict[str, dict[str, float]]) -> None:
        self.vocabulary = vocabulary
        self.rows = np.zeros((len(vocabulary), len(vocabulary)))
        for row, entries in rows.items():
            for token, probability in entries.items():
                self.rows[vocabulary.tokens.index(row), vocabulary.tokens.index(token)] = probability

    def initial_state(self) -> int:
        return self.vocabulary.bos_id

    def advance(self, state: int, token: int) -> int:
        return self.vocabulary.bos_id if token == self.vocabulary.eos_id else token

    def next_log_probs(self, state: int) -> Any:
        with np.errstate(divide="ignore"):
            return np.log(self.rows[state])


# The best first word is "a", the best sentence begins with "b".
GARDEN_PATH = Table(
    VOCABULARY, {"<s>": {"a": 0.6, "b": 0.4}, "a": {"</s>": 0.5, "b": 0.5}, "b": {"</s>": 0.9, "a": 0.1}}
)


def recurrent(seed: int, scale: float = 4.0) -> RecurrentLM:
    """Weights that are large enough for uneven predictions."""
    model = RecurrentLM.init(VOCABULARY, stacked(CELLS["lstm"], 2), 4, 5, np.random.default_rng(seed))
    assert model.params.U is not None
    model.params.U[...] *= 5 * scale
    model.params.E[...] *= scale
    return model


def sentences(model: LanguageModel[Any], longest: int) -> Iterator[tuple[tuple[str, ...], float]]:
    """Every sentence of up to `longest` predicted tokens with `</s>`, and its log-probability."""
    for words in range(longest):
        for tokens in product(model.vocabulary.tokens[2:], repeat=words):
            yield tokens, log_prob(model, list(tokens))


def test_greedy_misses_the_best_sentence_and_a_beam_of_two_finds_it() -> None:
    greedy, two = (beam_search(GARDEN_PATH, beam_size=size)[0] for size in (1, 2))
    assert greedy.tokens == ("a",)
    assert greedy.log_prob == pytest.approx(math.log(0.6 * 0.5))
    assert two.tokens == ("b",)
    assert two.log_prob == pytest.approx(math.log(0.4 * 0.9))


@pytest.mark.parametrize("seed", range(8))
def test_a_beam_of_one_is_greedy(seed: int) -> None:
    model = recurrent(seed)
    for context in ((), ("a",), ("b", "a")):
        (found,) = beam_search(model, context=context, beam_size=1, max_tokens=9)
        greedy = sample(model, np.random.default_rng(0), context=context, max_tokens=9, temperature=0)
        assert list(found.tokens) == greedy
        assert found.ended == (len(greedy) < 9)


@pytest.mark.parametrize("power", [0.0, 0.7, 1.5])
@pytest.mark.parametrize("seed", range(4))
def test_a_beam_wide_enough_for_all_is_exhaustive(seed: int, power: float) -> None:
    model = recurrent(seed, 1.0)
    everything = sorted(
        ((log_p / length_penalty(len(tokens) + 1, power), tokens) for tokens, log_p in sentences(model, 5)),
        key=lambda pair: -pair[0],
    )
    found = beam_search(model, beam_size=4**5, max_tokens=5, length_power=power)
    ended = [h for h in found if h.ended]
    assert [h.tokens for h in ended] == [tokens for _, tokens in everything]
    np.testing.assert_allclose([h.score for h in ended], [score for score, _ in everything], rtol=1e-10)
    cut_off = found[len(ended) :]
    assert len(cut_off) == 3**5
    assert all(not h.ended and len(h.tokens) == 5 for h in cut_off)


@pytest.mark.parametrize("seed", range(6))
@pytest.mark.parametrize("size", [1, 2, 3, 7])
def test_it_is_what_its_definition_says(seed: int, size: int) -> None:
    """A second implementation: whole strings, no states, no early end."""
    model, longest, power = recurrent(seed, 2.0), 7, 0.6
    names = model.vocabulary.tokens[1:]  # all but <s>
    live: list[tuple[str, ...]] = [()]
    ended = []
    for length in range(1, longest + 1):
        grown = [(*words, name) for words in live for name in names]
        complete = [words[-1] == "</s>" for words in grown]
        scores = [
            log_prob(model, list(words[: len(words) - end]), end=end)
            for words, end in zip(grown, complete, strict=True)
        ]
        best = sorted(range(len(grown)), key=lambda k: -scores[k])[:size]
        penalty = ((5 + length) / 6) ** power
        ended += [(scores[k] / penalty, grown[k][:-1]) for k in best if complete[k]]
        live = [grown[k] for k in best if not complete[k]]
    expected = sorted(ended, key=lambda pair: -pair[0])[:size]
    found = beam_search(model, beam_size=size, max_tokens=longest, length_power=power)
    assert [h.tokens for h in found if h.ended] == [tokens for _, tokens in expected]
    np.testing.assert_allclose([h.score for h in found if h.ended], [score for score, _ in expected])
    assert all(h.log_prob == pytest.approx(log_prob(model, list(h.tokens), end=h.ended)) for h in found)


def test_length_normalisation_lets_longer_sentences_win() -> None:
    model = Table(
        VOCABULARY, {"<s>": {"a": 0.5, "</s>": 0.5}, "a": {"b": 0.8, "</s>": 0.2}, "b": {"</s>": 1.0}}
    )
    best = {power: beam_search(model, beam_size=4, length_power=power)[0].tokens for power in (0.0, 2.0)}
    assert best == {0.0: (), 2.0: ("a", "b")}
    assert length_penalty(1, 0.7) == 1
    assert length_penalty(7, 1.0) == 2


def test_what_has_no_probability_is_never_found() -> None:
    found = beam_search(GARDEN_PATH, beam_size=50, max_tokens=4)
    assert not any("<unk>" in h.tokens for h in found)
    assert sum(math.exp(h.log_prob) for h in found) == pytest.approx(1)
    dead = Table(VOCABULARY, {"<s>": {"a": 1.0}})
    with pytest.raises(CourseError, match="every next token probability 0"):
        beam_search(dead)
    assert beam_search(dead, max_tokens=1)[0].tokens == ("a",)


def test_sizes_under_one_are_refused() -> None:
    for settings in ({"beam_size": 0}, {"max_tokens": 0}, {"length_power": -0.1}, {"length_power": math.nan}):
        with pytest.raises(CourseError, match="at least 1, and length_power at least 0; got"):
            beam_search(GARDEN_PATH, **settings)  # type: ignore[arg-type]
