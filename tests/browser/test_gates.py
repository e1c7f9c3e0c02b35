"""The gate explorer in a browser: numbers against numpy, keys, pointing, presets, settings, accessibility."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

from rnn_course.cells.cell import CELLS
from rnn_course.cells.gru import gru_init
from rnn_course.cells.lstm import lstm_init
from rnn_course.models.recurrent import RecurrentLM
from rnn_course.text.vocabulary import Vocabulary
from rnn_course.widgets.gates import GateExplorer

from .stage import Stage, serious_findings

WORDS = ("the", "writer", "writers", "of", "books", "children", "knows", "know", "that", "see", ".")
SENTENCE = "the writer of the books of the children"
WATCH = {"singular verb": ["knows"], "plural verb": ["know", "see"]}
COLUMNS = {
    "lstm": ("before", "f", "i", "c_tilde", "memory", "o", "h"),
    "gru": ("before", "u", "r", "h_tilde", "memory"),
}


def model(kind: str, hidden: int = 7) -> RecurrentLM:
    """Weights five times as large as usual: gates that open and shut."""
    lm = RecurrentLM.init(Vocabulary(WORDS), CELLS[kind], 6, hidden, np.random.default_rng(3))
    for array in (*lm.params.cell, lm.params.E, lm.params.U):
        array *= 5 if array.ndim == 1 else 3
    return lm


def sigmoid(z: np.ndarray) -> np.ndarray:
    return 1 / (1 + np.exp(-z))


def run(lm: RecurrentLM, kind: str, settings: dict[str, Any]) -> list[dict[str, np.ndarray]]:
    """The equations, with gates replaced where they are forced: each step's numbers by column."""
    p, hidden = lm.params.cell, len(lm.params.cell[2])
    ids = [0, *lm.vocabulary.encode(settings.get("sentence", SENTENCE).split())]
    only = [settings["unit"] - 1] if settings.get("where") == "this unit" else list(range(hidden))
    h, c, steps = np.zeros(hidden), np.zeros(hidden), []
    for t, token in enumerate(ids, start=1):
        x = lm.params.E[token]

        def gate(name: str, read: np.ndarray, x: np.ndarray = x, t: int = t) -> np.ndarray:
            bias = getattr(p, f"b_{name}") + (settings.get("bias", 0) if name in "fu" else 0)
            value = sigmoid(getattr(p, f"W_{name}") @ read + getattr(p, f"U_{name}") @ x + bias)
            if t >= settings.get("from_step", 1) and settings.get(name, "free") != "free":
                value[only] = 1.0 if settings[name] == "open" else 0.0
            return value

        if kind == "lstm":
            f, i, o = gate("f", h), gate("i", h), gate("o", h)
            c_tilde = np.tanh(p.W_c @ h + p.U_c @ x + p.b_c)
            new = f * c + i * c_tilde
            found = {"before": c, "f": f, "i": i, "c_tilde": c_tilde, "memory": new, "o": o}
            h, c = o * np.tanh(new), new
            steps.append({**found, "h": h, "kept": f})
        else:
            u, r = gate("u", h), gate("r", h)
            h_tilde = np.tanh(p.W_h @ (r * h) + p.U_h @ x + p.b_h)
            new = (1 - u) * h + u * h_tilde
            steps.append(
                {"before": h, "u": u, "r": r, "h_tilde": h_tilde, "memory": new, "h": new, "kept": 1 - u}
            )
            h = new
    return steps


