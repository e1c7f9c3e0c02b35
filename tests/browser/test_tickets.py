"""Tickets and the lag in a browser: its numbers against numpy, keys, presets, text, looks."""

from __future__ import annotations

import itertools
from collections.abc import Callable

import numpy as np
import pytest

from rnn_course.cells.parameters import map_arrays
from rnn_course.experiments.tickets_by_lag import Readers, readers_of_stories, story
from rnn_course.models.recurrent import RecurrentLM
from rnn_course.tasks.printing import THINGS, long_wait
from rnn_course.widgets.tickets import TicketsAndLag

from .stage import Stage, serious_findings
from .widget_layout import changed_by_another_copy_of_the_theme


@pytest.fixture(scope="module")
def readers() -> Readers:
    found = readers_of_stories(("Elman", "GRU"), hidden_size=12, stories=80, epochs=2)
    for model in found.trained.values():
        model.params.U[:] *= 3  # answers that differ from thing to thing
    return found


@pytest.fixture(scope="module")
def widget(readers: Readers) -> TicketsAndLag:
    return TicketsAndLag(readers)


def after(model: RecurrentLM, words: tuple[str, ...], first: np.ndarray | None = None) -> np.ndarray:
    """P of every word after `words`; with `first`, the state after the thing is that, and not its own."""
    params = model.params
    inputs = [model.vocabulary.bos_id, *model.vocabulary.encode(words)]
    state = np.zeros((1, len(params.cell[0])), params.E.dtype)
    for k, token in enumerate(inputs):
        output, state = model.cell.step(params.cell, state, params.E[[token]])
        if k == 6 and first is not None:
            state = first
    z = (params.U @ output[0] + params.b_2).astype(np.float64)
    z[model.vocabulary.bos_id] = -np.inf
    return np.exp(z - z.max()) / np.exp(z - z.max()).sum()


def arrives(model: RecurrentLM, words: tuple[str, ...], answer: int) -> float:
    """The gradient of -log P(answer) at the state after the thing, by small changes of that state."""
    exact = _in_double(model)
    inputs = [exact.vocabulary.bos_id, *exact.vocabulary.encode(words[:6])]
    state = np.zeros((1, len(exact.params.cell[0])))
    for token in inputs:
        _, state = exact.cell.step(exact.params.cell, state, exact.params.E[[token]])
    gradient = np.zeros(state.size)
    for k in range(state.size):
        step = np.zeros_like(state)
        step[0, k] = 1e-5
        losses = [-np.log(after(exact, words, state + sign * step)[answer]) for sign in (1, -1)]
        gradient[k] = (losses[0] - losses[1]) / 2e-5
    p = after(exact, words)
    p[answer] -= 1
    return float(np.linalg.norm(gradient) / np.linalg.norm(exact.params.U.T @ p))


def _in_double(model: RecurrentLM) -> RecurrentLM:
    params = map_arrays(lambda array: array.astype(np.float64), model.params)
    return RecurrentLM(model.vocabulary, model.cell, params, memory=model.memory)


def number(text: str) -> float:
    """What a share is written as."""
    return float(text.removesuffix(" %")) / 100


STATES = [*itertools.product((0, 3, 6), ("tickets", "poems"), ("before training", "after training"))]


def test_the_numbers_are_numpys_in_twelve_states(
    show: Callable[..., Stage], readers: Readers, widget: TicketsAndLag
) -> None:
    stage = show(widget)
    for events, thing, weights in STATES:
        stage.set(events=events, thing=thing, weights=weights)
        told = story(thing, events)
        finding = stage.trait("finding")
        assert finding.startswith(f"{told.lag} steps after “{thing}”, {weights}: ")
        models = readers.new if weights == "before training" else readers.trained
        for name, model in models.items():
            p = after(model, told.context)
            ids = model.vocabulary.encode(THINGS)
            named, answer = THINGS[int(p[ids].argmax())], ids[THINGS.index(thing)]
            said = finding.split(f"{name} names ")[1].split(" of the gradient")[0]
            start = f"“{named}”, gives “{thing}” {p[answer]:.2f}, gets "
            assert said.startswith(start)
            share, expected = said.removeprefix(start), arrives(model, told.context, int(answer))
            if share.startswith("less"):
                assert expected < 1.01e-6
            else:
                assert number(share) == pytest.approx(expected, rel=0.06)
            card = stage.page.locator(".rnn-tickets-card", has=stage.page.get_by_role("heading", name=name))
            assert (
                card.locator(".rnn-tickets-answer").inner_text()
                == f"{named} {'✓' if named == thing else '✗'}"
            )
            words = card.locator(".rnn-tickets-word:not([hidden])").all_inner_texts()
            assert tuple(words) == told.context
        widget.events, widget.thing, widget.weights = events, thing, weights
        assert widget.text_alternative() == finding, "and the page without JavaScript says the same"


