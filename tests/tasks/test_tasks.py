"""Each generated problem: its answer follows from its input, and its baselines reach what they state."""

from __future__ import annotations

from collections import Counter

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from rnn_course.errors import CourseError
from rnn_course.tasks import adding, adverbs, copying, printing, recall, translation

seeds = st.integers(0, 2**32 - 1)


@given(lag=st.integers(0, 30), symbols=st.integers(2, 9), blank=st.booleans(), seed=seeds)
def test_recall_asks_for_the_first_symbol(lag: int, symbols: int, blank: bool, seed: int) -> None:
    filler: recall.Filler = "blank" if blank else "symbols"
    inputs, targets = recall.recall(lag, 5, np.random.default_rng(seed), symbols=symbols, filler=filler)
    assert inputs.shape == (lag + 1, 5)
    assert (inputs[0] == targets).all()
    assert inputs.max() < recall.recall_vocabulary_size(symbols=symbols, filler=filler)
    assert targets.max() < symbols
    if blank:
        assert (inputs[1:] == symbols).all()
    targets[:] = -1
    assert (inputs >= 0).all(), "targets are an array of their own"


def test_nothing_but_the_first_row_tells_what_to_recall() -> None:
    inputs, targets = recall.recall(3, 40_000, np.random.default_rng(1))
    for t in (1, 2, 3):  # the best guess from a later row is right one time in eight
        table = np.zeros((8, 8))
        np.add.at(table, (inputs[t], targets), 1)
        assert table.max(axis=1).sum() / len(targets) == pytest.approx(recall.chance_accuracy(), abs=0.01)
    assert recall.chance_loss() == pytest.approx(-np.log(recall.chance_accuracy()))


@given(length=st.integers(2, 40), seed=seeds)
def test_adding_marks_one_number_of_each_half(length: int, seed: int) -> None:
    inputs, targets = adding.adding(length, 6, np.random.default_rng(seed))
    assert inputs.shape == (length, 6, 2)
    for b in range(6):
        marked = np.flatnonzero(inputs[:, b, 1])
        assert len(marked) == 2
        assert marked[0] < length // 2 <= marked[1]
        assert targets[b] == pytest.approx(inputs[marked, b, 0].sum())


def test_the_errors_of_the_adding_baselines_are_what_comes_out() -> None:
    inputs, targets = adding.adding(10, 200_000, np.random.default_rng(0))
    assert np.mean((targets - 1) ** 2) == pytest.approx(adding.baseline_error(), rel=0.02)
    first = (inputs[:5] * [1, 0] * inputs[:5, :, 1:]).sum(axis=(0, 2))
    assert np.mean((targets - first - 0.5) ** 2) == pytest.approx(adding.one_remembered_error(), rel=0.02)


def test_copying_as_published() -> None:
    """Arjovsky et al. 2016: T + 20 steps, ten symbols, T - 1 blanks, the delimiter, ten blanks."""
    T = 7
    inputs, targets = copying.copying(T, 3, np.random.default_rng(0))
    assert inputs.shape == targets.shape == (T + 20, 3)
    assert inputs[:10].max() < 8
    assert (inputs[10 : 10 + T - 1] == 8).all()
    assert (inputs[10 + T - 1] == 9).all()
    assert (inputs[10 + T :] == 8).all()
    assert (targets[: T + 10] == 8).all()
    assert (targets[T + 10 :] == inputs[:10]).all()
    assert copying.memoryless_loss(500) == pytest.approx(10 * np.log(8) / 520)
    assert copying.copying_vocabulary_size() == inputs.max() + 1


@given(events=st.integers(0, 12), seed=seeds)
def test_the_thing_to_print_is_named_once_and_the_lag_before(events: int, seed: int) -> None:
    story = printing.long_wait(events, np.random.default_rng(seed))
    assert [word for word in story.context if word in printing.THINGS] == [story.answer]
    sentence = story.sentence()
    first, second = (t for t, word in enumerate(sentence) if word == story.answer)
    assert second - first - 1 == story.lag
    assert story.context[-2:] == ("printed", "her")


def test_the_things_are_equally_likely_and_longer_stories_wait_longer() -> None:
    rng = np.random.default_rng(0)
    drawn = [printing.long_wait(3, rng) for _ in range(8000)]
    shares = Counter(story.answer for story in drawn)
    assert len(shares) == len(printing.THINGS)
    assert max(shares.values()) / len(drawn) == pytest.approx(printing.chance_accuracy(), abs=0.015)
    means = [np.mean([printing.long_wait(n, rng).lag for _ in range(200)]) for n in range(5)]
    assert (np.diff(means) > 3).all()