STATES: list[tuple[str, dict[str, Any]]] = [
    ("lstm", {"step": 9, "unit": 1}),
    ("lstm", {"step": 1, "unit": 7}),
    ("lstm", {"step": 5, "unit": 3, "bias": 2.5}),
    ("lstm", {"step": 8, "unit": 2, "bias": -3.0, "from_step": 4}),
    ("lstm", {"step": 9, "unit": 4, "f": "open", "i": "shut", "from_step": 4}),
    ("lstm", {"step": 7, "unit": 4, "f": "shut", "from_step": 6}),
    ("lstm", {"step": 6, "unit": 5, "f": "open", "where": "this unit", "from_step": 2, "bias": 1.0}),
    ("lstm", {"step": 9, "unit": 6, "o": "shut", "i": "open", "from_step": 3}),
    ("lstm", {"step": 3, "unit": 2, "sentence": "writers that see"}),
    ("gru", {"step": 9, "unit": 1}),
    ("gru", {"step": 4, "unit": 6, "bias": -2.0}),
    ("gru", {"step": 9, "unit": 3, "u": "shut", "from_step": 5}),
    ("gru", {"step": 6, "unit": 2, "u": "open", "where": "this unit", "from_step": 3}),
    ("gru", {"step": 7, "unit": 5, "r": "shut", "from_step": 2, "bias": 1.5}),
    ("gru", {"step": 2, "unit": 7, "r": "open", "u": "shut", "from_step": 2, "sentence": "the the"}),
]
USUAL = {"sentence": SENTENCE, "from_step": 1, "where": "all units", "bias": 0.0}
GATES = {"lstm": ("f", "i", "o"), "gru": ("u", "r")}


@pytest.fixture(scope="module")
def explorers(browser: Any) -> Any:
    """One explorer of each kind for all states, set as the kernel would set it."""
    stages = {kind: Stage(browser, GateExplorer(model(kind), SENTENCE, watch=WATCH)) for kind in GATES}
    for stage in stages.values():
        stage.page.get_by_text("Numbers of this step").click()
    yield stages
    problems = [stage.problems for stage in stages.values()]
    for stage in stages.values():
        stage.close()
    assert problems == [[], []]


def table(stage: Stage) -> np.ndarray:
    """The table's numbers in full, [unit, column]."""
    return np.array(stage.numbers("rnn-gates"), dtype=float)


def written(value: float) -> str:
    return f"{value + 0.0:.2f}".replace("-0.00", "0.00").replace("-", "−")


@pytest.mark.parametrize(("kind", "settings"), STATES, ids=lambda value: str(value))
def test_numbers_equal_numpys(explorers: dict[str, Stage], kind: str, settings: dict[str, Any]) -> None:
    stage, lm = explorers[kind], model(kind)
    stage.set(**{**USUAL, **dict.fromkeys(GATES[kind], "free"), **settings})
    steps = run(lm, kind, settings)
    free = run(lm, kind, {**settings, **dict.fromkeys(GATES[kind], "free")})
    now, n = steps[settings["step"] - 1], settings["unit"] - 1
    expected = np.stack([now[name] for name in COLUMNS[kind]], axis=1)
    np.testing.assert_allclose(table(stage), expected, rtol=1e-11, atol=1e-14)

    said = stage.trait("finding")
    numbers = re.findall(r"−?\d+\.\d\d", said.split(". From step")[0])
    names = (
        ("f", "before", "i", "c_tilde", "memory", "o")
        if kind == "lstm"
        else ("kept", "before", "u", "h_tilde")
    )
    shown = [now[name][n] for name in names]
    shown += [np.tanh(now["memory"][n]), now["h"][n]] if kind == "lstm" else [now["memory"][n]]
    assert numbers == [written(value) for value in shown]

    since = settings.get("from_step", 1)
    kept = np.array([step["kept"][n] for step in steps[since - 1 :]])
    if (kept == 1).all():
        assert (
            f"From step {since} on its {'f' if kind == 'lstm' else '1 − u'} is 1: what it holds is kept"
            in said
        )
    elif (kept == 0).any():
        assert "reaches 0: nothing of what it held before is left." in said
    else:
        average = np.prod(kept) ** (1 / len(kept))
        half_life = np.log(0.5) / np.log(average)
        assert f"is {average:.3f} on (geometric) average" in said
        steps_said = f"{half_life:.1f}" if half_life < 100 else f"{half_life:,.0f}"
        assert f"half of a memory is gone after {steps_said} steps." in said

    forced = {gate for gate in GATES[kind] if settings.get(gate, "free") != "free"}
    if forced:
        ends = [written(each[-1]["memory"][n]) for each in (steps, free)]
        assert f"ends at {ends[0]}; with free gates it would be {ends[1]}." in said
    else:
        assert "Forced" not in said
    for group, words in WATCH.items():
        z = lm.params.U @ now["h"] + lm.params.b_2
        p = np.exp(z[1:] - z[1:].max())
        share = (p / p.sum())[lm.vocabulary.encode(words) - 1].sum()
        assert f"{written(share)} for a {group}" in said


