"""W_h^l where students meet it: in JupyterLab, whose own commands lie on the arrow keys."""

from __future__ import annotations

from typing import Any

import nbformat
import pytest
from nbformat.v4 import new_code_cell, new_markdown_cell, new_notebook

from .lab import Lab
from .stage import serious_findings

pytestmark = pytest.mark.slow


def test_keys_kernel_and_accessibility(lab: Lab, browser: Any) -> None:
    kernel = {"kernelspec": {"name": "python3", "display_name": "Python 3"}}  # else JupyterLab asks for one
    cells = [
        new_markdown_cell("# Before"),
        new_code_cell("from rnn_course.widgets.powers import Powers\npowers = Powers(lag=10)\npowers"),
        new_markdown_cell("# After"),
    ]
    nbformat.write(new_notebook(cells=cells, metadata=kernel), lab.root / "powers.ipynb")
    with lab.open(browser, "powers.ipynb") as notebook:
        notebook.run_all()
        widget = notebook.page.locator(".rnn-powers")
        widget.wait_for()
        widget.locator("canvas").first.click()  # drags the lag, and puts the focus into the cell
        collapsed, before = notebook.collapsed(), widget.screenshot()
        slider = widget.get_by_role("slider", name="Lag")
        slider.focus()
        notebook.page.keyboard.press("Home")
        for key in ("ArrowRight", "ArrowRight", "ArrowUp", "ArrowLeft", "ArrowDown", "ArrowRight"):
            notebook.page.keyboard.press(key)
        notebook.expect_in_kernel("powers.lag", "2")
        sentence = widget.locator(".rnn-finding").inner_text()
        assert sentence.startswith("At lag 2, ")
        notebook.expect_in_kernel("powers.finding", repr(sentence))
        notebook.expect_in_kernel("powers.text_alternative() == powers.finding", "True")
        assert widget.screenshot() != before
        assert notebook.collapsed() == collapsed
        assert notebook.mode() == "command"  # no key has begun to edit a cell

        notebook.in_kernel("powers.set_trait('kind', 'orthogonal')")
        widget.locator(".rnn-finding", has_text="eigenvalues decide from the first step on").wait_for(
            timeout=5000
        )
        assert serious_findings(notebook.page, ".rnn-powers") == []
        assert notebook.problems == []
