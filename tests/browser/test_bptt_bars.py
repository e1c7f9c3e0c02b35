"""BpttBars in a browser: its numbers against plain loops, hand and keyboard, settings, both themes."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from typing import Any

import numpy as np
import pytest

from rnn_course.cells.cell import CELLS
from rnn_course.models.recurrent import RecurrentLM
from rnn_course.text.vocabulary import Vocabulary
from rnn_course.widgets.bptt_bars import BpttBars
from rnn_course.widgets.bptt_bars_networks import ONE_LETTER, SMALL

from .stage import Stage, serious_findings

WORDS = Vocabulary(["the", "writer", "of", "books", "is", "tired"])
TEXT = "the writer of the books is tired of books"
T = 10


def own_model(seed: int = 1) -> RecurrentLM:
    rng = np.random.default_rng(seed)
    return RecurrentLM.init(WORDS, CELLS["elman"], 4, 6, rng, memory="text", orthogonal=True)


@pytest.fixture(scope="module")
def stage(browser: Any) -> Iterator[Stage]:
    """One widget with a student's model for all states."""
    stage = Stage(browser, BpttBars(own_model(), TEXT))
    yield stage
    problems = stage.problems
    stage.close()
    assert problems == []


def parts_of(model: RecurrentLM) -> dict[str, np.ndarray]:
    """[loss, step, weights], one sequence, loops over h and dz alone."""
    W_h, W_e, b_1 = model.params.cell
    U, b_2, E = model.params.U, model.params.b_2, model.params.E
    ids = WORDS.encode(TEXT.split())
    inputs, targets = np.append(0, ids), np.append(ids, 1)
    h = np.zeros((T + 1, len(b_1)))
    for t in range(T):
        h[t + 1] = np.tanh(W_h @ h[t] + W_e @ E[inputs[t]] + b_1)
    dz = np.zeros((T, T, len(b_1)))
    for t in range(T):
        probs = np.exp(U @ h[t + 1] + b_2)
        probs[0] = 0
        probs /= probs.sum()
        probs[targets[t]] -= 1
        dh = U.T @ probs
        for s in range(t, -1, -1):
            dz[t, s] = dh * (1 - h[s + 1] ** 2)
            dh = W_h.T @ dz[t, s]
    return {
        "recurrent": np.einsum("tsi,sj->tsij", dz, h[:-1]).reshape(T, T, -1),
        "input": np.einsum("tsi,sj->tsij", dz, E[inputs]).reshape(T, T, -1),
        "bias": dz,
    }


STATES = [
    ("recurrent", "one", 10, 1), ("recurrent", "one", 10, 3), ("recurrent", "one", 7, 2),
    ("recurrent", "one", 2, 1), ("recurrent", "all", 10, 1), ("recurrent", "all", 10, 4),
    ("input", "one", 10, 2), ("input", "one", 5, 4), ("input", "all", 10, 2), ("input", "all", 10, 7),
    ("bias", "one", 9, 1), ("bias", "one", 3, 2), ("bias", "all", 10, 3), ("bias", "all", 10, 9),
]  # fmt: skip


@pytest.mark.parametrize(("weights", "losses", "t", "k"), STATES)
def test_the_sentence_has_numpy_s_numbers(stage: Stage, weights: str, losses: str, t: int, k: int) -> None:
    stage.set(weights=weights, losses=losses, t=t, k=k)
    parts = parts_of(own_model())[weights]
    lag = np.arange(T)[:, None] - np.arange(T)
    if losses == "one":
        full, kept = parts[t - 1].sum(axis=0), parts[t - 1, max(0, t - k) : t].sum(axis=0)
    else:
        full, kept = parts.sum(axis=(0, 1)), (parts * (lag < k)[..., None]).sum(axis=(0, 1))
    cosine = kept @ full / (np.linalg.norm(kept) * np.linalg.norm(full))
    length = np.linalg.norm(kept) / np.linalg.norm(full)
    finding = stage.trait("finding")
    said = re.search(r"has ([\d.]+) % of its length, and cosine (-?[\d.]+)", finding)
    assert said, finding
    assert float(said[1]) == pytest.approx(100 * length, abs=0.0501)
    assert float(said[2]) == pytest.approx(cosine, abs=0.000501)
    symbol = {"recurrent": "W_h", "input": "W_e", "bias": "b_1"}[weights]
    assert f"the gradient of {symbol} has" in finding
    angle = re.search(r"it points (\d+) degrees away", finding)
    assert (angle is None) == (cosine >= 0.9)
    if angle:
        assert float(angle[1]) == pytest.approx(np.degrees(np.arccos(cosine)), abs=0.501)
    who = f"The loss at step {t}" if losses == "one" else "Each of the 10 losses"
    assert finding.startswith(who)
    assert stage.page.locator(".rnn-finding").inner_text() == finding


@pytest.mark.parametrize("losses", ["one", "all"])
def test_the_whole_gradient_s_norm(stage: Stage, losses: str) -> None:
    stage.set(weights="recurrent", losses=losses, t=8, k=10)
    parts = parts_of(own_model())["recurrent"]
    full = parts[7].sum(axis=0) if losses == "one" else parts.sum(axis=(0, 1)) / T
    said = re.search(r"nothing is cut. .* whose norm is ([\d.]+)\.$", stage.trait("finding"))
    assert said, stage.trait("finding")
    assert float(said[1]) == pytest.approx(np.linalg.norm(full), rel=0.006)


