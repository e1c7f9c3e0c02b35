"""What the widget on tickets and the lag takes, refuses, sends and says without a browser."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

from rnn_course.cells.cell import CELLS
from rnn_course.errors import VocabularyError
from rnn_course.experiments.tickets_by_lag import Readers, heard, readers_of_stories, story
from rnn_course.models.recurrent import RecurrentLM
from rnn_course.tasks.printing import THINGS
from rnn_course.text.vocabulary import Vocabulary
from rnn_course.widgets.base import MAX_PAYLOAD, WidgetError
from rnn_course.widgets.tickets import TRAINED, TicketsAndLag, left_in_words
from rnn_course.widgets.tickets_numbers import MOST_EVENTS


@pytest.fixture(scope="module")
def readers() -> Readers:
    return readers_of_stories(("Elman", "GRU"), hidden_size=8, stories=60, epochs=1)


@pytest.fixture(scope="module")
def widget(readers: Readers) -> TicketsAndLag:
    return TicketsAndLag(readers)


def array(widget: TicketsAndLag, name: str) -> np.ndarray:
    return np.frombuffer(getattr(widget, name), np.float32).reshape(widget.arrays[name]["shape"])


def test_what_is_sent_is_what_was_measured(readers: Readers, widget: TicketsAndLag) -> None:
    for time, models in enumerate(readers):
        for r, model in enumerate(models.values()):
            found = heard(model, [story("maps", 3)])
            k = THINGS.index("maps")
            np.testing.assert_allclose(
                array(widget, "probabilities")[time, r, 3, k], found.probabilities[0], rtol=1e-5
            )
            shares = array(widget, "shares")[time, r, 3, k]
            words = found.shares.shape[1]
            np.testing.assert_allclose(shares[:words], found.shares[0], rtol=1e-4)
            assert not shares[words:].any(), "nothing behind the story's end"
    accuracy = array(widget, "accuracy")
    assert accuracy.shape == (2, 2, MOST_EVENTS + 1)
    assert 0 <= accuracy.min() <= accuracy.max() <= 1
    assert widget.lags == [story("maps", events).lag for events in range(MOST_EVENTS + 1)]
    assert sum(len(getattr(widget, name)) for name in widget.arrays) < MAX_PAYLOAD


def test_the_story_grows_in_its_middle(widget: TicketsAndLag) -> None:
    assert widget.stories[0][5] == THINGS[0]
    for short, long in zip(widget.stories, widget.stories[1:], strict=False):
        assert long[: len(short) - 5] == short[:-5]
        assert long[-5:] == short[-5:]
        assert len(long) > len(short)


def test_what_is_shown_is_said_without_a_browser(readers: Readers) -> None:
    widget = TicketsAndLag(readers, thing="maps", events=2, weights="before training")
    said = widget.text_alternative()
    assert said.startswith(f"{story('maps', 2).lag} steps after “maps”, before training: Elman names “")
    p = heard(readers.new["GRU"], [story("maps", 2)]).probabilities[0]
    named = THINGS[int(p.argmax())]
    k = THINGS.index("maps")
    assert f"GRU names “{named}”, gives “maps” {p[k]:.2f}, gets " in said
    widget.weights = TRAINED
    assert "after training" in widget.text_alternative()


@pytest.mark.parametrize(
    ("share", "words"),
    [(1.0, "100 %"), (0.41, "41 %"), (0.0994, "9.9 %"), (0.0003, "0.030 %"), (2.2e-6, "0.00022 %"),
     (9e-7, "less than 0.0001 %"), (0.0, "less than 0.0001 %")],
)  # fmt: skip
def test_shares_of_any_size_are_read(share: float, words: str) -> None:
    assert left_in_words(share) == words


def test_settings_go_round(widget: TicketsAndLag, readers: Readers) -> None:
    other = TicketsAndLag(readers)
    other.settings = 'thing="poems", events=5, weights="before training"'
    assert other.settings == 'thing="poems", events=5, weights="before training"'
    with pytest.raises(WidgetError, match="events is a whole number from 0 to 6, got 7"):
        other.events = 7
    for preset in widget.presets.values():
        for name, value in preset.items():
            setattr(other, name, value)


def test_networks_of_ones_own_are_only_trained(readers: Readers) -> None:
    widget = TicketsAndLag({"mine": readers.trained["GRU"]})
    assert widget.readers == ["mine"]
    assert widget.rules["weights"]["names"] == [TRAINED]
    assert all(preset["weights"] == TRAINED for preset in widget.presets.values())
    assert "mine names “" in widget.finding


def stranger() -> RecurrentLM:
    vocabulary = Vocabulary.from_sentences([["she", "printed"]])
    return RecurrentLM.init(vocabulary, CELLS["elman"], 2, 2, np.random.default_rng(0))


@pytest.mark.parametrize(
    ("make", "error", "message"),
    [
        (lambda r: TicketsAndLag({}), WidgetError, "at least one"),
        (lambda r: TicketsAndLag(3), WidgetError, "by name, or what readers_of_stories gives; got int"),
        (lambda r: TicketsAndLag({"a": 3}), WidgetError, r"readers\['a'\] is a RecurrentLM"),
        (lambda r: TicketsAndLag({"": r.new["GRU"]}), WidgetError, "name is a text"),
        (lambda r: TicketsAndLag({"a": stranger()}), VocabularyError, "'a' does not know"),
        (lambda r: TicketsAndLag(Readers({"a": r.new["GRU"]}, r.trained)), WidgetError, "same names"),
        (lambda r: TicketsAndLag(dict.fromkeys("abcd", r.new["GRU"])), WidgetError, "one to three"),
        (lambda r: TicketsAndLag(r, thing="toner"), WidgetError, "thing is one of tickets"),
        (lambda r: TicketsAndLag(r, events=-1), WidgetError, "events is a whole number"),
        (lambda r: TicketsAndLag(r.trained, weights="before training"), WidgetError, "weights is one of"),
    ],
)
def test_errors_say_what_is_wrong(
    readers: Readers, make: Callable[[Readers], Any], error: type[Exception], message: str
) -> None:
    with pytest.raises(error, match=message):
        make(readers)