def test_the_share_of_right_answers_is_counted(readers: Readers, widget: TicketsAndLag) -> None:
    rng = np.random.default_rng(1)
    asked = [long_wait(0, rng) for _ in range(widget.questions)]
    model = readers.trained["GRU"]
    ids = model.vocabulary.encode(THINGS)
    right = np.mean([THINGS[int(after(model, told.context)[ids].argmax())] == told.answer for told in asked])
    accuracy = np.frombuffer(widget.accuracy, np.float32).reshape(widget.arrays["accuracy"]["shape"])
    assert accuracy[1, 1, 0] == pytest.approx(right)


def test_all_by_keys_and_presets(show: Callable[..., Stage], readers: Readers) -> None:
    stage = show(TicketsAndLag(readers))
    page = stage.page
    before = page.locator(".rnn-tickets").screenshot()
    slider = page.get_by_role("slider", name="Lag")
    slider.focus()
    page.keyboard.press("ArrowRight")
    assert stage.trait("events") == 1
    assert slider.get_attribute("aria-valuetext") == "Lag ℓ = 11 steps, with 1 event in between"
    page.get_by_role("combobox", name="She wants to print her").focus()
    page.keyboard.press("ArrowDown")
    assert stage.trait("thing") == THINGS[1]
    assert page.locator(".rnn-tickets-thing").first.inner_text() == THINGS[1]
    page.get_by_role("combobox", name="Networks").focus()
    page.keyboard.press("ArrowUp")
    assert stage.trait("weights") == "before training"
    assert stage.keys_that_left() == []
    for name in ("nothing in between", "one event", "four events", "four events, before training"):
        button = page.get_by_role("button", name=name, exact=True)
        button.click()
        assert button.get_attribute("aria-pressed") == "true"
    assert page.locator(".rnn-tickets").screenshot() != before


def test_settings_as_text(show: Callable[..., Stage], widget: TicketsAndLag) -> None:
    stage = show(widget)
    page = stage.page
    page.get_by_text("Settings as text").click()
    box = page.get_by_role("textbox", name="Settings as text")
    assert box.input_value() == widget.settings
    box.fill('thing="maps", events=2')
    box.press("Enter")
    assert (stage.trait("thing"), stage.trait("events")) == ("maps", 2)
    for wrong, message in [
        ("events=7", "events is a whole number from 0 to 6"),
        ('thing="toner"', "thing is one of tickets"),
        ("lag=3", "lag is not one of"),
    ]:
        box.fill(wrong)
        box.press("Enter")
        assert message in page.locator("details .rnn-note").inner_text()
    assert stage.trait("events") == 2


def test_trained_networks_of_ones_own_have_no_choice_of_weights(
    show: Callable[..., Stage], readers: Readers
) -> None:
    stage = show(TicketsAndLag({"mine": readers.trained["GRU"]}, events=1))
    assert stage.page.get_by_role("combobox").count() == 1
    assert stage.page.locator(".rnn-tickets-card").count() == 1


def test_another_widgets_styles_change_nothing(show: Callable[..., Stage], widget: TicketsAndLag) -> None:
    assert changed_by_another_copy_of_the_theme(show(widget).page) == []


@pytest.mark.parametrize(("width", "dark"), [(1000, False), (1000, True), (360, False), (360, True)])
def test_accessible_and_within_the_page(
    show: Callable[..., Stage], widget: TicketsAndLag, width: int, dark: bool
) -> None:
    stage = show(widget, width=width, dark=dark)
    stage.set(events=6)
    stage.page.get_by_text("Settings as text").click()
    assert serious_findings(stage.page) == []
    assert stage.page.evaluate("document.documentElement.scrollWidth") <= width
