"""What the explorer takes, refuses and sends; its numbers are tested in tests/browser."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

from rnn_course.errors import CourseError, DataError, OrderError, VocabularyError
from rnn_course.models.discounting import AbsoluteDiscounting
from rnn_course.models.interpolation import Interpolated, stick_lengths
from rnn_course.models.kneser_ney import KneserNey
from rnn_course.models.ngram_counts import NgramCounts
from rnn_course.text.corpus import Corpus
from rnn_course.text.sources import language_reference
from rnn_course.text.vocabulary import Vocabulary
from rnn_course.widgets.base import MAX_PAYLOAD, WidgetError
from rnn_course.widgets.ngram_estimates import estimates
from rnn_course.widgets.ngram_explorer import NgramExplorer
from rnn_course.widgets.ngram_presets import example_contexts

TEXT = "The cat sat on the mat. The dog sat on the cat. A dog ran."


@pytest.fixture(scope="module")
def corpus() -> Corpus:
    return language_reference()


def sent(widget: NgramExplorer) -> np.ndarray:
    return np.frombuffer(widget.stream, dtype={2: np.uint16, 4: np.uint32}[widget.id_bytes])


def test_the_stream_arrives_as_it_was(corpus: Corpus) -> None:
    widget = NgramExplorer(corpus)
    np.testing.assert_array_equal(sent(widget), corpus.train)
    assert tuple(widget.tokens) == corpus.vocabulary.tokens
    assert (widget.id_bytes, widget.unit, widget.lowercase) == (2, "words", True)
    payload = len(widget.stream) + sum(len(token.encode()) + 3 for token in widget.tokens)
    assert payload < MAX_PAYLOAD


def test_own_text_in_three_forms() -> None:
    from_string = NgramExplorer(TEXT)
    vocabulary = Vocabulary(from_string.tokens[3:])
    from_stream = NgramExplorer(sent(from_string).astype(int), vocabulary)
    with_vocabulary = NgramExplorer(TEXT, vocabulary)
    assert from_string.stream == from_stream.stream == with_vocabulary.stream
    assert "The" not in from_string.tokens
    cased = NgramExplorer("The end", Vocabulary(["The", "end"]))
    assert not cased.lowercase
    assert sent(cased).tolist() == [3, 4, 1]


def test_numpy_numbers_are_numbers() -> None:
    widget = NgramExplorer(TEXT, order=np.int64(2), smoothing="add-k", k=np.float32(0.5))  # type: ignore[arg-type]
    assert widget.settings == 'context="", order=2, smoothing="add-k", k=0.5'


def test_a_large_vocabulary_takes_four_bytes() -> None:
    vocabulary = Vocabulary([f"w{i}" for i in range(70_000)])
    widget = NgramExplorer(np.array([70_002, 3, 1]), vocabulary)
    assert widget.id_bytes == 4
    assert sent(widget).tolist() == [70_002, 3, 1]


@pytest.mark.parametrize("order", range(1, 6))
def test_estimates_are_those_of_the_models(corpus: Corpus, order: int) -> None:
    found = estimates(corpus.train, corpus.vocabulary, 5, corpus.valid)
    counts = NgramCounts(corpus.train, corpus.vocabulary, order)
    kneser_ney = KneserNey(counts)
    assert [*found["adjusted"][: order - 1], found["raw"][order - 1]] == [
        list(D) for D in kneser_ney.discounts
    ]
    absolute = AbsoluteDiscounting(counts)
    assert [(D,) for D in found["absolute"][:order]] == absolute.discounts
    interpolated = Interpolated.fit(corpus.train, corpus.vocabulary, order=order, held_out=corpus.valid)
    np.testing.assert_allclose(found["lambdas"][order - 1], stick_lengths(interpolated.weights))


def test_without_held_out_text_each_order_keeps_half() -> None:
    widget = NgramExplorer(TEXT)
    assert widget.estimates["lambdas"][2] == [1.0, 0.5, 0.5, 0.5]
    held_out = NgramExplorer(TEXT, held_out=sent(widget).astype(int))
    assert held_out.estimates["lambdas"][2] != [1.0, 0.5, 0.5, 0.5]


def test_presets_are_what_they_are_called(corpus: Corpus) -> None:
    contexts = {
        name: settings["context"]
        for name, settings in example_contexts(corpus.train, corpus.vocabulary).items()
    }
    counts = NgramCounts(corpus.train, corpus.vocabulary, 3)
    seen = {name: counts.context_count(context.split()) for name, context in contexts.items() if context}
    assert seen["seen once"] == 1
    assert seen["never seen"] == 0
    assert seen["frequent"] > 50
    assert contexts["start of a sentence"] == ""
    assert example_contexts(corpus.train, corpus.vocabulary) == example_contexts(
        corpus.train, corpus.vocabulary
    )


def test_presets_of_a_text_without_words() -> None:
    assert example_contexts(np.array([3, 1]), Vocabulary(["!"])) == {"start of a sentence": {"context": ""}}


def test_settings_go_round() -> None:
    widget = NgramExplorer(
        TEXT, order=2, smoothing="add-k", k=0.25, compare="kneser-ney", context='on "the"\\'
    )
    other = NgramExplorer(TEXT)
    other.settings = widget.settings
    assert other.settings == widget.settings
    assert (other.order, other.k, other.context) == (2, 0.25, 'on "the"\\')
    values: dict[str, Any] = eval(f"dict({widget.settings})")  # as they are pasted into a call
    assert NgramExplorer(TEXT, **values).settings == widget.settings


@pytest.mark.parametrize(
    "settings", ["order", "order=", "f(order=1)", "order=3, 5", "**{'order': 3}", "order=open"]
)
def test_settings_that_cannot_be_read(settings: str) -> None:
    widget = NgramExplorer(TEXT)
    with pytest.raises(CourseError):
        widget.settings = settings
    assert widget.order == 3


@pytest.mark.parametrize(
    ("make", "error", "message"),
    [
        (lambda: NgramExplorer(""), DataError, "text is empty"),
        (lambda: NgramExplorer(" \n "), DataError, "text is empty"),
        (lambda: NgramExplorer(np.array([], dtype=int), Vocabulary("ab")), DataError, "text is empty"),
        (lambda: NgramExplorer(np.array([3])), WidgetError, "needs its vocabulary"),
        (lambda: NgramExplorer(np.array([[3]]), Vocabulary("ab")), DataError, r"shape \(1, 1\)"),
        (lambda: NgramExplorer(np.array([9, 1]), Vocabulary("ab")), VocabularyError, "id 9 at position 0"),
        (lambda: NgramExplorer(np.array([0.5]), Vocabulary("ab")), VocabularyError, "float64"),
        (lambda: NgramExplorer(["a", "b"]), DataError, "got list"),  # type: ignore[arg-type]
        (lambda: NgramExplorer(TEXT, order=0), OrderError, "from 1 to 5, got 0"),
        (lambda: NgramExplorer(TEXT, order=6), OrderError, "from 1 to 5, got 6"),
        (lambda: NgramExplorer(TEXT, order=2.5), OrderError, "got 2.5"),  # type: ignore[arg-type]
        (
            lambda: NgramExplorer("a. B.", order=5),
            OrderError,
            "no sentence of the text is that long: 4 at most",
        ),
        (lambda: NgramExplorer(TEXT, smoothing="laplace"), WidgetError, "smoothing is one of mle, add-k"),
        (lambda: NgramExplorer(TEXT, compare="laplace"), WidgetError, "compare is one of"),
        (lambda: NgramExplorer(TEXT, k=-1), WidgetError, "k is a number, at least 0"),
        (lambda: NgramExplorer(TEXT, k=float("nan")), WidgetError, "k is a number, at least 0"),
        (lambda: NgramExplorer(TEXT, context=5), WidgetError, "context is a text"),  # type: ignore[arg-type]
        (
            lambda: NgramExplorer(TEXT, presets={"x": {"size": 3}}),
            WidgetError,
            "preset 'x': no setting is named 'size'",
        ),
        (lambda: NgramExplorer(TEXT, presets={"x": {"order": 9}}), OrderError, "preset 'x': order"),
        (lambda: NgramExplorer(np.full(600_000, 3), Vocabulary("ab")), DataError, "1.2 MB, and at most 1 MB"),
    ],
)
def test_errors_say_what_is_wrong(
    make: Callable[[], NgramExplorer], error: type[Exception], message: str
) -> None:
    with pytest.raises(error, match=message):
        make()


def test_a_corpus_brings_its_vocabulary(corpus: Corpus) -> None:
    with pytest.raises(WidgetError, match="brings its own vocabulary"):
        NgramExplorer(corpus, corpus.vocabulary)


def test_wrong_values_set_later_are_refused() -> None:
    widget = NgramExplorer("a. B.", order=2)
    for name, value in [("order", 5), ("smoothing", "x"), ("k", -0.1), ("compare", "x")]:
        with pytest.raises(CourseError):
            setattr(widget, name, value)
    assert widget.settings == 'context="", order=2, smoothing="mle"'


def test_what_is_shown_where_widgets_cannot_run() -> None:
    data, _ = NgramExplorer(TEXT)._repr_mimebundle_()
    assert "application/vnd.jupyter.widget-view+json" in data
    assert "n-gram explorer over a text of" in data["text/markdown"]
