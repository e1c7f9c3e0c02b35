"""The sampler in a browser: its network steps as ours, its sentence says what numpy says, keys, settings."""

from __future__ import annotations

import re
from collections.abc import Callable
from itertools import product
from typing import Any

import numpy as np
import pytest

from rnn_course.cells.cell import CELLS
from rnn_course.cells.parameters import map_arrays
from rnn_course.lm import next_token_distribution, reshape_distribution, sequence_log_probs
from rnn_course.models.recurrent import RecurrentLM
from rnn_course.text.vocabulary import Vocabulary
from rnn_course.widgets.base import front_end
from rnn_course.widgets.sampling import Sampler

from .stage import Stage, serious_findings
from .widget_layout import changed_by_another_copy_of_the_theme

LETTERS = Vocabulary("abcdefghijkl \n")
TYPED = "bad\nface "


def network(seed: int = 0, *, cell: str = "gru", hidden: int = 10, **options: Any) -> RecurrentLM:
    """Large weights, so that its distributions are far from even; its text hardly ever ends."""
    model = RecurrentLM.init(LETTERS, CELLS[cell], 6, hidden, np.random.default_rng(seed), **options)
    map_arrays(lambda array: np.multiply(array, 4, out=array), model.params)
    model.params.b_2[[LETTERS.eos_id, LETTERS.unk_id]] = -9
    return model


def as_sent(model: RecurrentLM, dtype: Any = np.float32) -> RecurrentLM:
    """The model with its weights rounded as they are on their way."""
    params = map_arrays(lambda array: array.astype(dtype).astype(np.float64), model.params)
    return RecurrentLM(model.vocabulary, model.cell, params, memory=model.memory, start=model.start)


STEP = """async ({ esm, texts }) => {
  const url = URL.createObjectURL(new Blob([esm], { type: "text/javascript" }));
  const { CharacterNetwork, readWeights } = await import(url);
  const form = { cell: model.get("cell"), memory: model.get("memory"), vocab: model.get("tokens").length };
  const network = new CharacterNetwork(form, readWeights(model, 0));
  return texts.map((ids) => {
    const state = ids.reduce((state, id) => network.advance(state, id), network.start());
    return [...network.logProbs(state)].slice(1); // that of <s> is -Infinity, which JSON cannot say
  });
}"""

STARTED = network(cell="gru")
STARTED.start = np.linspace(-0.8, 0.8, 10)[None]


@pytest.mark.parametrize(
    ("model", "dtype"),
    [
        (network(cell="elman", memory="text"), np.float32),
        (network(cell="gru", memory="text"), np.float32),
        (network(cell="lstm", memory="text"), np.float32),
        (network(cell="lstm", memory="sentence", hidden=7), np.float32),
        (network(cell="gru", memory="none"), np.float32),
        (network(cell="elman", hidden=6, tied=True), np.float32),
        (network(cell="gru", hidden=300), np.float16),
        (STARTED, np.float32),
    ],
    ids=["elman", "gru", "lstm", "sentence", "none", "tied", "half precision", "start"],
)
def test_the_browser_s_network_is_ours(show: Callable[..., Stage], model: RecurrentLM, dtype: Any) -> None:
    stage = show(Sampler(model, drawn=0))
    rng = np.random.default_rng(1)
    texts = [rng.integers(1, len(LETTERS), length).tolist() for length in range(13)]
    texts[5][2] = LETTERS.eos_id
    esm = front_end("sampling_network.js") + "\nexport { CharacterNetwork, readWeights };"
    found = stage.page.evaluate(STEP, {"esm": esm, "texts": texts})
    ours = as_sent(model, dtype)
    expected = [np.log(next_token_distribution(ours, ids)[1:]) for ids in texts]
    np.testing.assert_allclose(found, expected, atol=1e-9)


def told(sentence: str) -> dict[str, float]:
    """The numbers of the sentence by name."""
    patterns = {
        "choices": r"network has ([\d.]+) effective",
        "bits": r"network has [\d.]+ effective choices \(([\d.]+) bits",
        "choices after": r"drawn from has ([\d.]+)",
        "bits after": r"drawn from has [\d.]+ \(([\d.]+) bits",
        "kept": r"(\d+) of \d+ can be drawn",
        "mass": r"network gave \w+ ([\d.]+)\.",
        "cost": r"cost ([\d.]+) bits each",
    }
    found = {name: re.search(pattern, sentence) for name, pattern in patterns.items()}
    return {name: float(match[1].rstrip(".")) for name, match in found.items() if match}


def entropy(p: np.ndarray) -> float:
    p = p[p > 0]
    return float(-(p * np.log2(p)).sum())


