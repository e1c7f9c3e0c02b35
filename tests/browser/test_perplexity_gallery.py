"""The perplexity gallery in a browser: its numbers against numpy, keys, presets, settings, accessibility."""

from __future__ import annotations

from collections.abc import Callable
from itertools import product
from typing import Any

import numpy as np
import pytest

from rnn_course.experiments.misreading import IN_WORDS, Mistakes, misread
from rnn_course.models.kneser_ney import KneserNey
from rnn_course.models.ngram import MLE
from rnn_course.text.sources import language_reference
from rnn_course.widgets.perplexity_gallery import PerplexityGallery, as_settings
from rnn_course.widgets.perplexity_gallery_words import counted, finding

from .stage import Stage, serious_findings


@pytest.fixture(scope="module")
def model() -> KneserNey:
    corpus = language_reference()
    return KneserNey.fit(corpus.train, corpus.vocabulary, order=3)


READ = """
(all) => all.map((settings) => {
  for (const [name, value] of Object.entries(settings)) model.set(name, value);
  model.save_changes();
  const cells = [...document.querySelectorAll(".rnn-token")].filter((cell) => !cell.hidden);
  return {
    value: document.querySelector(".rnn-is-read .rnn-big").dataset.value,
    finding: document.querySelector(".rnn-finding").textContent,
    counted: cells.filter((cell) => cell.classList.contains("rnn-counted")).length,
  };
})
"""


def test_every_combination_is_what_python_says(show: Callable[..., Stage], model: KneserNey) -> None:
    widget = PerplexityGallery(model)
    stage = show(widget)
    states = [
        (Mistakes(*made), size) for size in (3, 4) for made in product((False, True), repeat=len(IN_WORDS))
    ]
    on_screen = stage.page.evaluate(
        READ, [{**as_settings(made), "batch_size": size} for made, size in states]
    )
    text = widget.text
    for (made, size), shown in zip(states, on_screen, strict=True):
        value = misread(text.losses, text.ids, made, batch_size=size)
        assert float(shown["value"]) == pytest.approx(value, rel=1e-12), (made, size)
        assert shown["finding"] == finding(text, made, size)
        assert shown["counted"] == counted(text, made, size)


def test_numbers_by_hand(show: Callable[..., Stage], model: KneserNey) -> None:
    """States worked out here with numpy alone."""
    widget = PerplexityGallery(model)
    rows = np.split(widget.text.losses, np.cumsum(widget.text.lengths)[:-1])
    nll, lengths = widget.text.losses, widget.text.lengths
    (unknown,) = (i for i, word in enumerate(widget.words) if word == "giraffe")
    ends = np.cumsum(lengths) - 1
    padded = lengths.max() * len(lengths)
    in_twos = 2 * (lengths[:2].max() + lengths[2:].max())
    pairs = [np.concatenate(rows[:2]).mean(), np.concatenate(rows[2:]).mean()]
    expected: list[tuple[dict[str, Any], float]] = [
        ({}, np.exp(nll.mean())),
        ({"base_2": "on"}, 2 ** nll.mean()),
        ({"padding": "on"}, np.exp(nll.sum() / padded)),
        ({"padding": "on", "batch_size": 1}, np.exp(nll.mean())),
        ({"padding": "on", "batch_size": 2}, np.exp(nll.sum() / in_twos)),
        ({"begin": "on"}, np.exp(nll.sum() / (len(nll) + 4))),
        ({"no_end": "on"}, np.exp(np.delete(nll, ends).mean())),
        ({"no_unknown": "on"}, np.exp(np.delete(nll, unknown).mean())),
        ({"no_end": "on", "no_unknown": "on"}, np.exp(np.delete(nll, [*ends, unknown]).mean())),
        ({"sentences": "on"}, np.exp(np.mean([row.mean() for row in rows]))),
        ({"batches": "on", "batch_size": 2}, np.exp(np.mean(pairs))),
        ({"batches": "on", "exp_first": "on", "batch_size": 2}, np.exp(pairs).mean()),
        ({"exp_first": "on"}, np.exp(nll).mean()),
        ({"sentences": "on", "exp_first": "on"}, np.mean([np.exp(row.mean()) for row in rows])),
        ({"padding": "on", "begin": "on", "base_2": "on"}, 2 ** (nll.sum() / (padded + 4))),
    ]
    stage = show(widget)
    off = {**dict.fromkeys(IN_WORDS, "off"), "batch_size": 4}
    on_screen = stage.page.evaluate(READ, [{**off, **state} for state, _ in expected])
    for (state, value), shown in zip(expected, on_screen, strict=True):
        assert float(shown["value"]) == pytest.approx(value, rel=1e-12), state
    assert len({shown["finding"] for shown in on_screen}) == len(expected)
    assert "hardly different" in on_screen[3]["finding"], "batches of one have no padding"


