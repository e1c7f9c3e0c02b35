"""What the quiz takes and refuses, and what is shown where widgets cannot run."""

from __future__ import annotations

from typing import Any
from xml.etree import ElementTree

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rnn_course.widgets.base import WidgetError
from rnn_course.widgets.markup import MarkupError, mathml, to_html, to_text
from rnn_course.widgets.quiz import quiz

CHOICES = {"Yes": "It sums to 1.", "No": "Sum it up.", "Only if $n > 1$": "Try $n = 1$."}


def test_choices_keep_their_order_or_follow_the_seed() -> None:
    assert list(quiz("Is it?", CHOICES, correct="No").choices) == list(CHOICES)
    orders = {tuple(quiz("Is it?", CHOICES, correct="No", seed=seed).choices) for seed in range(20)}
    assert len(orders) == 6
    first, again = (quiz("Is it?", CHOICES, correct="No", seed=3) for _ in range(2))
    assert first.choices == again.choices
    assert list(first.choices)[first.correct_index] == "No"


def test_the_text_alternative_has_question_choices_and_answers() -> None:
    data, _ = quiz("Is $P(w)$ one?", CHOICES, correct="No")._repr_mimebundle_()
    markdown = data["text/markdown"]
    shown, folded = markdown.split("<details>")
    assert shown.startswith("**Is $P(w)$ one?**")
    assert "B. No" in shown
    assert "Sum it up." not in shown
    assert "- **B, right.** Sum it up." in folded
    assert data["text/plain"] == markdown
    assert "application/vnd.jupyter.widget-view+json" in data


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (("Is it?", CHOICES, "Perhaps"), "correct='Perhaps' is not among the choices"),
        (("", CHOICES, "Yes"), "the question is empty"),
        (("Is it?", {"Yes": "It is."}, "Yes"), "at least two choices, got 1"),
        (("Is it?", {"Yes": "It is.", "No": " "}, "Yes"), "the choice 'No' has no answer"),
        (("Is it?", {"Yes": "It is.", "": "?"}, "Yes"), "a choice is empty"),
        (("Is it?", ["Yes", "No"], "Yes"), "choices is a dict"),
        (("Is it?", {"Yes": "It is.", "No": None}, "Yes"), "has no answer"),
    ],
)
def test_errors_say_what_is_wrong(arguments: tuple[Any, Any, str], message: str) -> None:
    question, choices, correct = arguments
    with pytest.raises(WidgetError, match=message):
        quiz(question, choices, correct=correct)


@pytest.mark.parametrize(
    ("text", "html", "said"),
    [
        ("a < b & *c* `d_e`", "a &lt; b &amp; <em>c</em> <code>d_e</code>", "a < b & c d_e"),
        ("2 * 3 * 4", "2 * 3 * 4", "2 * 3 * 4"),
        ("$W_h$", "<math><msub><mi>W</mi><mi>h</mi></msub></math>", "W_h"),
        (
            r"$\frac{1}{V}$",
            "<math><mfrac><mrow><mn>1</mn></mrow><mrow><mi>V</mi></mrow></mfrac></math>",
            "1/V",
        ),
        (
            r"$P(w \mid \text{opened their})$",
            "<math><mi>P</mi><mo>(</mo><mi>w</mi><mo>|</mo><mtext>opened their</mtext><mo>)</mo></math>",
            "P(w|opened their)",
        ),
        (r"$\lambda^{-2}$", "<math><msup><mi>λ</mi><mrow><mo>−</mo><mn>2</mn></mrow></msup></math>", "λ^−2"),
        ("$h^t_1$", "<math><msubsup><mi>h</mi><mn>1</mn><mi>t</mi></msubsup></math>", "h_1^t"),
    ],
)
def test_markup(text: str, html: str, said: str) -> None:
    assert to_html(text) == html
    assert to_text(text) == said


@pytest.mark.parametrize(
    "tex", [r"\foo", "{x", "x}", "x_", "_x", r"\text x", r"\text{x", r"\frac{1}", "x__y", "x^a^b"]
)
def test_maths_that_is_not_understood_is_refused(tex: str) -> None:
    with pytest.raises(MarkupError, match=r"\$"):
        mathml(tex)


@given(st.text())
def test_any_text_becomes_well_formed_html(text: str) -> None:
    """Whatever stands in a text, no tag of it survives, and nothing is lost outside the marks."""
    if any(ord(character) < 32 or character in "￾￿" for character in text):
        return  # XML has no such characters, so that the oracle cannot read them
    try:
        html = to_html(text)
    except MarkupError:
        return
    root = ElementTree.fromstring(f"<span>{html}</span>")
    if not set(text) & set("`$*"):
        assert "".join(root.itertext()) == text