@given(seed=seeds, negated=st.floats(0, 1), count=st.integers(0, 4))
def test_the_adjective_decides_the_adverbs_tag_and_not_turns_the_label(
    seed: int, negated: float, count: int
) -> None:
    words, tags, label = adverbs.adverb_sentence(np.random.default_rng(seed), negated=negated, adverbs=count)
    assert len(words) == len(tags)
    good = words[-2] in adverbs.GOOD
    assert [tag for word, tag in zip(words, tags, strict=True) if word in adverbs.ADVERBS] == [
        adverbs.PRAISE if good else adverbs.BLAME
    ] * count
    assert label == (good != ("not" in words))


def test_what_stands_left_of_an_adverb_tells_nothing_of_its_tag() -> None:
    rng = np.random.default_rng(0)
    by_prefix: dict[tuple[str, ...], Counter[str]] = {}
    right = 0
    for _ in range(6_000):
        sentence = adverbs.adverb_sentence(rng, negated=0.3)
        k = next(k for k, word in enumerate(sentence.words) if word in adverbs.ADVERBS)
        near = sentence.words[max(0, k - 2) : k + 1]
        by_prefix.setdefault(near, Counter())[sentence.tags[k]] += 1
        right += adverbs.bag_of_words_label(sentence.words) == sentence.label
    best = sum(counts.most_common(1)[0][1] for counts in by_prefix.values()) / 6_000
    assert best == pytest.approx(adverbs.left_context_accuracy(), abs=0.04)
    assert right / 6_000 == pytest.approx(0.7, abs=0.02)
    assert sentence.tagged().tags == sentence.tags
    assert sentence.labelled().label == sentence.label


def by_rule(source: tuple[str, ...]) -> tuple[str, ...]:
    """A second translator, from the source side: split at the verb, then article, noun, adjective."""
    verbs = {verb[k]: verb[2 + k] for verb in translation.VERBS for k in range(2)}
    nouns = {noun[k]: (noun[2 + k], noun[4] + "sp"[k]) for noun in translation.NOUNS for k in range(2)}
    article = {"ms": "el", "mp": "los", "fs": "la", "fp": "las"}
    ending = {"ms": "o", "mp": "os", "fs": "a", "fp": "as"}
    stems = dict(translation.ADJECTIVES)
    cut = next(k for k, word in enumerate(source) if word in verbs)
    phrases = []
    for phrase in (source[:cut], source[cut + 1 :]):
        word, kind = nouns[phrase[-1]]
        phrases.append((article[kind], word, *(stems[a] + ending[kind] for a in phrase[1:-1])))
    return (*phrases[0], verbs[source[cut]], *phrases[1])


@given(seed=seeds, adjectives=st.floats(0, 1))
def test_the_translation_follows_from_the_source(seed: int, adjectives: float) -> None:
    source, target = translation.translation(np.random.default_rng(seed), adjectives=adjectives)
    known_source, known_target = translation.vocabularies()
    assert set(source) <= set(known_source)
    assert set(target) <= set(known_target)
    assert len(source) == len(target) == len(translation.word_by_word(source))
    assert [*by_rule(source)] == [*target]


def test_one_translation_by_eye() -> None:
    source = ("the", "small", "girls", "have", "the", "red", "book")
    assert by_rule(source) == ("las", "chicas", "pequeñas", "tienen", "el", "libro", "rojo")


def test_every_sentence_can_be_drawn_and_looking_up_words_is_not_enough() -> None:
    rng = np.random.default_rng(0)
    drawn = {translation.translation(rng, adjectives=5 / 6) for _ in range(20_000)}
    assert 0.9 * translation.sentence_count() < len(drawn) <= translation.sentence_count()
    assert len({pair.source for pair in drawn}) == len(drawn)
    right = np.mean([translation.word_by_word(pair.source) == pair.target for pair in drawn])
    assert 0 < right < 0.1


@pytest.mark.parametrize("vocabulary", translation.vocabularies())
def test_vocabularies_hold_each_word_once(vocabulary: tuple[str, ...]) -> None:
    assert len(set(vocabulary)) == len(vocabulary)


rng = np.random.default_rng(0)


@pytest.mark.parametrize(
    ("call", "message"),
    [
        (lambda: recall.recall(-1, 2, rng), "lag=-1"),
        (lambda: recall.recall(3, 2, rng, filler="noise"), "'noise'"),  # type: ignore[arg-type]
        (lambda: adding.adding(1, 2, rng), "got 1 and 2"),
        (lambda: copying.copying(0, 2, rng), "lag=0"),
        (lambda: printing.long_wait(-2, rng), "got -2"),
        (lambda: adverbs.adverb_sentence(rng, negated=1.5), r"got 1\.5"),
        (lambda: adverbs.bag_of_words_label(("the",)), "no adjective"),
        (lambda: translation.translation(rng, adjectives=-0.1), r"got -0\.1"),
        (lambda: translation.word_by_word(("the", "bird")), "'bird'"),
    ],
)
def test_numbers_out_of_range_are_named(call: object, message: str) -> None:
    with pytest.raises(CourseError, match=message):
        call()  # type: ignore[operator]
