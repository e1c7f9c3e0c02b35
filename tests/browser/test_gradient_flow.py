"""Gradient flow in a browser: numbers against small changes made in numpy, keys, presets, text, looks."""

from __future__ import annotations

import re
from collections.abc import Callable
from functools import cache
from itertools import product

import numpy as np
import pytest

from rnn_course.cells.cell import CELLS
from rnn_course.gradients.flow import state_jacobian
from rnn_course.models.recurrent import RecurrentLM
from rnn_course.text.vocabulary import Vocabulary
from rnn_course.widgets.gradient_flow import GradientFlow
from rnn_course.widgets.gradient_flow_numbers import first_weights, new_networks

from .stage import Stage, serious_findings
from .widget_layout import changed_by_another_copy_of_the_theme

WORDS = ("the", "key", "of", "dogs", "waits", ".")
NAMES = ("Elman", "LSTM", "GRU")
SENTENCE = "the key of the dogs of the dogs waits ."


def model(cell: str, seed: int) -> RecurrentLM:
    rng = np.random.default_rng(seed)
    network = RecurrentLM.init(Vocabulary(WORDS), CELLS[cell], 3, 4, rng)
    network.params.E[:] *= 3  # further from 0, where no two words are alike
    return network


def networks(seed: int) -> dict[str, RecurrentLM]:
    return {name: model(name.lower(), seed) for name in NAMES}


@pytest.fixture(scope="module")
def widget() -> GradientFlow:
    return GradientFlow(networks(1), SENTENCE, before=networks(2))


@cache
def inputs(name: str, seed: int) -> tuple[RecurrentLM, np.ndarray, np.ndarray]:
    network = model(name.lower(), seed)
    ids = np.array([0, *network.vocabulary.encode(SENTENCE.split())])
    return network, network.params.E[ids], np.append(ids[1:], 1)


def loss(network: RecurrentLM, e: np.ndarray, target: int) -> float:
    h, _ = network.cell.forward(network.params.cell, e[:, None])
    z = network.params.readout.U @ h[-1, 0] + network.params.b_2
    z[network.vocabulary.bos_id] = -np.inf
    return float(np.log(np.exp(z).sum()) - z[target])


@cache
def by_small_changes(name: str, seed: int, t: int) -> np.ndarray:
    """Shares of the gradient of the loss at t at the vectors of words 0 .. t, from losses alone."""
    network, e, targets = inputs(name, seed)
    e = e[: t + 1]
    squares = np.zeros(t + 1)
    for s, k in np.ndindex(e.shape):
        step = np.zeros_like(e)
        step[s, k] = 1e-5
        change = loss(network, e + step, targets[t]) - loss(network, e - step, targets[t])
        squares[s] += (change / 2e-5) ** 2
    return np.sqrt(squares) / np.sqrt(squares).sum()


@cache
def by_jacobians(name: str, seed: int, t: int) -> np.ndarray:
    """Shares of the gradient at the states after words 0 .. t: the loss's, times Jacobians of the state."""
    network, e, targets = inputs(name, seed)
    h, cache_ = network.cell.forward(network.params.cell, e[: t + 1, None])
    U = network.params.readout.U
    z = U @ h[-1, 0] + network.params.b_2
    z[network.vocabulary.bos_id] = -np.inf
    p = np.exp(z - z.max())
    dh = U.T @ (p / p.sum() - np.eye(len(p))[targets[t]])
    states = network.cell.states(cache_)
    arrays = states if isinstance(states, tuple) else (states,)
    dstate = np.concatenate([dh, *(np.zeros_like(dh) for _ in arrays[1:])])
    norms = [np.linalg.norm(dh)]
    for s in range(t - 1, -1, -1):
        before = tuple(array[s] for array in arrays)
        start = type(states)(*before) if isinstance(states, tuple) else before[0]
        J = state_jacobian(network.cell, network.params.cell, e[s + 1 : t + 1], start).matrix
        norms.append(np.linalg.norm(dstate @ J))
    return np.array(norms[::-1]) / norms[0]


def cells(stage: Stage) -> list[list[str]]:
    """The numbers of the strip, by row of networks and word."""
    return stage.page.evaluate(
        """() => {
          const words = [...document.querySelectorAll(".rnn-strip-row")].slice(1, -1);
          const columns = words.map((row) =>
            [...row.querySelectorAll(".rnn-strip-cell")].map((cell) => cell.textContent));
          return columns[0].map((_, i) => columns.map((column) => column[i]));
        }"""
    )


def written(share: float) -> set[str]:
    """How a share may be written: what is right on the edge between two roundings may be either."""

    def text(value: float) -> str:
        return f"{value:.0f}" if value >= 9.95 else f"{value:.1f}" if value >= 0.05 else "<0.1"

    return {text(100 * share * (1 + slip)) for slip in (-1e-4, 0, 1e-4)}


STATES = [(word, at) for word in (1, 2, 4, 6, 8, 10) for at in ("state", "word")]