def test_browser_and_python_say_the_same(show: Callable[..., Stage]) -> None:
    widget = BpttBars()
    stage = show(widget)
    states = [*widget.presets.values(), {"k": 40}, {"t": 1}, {"losses": "one", "k": 1}, {"weights": "bias"}]
    states += [{"network": name, "t": 30, "k": k} for name in widget.bars for k in (2, 9)]
    for settings in states:
        stage.set(**settings)
        for name, value in settings.items():
            setattr(widget, name, value)
        assert stage.trait("finding") == widget.text_alternative()


def test_everything_by_keyboard(show: Callable[..., Stage]) -> None:
    stage = show(BpttBars(own_model(), TEXT, k=5))
    look_back = stage.page.get_by_role("slider", name="Look back k = 5 steps")
    look_back.focus()
    stage.page.keyboard.press("ArrowLeft")
    assert stage.trait("k") == 4
    stage.page.keyboard.press("Home")
    assert stage.trait("k") == 1
    assert look_back.count() == 0, "the label says the new value"
    stage.page.get_by_role("slider", name="Loss at step t = 10").focus()
    stage.page.keyboard.press("ArrowDown")
    assert stage.trait("t") == 9
    stage.page.get_by_role("combobox", name="Weights").focus()
    stage.page.keyboard.press("ArrowDown")
    assert stage.trait("weights") == "input"
    stage.page.get_by_role("combobox", name="Losses").focus()
    stage.page.keyboard.press("ArrowDown")
    assert stage.trait("losses") == "all"
    assert stage.page.get_by_role("slider", name="Loss at step").is_disabled(), (
        "all losses have no single step"
    )
    assert stage.keys_that_left() == []


def test_presets_are_marked_and_change_the_picture(show: Callable[..., Stage]) -> None:
    stage = show(BpttBars())
    pictures = set()
    for name, settings in BpttBars().presets.items():
        button = stage.page.get_by_role("button", name=name, exact=True)
        button.click()
        assert button.get_attribute("aria-pressed") == "true"
        assert {key: stage.trait(key) for key in settings} == settings
        pictures.add(picture(stage))
    assert len(pictures) == len(BpttBars().presets)


def picture(stage: Stage) -> str:
    return stage.page.evaluate("[...document.querySelectorAll('canvas')].map((c) => c.toDataURL()).join()")


def test_the_hand_moves_the_cut_in_both_pictures(show: Callable[..., Stage]) -> None:
    stage = show(BpttBars(own_model(), TEXT, k=5))
    for which, (share, k) in enumerate([(0.97, 1), (0.97, 10)]):
        box = stage.page.locator("canvas").nth(which).bounding_box()
        y = box["y"] + box["height"] / 2
        stage.page.mouse.move(box["x"] + box["width"] / 2, y)
        stage.page.mouse.down()
        stage.page.mouse.move(box["x"] + share * box["width"], y, steps=4)
        stage.page.mouse.up()
        assert stage.trait("k") == k
    stage.page.mouse.move(5, 5)
    assert stage.trait("k") == 10, "no button is pressed"


def test_settings_as_text_are_set_and_refused(show: Callable[..., Stage]) -> None:
    stage = show(BpttBars(own_model(), TEXT))
    stage.page.get_by_text("Settings as text").click()
    box = stage.page.get_by_role("textbox", name="Settings as text")
    assert box.input_value() == 'network="your model", weights="recurrent", losses="one", t=10, k=5'
    box.fill('weights="bias", t=4, k=2')
    box.press("Enter")
    assert (stage.trait("weights"), stage.trait("t"), stage.trait("k")) == ("bias", 4, 2)
    for wrong, message in [
        ("k=11", "k is a whole number from 1 to 10."),
        ("t=0", "t is a whole number from 1 to 10."),
        ('losses="some"', "losses is one of one, all."),
        ("size=3", "size is not one of"),
    ]:
        box.fill(wrong)
        box.press("Enter")
        assert message in stage.page.locator("details .rnn-note").inner_text()
    assert stage.trait("k") == 2


def test_what_the_kernel_sets_is_drawn(show: Callable[..., Stage]) -> None:
    stage = show(BpttBars())
    before = picture(stage)
    stage.set(network=ONE_LETTER, weights="input", k=39)
    assert picture(stage) != before
    assert "nothing is left: this truncation costs all of it" in stage.trait("finding")
    assert stage.page.get_by_role("combobox", name="Network").input_value() == ONE_LETTER
    stage.set(network=SMALL, t=1, weights="recurrent")
    assert "is 0 here: there is nothing to truncate" in stage.trait("finding")


@pytest.mark.parametrize("width", [1280, 360])
@pytest.mark.parametrize("dark", [False, True], ids=["light", "dark"])
def test_accessible_and_not_wider_than_the_page(show: Callable[..., Stage], width: int, dark: bool) -> None:
    stage = show(BpttBars(own_model(), TEXT), width=width, dark=dark)
    stage.page.get_by_text("Settings as text").click()
    assert serious_findings(stage.page) == []
    assert stage.page.evaluate("document.documentElement.scrollWidth") <= width
    wide = stage.page.locator("section.rnn-widget")
    assert wide.evaluate("(node) => node.scrollWidth <= node.clientWidth")
