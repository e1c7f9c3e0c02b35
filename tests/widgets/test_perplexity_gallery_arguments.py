"""What the gallery takes, refuses, sends and says; its numbers on the screen are tested in tests/browser."""

from __future__ import annotations

from collections.abc import Callable
from itertools import product
from typing import Any

import numpy as np
import pytest

from rnn_course.errors import DataError
from rnn_course.experiments.misreading import IN_WORDS, NONE, Mistakes, misread
from rnn_course.lm import sequence_log_probs
from rnn_course.models.kneser_ney import KneserNey
from rnn_course.models.ngram import MLE
from rnn_course.text.corpus import Corpus
from rnn_course.text.sources import language_reference
from rnn_course.text.vocabulary import Vocabulary
from rnn_course.widgets.base import MAX_PAYLOAD, WidgetError
from rnn_course.widgets.perplexity_gallery import EXAMPLES, PerplexityGallery
from rnn_course.widgets.perplexity_gallery_words import counted, finding, shown


@pytest.fixture(scope="module")
def corpus() -> Corpus:
    return language_reference()


@pytest.fixture(scope="module")
def model(corpus: Corpus) -> KneserNey:
    return KneserNey.fit(corpus.train, corpus.vocabulary, order=3)


def sent(widget: PerplexityGallery, name: str) -> np.ndarray:
    return np.frombuffer(getattr(widget, name), dtype=widget.arrays[name]["dtype"])


def test_what_is_sent_is_what_the_model_says(model: KneserNey) -> None:
    widget = PerplexityGallery(model)
    stream = model.vocabulary.stream(sentence.split() for sentence in EXAMPLES)
    np.testing.assert_allclose(sent(widget, "losses"), -sequence_log_probs(model, stream), rtol=1e-9)
    np.testing.assert_array_equal(sent(widget, "kinds") == 1, stream == 1)
    np.testing.assert_array_equal(sent(widget, "kinds") == 2, stream == 2)
    assert sent(widget, "lengths").tolist() == [len(sentence.split()) + 1 for sentence in EXAMPLES]
    assert "giraffe" in widget.words
    payload = sum(len(getattr(widget, name)) for name in widget.arrays)
    assert payload < MAX_PAYLOAD / 100


def test_sentences_in_three_forms(model: KneserNey) -> None:
    text = PerplexityGallery(model, "An exception is raised. It is not!")
    strings = PerplexityGallery(model, ["An exception is raised.", "It is not!"])
    tokens = PerplexityGallery(model, [["an", "exception", "is", "raised", "."], ["it", "is", "not", "!"]])
    assert text.words == strings.words == tokens.words
    assert text.losses == strings.losses == tokens.losses


def test_capitals_are_kept_where_the_model_knows_them() -> None:
    vocabulary = Vocabulary(["It", "rains"])
    model = MLE.fit(vocabulary.stream([["It", "rains"]]), vocabulary, order=1)
    assert PerplexityGallery(model, ["It rains"]).words == ["It", "rains", "</s>"]


@pytest.mark.parametrize("batch_size", [1, 3, 4])
def test_counted_is_what_the_right_loss_is_divided_by(model: KneserNey, batch_size: int) -> None:
    text = PerplexityGallery(model).text
    for padding, begin, no_end, no_unknown in product((False, True), repeat=4):
        mistakes = Mistakes(padding, begin, no_end, no_unknown)
        kept = text.losses[~((text.kinds == 1) & no_end) & ~((text.kinds == 2) & no_unknown)].sum()
        value = np.exp(kept / counted(text, mistakes, batch_size))
        assert text.perplexity(mistakes, batch_size) == pytest.approx(value)


def test_the_text_alternative_says_every_number(model: KneserNey) -> None:
    widget = PerplexityGallery(model, padding="on")
    said = widget.text_alternative()
    nll, ids = widget.text.losses, widget.text.ids
    right = misread(nll, ids)
    wrong = misread(nll, ids, Mistakes(padding=True), batch_size=4)
    assert f"Padding counted: the perplexity reads {shown(wrong)}" in said
    assert f"{100 * (1 - wrong / right):.0f} % below the right {shown(right)}. 44 tokens" in said
    for name, words in IN_WORDS.items():
        alone = misread(nll, ids, Mistakes(**{name: True}), batch_size=4)
        assert f"{shown(alone)} ({words.reason.split('<')[0]}" in said
    assert "`<s>` counted" in said
    widget.settings = 'padding="off"'
    assert f"J = {nll.sum():.2f} nats / 28 = {nll.mean():.3f}" in widget.text_alternative()


def test_presets_are_what_they_are_called(model: KneserNey) -> None:
    widget = PerplexityGallery(model)
    text = widget.text
    values = {
        name: text.perplexity(
            Mistakes(**{mistake: preset[mistake] == "on" for mistake in IN_WORDS}), preset["batch_size"]
        )
        for name, preset in widget.presets.items()
    }
    every = [text.perplexity(Mistakes(*made), 4) for made in product((False, True), repeat=8)]
    assert values["right"] == pytest.approx(misread(text.losses, text.ids))
    assert values["lowest"] == pytest.approx(min(every))
    assert values["highest"] == pytest.approx(max(every))
    cancelling = widget.presets["two that cancel"]
    assert [cancelling[name] for name in IN_WORDS].count("on") == 2
    assert values["two that cancel"] == pytest.approx(values["right"], rel=0.02)