def test_ticking_and_sliding_without_a_mouse(show: Callable[..., Stage], model: KneserNey) -> None:
    stage = show(PerplexityGallery(model))
    page = stage.page
    page.keyboard.press("Tab")
    for _ in range(len(PerplexityGallery(model).presets)):
        page.keyboard.press("Tab")
    assert page.evaluate("document.activeElement.type") == "range"
    page.keyboard.press("ArrowLeft")
    page.keyboard.press("ArrowLeft")
    assert stage.trait("batch_size") == 2
    page.keyboard.press("Tab")
    page.keyboard.press("Space")
    assert stage.trait("padding") == "on"
    assert page.get_by_role("checkbox", name="Padding counted").is_checked()
    page.keyboard.press("Tab")
    page.keyboard.press("Space")
    assert stage.trait("begin") == "on"
    assert stage.trait("finding").startswith("Padding counted, <s> counted: the perplexity reads")
    assert page.locator(".rnn-is-padding.rnn-counted:visible").count() == 5 + 3
    page.keyboard.press("Space")
    assert stage.trait("begin") == "off"
    assert [key for key in stage.keys_that_left() if key != "Tab"] == []


def test_presets_and_what_python_sets(show: Callable[..., Stage], model: KneserNey) -> None:
    widget = PerplexityGallery(model)
    stage = show(widget)
    for name, preset in widget.presets.items():
        button = stage.page.get_by_role("button", name=name, exact=True)
        button.press("Enter")
        assert {setting: stage.trait(setting) for setting in preset} == preset
        assert button.get_attribute("aria-pressed") == "true"
    before = stage.page.locator("canvas").screenshot()
    strip = stage.page.locator(".rnn-strip").screenshot()
    stage.set(padding="on", begin="on")
    assert stage.page.get_by_role("checkbox", name="<s> counted").is_checked()
    assert "Padding counted, <s> counted" in stage.page.locator(".rnn-finding").inner_text()
    assert stage.page.locator("canvas").screenshot() != before
    assert stage.page.locator(".rnn-strip").screenshot() != strip


def test_settings_are_set_as_text_and_refused_with_a_reason(
    show: Callable[..., Stage], model: KneserNey
) -> None:
    widget = PerplexityGallery(model, begin="on")
    stage = show(widget)
    stage.page.get_by_text("Settings as text").click()
    box = stage.page.get_by_role("textbox", name="Settings as text")
    assert box.input_value() == widget.settings
    box.fill('no_end="on", batch_size=2')
    box.press("Enter")
    assert (stage.trait("no_end"), stage.trait("begin"), stage.trait("batch_size")) == ("on", "on", 2)
    for wrong, message in [
        ("batch_size=5", "batch_size is a whole number from 1 to 4"),
        ('padding="yes"', "padding is one of on, off"),
        ("size=3", "size is not one of"),
        ("nonsense", "is not of the form"),
    ]:
        box.fill(wrong)
        box.press("Enter")
        assert message in stage.page.locator("details .rnn-note").inner_text()
    assert stage.trait("batch_size") == 2


def test_an_impossible_token(show: Callable[..., Stage]) -> None:
    corpus = language_reference()
    vocabulary = corpus.vocabulary
    model = MLE.fit(vocabulary.stream([["it", "is"], ["it", "is", "it"]]), vocabulary, order=2)
    widget = PerplexityGallery(model, [["it", "is"], ["it", "giraffe"]])
    stage = show(widget)
    assert stage.trait("finding") == "A token with probability 0 is among the 6: the perplexity is infinite."
    assert "∞" in stage.page.locator(".rnn-is-unknown").inner_text()
    stage.set(padding="on")
    assert "reads infinite, as it should" in stage.trait("finding")


def test_nothing_is_left(show: Callable[..., Stage], model: KneserNey) -> None:
    stage = show(PerplexityGallery(model, [["giraffe"]], no_end="on", no_unknown="on"))
    assert stage.trait("finding").endswith("no token is left to count.")
    assert not stage.page.get_by_role("slider").is_visible()


@pytest.mark.parametrize("width", [1280, 360])
@pytest.mark.parametrize("dark", [False, True], ids=["light", "dark"])
def test_accessible_and_not_wider_than_the_page(
    show: Callable[..., Stage], model: KneserNey, width: int, dark: bool
) -> None:
    widget = PerplexityGallery(model, batch_size=2, padding="on", sentences="on", exp_first="on")
    stage = show(widget, width=width, dark=dark)
    stage.page.get_by_text("Settings as text").click()
    assert serious_findings(stage.page) == []
    assert stage.page.evaluate("document.documentElement.scrollWidth") <= width
    cut = "[...document.querySelectorAll('.rnn-strip')].filter((n) => n.scrollWidth > n.clientWidth).length"
    assert stage.page.evaluate(cut) == 0
