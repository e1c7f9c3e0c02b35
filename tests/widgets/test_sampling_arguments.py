"""What the sampler takes, refuses and sends; the browser's numbers are tested in tests/browser."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

from rnn_course.cells.cell import CELLS
from rnn_course.cells.parameters import map_arrays, named_arrays
from rnn_course.cells.stacked import stacked
from rnn_course.errors import CourseError, DataError
from rnn_course.lm import next_token_distribution, sequence_log_probs
from rnn_course.models.ngram import MLE
from rnn_course.models.recurrent import RecurrentLM
from rnn_course.text.vocabulary import Vocabulary
from rnn_course.widgets.base import MAX_PAYLOAD, WidgetError
from rnn_course.widgets.sampling import Sampler
from rnn_course.widgets.sampling_draw import Shape, random_from, write

LETTERS = Vocabulary("abcdefgh \n")


def network(
    seed: int = 0, *, cell: str = "gru", hidden: int = 8, vocabulary: Vocabulary = LETTERS, **options: Any
) -> RecurrentLM:
    """Large weights, so that its distributions are far from even."""
    model = RecurrentLM.init(vocabulary, CELLS[cell], 5, hidden, np.random.default_rng(seed), **options)
    map_arrays(lambda array: np.multiply(array, 3, out=array), model.params)
    return model


@pytest.mark.parametrize("cell", ["elman", "gru", "lstm"])
def test_the_weights_arrive_as_they_were(cell: str) -> None:
    stages = {"early": network(1, cell=cell), "late": network(2, cell=cell)}
    widget = Sampler(stages)
    assert (widget.precision, widget.stage_names, widget.stage) == ("float32", ["early", "late"], 2)
    rows = np.frombuffer(widget.weights, np.float32).reshape(2, -1)
    for row, model in zip(rows, stages.values(), strict=True):
        at = 0
        for (name, array), (sent_name, shape) in zip(
            named_arrays(model.params), widget.layout_of_weights, strict=True
        ):
            assert (name, array.shape) == (sent_name, tuple(shape))
            np.testing.assert_array_equal(row[at : at + array.size], array.ravel().astype(np.float32))
            at += array.size
        assert at == len(row)


def test_a_tied_network_sends_its_embeddings_once() -> None:
    tied = network(hidden=5, tied=True)
    assert "U" not in [name for name, _ in Sampler(tied).layout_of_weights]


def test_large_networks_are_sent_in_half_precision() -> None:
    model = network(hidden=300)
    widget = Sampler(model)
    assert widget.precision == "float16"
    assert len(widget.weights) <= MAX_PAYLOAD
    with_rounded = widget._models[0]
    ids = np.random.default_rng(0).integers(3, len(LETTERS), 200)
    drift = sequence_log_probs(with_rounded, ids) - sequence_log_probs(model, ids)
    assert 0 < np.abs(drift).max() < 0.1


def test_rounding_is_all_that_happens_to_the_model() -> None:
    model = network(cell="lstm", dtype=np.float32)
    copied = Sampler(model)._models[0]
    context = list("abc fed")
    np.testing.assert_allclose(
        next_token_distribution(copied, context), next_token_distribution(model, context), atol=1e-6
    )


def test_draws_follow_the_distribution_and_the_seed() -> None:
    model, shape = network(), Shape(0.7, 6, 0.9)
    first, again, other = (write(model, "ab", 50, seed, shape) for seed in (3, 3, 4))
    assert first.tokens == again.tokens != other.tokens
    counts = np.zeros(len(LETTERS))
    for seed in range(3000):
        drawn = write(model, "ab", 1, seed, shape)
        counts[drawn.tokens[0] if drawn.tokens else LETTERS.eos_id] += 1
    expected = shape.of(model.next_log_probs(_state(model, "ab")))
    np.testing.assert_allclose(counts / 3000, expected, atol=0.03)
    assert not counts[expected == 0].any()


def _state(model: RecurrentLM, text: str) -> Any:
    state = model.initial_state()
    for token in model.vocabulary.encode(list(text)):
        state = model.advance(state, int(token))
    return state


def test_the_text_ends_where_its_end_is_drawn() -> None:
    model = network()
    model.params.b_2[LETTERS.eos_id] = 50
    written = write(model, "a", 20, 0, Shape(1.0, 12, 1.0))
    assert (written.tokens, written.ended, written.log_probs.shape) == ([], True, (1, len(LETTERS)))
    assert "Then it ended the text." in Sampler(model).text_alternative()


def test_random_numbers_are_mulberry32() -> None:
    """The first numbers of seed 0 as `randomFrom` in assets/dom.js gives them under Node."""
    luck = random_from(0)
    assert [next(luck) for _ in range(3)] == pytest.approx(
        [0.26642920868471265, 0.0003297457005828619, 0.2232720274478197], abs=1e-12
    )
    assert 0.45 < np.mean([x for x, _ in zip(random_from(7), range(10_000), strict=False)]) < 0.55


def test_bits_are_those_of_the_drawn_text() -> None:
    model = network()
    written = write(model, "ab", 30, 1, Shape(0.5, 12, 1.0))
    ids = [*LETTERS.encode(["a", "b"]), *written.tokens]
    log_probs = sequence_log_probs(model, np.array(ids))[2:]
    assert written.bits() == pytest.approx(-log_probs.mean() / np.log(2))


def test_settings_go_round_with_line_ends_and_quotes() -> None:
    widget = Sampler(network(), text='a\n"b"\\', temperature=0.35, top_k=4, seed=17)
    other = Sampler(network())
    other.settings = widget.settings
    assert (other.text, other.top_k, other.seed) == ('a\n"b"\\', 4, 17)
    values: dict[str, Any] = eval(f"dict({widget.settings})")  # as they are pasted into a call
    assert Sampler(network(), **values).settings == widget.settings


def test_without_a_browser_the_text_and_the_finding_are_there() -> None:
    widget = Sampler(network(), text="abc", temperature=0.5, top_k=3)
    data, _ = widget._repr_mimebundle_()
    assert "Stage 1 of 1, the network. After “abc” the network has" in data["text/markdown"]
    assert "3 of 12 can be drawn; the network gave them 0." in data["text/markdown"]
    drawn = "".join(widget.written().characters(LETTERS))
    assert f"~~~text\nabc{drawn}\n~~~" in data["text/markdown"]


def test_presets_fit_the_vocabulary() -> None:
    assert "top 5" in Sampler(network()).presets
    small = Sampler(network(vocabulary=Vocabulary("ab")))
    assert "top 5" not in small.presets
    assert small.presets["cold"] == {"temperature": 0.5, "top_k": 4, "top_p": 1.0}


def with_nan() -> RecurrentLM:
    model = network()
    model.params.cell.W_r[2, 3] = np.nan
    return model


@pytest.mark.parametrize(
    ("make", "error", "message"),
    [
        (lambda: Sampler("text"), WidgetError, "expected a RecurrentLM.*str"),  # type: ignore[arg-type]
        (lambda: Sampler({}), WidgetError, "there is no model"),
        (lambda: Sampler({1: network()}), WidgetError, "expected a RecurrentLM"),  # type: ignore[dict-item]
        (
            lambda: Sampler(MLE.fit(np.array([3, 1]), LETTERS, order=1)),  # type: ignore[arg-type]
            WidgetError,
            "got 'the network': MLE",
        ),
        (lambda: Sampler(with_nan()), DataError, "cell.W_r holds NaN"),
        (
            lambda: Sampler(network(vocabulary=Vocabulary(["the", "cat"]))),
            DataError,
            "predicts words such as 'the'",
        ),
        (
            lambda: Sampler({"a": network(), "b": network(hidden=9)}),
            WidgetError,
            "'b' is not a stage of the same network as 'a'",
        ),
        (lambda: Sampler({"a": network(), "b": network(cell="lstm")}), WidgetError, "not a stage"),
        (lambda: Sampler(network(hidden=500)), WidgetError, "MB even in half precision"),
        (lambda: Sampler(network(), temperature=-0.1), WidgetError, "temperature is a number from 0 to 2"),
        (lambda: Sampler(network(), temperature=float("nan")), WidgetError, "temperature is a number"),
        (lambda: Sampler(network(), top_k=0), WidgetError, "top_k is a whole number from 1 to 12, got 0"),
        (lambda: Sampler(network(), top_p=0), WidgetError, "top_p is a number from 0.01 to 1"),
        (lambda: Sampler(network(), stage=2), WidgetError, "stage is a whole number from 1 to 1"),
        (lambda: Sampler(network(), drawn=201), WidgetError, "drawn is a whole number from 0 to 200"),
        (lambda: Sampler(network(), text=5), WidgetError, "text is a text"),  # type: ignore[arg-type]
        (lambda: Sampler(network(), text="a" * 1001), WidgetError, "at most 1,000 characters, got 1,001"),
        (lambda: Sampler(network(), presets={"x": {"heat": 1}}), WidgetError, "no setting is named 'heat'"),
    ],
)
def test_errors_say_what_is_wrong(make: Callable[[], Sampler], error: type[Exception], message: str) -> None:
    with pytest.raises(error, match=message):
        make()


def test_a_stacked_network_is_refused() -> None:
    deep = RecurrentLM.init(LETTERS, stacked(CELLS["gru"], 2), 5, 8, np.random.default_rng(0))
    with pytest.raises(WidgetError, match="the browser runs elman, gru, lstm; 'the network' has the cell '2"):
        Sampler(deep)


def test_wrong_values_set_later_are_refused() -> None:
    widget = Sampler(network())
    before = widget.settings
    for name, value in [("temperature", 3), ("top_k", 13), ("at", -1), ("text", "b" * 2000)]:
        with pytest.raises(CourseError):
            setattr(widget, name, value)
    assert widget.settings == before
