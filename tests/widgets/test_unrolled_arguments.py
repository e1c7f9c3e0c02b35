"""What the unrolled network takes, refuses and sends; its numbers are tested in tests/browser."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
import traitlets

from rnn_course.cells.cell import CELLS
from rnn_course.errors import CourseError, DataError, ShapeError
from rnn_course.lm import next_token_distribution, perplexity
from rnn_course.models.recurrent import RecurrentLM
from rnn_course.tasks.agreement import agreement_pair
from rnn_course.text.languages import nested_agreement
from rnn_course.text.vocabulary import Vocabulary
from rnn_course.widgets.base import MAX_PAYLOAD, WidgetError
from rnn_course.widgets.unrolled import MOST_CELLS, Unrolled
from rnn_course.widgets.unrolled_example import OTHER, SENTENCE, example_network
from rnn_course.widgets.unrolled_reading import MOST_STEPS

VOCABULARY = Vocabulary(["the", "dog", "cat", "sees", "barks", "."])


def network(
    cell: str = "elman", embed: int = 3, hidden: int = 5, vocabulary: Vocabulary = VOCABULARY, **options: Any
) -> RecurrentLM:
    rng = np.random.default_rng(1)
    return RecurrentLM.init(vocabulary, CELLS[cell], embed, hidden, rng, **options)


def sent(widget: Unrolled, name: str) -> np.ndarray:
    described = widget.arrays[name]
    return np.frombuffer(getattr(widget, name), described["dtype"]).reshape(described["shape"])


def test_the_weights_arrive_as_they_are() -> None:
    model = network()
    widget = Unrolled(model, "the dog barks .")
    E, cell, U, b_2 = model.params
    for name, array in {"E": E, **cell._asdict(), "U": U, "b_2": b_2, "h_0": np.zeros(5)}.items():
        np.testing.assert_array_equal(sent(widget, name), np.float32(array), err_msg=name)
    assert (widget.tied, widget.unit, widget.lowercase) == (False, "words", True)
    assert tuple(widget.tokens) == VOCABULARY.tokens


def test_tied_embeddings_are_sent_once_and_a_start_of_its_own_is_kept() -> None:
    model = network(embed=5, tied=True)
    model.start = np.full((1, 5), 0.25)
    widget = Unrolled(model, "the dog barks .")
    assert widget.tied
    assert "U" not in widget.arrays
    np.testing.assert_array_equal(sent(widget, "h_0"), np.full(5, 0.25))


def test_the_example_has_learned_who_the_subject_is() -> None:
    """With a noun of the other number in between, the right verb is far more probable than the wrong one."""
    language = nested_agreement(attractor=0.18, clause=0.0)
    model = example_network()
    test = language.corpus(7, train=1, valid=1, test=400).test
    assert perplexity(model, test) < 1.1 * np.exp(language.entropy)
    rng = np.random.default_rng(3)
    for _ in range(8):
        pair = agreement_pair(1, rng)
        p = next_token_distribution(model, pair.context)
        right, wrong = (p[model.vocabulary.id(verb)] for verb in (pair.right, pair.wrong))
        assert right > 5 * wrong
    size = sum(len(getattr(Unrolled(), name)) for name in ("E", "W_h", "W_e", "b_1", "U", "b_2", "h_0"))
    assert size < MAX_PAYLOAD / 50


def test_without_arguments_it_shows_the_example() -> None:
    widget = Unrolled()
    assert (widget.sentence, widget.other, widget.step, widget.frozen) == (SENTENCE, OTHER, 6, "off")
    assert set(widget.presets) == {"begin", "who knows?", "state held", "further back"}
    assert widget.network is Unrolled().network  # trained once
    assert Unrolled(sentence="the dog waits .").step == 5


def test_the_text_alternative_is_the_finding_of_the_present_settings() -> None:
    widget = Unrolled()
    model = widget.network
    context, other = ("the writer of the books", "the writers of the books")
    p, q = (next_token_distribution(model, words.split()) for words in (context, other))
    said = widget.text_alternative()
    assert said.startswith(f"Step 6 of 8, after “{context}”: ")
    best = model.vocabulary.tokens[int(q.argmax())]
    assert f"After “{other}”, which ends in the same word, “{best}” is most probable ({q.max():.3f})" in said
    assert f"differ by {np.abs(p - q).sum() / 2:.3f}" in said
    widget.frozen = "on"
    assert "differ by 0.000: the state is held at h⁰" in widget.text_alternative()
    widget.settings = 'sentence="the zebra waits .", other="", step=2'
    assert widget.text_alternative().endswith(
        "so that only “the” counts: this is a bigram. “zebra” is not in its vocabulary: read as <unk>."
    )
    widget.finding = "what the browser said"
    assert widget.text_alternative() == "what the browser said"
    data, _ = Unrolled()._repr_mimebundle_()
    assert data["text/markdown"].startswith("Step 6 of 8")


def test_a_network_without_memory_is_shown_as_it_was_trained() -> None:
    assert Unrolled(network(memory="none"), "the dog barks .").frozen == "on"
    assert Unrolled(network(), "the dog barks .").frozen == "off"
    assert Unrolled(network(), "the dog barks .", frozen=True).frozen == "on"


def test_own_presets_steps_and_characters() -> None:
    widget = Unrolled(network(), "The dog BARKS.", step=2)
    assert set(widget.presets) == {"state carried on", "state held"}
    assert Unrolled(network(), "the dog barks .").step == 5
    letters = Unrolled(network(vocabulary=Vocabulary("helo")), "hell", "el")
    assert (letters.unit, letters.step) == ("characters", 5)
    assert "after “hell”" in letters.text_alternative()
    assert Unrolled(network(), "the dog", presets={"mine": {"step": 1}}).presets == {"mine": {"step": 1}}


def test_settings_as_text() -> None:
    widget = Unrolled(network(), "the dog barks .", step=3)
    assert widget.settings == 'sentence="the dog barks .", other="", step=3, frozen="off"'
    widget.settings = 'frozen="on", other="the cat", step=1'
    assert (widget.frozen, widget.other, widget.step) == ("on", "the cat", 1)
    for text, message in [
        ("step=17", "step is a whole number from 1 to 16"),
        ('frozen="perhaps"', "one of on, off"),
        ("sentence=3", "sentence is a text"),
        (f'other="{"dog " * 16}"', "16 words are too many for the picture, 15 at most"),
        ("size=3", "no setting is named 'size'"),
    ]:
        with pytest.raises(WidgetError, match=message):
            widget.settings = text
    with pytest.raises((WidgetError, traitlets.TraitError), match="is read by itself"):
        widget.sentence = "the dog </s>"
    assert widget.sentence == "the dog barks ."


def spoilt(value: float) -> RecurrentLM:
    model = network()
    model.params.cell.W_h[1, 2] = value
    return model


@pytest.mark.parametrize(
    ("make", "error", "message"),
    [
        (lambda: Unrolled("a text"), DataError, "model is a RecurrentLM, got str"),
        (lambda: Unrolled(network()), WidgetError, "give a sentence for your model"),
        (lambda: Unrolled(network("lstm"), "the dog"), WidgetError, "one Elman cell, and this one's is lstm"),
        (lambda: Unrolled(network("gru"), "the dog"), WidgetError, "this one's is gru"),
        (lambda: Unrolled(spoilt(np.nan), "the dog"), DataError, r"W_h is not finite at \(1, 2\): nan"),
        (lambda: Unrolled(spoilt(1e39), "the dog"), DataError, r"W_h is not finite at \(1, 2\): inf"),
        (
            lambda: Unrolled(network(hidden=MOST_CELLS + 1), "the dog"),
            ShapeError,
            f"the state of this model have {MOST_CELLS + 1} numbers; {MOST_CELLS} at most",
        ),
        (
            lambda: Unrolled(network(embed=MOST_CELLS + 1), "the dog"),
            ShapeError,
            "the embeddings of this model",
        ),
        (
            lambda: Unrolled(
                network(vocabulary=Vocabulary([f"w{i}" for i in range(9000)]), embed=30, hidden=30), "w1"
            ),
            WidgetError,
            r"MB for the browser.*fewer words \(E alone has 9,003 rows\)",
        ),
        (lambda: Unrolled(network(), "dog " * MOST_STEPS), WidgetError, "16 words are too many"),
        (lambda: Unrolled(network(), "<s> the dog"), WidgetError, "<s> is read by itself"),
        (lambda: Unrolled(network(), ["the", "dog"]), WidgetError, "sentence is a text, got list"),
        (lambda: Unrolled(network(), "the dog", 7), WidgetError, "other is a text, got int 7"),
        (lambda: Unrolled(network(), "the dog", step=4), WidgetError, "from 1 to 3, the length"),
        (lambda: Unrolled(network(), "the dog", step=0), WidgetError, "step is a whole number"),
        (lambda: Unrolled(network(), "the dog", step=1.5), WidgetError, "step is a whole number"),
        (lambda: Unrolled(network(), "the dog", frozen="yes"), WidgetError, "frozen is one of on, off"),
        (
            lambda: Unrolled(network(), "the dog", unit="bytes"),
            WidgetError,
            "unit is one of words, characters, got 'bytes'",
        ),
        (
            lambda: Unrolled(network(), "the dog", presets={"mine": {"pace": 1}}),
            WidgetError,
            "preset 'mine': no setting is named 'pace'",
        ),
        (
            lambda: Unrolled(network(), "the dog", presets={"mine": {"other": "dog " * 20}}),
            WidgetError,
            "20 words are too many",
        ),
    ],
)
def test_errors_say_what_is_wrong(make: Any, error: type[CourseError], message: str) -> None:
    with pytest.raises(error, match=message):
        make()