WAYS = [
    *({"temperature": t, "top_k": 16, "top_p": 1.0} for t in (0.0, 0.3, 1.0, 1.8)),
    *({"temperature": 1.0, "top_k": k, "top_p": 1.0} for k in (1, 3, 9)),
    *(
        {"temperature": t, "top_k": k, "top_p": p}
        for t, k, p in ((1.0, 16, 0.9), (0.7, 16, 0.5), (1.4, 6, 0.8))
    ),
]


@pytest.fixture(scope="module")
def stages() -> dict[str, RecurrentLM]:
    return {"early": network(3), "late": network(4)}


def test_the_sentence_says_what_numpy_says(
    show: Callable[..., Stage], stages: dict[str, RecurrentLM]
) -> None:
    widget = Sampler(stages, text=TYPED)
    stage = show(widget)
    for (i, way), at in product(enumerate(WAYS), (0, 37)):
        settings = {**way, "stage": 1 + i % 2, "at": at, "seed": i, "text": TYPED[: len(TYPED) - i % 3]}
        stage.set(**settings)
        drawn = paper(stage)
        model = as_sent([*stages.values()][settings["stage"] - 1])
        typed = settings["text"]
        ids = LETTERS.encode(list(typed + drawn))
        before = next_token_distribution(model, ids[: len(typed) + at])
        with np.errstate(divide="ignore"):
            after = reshape_distribution(np.log(before), **way)
        numbers = told(stage.trait("finding"))
        assert numbers["bits"] == pytest.approx(entropy(before), abs=0.0051)
        assert numbers["choices"] == pytest.approx(2 ** entropy(before), abs=0.051)
        assert numbers["bits after"] == pytest.approx(entropy(after), abs=0.0051)
        assert numbers["choices after"] == pytest.approx(2 ** entropy(after), abs=0.051)
        kept = int((after > 0).sum())
        assert numbers.get("kept", 16) == kept
        assert numbers.get("mass", 1.0) == pytest.approx(before[after > 0].sum(), abs=1e-4)
        cost = -sequence_log_probs(model, ids)[len(typed) :].mean() / np.log(2)
        assert numbers["cost"] == pytest.approx(cost, abs=0.0051)
        # and what Python shows where no browser runs is the same text under the same sentence
        widget.settings = ", ".join(f"{name}={value!r}" for name, value in settings.items())
        assert widget.text_alternative() == (
            f"Stage {settings['stage']} of 2, {['early', 'late'][i % 2]}. {stage.trait('finding')}"
            f"\n\n~~~text\n{typed}{drawn}\n~~~"
        )


def paper(stage: Stage) -> str:
    """The drawn text as it stands on the page."""
    drawn = stage.page.locator(".rnn-paper > :not(.rnn-typed, .rnn-end)")
    parts = drawn.evaluate_all("spans => spans.map((span) => span.textContent)")
    assert len(parts) == 3
    return parts[0] + parts[1].replace("⏎\n", "\n") + parts[2]


def test_every_drawn_character_was_possible(show: Callable[..., Stage]) -> None:
    model = network(5, cell="lstm")
    stage = show(Sampler(model, top_p=0.6))
    drawn, ours = paper(stage), as_sent(model)
    state = ours.initial_state()
    for token in LETTERS.encode(list(drawn)).tolist():
        assert reshape_distribution(ours.next_log_probs(state), top_p=0.6)[token] > 0
        state = ours.advance(state, token)
    assert len(drawn) == 200


def test_equally_probable_characters_are_cut_as_in_python(show: Callable[..., Stage]) -> None:
    """All scores are equal: the ids decide who stays."""
    model = network()
    map_arrays(lambda array: array.fill(0), model.params)
    stage = show(Sampler(model, top_k=3, drawn=1))
    assert {paper_at(stage, seed) for seed in range(12)} == {"end", "�", "a"}
    expected = reshape_distribution(model.next_log_probs(model.initial_state()), top_k=3)
    assert np.flatnonzero(expected).tolist() == [1, 2, 3]
    stage.set(top_k=16, top_p=0.5)
    assert told(stage.trait("finding"))["kept"] == 8


def paper_at(stage: Stage, seed: int) -> str:
    stage.set(seed=seed)
    drawn = paper(stage).strip()
    return drawn or ("end" if stage.page.locator(".rnn-end").is_visible() else "nothing")


