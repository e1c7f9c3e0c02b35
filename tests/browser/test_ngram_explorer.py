"""The n-gram explorer in a browser: its numbers against the Python models, and everything by keyboard."""

from __future__ import annotations

import unicodedata
from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

from rnn_course.models.discounting import AbsoluteDiscounting
from rnn_course.models.interpolation import Interpolated
from rnn_course.models.kneser_ney import KneserNey
from rnn_course.models.ngram import MLE, AddK
from rnn_course.models.ngram_counts import NgramCounts
from rnn_course.models.stupid_backoff import StupidBackoff
from rnn_course.text import tokenize
from rnn_course.text.corpus import Corpus
from rnn_course.text.sources import language_reference
from rnn_course.widgets.base import front_end
from rnn_course.widgets.ngram_explorer import NgramExplorer

from .stage import Stage, serious_findings


@pytest.fixture(scope="module")
def corpus() -> Corpus:
    return language_reference()


def model(corpus: Corpus, smoothing: str, order: int, k: float = 1.0) -> Any:
    """The model of rnn_course.models that the widget's settings stand for."""
    text = (corpus.train, corpus.vocabulary)
    if smoothing == "add-k":
        return AddK.fit(*text, order=order, k=k)
    if smoothing == "interpolation":
        return Interpolated.fit(*text, order=order, held_out=corpus.valid)
    models = {
        "mle": MLE,
        "stupid-backoff": StupidBackoff,
        "absolute-discounting": AbsoluteDiscounting,
        "kneser-ney": KneserNey,
    }
    return models[smoothing].fit(*text, order=order)


def rows(stage: Stage) -> list[dict[str, Any]]:
    """The table on the screen: word, count, and for each smoothing the number as shown and in full."""
    return stage.page.evaluate(
        """() => [...document.querySelectorAll("tbody tr:not([hidden])")].map((row) => ({
          word: row.querySelector("th").textContent,
          count: Number(row.querySelector(".rnn-count").textContent.replaceAll(",", "")),
          rest: row.classList.contains("rnn-rest"),
          shown: [...row.querySelectorAll(".rnn-number")].map((n) => Number(n.textContent)),
          full: [...row.querySelectorAll(".rnn-number")].map((n) => Number(n.title)),
          width: [...row.querySelectorAll(".rnn-fill")].map((f) => f.getBoundingClientRect().width),
        }))"""
    )


STATES = [
    ("the value of", 3, "mle", 1.0),
    ("", 3, "mle", 1.0),
    ("the zebra", 2, "mle", 1.0),
    ("a value that nobody wrote of the", 1, "mle", 1.0),
    ("the a", 3, "mle", 1.0),  # never seen: 0 / 0
    ("the value of", 3, "add-k", 0.01),
    ("the a", 3, "add-k", 1.0),
    ("The value of", 4, "interpolation", 1.0),
    ("", 1, "interpolation", 1.0),
    ("is a list of the", 4, "stupid-backoff", 1.0),
    ("the a", 3, "stupid-backoff", 1.0),
    ("the value of", 3, "absolute-discounting", 1.0),
    ("of the", 5, "absolute-discounting", 1.0),
    ("the value of", 3, "kneser-ney", 1.0),
    ("the value", 3, "kneser-ney", 1.0),
    ("", 2, "kneser-ney", 1.0),
    ("in", 1, "kneser-ney", 1.0),
    ("if the value of the", 5, "kneser-ney", 1.0),
    ("the a", 4, "kneser-ney", 1.0),
    ("It ends. </s> the value", 5, "kneser-ney", 1.0),
]


@pytest.fixture(scope="module")
def explorer(browser: Any, corpus: Corpus) -> Any:
    """One explorer for all states, set as the kernel would set it."""
    stage = Stage(browser, NgramExplorer(corpus))
    yield stage
    problems = stage.problems
    stage.close()
    assert problems == []