@pytest.mark.parametrize(("kind", "settings"), STATES, ids=lambda value: str(value))
def test_python_says_the_same_sentence(
    explorers: dict[str, Stage], kind: str, settings: dict[str, Any]
) -> None:
    explorers[kind].set(**{**USUAL, **dict.fromkeys(GATES[kind], "free"), **settings})
    widget = GateExplorer(model(kind), **{"sentence": SENTENCE, **settings}, watch=WATCH)
    assert explorers[kind].trait("finding") == widget.text_alternative()


@pytest.mark.parametrize("text", ["", "The writer, of 'Zebra'!", "the </s> writer <unk>", "the " * 40])
def test_any_text_is_read_as_in_python(explorers: dict[str, Stage], text: str) -> None:
    explorers["lstm"].set(
        **{**USUAL, "f": "free", "i": "free", "o": "free", "unit": 2, "sentence": text, "step": 25}
    )
    widget = GateExplorer(model("lstm"), SENTENCE, watch=WATCH, unit=2)
    widget.sentence, widget.step = text, 25
    assert explorers["lstm"].trait("finding") == widget.text_alternative()


def test_characters_are_read_as_in_python(show: Callable[..., Stage]) -> None:
    lm = RecurrentLM.init(Vocabulary("helo w"), CELLS["gru"], 3, 4, np.random.default_rng(0))
    for text in ("hello world", "He</s>l<unk>o", ""):
        widget = GateExplorer(lm, text, unit=2)
        assert show(widget).trait("finding") == widget.text_alternative()


def test_weights_alone_and_a_state_to_start_from(show: Callable[..., Stage]) -> None:
    rng = np.random.default_rng(1)
    x = rng.standard_normal((6, 3))
    for network, state in [
        (lstm_init(3, 32, rng), tuple(rng.standard_normal((2, 32)))),
        (gru_init(3, 2, rng), rng.standard_normal(2)),
    ]:
        widget = GateExplorer(network, x=x, state_0=state, unit=2, words=list("abcdef"))
        stage = show(widget)
        assert stage.trait("finding") == widget.text_alternative()
        assert stage.page.get_by_role("textbox", name="Sentence").count() == 0


def test_everything_by_keys(show: Callable[..., Stage]) -> None:
    stage = show(GateExplorer(model("lstm"), SENTENCE, step=4))
    page = stage.page
    pictures = page.locator(".rnn-gates-pictures")
    before = pictures.screenshot()
    for label, name, more in [
        ("Step 4 of", "step", 1),
        ("Unit", "unit", 1),
        ("Added to b_f", "bias", 0.1),
        ("From step", "from_step", 1),
    ]:
        value = stage.trait(name)
        page.get_by_role("slider", name=label).focus()
        page.keyboard.press("ArrowRight")
        assert stage.trait(name) == pytest.approx(value + more)
    page.get_by_role("slider", name="Step 5 of 9").focus()
    page.keyboard.press("End")
    assert stage.trait("step") == 9
    for label, name, value in [
        ("Forget gate f", "f", "open"),
        ("Input gate i", "i", "open"),
        ("Output gate o", "o", "open"),
        ("Forced in", "where", "this unit"),
    ]:
        page.get_by_role("combobox", name=label).focus()
        page.keyboard.press("ArrowDown")
        assert stage.trait(name) == value
    box = page.get_by_role("textbox", name="Sentence")
    box.focus()
    page.keyboard.press("Control+a")
    page.keyboard.type("the writers know")
    assert stage.trait("sentence") == "the writers know"
    assert "Step 4, “know”" in stage.trait("finding")
    assert page.get_by_role("slider", name="Step 4 of 4").get_attribute("max") == "4"
    page.get_by_role("button", name="keep for ever").press("Enter")
    assert (stage.trait("f"), stage.trait("i")) == ("open", "shut")
    assert "kept for ever" in stage.trait("finding")
    assert page.get_by_role("button", name="keep for ever").get_attribute("aria-pressed") == "true"
    assert pictures.screenshot() != before
    assert stage.keys_that_left() == []


