"""What the gate explorer takes, refuses, sends and says; the browser is tested in tests/browser."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

from rnn_course.cells.cell import CELLS
from rnn_course.cells.elman import elman_init
from rnn_course.cells.gru import gru_forward, gru_init
from rnn_course.cells.lstm import LSTMParams, LSTMState, lstm_forward, lstm_init
from rnn_course.cells.stacked import stacked
from rnn_course.errors import CourseError, DataError, ShapeError, VocabularyError
from rnn_course.experiments.memory import half_lives
from rnn_course.models.recurrent import RecurrentLM
from rnn_course.text.vocabulary import Vocabulary
from rnn_course.widgets.base import MAX_PAYLOAD, WidgetError
from rnn_course.widgets.gates import PRESETS, GateExplorer

WORDS = ("the", "writer", "of", "books", "knows", "know", "Paris", ".")


def rng() -> np.random.Generator:
    return np.random.default_rng(0)


def lm(cell: str = "lstm", hidden: int = 5, words: tuple[str, ...] = WORDS, **options: Any) -> RecurrentLM:
    return RecurrentLM.init(Vocabulary(words), CELLS[cell], 4, hidden, rng(), **options)


def explore(**settings: Any) -> GateExplorer:
    return GateExplorer(lstm_init(3, 4, rng()), x=rng().standard_normal((9, 3)), **settings)


# What it computes


def test_free_gates_are_the_cells_own() -> None:
    x = rng().standard_normal((7, 3))
    params = lstm_init(3, 4, rng())
    h, cache = lstm_forward(params, x[:, None])
    found = GateExplorer(params, x=x).trace()
    np.testing.assert_array_equal(found.output[1:], h[:, 0])
    np.testing.assert_array_equal(found.memory, cache.c[:, 0])
    np.testing.assert_array_equal(found.kept, cache.gates.f[:, 0])
    gru = gru_init(3, 4, rng())
    states, of_gru = gru_forward(gru, x[:, None])
    of = GateExplorer(gru, x=x).trace()
    np.testing.assert_array_equal(of.memory[1:], states[:, 0])
    np.testing.assert_array_equal(of.kept, 1 - of_gru.gates.u[:, 0])


def test_a_forget_gate_of_1_and_an_input_gate_of_0_keep_for_ever() -> None:
    widget = explore(f="open", i="shut", from_step=4)
    found, free = widget.trace(), widget.trace(free=True)
    np.testing.assert_array_equal(found.memory[:4], free.memory[:4])
    np.testing.assert_array_equal(found.memory[4:], np.repeat(found.memory[3:4], 6, axis=0))
    assert not np.array_equal(free.memory[4], free.memory[3])
    assert found.half_life(0, 4) == np.inf
    assert "From step 4 on its f is 1: what it holds is kept for ever." in widget.text_alternative()
    gru = GateExplorer(gru_init(3, 4, rng()), x=rng().standard_normal((9, 3)), u="shut", from_step=4).trace()
    np.testing.assert_array_equal(gru.memory[4:], np.repeat(gru.memory[3:4], 6, axis=0))


def test_one_unit_alone_can_be_forced() -> None:
    one = explore(f="shut", i="shut", where="this unit", unit=2, from_step=3)
    found = one.trace()
    np.testing.assert_array_equal(found.memory[3:, 1], np.zeros(7))
    assert (found.kept[:, [0, 2, 3]] > 0).all()
    assert found.half_life(1, 3) == 0
    assert "reaches 0: nothing of what it held before is left" in one.text_alternative()
    assert "Forced in unit 2 alone from step 3 on: f = 0, i = 0." in one.text_alternative()


def test_the_half_life_is_that_of_a_constant_gate() -> None:
    params = LSTMParams(*(np.zeros_like(array) for array in lstm_init(3, 4, rng())))
    x = rng().standard_normal((9, 3))
    for bias in (-1.0, 0.0, 1.0, 3.0, 5.0):
        found = GateExplorer(params, x=x, bias=bias).trace().half_life(0, 1)
        assert found == pytest.approx(half_lives([bias], longest=5, hidden_size=2, embed_size=2).predicted[0])
    x = rng().standard_normal((9, 3))
    gru = gru_init(3, 4, rng(), update_bias=-2.0)
    for array in gru[:2]:
        array[:] = 0
    assert GateExplorer(gru, x=x).trace().half_life(0, 1) == pytest.approx(
        np.log(0.5) / np.log(1 - 1 / (1 + np.exp(2)))
    )


def test_the_text_holds_the_numbers_of_the_step() -> None:
    widget = explore(step=5, unit=3)
    said, found = widget.text_alternative(), widget.trace()
    f, i, o, c_tilde = (found.gates[name][4, 2] for name in ("f", "i", "o", "c_tilde"))
    c = f * found.memory[4, 2] + i * c_tilde
    for value in (f, i, o, c_tilde, c, np.tanh(c), o * np.tanh(c)):
        assert f"{value:.2f}".replace("-", "−") in said
    assert said.startswith("Step 5, “x(5)”, unit 3: c = f c⁽ᵗ⁻¹⁾ + i c̃ = ")
    assert "Forced" not in said


# What it reads


def test_a_model_reads_the_start_of_the_sentence_and_the_words() -> None:
    model = lm()
    widget = GateExplorer(model, "the writer of Paris's zebra", watch={"verb": ["knows", "know"]})
    expected = ["the", "writer", "of", "Paris", "'", "s", "zebra"]
    ids = [model.vocabulary.bos_id, *model.vocabulary.encode(expected)]
    _, cache = lstm_forward(model.params.cell, model.params.E[ids][:, None])
    np.testing.assert_allclose(widget.trace().memory, cache.c[:, 0], rtol=1e-12)
    assert widget.step == 8
    assert "Step 8, “zebra?”" in widget.text_alternative()
    state = model.initial_state()
    for token in ids[1:]:
        state = model.advance(state, int(token))
    p = np.exp(model.next_log_probs(state))[model.vocabulary.encode(["knows", "know"])].sum()
    assert f"the model gives {p:.2f} for a verb." in widget.text_alternative()


def test_small_and_capital_letters_and_characters() -> None:
    lower = lm(words=("the", "writer"))
    assert GateExplorer(lower, "The WRITER").text_alternative().startswith("Step 3, “writer”")
    letters = lm(words=("h", "e", "l", "o"))
    assert GateExplorer(letters, "hello").step == 6


def test_a_long_text_is_cut_and_the_widget_says_so() -> None:
    widget = GateExplorer(lm(), "the")
    widget.sentence = "the " * 30
    assert len(widget.trace().kept) == 25
    assert widget.text_alternative().endswith("Only the first 24 words are read.")


def test_states_to_start_from() -> None:
    params = lstm_init(3, 4, rng())
    h, c = rng().standard_normal((2, 4))
    x = rng().standard_normal((5, 3))
    _, cache = lstm_forward(params, x[:, None], LSTMState(h[None], c[None]))
    for state in [(h, c), LSTMState(h[None], c[None])]:
        np.testing.assert_array_equal(GateExplorer(params, x=x, state_0=state).trace().memory, cache.c[:, 0])
    gru = gru_init(3, 4, rng())
    states, _ = gru_forward(gru, x[:, None], h[None])
    np.testing.assert_array_equal(GateExplorer(gru, x=x, state_0=h).trace().memory[1:], states[:, 0])


# What it sends and keeps


def test_the_payload_is_small_and_tied_embeddings_are_sent_once() -> None:
    words = tuple(f"w{k}" for k in range(3000))
    model = RecurrentLM.init(Vocabulary(words), CELLS["lstm"], 32, 32, rng(), tied=True, dtype=np.float32)
    widget = GateExplorer(model, "w1 w2", watch={"first": ["w1"]})
    assert set(widget.arrays) == {"weights", "E", "start", "b_2"}
    assert sum(len(getattr(widget, name)) for name in widget.arrays) < MAX_PAYLOAD
    assert set(GateExplorer(lm(), "the").arrays) == {"weights", "E", "start"}
    untied = RecurrentLM.init(Vocabulary(words), CELLS["lstm"], 64, 32, rng())
    with pytest.raises(WidgetError, match="at most 1 MB: give less"):
        GateExplorer(untied, "w1")


@pytest.mark.parametrize("kind", ["lstm", "gru"])
def test_settings_go_round(kind: str) -> None:
    gate = {"lstm": {"f": "open", "o": "shut"}, "gru": {"r": "shut"}}[kind]
    widget = GateExplorer(lm(kind), 'the "writer"', step=2, unit=3, from_step=2, bias=-1.5, **gate)
    other = GateExplorer(lm(kind), "the")
    other.settings = widget.settings
    assert other.settings == widget.settings
    values: dict[str, Any] = eval(f"dict({widget.settings})")  # as they are pasted into a call
    assert GateExplorer(lm(kind), **values).settings == widget.settings
    foreign = {"lstm": "u", "gru": "f"}[kind]
    with pytest.raises(WidgetError, match=f"no setting is named '{foreign}'"):
        other.settings = f'{foreign}="open"'
    for preset in PRESETS[kind].values():
        for name, value in preset.items():
            setattr(other, name, value)
        assert np.isfinite(other.trace().memory).all()


X = np.zeros((4, 3))


@pytest.mark.parametrize(
    ("make", "error", "message"),
    [
        (
            lambda: GateExplorer("lstm"),
            DataError,
            "network is a RecurrentLM, LSTMParams or GRUParams, got str",
        ),
        (lambda: GateExplorer(elman_init(3, 4, rng())), DataError, "got ElmanParams"),
        (lambda: GateExplorer(lm("elman")), DataError, "one LSTM or GRU; this model's cell is 'elman'"),
        (
            lambda: GateExplorer(RecurrentLM.init(Vocabulary(WORDS), stacked(CELLS["lstm"], 2), 4, 4, rng())),
            DataError,
            "this model's cell is",
        ),
        (lambda: GateExplorer(lm(memory="none")), WidgetError, "begins anew at every word"),
        (lambda: GateExplorer(lm(hidden=33)), ShapeError, "33 units, at most 32"),
        (lambda: GateExplorer(lm(), "the", x=X), WidgetError, "leave out x"),
        (lambda: GateExplorer(lm(), "the " * 25), WidgetError, "the sentence has 25 words, at most 24"),
        (lambda: GateExplorer(lm(), 5), WidgetError, "sentence is a text, got 5"),
        (lambda: GateExplorer(lm(), "the", watch={"a": ["zebra"]}), VocabularyError, "'zebra' is not in"),
        (lambda: GateExplorer(lm(), "the", watch={"a": "know"}), WidgetError, "is a list of words"),
        (lambda: GateExplorer(lstm_init(3, 4, rng())), WidgetError, "weights alone read nothing"),
        (lambda: GateExplorer(lstm_init(3, 4, rng()), "the", x=X), WidgetError, "leave out the sentence"),
        (lambda: explore(watch={"a": ["b"]}), WidgetError, "weights alone predict no words"),
        (lambda: GateExplorer(lstm_init(2, 4, rng()), x=X), ShapeError, "embed size 3"),
        (lambda: GateExplorer(lstm_init(3, 4, rng()), x=np.zeros((26, 3))), ShapeError, "1 to 25 steps"),
        (lambda: GateExplorer(lstm_init(3, 4, rng()), x=np.zeros(3)), ShapeError, r"x is \(3,\)"),
        (
            lambda: GateExplorer(lstm_init(3, 4, rng()), x=X + np.nan),
            DataError,
            r"x is not finite at \(0, 0\)",
        ),
        (lambda: GateExplorer(lstm_init(3, 4, rng()), x="abc"), DataError, "x is no array of numbers"),
        (
            lambda: GateExplorer(lstm_init(3, 4, rng())._replace(b_f=np.full(4, np.inf)), x=X),
            DataError,
            "b_f is not finite",
        ),
        (
            lambda: GateExplorer(lstm_init(3, 4, rng())._replace(b_f=np.zeros(5)), x=X),
            ShapeError,
            "b_f has hidden size 5",
        ),
        (lambda: explore(words=["a"]), ShapeError, "words has 1 names, but x has 9 steps"),
        (lambda: explore(state_0=(np.zeros(4),)), ShapeError, r"state_0 of an LSTM is \(h, c\)"),
        (lambda: explore(state_0=(np.zeros(4), np.zeros(3))), ShapeError, "but the network has 4 units"),
        (lambda: explore(step=10), WidgetError, "step is a whole number from 1 to 9"),
        (lambda: explore(unit=5), WidgetError, "unit is a whole number from 1 to 4"),
        (lambda: explore(bias=7), WidgetError, "bias is a number from -6 to 6"),
        (lambda: explore(f="half"), WidgetError, "f is one of free, open, shut"),
        (lambda: explore(u="open"), WidgetError, "u is no gate of this network: .* LSTM are f, i, o"),
        (lambda: explore(where="here"), WidgetError, "where is one of all units, this unit"),
        (lambda: explore(presets={"x": {"u": "open"}}), WidgetError, "preset 'x': no setting is named 'u'"),
    ],
)
def test_errors_say_what_is_wrong(
    make: Callable[[], GateExplorer], error: type[Exception], message: str
) -> None:
    with pytest.raises(error, match=message):
        make()


def test_wrong_values_set_later_are_refused() -> None:
    widget = explore()
    before = widget.settings
    for name, value in [("step", 0), ("f", "x"), ("bias", np.nan), ("unit", 9)]:
        with pytest.raises(CourseError):
            setattr(widget, name, value)
    assert widget.settings == before


def test_what_is_shown_where_widgets_cannot_run() -> None:
    data, _ = explore()._repr_mimebundle_()
    assert "application/vnd.jupyter.widget-view+json" in data
    assert "half of a memory is gone after" in data["text/markdown"]
