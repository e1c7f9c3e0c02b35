"""The experiments of lecture 08."""

from __future__ import annotations

import numpy as np
import pytest

from rnn_course.errors import CourseError
from rnn_course.experiments.uses import answering, encodings_by_tail, padding_bug, tagging, translating
from rnn_course.tasks.where_is import PEOPLE, PLACES, last_place, where_is


def test_tags_that_the_next_word_decides() -> None:
    result = tagging()
    # lecture 08: "every tag right", "no better than a coin at these words"
    assert result.two_way > 0.99
    assert result.at_adverbs[1] > 0.98
    assert 0.35 < result.at_adverbs[0] < 0.65
    assert result.one_way < 0.95
    assert abs(result.one_way - result.most_frequent) < 0.03, "what follows is all that it lacks"


def test_padding_changes_a_sentence_only_where_its_length_is_forgotten() -> None:
    result = padding_bug(epochs=4)
    for encoding in ("final", "max", "mean"):
        assert result.shift[encoding] > 0.2, encoding
        assert result.shift_with_lengths[encoding] < 1e-5, encoding
    assert result.flipped["final"] > 0.2


@pytest.mark.slow
def test_the_final_state_forgets_what_the_maximum_keeps() -> None:
    result = encodings_by_tail()
    # lecture 08: "all three read short sentences", "a coin after forty idle words"
    assert all(shares[0] > 0.95 for shares in result.accuracy.values())
    assert result.accuracy["final"][-1] < 0.7
    assert result.accuracy["max"][-1] > 0.9
    assert result.accuracy["final"][-1] < result.accuracy["mean"][-1] <= result.accuracy["max"][-1]


@pytest.mark.slow
def test_translation_word_by_word_and_as_a_whole() -> None:
    result = translating()
    assert result.lengths == [5, 6, 7]
    assert min(result.exact) > 0.9
    assert max(result.by_word) < 0.1
    assert all(len(example) == 3 for example in result.examples)


@pytest.mark.slow
def test_who_knows_the_question_reads_better() -> None:
    result = answering()
    assert result.question_first > 0.9
    assert result.question_first > result.question_last + 0.1
    assert result.question_last > result.last_place > result.chance


def test_stories_have_one_answer() -> None:
    rng = np.random.default_rng(0)
    for _ in range(200):
        story = where_is(4, rng)
        text = " ".join(story.context)
        person = story.question[2]
        assert person in PEOPLE
        own = [sentence for sentence in text.split(" .") if sentence.strip().startswith(person)]
        assert own[-1].split()[-1] == story.answer
        assert last_place(story) in PLACES
    with pytest.raises(CourseError, match="at least one move"):
        where_is(0, rng)
