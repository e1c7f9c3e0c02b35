"""The quiz in a browser: keyboard, feedback, what a wrong choice is answered."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from rnn_course.widgets.quiz import Quiz, quiz

from .stage import Stage, serious_findings


def question() -> Quiz:
    return quiz(
        r"What is $P(w_t \mid w_{t-1})$ of a *word* that never followed `their`?",
        {
            "$0$": "Maximum likelihood gives nothing to what was never seen.",
            r"$\frac{1}{V}$": "Only where the context was never seen.",
            "It is not defined": "The context was seen, so the division can be done.",
        },
        correct="$0$",
    )


def test_wrong_then_right_by_keyboard(show: Callable[..., Stage]) -> None:
    stage = show(question())
    page = stage.page
    page.keyboard.press("Tab")
    page.keyboard.press("ArrowDown")
    page.keyboard.press("ArrowDown")
    assert page.get_by_role("radio", name="It is not defined").is_checked()
    page.keyboard.press("Enter")
    answer = page.locator(".rnn-choice").nth(2).locator(".rnn-answer")
    assert answer.inner_text() == "✗ Not this one. The context was seen, so the division can be done."
    assert page.locator(".rnn-answer:visible").count() == 1
    assert (stage.trait("solved"), stage.trait("tries"), stage.trait("chosen_index")) == (False, 1, 2)
    assert stage.trait("finding") == answer.inner_text()
    assert "the division can be done" in page.locator(".rnn-unseen-by-eye[role=status]").text_content()

    page.keyboard.press("ArrowUp")
    page.keyboard.press("ArrowUp")
    page.keyboard.press("Enter")
    assert page.locator(".rnn-answer:visible").inner_text().startswith("✓ Right.")
    assert (stage.trait("solved"), stage.trait("tries")) == (True, 2)
    assert page.get_by_text("Right, after 2 tries.").is_visible()

    page.keyboard.press("Enter")  # the focus is on "Why not the others?"
    assert page.locator(".rnn-answer:visible").count() == 3
    page.keyboard.press("Enter")  # and now on "Start again"
    assert page.locator(".rnn-answer:visible").count() == 0
    assert (stage.trait("solved"), stage.trait("tries"), stage.trait("chosen_index")) == (False, 0, -1)
    assert [key for key in stage.keys_that_left() if key != "Tab"] == []


def test_checking_without_a_choice_says_so(show: Callable[..., Stage]) -> None:
    stage = show(question())
    stage.page.get_by_role("button", name="Check").click()
    assert stage.page.get_by_text("Choose one first.").is_visible()
    assert stage.trait("tries") == 0


def test_maths_is_drawn_and_has_a_name(show: Callable[..., Stage]) -> None:
    stage = show(question())
    assert stage.page.locator("legend math msub").count() == 2
    assert stage.page.get_by_role("radio", name="1/V").count() == 1
    fraction = stage.page.locator("mfrac").bounding_box()
    assert fraction["height"] > 12  # drawn as a fraction: numerator over denominator


def test_a_state_from_python_is_shown(show: Callable[..., Stage]) -> None:
    stage = show(question())
    stage.set(chosen_index=1, tries=1)
    assert stage.page.get_by_role("radio", name="1/V").is_checked()
    assert stage.page.locator(".rnn-answer:visible").inner_text() == (
        "✗ Not this one. Only where the context was never seen."
    )


def test_two_quizzes_do_not_disturb_each_other(show: Callable[..., Stage]) -> None:
    stage = show(question())
    stage.page.evaluate(
        """async () => {
          const el = document.createElement("div");
          document.querySelector("main").append(el);
          await window.widget.render({ model, el });
        }"""
    )
    radios = stage.page.get_by_role("radio")
    radios.nth(0).check()
    radios.nth(4).check()
    assert radios.nth(0).is_checked()


@pytest.mark.parametrize("width", [1280, 360])
@pytest.mark.parametrize("dark", [False, True], ids=["light", "dark"])
def test_accessible_and_not_wider_than_the_page(show: Callable[..., Stage], width: int, dark: bool) -> None:
    stage = show(question(), width=width, dark=dark)
    stage.page.get_by_role("radio").nth(1).check()
    stage.page.get_by_role("button", name="Check").click()
    assert serious_findings(stage.page) == []
    stage.page.get_by_role("radio").nth(0).check()
    stage.page.get_by_role("button", name="Check").click()
    stage.page.get_by_role("button", name="Why not the others?").click()
    assert serious_findings(stage.page) == []
    assert stage.page.evaluate("document.documentElement.scrollWidth") <= width
