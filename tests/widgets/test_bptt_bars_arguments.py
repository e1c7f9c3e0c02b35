"""What BpttBars takes, refuses, sends and says; its numbers against backpropagation written anew."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest
import torch

from rnn_course.cells.bidirectional import bidirectional
from rnn_course.cells.cell import CELLS
from rnn_course.cells.parameters import named_arrays
from rnn_course.cells.stacked import stacked
from rnn_course.errors import CourseError, DataError, VocabularyError
from rnn_course.models.recurrent import RecurrentLM
from rnn_course.text.vocabulary import Vocabulary
from rnn_course.torch_cells import networks
from rnn_course.widgets.base import MAX_PAYLOAD, WidgetError
from rnn_course.widgets.bptt_bars import BpttBars
from rnn_course.widgets.bptt_bars_networks import LSTM, ONE_LETTER, ORTHOGONAL, SMALL, TRAINED
from rnn_course.widgets.bptt_bars_parts import GROUPS, Reading, bars, groups_of

WORDS = Vocabulary(["the", "cat", "sat", "on", "a", "mat"])
TEXT = "the cat sat on the mat on a mat"


def lm(cell: str = "elman", hidden_size: int = 5, seed: int = 3, **options: Any) -> RecurrentLM:
    return RecurrentLM.init(
        WORDS, CELLS[cell], 4, hidden_size, np.random.default_rng(seed), memory="text", **options
    )


@pytest.fixture(scope="module")
def default() -> BpttBars:
    return BpttBars()


def sent(widget: BpttBars, name: str) -> np.ndarray:
    described = widget.arrays[name]
    return np.frombuffer(getattr(widget, name), described["dtype"]).reshape(described["shape"])


# The numbers


def parts_by_hand(reading: Reading) -> dict[str, np.ndarray]:
    """An Elman network's parts, [loss, step, weights], in plain loops over one sequence."""
    W_h, W_e, b_1 = reading.model.params.cell
    U, b_2, E = reading.model.params.U, reading.model.params.b_2, reading.model.params.E
    T, H = len(reading.inputs), len(b_1)
    h = [np.zeros(H)]
    for token in reading.inputs:
        h.append(np.tanh(W_h @ h[-1] + W_e @ E[token] + b_1))
    parts: dict[str, Any] = {group: [[None] * T for _ in range(T)] for group in GROUPS}
    for t in range(T):
        scores = U @ h[t + 1] + b_2
        scores[0] = -np.inf  # <s> is never predicted
        error = np.exp(scores) / np.exp(scores).sum()
        error[reading.targets[t]] -= 1
        dh = U.T @ error
        for s in range(T - 1, -1, -1):
            dz = dh * (1 - h[s + 1] ** 2) if s <= t else np.zeros(H)
            parts["recurrent"][t][s] = np.outer(dz, h[s]).ravel()
            parts["input"][t][s] = np.outer(dz, E[reading.inputs[s]]).ravel()
            parts["bias"][t][s] = dz
            if s <= t:
                dh = W_h.T @ dz
    return {group: np.array(rows) for group, rows in parts.items()}


def test_bars_equal_backpropagation_by_hand() -> None:
    reading = Reading(lm(), np.array([0, 3, 4, 5, 6, 3, 8]), np.array([3, 4, 5, 6, 3, 8, 1]))
    T = len(reading.inputs)
    found = bars(reading)
    for group, parts in parts_by_hand(reading).items():
        got = found[group]
        np.testing.assert_allclose(got.one_norms, np.linalg.norm(parts, axis=2), atol=1e-13)
        for t in range(T):
            full = parts[t].sum(axis=0)
            assert got.one_full[t] == pytest.approx(np.linalg.norm(full), abs=1e-13)
            for k in range(1, T + 1):
                kept = parts[t, max(0, t + 1 - k) :].sum(axis=0)
                check(got.one_cosines[t, k - 1], got.one_lengths[t, k - 1], kept, full)
        full = parts.sum(axis=(0, 1)) / T
        assert got.all_full == pytest.approx(np.linalg.norm(full))
        lag = np.arange(T)[:, None] - np.arange(T)  # t - s
        for k in range(1, T + 1):
            by_step = (parts * (lag < k)[..., None]).sum(axis=0) / T
            np.testing.assert_allclose(got.all_norms[k - 1], np.linalg.norm(by_step, axis=1), atol=1e-13)
            check(got.all_cosines[k - 1], got.all_lengths[k - 1], by_step.sum(axis=0), full)


def check(cosine: float, length: float, kept: np.ndarray, full: np.ndarray) -> None:
    norms = np.linalg.norm(kept), np.linalg.norm(full)
    assert length == pytest.approx(norms[0] / norms[1] if norms[1] else 0, abs=1e-12)
    assert cosine == pytest.approx(kept @ full / (norms[0] * norms[1]) if all(norms) else 0, abs=1e-12)


