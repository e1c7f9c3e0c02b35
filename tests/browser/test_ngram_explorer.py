"""The n-gram explorer in a browser: keyboard, drawing, settings, presets, accessibility."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import pytest

from rnn_course.models.ngram_counts import NgramCounts
from rnn_course.text.corpus import Corpus
from rnn_course.text.sources import language_reference
from rnn_course.widgets.ngram_explorer import NgramExplorer

from .ngram_models import model
from .stage import Stage, serious_findings


@pytest.fixture(scope="module")
def corpus() -> Corpus:
    return language_reference()


def test_typing_counting_and_pressing_keys_without_a_mouse(
    show: Callable[..., Stage], corpus: Corpus
) -> None:
    stage = show(NgramExplorer(corpus, order=2))
    page = stage.page
    page.keyboard.press("Tab")
    page.keyboard.type("the value")
    assert stage.trait("context") == "the value"
    count = NgramCounts(corpus.train, corpus.vocabulary, 2).context_count(["value"])
    assert f"“value” was seen {count:,} times" in stage.page.locator(".rnn-finding").inner_text()

    best = model(corpus, "mle", 2).next_log_probs((corpus.vocabulary.id("value"),))
    best[corpus.vocabulary.unk_id] = -np.inf
    page.keyboard.press("Tab")  # the first key of the next-word keyboard
    page.keyboard.press("Enter")
    suggestion = corpus.vocabulary.tokens[int(best.argmax())]
    assert stage.trait("context") == f"the value {suggestion}"

    page.get_by_role("slider", name="Order").focus()
    page.keyboard.press("ArrowRight")
    page.keyboard.press("ArrowRight")
    assert stage.trait("order") == 4
    page.keyboard.press("ArrowDown")
    assert stage.trait("order") == 3
    smoothing = page.get_by_role("combobox", name="Smoothing")
    smoothing.focus()
    page.keyboard.press("ArrowDown")
    assert stage.trait("smoothing") == "add-k"
    k = page.get_by_role("spinbutton", name="k")
    k.focus()
    page.keyboard.press("Control+a")
    page.keyboard.type("0.5")
    assert stage.trait("k") == 0.5
    page.get_by_role("button", name="Delete one").press("Enter")
    assert stage.trait("context") == "the value"
    # what JupyterLab would take for commands has not left the widget
    assert [key for key in stage.keys_that_left() if key != "Tab"] == []


def test_the_spoken_sentence_waits_for_the_hand(show: Callable[..., Stage], corpus: Corpus) -> None:
    stage = show(NgramExplorer(corpus, context="the"))
    spoken = stage.page.locator("[aria-live=polite].rnn-unseen-by-eye")
    stage.page.wait_for_function("document.querySelector('[aria-live=polite]').textContent !== ''")
    before = spoken.text_content()
    stage.page.get_by_label("Text so far").type(" value of")
    visible = stage.page.locator(".rnn-finding").text_content()
    assert spoken.text_content() == before != visible
    stage.page.wait_for_function(
        "text => document.querySelector('[aria-live=polite]').textContent === text", arg=visible
    )


def test_what_the_model_sees_and_what_it_forgot(show: Callable[..., Stage], corpus: Corpus) -> None:
    stage = show(NgramExplorer(corpus, context="the zebra value of", order=3))
    chips = {
        kind: stage.page.locator(f".rnn-chip.rnn-{kind}").all_inner_texts() for kind in ("seen", "forgotten")
    }
    assert chips == {"seen": ["value", "of"], "forgotten": ["start of sentence", "the", "zebra (unknown)"]}
    stage.set(order=1)
    assert stage.page.locator(".rnn-chip.rnn-seen").count() == 0
    assert "sees no context" in stage.trait("finding")
    stage.set(order=5, context="it is . </s> the")
    assert stage.page.locator(".rnn-chip.rnn-seen").all_inner_texts() == ["start of sentence", "the"]


def test_draws_follow_the_seed_and_stay_possible(show: Callable[..., Stage], corpus: Corpus) -> None:
    drawn = []
    for seed in (1, 1, 2):
        stage = show(NgramExplorer(corpus, order=3, seed=seed))
        stage.page.get_by_role("button", name="Draw to the end").click()
        drawn.append(stage.trait("context"))
    assert drawn[0] == drawn[1] != drawn[2]
    lm = model(corpus, "mle", 3)
    for text in drawn:
        assert text.endswith("</s>") or len(text.split()) == 40
        state = lm.initial_state()
        for word in text.split():
            token = corpus.vocabulary.id(word)
            assert np.isfinite(lm.next_log_probs(state)[token])
            state = lm.advance(state, token)


def test_settings_are_copied_and_set_as_text(show: Callable[..., Stage], corpus: Corpus) -> None:
    explorer = NgramExplorer(corpus, context='say "the"', compare="add-k", k=0.25)
    stage = show(explorer)
    stage.page.get_by_text("Settings as text").click()
    box = stage.page.get_by_role("textbox", name="Settings as text")
    assert box.input_value() == explorer.settings.replace(
        'context="say \\"the\\""', 'context="say \\"the\\""'
    )
    box.fill('order=2, smoothing="kneser-ney", context="of"')
    box.press("Enter")
    assert (stage.trait("order"), stage.trait("smoothing"), stage.trait("context")) == (2, "kneser-ney", "of")
    for wrong, message in [
        ("order=9", "whole number from 1 to 5"),
        ('smoothing="magic"', "smoothing is one of mle"),
        ("size=3", "size is not one of"),
        ("nonsense", "is not of the form"),
        ("context=3", "context is a text"),
        ("k=-1", "k is a number"),
    ]:
        box.fill(wrong)
        box.press("Enter")
        assert message in stage.page.locator("details .rnn-note").inner_text()
    assert stage.trait("order") == 2


def test_presets_and_what_python_sets(show: Callable[..., Stage], corpus: Corpus) -> None:
    presets = {
        "seen": {"context": "the value of", "order": 3},
        "shorter": {"order": 2, "smoothing": "kneser-ney"},
    }
    stage = show(NgramExplorer(corpus, presets=presets))
    stage.page.get_by_role("combobox", name="Example").select_option("seen")
    assert stage.page.get_by_label("Text so far").input_value() == "the value of"
    stage.page.get_by_role("combobox", name="Example").select_option("shorter")
    assert "Under Kneser-Ney" in stage.trait("finding")
    stage.set(context="of")
    assert stage.page.get_by_label("Text so far").input_value() == "of"


def test_characters_and_own_text(show: Callable[..., Stage]) -> None:
    characters = Corpus.from_sentences("hello", [list("hello hello")], unit="characters")
    stage = show(NgramExplorer(characters, order=3, context="hel"))
    assert "“el” was seen 2 times; 1 different word followed it" in stage.trait("finding")
    stage.page.get_by_role("button", name="l 1").click()
    assert stage.trait("context") == "hell"
    own = show(NgramExplorer("The cat sat. The cat ran!", order=2, context="The CAT"))
    assert "“cat” was seen 2 times; 2 different words followed it" in own.trait("finding")


@pytest.mark.parametrize("width", [1280, 360])
@pytest.mark.parametrize("dark", [False, True], ids=["light", "dark"])
def test_accessible_and_not_wider_than_the_page(
    show: Callable[..., Stage], corpus: Corpus, width: int, dark: bool
) -> None:
    stage = show(
        NgramExplorer(corpus, context="the zebra value of", smoothing="add-k", compare="kneser-ney"),
        width=width,
        dark=dark,
    )
    stage.page.get_by_text("Settings as text").click()
    assert serious_findings(stage.page) == []
    assert stage.page.evaluate("document.documentElement.scrollWidth") <= width
