"""What the gradient-flow widget takes, refuses, sends and says without a browser."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

from rnn_course.cells.bidirectional import bidirectional
from rnn_course.cells.cell import CELLS
from rnn_course.errors import CourseError, DataError, VocabularyError
from rnn_course.experiments.influence import word_influence
from rnn_course.models.recurrent import RecurrentLM
from rnn_course.text.vocabulary import Vocabulary
from rnn_course.widgets.base import MAX_PAYLOAD, WidgetError
from rnn_course.widgets.gradient_flow import GradientFlow, fades_at, percent
from rnn_course.widgets.gradient_flow_numbers import first_weights, new_networks

WORDS = ("the", "key", "of", "dogs", "waits", ".", "<unk>s")
SENTENCE = "the key of the dogs waits ."


def model(cell: str = "gru", *, seed: int = 0, words: tuple[str, ...] = WORDS, **options: Any) -> RecurrentLM:
    network = bidirectional(CELLS["gru"]) if cell == "both" else CELLS[cell]
    return RecurrentLM.init(Vocabulary(words), network, 3, 4, np.random.default_rng(seed), **options)


def array(widget: GradientFlow, name: str) -> np.ndarray:
    return np.frombuffer(getattr(widget, name), np.float32).reshape(widget.arrays[name]["shape"])


@pytest.fixture(scope="module")
def widget() -> GradientFlow:
    models = {"Elman": model("elman"), "LSTM": model("lstm")}
    return GradientFlow(
        models, SENTENCE, before={"Elman": model("elman", seed=1), "LSTM": model("lstm", seed=1)}
    )


def test_what_is_sent_is_what_was_measured(widget: GradientFlow) -> None:
    assert widget.read == ["<s>", *SENTENCE.split()]
    assert widget.predicted == [*SENTENCE.split(), "</s>"]
    assert (widget.stages, widget.networks) == (["new", "trained"], ["Elman", "LSTM"])
    expected = word_influence(model("lstm"), SENTENCE.split())
    np.testing.assert_allclose(array(widget, "states")[1, 1], expected.shares, rtol=1e-6)
    np.testing.assert_allclose(array(widget, "probabilities")[1, 1], np.exp(-expected.losses), rtol=1e-6)
    np.testing.assert_allclose(array(widget, "vectors").sum(axis=-1), 1, rtol=1e-5)
    assert sum(len(getattr(widget, name)) for name in widget.arrays) < MAX_PAYLOAD


def test_the_new_networks_are_those_of_the_measurements(widget: GradientFlow) -> None:
    """About 7 steps, or about 100: a statement about the first weights."""
    new = array(widget, "new")
    np.testing.assert_array_equal(new, new_networks())
    reach = {name: fades_at(new[row, 0]) for row, name in enumerate(first_weights())}
    assert 5 <= int(reach["Elman, uniform"]) <= 9
    assert int(reach["Elman, orthogonal"]) > 10
    assert 7 <= int(reach["LSTM, 0"]) < int(reach["LSTM, 1"]) < int(reach["LSTM, 2"])
    assert 70 <= int(reach["LSTM, 2"]) <= 120
    assert reach["LSTM, 3"] == reach["LSTM, chrono 100"] == reach["GRU, chrono 100"] == "more than 120"
    plain, lowest = new[0, 0], new[0, 3]
    assert lowest[0] < plain[0], "each layer on the way down takes its share"


def test_the_new_elman_networks_by_the_chain_rule(widget: GradientFlow) -> None:
    """dJ/dh^(t-1) = W_h^T ((1 - h^2) * dJ/dh^(t)), written out, for the same draws."""
    logs = []
    for seed in range(3):
        rng = np.random.default_rng(seed)
        W_h, W_e, b_1 = CELLS["elman"].init(32, 64, rng, dtype=np.float32)
        x = rng.standard_normal((140, 4, 32), np.float32)
        dh = rng.standard_normal((4, 64), np.float32)
        h = [np.zeros((4, 64))]
        for x_t in x:
            h.append(np.tanh(h[-1] @ W_h.T + x_t @ W_e.T + b_1))
        start, shares = np.linalg.norm(dh, axis=1).mean(), []
        for h_t in h[:-31:-1]:
            dh = (dh * (1 - h_t**2)) @ W_h
            shares.append(np.linalg.norm(dh, axis=1).mean() / start)
        logs.append(np.log(shares))
    np.testing.assert_allclose(array(widget, "new")[0, 0, :30], np.exp(np.mean(logs, axis=0)), rtol=1e-2)


def test_the_first_sentence_is_said_without_a_browser(widget: GradientFlow) -> None:
    finding = widget.text_alternative()
    assert finding.startswith("New networks: under 1 % of the gradient is left from this lag on: Elman ")
    states = array(widget, "states")[1, 1, widget.word].astype(float)
    assert widget.predicted[widget.word] == "waits"
    s = 1 + int(np.argmax(states[1 : widget.word] / states[: widget.word - 1]))
    said = f"LSTM “{widget.read[s]}” ({percent(states[s])} after it, {percent(states[s - 1])} before)."
    assert finding.endswith(said)
    at_words = GradientFlow({"GRU": model()}, SENTENCE, at="word", layer="lowest", word=3)
    vectors = array(at_words, "vectors")[0, 0, 3, :3]
    assert "lowest of three layers" in at_words.finding
    assert f"The gradient of the loss at “{at_words.predicted[3]}” is largest" in at_words.finding
    assert f"({percent(vectors.max())})" in at_words.finding
    assert "no earlier word" in GradientFlow({"GRU": model()}, SENTENCE, word=1).finding


def test_shares_are_written_as_people_read_them() -> None:
    assert [percent(p).replace("\u00a0", " ") for p in (1, 0.534, 0.0994, 0.0123, 0.0004, 0)] == [
        *("100 %", "53 %", "9.9 %", "1.2 %", "<0.1 %", "0 %")
    ]
    assert fades_at(np.full(120, 0.5)) == "more than 120"
    assert fades_at(np.zeros(120)) == "1"
    assert fades_at(np.array([0.001, 0.5, 0.02, 0.001])) == "4", "a rise on the way counts"


@pytest.mark.slow
def test_without_arguments_it_trains_its_networks() -> None:
    widget = GradientFlow()
    assert widget.networks == ["Elman", "LSTM", "GRU"]
    assert widget.predicted[widget.word] == "waits"
    probabilities = array(widget, "probabilities")[:, :, widget.word]
    assert (probabilities[1] > 1.5 * probabilities[0]).all(), "of four verbs, and of going on"


def test_settings_go_round(widget: GradientFlow) -> None:
    assert widget.settings == 'word=5, at="state", bias="1", elman="uniform", layer="only"'
    other = GradientFlow({"GRU": model()}, SENTENCE, word=2, at="word", bias="chrono 100", elman="orthogonal")
    copy = GradientFlow({"GRU": model()}, SENTENCE)
    copy.settings = other.settings
    assert copy.settings == other.settings
    with pytest.raises(WidgetError, match="word is a whole number from 0 to 7, got 8"):
        copy.word = 8
    with pytest.raises(WidgetError, match="bias is one of 0, 1, 2, 3, chrono 100"):
        copy.settings = 'bias="7"'


def test_own_sentences_in_two_forms() -> None:
    of_list = GradientFlow({"GRU": model()}, ["the", "<unk>s", "waits"])
    assert of_list.read == ["<s>", "the", "<unk>s", "waits"]
    assert of_list.word == 2, "the last word is predicted there"
    assert GradientFlow({"GRU": model()}, "the <unk> waits .").read == ["<s>", "the", "<unk>", "waits", "."]
    assert GradientFlow({"GRU": model()}, "key").word == 0


@pytest.mark.parametrize(
    ("make", "error", "message"),
    [
        (lambda: GradientFlow({}, SENTENCE), WidgetError, "one to three networks by name, got 0"),
        (lambda: GradientFlow(model(), SENTENCE), WidgetError, "got RecurrentLM"),  # type: ignore[arg-type]
        (lambda: GradientFlow({"a": 3}, SENTENCE), WidgetError, r"models\['a'\] is a RecurrentLM, got int"),  # type: ignore[dict-item]
        (lambda: GradientFlow({"": model()}, SENTENCE), WidgetError, "name is a text"),
        (lambda: GradientFlow({str(k): model() for k in range(4)}, SENTENCE), WidgetError, "got 4 of them"),
        (lambda: GradientFlow({"a": model("both", allow_future=True)}, SENTENCE), WidgetError, "both sides"),
        (lambda: GradientFlow({"a": model(memory="none")}, SENTENCE), WidgetError, "has no memory"),
        (lambda: GradientFlow({"a": model()}, SENTENCE, before={"b": model()}), CourseError, "same names"),
        (lambda: GradientFlow({"a": model()}, ""), DataError, "1 to 24 words can be shown, got 0"),
        (lambda: GradientFlow({"a": model()}, "the " * 25), DataError, "got 25"),
        (lambda: GradientFlow({"a": model()}, 7), DataError, "a text or a list of words, got int"),  # type: ignore[arg-type]
        (lambda: GradientFlow({"a": model()}, "the zebra"), VocabularyError, "a does not know 'zebra'"),
        (lambda: GradientFlow({"a": model()}, SENTENCE, at="cell"), WidgetError, "at is one of state, word"),
        (lambda: GradientFlow({"a": model()}, SENTENCE, word=2.5), WidgetError, "word is a whole number"),  # type: ignore[arg-type]
        (lambda: GradientFlow({"a": model()}, SENTENCE, layer="5"), WidgetError, "layer is one of only, top"),
    ],
)
def test_errors_say_what_is_wrong(
    make: Callable[[], GradientFlow], error: type[Exception], message: str
) -> None:
    with pytest.raises(error, match=message):
        make()
