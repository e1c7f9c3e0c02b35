"""The n-gram explorer's numbers on the screen, against the Python models."""

from __future__ import annotations

import unicodedata
from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

from rnn_course.models.ngram_counts import NgramCounts
from rnn_course.text import tokenize
from rnn_course.text.corpus import Corpus
from rnn_course.text.sources import language_reference
from rnn_course.widgets.base import front_end
from rnn_course.widgets.ngram_explorer import NgramExplorer
from rnn_course.widgets.ngram_settings import SMOOTHINGS

from .ngram_models import model
from .stage import Stage


@pytest.fixture(scope="module")
def corpus() -> Corpus:
    return language_reference()


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


def test_python_and_javascript_know_the_same_smoothings(explorer: Stage) -> None:
    for label, none in (("Smoothing", []), ("Compare with", [""])):
        options = explorer.page.get_by_role("combobox", name=label).locator("option")
        assert options.evaluate_all("all => all.map((option) => option.value)") == [*none, *SMOOTHINGS]


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
