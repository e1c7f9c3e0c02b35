"""Number agreement: the pairs are what they say, and the baseline fails where attractors stand."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from rnn_course.errors import CourseError
from rnn_course.lm import log_prob
from rnn_course.tasks import agreement
from rnn_course.text.languages import nested_agreement


@given(attractors=st.integers(0, 5), same=st.integers(0, 3), seed=st.integers(0, 2**32 - 1))
def test_a_pair_has_the_attractors_it_says(attractors: int, same: int, seed: int) -> None:
    pair = agreement.agreement_pair(attractors, np.random.default_rng(seed), same_number=same)
    numbers = [number for word in pair.context if (number := agreement.number_of(word))]
    subject = numbers[0]
    assert len(numbers) == 1 + attractors + same
    assert sum(number != subject for number in numbers) == attractors == pair.attractors
    assert agreement.number_of(pair.right) == subject != agreement.number_of(pair.wrong)
    for verbs in (agreement.VERBS["singular"], agreement.VERBS["plural"]):
        assert len({pair.right, pair.wrong} & set(verbs)) == 1


def test_recency_is_right_without_attractors_and_wrong_with_them() -> None:
    pairs = agreement.agreement_set(200, np.random.default_rng(0))
    assert agreement.agreement_accuracy(pairs, agreement.first_noun).accuracy == dict.fromkeys(range(5), 1.0)
    nearest = agreement.agreement_accuracy(pairs, agreement.nearest_noun)
    assert nearest.accuracy == {0: 1.0, 1: 0.0, 2: 0.0, 3: 0.0, 4: 0.0}
    assert nearest.pairs == dict.fromkeys(range(5), 200)


def test_other_nouns_let_recency_be_right_by_chance() -> None:
    """With k attractors among k + 1 nouns, the last one has the subject's number one time in k + 1."""
    pairs = agreement.agreement_set(1000, np.random.default_rng(1), same_number=1)
    accuracy = agreement.agreement_accuracy(pairs, agreement.nearest_noun).accuracy
    assert [accuracy[k] for k in range(5)] == pytest.approx([1 / (k + 1) for k in range(5)], abs=0.06)


def test_always_one_number_is_chance() -> None:
    pairs = agreement.agreement_set(50, np.random.default_rng(2))
    always = agreement.agreement_accuracy(
        pairs, lambda _, verbs: next(verb for verb in verbs if agreement.number_of(verb) == "plural")
    )
    assert set(always.accuracy.values()) == {0.5}


def test_the_order_of_the_verbs_tells_nothing() -> None:
    pairs = agreement.agreement_set(2000, np.random.default_rng(3), most=1)
    first = agreement.agreement_accuracy(pairs, lambda _, verbs: verbs[0])
    assert set(first.accuracy.values()) == {0.5}


def test_the_grammar_of_nested_agreement_is_always_right() -> None:
    """The pairs are sentences of that language, so its own model can be asked, and knows."""
    grammar = nested_agreement(attractor=0.5, clause=0)
    pairs = agreement.agreement_set(20, np.random.default_rng(4), same_number=1)

    def by_probability(context: tuple[str, ...], verbs: tuple[str, str]) -> str:
        return max(verbs, key=lambda verb: log_prob(grammar, [*context, verb, "."]))

    assert set(agreement.agreement_accuracy(pairs, by_probability).accuracy.values()) == {1.0}
    for words in (*agreement.NOUNS.values(), *agreement.VERBS.values()):
        assert set(words) <= set(grammar.vocabulary.tokens)


def test_what_cannot_be_asked_is_said() -> None:
    rng = np.random.default_rng(0)
    with pytest.raises(CourseError, match="attractors=-1"):
        agreement.agreement_pair(-1, rng)
    with pytest.raises(CourseError, match="even and at least 2, got 3"):
        agreement.agreement_set(3, rng)
    with pytest.raises(CourseError, match="no noun of this task in 'she'"):
        agreement.nearest_noun(("she",), ("knows", "know"))
    pairs = agreement.agreement_set(2, rng)
    with pytest.raises(CourseError, match="got 'maybe'"):
        agreement.agreement_accuracy(pairs, lambda *_: "maybe")