def test_the_numbers_are_numpys_in_twelve_states(show: Callable[..., Stage], widget: GradientFlow) -> None:
    stage = show(widget)
    for t, at in STATES:
        stage.set(word=t, at=at)
        shown = cells(stage)
        assert len(shown) == 6
        measure = by_jacobians if at == "state" else by_small_changes
        for row, (seed, name) in enumerate(product((2, 1), NAMES)):
            expected = measure(name, seed, t)
            for s, share in enumerate(expected):
                assert shown[row][s] in written(share), (t, at, name, seed, s, share)
            assert not any(shown[row][t + 1 :]), "nothing flows back to words that were not read yet"
        finding = stage.trait("finding").replace("\u00a0", " ")
        if t < 2:
            assert "no earlier word" in finding
            continue
        for name in NAMES:
            share = measure(name, 1, t)
            read = ["the start", *(f"“{word}”" for word in SENTENCE.split())]
            if at == "word":
                s = int(share[:t].argmax())
                numbers = [f"{name} {read[s]} ({text} %)" for text in written(share[s])]
            else:
                s = 1 + int((share[1:t] / share[: t - 1]).argmax())
                numbers = [
                    f"{name} {read[s]} ({after} % after it, {before} % before)"
                    for after in written(share[s])
                    for before in written(share[s - 1])
                ]
            assert any(text in finding for text in numbers), (finding, numbers)


def test_new_networks_for_every_choice_of_first_weights(
    show: Callable[..., Stage], widget: GradientFlow
) -> None:
    """The lag in the sentence is the one at which the curve of that choice stays under 1 %."""
    stage = show(widget)
    names, curves = list(first_weights()), new_networks()
    for k, bias in enumerate(("0", "1", "2", "3", "chrono 100")):
        for layer, elman in enumerate(("uniform", "orthogonal", "orthogonal", "uniform")):
            stage.set(bias=bias, elman=elman, layer=("only", "top", "middle", "lowest")[layer])
            found = re.search(r"lag on: Elman (.+?), LSTM (.+?), GRU (.+?)\.", stage.trait("finding"))
            assert found
            rows = [f"Elman, {elman}", f"LSTM, {bias}", f"GRU, {bias}"]
            for text, row in zip(found.groups(), rows, strict=True):
                curve = curves[names.index(row), layer]
                above = np.flatnonzero(curve >= 0.01)
                last = above.max() + 1 if above.size else 0
                assert text == ("more than 120" if last == 120 else str(last + 1)), (k, row)


def test_all_by_keys_and_by_pointing(show: Callable[..., Stage], widget: GradientFlow) -> None:
    stage = show(widget)
    page = stage.page
    slider = page.get_by_role("slider", name="Loss at")
    slider.focus()
    assert slider.get_attribute("aria-valuetext") == "Loss at “waits”, after 8 words"
    page.keyboard.press("ArrowLeft")
    assert stage.trait("word") == 7
    assert "loss at “dogs”" in stage.trait("finding")
    page.keyboard.press("Home")
    assert stage.trait("word") == 0
    for name, trait, value in [("Gradient at", "at", "word"), ("Layer", "layer", "top")]:
        page.get_by_role("combobox", name=name).focus()
        page.keyboard.press("ArrowDown")
        assert stage.trait(trait) == value
    assert stage.keys_that_left() == []
    page.get_by_role("rowheader", name="key").hover()
    assert stage.trait("word") == 2
    page.locator(".rnn-strip-row").nth(5).locator(".rnn-strip-cell").first.click()
    assert stage.trait("word") == 4


def test_presets_settings_as_text_and_what_python_sets(
    show: Callable[..., Stage], widget: GradientFlow
) -> None:
    stage = show(widget)
    page = stage.page
    remember = page.get_by_role("button", name="made to remember")
    remember.click()
    assert (stage.trait("bias"), stage.trait("elman")) == ("chrono 100", "orthogonal")
    assert remember.get_attribute("aria-pressed") == "true"
    page.get_by_text("Settings as text").click()
    box = page.get_by_role("textbox", name="Settings as text")
    box.fill('word=3, layer="lowest"')
    box.press("Enter")
    assert (stage.trait("word"), stage.trait("layer")) == (3, "lowest")
    assert "lowest of three layers" in stage.trait("finding")
    for wrong, message in [
        ("word=11", "word is a whole number from 0 to 10"),
        ("word=2.5", "word is a whole number"),
        ('at="cell"', "at is one of state, word"),
        ("size=3", "size is not one of"),
    ]:
        box.fill(wrong)
        box.press("Enter")
        assert message in page.locator("details .rnn-note").inner_text()
    assert stage.trait("word") == 3
    before = [page.locator("canvas").nth(k).evaluate("c => c.toDataURL()") for k in range(2)]
    stage.set(word=8, bias="0", layer="only")
    assert page.get_by_role("combobox", name="Layer").input_value() == "only"
    after = [page.locator("canvas").nth(k).evaluate("c => c.toDataURL()") for k in range(2)]
    assert before[0] != after[0]
    assert before[1] != after[1]


def test_python_and_the_browser_say_the_same(show: Callable[..., Stage]) -> None:
    for settings in ({}, {"at": "word", "word": 4}, {"word": 1, "layer": "top"}):
        widget = GradientFlow({"GRU": model("gru", 1)}, SENTENCE, **settings)
        assert show(widget).trait("finding") == widget.finding


def test_another_widgets_styles_change_nothing(show: Callable[..., Stage], widget: GradientFlow) -> None:
    assert changed_by_another_copy_of_the_theme(show(widget).page) == []


@pytest.mark.parametrize(("width", "dark"), [(1000, False), (1000, True), (360, False), (360, True)])
def test_accessible_and_within_the_page(
    show: Callable[..., Stage], widget: GradientFlow, width: int, dark: bool
) -> None:
    stage = show(widget, width=width, dark=dark)
    stage.page.get_by_text("Settings as text").click()
    assert serious_findings(stage.page) == []
    assert stage.page.evaluate("document.documentElement.scrollWidth") <= width
    cut = "[...document.querySelectorAll('.rnn-strip-cell')].filter((c) => c.scrollWidth > c.clientWidth)"
    assert stage.page.evaluate(f"{cut}.length") == 0