def test_pointing_at_the_pictures_chooses_step_and_unit(show: Callable[..., Stage]) -> None:
    stage = show(GateExplorer(model("lstm", hidden=8), SENTENCE))
    score, flow = (stage.page.locator(".rnn-gates-pictures canvas").nth(k).bounding_box() for k in (0, 1))
    inner = score["width"] - 50
    stage.page.mouse.move(score["x"] + 40 + inner * 3.5 / 9, score["y"] + 108 + 13 * 5.5)
    stage.page.mouse.down()
    assert (stage.trait("step"), stage.trait("unit")) == (4, 6)
    stage.page.mouse.move(score["x"] + 40 + inner * 6.5 / 9, score["y"] + 108 + 13 * 0.5, steps=3)
    assert (stage.trait("step"), stage.trait("unit")) == (7, 1)
    stage.page.mouse.up()
    stage.page.mouse.move(score["x"] + 60, score["y"] + 108 + 13 * 4)
    assert (stage.trait("step"), stage.trait("unit")) == (7, 1)
    stage.page.mouse.click(flow["x"] + 100, flow["y"] + 64 + 15 * 2.5)
    assert stage.trait("unit") == 3


def test_settings_as_text_and_from_the_kernel(show: Callable[..., Stage]) -> None:
    widget = GateExplorer(model("gru"), SENTENCE, u="shut", from_step=3, unit=2)
    stage = show(widget)
    stage.page.get_by_text("Settings as text").click()
    box = stage.page.get_by_role("textbox", name="Settings as text")
    assert box.input_value() == widget.settings
    box.fill('u="free", r="open", bias=-1.5, step=3')
    box.press("Enter")
    assert [stage.trait(name) for name in ("u", "r", "bias", "step")] == ["free", "open", -1.5, 3]
    for wrong, message in [
        ("step=26", "step is a whole number from 1 to 25."),
        ('u="half"', "u is one of free, open, shut."),
        ('f="open"', "f is not one of"),
        ("bias=7", "bias is a number from -6 to 6."),
    ]:
        box.fill(wrong)
        box.press("Enter")
        assert message in stage.page.locator("details .rnn-note").inner_text()
    assert stage.trait("step") == 3
    before = stage.page.locator(".rnn-gates-pictures").screenshot()
    stage.set(bias=-4.0, sentence="the books that see")
    assert stage.page.get_by_role("textbox", name="Sentence").input_value() == "the books that see"
    assert stage.page.get_by_role("slider", name="Added to b_u: − 4.0").input_value() == "-4"
    assert stage.page.locator(".rnn-gates-pictures").screenshot() != before


@pytest.mark.parametrize("width", [1280, 360])
@pytest.mark.parametrize("dark", [False, True], ids=["light", "dark"])
def test_accessible_and_not_wider_than_the_page(show: Callable[..., Stage], width: int, dark: bool) -> None:
    stage = show(
        GateExplorer(model("lstm"), SENTENCE, f="open", from_step=4, watch=WATCH), width=width, dark=dark
    )
    for title in ("Settings as text", "Numbers of this step"):
        stage.page.get_by_text(title).click()
    assert serious_findings(stage.page) == []
    assert stage.page.evaluate("document.documentElement.scrollWidth") <= width