def test_writing_without_a_mouse(show: Callable[..., Stage], stages: dict[str, RecurrentLM]) -> None:
    stage = show(Sampler(stages, drawn=0))
    page = stage.page
    page.keyboard.press("Tab")
    page.keyboard.press("Enter")
    assert stage.trait("temperature") == 0
    assert page.get_by_role("button", name="always the best").get_attribute("aria-pressed") == "true"
    steps = [("Temperature", "temperature", 0.05), ("Top-k", "top_k", 16), ("Nucleus", "top_p", 1.0)]
    for name, trait, value in steps:
        page.get_by_role("slider", name=name).focus()
        page.keyboard.press("ArrowRight")
        assert stage.trait(trait) == pytest.approx(value)
    page.keyboard.press("ArrowLeft")
    assert stage.trait("top_p") == pytest.approx(0.99)
    page.get_by_role("slider", name="Stage 2 of 2: late").press("ArrowLeft")
    assert stage.trait("stage") == 1
    page.get_by_role("textbox", name="The text begins with").focus()
    page.keyboard.type("ab")
    page.keyboard.press("Enter")
    assert stage.trait("text") == "ab\n"
    assert stage.trait("finding").startswith("After “ab⏎” the network has")
    page.get_by_role("button", name="Draw one").press("Enter")
    page.get_by_role("button", name="Draw one").press("Enter")
    assert (stage.trait("drawn"), stage.trait("at"), len(paper(stage))) == (2, 2, 3)
    page.get_by_role("button", name="Draw 200").press("Space")
    assert len(paper(stage)) == 200
    before = paper(stage)
    page.get_by_role("button", name="Another").press("Enter")
    assert (stage.trait("seed"), paper(stage) != before) == (1, True)
    page.get_by_role("slider", name="Look at").press("ArrowRight")
    assert stage.trait("at") == 1
    seed = page.get_by_role("spinbutton", name="Seed")
    seed.fill("12")
    assert stage.trait("seed") == 12
    page.get_by_role("button", name="Clear").press("Enter")
    assert "drawn character" not in stage.trait("finding")
    assert [key for key in stage.keys_that_left() if key != "Tab"] == []


def test_the_same_luck_at_every_temperature(show: Callable[..., Stage]) -> None:
    """The text comes back with the setting, and always-the-best does not depend on the seed."""
    stage = show(Sampler(network(), temperature=0.6))
    first = paper(stage)
    stage.set(temperature=1.9)
    assert paper(stage) != first
    stage.set(temperature=0.6)
    assert paper(stage) == first
    stage.set(temperature=0.0)
    best = paper(stage)
    stage.set(seed=99)
    assert paper(stage) == best


def test_clicking_on_a_character_looks_at_it(show: Callable[..., Stage]) -> None:
    stage = show(Sampler(network(), text="ab"))
    stage.page.locator(".rnn-paper").click(position={"x": 100, "y": 24})
    assert stage.trait("at") > 0
    assert "Look at character" in stage.page.locator(".rnn-charts label").inner_text()


def test_pictures_follow_the_settings(show: Callable[..., Stage], stages: dict[str, RecurrentLM]) -> None:
    stage = show(Sampler(stages))
    canvas = stage.page.locator("canvas")
    seen = {canvas.screenshot()}
    for settings in ({"temperature": 0.4}, {"top_k": 2}, {"stage": 1}, {"at": 9}, {"text": "cab"}):
        stage.set(**settings)
        seen.add(canvas.screenshot())
    assert len(seen) == 6
    assert canvas.get_attribute("aria-label").startswith("Bars of the next character")


@pytest.mark.parametrize("width", [1280, 360])
def test_it_looks_the_same_beside_other_widgets(
    show: Callable[..., Stage], stages: dict[str, RecurrentLM], width: int
) -> None:
    stage = show(Sampler(stages, text="ab"), width=width)
    assert changed_by_another_copy_of_the_theme(stage.page) == []


def test_settings_are_copied_and_set_as_text(show: Callable[..., Stage]) -> None:
    widget = Sampler(network(), text="a\nb", temperature=0.35)
    stage = show(widget)
    stage.page.get_by_text("Settings as text").click()
    box = stage.page.get_by_role("textbox", name="Settings as text")
    assert box.input_value() == widget.settings
    box.fill('temperature=1.5, top_k=4, text="cab\\n"')
    box.press("Enter")
    found = (stage.trait("temperature"), stage.trait("top_k"), stage.trait("text"))
    assert found == (1.5, 4, "cab\n")
    for wrong, message in [
        ("temperature=3", "temperature is a number from 0 to 2"),
        ("top_k=0", "top_k is a whole number from 1 to 16"),
        ("heat=1", "heat is not one of"),
        ("text=5", "text is a text"),
        (f'text="{"a" * 1001}"', "text has at most 1000 characters"),
        ("nonsense", "is not of the form"),
    ]:
        box.fill(wrong)
        box.press("Enter")
        assert message in stage.page.locator("details .rnn-note").inner_text()
    assert stage.trait("temperature") == 1.5


@pytest.mark.parametrize("width", [1280, 360])
@pytest.mark.parametrize("dark", [False, True], ids=["light", "dark"])
def test_accessible_and_not_wider_than_the_page(
    show: Callable[..., Stage], stages: dict[str, RecurrentLM], width: int, dark: bool
) -> None:
    stage = show(Sampler(stages, text=TYPED, top_p=0.8, at=5), width=width, dark=dark)
    stage.page.get_by_text("Settings as text").click()
    assert serious_findings(stage.page) == []
    assert stage.page.evaluate("document.documentElement.scrollWidth") <= width
