"""The unrolled network in a browser: numbers against the package's models, keys, settings, accessibility."""

from __future__ import annotations

import itertools
import re
from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

from rnn_course.cells.cell import CELLS
from rnn_course.lm import next_token_distribution
from rnn_course.models.recurrent import RecurrentLM
from rnn_course.text.vocabulary import Vocabulary
from rnn_course.widgets.base import front_end
from rnn_course.widgets.unrolled import Unrolled
from rnn_course.widgets.unrolled_example import PRESETS

from .stage import Stage, serious_findings

NUMBERS = re.compile(
    r"^Step (?P<step>\d+) of (?P<steps>\d+), after (?P<context>.*?): (?P<best>.*?) is most probable "
    r"\((?P<p>[\d.]+)\)\. What came is (?P<came>.*?), at a loss of (?P<loss>[\d.]+) nats; the mean of the "
    r"\d+ so far is (?P<mean>[\d.]+), a perplexity of (?P<perplexity>[\d.]+)\."
)
SENTENCES = [
    ("the writer of the books knows .", "the writers of the books know ."),
    ("the dog of the keys of the child waits .", "the children of the dog of the child wait ."),
    ("the key", "the writers see ."),
    ("the zebra hears .", ""),
]


def expected(model: RecurrentLM, sentence: str, step: int, frozen: bool) -> dict[str, Any]:
    """The step's numbers from the language model itself; frozen, a model is asked with the last word only."""
    words = sentence.split()
    targets = [*words, "</s>"]
    losses = []
    for t in range(1, step + 1):
        read = words[: t - 1]
        if frozen:
            bare = RecurrentLM(model.vocabulary, model.cell, model.params, memory="none")
            p = next_token_distribution(bare, read[-1:])
        else:
            p = next_token_distribution(model, read)
        losses.append(-np.log(p[model.vocabulary.id(targets[t - 1])]))
    return {"p": p, "loss": losses[-1], "mean": np.mean(losses), "perplexity": np.exp(np.mean(losses))}


@pytest.fixture
def unrolled(show: Callable[..., Stage]) -> Stage:
    return show(Unrolled())


def test_numbers_in_the_sentence_are_the_models(unrolled: Stage) -> None:
    model = Unrolled().network
    seen = 0
    for (sentence, other), frozen in itertools.product(SENTENCES, ("off", "on")):
        for step in (1, 3, len(sentence.split()) + 1):
            unrolled.set(sentence=sentence, other=other, step=step, frozen=frozen)
            said = unrolled.trait("finding")
            found = NUMBERS.match(said)
            assert found, said
            numbers = expected(model, sentence, step, frozen == "on")
            best = model.vocabulary.tokens[int(numbers["p"].argmax())]
            assert best in found["best"] or "end of the sentence" in found["best"]
            assert float(found["p"]) == pytest.approx(numbers["p"].max(), abs=6e-4)
            for name in ("loss", "mean", "perplexity"):
                assert float(found[name]) == pytest.approx(numbers[name], abs=6e-3, rel=1e-5), name
            seen += 1
    assert seen == 24


def test_two_sentences_with_the_same_last_word(unrolled: Stage) -> None:
    model = Unrolled().network
    sentence, other = SENTENCES[0]
    for step in (4, 6):
        contexts = [words.split()[: step - 1] for words in (sentence, other)]
        p, q = (next_token_distribution(model, context) for context in contexts)
        unrolled.set(sentence=sentence, other=other, step=step, frozen="off")
        distance = float(re.search(r"differ by ([\d.]+)\.", unrolled.trait("finding"))[1])
        assert distance == pytest.approx(np.abs(p - q).sum() / 2, abs=6e-4)
        assert distance > (0.5 if step == 6 else 0.001)  # after “of”, both expect “the”
        unrolled.set(frozen="on")
        assert "differ by 0.000: the state is held at h⁰" in unrolled.trait("finding")
    # of unequal lengths: compared after the last place where the other one read the same word
    unrolled.set(sentence="the dog", other="the key of the dog waits .", step=3, frozen="off")
    p, q = (next_token_distribution(model, words.split()) for words in ("the dog", "the key of the dog"))
    said = unrolled.trait("finding")
    assert "After “the key of the dog”, which ends in the same word" in said
    assert f"{np.abs(p - q).sum() / 2:.3f}" in said
    unrolled.set(other="the writer knows .")
    assert "which ends in another word" in unrolled.trait("finding")
    unrolled.set(other="the dog waits .")
    assert "has begun alike" in unrolled.trait("finding")