@pytest.mark.parametrize("cell", ["lstm", "gru"])
def test_truncated_gradients_equal_autograd_on_detached_states(cell: str) -> None:
    model = lm(cell)
    ids = WORDS.encode(TEXT.split())
    inputs, targets = np.append(0, ids), np.append(ids, 1)
    found = bars(Reading(model, inputs, targets))
    t, T = 8, len(inputs)
    x = torch.tensor(model.params.E[inputs][:, None])
    gradients = []
    for k in range(1, T + 1):
        network = networks.from_numpy(model.params.cell)
        start = max(0, t - k)
        state = None
        if start:
            with torch.no_grad():
                _, state = network(x[:start])
        outputs, _ = network(x[start:t], state)
        scores = outputs[-1, 0] @ torch.tensor(model.params.U).T + torch.tensor(model.params.b_2)
        torch.nn.functional.cross_entropy(scores[1:], torch.tensor(int(targets[t - 1]) - 1)).backward()
        arrays = dict(named_arrays(network.gradients_to_numpy()))
        groups = groups_of(model.params.cell)
        gradients.append({g: np.concatenate([arrays[n].ravel() for n in groups[g]]) for g in GROUPS})
    for group in GROUPS:
        full = gradients[-1][group]
        for k, gradient in enumerate(gradients, 1):
            got = found[group]
            check(got.one_cosines[t - 1, k - 1], got.one_lengths[t - 1, k - 1], gradient[group], full)


def test_what_is_sent_is_what_was_computed(default: BpttBars) -> None:
    for name in ("one_norms", "one_cosines", "one_lengths", "all_norms"):
        array = sent(default, name)
        assert array.shape == (5, 3, 40, 40)
        for i, network in enumerate(default.bars):
            for j, group in enumerate(GROUPS):
                expected = getattr(default.bars[network][group], name)
                np.testing.assert_allclose(array[i, j], expected, rtol=1e-6, atol=1e-9)
    assert sum(len(getattr(default, name)) for name in default.arrays) < MAX_PAYLOAD / 2


def test_the_course_s_networks_show_what_the_lecture_says(default: BpttBars) -> None:
    """With k = 5, little is lost, more, much; and all."""
    small, orthogonal = (default.bars[name]["recurrent"] for name in (SMALL, ORTHOGONAL))
    assert small.one_cosines[-1, 4] > 0.98
    assert 0.5 < orthogonal.one_cosines[-1, 4] < 0.92
    lstm, letter = default.bars[LSTM]["input"], default.bars[ONE_LETTER]["input"]
    assert lstm.one_cosines[-1, 4] < 0.75
    assert lstm.one_lengths[-1, 4] < 0.5
    assert (letter.one_norms[-1, 1:] == 0).all()
    assert letter.one_norms[-1, 0] > 0
    assert (letter.one_lengths[-1, :39] == 0).all()
    trained = default.bars[TRAINED]["recurrent"]
    assert trained.all_cosines[19] > 0.9, "twenty steps are enough for the text that it learned from"


# Arguments, settings and words


def test_own_model_and_text_in_three_forms() -> None:
    model = lm()
    widgets = [BpttBars(model, text) for text in (TEXT, TEXT.split(), WORDS.encode(TEXT.split()))]
    assert len({widget.one_norms for widget in widgets}) == 1
    widget = widgets[0]
    assert widget.tokens == {"your model": ["<s>", *TEXT.split()]}
    assert widget.symbols == {"your model": {"recurrent": "W_h", "input": "W_e", "bias": "b_1"}}
    assert widget.settings == 'network="your model", weights="recurrent", losses="one", t=10, k=5'
    assert widget.presets == {}
    assert BpttBars(model, "the").k == 2, "k is at most the number of steps"


def test_several_models_stacks_and_float32() -> None:
    stack = RecurrentLM.init(WORDS, stacked(CELLS["lstm"], 2), 4, 3, np.random.default_rng(0), memory="text")
    single = lm(dtype=np.float32)
    widget = BpttBars({"before": single, "after": stack}, TEXT, network="after", weights="bias", k=3)
    assert widget.symbols["after"]["bias"] == "b_f, b_i, b_o and b_c"
    assert "b_f, b_i, b_o and b_c" in widget.text_alternative()
    assert np.isfinite(sent(widget, "one_cosines")).all()


def test_characters_are_taken_as_characters() -> None:
    model = RecurrentLM.init(Vocabulary("ab "), CELLS["gru"], 2, 3, np.random.default_rng(0), memory="text")
    assert BpttBars(model, "A ba!").tokens["your model"] == ["•", "a", "␣", "b", "a", "?"]


