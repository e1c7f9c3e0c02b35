"""What the widget on two-sided context takes, refuses, sends and says without a browser."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

from rnn_course.cells.bidirectional import bidirectional
from rnn_course.cells.cell import CELLS
from rnn_course.errors import DataError, VocabularyError
from rnn_course.experiments.context_sides import from_the_right, what_reaches
from rnn_course.models.labels import Labels
from rnn_course.models.tagger import Tagger
from rnn_course.text.vocabulary import Vocabulary
from rnn_course.widgets.base import MAX_PAYLOAD, WidgetError
from rnn_course.widgets.two_sided import TwoSidedContext

WORDS = ("the", "movie", "was", "terribly", "exciting", "boring", "!")
PAIR = ("the movie was terribly exciting !", "the movie was terribly boring !")


def tagger(kind: str = "left", labels: str = "ab") -> Tagger:
    gru = CELLS["gru"]
    cell = {"left": gru, "right": from_the_right(gru), "both": bidirectional(gru)}[kind]
    return Tagger.init(Vocabulary(WORDS), Labels(labels), cell, 3, 4, np.random.default_rng(0))


def readers() -> dict[str, Tagger]:
    return {kind: tagger(kind) for kind in ("left", "right", "both")}


def array(widget: TwoSidedContext, name: str) -> np.ndarray:
    return np.frombuffer(getattr(widget, name), np.float32).reshape(widget.arrays[name]["shape"])


def test_what_is_sent_is_what_was_measured() -> None:
    widget = TwoSidedContext(readers(), [*PAIR, "the movie !"])
    shares, distances = array(widget, "shares"), array(widget, "distances")
    words = tuple(PAIR[1].split())
    np.testing.assert_allclose(shares[1, 2], what_reaches(tagger("both"), words).shares, rtol=1e-6)
    assert not shares[2, :, 3:].any(), "nothing after a shorter sentence"
    a, b = (what_reaches(tagger("right"), tuple(each.split())).outputs[2] for each in PAIR)
    expected = np.linalg.norm(a - b) / np.sqrt(np.linalg.norm(a) * np.linalg.norm(b))
    np.testing.assert_allclose(distances[0, 1, 1, 2], expected, rtol=1e-6)
    assert (distances[0, 1, 0] == [0, 0, 0, 0, -1, distances[0, 1, 0, 5]]).all(), "from the left: the same"
    assert (distances[0, 2, :, 2:] == -1).all(), "other words stand there, or none"
    np.testing.assert_allclose(array(widget, "probabilities")[0].sum(axis=-1), 1, rtol=1e-6)
    assert sum(len(getattr(widget, name)) for name in widget.arrays) < MAX_PAYLOAD


def test_the_first_sentence_is_said_without_a_browser() -> None:
    widget = TwoSidedContext(readers(), PAIR)
    finding = widget.text_alternative()
    assert finding.startswith("What reaches “terribly”, and its tag: left 4 of 6 words, ")
    assert "right 3 of 6 words" in finding
    assert "both 6 of 6 words" in finding
    assert (
        "Its vector differs from that in “the movie was terribly boring !” by 0 % of its length (left), "
        in finding
    )
    alone = TwoSidedContext({"left": tagger()}, PAIR[0])
    assert "vector" not in alone.finding, "there is nothing to compare with"
    adjective = TwoSidedContext(readers(), PAIR, word=4)
    assert adjective.finding.startswith("What reaches “exciting”")
    assert "vector" not in adjective.finding, "another word stands there"


def test_settings_go_round() -> None:
    widget = TwoSidedContext(readers(), [*PAIR, "the movie !"], sentence="the movie !", word=5)
    assert widget.finding.startswith("What reaches “!”, and its tag: left 3 of 3 words"), (
        "a shorter sentence ends before"
    )
    other = TwoSidedContext(readers(), [*PAIR, "the movie !"])
    other.settings = widget.settings
    assert other.settings == f'sentence="the movie !", against="{PAIR[1]}", word=5'
    with pytest.raises(WidgetError, match="sentence is one of the movie was"):
        other.sentence = "the"


def test_without_arguments_it_trains_readers_and_has_examples() -> None:
    widget = TwoSidedContext()
    assert widget.readers == ["left only", "right only", "both ways"]
    for settings in widget.presets.values():
        words = settings["sentence"].split()
        assert settings["word"] < len(words)
    assert "right only 3 of 6 words, PRAISE (" in widget.finding


@pytest.mark.parametrize(
    ("make", "error", "message"),
    [
        (lambda: TwoSidedContext({}, PAIR), WidgetError, "one to three taggers by name, got 0"),
        (lambda: TwoSidedContext(tagger(), PAIR), WidgetError, "got Tagger"),
        (lambda: TwoSidedContext({"a": 1}, PAIR), WidgetError, r"readers\['a'\] is a Tagger, got int"),
        (lambda: TwoSidedContext({"": tagger()}, PAIR), WidgetError, "name is a text"),
        (
            lambda: TwoSidedContext({"a": tagger(), "b": tagger(labels="ac")}, PAIR),
            WidgetError,
            "different labels",
        ),
        (lambda: TwoSidedContext(readers(), []), DataError, "1 to 8 texts"),
        (lambda: TwoSidedContext(readers(), ["the"] * 9), DataError, "1 to 8 texts"),
        (lambda: TwoSidedContext(readers(), 3), DataError, "got 3"),
        (lambda: TwoSidedContext(readers(), [3]), DataError, "a sentence is a text, got 3"),
        (lambda: TwoSidedContext(readers(), [""]), DataError, "1 to 16 words can be shown, got 0"),
        (lambda: TwoSidedContext(readers(), "the " * 17), DataError, "got 17"),
        (lambda: TwoSidedContext(readers(), ["the movie", "the movie"]), DataError, "stands twice"),
        (lambda: TwoSidedContext(readers(), "the zebra"), VocabularyError, "'left' does not know 'zebra'"),
        (lambda: TwoSidedContext(readers(), PAIR, word=6), WidgetError, "word is a whole number from 0 to 5"),
        (lambda: TwoSidedContext(readers(), PAIR, against="x"), WidgetError, "against is one of"),
    ],
)
def test_errors_say_what_is_wrong(make: Callable[[], Any], error: type[Exception], message: str) -> None:
    with pytest.raises(error, match=message):
        make()