def test_every_state_and_probability_is_the_cells(unrolled: Stage) -> None:
    """The numbers of the pictures: h and softmax at each step, with random weights and any start."""
    rng = np.random.default_rng(5)
    vocabulary = Vocabulary(["a", "b", "c", "d"])
    module = re.sub(r"^export default.*$", "", front_end("unrolled_network.js"), flags=re.MULTILINE)
    for tied, start, frozen in itertools.product(
        (False, True), (None, rng.normal(size=(1, 4))), (False, True)
    ):
        model = RecurrentLM.init(vocabulary, CELLS["elman"], 4, 4, rng, tied=tied, dtype=np.float32)
        model.start = None if start is None else start.astype(np.float32)
        widget = Unrolled(model, "a b b d a c", unit="words")
        arrays = {
            name: np.frombuffer(getattr(widget, name), entry["dtype"]).tolist()
            for name, entry in widget.arrays.items()
        }
        ids = vocabulary.encode(widget.sentence.split())
        found = unrolled.page.evaluate(
            """async ({ module, arrays, tied, ids, frozen }) => {
              const code = module + "\\nexport { ElmanReader as default };";
              const url = URL.createObjectURL(new Blob([code], { type: "text/javascript" }));
              const ElmanReader = (await import(url)).default;
              const described = Object.fromEntries(Object.keys(arrays).map((name) =>
                [name, { dtype: "float32", shape: [arrays[name].length] }]));
              const get = (name) => name === "arrays" ? described : name === "tied" ? tied
                : new DataView(Float32Array.from(arrays[name]).buffer);
              const { h, probs } = new ElmanReader({ get }).read(ids, frozen);
              return { h: [...h], probs: [...probs] };
            }""",
            {"module": module, "arrays": arrays, "tied": tied, "ids": ids.tolist(), "frozen": frozen},
        )
        E, (W_h, W_e, b_1), U, b_2 = model.params
        U = E if U is None else U
        h_0 = np.zeros(4) if start is None else model.start[0].astype(float)
        states, probs, h = [], [], h_0
        for token in [0, *ids]:
            h = np.tanh(W_h @ (h_0 if frozen else h) + W_e @ E[token] + b_1)
            z = U @ h + b_2
            z[0] = -np.inf
            states.append(h)
            probs.append(np.exp(z) / np.exp(z).sum())
        np.testing.assert_allclose(found["h"], np.ravel(states), rtol=1e-6, atol=1e-7)
        np.testing.assert_allclose(found["probs"], np.ravel(probs), rtol=1e-6, atol=1e-7)


def test_keys_presets_and_pixels(unrolled: Stage) -> None:
    page = unrolled.page
    picture = page.locator(".rnn-networks > .rnn-canvas")
    slider = page.get_by_role("slider")
    slider.focus()
    before = picture.screenshot()
    page.keyboard.press("ArrowRight")
    assert unrolled.trait("step") == 7
    assert page.get_by_role("slider", name="Step t = 7 of 8").count() == 1
    assert picture.screenshot() != before
    page.keyboard.press("End")
    page.keyboard.press("ArrowRight")
    assert unrolled.trait("step") == 8
    page.keyboard.press("Home")
    assert "after the beginning" in unrolled.trait("finding")
    for name, settings in PRESETS.items():
        button = page.get_by_role("button", name=name)
        button.press("Enter")
        assert {key: unrolled.trait(key) for key in settings} == settings
        assert button.get_attribute("aria-pressed") == "true"
    tick = page.get_by_role("checkbox", name="Hold the state at h⁰")
    tick.focus()
    page.keyboard.press("Space")
    assert unrolled.trait("frozen") == "on"
    unrolled.set(frozen="off", step=2)
    assert not tick.is_checked()
    assert slider.input_value() == "2"
    assert [key for key in unrolled.keys_that_left() if key != "Tab"] == []


