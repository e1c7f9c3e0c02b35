"""Two-sided context in a browser: numbers against small changes made in numpy, keys, presets, text, looks."""

from __future__ import annotations

from collections.abc import Callable
from functools import cache

import numpy as np
import pytest

from rnn_course.cells.bidirectional import bidirectional
from rnn_course.cells.cell import CELLS
from rnn_course.models.labels import Labels
from rnn_course.models.tagger import Tagger
from rnn_course.text.vocabulary import Vocabulary
from rnn_course.widgets.two_sided import MINIMAL_PAIR, SENTENCES, TwoSidedContext

from .stage import Stage, serious_findings
from .widget_layout import changed_by_another_copy_of_the_theme

READERS = {"left": CELLS["elman"], "both": bidirectional(CELLS["gru"])}
LABELS = ("ADJ", "DET", "NOUN", "PUNCT")
PAIR = SENTENCES[:2]
SHORT = "the play was long ."


@cache
def tagger(name: str) -> Tagger:
    vocabulary = Vocabulary.from_sentences([sentence.split() for sentence in (*PAIR, SHORT)])
    rng = np.random.default_rng(0)
    model = Tagger.init(vocabulary, Labels(LABELS), READERS[name], 3, 4, rng)
    model.params.E[:] *= 3  # further from 0, where no two words are alike
    model.params.U[:] *= 3
    return model


@pytest.fixture(scope="module")
def widget() -> TwoSidedContext:
    return TwoSidedContext({name: tagger(name) for name in READERS}, [*PAIR, SHORT])


def vectors(name: str, e: np.ndarray) -> np.ndarray:
    model = tagger(name)
    return model.cell.forward(model.params.cell, e[:, None])[0][:, 0]


def embedded(name: str, sentence: str) -> np.ndarray:
    model = tagger(name)
    return model.params.E[model.vocabulary.encode(sentence.split())]


@cache
def by_small_changes(name: str, sentence: str) -> np.ndarray:
    """Shares of each vector's change from each word, [t, s], from the vectors alone."""
    e = embedded(name, sentence)
    squares = np.zeros((len(e), len(e)))
    for s, k in np.ndindex(e.shape):
        step = np.zeros_like(e)
        step[s, k] = 1e-5
        change = (vectors(name, e + step) - vectors(name, e - step)) / 2e-5
        squares[:, s] += (change**2).sum(axis=1)
    norms = np.sqrt(squares)
    return norms / norms.sum(axis=1, keepdims=True)


def probabilities(name: str, sentence: str, t: int) -> np.ndarray:
    params = tagger(name).params
    z = params.U @ vectors(name, embedded(name, sentence))[t] + params.b_2
    return np.exp(z) / np.exp(z).sum()


def moved(name: str, sentence: str, other: str, t: int) -> float:
    a, b = (vectors(name, embedded(name, each))[t] for each in (sentence, other))
    return float(np.linalg.norm(a - b) / np.sqrt(np.linalg.norm(a) * np.linalg.norm(b)))


def cells(stage: Stage) -> list[list[str]]:
    """The numbers of the strip, by reader and word."""
    return stage.page.evaluate(
        """() => {
          const words = [...document.querySelectorAll(".rnn-strip-row")].slice(1);
          const columns = words.map((row) =>
            [...row.querySelectorAll(".rnn-strip-cell")].map((cell) => cell.textContent));
          return columns[0].map((_, i) => columns.map((column) => column[i]));
        }"""
    )


def written(share: float) -> set[str]:
    """How a share may be written: on the edge between two roundings, either."""

    def text(value: float) -> str:
        return f"{value:.0f}" if value >= 9.95 else f"{value:.1f}" if value >= 0.05 else "<0.1"

    return {""} if share == 0 else {text(100 * share * (1 + slip)) for slip in (-1e-4, 0, 1e-4)}


STATES = [(sentence, t) for sentence in (*PAIR, SHORT) for t in range(5)]


def test_the_numbers_are_numpys_in_fifteen_states(
    show: Callable[..., Stage], widget: TwoSidedContext
) -> None:
    stage = show(widget)
    for sentence, t in STATES:
        other = PAIR[1] if sentence == PAIR[0] else PAIR[0]
        stage.set(sentence=sentence, against=other, word=t)
        words = sentence.split()
        shown, finding = cells(stage), stage.trait("finding")
        assert finding.startswith(f"What reaches “{words[t]}”, and its tag: ")
        tags = stage.page.locator(".rnn-tag-reader").all_inner_texts()
        for row, name in enumerate(READERS):
            shares = by_small_changes(name, sentence)[t]
            for s, share in enumerate(shares):
                assert shown[row][s] in written(share), (sentence, t, name, s)
            p = probabilities(name, sentence, t)
            best = int(p.argmax())
            reach = int((shares > 0).sum())
            assert f"{name} {reach} of {len(words)} words, {LABELS[best]} ({p[best]:.2f})" in finding
            assert [LABELS[best], f"{p[best]:.2f}"] == tags[row].split("\n")[1:3]
            if words[t] == other.split()[t]:
                unit = "" if row else "of its length "
                assert f"{100 * moved(name, sentence, other, t):.0f} % {unit}({name})" in finding
        assert ("vector differs" in finding) == (words[t] == other.split()[t])


