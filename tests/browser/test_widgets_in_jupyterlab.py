"""The widgets where students meet them: in JupyterLab, with a kernel, among its own keyboard commands."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import nbformat
import pytest
from nbformat.v4 import new_code_cell, new_markdown_cell, new_notebook

from rnn_course.models.ngram_counts import NgramCounts
from rnn_course.text.sources import language_reference

from .lab import Lab, LabNotebook
from .stage import serious_findings

pytestmark = pytest.mark.slow

CELLS = [
    new_markdown_cell("# Before"),
    new_code_cell(
        "from rnn_course.text.sources import language_reference\n"
        "from rnn_course.widgets.ngram_explorer import NgramExplorer\n"
        "from rnn_course.widgets.quiz import quiz"
    ),
    new_code_cell("explorer = NgramExplorer(language_reference(), order=2)\nexplorer"),
    new_markdown_cell("# Between"),
    new_code_cell(
        'answers = {"Yes, $P = 1$": "It sums to 1.", "No": "Sum it up."}\n'
        'question = quiz("Is it one?", answers, correct="Yes, $P = 1$")\n'
        "question"
    ),
    new_markdown_cell("# After"),
]


@pytest.fixture(scope="module")
def notebook(lab: Lab, browser: Any) -> Iterator[LabNotebook]:
    """A notebook with both widgets, all cells run."""
    kernel = {"kernelspec": {"name": "python3", "display_name": "Python 3"}}  # else JupyterLab asks for one
    nbformat.write(new_notebook(cells=CELLS, metadata=kernel), lab.root / "widgets.ipynb")
    with lab.open(browser, "widgets.ipynb") as opened:
        opened.run_all()
        opened.page.locator(".rnn-ngram").wait_for()
        opened.page.locator(".rnn-quiz").wait_for()
        yield opened
        assert opened.problems == []


def test_typing_changes_sentence_pixels_and_kernel(notebook: LabNotebook) -> None:
    corpus = language_reference()
    widget = notebook.page.locator(".rnn-ngram")
    before = widget.screenshot()
    box = widget.get_by_label("Text so far")
    assert box.bounding_box()["height"] == 44  # the theme that came with the quiz has not undone this style
    box.click()
    notebook.page.keyboard.type("the value")
    count = NgramCounts(corpus.train, corpus.vocabulary, 2).context_count(["value"])
    sentence = widget.locator(".rnn-finding").inner_text()
    assert f"“value” was seen {count:,} times" in sentence
    assert widget.screenshot() != before
    notebook.expect_in_kernel("explorer.context", "'the value'")
    notebook.expect_in_kernel("explorer.finding", repr(sentence))


def test_no_letter_is_lost_while_the_kernel_answers(notebook: LabNotebook) -> None:
    """The kernel repeats every value it is sent; a late answer must not undo what was typed since."""
    box = notebook.page.locator(".rnn-ngram").get_by_label("Text so far")
    box.fill("")
    text = "the value of the names"
    for i, letter in enumerate(text):
        box.press_sequentially(letter)
        notebook.page.wait_for_timeout(140 + 5 * (i % 12))
    assert box.input_value() == text
    notebook.expect_in_kernel("explorer.context", repr(text))


def test_python_moves_the_widget(notebook: LabNotebook) -> None:
    notebook.in_kernel("explorer.set_trait('smoothing', 'kneser-ney')")
    notebook.page.locator(".rnn-ngram .rnn-finding", has_text="Under Kneser-Ney").wait_for(timeout=5000)
    notebook.in_kernel("explorer.set_trait('smoothing', 'mle')")
    notebook.page.locator(".rnn-ngram .rnn-finding", has_text="Under MLE").wait_for(timeout=5000)


def test_keys_stay_in_the_explorer(notebook: LabNotebook) -> None:
    widget = notebook.page.locator(".rnn-ngram")
    slider = widget.get_by_role("slider", name="Order")
    widget.get_by_label("Text so far").click()
    cells, active, collapsed = (
        notebook.page.evaluate("cells().length"),
        notebook.active_cell(),
        notebook.collapsed(),
    )
    slider.focus()
    start = int(slider.input_value())
    for key, expected in [("ArrowRight", 1), ("ArrowUp", 2), ("ArrowLeft", 1), ("ArrowDown", 0)]:
        notebook.page.keyboard.press(key)
        assert int(slider.input_value()) == start + expected
    for key in ("a", "b", "d", "d", "x", "m", "Enter", "Escape", "ArrowLeft", "ArrowRight"):
        notebook.page.keyboard.press(key)  # each is a command of JupyterLab
    assert notebook.page.evaluate("document.activeElement.closest('.rnn-ngram') !== null")
    assert notebook.page.evaluate("cells().length") == cells
    assert (notebook.active_cell(), notebook.collapsed()) == (active, collapsed)


def test_quiz_by_keyboard_tells_the_kernel(notebook: LabNotebook) -> None:
    widget = notebook.page.locator(".rnn-quiz")
    collapsed = notebook.collapsed()
    before = widget.screenshot()
    widget.get_by_role("radio").first.focus()
    notebook.page.keyboard.press("ArrowDown")
    notebook.page.keyboard.press("Enter")
    assert widget.locator(".rnn-answer:visible").inner_text() == "✗ Not this one. Sum it up."
    assert widget.screenshot() != before
    notebook.page.keyboard.press("ArrowUp")
    notebook.page.keyboard.press("Enter")
    assert widget.locator(".rnn-answer:visible").inner_text() == "✓ Right. It sums to 1."
    notebook.expect_in_kernel("(question.solved, question.tries)", "(True, 2)")
    notebook.expect_in_kernel("question.chosen", "'Yes, $P = 1$'")
    assert notebook.collapsed() == collapsed


def test_accessible_in_jupyterlab(notebook: LabNotebook) -> None:
    assert serious_findings(notebook.page, ".rnn-ngram") == []
    assert serious_findings(notebook.page, ".rnn-quiz") == []