@pytest.mark.parametrize(("context", "order", "smoothing", "k"), STATES)
def test_numbers_on_the_screen_equal_the_models(
    explorer: Stage, corpus: Corpus, context: str, order: int, smoothing: str, k: float
) -> None:
    explorer.set(context=context, order=order, smoothing=smoothing, k=k)
    vocabulary = corpus.vocabulary
    lm = model(corpus, smoothing, order, k)
    state = lm.initial_state()
    for word in context.replace(".", " .").split():
        state = lm.advance(state, vocabulary.id(word if word == "</s>" else word.lower()))
    expected = np.exp(lm.next_log_probs(state))
    counts = np.zeros(len(vocabulary), dtype=int)
    for word, count in NgramCounts(corpus.train, vocabulary, max(order, 2)).followers(state):
        counts[vocabulary.id(word)] = count

    table = rows(explorer)
    words = [row for row in table if not row["rest"]]
    ids = [vocabulary.id("</s>" if row["word"] == "end of sentence" else row["word"]) for row in words]
    np.testing.assert_allclose([row["full"][0] for row in words], expected[ids], rtol=1e-9)
    assert [row["count"] for row in words] == counts[ids].tolist()
    # no word that is left out is more probable than one that is shown
    left = np.delete(expected, ids)
    assert not len(left) or not words or left.max() <= min(row["full"][0] for row in words) * (1 + 1e-9)
    for row in table:  # four decimals, or two digits where that would be 0.000
        tolerance = {"abs": 5.1e-5, "rel": 0} if row["full"][0] >= 1e-3 else {"rel": 0.051}
        assert row["shown"][0] == pytest.approx(row["full"][0], **tolerance)
    assert sum(row["full"][0] for row in table) == pytest.approx(1, abs=1e-9)

    # the two rows of what is left
    outside = np.setdiff1d(np.arange(1, len(vocabulary)), ids)
    never = outside[counts[outside] == 0]
    if len(never):
        last = table[-1]
        assert last["word"] == f"{len(never):,} word{'s' if len(never) > 1 else ''} never seen here"
        assert last["full"][0] == pytest.approx(expected[never].sum(), abs=1e-12)

    # the sentence
    M = len(vocabulary) - 1
    impossible = int((expected[1:] == 0).sum())
    if impossible:
        assert f"{impossible:,} of {M:,} words have probability 0" in explorer.trait("finding")
    elif not (smoothing == "mle" and counts.sum() == 0):
        assert "no word has probability 0" in explorer.trait("finding")
    if order > 1 and counts.sum():
        assert f"was seen {counts.sum():,} time" in explorer.trait("finding")
        assert f"{np.count_nonzero(counts):,} different word" in explorer.trait("finding")


def test_typed_text_is_tokenised_as_in_python(explorer: Stage) -> None:
    rng = np.random.default_rng(0)
    # What both languages know: Python's own spaces among the control characters are not JavaScript's.
    known = [chr(code) for code in range(32, 0x3000) if unicodedata.category(chr(code)) not in ("Cn", "Cc")]
    texts = ["".join(rng.choice(known, 30)) for _ in range(200)]
    texts += [
        "The U.S. didn't",
        "naïve café_1 ΟΔΥΣΣΕΥΣ",
        "x²+½",
        "a\u0301b",
        "日本語テキスト",
        "fine🙂fine",
        " \n\t ",
    ]
    module = front_end("ngram_text.js") + "\nexport { Tokens as default };"
    found = explorer.page.evaluate(
        """async ({ module, texts }) => {
          const url = URL.createObjectURL(new Blob([module], { type: "text/javascript" }));
          const Tokens = (await import(url)).default;
          const tokens = new Tokens([], { unit: "words", lowercase: true });
          return texts.map((text) => tokens.read(text).map(({ piece }) => piece));
        }""",
        {"module": module, "texts": texts},
    )
    assert found == [tokenize.words(text, lowercase=True) for text in texts]


def test_two_smoothings_side_by_side_share_one_scale(explorer: Stage, corpus: Corpus) -> None:
    explorer.set(context="the value of", order=3, smoothing="add-k", k=1.0, compare="kneser-ney")
    expected = []
    for name in ("add-k", "kneser-ney"):
        lm = model(corpus, name, 3)
        expected.append(np.exp(lm.next_log_probs(tuple(corpus.vocabulary.encode(["value", "of"]).tolist()))))
    words = [row for row in rows(explorer) if not row["rest"]]
    ids = corpus.vocabulary.encode([row["word"] for row in words])
    full = np.array([row["full"] for row in words])
    np.testing.assert_allclose(full, np.stack(expected, axis=1)[ids], rtol=1e-9)
    widths = np.array([row["width"] for row in words])
    wide = widths > 4  # narrower bars are held at two pixels, so that they can be seen
    np.testing.assert_allclose(widths[wide] / widths.max(), full[wide] / full.max(), atol=0.02)
    finding = explorer.trait("finding")
    assert "Under add-k, no word" in finding
    assert "Under Kneser-Ney, no word" in finding
    explorer.set(compare="")


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


def test_draws_have_the_shown_frequencies(show: Callable[..., Stage]) -> None:
    stage = show(NgramExplorer("a b. a b. a c. a d.", order=2, context="a"))
    drawn = stage.page.evaluate(
        """() => {
          const draw = [...document.querySelectorAll("button")].find((b) => b.textContent === "Draw one");
          return Array.from({ length: 400 }, () => {
            model.set("context", "a");
            draw.click();
            return model.get("context");
          });
        }"""
    )
    counts = {letter: drawn.count(f"a {letter}") for letter in "bcd"}
    assert sum(counts.values()) == 400
    # binomial with p = 1/2 and 1/4: five standard deviations
    assert abs(counts["b"] - 200) < 50
    assert abs(counts["c"] - 100) < 44


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