def test_impossible_tokens_make_it_infinite(corpus: Corpus) -> None:
    widget = PerplexityGallery(MLE.fit(corpus.train, corpus.vocabulary, order=3))
    assert sent(widget, "impossible").any()
    assert np.isfinite(sent(widget, "losses")).all()
    assert "the perplexity is infinite" in widget.text_alternative()
    assert "two that cancel" not in widget.presets
    assert "reads infinite, as it should" in finding(widget.text, Mistakes(padding=True), 4)


def test_nothing_left_to_count(model: KneserNey) -> None:
    widget = PerplexityGallery(model, [["giraffe"]], no_end="on", no_unknown="on")
    assert widget.text_alternative().startswith(
        "`</s>` left out, `<unk>` left out: no token is left to count."
    )


def test_perplexities_for_reading() -> None:
    values = [4.889, 12.55, 1636.25, 2.8e7, np.inf, np.nan]
    assert [shown(value) for value in values] == ["4.89", "12.6", "1,636", "2.8e+7", "infinite", "nothing"]


def test_settings_go_round(model: KneserNey) -> None:
    widget = PerplexityGallery(model, batch_size=2, begin="on", exp_first="on")
    assert widget.mistakes == Mistakes(begin=True, exp_first=True)
    other = PerplexityGallery(model)
    assert other.mistakes == NONE
    other.settings = widget.settings
    assert other.settings == widget.settings
    values: dict[str, Any] = eval(f"dict({widget.settings})")  # as they are pasted into a call
    assert PerplexityGallery(model, **values).settings == widget.settings


class Scores:
    """What is no distribution."""

    def __init__(self, vocabulary: Vocabulary, value: float, size: int | None = None) -> None:
        self.vocabulary = vocabulary
        self.scores = np.full(len(vocabulary) if size is None else size, value)

    def initial_state(self) -> int:
        return 0

    def advance(self, state: int, token: int) -> int:
        return state + 1

    def next_log_probs(self, state: int) -> np.ndarray:
        return self.scores


WORDS = Vocabulary(["it", "rains"])


@pytest.mark.parametrize(
    ("make", "error", "message"),
    [
        (lambda m: PerplexityGallery("kneser-ney"), WidgetError, "model is a language model.*got str"),
        (lambda m: PerplexityGallery(m, []), DataError, "there is no sentence"),
        (lambda m: PerplexityGallery(m, 7), DataError, "strings or lists of tokens, got int"),
        (lambda m: PerplexityGallery(m, ["it is"] * 7), DataError, "7 sentences, and at most 6"),
        (lambda m: PerplexityGallery(m, ["it is", ""]), DataError, "sentence 2 is empty"),
        (lambda m: PerplexityGallery(m, ["it " * 12]), DataError, "sentence 1 has 13 tokens with </s>"),
        (lambda m: PerplexityGallery(m, [[1, 2]]), DataError, "neither a string nor a list of tokens"),
        (lambda m: PerplexityGallery(m, [["it", "</s>"]]), DataError, "sentence 1 holds </s>"),
        (
            lambda m: PerplexityGallery(m, batch_size=5),
            WidgetError,
            "batch_size is a whole number from 1 to 4",
        ),
        (lambda m: PerplexityGallery(m, padding="yes"), WidgetError, "padding is one of on, off, got 'yes'"),
        (lambda m: PerplexityGallery(m, paddings="on"), WidgetError, "no mistake is named 'paddings'"),
        (
            lambda m: PerplexityGallery(m, presets={"a": {"begin": True}}),
            WidgetError,
            "preset 'a': begin is one of on, off",
        ),
        (
            lambda m: PerplexityGallery(Scores(WORDS, np.log(0.4)), ["it rains"]),
            DataError,
            "after '<s>' the model's probabilities sum to 2:",
        ),
        (lambda m: PerplexityGallery(Scores(WORDS, np.nan), ["it rains"]), DataError, "sum to nan"),
        (
            lambda m: PerplexityGallery(Scores(WORDS, 0.0, 3), ["it rains"]),
            DataError,
            r"array of shape \(3,\), expected one log probability for each of the 5 tokens",
        ),
    ],
)
def test_errors_say_what_is_wrong(
    model: KneserNey, make: Callable[[KneserNey], Any], error: type[Exception], message: str
) -> None:
    with pytest.raises(error, match=message):
        make(model)


def test_a_setting_keeps_its_rule(model: KneserNey) -> None:
    widget = PerplexityGallery(model)
    with pytest.raises(WidgetError, match="begin is one of on, off"):
        widget.begin = "perhaps"
    with pytest.raises(WidgetError, match="no setting is named 'size'"):
        widget.settings = "size=3"