def test_the_sentence_without_a_browser() -> None:
    widget = BpttBars(lm(), TEXT, k=2, t=6)
    got = widget.bars["your model"]["recurrent"]
    said = widget.text_alternative()
    assert said.startswith(
        "The loss at step 6 looks back over 2 of its 6 steps. What is left of the gradient of W_h"
    )
    assert f"has {100 * got.one_lengths[5, 1]:.1f} % of its length" in said
    assert f"cosine {got.one_cosines[5, 1]:.3f} with it" in said
    widget.k = 6
    assert "nothing is cut. The bars sum to the gradient of W_h, whose norm is" in widget.text_alternative()
    widget.t = widget.k = 1
    assert "is 0 here: there is nothing to truncate" in widget.text_alternative(), "h^(0) = 0"
    widget.losses = "all"
    assert widget.text_alternative().startswith("Each of the 10 losses looks back over at most 1 step.")
    data, _ = widget._repr_mimebundle_()
    assert data["text/markdown"] == widget.text_alternative()


def test_all_is_cut_where_nothing_was_read_since(default: BpttBars) -> None:
    widget = BpttBars(network=ONE_LETTER, weights="input", k=20)
    assert (
        "Of the gradient of W_e nothing is left: this truncation costs all of it" in widget.text_alternative()
    )
    assert widget.one_norms == default.one_norms


def test_settings_go_round_and_presets_hold(default: BpttBars) -> None:
    widget = BpttBars()
    for preset in default.presets.values():
        for name, value in preset.items():
            setattr(widget, name, value)
        assert widget.text_alternative().startswith(("The loss", "Each"))
    other = BpttBars()
    other.settings = widget.settings
    assert other.settings == widget.settings
    for name, value in [
        ("k", 41),
        ("k", 0),
        ("t", 0),
        ("losses", "some"),
        ("network", "x"),
        ("weights", "U"),
    ]:
        with pytest.raises(WidgetError, match=f"^{name} is "):
            setattr(widget, name, value)


def infinite() -> RecurrentLM:
    model = lm()
    model.params.cell.W_h[0, 0] = np.nan
    return model


def both_ways() -> RecurrentLM:
    rng = np.random.default_rng(0)
    return RecurrentLM.init(WORDS, bidirectional(CELLS["gru"]), 2, 2, rng, allow_future=True)


@pytest.mark.parametrize(
    ("make", "error", "message"),
    [
        (lambda: BpttBars(lm()), WidgetError, "give a text"),
        (lambda: BpttBars("the cat"), WidgetError, "needs something to read"),  # type: ignore[arg-type]
        (lambda: BpttBars(np.eye(3), TEXT), WidgetError, "your model is a RecurrentLM, got ndarray"),  # type: ignore[arg-type]
        (lambda: BpttBars({}, TEXT), WidgetError, "1 to 6 models can be shown, got 0"),
        (lambda: BpttBars(lm(), ""), DataError, "the text is empty"),
        (lambda: BpttBars(lm(), "cat " * 48), DataError, "48 tokens; at most 47"),
        (lambda: BpttBars(None, "a" * 48), DataError, "48 tokens; at most 47"),
        (lambda: BpttBars(lm(), np.array([[3]])), DataError, r"shape \(1, 1\)"),
        (lambda: BpttBars(lm(), np.array([99])), VocabularyError, "id 99"),
        (lambda: BpttBars(lm(), np.array([0, 3])), DataError, "<s> is put before the text"),
        (lambda: BpttBars(lm(hidden_size=65), TEXT), WidgetError, "65 hidden units; at most 64"),
        (lambda: BpttBars(both_ways(), TEXT), WidgetError, "reads from both ends"),
        (lambda: BpttBars(infinite(), TEXT), DataError, "look for NaN or infinity in the model's weights"),
        (
            lambda: BpttBars(RecurrentLM(WORDS, CELLS["elman"], lm().params, memory="none"), TEXT),
            WidgetError,
            'has memory "none"',
        ),
        (lambda: BpttBars(lm(), TEXT, k=11), WidgetError, "k is a whole number from 1 to 10, got 11"),
        (lambda: BpttBars(lm(), TEXT, k=0), WidgetError, "k is a whole number from 1 to 10, got 0"),
        (lambda: BpttBars(lm(), TEXT, k=2.5), WidgetError, "got 2.5"),  # type: ignore[arg-type]
        (lambda: BpttBars(lm(), TEXT, t=11), WidgetError, "t is a whole number from 1 to 10, got 11"),
        (
            lambda: BpttBars(lm(), TEXT, weights="W_h"),
            WidgetError,
            "weights is one of recurrent, input, bias",
        ),
        (lambda: BpttBars(lm(), TEXT, network="mine"), WidgetError, "network is one of your model"),
        (lambda: BpttBars(lm(), TEXT, losses="both"), WidgetError, "losses is one of one, all"),
    ],
)
def test_errors_say_what_is_wrong(
    make: Callable[[], BpttBars], error: type[CourseError], message: str
) -> None:
    with pytest.raises(error, match=message):
        make()