def test_typed_sentences_are_read_at_once_or_refused_with_a_reason(unrolled: Stage) -> None:
    page = unrolled.page
    box = page.get_by_role("textbox", name="Sentence")
    box.fill("The dogs wait .")
    assert unrolled.trait("sentence") == "The dogs wait ."
    assert unrolled.trait("finding").startswith("Step 5 of 5, after “the dogs wait .”")
    box.fill("the dogs </s>")
    problem = page.locator(".rnn-problem")
    assert problem.inner_text() == "sentence: </s> is read by itself: leave it out."
    box.fill("dog " * 16)
    assert "16 words are too many for the picture: 15 at most." in problem.inner_text()
    assert unrolled.trait("sentence") == "The dogs wait ."
    box.fill("the zebra waits .")
    assert problem.inner_text() == ""
    assert "“zebra” is not in its vocabulary: read as <unk>." in unrolled.trait("finding")
    page.get_by_role("textbox", name="Compare with").fill("")
    assert "After" not in unrolled.trait("finding")
    page.get_by_text("Words that it knows").click()
    assert "writers" in page.locator("details .rnn-note").first.inner_text()


def test_settings_are_set_as_text_or_refused_with_a_reason(unrolled: Stage) -> None:
    page = unrolled.page
    page.get_by_text("Settings as text").click()
    box = page.get_by_role("textbox", name="Settings as text")
    assert box.input_value() == Unrolled().settings
    box.fill('sentence="the dog waits .", step=3, frozen="on"')
    box.press("Enter")
    assert [unrolled.trait(name) for name in ("sentence", "step", "frozen")] == ["the dog waits .", 3, "on"]
    for wrong, message in [
        ("step=0", "step is a whole number from 1 to 16."),
        ('frozen="maybe"', "frozen is one of on, off."),
        ("sentence=3", "sentence is a text"),
        (f'other="{"the " * 16}"', "16 words are too many"),
        ("pace=3", "pace is not one of"),
    ]:
        box.fill(wrong)
        box.press("Enter")
        assert message in page.locator("details .rnn-note[role=status]").inner_text()
    assert unrolled.trait("step") == 3


def test_a_click_on_a_column_goes_there(unrolled: Stage) -> None:
    canvas = unrolled.page.locator(".rnn-networks > .rnn-canvas canvas")
    box = canvas.bounding_box()
    canvas.click(position={"x": box["width"] - 20, "y": 120})
    assert unrolled.trait("step") == 8


def test_own_characters(show: Callable[..., Stage]) -> None:
    rng = np.random.default_rng(2)
    model = RecurrentLM.init(Vocabulary("helo"), CELLS["elman"], 3, 3, rng)
    stage = show(Unrolled(model, "hell", "ell", step=4))
    p, q = (next_token_distribution(model, list(letters)) for letters in ("hel", "ell"))
    said = stage.trait("finding")
    assert "after “hel”" in said
    assert f"differ by {np.abs(p - q).sum() / 2:.3f}" in said


@pytest.mark.parametrize("width", [1280, 360])
@pytest.mark.parametrize("dark", [False, True], ids=["light", "dark"])
def test_accessible_and_not_wider_than_the_page(show: Callable[..., Stage], width: int, dark: bool) -> None:
    stage = show(Unrolled(), width=width, dark=dark)
    stage.page.get_by_text("Settings as text").click()
    stage.page.get_by_text("Words that it knows").click()
    assert serious_findings(stage.page) == []
    assert stage.page.evaluate("document.documentElement.scrollWidth <= document.documentElement.clientWidth")