def test_the_left_reader_has_one_vector_for_both(show: Callable[..., Stage], widget: TwoSidedContext) -> None:
    stage = show(widget)
    stage.set(word=3)
    assert "by 0 % of its length (left), " in stage.trait("finding")
    notes = stage.page.locator(".rnn-tag-reader .rnn-note").all_inner_texts()
    assert "its vector is the same, to the last digit" in notes[0]
    assert "its vector differs by" in notes[1]
    stage.set(word=4)
    assert "another word stands there" in stage.page.locator(".rnn-tag-reader .rnn-note").first.inner_text()


def test_all_by_keys_and_by_pointing(show: Callable[..., Stage], widget: TwoSidedContext) -> None:
    stage = show(widget)
    page = stage.page
    slider = page.get_by_role("slider", name="Word")
    slider.focus()
    page.keyboard.press("ArrowRight")
    assert stage.trait("word") == 4
    assert slider.get_attribute("aria-valuetext") == "Word: “exciting”"
    page.get_by_role("combobox", name="Sentence").focus()
    page.keyboard.press("ArrowDown")
    assert stage.trait("sentence") == PAIR[1]
    page.get_by_role("combobox", name="Compared with").focus()
    page.keyboard.press("ArrowDown")
    assert stage.trait("against") == SHORT
    assert stage.keys_that_left() == []
    page.get_by_role("rowheader", name="movie").hover()
    assert stage.trait("word") == 1
    stage.set(sentence=SHORT, word=5)
    page.wait_for_timeout(200)
    assert stage.trait("word") == 5, "other words have come under a mouse that has not moved"
    assert slider.get_attribute("max") == "4", "the slider ends with the sentence"
    assert stage.trait("finding").startswith("What reaches “.”")


def test_settings_as_text(show: Callable[..., Stage], widget: TwoSidedContext) -> None:
    stage = show(widget)
    page = stage.page
    page.get_by_text("Settings as text").click()
    box = page.get_by_role("textbox", name="Settings as text")
    assert box.input_value() == widget.settings
    box.fill(f'sentence="{PAIR[1]}", word=2')
    box.press("Enter")
    assert (stage.trait("sentence"), stage.trait("word")) == (PAIR[1], 2)
    for wrong, message in [
        ("word=6", "word is a whole number from 0 to 5"),
        ('sentence="the zebra"', "sentence is one of the movie"),
        ("reader=1", "reader is not one of"),
    ]:
        box.fill(wrong)
        box.press("Enter")
        assert message in page.locator("details .rnn-note").inner_text()
    assert stage.trait("word") == 2


def test_the_examples_with_trained_readers(show: Callable[..., Stage]) -> None:
    widget = TwoSidedContext()
    stage = show(widget)
    assert stage.trait("finding") == widget.finding
    before = stage.page.locator(".rnn-two-sided").screenshot()
    for name, settings in MINIMAL_PAIR.items():
        button = stage.page.get_by_role("button", name=name, exact=True)
        button.click()
        assert button.get_attribute("aria-pressed") == "true"
        words = str(settings["sentence"]).split()
        assert stage.trait("finding").startswith(f"What reaches “{words[int(str(settings['word']))]}”")
    assert stage.page.locator(".rnn-two-sided").screenshot() != before


def test_another_widgets_styles_change_nothing(show: Callable[..., Stage], widget: TwoSidedContext) -> None:
    assert changed_by_another_copy_of_the_theme(show(widget).page) == []


@pytest.mark.parametrize(("width", "dark"), [(1000, False), (1000, True), (360, False), (360, True)])
def test_accessible_and_within_the_page(
    show: Callable[..., Stage], widget: TwoSidedContext, width: int, dark: bool
) -> None:
    stage = show(widget, width=width, dark=dark)
    stage.page.get_by_text("Settings as text").click()
    assert serious_findings(stage.page) == []
    assert stage.page.evaluate("document.documentElement.scrollWidth") <= width
